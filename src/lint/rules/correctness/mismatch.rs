//! Comparisons, joins, CASEs and set operations in; those that put values of different kinds together, out.

use crate::algebra::{ColumnId, Expr, ExprKind, Kind, Op};
use crate::lint::block::{is_literal, string, whole_number};
use crate::lint::facts::{Definition, comparison};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

const OPERATORS: [&str; 6] = ["=", "<>", "<", ">", "<=", ">="];

/// Two columns, or what is computed of them, compared outside a join's condition.
pub(super) fn compared(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |rel, expr| {
        let joined =
            matches!(&scene.facts.node(rel).op, Op::Join { on, .. } if on.iter().any(|on| std::ptr::eq(on, expr)));
        if !joined {
            found.extend(told(scene, expr));
        }
    });
}

/// Two columns that a join equates.
pub(super) fn joined(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        if let Op::Join { on, .. } = &node.op {
            found.extend(on.iter().filter_map(|condition| told(scene, condition)));
        }
    }
}

fn told(scene: &Scene<'_>, expr: &Expr) -> Option<Raised> {
    let (left, right) = comparison(expr, &OPERATORS)?;
    if is_literal(left) || is_literal(right) {
        return None;
    }
    let (a, b) = left.ty.clashes_with(&right.ty)?;
    let (one, other) = (scene.text(left.span), scene.text(right.span));
    let message = format!(
        "`{one}` is {a} and `{other}` is {b}: what is equal depends on how the engine turns one into the other."
    );
    let help = "Cast one of them, so that it is written which way they are compared.";
    Some(scene.raise(expr.span, message).help(help))
}

/// A column compared with a literal of another kind.
pub(super) fn literal(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let Some((left, right)) = comparison(expr, &OPERATORS) else { return };
        let (value, literal) = match (is_literal(left), is_literal(right)) {
            (false, true) => (left, right),
            (true, false) => (right, left),
            _ => return,
        };
        let text = scene.text(literal.span);
        let name = scene.text(value.span);
        let told = match (value.ty.kind(), string(literal), whole_number(literal)) {
            (Some(Kind::Number), Some(string), _) if string.trim().parse::<f64>().is_err() => {
                format!("`{name}` is a number, and {text} is none.")
            }
            (Some(Kind::Number), Some(_), _) => format!("`{name}` is a number, and {text} is a string."),
            (Some(Kind::Text), None, Some(_)) => format!(
                "`{name}` is a string, and {text} is a number: the engine turns every value into a number, or refuses."
            ),
            _ => return,
        };
        let help = "Write the literal as the column's type has it.";
        found.push(scene.raise(expr.span, told).help(help));
    });
}

/// Branches of a set operation whose columns at one position are of different kinds.
pub(super) fn in_set(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        let Op::Set { inputs, .. } = &node.op else { continue };
        let Some((first_rel, first)) = inputs.first() else { continue };
        for (rel, columns) in &inputs[1..] {
            for (at, (column, expected)) in columns.iter().zip(first).enumerate() {
                if is_loose(scene, *column) || is_loose(scene, *expected) {
                    continue;
                }
                let ty = |column: ColumnId| &scene.query().columns[column.0 as usize].ty;
                let Some((a, b)) = ty(*expected).clashes_with(ty(*column)) else { continue };
                let name = scene.facts.name(*column);
                let message = format!("Column {}, `{name}`, is {} here and {} in the first branch.", at + 1, b, a);
                let help =
                    "Cast it in one of the branches; if another column was meant, put the columns in the same order.";
                let (span, block) = (scene.query().columns[column.0 as usize].span, scene.facts.node(*rel).span);
                let there = scene.place(scene.facts.node(*first_rel).span);
                let span = if block.contains(span) { span } else { block };
                found.push(scene.raise(span, message).help(help).label(there, "the first branch"));
            }
        }
    }
}

/// A literal takes the type that the others have.
fn is_loose(scene: &Scene<'_>, column: ColumnId) -> bool {
    let origin = scene.facts.origin(column);
    match scene.facts.definition(origin) {
        Some(Definition::Expr(expr)) => matches!(expr.kind, ExprKind::Literal(_)),
        Some(Definition::Other) => {
            scene.facts.nodes().any(|(_, node)| matches!(node.op, Op::Values { .. }) && node.columns.contains(&origin))
        }
        _ => false,
    }
}

/// Results of one CASE that are of different kinds.
pub(super) fn in_case(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Case { branches, otherwise } = &expr.kind else { return };
        let values = branches.iter().map(|(_, value)| value).chain(otherwise.as_deref());
        let typed: Vec<&Expr> = values.filter(|value| value.ty.kind().is_some()).collect();
        let Some((first, rest)) = typed.split_first() else { return };
        for value in rest {
            let Some((a, b)) = first.ty.clashes_with(&value.ty) else { continue };
            // A string literal takes the type of the others where it can be read as one.
            if [first, value].iter().any(|value| {
                string(value)
                    .is_some_and(|text| text.parse::<f64>().is_ok() || text.starts_with(|c: char| c.is_ascii_digit()))
            }) {
                continue;
            }
            let message = format!("This branch gives {b}, and an earlier one {a}.");
            let there = scene.place(first.span);
            let help = "Cast one of them: a CASE has one type.";
            found.push(scene.raise(value.span, message).help(help).label(there, format!("{a} here")));
            return;
        }
    });
}
