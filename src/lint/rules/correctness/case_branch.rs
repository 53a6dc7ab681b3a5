//! CASE expressions in; branches that an equal one before them makes unreachable, out.

use crate::algebra::ExprKind;
use crate::lint::facts::shape;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    scene.facts.each_expr(&mut |_, expr| {
        let ExprKind::Case { branches, .. } = &expr.kind else { return };
        let shapes: Vec<Option<String>> =
            branches.iter().map(|(condition, _)| shape(condition, &|column| format!("c{}", column.0))).collect();
        for (at, shape) in shapes.iter().enumerate().filter(|(_, shape)| shape.is_some()) {
            let Some(first) = shapes[..at].iter().position(|earlier| earlier == shape) else { continue };
            let message = "An earlier branch of this CASE has the same condition, so this one is never reached.";
            let help = "Drop the branch, or correct its condition.";
            let (here, there) = (branches[at].0.span, branches[first].0.span);
            found.push(scene.raise(here, message).help(help).label(scene.place(there), "the same condition"));
        }
    });
}
