//! Joins below an aggregation in; those that repeat the rows of a measure before it is summed, out.
//!
//! Fires on what keys alone can show: `A` is joined on a key of its own, `B` has keys and none of them is among the
//! joined columns, nothing narrows `B` to one row, and a SUM of `A`'s columns is taken over groups that `B` has no
//! say in. Whatever might make `B` unique after all silences it.

use std::collections::BTreeSet;

use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Key, Op, RelId, equalities};
use crate::lint::facts::{Definition, columns};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::text::Span;

/// One join of a FROM clause.
struct Joined<'a> {
    kind: JoinKind,
    right: RelId,
    on: &'a [Expr],
    span: Span,
}

/// The relations of one FROM clause, how they are joined, and what is filtered.
struct From<'a> {
    leaves: Vec<RelId>,
    joins: Vec<Joined<'a>>,
    filters: Vec<&'a Expr>,
    columns: BTreeSet<ColumnId>,
}

/// `one` is joined on a key; each of its rows may meet several of `many`.
struct FanOut<'a> {
    one: RelId,
    many: RelId,
    on: Vec<ColumnId>,
    join: &'a Joined<'a>,
}

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Aggregate { input, keys, aggregates, sets } = &node.op else { continue };
        let Some(from) = sets.is_empty().then(|| from_below(scene, *input)).flatten() else { continue };
        let Some(groups) = resolved(scene, &from, keys.iter()) else { continue };
        for join in &from.joins {
            for fan_out in fan_outs(scene, &from, join) {
                if let Some(sum) = repeated_sum(scene, &from, &fan_out, &groups, aggregates) {
                    found.push(tell(scene, &fan_out, sum));
                }
            }
        }
    }
}

fn tell(scene: &Scene<'_>, fan_out: &FanOut<'_>, sum: &Expr) -> Raised {
    let facts = scene.facts;
    let names = |columns: &[ColumnId]| columns.iter().map(|column| facts.name(*column)).collect::<Vec<_>>().join(", ");
    let (one, many, on) = (name(scene, fan_out.one), name(scene, fan_out.many), names(&fan_out.on));
    let key = facts.node(fan_out.many).keys.first().map_or(String::new(), |key| names(&key.columns));
    let message = format!(
        "`{many}` is unique by `{key}`, not by `{on}`: each row of `{one}` may repeat, and is then summed several times."
    );
    let help = format!(
        "Aggregate `{many}` by `{on}` before the join. If it has one row for each, declare that with a unique test."
    );
    scene.raise(fan_out.join.span, message).help(help).label(scene.place(sum.span), "summed here")
}

/// The FROM clause below an aggregation, where nothing but projections, filters and joins lie between.
fn from_below<'a>(scene: &Scene<'a>, rel: RelId) -> Option<From<'a>> {
    let mut from = From { leaves: Vec::new(), joins: Vec::new(), filters: Vec::new(), columns: BTreeSet::new() };
    let mut rel = rel;
    loop {
        match &scene.facts.node(rel).op {
            Op::Project { input, .. } => rel = *input,
            Op::Filter { input, conjuncts } => {
                from.filters.extend(conjuncts);
                rel = *input;
            }
            Op::Join { .. } => break,
            _ => return None,
        }
    }
    from.columns.extend(&scene.facts.node(rel).columns);
    flatten(scene, rel, &mut from)?;
    Some(from)
}

fn flatten<'a>(scene: &Scene<'a>, rel: RelId, from: &mut From<'a>) -> Option<()> {
    let Op::Join { kind, left, right, on, lateral, span } = &scene.facts.node(rel).op else {
        from.leaves.push(rel);
        return Some(());
    };
    if *lateral || !matches!(kind, JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full) {
        return None;
    }
    flatten(scene, *left, from)?;
    from.leaves.push(*right);
    from.joins.push(Joined { kind: *kind, right: *right, on, span: *span });
    (!matches!(scene.facts.node(*right).op, Op::Join { .. })).then_some(())
}

/// Both readings of a join: its left relation repeated by the right one, and the other way round.
fn fan_outs<'a>(scene: &Scene<'_>, from: &'a From<'_>, join: &'a Joined<'a>) -> Vec<FanOut<'a>> {
    let pairs = equalities(join.on);
    if pairs.len() != join.on.len() || pairs.is_empty() {
        return Vec::new();
    }
    let has = |rel: RelId, column: ColumnId| scene.facts.node(rel).columns.contains(&column);
    let right: Vec<ColumnId> =
        pairs.iter().map(|(a, b)| if has(join.right, *a) { *a } else { *b }).filter(|c| has(join.right, *c)).collect();
    let left: Vec<ColumnId> = pairs.iter().map(|(a, b)| if has(join.right, *a) { *b } else { *a }).collect();
    let Some(other) = from.leaves.iter().copied().find(|leaf| left.iter().all(|column| has(*leaf, *column))) else {
        return Vec::new();
    };
    if right.len() != pairs.len() || other == join.right {
        return Vec::new();
    }
    let readings = [(other, left.clone(), join.right, right.clone()), (join.right, right, other, left)];
    let fits = |(one, one_on, many, many_on): (RelId, Vec<ColumnId>, RelId, Vec<ColumnId>)| {
        let repeats =
            is_key(scene, one, &one_on) && repeats(scene, many, &many_on) && !is_narrowed(scene, from, join, many);
        repeats.then_some(FanOut { one, many, on: many_on, join })
    };
    readings.into_iter().filter_map(fits).collect()
}

fn is_key(scene: &Scene<'_>, rel: RelId, on: &[ColumnId]) -> bool {
    !scene.facts.node(rel).at_most_one_row && scene.query().key_within(rel, on).is_some()
}

/// Has `rel` keys, none of them within `on`, and none that `on` decides?
fn repeats(scene: &Scene<'_>, rel: RelId, on: &[ColumnId]) -> bool {
    let node = scene.facts.node(rel);
    let independent = |key: &Key| key.columns.iter().any(|column| !on.contains(column) && is_raw(scene, *column));
    !node.at_most_one_row && !node.keys.is_empty() && node.keys.iter().all(independent) && is_whole(scene, rel)
}

/// Does nothing filter `rel` on its way from where its keys come from?
fn is_whole(scene: &Scene<'_>, rel: RelId) -> bool {
    match &scene.facts.node(rel).op {
        Op::Scan { .. } | Op::Aggregate { .. } => true,
        Op::Project { input, .. } | Op::Sort { input, .. } => is_whole(scene, *input),
        _ => false,
    }
}

/// Does the column come unchanged from outside the repo? A key that was computed may be made of the joined columns.
fn is_raw(scene: &Scene<'_>, column: ColumnId) -> bool {
    let mut column = column;
    loop {
        match scene.facts.definition(scene.facts.origin(column)) {
            Some(Definition::Scan(rel, name)) => {
                let Op::Scan { input, .. } = scene.facts.node(rel).op else { return false };
                return is_raw_in(scene, &scene.query().reads[input].id, name, 0);
            }
            // The key of a GROUP BY over a column is that column.
            Some(Definition::Expr(expr)) if expr.as_column().is_some_and(|source| source != column) => {
                column = expr.as_column().unwrap_or(column);
            }
            _ => return false,
        }
    }
}

fn is_raw_in(scene: &Scene<'_>, relation: &str, column: &str, depth: usize) -> bool {
    let Some(compiled) = scene.compilation.models.get(relation) else { return depth < 100 };
    let defined = compiled.lineage.columns.iter().find(|defined| defined.name.eq_ignore_ascii_case(column));
    match defined.map(|defined| defined.inputs.as_slice()) {
        Some([edge]) if edge.via == crate::lineage::Via::Identity && depth < 100 => {
            is_raw_in(scene, &edge.relation, &edge.column, depth + 1)
        }
        _ => false,
    }
}

/// Does a filter, or a further join, have a say in which rows of `many` are left?
fn is_narrowed(scene: &Scene<'_>, from: &From<'_>, own: &Joined<'_>, many: RelId) -> bool {
    let of_many =
        |expr: &Expr| columns(expr).iter().any(|column| is_of(scene, from, many, *column)) || has_subquery(expr);
    let by_join = |join: &&Joined<'_>| {
        !std::ptr::eq(*join, own) && (join.kind != JoinKind::Left || join.right == many) && join.on.iter().any(of_many)
    };
    let plain_lookup = |join: &&Joined<'_>| is_whole(scene, join.right) && scene.facts.scanned_whole(join.right);
    from.filters.iter().any(|filter| of_many(filter))
        || from.joins.iter().filter(by_join).any(|join| !plain_lookup(&join))
}

fn has_subquery(expr: &Expr) -> bool {
    expr.any(&|part| part.subquery().is_some())
}

fn is_of(scene: &Scene<'_>, from: &From<'_>, rel: RelId, column: ColumnId) -> bool {
    let sources = sources(scene, from, column).unwrap_or_default();
    sources.iter().any(|source| scene.facts.node(rel).columns.contains(source))
}

/// The first SUM over columns of `one` alone, where no group is split by `many`, and the groups are rows of `one`
/// or what they are joined by is an identity of its own.
fn repeated_sum<'a>(
    scene: &Scene<'_>,
    from: &From<'_>,
    fan_out: &FanOut<'_>,
    groups: &BTreeSet<ColumnId>,
    aggregates: &'a [Expr],
) -> Option<&'a Expr> {
    let many = &scene.facts.node(fan_out.many).columns;
    if groups.iter().any(|column| many.contains(column)) {
        return None;
    }
    let grouped: Vec<ColumnId> = groups.iter().copied().collect();
    let by_row = scene.query().key_within(fan_out.one, &grouped).is_some();
    // Grouped more coarsely, only an identity of its own says that `many` is another kind of thing than `one`; a key of
    // several columns may have been grouped by what hangs on the first.
    let of_its_own = scene.facts.node(fan_out.many).keys.iter().all(|key| key.columns.len() == 1);
    if !by_row && !of_its_own {
        return None;
    }
    let one = &scene.facts.node(fan_out.one).columns;
    aggregates.iter().find(|aggregate| {
        let ExprKind::Aggregate { function, args, distinct: false, filter, .. } = &aggregate.kind else { return false };
        let read = resolved(scene, from, args.iter().chain(filter.iter().map(AsRef::as_ref)));
        function == "SUM" && read.is_some_and(|read| !read.is_empty() && read.iter().all(|column| one.contains(column)))
    })
}

/// The columns of FROM that expressions read; `None` where something else is read.
fn resolved<'e>(
    scene: &Scene<'_>,
    from: &From<'_>,
    exprs: impl Iterator<Item = &'e Expr>,
) -> Option<BTreeSet<ColumnId>> {
    let mut all = BTreeSet::new();
    for expr in exprs {
        if has_subquery(expr) {
            return None;
        }
        for column in columns(expr) {
            all.extend(sources(scene, from, column)?);
        }
    }
    Some(all)
}

fn sources(scene: &Scene<'_>, from: &From<'_>, column: ColumnId) -> Option<BTreeSet<ColumnId>> {
    if from.columns.contains(&column) {
        return Some(BTreeSet::from([column]));
    }
    match scene.facts.definition(column) {
        Some(Definition::Expr(expr)) if !columns(expr).contains(&column) => {
            resolved(scene, from, std::iter::once(expr))
        }
        _ => None,
    }
}

/// What the query calls a relation of FROM.
fn name(scene: &Scene<'_>, rel: RelId) -> String {
    let facts = scene.facts;
    let mut below = rel;
    loop {
        if let Some(cte) = facts.query.ctes.iter().find(|cte| cte.relation == below) {
            return cte.name.clone();
        }
        match &facts.node(below).op {
            Op::Scan { input, .. } => {
                let id = &facts.query.reads[*input].id;
                return id.rsplit('.').next().unwrap_or(id).to_owned();
            }
            Op::Project { input, .. } => below = *input,
            _ => return "the subquery".to_owned(),
        }
    }
}
