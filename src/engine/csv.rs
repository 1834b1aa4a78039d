//! CSV text (RFC 4180) to rows of cells with positions.
//!
//! In: one source text. Out: the rows in order, each cell with its bytes in the file and whether it was quoted, or the
//! diagnostic of the first place that is not CSV: beyond it nothing can be told apart. What must hold: a quote stands around
//! a whole cell or nowhere; lines end with LF or CRLF, empty ones are skipped; how many cells a row has is for the reader of
//! the rows.
//!
//! The `csv` crate reads the same rows (a test compares them). It does not say where a cell stands or whether it was quoted,
//! and takes a misplaced quote as it comes, which is why the rows are read here.

use crate::data::Text;
use crate::diag::{Diagnostic, codes};
use crate::source::{SourceId, Span};

/// One cell of a row.
#[derive(Debug, Clone)]
pub struct Cell {
    /// Its text, without quotes.
    pub text: Text,
    /// Whether it was written in quotes.
    pub quoted: bool,
    /// Where it stands, with its quotes.
    pub span: Span,
}

/// Reads every row of a text.
///
/// # Errors
/// The first place that is not CSV.
pub fn rows(source: SourceId, text: &str) -> Result<Vec<Vec<Cell>>, Box<Diagnostic>> {
    let mut scanner = Scanner { source, text, at: 0 };
    let mut rows = Vec::new();
    while !scanner.rest().is_empty() {
        if !scanner.line_end() {
            rows.push(scanner.row()?);
        }
    }
    Ok(rows)
}

struct Scanner<'t> {
    source: SourceId,
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, what: &str) -> bool {
        let there = self.rest().starts_with(what);
        self.at += if there { what.len() } else { 0 };
        there
    }

    fn line_end(&mut self) -> bool {
        self.take("\n") || self.take("\r\n")
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.source, start..self.at)
    }

    fn wrong(&self, start: usize, message: &str, hint: &str) -> Box<Diagnostic> {
        let end = start + self.text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let place = Span::new(self.source, start..end);
        Box::new(Diagnostic::error(codes::CSV_SYNTAX, place, message).hint(hint))
    }

    /// The cells up to the end of the line or of the text.
    fn row(&mut self) -> Result<Vec<Cell>, Box<Diagnostic>> {
        let mut cells = vec![self.cell()?];
        while self.take(",") {
            cells.push(self.cell()?);
        }
        self.line_end();
        Ok(cells)
    }

    fn cell(&mut self) -> Result<Cell, Box<Diagnostic>> {
        let start = self.at;
        let text = if self.take("\"") { self.quoted(start)? } else { self.bare()? };
        let span = self.span(start);
        let quoted = self.text.get(span.range()).is_some_and(|written| written.starts_with('"'));
        Ok(Cell { text, quoted, span })
    }

    fn bare(&mut self) -> Result<Text, Box<Diagnostic>> {
        let rest = self.rest();
        let length = rest.find([',', '"', '\n', '\r']).unwrap_or(rest.len());
        let (text, behind) = rest.split_at(length);
        self.at += length;
        if behind.starts_with('"') {
            let hint = "put the whole cell in quotes, and write each quote inside it twice: `\"a \"\"b\"\"\"`";
            return Err(self.wrong(self.at, "a quote inside a cell that has none around it", hint));
        }
        self.ends_well("a carriage return that ends no line", "save the file with LF or CRLF at the end of its lines")?;
        Ok(Text::from(text))
    }

    /// What stands between quotes; the first one is taken already.
    fn quoted(&mut self, start: usize) -> Result<Text, Box<Diagnostic>> {
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(length) = rest.find('"') else {
                let hint = "close the cell with a quote; a quote inside a cell is written twice";
                return Err(self.wrong(start, "a quote that is never closed", hint));
            };
            text.push_str(rest.get(..length).unwrap_or_default());
            self.at += length + 1;
            if !self.take("\"") {
                break;
            }
            text.push('"');
        }
        self.ends_well("text behind the closing quote of a cell", "a quote inside a cell is written twice: `\"a \"\"b\"\"\"`")?;
        Ok(Text::from(text))
    }

    /// Behind a cell stands a comma, the end of a line, or nothing.
    fn ends_well(&self, message: &str, hint: &str) -> Result<(), Box<Diagnostic>> {
        let rest = self.rest();
        let well = rest.is_empty() || rest.starts_with([',', '\n']) || rest.starts_with("\r\n");
        if well { Ok(()) } else { Err(self.wrong(self.at, message, hint)) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::Sources;

    type Rows = Vec<Vec<(String, bool, std::ops::Range<usize>)>>;

    fn read(text: &str) -> Result<Rows, (String, std::ops::Range<usize>)> {
        let source = Sources::default().add("a.csv", text);
        let wrong = |found: Box<Diagnostic>| (found.message.clone(), found.primary.unwrap().span.range());
        let cell = |cell: Cell| (cell.text.to_string(), cell.quoted, cell.span.range());
        let found = rows(source, text).map_err(wrong)?;
        Ok(found.into_iter().map(|row| row.into_iter().map(cell).collect()).collect())
    }

    fn cell(text: &str, quoted: bool, range: std::ops::Range<usize>) -> (String, bool, std::ops::Range<usize>) {
        (text.to_owned(), quoted, range)
    }

    #[test]
    fn cells_know_where_they_stand_and_how_they_were_written() {
        let found = read("a,b\r\n\n\"x \"\"y\"\",\n\",é\n,\"\"").unwrap();
        assert_eq!(found[0], [cell("a", false, 0..1), cell("b", false, 2..3)]);
        assert_eq!(found[1], [cell("x \"y\",\n", true, 6..17), cell("é", false, 18..20)]);
        assert_eq!(found[2], [cell("", false, 21..21), cell("", true, 22..24)]);
        assert_eq!(read("").unwrap(), Rows::new());
    }

    #[test]
    fn what_is_no_csv_is_refused_where_it_stands() {
        let at = |text: &str| read(text).unwrap_err();
        assert_eq!(at("a\nb\"c\n"), ("a quote inside a cell that has none around it".to_owned(), 3..4));
        assert_eq!(at("a,\"b\nc\n"), ("a quote that is never closed".to_owned(), 2..3));
        assert_eq!(at("\"a\" ,b"), ("text behind the closing quote of a cell".to_owned(), 3..4));
        assert_eq!(at("a\rb\r"), ("a carriage return that ends no line".to_owned(), 1..2));
    }

    proptest! {
        #[test]
        fn the_crate_reads_the_same(cells in prop::collection::vec(prop::collection::vec("[a,\"\r\n é]{0,4}", 2..5), 0..6)) {
            for style in [csv::QuoteStyle::Necessary, csv::QuoteStyle::Always] {
                let mut writer = csv::WriterBuilder::new().flexible(true).quote_style(style).from_writer(Vec::new());
                for row in &cells {
                    writer.write_record(row).unwrap();
                }
                let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
                let again: Vec<Vec<String>> =
                    read(&text).unwrap().into_iter().map(|row| row.into_iter().map(|(text, ..)| text).collect()).collect();
                prop_assert_eq!(&again, &cells);
            }
        }
    }
}
