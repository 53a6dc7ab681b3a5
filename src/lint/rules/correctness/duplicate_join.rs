//! The joins of one FROM in; a relation that is joined a second time on the same condition, out.

use crate::algebra::{ColumnId, Expr, JoinKind, Op, RelId};
use crate::lint::facts::shape;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::text::Span;

/// One join of a chain.
struct Joined<'a> {
    kind: JoinKind,
    /// What is joined: the relation behind a name, with its columns under the names they have there.
    target: (RelId, Vec<(ColumnId, String)>),
    on: &'a [Expr],
    span: Span,
}

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (rel, node) in scene.facts.nodes() {
        let inside = scene
            .facts
            .readers(rel)
            .iter()
            .any(|reader| matches!(scene.facts.node(*reader).op, Op::Join { left, .. } if left == rel));
        if inside || !matches!(node.op, Op::Join { .. }) {
            continue;
        }
        let mut chain = Vec::new();
        collect(scene, rel, &mut chain);
        for (at, later) in chain.iter().enumerate() {
            let Some(first) = chain[..at].iter().find(|first| is_same(scene, first, later)) else { continue };
            let message = "The same relation is joined on the same condition a second time.";
            let help = "Read the columns from the first join. If another key was meant, join on that one.";
            found.push(scene.raise(later.span, message).help(help).label(scene.place(first.span), "the first time"));
        }
    }
}

fn collect<'a>(scene: &Scene<'a>, rel: RelId, chain: &mut Vec<Joined<'a>>) {
    let Op::Join { kind, left, right, on, lateral, span } = &scene.facts.node(rel).op else { return };
    collect(scene, *left, chain);
    if let (JoinKind::Inner | JoinKind::Left, false, false) = (kind, lateral, on.is_empty()) {
        chain.extend(target(scene, *right).map(|target| Joined { kind: *kind, target, on, span: *span }));
    }
}

/// A scan or a CTE, through the fresh columns that each of its readers gets.
fn target(scene: &Scene<'_>, right: RelId) -> Option<(RelId, Vec<(ColumnId, String)>)> {
    let node = scene.facts.node(right);
    match &node.op {
        Op::Scan { names, .. } => Some((
            right,
            node.columns.iter().copied().zip(names.iter().map(|name| name.to_ascii_lowercase())).collect(),
        )),
        Op::Project { input, exprs, .. }
            if exprs.iter().all(|expr| expr.as_column().is_some() && !node.span.contains(expr.span)) =>
        {
            let sources = exprs.iter().filter_map(Expr::as_column).map(|source| format!("#{}", source.0));
            Some((*input, node.columns.iter().copied().zip(sources).collect()))
        }
        _ => None,
    }
}

fn is_same(scene: &Scene<'_>, first: &Joined<'_>, later: &Joined<'_>) -> bool {
    first.kind == later.kind && same_relation(scene, first.target.0, later.target.0) && {
        let said = |joined: &Joined<'_>| -> Option<Vec<String>> {
            let mut said: Vec<String> =
                joined.on.iter().map(|expr| shape(expr, &|column| own_name(joined, column))).collect::<Option<_>>()?;
            said.sort();
            Some(said)
        };
        said(first).is_some_and(|said_first| said(later) == Some(said_first))
    }
}

fn same_relation(scene: &Scene<'_>, a: RelId, b: RelId) -> bool {
    match (&scene.facts.node(a).op, &scene.facts.node(b).op) {
        (Op::Scan { input: a, .. }, Op::Scan { input: b, .. }) => {
            scene.query().reads[*a].id == scene.query().reads[*b].id
        }
        _ => a == b,
    }
}

/// A column of the joined relation by its name there, any other by its number.
fn own_name(joined: &Joined<'_>, column: ColumnId) -> String {
    let name = joined.target.1.iter().find(|(own, _)| *own == column).map(|(_, name)| format!("own.{name}"));
    name.unwrap_or_else(|| format!("c{}", column.0))
}
