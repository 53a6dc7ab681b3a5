//! The configured layers in; models that read from a layer they may not read from, out.

use crate::lint::finding::Raised;
use crate::lint::scene::Scene;

pub(super) fn check(scene: &Scene<'_>, found: &mut Vec<Raised>) {
    let layers = &scene.project.settings.layers;
    let own = scene.rules.layer(&scene.compiled.model.file);
    let Some(own) = layers.iter().find(|layer| Some(layer.name.as_str()) == own) else { return };
    for upstream in &scene.compiled.lineage.depends_on {
        let Some((name, what)) = layer_of_relation(scene, upstream) else { continue };
        if name == own.name || own.reads.contains(&name) {
            continue;
        }
        let message = format!("A model of layer `{}` reads {what}, which is of layer `{name}`.", own.name);
        let help = match own.reads.as_slice() {
            [] => format!(
                "Layer `{}` may read only itself. Move the model, or read what it offers from its own layer.",
                own.name
            ),
            reads => format!("Layer `{}` may read itself and {}.", own.name, quoted(reads)),
        };
        found.push(at_reference(scene, upstream, message).help(help));
    }
}

/// At the `ref` or `source`, or at the name in FROM.
fn at_reference(scene: &Scene<'_>, upstream: &str, message: String) -> Raised {
    let rendered = &scene.compiled.rendered;
    let reference = rendered.refs.iter().find(|reference| reference.id.as_deref() == Some(upstream));
    let read = scene.query().reads.iter().find(|input| input.id == upstream);
    match (reference, read) {
        (Some(reference), _) if reference.place.file == scene.compiled.model.file => {
            Raised::at(reference.place.clone(), message, upstream).model(&scene.compiled.model.id)
        }
        (_, Some(input)) => scene.raise(input.span, message),
        _ => scene.raise(crate::text::Span::at(0), message),
    }
}

/// The layer's name (or `source`, `seed`) of a relation that is read, and how to call the relation.
fn layer_of_relation(scene: &Scene<'_>, id: &str) -> Option<(String, String)> {
    let name = id.rsplit('.').next().unwrap_or(id);
    if id.starts_with("source.") {
        return Some(("source".to_owned(), format!("the source `{name}`")));
    }
    if id.starts_with("seed.") {
        return Some(("seed".to_owned(), format!("the seed `{name}`")));
    }
    let upstream = scene.compilation.models.get(id)?;
    let layer = scene.rules.layer(&upstream.model.file)?;
    Some((layer.to_owned(), format!("`{}`", upstream.model.name)))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
