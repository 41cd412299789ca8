//! Blanks comments and strings, so that only code is taken for code.

use super::source::is_ident;

/// The text twice, line for line: comments and the insides of strings blanked, then only comments blanked.
pub fn strip(text: &str) -> (String, String) {
    Stripper { text: text.chars().collect(), at: 0, code: String::new(), spoken: String::new() }.run()
}

struct Stripper {
    text: Vec<char>,
    at: usize,
    code: String,
    spoken: String,
}

impl Stripper {
    fn run(mut self) -> (String, String) {
        while self.at < self.text.len() {
            if self.looking_at("//") {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.take(false, false);
                }
            } else if self.looking_at("/*") {
                self.block_comment();
            } else if let Some(hashes) = self.raw_string() {
                self.raw_text(hashes);
            } else if self.peek(0) == Some('"') {
                self.take(true, true);
                self.text_until('"');
            } else if self.peek(0) == Some('\'') && self.char_literal() {
                self.take(true, true);
                self.text_until('\'');
            } else {
                self.take(true, true);
            }
        }
        (self.code, self.spoken)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn looking_at(&self, what: &str) -> bool {
        what.chars().enumerate().all(|(ahead, c)| self.peek(ahead) == Some(c))
    }

    /// Moves one character on; a blanked one leaves a space, a line's end always stays.
    fn take(&mut self, in_code: bool, in_spoken: bool) {
        let c = self.text[self.at];
        let seen = |shown| if shown || c == '\n' { c } else { ' ' };
        self.code.push(seen(in_code));
        self.spoken.push(seen(in_spoken));
        self.at += 1;
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.text.len() {
            let step = if self.looking_at("/*") {
                depth += 1;
                2
            } else if self.looking_at("*/") {
                depth -= 1;
                2
            } else {
                1
            };
            (0..step).for_each(|_| self.take(false, false));
            if depth == 0 {
                return;
            }
        }
    }

    /// Number of `#` of a raw string that begins here.
    fn raw_string(&self) -> Option<usize> {
        let before = self.at.checked_sub(1).map(|at| self.text[at]);
        if self.peek(0) != Some('r') || before.is_some_and(|c| is_ident(c) && c != 'b' && c != 'c') {
            return None;
        }
        let hashes = self.text[self.at + 1..].iter().take_while(|c| **c == '#').count();
        (self.peek(1 + hashes) == Some('"')).then_some(hashes)
    }

    fn raw_text(&mut self, hashes: usize) {
        let end: String = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
        (0..hashes + 2).for_each(|_| self.take(true, true));
        while self.at < self.text.len() && !self.looking_at(&end) {
            self.take(false, true);
        }
        (0..end.len().min(self.text.len() - self.at)).for_each(|_| self.take(true, true));
    }

    fn text_until(&mut self, end: char) {
        while let Some(c) = self.peek(0) {
            if c == end {
                return self.take(true, true);
            }
            if c == '\\' && self.peek(1).is_some() {
                self.take(false, true);
            }
            self.take(false, true);
        }
    }

    /// `'a'` and `'\n'` are characters, `'a` is a lifetime.
    fn char_literal(&self) -> bool {
        self.peek(1) == Some('\\') || self.peek(2) == Some('\'')
    }
}
