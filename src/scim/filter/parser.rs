//! Builds the tree of a filter and checks it against the schemas.

use super::ast::{Filter, Literal, Op};
use super::lexer::{self, Lexeme, Token};
use super::{AttrPath, eval};
use crate::scim::error::{Error, shortened};
use crate::scim::path::Name;
use crate::scim::schema::{Attribute, Kind, Returned};

/// What a filter may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest text that is read. Units: bytes.
    pub bytes: usize,
    /// Deepest nesting of parentheses and brackets; never more than [`Limits::DEEPEST`].
    pub depth: usize,
}

impl Limits {
    /// Nesting no configuration goes beyond, because parsing recurses.
    pub const DEEPEST: usize = 256;
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 4096, depth: 32 }
    }
}

impl Filter {
    /// Reads a filter within the default [`Limits`].
    ///
    /// Errors: the `Filter*` variants of [`Error`], each with the 1-based column.
    /// Source: RFC 7644 §3.4.2.2.
    pub fn parse(text: &str) -> Result<Filter, Error> {
        Self::parse_within(text, Limits::default())
    }

    /// Reads a filter within `limits`.
    ///
    /// Errors: the `Filter*` variants of [`Error`], each with the 1-based column.
    /// Source: RFC 7644 §3.4.2.2.
    pub fn parse_within(text: &str, limits: Limits) -> Result<Filter, Error> {
        let mut parser = Parser::new(text, limits)?;
        let filter = parser.any(Scope::Resource)?;
        parser.end()?;
        Ok(filter)
    }
}

/// Reads what follows the opening bracket of a PATCH path: a filter, the closing bracket and perhaps `.sub`.
///
/// Errors: the `Filter*` variants of [`Error`]; columns count from behind the bracket.
pub(in crate::scim) fn parse_selector(
    attribute: &'static Attribute,
    text: &str,
) -> Result<(Filter, Option<String>), Error> {
    let mut parser = Parser::new(text, Limits::default())?;
    let filter = parser.any(Scope::Value(attribute))?;
    parser.expect(Token::CloseBracket, "a closing bracket is missing")?;
    let sub = parser.dotted();
    parser.end()?;
    Ok((filter, sub))
}

/// Whose attributes a name may mean.
#[derive(Clone, Copy)]
enum Scope {
    Resource,
    Value(&'static Attribute),
}

struct Parser {
    lexemes: std::iter::Peekable<std::vec::IntoIter<Lexeme>>,
    end: usize,
    depth: usize,
    deepest: usize,
}

impl Parser {
    fn new(text: &str, limits: Limits) -> Result<Self, Error> {
        if text.len() > limits.bytes {
            return Err(Error::FilterTooLong { bytes: text.len(), limit: limits.bytes });
        }
        let lexemes = lexer::cut(text)?.into_iter().peekable();
        let deepest = limits.depth.min(Limits::DEEPEST);
        Ok(Self { lexemes, end: text.chars().count() + 1, depth: 0, deepest })
    }

    fn column(&mut self) -> usize {
        self.lexemes.peek().map_or(self.end, |lexeme| lexeme.column)
    }

    fn wrong<T>(&mut self, problem: &str) -> Result<T, Error> {
        Err(Error::Filter { column: self.column(), problem: problem.to_owned() })
    }

    fn take(&mut self, token: &Token) -> bool {
        self.lexemes.next_if(|lexeme| lexeme.token == *token).is_some()
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        self.take_word(|word| word.eq_ignore_ascii_case(keyword)).is_some()
    }

    fn take_word(&mut self, wanted: impl Fn(&str) -> bool) -> Option<(String, usize)> {
        let lexeme =
            self.lexemes.next_if(|lexeme| matches!(&lexeme.token, Token::Word(word) if wanted(word)))?;
        match lexeme.token {
            Token::Word(word) => Some((word, lexeme.column)),
            _ => None,
        }
    }

    fn expect(&mut self, token: Token, problem: &str) -> Result<(), Error> {
        if self.take(&token) { Ok(()) } else { self.wrong(problem) }
    }

    fn end(&mut self) -> Result<(), Error> {
        match self.lexemes.peek().map(|lexeme| &lexeme.token) {
            None => Ok(()),
            Some(Token::Close | Token::CloseBracket) => self.wrong("this bracket was never opened"),
            Some(_) => self.wrong("expected and, or, or the end"),
        }
    }

    /// The sub-attribute in `].value`.
    fn dotted(&mut self) -> Option<String> {
        self.take_word(|word| word.starts_with('.')).map(|(word, _)| word[1..].to_owned())
    }

    fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.depth >= self.deepest {
            return Err(Error::FilterTooDeep { column: self.column(), limit: self.deepest });
        }
        self.depth += 1;
        let inner = parse(self);
        self.depth -= 1;
        inner
    }

    fn any(&mut self, scope: Scope) -> Result<Filter, Error> {
        let mut left = self.all(scope)?;
        while self.take_keyword("or") {
            left = Filter::Or(Box::new(left), Box::new(self.all(scope)?));
        }
        Ok(left)
    }

    fn all(&mut self, scope: Scope) -> Result<Filter, Error> {
        let mut left = self.one(scope)?;
        while self.take_keyword("and") {
            left = Filter::And(Box::new(left), Box::new(self.one(scope)?));
        }
        Ok(left)
    }

    fn one(&mut self, scope: Scope) -> Result<Filter, Error> {
        if self.take_keyword("not") {
            self.expect(Token::Open, "not must be followed by parentheses")?;
            return Ok(Filter::Not(Box::new(self.group(scope)?)));
        }
        if self.take(&Token::Open) {
            return self.group(scope);
        }
        self.expression(scope)
    }

    fn group(&mut self, scope: Scope) -> Result<Filter, Error> {
        let inner = self.nested(|parser| parser.any(scope))?;
        self.expect(Token::Close, "a closing parenthesis is missing")?;
        Ok(inner)
    }

    fn expression(&mut self, scope: Scope) -> Result<Filter, Error> {
        let Some((word, column)) = self.take_word(|_| true) else {
            return self.wrong("expected an attribute name");
        };
        let path = resolve(scope, &word, column)?;
        if self.take(&Token::OpenBracket) {
            return self.value_path(scope, path, column);
        }
        if self.take_keyword("pr") {
            return Ok(Filter::Present(path));
        }
        let path = comparable(path, column)?;
        let (op, value) = self.comparison(path.leaf())?;
        Ok(Filter::Compare { path, op, value })
    }

    fn value_path(&mut self, scope: Scope, path: AttrPath, column: usize) -> Result<Filter, Error> {
        let attribute = path.attribute();
        if matches!(scope, Scope::Value(_)) || path.sub.is_some() || !attribute.is_complex() {
            return Err(Error::Filter { column, problem: format!("{path} takes no filter in brackets") });
        }
        let filter = Box::new(self.nested(|parser| parser.any(Scope::Value(attribute)))?);
        self.expect(Token::CloseBracket, "a closing bracket is missing")?;
        let column = self.column();
        let Some(sub) = self.dotted() else {
            return Ok(Filter::ValuePath { path, filter });
        };
        let sub = resolve(Scope::Value(attribute), &sub, column)?;
        if self.take_keyword("pr") {
            let filter = Box::new(Filter::And(filter, Box::new(Filter::Present(sub))));
            return Ok(Filter::ValuePath { path, filter });
        }
        let (op, value) = self.comparison(sub.leaf())?;
        Ok(Filter::ValueCompare { path, filter, sub, op, value })
    }

    fn comparison(&mut self, leaf: &Attribute) -> Result<(Op, Literal), Error> {
        let at_op = self.column();
        let Some(op) = self.take_word(|_| true).and_then(|(word, _)| Op::from_word(&word)) else {
            let problem = "expected one of eq ne co sw ew gt ge lt le pr".to_owned();
            return Err(Error::Filter { column: at_op, problem });
        };
        let at_value = self.column();
        let value = self.literal()?;
        let problem = mismatch(leaf, op, &value);
        problem.map_or(Ok((op, value)), |problem| Err(Error::Filter { column: at_value, problem }))
    }

    fn literal(&mut self) -> Result<Literal, Error> {
        let Some(lexeme) = self.lexemes.next_if(|next| matches!(next.token, Token::Word(_) | Token::Text(_)))
        else {
            return self.wrong("expected a value");
        };
        Ok(match lexeme.token {
            Token::Text(text) => Literal::Text(text),
            Token::Word(word) => match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                _ => match serde_json::from_str(&word) {
                    Ok(number) => Literal::Number(number),
                    Err(_) => {
                        let problem = format!("write the value {} in double quotes", shortened(&word));
                        return Err(Error::Filter { column: lexeme.column, problem });
                    }
                },
            },
            Token::Open | Token::Close | Token::OpenBracket | Token::CloseBracket => {
                return self.wrong("expected a value");
            }
        })
    }
}

fn resolve(scope: Scope, word: &str, column: usize) -> Result<AttrPath, Error> {
    let unknown = || Error::FilterUnknownAttribute { column, attribute: shortened(word) };
    match scope {
        Scope::Value(parent) => AttrPath::within(parent, word).ok_or_else(unknown),
        Scope::Resource => match Name::read(word) {
            Name::Attribute(path) => Ok(path),
            Name::Unstored(attribute) if attribute.returned == Returned::Never => {
                Err(Error::FilterForbidden { attribute: attribute.name.clone() })
            }
            Name::Malformed => {
                Err(Error::Filter { column, problem: "expected an attribute name".to_owned() })
            }
            Name::Unstored(_) | Name::Schema(_) | Name::Foreign | Name::Unknown => Err(unknown()),
        },
    }
}

/// A complex attribute stands for its `value` (RFC 7644 §3.4.2.2, `emails co "example.com"`).
fn comparable(path: AttrPath, column: usize) -> Result<AttrPath, Error> {
    if path.leaf().is_complex() {
        let problem = || format!("{path} has parts; compare one of them");
        return path.with_sub("value").ok_or_else(|| Error::Filter { column, problem: problem() });
    }
    Ok(path)
}

/// Why `op` cannot compare the attribute with the value, if it cannot.
fn mismatch(leaf: &Attribute, op: Op, value: &Literal) -> Option<String> {
    if op.searches() && !matches!(value, Literal::Text(_)) {
        return Some(format!("{op} needs a value in double quotes"));
    }
    if op.orders() {
        if matches!(leaf.kind, Kind::Boolean | Kind::Binary | Kind::Complex) {
            return Some(format!("{} has no order; use eq or ne", leaf.name));
        }
        if matches!(value, Literal::Bool(_) | Literal::Null) {
            return Some(format!("{op} needs text or a number"));
        }
    }
    if leaf.kind == Kind::DateTime && !op.searches() {
        let fits = match value {
            Literal::Text(text) => eval::instant(text).is_some(),
            Literal::Null => true,
            Literal::Number(_) | Literal::Bool(_) => false,
        };
        return (!fits).then(|| format!("{} needs a date like \"2026-01-31T08:00:00Z\"", leaf.name));
    }
    None
}
