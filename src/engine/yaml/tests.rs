//! Reading from the outside: kinds, spans, places, mistakes.

use std::ops::Range;

use super::*;
use crate::data::Value;
use crate::diag::{Diagnostics, codes};
use crate::source::{SourceId, Sources, Span};

struct Read {
    sources: Sources,
    node: Option<Node>,
    diagnostics: Diagnostics,
}

fn run(text: &str) -> Read {
    let mut sources = Sources::default();
    let id: SourceId = sources.add("spec.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = read(id, &sources, &mut diagnostics);
    Read { sources, node, diagnostics }
}

impl Read {
    fn slice(&self, span: Span) -> &str {
        self.sources.slice(span)
    }

    /// Codes with the text under their places.
    fn found(&self) -> Vec<(&'static str, &str)> {
        let place = |label: &crate::diag::Label| self.slice(label.span);
        self.diagnostics.iter().map(|one| (one.code.name, one.primary.as_ref().map_or("", place))).collect()
    }

    /// All messages and hints.
    fn words(&self) -> String {
        let lines: Vec<_> = self.diagnostics.iter().map(|one| format!("{} | {}\n", one.message, one.hints.join(" | "))).collect();
        lines.concat()
    }
}

/// The tree of a text without mistakes.
fn tree(text: &str) -> (Read, Node) {
    let read = run(text);
    assert_eq!(read.words(), "", "{text}");
    let node = read.node.clone().unwrap();
    (read, node)
}

/// What `needle`, found in the decoded text of `k`, looks like in the file.
fn written(text: &str, needle: &str) -> String {
    let (read, node) = tree(text);
    let scalar = node.get("k").and_then(Node::as_scalar).unwrap();
    let at = scalar.text.find(needle).unwrap_or_else(|| panic!("{needle:?} not in {:?}", scalar.text));
    read.slice(scalar.places.span(at..at + needle.len())).to_owned()
}

#[test]
fn scalars_keep_kind_raw_text_and_place() {
    let text = "a: 1.10\nb: 017\nc: NO\nd: 18446744073709551615\ne: 'it''s'\nf: &x \"q\\n\" # c\ng: ~\nh: [0..3, true]\nüñ: é\n";
    let (read, node) = tree(text);
    let raw: Vec<_> = node.as_map().unwrap().iter().map(|entry| entry.value.scalar_text().unwrap_or("-").to_owned()).collect();
    assert_eq!(raw, ["1.10", "017", "NO", "18446744073709551615", "it's", "q\n", "~", "-", "é"]);
    let spans: Vec<_> = node.as_map().unwrap().iter().map(|entry| read.slice(entry.value.span)).collect();
    assert_eq!(spans, ["1.10", "017", "NO", "18446744073709551615", "'it''s'", "\"q\\n\"", "~", "[0..3, true]", "é"]);
    let words: Vec<_> = node.as_map().unwrap().iter().map(|entry| entry.value.kind_word()).collect();
    assert_eq!(words, ["a number", "text", "text", "an integer", "text", "text", "null", "a list", "text"]);
    assert_eq!(node.get("d").and_then(Node::as_int), Some(i128::from(u64::MAX)));
    let number = node.get("a").and_then(Node::scalar).unwrap();
    assert_eq!(read.slice(number.places.span(2..4)), "10");
    assert_eq!(read.slice(node.entry("üñ").unwrap().key_span), "üñ");
    assert_eq!(read.slice(node.span), text.trim_end());
}

#[test]
fn collections_reach_from_their_first_to_their_last_byte() {
    let (read, node) = tree("a:\n  - x: 1\n    y: |\n      t\n\n  - {z: [2]}\nb:\n- 1\n- 2\n\n# end\nc: 0\n");
    assert_eq!(read.slice(node.get("a").unwrap().span), "- x: 1\n    y: |\n      t\n\n  - {z: [2]}");
    let items = node.get("a").and_then(Node::as_list).unwrap();
    assert_eq!(read.slice(items[1].span), "{z: [2]}");
    assert_eq!(read.slice(items[0].get("y").unwrap().span), "t");
    assert_eq!(read.slice(node.get("b").unwrap().span), "- 1\n- 2");
}

#[test]
fn keys_keep_their_kind() {
    let (_, node) = tree("{15: 1, true: 2, null: 3, \"16\": 4, 1.5: 5, no: 6, ? x : 7, 'q': 8}");
    let kinds: Vec<_> = node.as_map().unwrap().iter().map(|entry| entry.key_value.kind()).collect();
    assert_eq!(kinds, ["an integer", "a boolean", "null", "text", "a number", "text", "text", "text"]);
    assert_eq!(node.get("null").and_then(Node::as_int), Some(3));
    assert!(node.entry("q").unwrap().key.quoted);
}

#[test]
fn data_comes_out_as_values() {
    let (_, node) = tree("a: [1, 1.0, x, null, {b: true}]\n");
    let inner = Value::map([("b".into(), Value::Bool(true))]);
    let list = Value::list([Value::Int(1), Value::Float(1.0), Value::text("x"), Value::Null, inner]);
    assert_eq!(node.value().at("a"), Some(&list));
}

#[test]
fn unwritten_nulls_are_flagged() {
    let (read, node) = tree("a:\nb: # c\n  -\n  - null\nc: {d: , e: 1}\nf:   \n");
    let a = node.get("a").unwrap();
    assert!(a.is_null() && a.implicit);
    assert_eq!(read.slice(a.span), "a");
    let items = node.get("b").and_then(Node::as_list).unwrap();
    assert!(items[0].implicit && !items[1].implicit);
    assert_eq!(read.slice(items[0].span), "-");
    assert!(node.get("c").and_then(|c| c.get("d")).unwrap().implicit);
    assert!(node.get("f").unwrap().implicit);
}

#[test]
fn aliases_and_merges_stand_where_they_were_defined() {
    let text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nuse:\n  y: 5\n  <<: [*b, *m]\n  w: 6\nagain: *b\n'<<': 7\n";
    let (read, node) = tree(text);
    let merged = node.get("use").unwrap();
    let keys: Vec<_> =
        merged.as_map().unwrap().iter().map(|entry| (entry.key.text.as_str(), entry.value.as_int().unwrap())).collect();
    assert_eq!(keys, [("y", 5), ("x", 1), ("z", 4), ("w", 6)]);
    assert_eq!(merged.get("x").unwrap().span.start as usize, text.find("1, y").unwrap());
    assert_eq!(read.slice(merged.span), "y: 5\n  <<: [*b, *m]\n  w: 6");
    assert_eq!(node.get("again").unwrap().span, node.get("base").unwrap().span);
    assert_eq!(node.get("<<").and_then(Node::as_int), Some(7));
    assert_eq!(run("a: 1\n<<: 3\n<<: {b: 1}\n").found(), [("duplicate-key", "<<"), ("yaml-merge", "3")]);
    assert_eq!(run("<<: *nobody\n").found(), [("yaml-alias", "*nobody")]);
    assert_eq!(run("first: &one 1\na: *on\nb: &c [*c]\n").found(), [("yaml-alias", "*on"), ("yaml-alias", "*c")]);
    assert!(run("first: &first 1\na: *frst\n").words().contains("`first`"));
}

#[test]
fn places_of_plain_and_single_quoted_text() {
    assert_eq!(written("k: héllo wörld\n", "wörld"), "wörld");
    assert_eq!(written("k: one\n  two  \n\n\n  drei é\n  end\n", "drei é"), "drei é");
    assert_eq!(written("k: one\n  two  \n\n\n  drei é\n  end\n", "two"), "two");
    assert_eq!(written("k: one\n  two  \n\n\n  drei é\n  end\n", "é end"), "é\n  end");
    assert_eq!(written("k: one\r\n  two\r\n", "two"), "two");
    assert_eq!(written("k: 'it''s ''so'' nice'\n", "so' n"), "so'' n");
    assert_eq!(written("k: 'it''s ''so'' nice'\n", "'s"), "''s");
    assert_eq!(written("k: 'a  \n  \n   b''c'\n", "b'"), "b''");
}

#[test]
fn places_of_double_quoted_text() {
    assert_eq!(written(r#"k: "a\tb\u00e9c\U0001F600d \x41 end""#, "c😀d"), r"c\U0001F600d");
    assert_eq!(written(r#"k: "a\tb\u00e9c\U0001F600d \x41 end""#, "A end"), r"\x41 end");
    assert_eq!(written(r#"k: "\uD83D\uDE00 smile""#, "smile"), "smile");
    assert_eq!(written(r#"k: "\uD83D\uDE00 smile""#, "😀"), r"\uD83D\uDE00");
    assert_eq!(written("k: \"one \\\n   \n    two \\\"q\\\" \n\n  three\"\n", "two \"q"), "two \\\"q");
    assert_eq!(written("k: \"one \\\n   \n    two \\\"q\\\" \n\n  three\"\n", "three"), "three");
    assert_eq!(written("k: \"a\\\n  \\  b\\\\\"\n", "b\\"), "b\\\\");
    assert_eq!(written("k: \"{{ x ~ \\\"é\\\" }} y\"\n", "}} y"), "}} y");
}

#[test]
fn places_of_literal_blocks() {
    for head in ["|", "|-", "|+", "|  # note"] {
        let text = format!("a:\n  - 1\nk: {head}\n\n    one é\n      two\n\n    three\n\n\nz: 1\n");
        assert_eq!(written(&text, "é"), "é");
        assert_eq!(written(&text, "  two"), "  two");
        assert_eq!(written(&text, "three"), "three");
        assert_eq!(written(&text, "two\n\nthree"), "two\n\n    three");
    }
    assert_eq!(written("k: |2\n    x\n  y\n", "  x"), "  x");
    assert_eq!(written("k: |2\n    x\n  y\n", "y"), "y");
    assert_eq!(written("k: |1-\n  \n   \n  b\n  end", " b"), " b");
    assert_eq!(written("k: |\r\n  one\r\n  two\r\n", "two"), "two");
    assert_eq!(written("k: |\n a\n  \n   \n b\n   ", "b"), "b");
    assert_eq!(written("k: |\n  abc", "c\n"), "c");
}

#[test]
fn places_of_folded_blocks() {
    for head in [">", ">-", ">+"] {
        let text = format!("k: {head}\n\n   one\n   two é\n\n   three\n     * four\n\n     * five\n   six\n\n");
        for word in ["one", "é", "three", "four", "  * five", "six"] {
            assert_eq!(written(&text, word), word);
        }
        assert_eq!(written(&text, "one two"), "one\n   two");
    }
    assert_eq!(written("k: >2\n    x\n  y\n  \n     \n  z", "z"), "z");
}

/// Pieces from which scalars of every style are put together.
const PIECES: &[&str] =
    &["a", "é", "😀", " ", "  ", "''", "\\\"", "\\n", "\\u00e9", "\n", "\n\n", "\n   ", "\r\n", "{{ x }}", "\t", "\\\n"];

#[test]
fn places_never_leave_the_scalar() {
    let mut state = 7_u64;
    for _ in 0..4_000 {
        let mut body = String::new();
        for _ in 0..8 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            body.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        let indented = body.replace('\n', "\n  ");
        let styles = [format!("k: x{indented}"), format!("k: '{indented}'"), format!("k: \"{indented}\"")];
        let blocks = [format!("k: |\n  {indented}\n"), format!("k: >+\n  {indented}"), format!("k: |1\n  {indented}\n")];
        for text in styles.into_iter().chain(blocks) {
            let read = run(&text);
            let scalar = read.node.as_ref().and_then(|node| node.get("k")).and_then(Node::as_scalar);
            let Some(scalar) = scalar else { continue };
            check_places(&read, scalar, &text);
        }
    }
}

fn check_places(read: &Read, scalar: &Scalar, text: &str) {
    let borders: Vec<usize> = (0..=scalar.text.len()).filter(|at| scalar.text.is_char_boundary(*at)).collect();
    let whole = scalar.places.span(0..usize::MAX);
    let mut last = whole.start;
    for pair in borders.windows(2) {
        let one: Range<usize> = pair[0]..pair[1];
        let span = scalar.places.span(one.clone());
        assert!(text.get(span.range()).is_some(), "{text:?} {one:?} {span:?}");
        assert!(span.start >= last && span.end <= whole.end, "{text:?} {one:?} {span:?}");
        last = span.start;
        let decoded = &scalar.text[one];
        if decoded.chars().all(char::is_alphabetic) && !read.slice(span).starts_with('\\') {
            assert_eq!(read.slice(span), decoded, "{text:?}");
        }
    }
}

#[test]
fn documents() {
    assert_eq!(run("").found(), [("yaml-empty", "")]);
    assert_eq!(run("# nothing\n\n").found(), [("yaml-empty", "")]);
    assert_eq!(run("---\n").found(), [("yaml-empty", "")]);
    let two = run("a: 1\n---\nb: 2\n");
    assert_eq!(two.found(), [("yaml-second-document", "---")]);
    assert!(two.node.is_some());
    let marked = run("\u{feff}a: é\n");
    assert_eq!(marked.found(), [("byte-order-mark", "\u{feff}")]);
    assert_eq!(marked.slice(marked.node.as_ref().unwrap().get("a").unwrap().span), "é");
    assert!(run("%YAML 1.2\n---\na: 1\n...\n").found().is_empty());
    assert_eq!(decode(b"a: \xff"), Err(3));
    assert_eq!(decode("é".as_bytes()), Ok("é"));
}

#[test]
fn duplicate_keys_are_all_found() {
    let read = run("a: 1\nb:\n  c: 1\n  d: {e: 1, 'e': 2, e: 3}\n  c: 2\na: 2\n16: x\n0x10: y\n");
    let found = read.found();
    assert_eq!(found.len(), 5, "{found:?}");
    let firsts: Vec<u32> = read.diagnostics.iter().map(|one| one.secondary[0].span.start).collect();
    assert_eq!(found.iter().map(|one| one.1).collect::<Vec<_>>(), ["'e'", "e", "c", "a", "0x10"]);
    assert_eq!(firsts[3], 0);
    assert_eq!(read.node.unwrap().get("a").and_then(Node::as_int), Some(1));
}

#[test]
fn unquoted_templates() {
    let read = run("a: {{ x }}\nb: [1, {{ f(p, p) }}]\nc: 1\n");
    assert_eq!(read.found(), [("template-unquoted", "{{ x }}"), ("template-unquoted", "{{ f(p, p) }}")]);
    assert!(read.words().contains("`\"{{ x }}\"`"));
    let node = read.node.as_ref().unwrap();
    assert_eq!(node.get("a").and_then(Node::as_text), Some("{{ x }}"));
    assert_eq!(read.slice(node.get("a").and_then(Node::as_scalar).unwrap().places.span(3..4)), "x");
    for text in ["a: {{ x['b'] }}\n", "a: {{ x }} and {{ y }}\n", "- {b: hi {{ x }}, c: d}\n", "a: {{ x\n"] {
        let found = run(text);
        assert!(found.node.is_none() && found.diagnostics.iter().count() == 1, "{text}{}", found.words());
        assert_eq!(found.found()[0].0, "template-unquoted", "{text}");
    }
    assert!(run("a: {{ x }} and # c\n").words().contains("`\"{{ x }} and\"`"));
    assert_eq!(run("a: hi {{ x }}\nb: '{{ x }}'\nc: {d: \"{{ x }}\"}\n").words(), "");
    assert_eq!(run("a: '{{ x }}' and\n").found(), [("yaml-syntax", "and")]);
}

#[test]
fn bare_words_in_braces() {
    let read = run("x: {todo: add a, b}\n");
    assert_eq!(read.found(), [("implicit-null", "b")]);
    assert!(read.words().contains("`\"add a, b\"`"), "{}", read.words());
    assert_eq!(read.node.as_ref().unwrap().get("x").unwrap().as_map().unwrap().len(), 1);
    assert_eq!(run("x: {a, b: 1}\n").found(), [("implicit-null", "a")]);
}

#[test]
fn tags_keys_and_numbers_without_meaning() {
    let read = run("a: !foo 1\nb: !!str 2\n[x, y]: 3\n? {k: v}\n: 4\nc: .nan\nd: [1e400, -.inf]\n");
    let codes: Vec<_> = read.found();
    let expected = [
        ("yaml-tag", "!foo"),
        ("yaml-tag", "!!str"),
        ("not-finite", ".nan"),
        ("not-finite", "1e400"),
        ("not-finite", "-.inf"),
        ("yaml-key", "[x, y]"),
        ("yaml-key", "{k: v}"),
    ];
    assert_eq!(codes, expected);
    assert_eq!(run(": x\n").found(), [("yaml-key", "")]);
    assert_eq!(run("a: 999999999999999999999999999999999999999999\n").found()[0].0, codes::NUMBER_TOO_LARGE.name);
}

#[test]
fn tabs_in_the_indentation() {
    for text in [
        "a:\n\tb: 1\n",
        "a:\n  b: 1\n\tc: 2\n",
        "a:\n  - x\n \t- y\n",
        "\ta: 1\n",
        "a:\n-\tb: 1\n  c: 1\n",
        "a: |\n\tx\n",
        "a: {\n\tb: 1\n}\n",
    ] {
        assert_eq!(run(text).found(), [("yaml-tab", "\t")], "{text:?}");
    }
    assert_eq!(run("a:\t1 # x\ty\nb: x\ty\n").words(), "");
}

#[test]
fn known_traps_get_the_mended_line() {
    let cases = [
        ("a: 'p' not in s # c\n", "not in s", "`\"'p' not in s\"`"),
        ("a: \"p\" ~ s\n", "~ s", "`'\"p\" ~ s'`"),
        ("- {when: 'p' in s, give: x}\n", "in s", "`\"'p' in s\"`"),
        ("give: a: b\n", ":", "contains `: `"),
        ("x: {a: b: c}\n", ":", "contains `: `"),
        ("a: x\n  b: 1\n", ":", "indented further"),
        ("- {when: x in ['a','b'], give: x}\n", "[", "block style"),
        ("a: [x[0], 1]\n", "[", "block style"),
        ("a: {x: 1\n", "{", "{"),
        ("a: [1, 2\n", "[", "["),
        ("a: [1}\n", "[", "closed by `}`"),
        ("a: 1]}\nb: ]\n", "]", "quote text"),
        ("a: @x y\n", "@", "`\"@x y\"`"),
        ("a: %x\n", "%", "`\"%x\"`"),
        ("a: *\n", "*", "quote text"),
        ("a: \"x\\d \\q\"\n", "\\d", "single quotes"),
        ("a: \"x\nb: 1\n", "\"", "never closed"),
        ("a: - b\n", "-", "next line"),
        ("- a\nb: 1\n", "b: 1", "one indentation"),
        ("a: 1\n- b\n", "- b", "same column"),
        ("a:\n    b: 1\n  c: 2\n", "c: 2", "same column"),
        ("a: text # note\n  more\n", "# note", "`#`"),
        ("a: | text\n", "|", "next line"),
        ("a: [1] + [2]\n", "+ [2]", "bracket"),
        ("a: 'it's'\n", "s'", "written twice"),
        ("a: \"x\n\nb: \"c\"\n", "c\"", "further up"),
        ("a:1\nb: 2\n", ":", "`a: 1`"),
        ("  a: 1\nb: 2\n", "b: 2", "same column"),
        ("a: \u{1}b\n", "\u{1}", "escape"),
        ("{\u{65d}\u{1a}", "\u{1a}", "escape"),
        ("a: 1\nb\nc: 2\n", "b", "key: value"),
    ];
    for (text, place, hint) in cases {
        let read = run(text);
        assert!(read.node.is_none(), "{text}");
        let found = read.found();
        assert_eq!(found.len(), 1, "{text} {found:?}");
        assert_eq!(found[0], ("yaml-syntax", place), "{text}{}", read.words());
        assert!(read.words().contains(hint), "{text}{}", read.words());
        assert!(!read.words().contains("parser stopped"), "{text}{}", read.words());
    }
}

#[test]
fn bombs_and_towers_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        bomb = format!("{bomb}a{level}: &a{level} [{}]\n", [below.as_str(); 10].join(", "));
    }
    assert_eq!(run(&bomb).found()[0].0, "yaml-too-large");
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(20_000));
    assert_eq!(run(&long).found()[0].0, "yaml-too-large");
    for open in ["[", "{a: ", "- ", "? "] {
        assert_eq!(run(&open.repeat(20_000)).found()[0].0, "yaml-too-large", "{open}");
    }
    let block: Vec<_> = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert_eq!(run(&block.concat()).found()[0].0, "yaml-too-large");
    let ladder: Vec<_> = (1..200).map(|step| format!("a{step}: &a{step} [*a{}]\n", step - 1)).collect();
    assert_eq!(run(&format!("a0: &a0 1\n{}", ladder.concat())).found()[0].0, "yaml-too-large");
    let anchors = format!("{}1{}", "&a [".repeat(100), "]".repeat(100));
    assert!(run(&anchors).found().is_empty());
}

#[test]
fn arbitrary_text_never_panics() {
    let pieces = [
        "a", ":", " ", "\n", "- ", "{", "}", "[", "]", ",", "'", "\"", "|", ">", "\t", "&a", "*a", "!", "#", "?", "é", "\\",
        "<<", "{{", "}}", "\r", "\u{feff}", "%", "---\n", "1e400",
    ];
    let mut state = 11_u64;
    for _ in 0..30_000 {
        let mut text = String::new();
        for _ in 0..14 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        let read = run(&text);
        assert!(read.node.is_some() || !read.diagnostics.is_empty(), "{text:?}");
        for one in read.diagnostics.iter() {
            let span = one.primary.as_ref().unwrap().span;
            assert!(text.get(span.range()).is_some(), "{text:?} {one:?}");
        }
    }
}
