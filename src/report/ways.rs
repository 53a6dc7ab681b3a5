//! Ways between two ends of the lineage graph in, steps with the place of each read, for people, out.

use std::fmt::Write;

use super::paint::{Ink, Paint, clip, pad, width};
use super::relation::ReadAt;
use super::walk::{Grain, ROWS, short};
use crate::compile::Compilation;
use crate::lineage::Node;

/// The ways between two selectors.
#[derive(Clone, Debug)]
pub struct Ways {
    /// As the user wrote them.
    pub from: String,
    pub to: String,
    /// Shortest first.
    pub ways: Vec<Way>,
    /// There are more than these.
    pub more: bool,
    /// Only the shortest was asked for.
    pub only_shortest: bool,
}

/// One way, from the reader at its end up to what it reads in the end.
#[derive(Clone, Debug)]
pub struct Way {
    pub steps: Vec<WayStep>,
}

/// One read.
#[derive(Clone, Debug)]
pub struct WayStep {
    pub reader: WayEnd,
    pub input: WayEnd,
    pub via: &'static str,
    pub place: Option<ReadAt>,
    /// The line of the file that holds the read.
    pub line: Option<String>,
}

/// A column, the rows of a relation, or a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayEnd {
    pub relation: String,
    pub short: String,
    pub column: Option<String>,
}

impl WayEnd {
    pub fn new(compilation: &Compilation, grain: Grain, node: Node<'_>) -> Self {
        let column = (grain == Grain::Columns).then(|| node.column.unwrap_or(ROWS).to_owned());
        WayEnd { relation: node.relation.to_owned(), short: short(compilation, node.relation), column }
    }

    fn name(&self) -> String {
        self.column.as_ref().map_or_else(|| self.short.clone(), |column| format!("{}.{column}", self.short))
    }
}

/// Each way step by step, with the lines that read.
pub fn ways(ways: &Ways, paint: Paint) -> String {
    let mut out = String::new();
    for (at, way) in ways.ways.iter().enumerate() {
        let (Some(first), Some(last)) = (way.steps.first(), way.steps.last()) else { continue };
        let gap = if at == 0 { "" } else { "\n" };
        let steps = way.steps.len();
        let title = format!("{} reads {}", first.reader.name(), last.input.name());
        let count = format!("in {steps} step{}", if steps == 1 { "" } else { "s" });
        let _ = writeln!(out, "{gap}{} {}", paint.ink(Ink::Bold, &title), paint.ink(Ink::Faint, &count));
        steps_of(way, paint, &mut out);
    }
    let end = match (ways.ways.len(), ways.more) {
        (0, true) => {
            format!("There are ways between {} and {}, but all are longer than was asked for.", ways.from, ways.to)
        }
        (0, false) => format!("There is no way between {} and {}: neither reads the other.", ways.from, ways.to),
        (_, _) if ways.only_shortest => return out,
        (1, true) => "There are more ways than this one.".to_owned(),
        (1, false) => "There is no other way.".to_owned(),
        (count, true) => format!("There are more than these {count} ways."),
        (count, false) => format!("These {count} ways are all there are."),
    };
    let gap = if out.is_empty() { "" } else { "\n" };
    let _ = writeln!(out, "{gap}{}", paint.ink(Ink::Faint, &end));
    out
}

fn steps_of(way: &Way, paint: Paint, out: &mut String) {
    let vias = way.steps.iter().map(|step| step.via.len()).max().unwrap_or(0);
    let names = way.steps.iter().map(|step| width(&step.input.name())).max().unwrap_or(0);
    for step in &way.steps {
        let place = step.place.as_ref().map(|at| format!("{}:{}:{}", at.path, at.line, at.column)).unwrap_or_default();
        let name = step.input.name();
        let gap = if place.is_empty() { String::new() } else { " ".repeat(names - width(&name) + 2) };
        let _ = writeln!(
            out,
            "  {} {}{gap}{}",
            paint.ink(Ink::Faint, &pad(step.via, vias)),
            paint.ink(Ink::Name, &name),
            paint.ink(Ink::Faint, &place)
        );
        if let Some(line) = &step.line {
            let indent = " ".repeat(vias + 3);
            let room = paint.columns().saturating_sub(indent.len());
            let _ = writeln!(out, "{indent}{}", clip(line, room));
        }
    }
}
