//! CASE expressions in; branches that the ones before them leave no row, out.

use crate::algebra::{ColumnId, Expr, ExprKind, Literal};
use crate::lint::facts::comparison;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// What a condition asks of one column.
enum Asked {
    /// One of these literals.
    One(Vec<String>),
    /// At least or more than.
    From(f64, bool),
    /// At most or less than.
    To(f64, bool),
    Always,
}

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Case { branches, .. } = &expr.kind else { return };
        let asked: Vec<Option<(Option<ColumnId>, Asked)>> =
            branches.iter().map(|(condition, _)| asked(condition)).collect();
        for (at, later) in asked.iter().enumerate() {
            let covers = |earlier: &&usize| match (&asked[**earlier], later) {
                (Some((_, Asked::Always)), _) => true,
                (Some((Some(a), first)), Some((Some(b), then))) => a == b && takes_all(first, then),
                _ => false,
            };
            let earlier: Vec<usize> = (0..at).collect();
            let Some(first) = earlier.iter().find(covers) else { continue };
            // The same condition twice is `repeated-case-branch`.
            if scene.text(branches[*first].0.span) == scene.text(branches[at].0.span) {
                continue;
            }
            let message = "An earlier branch of this CASE takes every row that this one could, so it is never reached.";
            let help = "Put the narrower condition first.";
            let (here, there) = (branches[at].0.span, branches[*first].0.span);
            found.push(scene.raise(here, message).help(help).label(scene.place(there), "this one takes them"));
        }
    });
}

fn asked(condition: &Expr) -> Option<(Option<ColumnId>, Asked)> {
    if let ExprKind::Literal(Literal::Boolean(true)) = condition.kind {
        return Some((None, Asked::Always));
    }
    let ExprKind::Call { function, args, .. } = &condition.kind else { return None };
    if function == "IN" {
        let column = args.first()?.as_column()?;
        return Some((Some(column), Asked::One(args[1..].iter().map(literal).collect::<Option<_>>()?)));
    }
    let (left, right) = comparison(condition, &["=", "<", ">", "<=", ">="])?;
    let (column, value, flipped) = match (left.as_column(), right.as_column()) {
        (Some(column), None) => (column, right, false),
        (None, Some(column)) => (column, left, true),
        _ => return None,
    };
    let bound = || literal(value)?.parse::<f64>().ok();
    let asked = match (function.as_str(), flipped) {
        ("=", _) => Asked::One(vec![literal(value)?]),
        (">", false) | ("<", true) => Asked::From(bound()?, false),
        (">=", false) | ("<=", true) => Asked::From(bound()?, true),
        ("<", false) | (">", true) => Asked::To(bound()?, false),
        _ => Asked::To(bound()?, true),
    };
    Some((Some(column), asked))
}

fn literal(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Literal(Literal::Number(number)) => Some(number.clone()),
        ExprKind::Literal(Literal::String(text)) => Some(format!("'{text}'")),
        _ => None,
    }
}

/// Does every row that `then` asks for satisfy `first`?
fn takes_all(first: &Asked, then: &Asked) -> bool {
    match (first, then) {
        (Asked::One(all), Asked::One(some)) => some.iter().all(|one| all.contains(one)),
        (Asked::From(low, with), Asked::From(higher, with_higher)) => {
            higher > low || (low.total_cmp(higher).is_eq() && (*with || !with_higher))
        }
        (Asked::To(high, with), Asked::To(lower, with_lower)) => {
            lower < high || (high.total_cmp(lower).is_eq() && (*with || !with_lower))
        }
        (Asked::From(low, with), Asked::One(some)) => {
            some.iter().all(|one| one.parse::<f64>().is_ok_and(|one| one > *low || (*with && one >= *low)))
        }
        (Asked::To(high, with), Asked::One(some)) => {
            some.iter().all(|one| one.parse::<f64>().is_ok_and(|one| one < *high || (*with && one <= *high)))
        }
        _ => false,
    }
}
