//! A table of comma-separated values, with the line of each row.
use crate::error::{ErrorKind, Faults, quoted};

/// A row that must come last: if it does not, a quoted cell before it has no end, and the reader took what follows into it.
const END: &str = "\u{2403}";

/// A table with a header.
pub(super) struct Table {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<TableRow>,
}

/// A row below the header.
pub(super) struct TableRow {
    /// The line of the text where it begins; the first line is 1.
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

impl Table {
    /// Reads the table. Blank lines are no rows.
    pub(super) fn parse(text: &str, separator: u8, faults: &mut Faults) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(line) = open_quote(text, separator) {
            let text = format_args!("line {line} has text behind a quote that ends a cell");
            faults.add(ErrorKind::Syntax, format_args!("text"), text);
            return None;
        }
        let text = format!("{text}\n{END}");
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(separator)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut lines = Lines { bytes: text.as_bytes(), at: 0, line: 1 };
        let mut rows = vec![];
        for record in reader.records() {
            // The text is UTF-8 and rows may have any length, so that nothing is left that the crate refuses.
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    faults.add(ErrorKind::Syntax, format_args!("text"), format_args!("{error}"));
                    return None;
                }
            };
            let start = record.position().map_or(0, csv::Position::byte);
            let line = lines.line_at(usize::try_from(start).unwrap_or(usize::MAX));
            rows.push(TableRow { line, cells: record.iter().map(str::to_owned).collect() });
        }
        match rows.pop() {
            Some(end) if end.cells == [END] => {}
            row => {
                let line = row.map_or(1, |row| row.line);
                let text = format_args!("the row in line {line} has a quote without an end");
                faults.add(ErrorKind::Syntax, format_args!("text"), text);
                return None;
            }
        }
        if rows.is_empty() {
            faults.add(ErrorKind::MissingField, format_args!("text"), format_args!("has no header"));
            return None;
        }
        let header = rows.remove(0).cells;
        Some(Self { header, rows })
    }

    /// The index of a column.
    pub(super) fn column(&self, name: &str, path: &str, faults: &mut Faults) -> Option<usize> {
        let mut found = self.header.iter().enumerate().filter(|(_, column)| *column == name.trim());
        let first = found.next().map(|(index, _)| index);
        if first.is_none() {
            let columns: Vec<String> =
                self.header.iter().take(20).map(|name| quoted(name).to_string()).collect();
            let text =
                format_args!("the table has no column {}: it has {}", quoted(name), columns.join(", "));
            faults.add(ErrorKind::UnknownReference, format_args!("{path}"), text);
        }
        if found.next().is_some() {
            let text = format_args!("the table has two columns {}", quoted(name));
            faults.add(ErrorKind::Duplicate, format_args!("{path}"), text);
        }
        first
    }
}

/// The line of the first text behind a closing quote. The crate takes it into the cell, with what follows: a quote that was opened
/// by mistake would swallow the next row up to its first quote.
fn open_quote(text: &str, separator: u8) -> Option<usize> {
    #[derive(Clone, Copy)]
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let (mut at, mut line) = (At::Start, 1_usize);
    for byte in text.bytes() {
        line = line.saturating_add(usize::from(byte == b'\n'));
        at = match (at, byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            (_, byte) if byte == separator || matches!(byte, b'\n' | b'\r') => At::Start,
            (At::Closed, b'"') => At::Quoted,
            (At::Closed | At::Start, b' ' | b'\t') => at,
            (At::Closed, _) => return Some(line),
            (At::Start, b'"') => At::Quoted,
            (At::Start | At::Plain, _) => At::Plain,
        };
    }
    None
}

/// Counts lines. The crate's own number of a row is that of the line break before it.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the first character at or after a position that is no line break. Positions grow.
    fn line_at(&mut self, position: usize) -> usize {
        while let Some(byte) = self.bytes.get(self.at) {
            let is_break = matches!(byte, b'\n' | b'\r');
            if self.at >= position && !is_break {
                break;
            }
            self.at += 1;
            // A carriage return before a line feed is one break with it.
            if *byte == b'\n' || (*byte == b'\r' && self.bytes.get(self.at) != Some(&b'\n')) {
                self.line += 1;
            }
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Option<Vec<(usize, Vec<String>)>> {
        let table = Table::parse(text, b',', &mut Faults::new())?;
        Some(table.rows.into_iter().map(|row| (row.line, row.cells)).collect())
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn each_row_has_the_line_where_it_begins() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["id,text", "1,a", "", "2,\"b", "c\"", "3,d"].join(end);
            let inner = format!("b{end}c");
            let expected = vec![row(2, &["1", "a"]), row(4, &["2", &inner]), row(6, &["3", "d"])];
            assert_eq!(rows(&text), Some(expected.clone()), "{end:?}");
            assert_eq!(rows(&format!("\u{feff}{text}{end}{end}")), Some(expected), "{end:?}");
        }
    }

    #[test]
    fn a_quote_without_an_end_is_found() {
        assert_eq!(rows("id\n\"1"), None);
        assert_eq!(rows("id\n\"1\n2\n3\n"), None);
        assert_eq!(rows("id\n5\" pipe\n\"2"), None);
        assert_eq!(rows("id\n\"1\"\"\n"), None);
        assert_eq!(rows("id\n5\" pipe"), Some(vec![row(2, &["5\" pipe"])]));
        assert_eq!(rows("id\n\"1\"\"\""), Some(vec![row(2, &["1\""])]));
    }

    #[test]
    fn text_behind_a_quote_is_refused() {
        assert_eq!(rows("id,t\n7,\"open,x\n8,\"closed\",y"), None);
        assert_eq!(rows("id\n\"a\" b"), None);
        assert_eq!(rows("id,t\n\"a\" ,\"b\"\"c\""), Some(vec![row(2, &["a", "b\"c"])]));
    }

    #[test]
    fn a_text_without_a_header_is_none() {
        assert_eq!(rows(""), None);
        assert_eq!(rows("\n\r\n"), None);
        assert_eq!(rows("id"), Some(vec![]));
    }
}
