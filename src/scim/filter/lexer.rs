//! Cuts a filter into words, quoted texts and brackets.

use crate::scim::error::Error;

/// One piece of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Anything between blanks, brackets and quotes: names, operators, numbers.
    Word(String),
    /// Text in double quotes, escapes resolved.
    Text(String),
    Open,
    Close,
    OpenBracket,
    CloseBracket,
}

/// A token and the 1-based column, in characters, where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub token: Token,
    pub column: usize,
}

/// Cuts `text` into tokens.
///
/// Errors: [`Error::Filter`] for a quote that does not end, or text inside quotes that is no JSON string.
pub(super) fn cut(text: &str) -> Result<Vec<Lexeme>, Error> {
    let chars: Vec<char> = text.chars().collect();
    let mut lexemes = Vec::new();
    let mut at = 0;
    while let Some(&first) = chars.get(at) {
        let column = at + 1;
        let (token, length) = match first {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::OpenBracket, 1),
            ']' => (Token::CloseBracket, 1),
            '"' => quoted(&chars[at..], column)?,
            _ => {
                let word: String = chars[at..].iter().take_while(|c| !ends_word(**c)).collect();
                let length = word.chars().count();
                (Token::Word(word), length)
            }
        };
        lexemes.push(Lexeme { token, column });
        at += length;
    }
    Ok(lexemes)
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '"')
}

fn quoted(chars: &[char], column: usize) -> Result<(Token, usize), Error> {
    let mut escaped = false;
    for (offset, &c) in chars.iter().enumerate().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let json: String = chars[..=offset].iter().collect();
                let text: String = serde_json::from_str(&json).map_err(|_| Error::Filter {
                    column,
                    problem: "the text in quotes is no JSON string; check its backslashes".to_owned(),
                })?;
                if text.contains('\0') {
                    let problem =
                        "the text in quotes has the character U+0000, which no value has".to_owned();
                    return Err(Error::Filter { column, problem });
                }
                return Ok((Token::Text(text), offset + 1));
            }
            _ => {}
        }
    }
    Err(Error::Filter { column, problem: "the double quote that begins here is never closed".to_owned() })
}
