//! The paths that a piece of code names.
//!
//! In: code without comments and literals. Out: each path of two or more parts, and each name that a `use` brings in, with its
//! line; groups are spelled out, so `use crate::{a, b::c}` gives two paths.

/// One path in the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPath {
    /// One-based line of its last part.
    pub(super) line: usize,
    /// Its parts; `*` for a glob.
    pub(super) parts: Vec<String>,
}

impl NamedPath {
    /// Whether it begins with these parts.
    pub(super) fn begins(&self, parts: &[&str]) -> bool {
        self.parts.len() >= parts.len() && self.parts.iter().zip(parts).all(|(a, b)| a == b)
    }
}

/// All paths of a piece of code, in order.
pub(super) fn named_paths(code: &str) -> Vec<NamedPath> {
    let tokens = tokens(code);
    let mut reader = Reader { tokens: &tokens, at: 0, found: Vec::new() };
    while reader.at < tokens.len() {
        let after = |back: usize, wanted: &str| reader.at >= back && tokens[reader.at - back].1 == wanted;
        let used = after(1, "use");
        // A part of a longer path, a method and a field are read with what stands before them.
        let continues = after(1, ".") || (after(1, "::") && reader.at >= 2 && ends_path(tokens[reader.at - 2].1));
        if is_word(tokens[reader.at].1) && !continues {
            reader.path(&[], used);
        } else if used && tokens[reader.at].1 == "{" {
            reader.group(&[], used);
        } else {
            reader.at += 1;
        }
    }
    reader.found
}

struct Reader<'t> {
    tokens: &'t [(usize, &'t str)],
    at: usize,
    found: Vec<NamedPath>,
}

impl Reader<'_> {
    fn token(&self) -> &str {
        self.tokens.get(self.at).map_or("", |(_, token)| token)
    }

    fn path(&mut self, before: &[String], used: bool) {
        let mut parts = before.to_vec();
        loop {
            let line = self.tokens[self.at].0;
            parts.push(self.token().to_owned());
            self.at += 1;
            let longer = self.token() == "::";
            self.at += usize::from(longer);
            if longer && self.token() == "{" {
                return self.group(&parts, used);
            }
            if !longer || !(is_word(self.token()) || self.token() == "*") {
                if parts.len() > 1 || used {
                    self.found.push(NamedPath { line, parts });
                }
                return;
            }
        }
    }

    fn group(&mut self, before: &[String], used: bool) {
        self.at += 1;
        while !matches!(self.token(), "}" | "") {
            if is_word(self.token()) || self.token() == "*" {
                self.path(before, used);
            } else {
                self.at += 1;
            }
            // The new name of an import is no path.
            if self.token() == "as" {
                self.at += 2;
            }
        }
        self.at += 1;
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_') && token != "as"
}

fn ends_path(token: &str) -> bool {
    is_word(token) && token != "use" && token != "return" || token == ">"
}

fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let length = match word {
                0 if ["::", "->", "=>"].iter().any(|sign| rest.starts_with(sign)) => 2,
                0 => first.len_utf8(),
                length => length,
            };
            found.push((number + 1, &rest[..length]));
            rest = rest[length..].trim_start();
        }
    }
    found
}

#[test]
fn groups_are_spelled_out_and_single_names_are_left() {
    let code = "use crate::{a, b::{self, c as d}, e::*};\nuse csv;\nlet x: Vec<super::f::G> = crate::h::i::<u8>(x.j::<K>());\n\
                pub(crate) fn m() -> ::std::n::O { <P as crate::q::R>::S::t }\nuse {rand::u, sha2};";
    let found: Vec<(usize, String)> = named_paths(code).into_iter().map(|path| (path.line, path.parts.join("::"))).collect();
    let expected = [
        (1, "crate::a"),
        (1, "crate::b::self"),
        (1, "crate::b::c"),
        (1, "crate::e::*"),
        (2, "csv"),
        (3, "super::f::G"),
        (3, "crate::h::i"),
        (4, "std::n::O"),
        (4, "crate::q::R"),
        (5, "rand::u"),
        (5, "sha2"),
    ];
    assert_eq!(found, expected.map(|(line, path)| (line, path.to_owned())));
}
