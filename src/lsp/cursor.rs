//! Where a cursor stands in a text that somebody is typing: in which expression, and after what.
//!
//! In: a text, sound or not, and a byte of it. Out: [`Spot`], what is being written there. What must hold: only the text before the
//! cursor counts, so that half an expression is understood as well as a whole one.

/// How far back the beginning of an expression is sought.
const MOST_BEFORE: usize = 4_000;

/// The keys whose values are expressions, bare of braces.
const ASKING: &[&str] = &[
    "when",
    "where",
    "that",
    "given",
    "each",
    "by",
    "share",
    "distinct",
    "sample",
    "shuffle",
    "permutation",
    "policy",
    "fold",
    "row",
];

/// What is being written at a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot<'t> {
    /// A name.
    Name,
    /// An attribute of what this expression gives.
    Attribute(&'t str),
    /// A word in quotes that is compared with what this expression gives.
    Word(&'t str),
    /// A key in quotes, in brackets behind this expression.
    Key(&'t str),
    /// A filter.
    Filter,
    /// A test.
    Test,
}

impl Spot<'_> {
    /// Where what is being written at byte `at` begins.
    pub(super) fn start(&self, text: &str, at: usize) -> usize {
        let before = text.get(..at).unwrap_or_default();
        match self {
            Self::Word(_) | Self::Key(_) => before.rfind(['\'', '"']).map_or(at, |quote| quote + 1),
            _ => before.trim_end_matches(is_letter).len(),
        }
    }
}

/// What is being written at byte `at`; `None` outside expressions, and in words that nothing is known of. In a template file
/// (`bare` is false) expressions stand in braces only.
pub(super) fn spot(text: &str, at: usize, bare: bool) -> Option<Spot<'_>> {
    let start = text.floor_char_boundary(at.saturating_sub(MOST_BEFORE));
    let before = text.get(start..at)?;
    written(braced(before).or_else(|| asked(before).filter(|_| bare))?)
}

/// What stands between the last open braces and the cursor.
fn braced(before: &str) -> Option<&str> {
    let open = before.rfind("{{").max(before.rfind("{%"))?;
    let inner = before.get(open + 2..)?;
    let closed = inner.contains("}}") || inner.contains("%}");
    (!closed).then_some(inner)
}

/// What stands between the last key that asks and the cursor, in its line.
fn asked(before: &str) -> Option<&str> {
    let line = before.rsplit(['\n', '\r']).next()?;
    let (at, key) = ASKING.iter().filter_map(|key| Some((last_key(line, key)?, key))).max()?;
    let value = line.get(at + key.len()..)?.trim_start_matches(['"', '\'']).strip_prefix(':')?.trim_start();
    let value = value.strip_prefix('"').or_else(|| value.strip_prefix('\'')).unwrap_or(value);
    // A list or a map is no expression; what follows a comma outside brackets, or a closing brace, is another key.
    let plain = !value.starts_with('[') && !value.starts_with('{');
    (plain && !ends(value)).then_some(value)
}

/// The last place where a key stands in a line: at its beginning or behind what may stand before a key.
fn last_key(line: &str, key: &str) -> Option<usize> {
    let fits = |at: &usize| {
        let head = line.get(..*at).unwrap_or_default().trim_end_matches(['"', '\'', '$']);
        let head = head.trim_end();
        let first = head.is_empty() || head.ends_with(['{', ',', '-']);
        let rest = line.get(at + key.len()..).unwrap_or_default().trim_start_matches(['"', '\'']);
        first && rest.starts_with(':') && rest.get(1..2).is_none_or(|next| next == " ")
    };
    line.match_indices(key).map(|(at, _)| at).filter(fits).last()
}

/// Whether a value in braces has ended before the cursor.
fn ends(value: &str) -> bool {
    let (mut depth, mut quote) = (0_i32, None);
    for c in value.chars() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => return true,
            _ => {}
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

/// What is being written at the end of an expression.
fn written(expression: &str) -> Option<Spot<'_>> {
    if let Some(open) = open_quote(expression) {
        return quoted(expression.get(..open)?);
    }
    let head = expression.trim_end_matches(is_letter);
    // A number is nothing to complete.
    if expression.get(head.len()..)?.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(inner) = head.strip_suffix('.') {
        return chain(inner).map(Spot::Attribute);
    }
    let head = head.trim_end();
    if head.ends_with('|') {
        return Some(Spot::Filter);
    }
    let asks = strip_word(head, "is").is_some() || strip_word(head, "not").is_some_and(|rest| strip_word(rest, "is").is_some());
    Some(if asks { Spot::Test } else { Spot::Name })
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Where the quotes begin that are still open at the end.
fn open_quote(text: &str) -> Option<usize> {
    let mut open = None;
    for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '\'' | '"')) {
        match open {
            None => open = Some((at, c)),
            Some((_, quote)) if quote == c => open = None,
            Some(_) => {}
        }
    }
    open.map(|(at, _)| at)
}

/// What a word in quotes is, by what stands before it.
fn quoted(before: &str) -> Option<Spot<'_>> {
    let before = before.trim_end();
    if let Some(operand) = before.strip_suffix("==").or_else(|| before.strip_suffix("!=")) {
        return chain(operand.trim_end()).map(Spot::Word);
    }
    let open = open_bracket(before)?;
    let head = before.get(..open)?.trim_end();
    if let Some(operand) = strip_word(head, "in") {
        let operand = strip_word(operand, "not").unwrap_or(operand);
        return chain(operand).map(Spot::Word);
    }
    let bracket = before.get(open..)?;
    let is_item = bracket.starts_with('[') && !bracket.contains(',');
    chain(head).filter(|_| is_item).map(Spot::Key)
}

/// The innermost bracket that is still open at the end; quotes are closed there.
fn open_bracket(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(one), c) if one == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => open.push(at),
            (None, ']' | ')') => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// The text before a word at its end, if it ends with that word.
fn strip_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.strip_suffix(word)?;
    (!head.ends_with(is_letter)).then(|| head.trim_end())
}

/// The names, attributes, items and calls in a row at the end of a text: `a.b[c].d(e)`.
fn chain(text: &str) -> Option<&str> {
    let (mut depth, mut start) = (0_usize, text.len());
    for (at, c) in text.char_indices().rev() {
        match c {
            ']' | ')' => depth += 1,
            '[' | '(' if depth == 0 => break,
            '[' | '(' => depth -= 1,
            _ if depth > 0 || is_letter(c) || c == '.' => {}
            _ => break,
        }
        start = at;
    }
    text.get(start..).filter(|chain| chain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The spot at the `^` of a text.
    fn at(text: &str) -> Option<Spot<'static>> {
        let at = text.find('^').unwrap();
        let text: &'static str = Box::leak(text.replace('^', "").into_boxed_str());
        spot(text, at, true)
    }

    #[test]
    fn expressions_stand_in_braces_and_behind_keys_that_ask() {
        for text in ["a: \"{{ ^", "a: \"x {{ y }} {{ z + ^ }}\"", "- {when: ^", "  when: not ^", "a: {$when: ^", "when: f(a, ^"] {
            assert_eq!(at(text), Some(Spot::Name), "{text}");
        }
        for text in
            ["a: ^", "a: \"{{ x }} ^", "- {when: x, give: ^", "whenever: ^", "sample: [^", "given: {^", "{{ 12^", "then: when ^"]
        {
            assert_eq!(at(text), None, "{text}");
        }
        assert_eq!(spot("when: x", 7, false), None, "a template file has no keys");
        assert_eq!(spot("{% if x", 7, false), Some(Spot::Name));
    }

    #[test]
    fn what_stands_before_says_what_is_written() {
        assert_eq!(at("when: rules[rule].^"), Some(Spot::Attribute("rules[rule]")));
        assert_eq!(at("\"{{ (a + duties.late).to^"), None);
        assert_eq!(at("\"{{ x + say.re^"), Some(Spot::Attribute("say")));
        assert_eq!(at("\"{{ x | ^"), Some(Spot::Filter));
        assert_eq!(at("\"{{ x|up^"), Some(Spot::Filter));
        assert_eq!(at("when: x is not de^"), Some(Spot::Test));
        assert_eq!(at("when: x is ^"), Some(Spot::Test));
        assert_eq!(at("when: this ^"), Some(Spot::Name));
    }

    #[test]
    fn words_in_quotes_are_those_of_the_other_side() {
        assert_eq!(at("- {when: affected == '^"), Some(Spot::Word("affected")));
        assert_eq!(at("- {when: a.b != 'x' and c.d == \"me^"), Some(Spot::Word("c.d")));
        assert_eq!(at("\"{{ affected in ['personal', '^"), Some(Spot::Word("affected")));
        assert_eq!(at("that: x and affected not in ['^"), Some(Spot::Word("affected")));
        assert_eq!(at("when: \"rules['^"), Some(Spot::Key("rules")));
        assert_eq!(at("when: f('^"), None);
    }
}
