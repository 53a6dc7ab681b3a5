//! A seed and the text of its file in, the statements that load it out.

use super::statements::{Statements, literal};
use crate::algebra::{Family, Type};
use crate::data::csv::parse;
use crate::dialect::Dialect;
use crate::project::Seed;

/// More rows than these are no text to send; the project's own tool loads them.
const MOST_ROWS: usize = 5000;
/// Rows of one INSERT.
const ROWS_AT_ONCE: usize = 500;

/// The table and its rows; `None` where the file is too large or cannot be read.
pub(super) fn load(seed: &Seed, text: &str, name: &str, dialect: &Dialect) -> Option<Vec<String>> {
    if seed.sampled || seed.rows > MOST_ROWS {
        return None;
    }
    let delimiter = seed.config.str("delimiter").and_then(|sign| sign.bytes().next()).unwrap_or(b',');
    let table = parse(text, delimiter).ok()?;
    let types: Vec<&str> = seed.columns.iter().map(|column| column.data_type.as_str()).collect();
    if types.len() != table.header.len() || types.is_empty() {
        return None;
    }
    let columns =
        seed.columns.iter().map(|column| format!("{} {}", spelled(&column.name, name, dialect), column.data_type));
    let columns: Vec<String> = columns.collect();
    let make = format!("create table {name} ({})", columns.join(", "));
    let mut all = vec![Statements(dialect).drop(name, super::stored::Stored::Table), make];
    for rows in table.rows.chunks(ROWS_AT_ONCE) {
        let rows = rows.iter().map(|row| {
            let cells: Vec<String> = row.iter().zip(&types).map(|(cell, ty)| value(cell, ty)).collect();
            format!("({})", cells.join(", "))
        });
        all.push(format!("insert into {name} values\n{}", rows.collect::<Vec<_>>().join(",\n")));
    }
    Some(all)
}

/// A name that would be read otherwise stands in quotes, those of the table's own name where it has some.
fn spelled(column: &str, table: &str, dialect: &Dialect) -> String {
    let plain = column.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
        && !column.starts_with(|sign: char| sign.is_ascii_digit())
        && !dialect.keywords.contains(&column.to_ascii_lowercase());
    let quote = if table.starts_with('`') { '`' } else { '"' };
    if plain { column.to_owned() } else { format!("{quote}{column}{quote}") }
}

fn value(cell: &str, data_type: &str) -> String {
    let text = cell.trim();
    match Type::parse(data_type).family {
        _ if cell.is_empty() => "null".to_owned(),
        Family::Integer | Family::Decimal | Family::Float if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            text.to_owned()
        }
        Family::Boolean if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") => text.to_owned(),
        Family::Date | Family::Timestamp | Family::Time => format!("cast({} as {data_type})", literal(text)),
        _ => literal(cell),
    }
}
