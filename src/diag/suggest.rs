//! The nearest known name, for "did you mean".

/// The known name nearest to `wrong`: at most two edits away (one for names of three characters or fewer, none for one).
/// Ties go to the first in the order given.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = match wrong.chars().count() {
        0 | 1 => return None,
        2 | 3 => 1,
        _ => 2,
    };
    let mut best: Option<(usize, &'a str)> = None;
    for name in known {
        let distance = strsim::osa_distance(wrong, name);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// `` `a`, `b` and 3 more ``: a short list of names for a message.
#[must_use]
pub fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    let head = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{head} and {} more", names.len() - SHOWN) } else { head }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_off_is_found_and_far_words_are_not() {
        assert_eq!(nearest("contxt", ["context", "record"]), Some("context"));
        assert_eq!(nearest("chekcs", ["checks", "record"]), Some("checks"));
        assert_eq!(nearest("zebra", ["context", "record"]), None);
        assert_eq!(nearest("x", ["y"]), None);
    }
}
