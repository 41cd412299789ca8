//! Reads Rust text without understanding it: the tests at its foot, its paths, its functions.

use super::strip::strip;
use std::path::Path;

/// One file of the repository, seen three ways; all three have the same lines.
pub struct Source {
    /// Below the repository, with `/`: `src/seat/policy.rs`.
    pub path: String,
    /// As it stands.
    pub raw: Vec<String>,
    /// Comments and the insides of strings blanked.
    pub code: Vec<String>,
    /// Comments blanked, strings kept.
    pub spoken: Vec<String>,
    /// Index of the line where the tests at the foot begin; the number of lines when there are none.
    pub foot: usize,
}

impl Source {
    pub fn read(root: &Path, path: &str) -> Self {
        let text = std::fs::read_to_string(root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        Self::of(path, &text)
    }

    pub fn of(path: &str, text: &str) -> Self {
        let (code, spoken) = strip(text);
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let code = lines(&code);
        let test_file = path.ends_with("/tests.rs") || path.starts_with("src/") && path.contains("/tests/");
        let foot = if test_file { 0 } else { foot_of(&code) };
        Self { path: path.to_owned(), raw: lines(text), code, spoken: lines(&spoken), foot }
    }

    /// Code above the tests at the foot, as one text whose line numbers are the file's.
    pub fn body(&self) -> String {
        self.code[..self.foot].join("\n")
    }

    /// `seat/policy` of `src/seat/policy.rs`, `seat` of `src/seat/mod.rs`; nothing outside `src`.
    pub fn module(&self) -> Option<&str> {
        let inner = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        Some(inner.strip_suffix("/mod").unwrap_or(inner))
    }

    /// First part of [`Self::module`]: the room.
    pub fn room(&self) -> Option<&str> {
        self.module()?.split('/').next()
    }
}

/// `#[cfg(test)]` directly above `mod tests` opens the foot.
fn foot_of(code: &[String]) -> usize {
    let is_foot = |at: usize| {
        code[at].trim() == "#[cfg(test)]"
            && code[at + 1..]
                .iter()
                .map(|line| line.trim())
                .find(|line| !line.is_empty() && !line.starts_with("#["))
                .is_some_and(|line| line.starts_with("mod tests"))
    };
    (0..code.len()).find(|&at| is_foot(at)).unwrap_or(code.len())
}

pub fn is_ident(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Numbers (from 1) of the lines where `word` stands alone.
pub fn lines_with_word(lines: &[String], word: &str) -> Vec<usize> {
    let hit = |line: &String| {
        line.match_indices(word)
            .any(|(at, _)| !line[..at].ends_with(is_ident) && !line[at + word.len()..].starts_with(is_ident))
    };
    lines.iter().enumerate().filter(|(_, line)| hit(line)).map(|(at, _)| at + 1).collect()
}

/// A path such as `crate::seat::decide` without its root, and the line (from 1) where its last part stands.
pub struct Named {
    pub line: usize,
    pub parts: Vec<String>,
}

/// Every path in `code` that begins with `root::`; `root::{a::b, c}` unfolds to `a::b` and `c`.
pub fn paths_below(root: &str, code: &str) -> Vec<Named> {
    let chars: Vec<char> = code.chars().collect();
    let start: Vec<char> = root.chars().chain([':', ':']).collect();
    let begins = |at: usize| {
        let follows_a_path = root == "super" && at >= 2 && chars[at - 1] == ':';
        chars[at..].starts_with(&start) && (at == 0 || !is_ident(chars[at - 1])) && !follows_a_path
    };
    let mut found = Vec::new();
    for at in (0..chars.len()).filter(|&at| begins(at)) {
        unfold(&chars, at + start.len(), &[], &mut found);
    }
    found
}

/// Reads one use-tree at `at` and answers where it ends.
fn unfold(chars: &[char], mut at: usize, above: &[String], found: &mut Vec<Named>) -> usize {
    let skip_blanks = |mut at: usize| {
        while chars.get(at).is_some_and(|c| c.is_whitespace()) {
            at += 1;
        }
        at
    };
    at = skip_blanks(at);
    if chars.get(at) == Some(&'{') {
        at += 1;
        loop {
            at = skip_blanks(at);
            if at >= chars.len() || chars[at] == '}' {
                return at + 1;
            }
            at = unfold(chars, at, above, found);
            while chars.get(at).is_some_and(|c| *c != ',' && *c != '}') {
                at += 1; // `as other`
            }
            at += usize::from(chars.get(at) == Some(&','));
        }
    }
    let name: String = chars[at..].iter().take_while(|c| is_ident(**c) || **c == '*').collect();
    let line = 1 + chars[..at].iter().filter(|c| **c == '\n').count();
    at += name.chars().count();
    let parts = [above, &[name]].concat();
    let goes_on = chars[at..].starts_with(&[':', ':']) && chars.get(at + 2) != Some(&'<');
    if goes_on {
        return unfold(chars, at + 2, &parts, found);
    }
    found.push(Named { line, parts });
    at
}

/// Name, first line (from 1) and number of lines of every function with a body.
pub fn functions(code: &[String]) -> Vec<(String, usize, usize)> {
    let text: Vec<char> = code.join("\n").chars().collect();
    let line_of = |at: usize| 1 + text[..at].iter().filter(|c| **c == '\n').count();
    let keyword = |at: usize| {
        text[at..].starts_with(&['f', 'n', ' '])
            && (at == 0 || !is_ident(text[at - 1]))
            && is_ident(text[at + 3])
    };
    let mut found = Vec::new();
    for at in (0..text.len().saturating_sub(3)).filter(|&at| keyword(at)) {
        let name: String = text[at + 3..].iter().take_while(|c| is_ident(**c)).collect();
        if let Some(end) = end_of_body(&text, at) {
            found.push((name, line_of(at), 1 + line_of(end) - line_of(at)));
        }
    }
    found
}

/// Where the brace closes that opens the body; nothing for a function without one.
fn end_of_body(text: &[char], from: usize) -> Option<usize> {
    let (mut round, mut curly) = (0, 0);
    for (at, c) in text.iter().enumerate().skip(from) {
        match c {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            ';' if round == 0 && curly == 0 => return None,
            '{' => curly += 1,
            '}' => {
                curly -= 1;
                if curly == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[test]
fn comments_and_strings_do_not_count_as_code() {
    let text = "a // crate::b\n/* x /* y */ z */ 'c' '\\'' &'l str r#\"in \" raw\"# \"q\\\"uote\" d";
    let source = Source::of("src/x.rs", text);
    assert_eq!(source.code[0].trim(), "a");
    for gone in ["crate", "x", "y", "z", "raw", "uote"] {
        assert!(!source.code[1].contains(gone), "{gone} in {}", source.code[1]);
    }
    assert!(source.code[1].ends_with('d') && source.code[1].contains("&'l str"), "{}", source.code[1]);
    assert!(source.spoken[1].contains("raw") && source.spoken[1].contains("uote"));
    assert_eq!(source.code[1].chars().count(), source.raw[1].chars().count());
}

#[test]
fn a_use_tree_unfolds_to_its_leaves() {
    let code = "use crate::{\n  a::{b, c as d},\n  e::*,\n};\nfn f() { crate::g::h::<u8>(); mycrate::z(); }";
    let leaves: Vec<_> =
        paths_below("crate", code).into_iter().map(|n| (n.line, n.parts.join("::"))).collect();
    let expected = [(2, "a::b"), (2, "a::c"), (3, "e::*"), (5, "g::h")];
    assert_eq!(leaves, expected.map(|(line, path)| (line, path.to_owned())));
}

#[test]
fn the_foot_is_the_test_module_and_functions_are_measured() {
    let text =
        "fn a(x: [u8; 2]) -> u8 {\n  1\n}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\ntrait T { fn c(); }";
    let source = Source::of("src/x.rs", text);
    assert_eq!(source.foot, 3);
    assert_eq!(source.module(), Some("x"));
    assert_eq!(functions(&source.code), [("a".to_owned(), 1, 3), ("b".to_owned(), 6, 1)]);
    assert_eq!(lines_with_word(&source.code, "mod"), [5]);
}
