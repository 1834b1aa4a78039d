//! `none=` as the name of an argument: the engine's grammar takes `none` for the constant wherever it stands.
//!
//! Such a keyword is spelt `nonE` on the way in, byte for byte as long so that no place moves, and `none` again on the way out.

use std::borrow::Cow;

const WRITTEN: &str = "none";
const SPELT: &str = "nonE";

/// The text as the engine's grammar takes it.
pub(super) fn spell(text: &str) -> Cow<'_, str> {
    let mut spelt = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices(WRITTEN) {
        if is_keyword(text, at) {
            spelt.push_str(text.get(done..at).unwrap_or_default());
            spelt.push_str(SPELT);
            done = at + WRITTEN.len();
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    spelt.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(spelt)
}

/// Whether the word at `at` names an argument: after `(` or `,`, before a single `=`.
fn is_keyword(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let after = text.get(at + WRITTEN.len()..).unwrap_or_default().trim_start();
    (before.ends_with('(') || before.ends_with(',')) && after.starts_with('=') && !after.starts_with("==")
}

/// The name of an argument as the author wrote it.
pub(super) fn written(name: &str) -> &str {
    if name == SPELT { WRITTEN } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_an_argument_is_spelt_otherwise() {
        assert_eq!(spell("listing(x, none='-')"), "listing(x, nonE='-')");
        assert_eq!(spell("f(none = 1)"), "f(nonE = 1)");
        for same in ["x == none", "f(none)", "f(none == x)", "[none, 1]", "f(a=none)", "nonesuch"] {
            assert_eq!(spell(same), same);
        }
        assert_eq!(written("nonE"), "none");
    }
}
