//! ORDER BYs and LIMITs in; those that sort for nobody, or sort everything to throw it away, out.

use crate::algebra::{ExprKind, Op, RelId};
use crate::lint::block::whole_number;
use crate::lint::facts::columns;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::text::Span;

/// ORDER BY in a CTE or subquery, where nothing takes the first rows.
pub(super) fn in_subquery(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (rel, node) in scene.facts.nodes() {
        let Op::Sort { keys, .. } = &node.op else { continue };
        let readers = scene.facts.readers(rel);
        if readers.is_empty()
            || Some(rel) == scene.query().root
            || readers.iter().any(|reader| counts_on_order(scene, *reader))
        {
            continue;
        }
        let Some(first) = keys.first() else { continue };
        let span = clause(scene, node.span, first.expr.span);
        let message = "Whoever reads this subquery gets its rows in any order, so they are sorted for nothing.";
        found.push(scene.raise(span, message).help("Drop ORDER BY here; sort where the rows are shown."));
    }
}

/// Does a reader take the first rows, or make a list of them?
fn counts_on_order(scene: &Scene<'_>, reader: RelId) -> bool {
    let node = scene.facts.node(reader);
    match &node.op {
        Op::Limit { .. } | Op::Distinct { on: Some(_), .. } | Op::Opaque { .. } => true,
        Op::Aggregate { aggregates, .. } => aggregates.iter().any(|aggregate| match &aggregate.kind {
            ExprKind::Aggregate { function, .. } => {
                function.contains("AGG")
                    || function.contains("FIRST")
                    || function.contains("LAST")
                    || function == "ANY_VALUE"
            }
            _ => false,
        }),
        // What numbers rows without an order of its own, or only passes them on, may count on it.
        Op::Project { exprs, .. } => {
            let numbered = exprs
                .iter()
                .any(|expr| expr.any(&|part| matches!(&part.kind, ExprKind::Window { order, .. } if order.is_empty())));
            numbered
                || Some(reader) == scene.query().root
                || scene.facts.readers(reader).iter().any(|next| counts_on_order(scene, *next))
        }
        Op::Filter { .. } | Op::Sample { .. } | Op::Sort { .. } => {
            Some(reader) == scene.query().root
                || scene.facts.readers(reader).iter().any(|next| counts_on_order(scene, *next))
        }
        _ => Some(reader) == scene.query().root && !matches!(node.op, Op::Join { .. } | Op::Set { .. }),
    }
}

/// The words ORDER BY of a block; its first key where they are not found.
fn clause(scene: &Scene<'_>, block: Span, key: Span) -> Span {
    let text = scene.text(Span { start: block.start, end: block.end.max(key.end) }).to_ascii_lowercase();
    let behind = scene.text(Span { start: block.end, end: scene.compiled.rendered.text.len() as u32 });
    // A block ends before the ORDER BY of its query.
    let trimmed = behind.len() - behind.trim_start().len();
    if behind.trim_start().to_ascii_lowercase().starts_with("order") {
        let start = block.end as usize + trimmed;
        return Span::new(start, start + "order by".len());
    }
    text.rfind("order by")
        .map_or(key, |at| Span::new(block.start as usize + at, block.start as usize + at + "order by".len()))
}

/// ORDER BY of a model that is stored.
pub(super) fn of_result(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let Some(root) = scene.query().root.filter(|_| scene.is_built()) else { return };
    let node = scene.facts.node(root);
    let Op::Sort { keys, .. } = &node.op else { return };
    let Some(first) = keys.first() else { return };
    let message =
        "The rows are stored or read again in whatever order the warehouse likes, so they are sorted for nothing.";
    let span = clause(scene, node.span, first.expr.span);
    found.push(
        scene
            .raise(span, message)
            .help("Sort where the rows are shown; to store them together, set the model's clustering."),
    );
}

/// ORDER BY random().
pub(super) fn by_chance(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Sort { keys, .. } = &node.op else { continue };
        let chance = keys.iter().map(|key| &key.expr).find(|expr| {
            columns(expr).is_empty() && expr.any(&|part| matches!(&part.kind, ExprKind::Call { function, volatile: true, .. } if is_random(function)))
        });
        let Some(expr) = chance else { continue };
        let message = "All rows are given a random number and sorted by it, to take some of them.";
        found.push(
            scene
                .raise(expr.span, message)
                .help("Take a sample: `tablesample`, or a hash of the key that is the same at every run."),
        );
    }
}

fn is_random(function: &str) -> bool {
    ["RAND", "RANDOM", "UUID", "GENERATE_UUID", "UUID_STRING", "NEWID", "GEN_RANDOM_UUID"].contains(&function)
}

/// LIMIT .. OFFSET.
pub(super) fn paging(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Limit { offset: Some(offset), .. } = &node.op else { continue };
        if whole_number(offset).is_some_and(|number| number <= 1) {
            continue;
        }
        let message = "All rows before the offset are made, sorted and thrown away.";
        found.push(
            scene.raise(offset.span, message).help("Remember the last key that was seen, and ask for those behind it."),
        );
    }
}
