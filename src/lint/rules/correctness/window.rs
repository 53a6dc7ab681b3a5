//! Window functions in; those that need an order and have none, out.

use crate::algebra::ExprKind;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

/// Functions whose value depends on which row comes first.
const ORDERED: [&str; 10] = [
    "ROW_NUMBER",
    "RANK",
    "DENSE_RANK",
    "PERCENT_RANK",
    "NTILE",
    "LAG",
    "LEAD",
    "FIRST_VALUE",
    "LAST_VALUE",
    "NTH_VALUE",
];

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Window { function, order, .. } = &expr.kind else { return };
        if order.is_empty() && ORDERED.contains(&function.as_str()) {
            let message = format!("`{}` counts on an order, and this window has none.", function.to_ascii_lowercase());
            let help = "Add ORDER BY over columns that are unique within the partition.";
            found.push(scene.raise(expr.span, message).help(help));
        }
    });
}
