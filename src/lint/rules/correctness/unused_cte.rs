//! A query's CTEs in; those that nothing reads, in no rendering of the template, out.

use crate::algebra::Status;
use crate::lint::finding::Raised;
use crate::lint::scene::Scene;
use crate::lint::unseen::may_be_named;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let query = scene.query();
    // A text that stands in for another, which may read what this one does not.
    let stands_in = scene.compiled.model.text.contains("default(");
    if query.status == Status::Opaque || scene.compiled.rendered.failed || stands_in {
        return;
    }
    let unread = query.ctes.iter().filter(|cte| cte.readers == 0);
    for cte in unread.filter(|cte| !may_be_named(scene, &cte.name)) {
        let message = format!("Nothing reads the CTE `{}`.", cte.name);
        let help = "Delete it, or read it: a filter or join that was meant to be here may be missing.";
        found.push(scene.raise(cte.span, message).help(help));
    }
}
