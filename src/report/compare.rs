//! The change between two loose queries in, a few lines for people out.

use std::fmt::Write;

use super::impact::{column_line, rows_line};
use super::paint::{Ink, Paint, wrap};
use crate::change::{ColumnChange, Rows};
use crate::impact::Class;

/// How one query differs from another.
#[derive(Clone, Debug)]
pub struct Comparison {
    pub class: Class,
    pub rows: Rows,
    pub columns: Vec<ColumnChange>,
    pub keys_lost: Vec<Vec<String>>,
    pub deterministic: bool,
    pub proved: bool,
    /// Where the two texts differ, clause by clause, with the lines.
    pub evidence: Vec<Difference>,
    /// What was not understood.
    pub why: Vec<String>,
}

/// One thing that is written otherwise.
#[derive(Clone, Debug)]
pub struct Difference {
    pub what: String,
    /// Lines from 1 in the text of each side.
    pub base_line: Option<u32>,
    pub head_line: Option<u32>,
}

impl Difference {
    fn words(&self) -> String {
        let lines = match (self.base_line, self.head_line) {
            (Some(base), Some(head)) => format!(" (line {base}, now line {head})"),
            (Some(base), None) => format!(" (line {base} before)"),
            (None, Some(head)) => format!(" (line {head})"),
            (None, None) => String::new(),
        };
        format!("{}{lines}", self.what)
    }
}

/// `equal`, or what differs.
pub fn compare(comparison: &Comparison, paint: Paint) -> String {
    let class = comparison.class;
    let mut out = match class {
        Class::None | Class::Cosmetic => format!("{} the two queries mean the same", paint.ink(Ink::Good, "equal")),
        Class::Unknown => format!("{} {}", paint.ink(Ink::Warn, "unknown"), class.meaning()),
        class => format!("{} {}", paint.ink(Ink::Warn, class.word()), class.meaning()),
    };
    out.push('\n');
    if let Some(rows) = rows_line(comparison.rows) {
        let _ = writeln!(out, "  {rows}");
    }
    for column in comparison.columns.iter().filter(|column| column.is_change() || !column.shape.is_empty()) {
        let _ = writeln!(out, "  {}", column_line(column));
    }
    for difference in &comparison.evidence {
        for line in wrap(&format!("because {}", difference.words()), paint.columns().saturating_sub(4)) {
            let _ = writeln!(out, "  {}", paint.ink(Ink::Faint, &line));
        }
    }
    for key in &comparison.keys_lost {
        let _ = writeln!(out, "  key ({}) is lost: rows may repeat", key.join(", "));
    }
    if !comparison.deterministic {
        let _ = writeln!(out, "  {}", paint.ink(Ink::Faint, "a call of chance or the clock decides some of it"));
    }
    for why in &comparison.why {
        for line in wrap(why, paint.columns().saturating_sub(4)) {
            let _ = writeln!(out, "  {}", paint.ink(Ink::Faint, &line));
        }
    }
    out
}
