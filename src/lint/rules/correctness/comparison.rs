//! Comparisons in; those whose result is the same for every row, out.

use crate::algebra::{ColumnId, Expr, ExprKind, Literal, Op, Status};
use crate::lint::facts::{columns, comparison};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

const OPERATORS: [&str; 6] = ["=", "<>", "<", ">", "<=", ">="];

/// `x = NULL`.
pub(super) fn with_null(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let Some((left, right)) = comparison(expr, &OPERATORS) else { return };
        if !is_null(left) && !is_null(right) {
            return;
        }
        let ExprKind::Call { function, .. } = &expr.kind else { return };
        let negated = function == "<>";
        let message = "A comparison with NULL is never true, whatever the other side is.";
        let help = if negated { "Write `is not null`." } else { "Write `is null`." };
        found.push(scene.raise(expr.span, message).help(help));
    });
}

/// `a.x = a.x`.
pub(super) fn with_itself(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let Some((left, right)) = comparison(expr, &OPERATORS) else { return };
        // A macro that is handed the same column twice compares it with itself, and means nothing by it.
        if !scene.is_verbatim(expr.span) {
            return;
        }
        let Some(column) = left.as_column().filter(|column| right.as_column() == Some(*column)) else { return };
        let name = scene.facts.name(column);
        let message = format!("`{name}` is compared with itself.");
        let help = "Compare it with the column that was meant; to keep rows where it has a value, write `is not null`.";
        found.push(scene.raise(expr.span, message).help(help));
    });
}

/// `'a' = 'b'`, and `x = 1 and x = 2`.
pub(super) fn constant(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    // Among columns that nobody knows there may be one that is meant instead.
    if scene.query().status != Status::Exact {
        return;
    }
    for (_, node) in scene.facts.nodes() {
        let conjuncts = match &node.op {
            Op::Filter { conjuncts, .. } => conjuncts,
            Op::Join { on, .. } => on,
            _ => continue,
        };
        for conjunct in conjuncts.iter().filter(|conjunct| scene.is_verbatim(conjunct.span)) {
            let Some((left, right)) = comparison(conjunct, &OPERATORS) else { continue };
            // `1 = 1` and `1 = 0` are idioms, of those who write conditions by hand and by machine.
            // A name that stands for a literal may be a column's too, which several engines then mean.
            let text = scene.text(conjunct.span).trim();
            let written = text.starts_with(['\'', '"']) && text.ends_with(['\'', '"']);
            if let (true, ExprKind::Literal(Literal::String(_)), ExprKind::Literal(Literal::String(_))) =
                (written, &left.kind, &right.kind)
            {
                let help = "Compare with a column, or drop the condition.";
                found.push(scene.raise(conjunct.span, "This condition is the same for every row.").help(help));
            }
        }
        contradictions(scene, conjuncts, found);
    }
}

fn contradictions(scene: &Scene<'_>, conjuncts: &[Expr], found: &mut Vec<Raised>) {
    let fixed: Vec<(ColumnId, String, &Expr)> = conjuncts.iter().filter_map(fixed).collect();
    for (at, (column, value, conjunct)) in fixed.iter().enumerate() {
        let Some((_, other, first)) = fixed[..at].iter().find(|(other, text, _)| other == column && text != value)
        else {
            continue;
        };
        let name = scene.facts.name(*column);
        let message = format!("`{name}` cannot be {other} and {value} at once, so no row is left.");
        let help = format!("Write `{name} in ({other}, {value})` if either will do.");
        found.push(scene.raise(conjunct.span, message).help(help).label(scene.place(first.span), "the other value"));
    }
}

/// `column = literal`, of a literal that no collation makes equal to one that is spelt otherwise.
fn fixed(conjunct: &Expr) -> Option<(ColumnId, String, &Expr)> {
    let (left, right) = comparison(conjunct, &["="])?;
    let (column, value) = match (left.as_column(), right.as_column()) {
        (Some(column), None) => (column, right),
        (None, Some(column)) => (column, left),
        _ => return None,
    };
    let value = match &value.kind {
        ExprKind::Literal(Literal::Number(number)) if number.bytes().all(|b| b.is_ascii_digit()) => number.clone(),
        ExprKind::Literal(Literal::String(text)) if columns(value).is_empty() => {
            let plain = text.trim().to_ascii_lowercase();
            plain.parse::<f64>().is_err().then(|| format!("'{plain}'"))?
        }
        _ => return None,
    };
    Some((column, value, conjunct))
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Literal(Literal::Null))
}
