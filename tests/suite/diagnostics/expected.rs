//! What a fixture expects.
//!
//! In a file: `# error[code]: text` or `# warning[code]: text` on the line it is about, several on one line one after the other;
//! `# error[code]@+2: text` is about the second line below. `text` is a part of the short form of the diagnostic, message and
//! hints. In a template the same stands in `{# error[code]: text #}`. For files without comments there is `expected.txt` with
//! lines `path:line:column: error[code]: text`; the column may be left out, the whole place too (`error[code]: text`).

/// One diagnostic that must be reported.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    /// The path as diagnostics print it; empty where no file is to blame.
    pub(super) path: String,
    /// One-based line.
    pub(super) line: Option<usize>,
    /// One-based column; `None` where any will do.
    pub(super) column: Option<usize>,
    /// `error` or `warning`.
    pub(super) severity: &'static str,
    /// The stable code.
    pub(super) code: String,
    /// A part of the message and its hints.
    pub(super) text: String,
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers: Vec<String> = [self.line, self.column].into_iter().flatten().map(|number| format!("{number}:")).collect();
        let place = numbers.concat();
        let path = if self.path.is_empty() { String::new() } else { format!("{}:", self.path) };
        write!(f, "{path}{place} {}[{}]: {}", self.severity, self.code, self.text)
    }
}

const SEVERITIES: [&str; 2] = ["error", "warning"];

/// The comments of a file.
pub(super) fn in_comments(path: &str, text: &str) -> Vec<Expected> {
    let of_line = |(at, line): (usize, &str)| {
        marks(line)
            .into_iter()
            .map(move |(severity, code, offset, text)| Expected {
                path: path.to_owned(),
                line: (at + 1).checked_add_signed(offset),
                column: None,
                severity,
                code,
                text,
            })
            .collect::<Vec<_>>()
    };
    text.lines().enumerate().flat_map(of_line).collect()
}

/// Every `# error[code]@+1: text` of a line.
fn marks(line: &str) -> Vec<(&'static str, String, isize, String)> {
    let starts = |severity: &'static str| {
        let mark = format!("# {severity}[");
        line.match_indices(&mark).map(|(at, _)| (at, severity)).collect::<Vec<_>>()
    };
    let mut places: Vec<(usize, &'static str)> = SEVERITIES.into_iter().flat_map(starts).collect();
    places.sort_unstable();
    let ends = places.iter().skip(1).map(|(at, _)| *at).chain([line.len()]);
    places.iter().zip(ends).map(|((start, severity), end)| mark(&line[start + severity.len() + 3..end], severity)).collect()
}

/// What stands behind `# error[`.
fn mark(rest: &str, severity: &'static str) -> (&'static str, String, isize, String) {
    let (code, rest) = rest.split_once(']').unwrap_or_else(|| panic!("a mark without `]`: {rest}"));
    let (offset, text) = rest.split_once(':').unwrap_or_else(|| panic!("a mark without `:`: {rest}"));
    let offset = offset.strip_prefix('@').map_or(0, |number| number.parse().unwrap_or_else(|_| panic!("not a line: {rest}")));
    (severity, code.to_owned(), offset, text.trim().trim_end_matches("#}").trim().to_owned())
}

/// The lines of an `expected.txt`.
pub(super) fn in_list(text: &str) -> Vec<Expected> {
    text.lines().filter(|line| !line.trim().is_empty()).map(listed).collect()
}

fn listed(line: &str) -> Expected {
    let starts = SEVERITIES.into_iter().filter_map(|severity| Some((line.find(&format!("{severity}["))?, severity)));
    let (at, severity) = starts.min().unwrap_or_else(|| panic!("a line without `error[` or `warning[`: {line}"));
    let (severity, code, _, text) = mark(&line[at + severity.len() + 1..], severity);
    let place = line[..at].trim().trim_end_matches(':');
    let mut parts = place.split(':');
    let path = parts.next().unwrap_or_default().to_owned();
    let mut number = || parts.next().map(|part| part.parse().unwrap_or_else(|_| panic!("not a number: {line}")));
    Expected { path, line: number(), column: number(), severity, code, text }
}
