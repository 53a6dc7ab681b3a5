//! Join conditions and filters in; those by which the warehouse cannot find rows fast, out.

use crate::algebra::{ColumnId, Expr, ExprKind, JoinKind, Literal, Op, RelId};
use crate::lint::block::below;
use crate::lint::facts::{columns, comparison, each_part, exprs};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// `on a.x = b.x or a.y = b.y`.
pub(super) fn by_or(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Join { left, right, on, lateral: false, .. } = &node.op else { continue };
        if on.iter().any(|condition| ties(scene, condition, *left, *right)) {
            continue;
        }
        let branches =
            |condition: &&Expr| matches!(&condition.kind, ExprKind::Call { function, .. } if function == "OR");
        let keyed = |condition: &&Expr| is_keyed(scene, condition, *left, *right);
        let Some(either) = on.iter().filter(branches).find(keyed) else { continue };
        let message = "No equality holds for every pair, so every row is compared with every row of the other side.";
        found.push(
            scene.raise(either.span, message).help("Join once for each case, and put the results together with UNION."),
        );
    }
}

/// Is each alternative an equality of the two sides? `a.x = b.x or (a.x is null and b.x is null)` is not: it is one
/// comparison, which knows NULL.
fn is_keyed(scene: &Scene<'_>, condition: &Expr, left: RelId, right: RelId) -> bool {
    match &condition.kind {
        ExprKind::Call { function, args, .. } if function == "OR" => {
            args.iter().all(|arg| is_keyed(scene, arg, left, right))
        }
        ExprKind::Call { function, args, .. } if function == "AND" => {
            args.iter().any(|arg| is_keyed(scene, arg, left, right))
        }
        _ => ties(scene, condition, left, right),
    }
}

/// `on a.day between b.first and b.last`.
pub(super) fn by_range(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Join { kind, left, right, on, lateral: false, .. } = &node.op else { continue };
        let small = [left, right].iter().any(|rel| scene.facts.node(**rel).at_most_one_row);
        if small
            || on.is_empty()
            || !matches!(kind, JoinKind::Inner | JoinKind::Left | JoinKind::Right | JoinKind::Full)
        {
            continue;
        }
        let ranges = |condition: &&Expr| reads_both(scene, condition, *left, *right) && !is_or(condition);
        if on.iter().any(has_equality) {
            continue;
        }
        let Some(range) = on.iter().find(ranges) else { continue };
        let message = "The sides are tied by a range alone, so every row is compared with every row of the other side.";
        found.push(
            scene
                .raise(range.span, message)
                .help("Add an equality, such as the month of both, that lets the warehouse hash the rows."),
        );
    }
}

fn is_or(condition: &Expr) -> bool {
    matches!(&condition.kind, ExprKind::Call { function, .. } if function == "OR")
}

fn has_equality(condition: &Expr) -> bool {
    comparison(condition, &["=", "IS NOT DISTINCT FROM"]).is_some()
        || matches!(&condition.kind, ExprKind::Call { function, args, .. } if function == "AND" && args.iter().any(has_equality))
}

fn ties(scene: &Scene<'_>, condition: &Expr, left: RelId, right: RelId) -> bool {
    has_equality(condition) && reads_both(scene, condition, left, right)
}

fn reads_both(scene: &Scene<'_>, condition: &Expr, left: RelId, right: RelId) -> bool {
    let read = columns(condition);
    let has = |rel: RelId| read.iter().any(|column| scene.facts.node(rel).columns.contains(column));
    has(left) && has(right)
}

/// A subquery that is asked anew for every row.
pub(super) fn correlated(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Subquery { relation } = &expr.kind else { return };
        let inside = below(scene.facts, *relation);
        let scans = inside.iter().any(|rel| matches!(scene.facts.node(*rel).op, Op::Scan { .. }));
        let own: Vec<ColumnId> = inside.iter().flat_map(|rel| &scene.facts.node(*rel).columns).copied().collect();
        let outer = |expr: &Expr| {
            columns(expr).iter().any(|column| !own.contains(column) && scene.facts.definition(*column).is_some())
        };
        if scans && inside.iter().any(|rel| exprs(&scene.facts.node(*rel).op).into_iter().any(outer)) {
            let message = "This subquery reads the row around it, so it is asked anew for every row unless the warehouse can undo that.";
            found.push(scene.raise(expr.span, message).help("Aggregate by the key in a CTE, and join it."));
        }
    });
}

/// `where day >= (select max(day) from ..)`.
pub(super) fn dynamic(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Filter { input, conjuncts } = &node.op else { continue };
        if !scene.facts.scanned_whole(*input) {
            continue;
        }
        for conjunct in conjuncts {
            let Some((a, b)) = comparison(conjunct, &["=", "<", ">", "<=", ">="]) else { continue };
            let asks = |side: &Expr| side.any(&|part| matches!(part.kind, ExprKind::Subquery { .. }));
            if asks(a) != asks(b) {
                let message =
                    "The bound is known only when the query runs, so most warehouses read every partition first.";
                let help = "Compute the bound before, and write it into the query as a literal.";
                found.push(scene.raise(conjunct.span, message).help(help));
            }
        }
    }
}

/// `x in (1, 2, .. 1000)`.
pub(super) fn long_list(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let most = scene.options().number("most");
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Call { function, args, .. } = &expr.kind else { return };
        let count = args.len() as i64 - 1;
        if function == "IN" && count > most {
            let message = format!("This list has {count} values, and nobody can tell what they are.");
            found.push(
                scene
                    .raise(expr.span, message)
                    .help("Put them into a seed, with a column that says what they are, and join it."),
            );
        }
    });
}

/// `name like '%corp'`.
pub(super) fn leading_wildcard(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    each_pattern(scene, &["LIKE", "ILIKE"], &mut |expr, pattern| {
        if pattern.starts_with('%') && pattern.len() > 1 {
            let message =
                "The pattern starts with a wildcard, so no statistics or index help: every value is read through.";
            found.push(
                scene
                    .raise(expr.span, message)
                    .help("Keep what is searched for in a column of its own, or search for how the value starts."),
            );
        }
    });
}

/// `regexp_like(name, '^corp')`.
pub(super) fn plain_regexp(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    each_pattern(
        scene,
        &["REGEXP_LIKE", "REGEXP_CONTAINS", "REGEXP_MATCHES", "RLIKE", "REGEXP", "~"],
        &mut |expr, pattern| {
            let body = pattern.trim_start_matches('^').trim_end_matches('$');
            if !body.is_empty() && body.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ' || c == '-') {
                let message = "This regular expression is a plain text, which LIKE finds faster.";
                found.push(
                    scene
                        .raise(expr.span, message)
                        .help(format!("Write LIKE with '{body}' and `%` where anything may stand.")),
                );
            }
        },
    );
}

fn each_pattern<'a>(scene: &Scene<'a>, functions: &[&str], visit: &mut dyn FnMut(&'a Expr, &'a str)) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Call { function, args, .. } = &expr.kind else { return };
        if let (true, Some(ExprKind::Literal(Literal::String(text)))) =
            (functions.contains(&function.as_str()), args.get(1).map(|arg| &arg.kind))
        {
            visit(expr, text);
        }
    });
}

/// `count(distinct id)`.
pub(super) fn exact_count(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let mut told = false;
        each_part(expr, &mut |part| {
            told |= std::ptr::eq(part, expr)
                && matches!(&part.kind, ExprKind::Aggregate { function, distinct: true, .. } if function == "COUNT");
        });
        if told {
            let message = "An exact count of different values has to remember all of them.";
            found.push(
                scene
                    .raise(expr.span, message)
                    .help("Where a per cent more or less does not matter, write `approx_count_distinct`."),
            );
        }
    });
}
