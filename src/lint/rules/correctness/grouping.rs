//! GROUP BY, ORDER BY and the clauses that see single rows in; columns, numbers and functions that do not belong there, out.

use crate::algebra::{Expr, ExprKind, Op, RelId};
use crate::lint::block::{projection_above, whole_number};
use crate::lint::facts::{columns, each_part};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::text::Span;

/// A column that is neither grouped by nor aggregated.
pub(super) fn unaggregated(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !scene.is_whole() || scene.dialect().flag("any_value_of_group") {
        return;
    }
    for (_, node) in scene.facts.nodes() {
        let Op::Aggregate { input, keys, aggregates, .. } = &node.op else { continue };
        let grouped: Vec<_> = keys.iter().filter_map(Expr::as_column).collect();
        // HAVING over single rows, which several engines allow: nothing is grouped.
        if keys.is_empty() && aggregates.iter().all(is_bare) {
            continue;
        }
        // What a key of the rows decides has one value in a group, and some engines know.
        if !keys.is_empty() && scene.query().key_within(*input, &grouped).is_some() {
            continue;
        }
        for bare in aggregates.iter().filter(|aggregate| is_bare(aggregate)) {
            let name = scene.text(bare.span);
            // `select a.day .. group by day`, where several relations have a `day`: engines take the one that is selected.
            let last = |text: &'_ str| text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            if keys.iter().any(|key| last(scene.text(key.span)) == last(name)) {
                continue;
            }
            let message = if keys.is_empty() {
                format!("`{name}` stands beside an aggregate over all rows, and is none itself.")
            } else {
                format!("`{name}` is neither grouped by nor aggregated, so a group may have several values of it.")
            };
            let help = "Group by it, or say which of its values is wanted: `max`, `min`, `any_value`.";
            found.push(scene.raise(bare.span, message).help(help));
        }
    }
}

/// HAVING where there are neither groups nor aggregates.
pub(super) fn having_alone(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (rel, node) in scene.facts.nodes() {
        let Op::Aggregate { keys, aggregates, .. } = &node.op else { continue };
        if !keys.is_empty() || aggregates.is_empty() || !aggregates.iter().all(is_bare) {
            continue;
        }
        let filter = scene.facts.readers(rel).iter().find_map(|reader| match &scene.facts.node(*reader).op {
            Op::Filter { conjuncts, .. } => conjuncts.first(),
            _ => None,
        });
        let Some(first) = filter.filter(|first| scene.word_before(first.span) == "having") else { continue };
        let message = "There are no groups and no aggregates here, so HAVING filters single rows.";
        let help = "Write WHERE, or QUALIFY around what is named in the SELECT list: other engines refuse this, or make all rows one group.";
        found.push(scene.raise(scene.keyword_before(first.span, &["having"]), message).help(help));
    }
}

/// An `any_value` that nobody wrote.
fn is_bare(aggregate: &Expr) -> bool {
    match &aggregate.kind {
        ExprKind::Aggregate { function, args, .. } if function == "ANY_VALUE" => {
            matches!(args.as_slice(), [arg] if arg.span == aggregate.span && arg.as_column().is_some())
        }
        _ => false,
    }
}

/// An aggregate or a window function in a clause that is done before there are groups or windows.
pub(super) fn misplaced(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        match &node.op {
            Op::Filter { conjuncts, .. } => {
                let Some(first) = conjuncts.first() else { continue };
                let clause = clause_of(scene, first.span);
                for part in conjuncts.iter().filter_map(|conjunct| computed(scene, conjunct)) {
                    if part.1 == "an aggregate" || clause == "WHERE" {
                        found.push(tell(scene, part, clause));
                    }
                }
            }
            Op::Join { on, .. } => {
                on.iter().filter_map(|on| computed(scene, on)).for_each(|part| found.push(tell(scene, part, "ON")));
            }
            Op::Aggregate { keys, .. } => {
                keys.iter()
                    .filter_map(|key| computed(scene, key))
                    .for_each(|part| found.push(tell(scene, part, "GROUP BY")));
            }
            _ => {}
        }
    }
}

/// Is it a call, not the bare name of one?
fn is_written_out(scene: &Scene<'_>, span: Span) -> bool {
    let behind = scene.text(Span { start: span.end, end: scene.compiled.rendered.text.len() as u32 });
    scene.text(span).contains('(') || behind.trim_start().starts_with('(')
}

/// The first aggregate or window function that is written out here. A bare name may be an alias of one, and may also
/// be a column of a relation whose columns nobody knows.
fn computed<'e>(scene: &Scene<'_>, expr: &'e Expr) -> Option<(&'e Expr, &'static str)> {
    let mut found = Vec::new();
    each_part(expr, &mut |part| match &part.kind {
        _ if !is_written_out(scene, part.span) => {}
        ExprKind::Aggregate { .. } => found.push((part, "an aggregate")),
        ExprKind::Window { .. } => found.push((part, "a window function")),
        _ => {}
    });
    found.into_iter().next()
}

fn tell(scene: &Scene<'_>, (part, what): (&Expr, &str), clause: &str) -> Raised {
    let message = format!("This is {what}, and {clause} is done before there are any.");
    let help = match (what, clause) {
        ("an aggregate", "WHERE") => "Filter groups in HAVING.",
        (_, "WHERE") => "Filter in QUALIFY where the dialect has it, else name it in a subquery and filter that.",
        _ => "Compute it in a subquery, and use its name here.",
    };
    scene.raise(part.span, message).help(help)
}

/// The clause whose first condition starts here.
fn clause_of(scene: &Scene<'_>, first: Span) -> &'static str {
    match scene.word_before(first).as_str() {
        "qualify" => "QUALIFY",
        "having" => "HAVING",
        "where" => "WHERE",
        _ => "this clause",
    }
}

/// A number in GROUP BY or ORDER BY that counts past the end of the SELECT list.
pub(super) fn ordinals(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !scene.is_whole() {
        return;
    }
    for (rel, node) in scene.facts.nodes() {
        let (keys, flag, clause): (Vec<&Expr>, _, _) = match &node.op {
            Op::Aggregate { keys, .. } => (keys.iter().collect(), "group_by_ordinal", "group by"),
            Op::Sort { keys, .. } => (keys.iter().map(|key| &key.expr).collect(), "order_by_ordinal", "order by"),
            _ => continue,
        };
        if !scene.dialect().flag(flag) {
            continue;
        }
        for (key, number) in keys.iter().filter_map(|key| whole_number(key).map(|number| (key, number))) {
            let Some(count) = selected(scene, rel) else { continue };
            let here = scene.keyword_before(key.span, &["select", clause]);
            // A literal of the SELECT list that a number in range stands for is no number of an item.
            let is_ordinal = scene.text(here).eq_ignore_ascii_case(clause);
            let is_ordinal = is_ordinal && scene.text(key.span).bytes().all(|b| b.is_ascii_digit());
            if is_ordinal && (number < 1 || number as usize > count) {
                let message = format!("There is no column {number}: the SELECT list has {count}.");
                found.push(scene.raise(key.span, message).help("Count again, or name the column."));
            }
        }
    }
}

/// How many columns the SELECT list has that belongs to a GROUP BY or ORDER BY; `None` where nobody knows.
fn selected(scene: &Scene<'_>, rel: RelId) -> Option<usize> {
    let above = projection_above(scene.facts, rel).map(|(rel, _)| rel);
    let mut below = rel;
    while let Op::Sort { input, .. } | Op::Distinct { input, .. } | Op::Limit { input, .. } =
        &scene.facts.node(below).op
    {
        below = *input;
    }
    let list = if matches!(scene.facts.node(rel).op, Op::Aggregate { .. }) { above? } else { below };
    let node = scene.facts.node(list);
    let known = match &node.op {
        Op::Project { stars, .. } => stars.is_empty(),
        Op::Set { .. } => !node.open,
        _ => false,
    };
    known.then_some(node.columns.len())
}

/// A window that is ordered or parted by the very name that its result gets.
pub(super) fn shadowed(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Project { exprs, .. } = &node.op else { continue };
        for (expr, column) in exprs.iter().zip(&node.columns) {
            let ExprKind::Window { partition, order, .. } = &expr.kind else { continue };
            let own = scene.facts.name(*column);
            let parts = partition.iter().chain(order.iter().map(|key| &key.expr));
            let named = |part: &&Expr| scene.text(part.span).eq_ignore_ascii_case(own);
            let Some(part) = parts.clone().find(|part| named(part)) else { continue };
            if own.is_empty() || columns(part).is_empty() {
                continue;
            }
            let message = format!(
                "The window reads `{own}`, and its result is called `{own}` too: which one is meant depends on the engine."
            );
            let help = "Write the relation's name before the column, or give the result another name.";
            found.push(scene.raise(part.span, message).help(help));
        }
    }
}
