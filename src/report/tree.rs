//! A walk through the lineage graph in, a tree of columns for people out.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::paint::{Ink, Paint, clip, pad, width, wrap};
use super::relation::Relation;
use super::walk::{Grain, Walk, WalkStep};
use crate::lineage::{Direction, Edge};

/// A tree per root; a column met before is not unfolded again.
pub fn tree(walk: &Walk, paint: Paint) -> String {
    let mut drawing = Drawing { walk, paint, unfolded: BTreeSet::new(), lines: Vec::new() };
    let is_bare = |root: &&usize| walk.grain == Grain::Columns && drawing.steps(**root).is_empty();
    let (bare, roots): (Vec<usize>, Vec<usize>) = walk.roots.iter().partition(is_bare);
    for root in roots {
        drawing.root(root);
    }
    if let ([root], [_]) = (bare.as_slice(), walk.roots.as_slice()) {
        drawing.root(*root);
    }
    if !bare.is_empty() {
        drawing.bare(&bare);
    }
    if !walk.rows.is_empty() {
        drawing.rows();
    }
    drawing.finish()
}

/// `model.shop.orders  models/orders.sql  exact`, and why it is not, where it is not.
pub fn headline(relation: &Relation, paint: Paint) -> String {
    let path = relation.path.as_deref().unwrap_or_default();
    let ink = if relation.why.is_empty() { Ink::Good } else { Ink::Warn };
    let mut out = format!(
        "{}  {}  {}\n",
        paint.ink(Ink::Bold, &relation.name),
        paint.ink(Ink::Faint, path),
        paint.ink(ink, relation.status.word())
    );
    for why in &relation.why {
        let _ = writeln!(out, "  {}", paint.ink(Ink::Faint, &clip(why, paint.columns() - 2)));
    }
    let keys: Vec<String> = relation.lineage.keys.iter().map(|key| format!("({})", key.join(", "))).collect();
    if !keys.is_empty() {
        let _ = writeln!(out, "  {} {}", paint.ink(Ink::Faint, "one row per"), keys.join(" or "));
    }
    out.push('\n');
    out
}

/// The relations of a text without a project: each column and what it reads.
pub fn loose_tree(relations: &[Relation], paint: Paint) -> String {
    let mut out = String::new();
    for relation in relations {
        let _ = write!(out, "{}{}", if out.is_empty() { "" } else { "\n" }, headline(relation, paint));
        for column in &relation.lineage.columns {
            let ty = if column.ty.name.is_empty() { String::new() } else { format!("  {}", column.ty.name) };
            let _ = writeln!(out, "{}{}", paint.ink(Ink::Bold, &column.name), paint.ink(Ink::Faint, &ty));
            edges(&column.inputs, paint, &mut out);
        }
        if !relation.lineage.rows.is_empty() {
            let _ = writeln!(out, "\n{}", paint.ink(Ink::Bold, "rows"));
            edges(&relation.lineage.rows, paint, &mut out);
        }
    }
    out
}

fn edges(edges: &[Edge], paint: Paint, out: &mut String) {
    let vias = edges.iter().map(|edge| edge.via.word().len()).max().unwrap_or(0);
    for (at, edge) in edges.iter().enumerate() {
        let branch = if at + 1 == edges.len() { "└─ " } else { "├─ " };
        let via = format!("{branch}{} ", pad(edge.via.word(), vias));
        let _ =
            writeln!(out, "{}{}.{}", paint.ink(Ink::Faint, &via), paint.ink(Ink::Name, &edge.relation), edge.spelled());
    }
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
        let relation = |root: &usize| &self.walk.nodes[*root].relation;
        let alike = self.walk.roots.windows(2).all(|pair| relation(&pair[0]) == relation(&pair[1]));
        let name = if self.walk.roots.len() > 1 && alike { node.last_name().to_owned() } else { node.name() };
        line.add(&name, &self.paint.ink(Ink::Bold, &name));
        self.add_type(&mut line, &node.ty);
        self.lines.push(line);
        self.children(root, "");
    }

    /// The columns without a step share a line.
    fn bare(&mut self, bare: &[usize]) {
        let what = match self.walk.direction {
            Direction::Upstream => "reads no column: ",
            Direction::Downstream => "read by no column: ",
        };
        let names: Vec<&str> = bare.iter().map(|root| self.walk.nodes[*root].last_name()).collect();
        let room = self.paint.columns().saturating_sub(what.len());
        for (at, text) in wrap(&names.join(", "), room).iter().enumerate() {
            let text = format!("{}{text}", if at == 0 { what.to_owned() } else { " ".repeat(what.len()) });
            let mut line = Line::default();
            line.add(&text, &self.paint.ink(Ink::Faint, &text));
            self.lines.push(line);
        }
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
        let vias = steps.iter().map(|step| step.via.len()).max().unwrap_or(0);
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
        if vias > 0 {
            let via = format!("{} ", pad(step.via, vias));
            line.add(&via, &self.paint.ink(Ink::Faint, &via));
        }
        line.add(&node.short, &self.paint.ink(Ink::Name, &node.short));
        if let Some(column) = &node.column {
            line.add(&format!(".{column}"), &format!(".{column}"));
        }
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
        let vias = self.walk.rows.iter().map(|step| step.via.len()).max().unwrap_or(0);
        for (at, step) in self.walk.rows.iter().enumerate() {
            let branch = if at + 1 == self.walk.rows.len() { "└─ " } else { "├─ " };
            self.step(step, branch, vias, false);
        }
    }

    /// Places stand in one column at the right, by file name alone where whole paths do not fit.
    fn finish(mut self) -> String {
        let columns = self.paint.columns();
        let too_wide = |line: &Line| !line.place.is_empty() && line.plain + 2 + width(&line.place) > columns;
        if self.lines.iter().any(too_wide) {
            for line in &mut self.lines {
                line.place = line.place.rsplit('/').next().unwrap_or_default().to_owned();
            }
        }
        let widest = self.lines.iter().map(|line| width(&line.place)).max().unwrap_or(0);
        let placed = self.lines.iter().filter(|line| !line.place.is_empty());
        let left = placed.map(|line| line.plain + 2).filter(|left| left + widest <= columns).max().unwrap_or(0);
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
