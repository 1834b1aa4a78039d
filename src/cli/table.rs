//! Tables for people: a line of heads, then a line a row, every column as wide as its widest cell.

use super::terminal::PLAIN;
use std::fmt::Write as _;

const BOLD: &str = "\x1b[1m";

/// One column: its head, and whether its cells stand to the right, as numbers do.
pub(super) type Column = (&'static str, bool);

/// Rows under their heads; the heads stand out where there are colours.
pub(super) fn table<const N: usize>(columns: &[Column; N], rows: &[[String; N]], color: bool) -> String {
    let heads = columns.map(|(head, _)| head.to_owned());
    let lines: Vec<&[String; N]> = std::iter::once(&heads).chain(rows).collect();
    let width = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for (at, line) in lines.into_iter().enumerate() {
        let mut row = String::new();
        for ((cell, width), (_, right)) in line.iter().zip(&widths).zip(columns) {
            // Writing into a string cannot fail.
            let _ = if *right { write!(row, "{cell:>width$}  ") } else { write!(row, "{cell:<width$}  ") };
        }
        let row = row.trim_end();
        let _ = if at == 0 && color { writeln!(text, "{BOLD}{row}{PLAIN}") } else { writeln!(text, "{row}") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["reviews", "1,000", "Führung"], ["x", "-", "y"]].map(|row| row.map(str::to_owned));
        let columns = [("DATASET", false), ("SIZE", true), ("TITLE", false)];
        let expected = "\
DATASET   SIZE  TITLE
reviews  1,000  Führung
x            -  y
";
        assert_eq!(table(&columns, &rows, false), expected);
        assert!(table(&columns, &[], true).starts_with(BOLD));
    }
}
