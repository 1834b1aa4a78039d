//! Rust text with everything blanked that is not code of the program.
//!
//! In: the text of a source file. Out: a text of the same lines in which comments, the insides of literals and test modules are
//! spaces. It knows as much of Rust's grammar as that takes.

const TEST_MARK: &str = "#[cfg(test)]";

/// Blanks comments, literals and modules under `#[cfg(test)]`; every line keeps its number.
pub(super) fn program_code(text: &str) -> String {
    without_test_modules(&without_comments_and_literals(text))
}

fn without_comments_and_literals(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = if starts_word(&chars, at) { literal_or_comment_end(&chars, at) } else { plain_end(&chars, at) };
        if let Some(end) = end {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Whether the letter at `at` begins a word (only then `r`, `b` and `c` can prefix a literal).
fn starts_word(chars: &[char], at: usize) -> bool {
    at == 0 || !(chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

fn literal_or_comment_end(chars: &[char], at: usize) -> Option<usize> {
    let prefix = chars[at..].iter().take_while(|c| matches!(c, 'r' | 'b' | 'c')).take(2).count();
    let hashes = chars[at + prefix..].iter().take_while(|c| **c == '#').count();
    let quoted = chars.get(at + prefix + hashes) == Some(&'"');
    if prefix > 0 && quoted && chars[at..at + prefix].contains(&'r') {
        return Some(raw_end(chars, at + prefix + hashes + 1, hashes));
    }
    if prefix > 0 && hashes == 0 && matches!(chars.get(at + prefix), Some('"' | '\'')) {
        return plain_end(chars, at + prefix);
    }
    plain_end(chars, at)
}

/// The end of a comment, a text or a character that begins at `at`.
fn plain_end(chars: &[char], at: usize) -> Option<usize> {
    match (chars[at], chars.get(at + 1)) {
        ('/', Some('/')) => Some(chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |line| at + line)),
        ('/', Some('*')) => Some(block_end(chars, at)),
        ('"', _) => Some(quoted_end(chars, at, '"')),
        ('\'', Some('\\')) => Some(quoted_end(chars, at, '\'')),
        // A lifetime has no closing quote after its first letter.
        ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => Some(at + 3),
        _ => None,
    }
}

fn quoted_end(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn raw_end(chars: &[char], start: usize, hashes: usize) -> usize {
    let closes = |at: &usize| chars[*at] == '"' && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    (start..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes)
}

fn block_end(chars: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

/// The modules that a file declares for tests only and keeps in files of their own.
pub(super) fn test_modules(text: &str) -> Vec<String> {
    let code = without_comments_and_literals(text);
    let items = code.match_indices(TEST_MARK).map(|(start, _)| &code[start..start + item_end(&code[start..])]);
    let name = |item: &str| Some(item.strip_suffix(';')?.rsplit_once("mod ")?.1.trim().to_owned());
    items.filter_map(name).collect()
}

/// Blanks what stands under `#[cfg(test)]` at the margin: up to its `;` or to the brace that closes it.
fn without_test_modules(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(TEST_MARK) {
        let end = start + item_end(&rest[start..]);
        let at_margin = start == 0 || rest[..start].ends_with('\n');
        let item = &rest[start..end];
        out.push_str(&rest[..start]);
        if at_margin {
            out.extend(item.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(item);
        }
        rest = &rest[end..];
    }
    out + rest
}

fn item_end(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[test]
fn only_code_is_left() {
    let text = r##"
// todo in a comment
use a::b; /* outer /* inner */ still */ fn f<'a>(x: &'a str) -> char {
    let s = "crate::x \" // no";
    let r = r#"crate::"y" "#; let b = b"z\""; let bar = b'"';
    if x == "\\" { '"' } else { '\'' }
}
#[cfg(test)]
mod tests {
    use crate::far;
    fn g() { { } }
}
fn after() {}
"##;
    let code = program_code(text);
    assert_eq!(code.lines().count(), text.lines().count());
    for gone in ["comment", "still", "crate::", "no", "far", "mod tests"] {
        assert!(!code.contains(gone), "{gone} in {code}");
    }
    for kept in ["use a::b;", "fn f<'a>(x: &'a str) -> char {", "let bar =", "else {", "fn after() {}"] {
        assert!(code.contains(kept), "{kept} not in {code}");
    }
}

#[test]
fn a_test_module_in_its_own_file_is_no_end() {
    let text = "mod a;\n#[cfg(test)]\nmod tests;\nuse crate::b;\n";
    assert_eq!(test_modules(text), ["tests"]);
    let code = program_code(text);
    assert_eq!(code, "mod a;\n            \n          \nuse crate::b;\n");
}
