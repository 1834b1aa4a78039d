//! Addresses of files as editors write them, and paths.
//!
//! In: a `file:` address, percent-encoded as its editor likes. Out: an absolute path, and back. What must hold: a path comes back
//! from its address as it was; addresses of anything else (`untitled:`, `git:`) have no path.

use std::path::{Path, PathBuf};

/// The path of a `file:` address on this machine.
pub(super) fn to_path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if !path.starts_with('/') {
        return None;
    }
    let decoded = String::from_utf8(decoded(path.as_bytes())?).ok()?;
    // `a/./b` and `a//b` are the same file as `a/b`; what `..` means depends on links, so it is left.
    Some(Path::new(&decoded).components().collect())
}

fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            out.push(*first);
            continue;
        }
        let (digits, tail) = rest.split_at_checked(2)?;
        out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = tail;
    }
    Some(out)
}

/// The `file:` address of an absolute path.
pub(super) fn of_path(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let mut uri = String::from("file://");
    for byte in path.as_os_str().as_encoded_bytes() {
        if plain(*byte) {
            uri.push(char::from(*byte));
        } else {
            uri.push('%');
            for digit in [byte >> 4, byte & 15] {
                uri.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_comes_back_from_its_address() {
        for path in ["/w/scenarios/a.yaml", "/w/else where/ä%20.yaml", "/w/a#b?c.yaml", "/w/日本/x.yaml"] {
            let uri = of_path(Path::new(path));
            assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
            assert_eq!(to_path(&uri), Some(PathBuf::from(path)), "{uri}");
        }
        assert_eq!(to_path("file:///w/c%3a/x%C3%A4.yaml"), Some(PathBuf::from("/w/c:/xä.yaml")));
        assert_eq!(to_path("file://localhost/w//./x"), Some(PathBuf::from("/w/x")));
    }

    #[test]
    fn other_addresses_have_no_path() {
        for uri in ["untitled:Untitled-1", "git:/w/x", "file://server/x", "file:///w/%zz", "file:///w/%C3", "file:///w/%", ""] {
            assert_eq!(to_path(uri), None, "{uri}");
        }
    }
}
