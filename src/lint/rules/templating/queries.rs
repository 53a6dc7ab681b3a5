//! Templates that ask the warehouse in; what only it could tell, and answers that are used before there are any, out.

use crate::lint::finding::Raised;
use crate::lint::macros::model_files;
use crate::lint::scene::{Scene, Stage};
use crate::text::Place;

/// `introspective-model`.
pub(super) fn introspective(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let compiled = scene.compiled;
    let Some(unknown) = compiled.rendered.unknowns.first() else { return };
    let message =
        format!("What `{}` is depends on the warehouse: {}.", compiled.model.name, unknown.why.trim_end_matches('.'));
    let help = "Its SQL differs from run to run, and nobody can review it. Write out what can be written out.";
    found.push(Raised::at(unknown.place.clone(), message, &unknown.why).help(help).model(&compiled.model.id));
}

/// Calls whose result is nothing while `execute` is false.
const ASKS: [&str; 2] = ["run_query", "load_result"];

/// `query-result-without-execute`.
pub(super) fn unguarded(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for file in model_files(stage).iter().filter(|file| !file.seen.broken) {
        let asked =
            file.seen.sets.iter().filter(|set| {
                set.within.is_none() && set.call.as_ref().is_some_and(|call| ASKS.contains(&call.as_str()))
            });
        for set in asked {
            let start = format!("{}.", set.name);
            let mut used =
                file.seen.attributes.iter().filter(|one| one.name.starts_with(&start) && one.within.is_none());
            let Some(first) = used.find(|one| !one.executes) else { continue };
            // Set again elsewhere, it may be something else by then.
            if file.seen.sets.iter().filter(|other| other.name == set.name).count() > 1 {
                continue;
            }
            let message = format!("`{}` is nothing while dbt reads the project, so `{}` fails.", set.name, first.name);
            let help = "Use it only `{% if execute %}`, and say what holds otherwise.";
            let raised = Raised::at(Place::new(file.file, first.span), message, &first.name).help(help);
            let raised = raised.label(Place::new(file.file, set.span), "asked here");
            found.push(match file.model {
                Some(model) => raised.model(model),
                None => raised,
            });
        }
    }
}
