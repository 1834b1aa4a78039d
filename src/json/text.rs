//! Text as a JSON string.

/// One in every byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The highest bit of every byte of a word.
const HIGH: u64 = 0x8080_8080_8080_8080;
const WORD: usize = 8;

/// Appends text as a JSON string with its quotes.
pub fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    while let Some((at, byte)) = next_escaped(text.as_bytes(), from) {
        // What is escaped is ASCII, so both ends of the slice are boundaries of characters.
        out.push_str(text.get(from..at).unwrap_or_default());
        write_escape(byte, out);
        from = at + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out.push('"');
}

/// The next byte that must be escaped, and where it stands: a word of eight bytes at a time, then byte by byte.
fn next_escaped(bytes: &[u8], mut from: usize) -> Option<(usize, u8)> {
    while let Some(word) = bytes.get(from..).and_then(<[u8]>::first_chunk::<WORD>) {
        let found = escaped(u64::from_le_bytes(*word));
        if found != 0 {
            from += found.trailing_zeros() as usize / WORD;
            break;
        }
        from += WORD;
    }
    let rest = bytes.get(from..)?.iter().enumerate();
    rest.map(|(at, byte)| (from + at, *byte)).find(|(_, byte)| matches!(byte, ..b' ' | b'"' | b'\\'))
}

/// The highest bit of each byte that must be escaped, exact up to the first of them: a borrow only ever reaches later bytes.
fn escaped(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
    (control | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')))) & HIGH
}

fn write_escape(byte: u8, out: &mut String) {
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        0x08 => out.push_str("\\b"),
        0x0C => out.push_str("\\f"),
        _ => {
            out.push_str("\\u00");
            for half in [byte >> 4, byte & 0xF] {
                out.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_must_be_escaped_is() {
        let mut out = String::new();
        write_text("\"a\\b\"\u{8}\u{c}\n\r\t\u{0}\u{1f}/\u{7f}é\u{2028}🦀'", &mut out);
        assert_eq!(out, "\"\\\"a\\\\b\\\"\\b\\f\\n\\r\\t\\u0000\\u001f/\u{7f}é\u{2028}🦀'\"");
    }

    proptest! {
        #[test]
        fn words_find_what_bytes_do(bytes in prop::collection::vec(prop_oneof![4 => any::<u8>(), 1 => Just(b'"'), 1 => Just(b'!'), 1 => Just(b'#')], 0..40), from in 0usize..8) {
            let slow = bytes.iter().enumerate().skip(from).find(|(_, byte)| **byte < b' ' || **byte == b'"' || **byte == b'\\');
            prop_assert_eq!(next_escaped(&bytes, from), slow.map(|(at, byte)| (at, *byte)));
        }
    }
}
