//! How deep an expression may be, told from its tokens.
//!
//! In: the text of an expression or template. Out: nothing, or the bytes at which it becomes too deep. What must hold: what
//! passes can be parsed, checked, evaluated and dropped by recursion on any thread. The engine's own parser bounds brackets and
//! blocks, but neither chains of operators (`a + a + a …`, `not not not …`) nor of `elif`.

use std::ops::Range;

use minijinja::machinery::{Token, tokenize};

use super::parse::syntax;

/// Operators on the way from the whole to the innermost part.
const MOST_OPERATORS: usize = 250;
/// Branches of one `if`.
const MOST_BRANCHES: usize = 100;

/// Where an expression or template becomes too deep; `None` where it does not. What is no token is left to the parser.
pub(super) fn too_deep(text: &str, is_expression: bool) -> Option<Range<usize>> {
    let mut depth = Depth { levels: vec![0], branches: 0, after_value: false };
    for (token, at) in tokenize(text, is_expression, syntax()).map_while(Result::ok) {
        depth.take(&token);
        if depth.branches > MOST_BRANCHES || depth.levels.iter().sum::<usize>() > MOST_OPERATORS {
            return Some(at.start_offset as usize..at.end_offset as usize);
        }
    }
    None
}

struct Depth {
    /// Operators since the last comma, one count an open bracket.
    levels: Vec<usize>,
    branches: usize,
    /// Whether the last token ends a value, so that a bracket now asks something of it.
    after_value: bool,
}

impl Depth {
    fn take(&mut self, token: &Token<'_>) {
        let value =
            matches!(token, Token::Str(_) | Token::String(_) | Token::BracketClose | Token::ParenClose | Token::BraceClose);
        match token {
            Token::VariableStart | Token::BlockStart => self.levels = vec![0],
            Token::BracketOpen | Token::ParenOpen | Token::BraceOpen => {
                if self.after_value {
                    self.operator();
                }
                self.levels.push(0);
            }
            Token::BracketClose | Token::ParenClose | Token::BraceClose => {
                if self.levels.len() > 1 {
                    self.levels.pop();
                }
            }
            Token::Comma => {
                if let Some(last) = self.levels.last_mut() {
                    *last = 0;
                }
            }
            Token::Ident("elif") => self.branches += 1,
            Token::Ident("endif") => self.branches = 0,
            Token::Ident("not" | "and" | "or" | "is" | "in" | "if") => self.operator(),
            Token::Ident(_)
            | Token::TemplateData(_)
            | Token::VariableEnd
            | Token::BlockEnd
            | Token::Int(_)
            | Token::Int128(_)
            | Token::Float(_)
            | Token::Str(_)
            | Token::String(_)
            | Token::Colon
            | Token::Assign => {}
            _ => self.operator(),
        }
        self.after_value = value || matches!(token, Token::Ident(_));
    }

    fn operator(&mut self) {
        if let Some(last) = self.levels.last_mut() {
            *last += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_is_not_deep() {
        let rows = format!("[{}]", "[1 + 1, 'a' ~ 'b'], ".repeat(2_000));
        assert_eq!(too_deep(&rows, true), None);
        assert_eq!(too_deep(&"{{ a.b + c }} and {% if x > 1 %}y{% endif %}".repeat(2_000), false), None);
        assert_eq!(too_deep(&"a + ".repeat(200), true), None);
    }

    #[test]
    fn chains_are_bounded() {
        for deep in ["a + ", "not ", "a.", "x | ", "- "] {
            assert!(too_deep(&deep.repeat(300), true).is_some(), "{deep}");
        }
        assert!(too_deep(&format!("a{}", "[0]".repeat(300)), true).is_some());
        assert!(too_deep(&format!("{{% if a %}}{}", "{% elif b %}".repeat(200)), false).is_some());
    }
}
