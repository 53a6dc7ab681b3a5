//! A model's result in; the stars over relations outside it whose columns reach that result out.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, Expr, Op, RelId};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::project::ModelKind;
use crate::text::Span;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    // A snapshot copies its source as it is, and nobody reads analyses and tests.
    let Some(root) = scene.query().root.filter(|_| is_read_by_name(scene)) else { return };
    let mut stars = BTreeSet::new();
    let mut walk = Walk { scene, seen: BTreeSet::new(), stars: &mut stars };
    for output in scene.query().outputs.iter().filter(|output| output.from_star) {
        walk.column(root, output.column, None);
    }
    walk.unknown_columns(root);
    if !scene.options().flag("allow_from_cte") {
        stars.extend(scene.query().outputs.iter().filter(|output| output.from_star).map(|output| output.span));
    }
    for span in stars {
        let message = "The columns of this star reach the model's result, so they change whenever its source does.";
        found.push(scene.raise(span, message).help("Name the columns that this model offers to its readers."));
    }
}

fn is_read_by_name(scene: &Scene<'_>) -> bool {
    matches!(scene.compiled.model.kind, ModelKind::Model | ModelKind::Table)
}

/// Follows columns from the result down to where they enter the query, remembering the star they came through last.
struct Walk<'w, 'a> {
    scene: &'w Scene<'a>,
    seen: BTreeSet<(RelId, Option<ColumnId>, Option<Span>)>,
    stars: &'w mut BTreeSet<Span>,
}

impl Walk<'_, '_> {
    fn column(&mut self, rel: RelId, column: ColumnId, star: Option<Span>) {
        if !self.seen.insert((rel, Some(column), star)) {
            return;
        }
        let node = self.scene.facts.node(rel);
        let Some(at) = node.columns.iter().position(|own| *own == column) else { return };
        match &node.op {
            Op::Scan { .. } => self.stars.extend(star),
            Op::Project { input, exprs, .. } => {
                let Some(expr) = exprs.get(at) else { return };
                let Some(source) = expr.as_column() else { return };
                match self.said_by(node.span, expr) {
                    Said::Elsewhere => self.column(*input, source, star),
                    Said::ByStar => self.column(*input, source, Some(expr.span)),
                    Said::ByName => {}
                }
            }
            Op::Set { inputs, .. } => {
                for (input, columns) in inputs {
                    columns.get(at).into_iter().for_each(|column| self.column(*input, *column, star));
                }
            }
            op => op.inputs().into_iter().for_each(|input| self.column(input, column, star)),
        }
    }

    fn said_by(&self, block: Span, expr: &Expr) -> Said {
        if !block.contains(expr.span) {
            // A CTE's columns, passed on to one of its readers.
            return Said::Elsewhere;
        }
        if is_star(self.scene.text(expr.span)) { Said::ByStar } else { Said::ByName }
    }

    /// Columns that nobody knows, because a star took them from a relation that nobody declared.
    fn unknown_columns(&mut self, rel: RelId) {
        let node = self.scene.facts.node(rel);
        if !node.open || !self.seen.insert((rel, None, None)) {
            return;
        }
        let Op::Project { stars, .. } = &node.op else {
            node.op.inputs().into_iter().for_each(|input| self.unknown_columns(input));
            return;
        };
        for star in stars {
            if matches!(self.scene.facts.node(star.relation).op, Op::Scan { .. }) {
                self.stars.extend(self.star_within(node.span));
            } else {
                self.unknown_columns(star.relation);
            }
        }
    }

    /// The first star of a SELECT block itself, those of its subqueries aside.
    fn star_within(&self, block: Span) -> Option<Span> {
        let text = self.scene.text(block);
        let outside = |at: usize| {
            let before = &text.as_bytes()[..at];
            let count = |byte: u8| before.iter().filter(|b| **b == byte).count();
            count(b'(') == count(b')')
        };
        let star = text.match_indices('*').map(|(at, _)| at).find(|at| outside(*at))?;
        let start = text[..star].rfind(|c: char| c.is_whitespace() || c == ',').map_or(0, |at| at + 1);
        Some(Span::new(block.start as usize + start, block.start as usize + star + 1))
    }
}

/// Who gave a SELECT block a column.
enum Said {
    ByStar,
    ByName,
    Elsewhere,
}

/// `*`, `a.*`, `* exclude (b)`, `columns(..)`.
fn is_star(text: &str) -> bool {
    let head = text.split(['(', '\'']).next().unwrap_or_default().trim();
    head.starts_with('*') || head.contains(".*") || head.eq_ignore_ascii_case("columns")
}
