//! A walk through the lineage graph in, a tree of columns for people out.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::paint::{Ink, Paint, pad, width};
use super::walk::{Direction, Walk, WalkStep};

/// A tree per root; a column met before is not unfolded again.
pub fn tree(walk: &Walk, paint: Paint) -> String {
    let mut drawing = Drawing { walk, paint, unfolded: BTreeSet::new(), lines: Vec::new() };
    for (at, root) in walk.roots.iter().enumerate() {
        if at > 0 {
            drawing.lines.push(Line::default());
        }
        drawing.root(*root);
    }
    if !walk.rows.is_empty() {
        drawing.rows();
    }
    drawing.finish()
}

/// One line before its places are aligned.
#[derive(Default)]
struct Line {
    plain: usize,
    painted: String,
    place: String,
}

struct Drawing<'a> {
    walk: &'a Walk,
    paint: Paint,
    unfolded: BTreeSet<usize>,
    lines: Vec<Line>,
}

impl Drawing<'_> {
    fn root(&mut self, root: usize) {
        let node = &self.walk.nodes[root];
        let mut line = Line::default();
        line.add(&node.short, &self.paint.ink(Ink::Bold, &node.short));
        line.add(&format!(".{}", node.column), &self.paint.ink(Ink::Bold, &format!(".{}", node.column)));
        self.add_type(&mut line, &node.ty);
        self.lines.push(line);
        let none = match self.walk.direction {
            Direction::Upstream => "reads no column",
            Direction::Downstream => "no column reads it",
        };
        if self.steps(root).is_empty() {
            let text = format!("└─ {none}");
            let mut line = Line::default();
            line.add(&text, &self.paint.ink(Ink::Faint, &text));
            self.lines.push(line);
        }
        self.children(root, "");
    }

    fn steps(&self, node: usize) -> &[WalkStep] {
        let steps = &self.walk.steps;
        let start = steps.partition_point(|step| step.from < node);
        let end = steps.partition_point(|step| step.from <= node);
        &steps[start..end]
    }

    fn children(&mut self, node: usize, indent: &str) {
        self.unfolded.insert(node);
        let steps = self.steps(node).to_vec();
        let vias = steps.iter().map(|step| step.via.word().len()).max().unwrap_or(0);
        for (at, step) in steps.iter().enumerate() {
            let last = at + 1 == steps.len();
            let again = self.unfolded.contains(&step.to) && !self.steps(step.to).is_empty();
            self.step(step, &format!("{indent}{}", if last { "└─ " } else { "├─ " }), vias, again);
            if !again {
                self.children(step.to, &format!("{indent}{}", if last { "   " } else { "│  " }));
            }
        }
    }

    fn step(&mut self, step: &WalkStep, branch: &str, vias: usize, again: bool) {
        let node = &self.walk.nodes[step.to];
        let mut line = Line { place: step.place.clone().unwrap_or_default(), ..Line::default() };
        line.add(branch, &self.paint.ink(Ink::Faint, branch));
        let via = format!("{} ", pad(step.via.word(), vias));
        line.add(&via, &self.paint.ink(Ink::Faint, &via));
        line.add(&node.short, &self.paint.ink(Ink::Name, &node.short));
        line.add(&format!(".{}", node.column), &format!(".{}", node.column));
        self.add_type(&mut line, &node.ty);
        if again {
            line.add("  (above)", &self.paint.ink(Ink::Faint, "  (above)"));
        }
        self.lines.push(line);
    }

    fn add_type(&self, line: &mut Line, ty: &str) {
        if !ty.is_empty() {
            let ty = format!("  {ty}");
            line.add(&ty, &self.paint.ink(Ink::Faint, &ty));
        }
    }

    fn rows(&mut self) {
        self.lines.push(Line::default());
        let mut line = Line::default();
        line.add("rows", &self.paint.ink(Ink::Bold, "rows"));
        self.lines.push(line);
        let vias = self.walk.rows.iter().map(|step| step.via.word().len()).max().unwrap_or(0);
        for (at, step) in self.walk.rows.iter().enumerate() {
            let branch = if at + 1 == self.walk.rows.len() { "└─ " } else { "├─ " };
            self.step(step, branch, vias, false);
        }
    }

    /// Places stand in one column at the right, where the terminal is wide enough for them.
    fn finish(self) -> String {
        let columns = self.paint.columns();
        let placed = self.lines.iter().filter(|line| !line.place.is_empty());
        let left = placed.map(|line| line.plain + 2).filter(|left| *left <= columns * 2 / 3).max().unwrap_or(0);
        let mut out = String::new();
        for line in &self.lines {
            out.push_str(&line.painted);
            let start = left.max(line.plain + 2);
            if !line.place.is_empty() && start + width(&line.place) <= columns {
                let gap = " ".repeat(start - line.plain);
                let _ = write!(out, "{gap}{}", self.paint.ink(Ink::Faint, &line.place));
            }
            out.push('\n');
        }
        out
    }
}

impl Line {
    fn add(&mut self, plain: &str, painted: &str) {
        self.plain += width(plain);
        self.painted.push_str(painted);
    }
}
