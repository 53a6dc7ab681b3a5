//! Divisions, literals and casts in; those that lose or break a value, out.

use crate::algebra::{Expr, ExprKind, Family, Literal};
use crate::lint::block::whole_number;
use crate::lint::facts::{columns, comparison, each_part, exprs};
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// `paid / total` of two integers, where that gives an integer.
pub(super) fn integer_division(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !scene.dialect().integer_division {
        return;
    }
    scene.facts.each_expr(&mut |_, expr| {
        let Some((left, right)) = comparison(expr, &["/"]) else { return };
        let whole = |side: &Expr| side.ty.family == Family::Integer;
        if !whole(left) || !whole(right) || columns(left).is_empty() {
            return;
        }
        // Buckets: `seconds / 3600` is meant to lose its rest.
        if whole_number(right).is_some_and(|divisor| divisor != 100) {
            return;
        }
        let message = "Both sides are integers, so the rest is cut off: 3 / 4 is 0.";
        let help = "Cast one side to a decimal, or multiply it by 1.0 first.";
        found.push(scene.raise(expr.span, message).help(help));
    });
}

/// A division by something that may be zero.
pub(super) fn unguarded(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    for (_, node) in scene.facts.nodes() {
        for expr in exprs(&node.op) {
            let mut guarded = Vec::new();
            each_part(expr, &mut |part| {
                if let ExprKind::Case { branches, .. } = &part.kind {
                    guarded.extend(branches.iter().flat_map(|(condition, _)| columns(condition)));
                }
                if let ExprKind::Call { function, args, .. } = &part.kind
                    && function == "IF"
                {
                    guarded.extend(args.first().map(columns).unwrap_or_default());
                }
            });
            each_part(expr, &mut |part| {
                let Some((_, divisor)) = comparison(part, &["/", "%"]) else { return };
                let read = columns(divisor);
                if read.is_empty() || is_guarded(divisor) || read.iter().any(|column| guarded.contains(column)) {
                    return;
                }
                let message = format!("If `{}` is zero, the whole query fails.", scene.text(divisor.span));
                found.push(scene.raise(part.span, message).help("Divide by `nullif(.., 0)`."));
            });
        }
    }
}

fn is_guarded(divisor: &Expr) -> bool {
    divisor.any(&|part| match &part.kind {
        ExprKind::Call { function, .. } => matches!(function.as_str(), "NULLIF" | "GREATEST" | "EXP"),
        ExprKind::Case { .. } => true,
        _ => false,
    })
}

/// `cast('abc' as integer)`.
pub(super) fn invalid_cast(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    if !scene.is_whole() {
        return;
    }
    scene.facts.each_expr(&mut |_, expr| {
        let (text, family, name) = match &expr.kind {
            ExprKind::Cast { expr: inner, safe: false } => match &inner.kind {
                ExprKind::Literal(Literal::String(text)) => (text, expr.ty.family, expr.ty.name.as_str()),
                _ => return,
            },
            ExprKind::Literal(Literal::Typed(name, text)) if name.eq_ignore_ascii_case("date") => {
                (text, Family::Date, "DATE")
            }
            _ => return,
        };
        if !is_readable(text.trim(), family) {
            let message = format!("'{text}' cannot be read as {name}, so the query fails.");
            found.push(scene.raise(expr.span, message).help("Correct the literal or the type."));
        }
    });
}

/// Can a text be read as a value of that kind? Whatever is in doubt can.
fn is_readable(text: &str, family: Family) -> bool {
    match family {
        Family::Integer | Family::Decimal | Family::Float => {
            let first = text.bytes().find(|b| !matches!(b, b'+' | b'-' | b'.'));
            // Hexadecimal numbers, infinities and other words that some engine knows.
            first.is_none_or(|b| b.is_ascii_digit())
                || ["inf", "infinity", "nan"]
                    .contains(&text.trim_start_matches(['+', '-']).to_ascii_lowercase().as_str())
        }
        Family::Date | Family::Timestamp => is_day(text),
        _ => true,
    }
}

/// Is it no day, or one that the calendar has?
fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return true;
    }
    let number = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else { return true };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// `placed between '2024-01-01' and '2024-01-31'` of a timestamp.
pub(super) fn between_days(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Call { function, args, .. } = &expr.kind else { return };
        let [above, below] = args.as_slice() else { return };
        // The two comparisons that BETWEEN stands for have its own place.
        if function != "AND" || above.span != expr.span || below.span != expr.span {
            return;
        }
        let Some((value, high)) = comparison(below, &["<="]) else { return };
        let Some(day) = day_of(high).filter(|_| value.ty.family == Family::Timestamp) else { return };
        let name = scene.text(value.span);
        let message =
            format!("`{name}` is a moment, and '{day}' is the first one of that day: the rest of the day is left out.");
        let help = format!("Write `{name} >= .. and {name} < ..` with the day after the last one.");
        found.push(scene.raise(high.span, message).help(help));
    });
}

/// The day that a literal names, where it names no time.
fn day_of(expr: &Expr) -> Option<&str> {
    let text = match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => text,
        ExprKind::Literal(Literal::Typed(name, text)) if !name.to_ascii_lowercase().contains("interval") => text,
        ExprKind::Cast { expr, .. } => return day_of(expr),
        _ => return None,
    };
    let is_date = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, b)| matches!(at, 4 | 7) == (b == b'-') && (b == b'-' || b.is_ascii_digit()));
    is_date.then_some(text)
}

/// A sum of money that is cast to a float.
pub(super) fn float_money(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let words = scene.options().words("words");
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Cast { expr: inner, .. } = &expr.kind else { return };
        let Some(column) = inner.as_column().filter(|_| expr.ty.family == Family::Float) else { return };
        let name = scene.facts.name(column);
        let lower = name.to_ascii_lowercase();
        if words.iter().any(|word| lower.split('_').any(|part| part == word)) {
            let message =
                format!("`{name}` becomes a float, which cannot hold most decimal fractions: sums drift by cents.");
            found.push(scene.raise(expr.span, message).help("Cast it to a decimal with the digits it needs."));
        }
    });
}
