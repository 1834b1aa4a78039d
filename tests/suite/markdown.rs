//! The fenced blocks of a Markdown text.
//!
//! In: a text. Out: each block with its language, what else stands on its fence, the headings it lies under and its place; and a
//! text in which some blocks have other contents.

use std::ops::Range;

/// A fenced block.
#[derive(Debug, Clone)]
pub(crate) struct Block<'t> {
    /// The first word after the fence.
    pub(crate) language: &'t str,
    /// The other words: `file=scenarios/x.yaml`.
    words: Vec<&'t str>,
    /// What it holds, with the last line break.
    pub(crate) text: &'t str,
    /// Where that stands in the whole.
    pub(crate) range: Range<usize>,
    /// The nearest heading above of the second level, without its signs; empty where there is none.
    pub(crate) heading: &'t str,
    /// The line of its fence, from 1.
    pub(crate) line: usize,
}

impl<'t> Block<'t> {
    /// The value of a word `name=value` on the fence.
    pub(crate) fn value(&self, name: &str) -> Option<&'t str> {
        self.words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }
}

/// Every fenced block of a text, in order.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let (mut open, mut heading, mut at) = (false, "", 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        let fence = line.trim_end().strip_prefix("```");
        match (open, fence) {
            (false, None) => heading = line.trim_end().strip_prefix("## ").unwrap_or(heading),
            (false, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default();
                let words = words.collect();
                blocks.push(Block { language, words, text: "", range: at..at, heading, line: number + 1 });
                open = true;
            }
            (true, None) => {}
            (true, Some(_)) => {
                let block = blocks.last_mut().unwrap();
                block.range.end = start;
                block.text = &text[block.range.clone()];
                open = false;
            }
        }
    }
    assert!(!open, "a block is not closed");
    blocks
}

/// The text with other contents in some blocks, which are given by their ranges, in order.
pub(crate) fn replaced(text: &str, contents: &[(Range<usize>, String)]) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (range, content) in contents {
        out.push_str(&text[at..range.start]);
        out.push_str(content);
        at = range.end;
    }
    out + &text[at..]
}

#[test]
fn blocks_are_found_with_what_stands_around_them() {
    let text = "# T\n\n## One\n\n```yaml file=a.yaml\nx: 1\n\n## no\n```\n\n## Two\n```\n```\n";
    let found = blocks(text);
    let seen: Vec<_> = found.iter().map(|one| (one.language, one.value("file"), one.text, one.heading, one.line)).collect();
    assert_eq!(seen, [("yaml", Some("a.yaml"), "x: 1\n\n## no\n", "One", 5), ("", None, "", "Two", 12)]);
    let changed = replaced(text, &[(found[0].range.clone(), "y\n".into()), (found[1].range.clone(), "z\n".into())]);
    assert_eq!(changed, "# T\n\n## One\n\n```yaml file=a.yaml\ny\n```\n\n## Two\n```\nz\n```\n");
}
