//! Places of a text in another state of the same text.
//!
//! In: two states of a text that differ by what was typed between them. Out: where a byte of the one stands in the other. What
//! must hold: what comes before the first difference and after the last keeps its place; what lies between is where they begin.

/// Where byte `at` of `from` stands in `to`.
pub(super) fn moved(at: usize, from: &str, to: &str) -> usize {
    if from == to {
        return at.min(to.len());
    }
    let same = |(a, b): &(u8, u8)| a == b;
    let head = from.bytes().zip(to.bytes()).take_while(same).count();
    if at <= head {
        return to.floor_char_boundary(at);
    }
    let longest = from.len().min(to.len()) - head;
    let tail = from.bytes().rev().zip(to.bytes().rev()).take_while(same).count().min(longest);
    let left = from.len().saturating_sub(at);
    to.floor_char_boundary(if left <= tail { to.len() - left } else { head })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_typed_keeps_its_place() {
        let (from, to) = ("a: 1\nb: wh\nc: 3\n", "a: 1\nb: when\nc: 3\n");
        for (at, there) in [(0, 0), (10, 10), (11, 13), (16, 18)] {
            assert_eq!(moved(at, from, to), there, "{at}");
            assert_eq!(moved(there, to, from), at, "{there}");
        }
        assert_eq!(moved(11, to, from), 10, "what is only there stands where the difference begins");
    }

    #[test]
    fn repeated_text_and_ends_are_no_trouble() {
        assert_eq!(moved(2, "aa", "aaaa"), 2);
        assert_eq!(moved(4, "aaaa", "aa"), 2);
        assert_eq!((moved(0, "", "abc"), moved(3, "", "abc")), (0, 3));
        assert_eq!(moved(9, "abc", "abc"), 3);
        assert_eq!(moved(2, "xé", "xè"), 1, "never inside a character");
    }
}
