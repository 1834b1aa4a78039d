//! The ways in which a text is damaged: slips of the hand, wrong merges, words in wrong places, bytes that went bad.
//!
//! In: bytes and a stream of choices. Out: other bytes, not far from the old ones, and the name of the damage. The same choices
//! give the same damage.

/// Choices of a mutant, one after another (`SplitMix64`).
pub(super) struct Choices(pub(super) u64);

impl Choices {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 where there is none.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    /// One of these.
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

type Damage = (&'static str, fn(&[u8], &mut Choices) -> Option<Vec<u8>>);

/// Every damage, by the name under which it is reported.
const DAMAGES: &[Damage] = &[
    ("a byte changed", byte_changed),
    ("cut off", cut_off),
    ("a line deleted", |text, choices| with_lines(text, choices, |lines, at, _| drop(lines.remove(at)))),
    ("a line twice", |text, choices| with_lines(text, choices, |lines, at, _| lines.insert(at, lines[at].clone()))),
    ("two lines swapped", |text, choices| with_lines(text, choices, |lines, at, choices| swapped(lines, at, choices))),
    ("indented otherwise", |text, choices| with_lines(text, choices, |lines, at, choices| indented(lines, at, choices))),
    ("two keys swapped", |text, choices| words_swapped(text, choices, keys)),
    ("two words swapped", |text, choices| words_swapped(text, choices, words)),
    ("a word replaced by another", |text, choices| word_replaced(text, choices, words)),
    ("a key replaced by another", |text, choices| word_replaced(text, choices, keys)),
    ("a number replaced", number_replaced),
    ("a value replaced", value_replaced),
    ("a mark removed", mark_removed),
    ("a mark put in", mark_put_in),
];

const WORDS: [&str; 10] = ["null", "{}", "[]", "true", "\"\"", "many", "~", "''", "{{ x }}", "-"];
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1e400",
    "9223372036854775808",
    "18446744073709551616",
    "0.5",
    "5..1",
    "0..999999999999",
    ".nan",
    "many",
    "1_000",
    "-0.0",
    "1e-320",
    "170141183460469231731687303715884105728",
];
const MARKS: [&str; 22] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ",",
    "-",
    "#",
    "|",
    "&a ",
    "*a",
    "!t ",
    "\t",
    "\n",
    "{{",
    "}}",
    "{% if x %}",
    "$",
    "\u{feff}",
    "\u{301}",
];

/// One damage, two in a quarter of all cases.
pub(super) fn damaged(text: &[u8], choices: &mut Choices) -> (Vec<u8>, String) {
    let mut names = Vec::new();
    let mut damaged = text.to_vec();
    for _ in 0..=usize::from(choices.below(4) == 0) {
        let (name, damage) = choices.one(DAMAGES);
        if let Some(other) = damage(&damaged, choices) {
            damaged = other;
            names.push(name);
        }
    }
    (damaged, names.join(", then "))
}

fn spliced(text: &[u8], range: std::ops::Range<usize>, new: &[u8]) -> Option<Vec<u8>> {
    let mut out = text.to_vec();
    (range.end <= text.len()).then(|| out.splice(range, new.iter().copied()).count())?;
    Some(out)
}

fn byte_changed(text: &[u8], choices: &mut Choices) -> Option<Vec<u8>> {
    let at = choices.below(text.len());
    let changed = text.get(at)? ^ (1 << choices.below(8));
    spliced(text, at..at + 1, &[changed])
}

fn cut_off(text: &[u8], choices: &mut Choices) -> Option<Vec<u8>> {
    text.get(..choices.below(text.len())).map(<[u8]>::to_vec)
}

fn with_lines(text: &[u8], choices: &mut Choices, edit: fn(&mut Vec<Vec<u8>>, usize, &mut Choices)) -> Option<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return None;
    }
    let at = choices.below(lines.len());
    edit(&mut lines, at, choices);
    Some(lines.concat())
}

fn swapped(lines: &mut [Vec<u8>], at: usize, choices: &mut Choices) {
    let other = choices.below(lines.len());
    lines.swap(at, other);
}

/// One line, or it and all below it, a little to the left or to the right.
fn indented(lines: &mut [Vec<u8>], at: usize, choices: &mut Choices) {
    let margin = choices.one(&["  ", " ", "\t", "    ", ""]);
    let (less, count) = (choices.below(5), if choices.below(3) == 0 { lines.len() } else { 1 });
    for line in lines.iter_mut().skip(at).take(count) {
        let blanks = line.iter().take_while(|byte| **byte == b' ').count();
        let gone = if margin.is_empty() { less.min(blanks) } else { 0 };
        line.splice(..gone, margin.bytes());
    }
}

type Ranges = Vec<std::ops::Range<usize>>;

/// Every run of letters, digits and underscores that begins with a letter.
fn words(text: &[u8]) -> Ranges {
    runs(text, |byte| byte.is_ascii_alphabetic() || *byte == b'_')
}

/// Every number.
fn numbers(text: &[u8]) -> Ranges {
    runs(text, u8::is_ascii_digit)
}

fn runs(text: &[u8], begins: fn(&u8) -> bool) -> Ranges {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let starts = (0..text.len()).filter(|at| begins(&text[*at]) && (*at == 0 || !part(&text[at - 1])));
    starts.map(|at| at..at + text[at..].iter().take_while(|byte| part(byte)).count()).collect()
}

/// The words before a colon.
fn keys(text: &[u8]) -> Ranges {
    words(text).into_iter().filter(|word| text.get(word.end) == Some(&b':')).collect()
}

fn words_swapped(text: &[u8], choices: &mut Choices, which: fn(&[u8]) -> Ranges) -> Option<Vec<u8>> {
    let places = which(text);
    if places.is_empty() {
        return None;
    }
    let (one, other) = (choices.below(places.len()), choices.below(places.len()));
    let (first, last) = (places[one.min(other)].clone(), places[one.max(other)].clone());
    let swapped = spliced(text, last.clone(), &text[first.clone()])?;
    spliced(&swapped, first, &text[last])
}

fn word_replaced(text: &[u8], choices: &mut Choices, which: fn(&[u8]) -> Ranges) -> Option<Vec<u8>> {
    let places = which(text);
    let place = places.get(choices.below(places.len()))?.clone();
    let other = &places[choices.below(places.len())];
    spliced(text, place, &text[other.clone()])
}

fn number_replaced(text: &[u8], choices: &mut Choices) -> Option<Vec<u8>> {
    let places = numbers(text);
    let place = places.get(choices.below(places.len()))?.clone();
    spliced(text, place, choices.one(&NUMBERS).as_bytes())
}

/// What follows a key, to the end of the line or to the next comma or brace.
fn value_replaced(text: &[u8], choices: &mut Choices) -> Option<Vec<u8>> {
    let places = keys(text);
    let start = places.get(choices.below(places.len()))?.end + 1;
    let ends = choices.one(&["\n", "\n,}]"]);
    let length = text[start..].iter().take_while(|byte| !ends.as_bytes().contains(byte)).count();
    let value = format!(" {}", choices.one(&WORDS));
    spliced(text, start..start + length, value.as_bytes())
}

fn mark_removed(text: &[u8], choices: &mut Choices) -> Option<Vec<u8>> {
    let marks: Vec<usize> = (0..text.len()).filter(|at| text[*at].is_ascii_punctuation()).collect();
    let at = *marks.get(choices.below(marks.len()))?;
    spliced(text, at..at + 1, b"")
}

fn mark_put_in(text: &[u8], choices: &mut Choices) -> Option<Vec<u8>> {
    let at = choices.below(text.len() + 1);
    spliced(text, at..at, choices.one(&MARKS).as_bytes())
}
