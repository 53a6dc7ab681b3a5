//! CSV text in, a header and rows of text out.

use super::Fault;
use crate::text::Span;

/// Every row has as many cells as the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Blank lines are skipped, short rows are filled with empty cells; a row longer than the header is a fault.
pub fn parse(text: &str, delimiter: u8) -> Result<Table, Fault> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let base = text.len() - body.len();
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(delimiter).flexible(true).from_reader(body.as_bytes());
    let fault = |message: String, start: u64, end: u64| {
        let span = Span::new(start as usize, (end as usize).min(body.len())).shift(base);
        Fault { message, span: Span::new(span.start as usize, trimmed_end(text, span)) }
    };
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => return Err(fault(error.to_string(), 0, 0)),
    };
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let start = reader.position().byte();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(Table { header, rows }),
            Ok(true) if record.len() > header.len() => {
                let message = format!("this row has {} cells, the header {}", record.len(), header.len());
                let start = record.position().map_or(start, csv::Position::byte);
                return Err(fault(message, start, reader.position().byte()));
            }
            Ok(true) => {
                let mut row: Vec<String> = record.iter().map(str::to_owned).collect();
                row.resize(header.len(), String::new());
                rows.push(row);
            }
            Err(error) => return Err(fault(error.to_string(), start, start)),
        }
    }
}

fn trimmed_end(text: &str, span: Span) -> usize {
    text.get(span.range()).map_or(span.end as usize, |row| span.start as usize + row.trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::parse;

    fn check(text: &str, delimiter: u8, expected: &[&[&str]]) {
        let table = parse(text, delimiter).expect("the text is sound");
        let all: Vec<Vec<String>> = std::iter::once(table.header).chain(table.rows).collect();
        assert_eq!(all, expected);
    }

    #[test]
    fn cells_are_text() {
        check(
            "\u{feff}id,name\r\n1,\"a, \"\"b\"\"\"\r\n\r\n2\r\n",
            b',',
            &[&["id", "name"], &["1", "a, \"b\""], &["2", ""]],
        );
        check("a;b\n1;x,y\n", b';', &[&["a", "b"], &["1", "x,y"]]);
        check("", b',', &[&[]]);
    }

    #[test]
    fn a_row_too_long_is_a_fault_at_its_place() {
        let text = "\u{feff}a,b\n1,2\n\n3,4,5\n6,7\n";
        let fault = parse(text, b',').expect_err("a row is too long");
        assert_eq!(text[fault.span.range()].trim(), "3,4,5");
        assert_eq!(fault.message, "this row has 3 cells, the header 2");
    }
}
