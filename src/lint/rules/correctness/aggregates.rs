//! Aggregates and windows in; those whose value is not what it looks like, out.

use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Key, Op, Query, RelId, SortKey};
use crate::lint::facts::{Definition, columns};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// Texts and lists that are made of rows in whatever order they come.
const ORDERED: [&str; 3] = ["STRING_AGG", "ARRAY_AGG", "JSON_AGG"];

/// `avg` of averages, and `sum` of counts of different things.
pub(super) fn again(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let sums = scene.options().flag("sums");
    for (_, node) in scene.facts.nodes() {
        let Op::Aggregate { input, aggregates, .. } = &node.op else { continue };
        if scene.facts.node(*input).at_most_one_row {
            continue;
        }
        for aggregate in aggregates {
            let ExprKind::Aggregate { function, args, .. } = &aggregate.kind else { continue };
            let Some(column) = args.first().and_then(Expr::as_column) else { continue };
            let Some(inner) = made_by(scene, column) else { continue };
            let (message, help) = match (function.as_str(), inner) {
                ("AVG", Inner::Average) => (
                    "This is an average of averages: a group of one row counts as much as a group of a thousand.",
                    "Carry the sum and the count, and divide the one by the other here.",
                ),
                ("SUM", Inner::Distinct) if sums => (
                    "This adds up counts of different things: what is in two groups is counted twice.",
                    "Count the different things over the rows themselves.",
                ),
                ("SUM", Inner::Average) if sums => (
                    "This adds up averages, which are not the average, nor the sum, of anything.",
                    "Carry the sum and the count, and work with those.",
                ),
                _ => continue,
            };
            found.push(scene.raise(aggregate.span, message).help(help));
        }
    }
}

enum Inner {
    Average,
    Distinct,
}

/// The aggregate that a column copies, of this query or of the model it is read from.
fn made_by(scene: &Scene<'_>, column: ColumnId) -> Option<Inner> {
    match scene.facts.definition(scene.facts.origin(column))? {
        Definition::Expr(expr) => inner(expr),
        Definition::Scan(rel, name) => {
            let Op::Scan { input, .. } = &scene.facts.node(rel).op else { return None };
            let model = scene.compilation.models.get(&scene.query().reads[*input].id)?;
            // Rows that several statements write are made in several ways.
            if !model.also.is_empty() {
                return None;
            }
            let output = model.query.outputs.iter().find(|output| output.name.eq_ignore_ascii_case(name))?;
            defined(&model.query, model.query.root?, output.column)
        }
        Definition::Other => None,
    }
}

fn inner(expr: &Expr) -> Option<Inner> {
    match &expr.kind {
        ExprKind::Aggregate { function, .. } if function == "AVG" => Some(Inner::Average),
        ExprKind::Aggregate { function, distinct: true, .. } if function == "COUNT" => Some(Inner::Distinct),
        _ => None,
    }
}

/// The aggregate that a column of a query is, through what only passes columns on.
fn defined(query: &Query, rel: RelId, column: ColumnId) -> Option<Inner> {
    let (mut rel, mut column) = (rel, column);
    loop {
        let node = &query.nodes[rel.0 as usize];
        let at = node.columns.iter().position(|own| *own == column)?;
        match &node.op {
            Op::Project { input, exprs, .. } => {
                column = exprs.get(at)?.as_column()?;
                rel = *input;
            }
            Op::Aggregate { keys, aggregates, .. } => return inner(aggregates.get(at.checked_sub(keys.len())?)?),
            Op::Filter { input, .. } | Op::Sort { input, .. } | Op::Distinct { input, .. } => rel = *input,
            Op::Join { left, right, .. } => {
                let is_left = query.nodes[left.0 as usize].columns.contains(&column);
                rel = if is_left { *left } else { *right };
            }
            _ => return None,
        }
    }
}

/// `count(*)` over a LEFT JOIN, by the left side alone.
pub(super) fn unmatched(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Aggregate { input, keys, aggregates, .. } = &node.op else { continue };
        let Op::Join { kind: JoinKind::Left, left, right, span, lateral: false, .. } = &scene.facts.node(*input).op
        else {
            continue;
        };
        let right_columns = &scene.facts.node(*right).columns;
        let by_left = keys.iter().all(|key| {
            let read = columns(key);
            !read.is_empty() && read.iter().all(|column| scene.facts.node(*left).columns.contains(column))
        });
        // A right side with one row at most for each left one cannot be what is counted.
        if keys.is_empty() || !by_left || scene.query().finds_one(*input) {
            continue;
        }
        let reads_right = |expr: &Expr| columns(expr).iter().any(|column| right_columns.contains(column));
        let counts_right = aggregates.iter().any(reads_right);
        let count = aggregates.iter().find(|expr| is_count_of_rows(expr));
        let Some(count) = count.filter(|_| !counts_right) else { continue };
        let name = scene.name_of(*right);
        let message =
            format!("`count(*)` counts the rows without a match too: a group with no `{name}` counts 1, not 0.");
        let help = format!("Count a column of `{name}` that is never NULL, such as the one it is joined on.");
        found.push(scene.raise(count.span, message).help(help).label(scene.place(*span), "this join keeps them"));
    }
}

fn is_count_of_rows(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Aggregate { function, args, distinct: false, filter: None, .. } => {
            function == "COUNT" && args.iter().all(Expr::is_constant)
        }
        _ => false,
    }
}

/// `string_agg(name, ', ')` without an order.
pub(super) fn unordered(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let lists = scene.options().flag("lists");
    // What PIVOT collects is one row a cell, as its writers see to.
    if scene.compiled.rendered.text.to_ascii_lowercase().contains("pivot") {
        return;
    }
    for (_, node) in scene.facts.nodes() {
        let Op::Aggregate { input, aggregates, .. } = &node.op else { continue };
        for aggregate in aggregates {
            let ExprKind::Aggregate { function, order, args, .. } = &aggregate.kind else { continue };
            let is_asked = function == ORDERED[0] || (lists && ORDERED.contains(&function.as_str()));
            if !is_asked || !order.is_empty() || scene.facts.node(*input).at_most_one_row || is_sorted(scene, *input) {
                continue;
            }
            if args.first().is_none_or(Expr::is_constant) {
                continue;
            }
            let message = "The rows come in any order, so this is another value at the next run.";
            found.push(scene.raise(aggregate.span, message).help("Give the aggregate an ORDER BY of its own."));
        }
    }
}

fn is_sorted(scene: &Scene<'_>, rel: RelId) -> bool {
    match &scene.facts.node(rel).op {
        Op::Sort { .. } => true,
        Op::Project { input, .. } | Op::Filter { input, .. } => is_sorted(scene, *input),
        _ => false,
    }
}

/// `last_value(x) over (order by day)`: the frame ends at the current row.
pub(super) fn framed(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if scene.dialect().flag("value_windows_are_whole") {
        return;
    }
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Window { function, args, order, frame: None, .. } = &expr.kind else { return };
        // `last(x, true)` and IGNORE NULLS carry the last value forward, which is what that frame is for.
        if order.is_empty() || args.len() > 1 && function != "NTH_VALUE" || !matches!(function.as_str(), "LAST_VALUE" | "LAST" | "NTH_VALUE") {
            return;
        }
        let name = function.to_ascii_lowercase();
        let message = format!("Without a frame, `{name}` sees the rows up to the current one, so this is the current row's own value, or that of its peers.");
        let help = "Add `rows between unbounded preceding and unbounded following`; `first_value` over the other order needs no frame.";
        let help = if name == "nth_value" { "Add `rows between unbounded preceding and unbounded following`." } else { help };
        found.push(scene.raise(expr.span, message).help(help));
    });
}

/// `row_number()` by an order that several rows of a partition may share.
pub(super) fn tied(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Project { input, exprs, .. } = &node.op else { continue };
        for expr in exprs {
            let ExprKind::Window { function, partition, order, .. } = &expr.kind else { continue };
            if function != "ROW_NUMBER" || order.is_empty() {
                continue;
            }
            let read: Vec<&Expr> = partition.iter().chain(order.iter().map(|key| &key.expr)).collect();
            found.extend(by_known_keys(scene, *input, &read).map(|key| {
                let message =
                    format!("Rows that are equal in this order get their numbers by chance: {key} is not part of it.");
                scene.raise(expr.span, message).help("Add the key as the last column of the order.")
            }));
        }
    }
}

/// ORDER BY .. LIMIT by an order that several rows may share.
pub(super) fn limited(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Limit { input, with_ties: false, count: Some(count), .. } = &node.op else { continue };
        let Some((over, keys)) = sort_below(scene, *input) else { continue };
        let read: Vec<&Expr> = keys.iter().map(|key| &key.expr).collect();
        // What ORDER BY says by an alias stands in the SELECT list.
        let span = scene.keyword_before(count.span, &["order by"]);
        found.extend(by_known_keys(scene, over, &read).map(|key| {
            let message = format!("Of rows that are equal in this order, any may be cut off: {key} is not part of it.");
            scene.raise(span, message).help("Add the key as the last column of the order.")
        }));
    }
}

fn sort_below<'a>(scene: &Scene<'a>, rel: RelId) -> Option<(RelId, &'a [SortKey])> {
    match &scene.facts.node(rel).op {
        Op::Sort { input, keys } => Some((*input, keys)),
        Op::Project { input, .. } => sort_below(scene, *input),
        _ => None,
    }
}

/// The best known key of a relation in words, where no known key is decided by what is read.
fn by_known_keys(scene: &Scene<'_>, rel: RelId, read: &[&Expr]) -> Option<String> {
    let node = scene.facts.node(rel);
    let origin = |column: ColumnId| scene.facts.origin(column);
    let plain = read.iter().map(|expr| expr.as_column().map(origin)).collect::<Option<Vec<_>>>()?;
    let is_within = |key: &Key| key.columns.iter().all(|column| plain.contains(&origin(*column)));
    if node.at_most_one_row || node.keys.iter().any(is_within) {
        return None;
    }
    let key = node.keys.first()?;
    let names: Vec<&str> = key.columns.iter().map(|column| scene.facts.name(*column)).collect();
    (names.len() <= 3).then(|| format!("the key `{}`", names.join(", ")))
}
