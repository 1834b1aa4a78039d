//! What is told of a diagnostic code: why such a spec is refused, a wrong example and a right one.
//!
//! In: the texts of `codes/`, one a code. Each is Markdown of three parts: why, `## Wrong`, `## Right`; an example is one or more
//! fenced blocks. A block opens with its language and, where it is not the spec itself, with the path of a file of the workspace;
//! a block of `sh` is shown and not compiled. Out: the parts. What must hold: an example without `dataset:` is what stands behind
//! the head of a spec ([`HEAD`]), and where it has no `record`, before [`RECORD`]; tests compile them so.

use super::codes::{ALL, Code, TEXTS};

/// What stands before an example that is a part of a spec.
pub const HEAD: &str = "dictum: 1\ndataset: example\nsize: 10\n";
/// What stands behind an example without a record.
pub const RECORD: &str = "record: {input: \"{{ context }}\"}\n";
/// What opens and closes a block.
const FENCE: &str = "```";

/// What is told of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The code.
    pub code: Code,
    /// Why it is refused, in a few sentences.
    pub why: &'static str,
    /// An example that is refused with this code.
    pub wrong: Vec<Block>,
    /// The same, mended.
    pub right: Vec<Block>,
}

/// A block of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// `yaml`, `json`, `csv`, `jinja` or `sh`.
    pub language: &'static str,
    /// The path of the file in the workspace; `None` for the spec itself.
    pub file: Option<&'static str>,
    /// What stands in it.
    pub text: &'static str,
}

impl Block {
    /// The whole file that the block stands for.
    #[must_use]
    pub fn whole(&self) -> String {
        let has = |key: &str| self.text.lines().any(|line| line.starts_with(key));
        if self.file.is_some() || has("dataset:") {
            return self.text.to_owned();
        }
        let record = if has("record:") { "" } else { RECORD };
        format!("{HEAD}{}{record}", self.text)
    }
}

/// What is told of a code; `None` for one that is not among the codes.
#[must_use]
pub fn explained(code: Code) -> Option<Explained> {
    let at = ALL.iter().position(|one| *one == code)?;
    let text = *TEXTS.get(at)?;
    let (why, rest) = text.split_once("## Wrong").unwrap_or((text, ""));
    let (wrong, right) = rest.split_once("## Right").unwrap_or((rest, ""));
    Some(Explained { code, why: why.trim(), wrong: blocks(wrong), right: blocks(right) })
}

/// The code of a name.
#[must_use]
pub fn code(name: &str) -> Option<Code> {
    ALL.iter().find(|code| code.name == name).copied()
}

fn blocks(text: &'static str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, open)) = rest.split_once(FENCE) {
        let (info, body) = open.split_once('\n').unwrap_or((open, ""));
        let (body, after) = body.split_once(FENCE).unwrap_or((body, ""));
        let (language, file) = info.split_once(' ').map_or((info, None), |(language, file)| (language, Some(file)));
        found.push(Block { language, file, text: body });
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_text_with_all_parts() {
        for code in ALL {
            let told = explained(*code).unwrap();
            assert!(told.why.ends_with('.') && !told.why.contains(FENCE), "{code}");
            assert!(!told.wrong.is_empty() && !told.right.is_empty(), "{code}");
            for block in told.wrong.iter().chain(&told.right) {
                assert!(["yaml", "json", "csv", "jinja", "sh"].contains(&block.language), "{code}: {}", block.language);
                assert!(block.text.ends_with('\n') || block.text.is_empty(), "{code}");
            }
        }
    }

    #[test]
    fn blocks_have_a_language_and_perhaps_a_file() {
        let found = blocks("\n```yaml\na: 1\n```\n\n```csv scenarios/a.csv\nx\n```\n");
        let [first, second] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((first.language, first.file, first.text), ("yaml", None, "a: 1\n"));
        assert_eq!((second.language, second.file), ("csv", Some("scenarios/a.csv")));
        assert_eq!(first.whole(), format!("{HEAD}a: 1\n{RECORD}"));
        assert_eq!(second.whole(), "x\n");
    }
}
