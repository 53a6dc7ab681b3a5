//! The text of models and macros in; files that are too long, words that are not wanted, and macros that are missed, out.

use regex::Regex;

use crate::lint::dag::{head, quoted};
use crate::lint::finding::Raised;
use crate::lint::macros::macro_files;
use crate::lint::patterns::Patterns;
use crate::lint::resource::{Sort, of};
use crate::lint::scene::Stage;
use crate::text::{FileId, Place, Span};

fn number(stage: &Stage<'_>, name: &str) -> usize {
    usize::try_from(stage.options().number(name)).unwrap_or(0)
}

/// `model-too-long`.
pub(super) fn long_models(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let most = number(stage, "max");
    for compiled in stage.built() {
        let model = &compiled.model;
        let lines = model.text.get(model.body.range()).unwrap_or_default().trim().lines().count();
        if lines > most {
            let message = format!("`{}` has {lines} lines; {most} are allowed.", model.name);
            let help = "Put a part of it into a model of its own, with a name that says what it is.";
            found.push(Raised::at(head(model), message, &model.name).help(help).model(&model.id));
        }
    }
}

/// `macro-too-long`.
pub(super) fn long_macros(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let most = number(stage, "max");
    for file in macro_files(stage) {
        for one in file.defined() {
            let lines = file.text.get(one.span.range()).unwrap_or_default().lines().count();
            if lines > most {
                let message = format!("The macro `{}` has {lines} lines; {most} are allowed.", one.name);
                let help = "Put a part of it into a macro of its own.";
                found.push(Raised::at(file.name_place(one), message, &one.name).help(help));
            }
        }
    }
}

/// `macro-too-many-arguments`.
pub(super) fn arguments(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let most = number(stage, "max");
    for file in macro_files(stage) {
        for one in file.defined().filter(|one| one.params.len() > most) {
            let message = format!("The macro `{}` takes {} arguments; {most} are allowed.", one.name, one.params.len());
            let help = "Take apart what it does, or give it one dictionary.";
            found.push(Raised::at(file.name_place(one), message, &one.name).help(help));
        }
    }
}

/// The project's own texts of models and macros, each once, with the model it is.
fn texts<'a>(stage: &Stage<'a>) -> Vec<(&'a FileId, &'a str, Option<&'a str>)> {
    let project = stage.project;
    let models = stage.own_models().map(|compiled| {
        let model = &compiled.model;
        (&model.file, &*model.text, Some(model.id.as_str()))
    });
    let macros = project.macros.iter().filter(|file| file.package == project.name);
    let mut all: Vec<_> = models.chain(macros.map(|file| (&file.file, &*file.text, None))).collect();
    all.sort_by(|a, b| a.0.cmp(b.0));
    all.dedup_by(|a, b| a.0 == b.0);
    all.retain(|(file, _, _)| !file.path().ends_with(".yml") && !file.path().ends_with(".yaml"));
    all
}

/// `blocked-words`.
pub(super) fn blocked(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let words = stage.options().words("words");
    if words.is_empty() {
        return;
    }
    let any: Vec<String> = words.iter().map(|word| regex::escape(word)).collect();
    let Ok(regex) = Regex::new(&format!(r"(?i)\b(?:{})\b", any.join("|"))) else { return };
    for (file, text, model) in texts(stage) {
        let comments = comments(text);
        for hit in regex.find_iter(text) {
            let span = Span::new(hit.start(), hit.end());
            if comments.iter().any(|comment| comment.contains(span)) {
                continue;
            }
            let message = format!("`{}` is a word that this project does not use.", hit.as_str());
            push(found, (file, model), span, message, hit.as_str(), "Say it another way.");
        }
    }
}

/// `forbidden-pattern`.
pub(super) fn forbidden(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let patterns = Patterns::read(stage, "patterns", found);
    for (file, text, model) in texts(stage) {
        let path = crate::lint::dag::inner_path(stage.project, file.path());
        for pattern in patterns.iter() {
            let globs = crate::project::Globs::new(pattern.before.as_slice());
            if pattern.before.is_some() && !globs.matches(path) {
                continue;
            }
            for hit in pattern.regex.find_iter(text).filter(|hit| !hit.is_empty()) {
                let span = Span::new(hit.start(), hit.end());
                let message = format!("This matches `{}`, which the project's settings forbid.", pattern.text);
                push(found, (file, model), span, message, hit.as_str(), "Write it another way.");
            }
        }
    }
}

fn push(
    found: &mut Vec<Raised>,
    (file, model): (&FileId, Option<&str>),
    span: Span,
    message: String,
    construct: &str,
    help: &str,
) {
    let raised = Raised::at(Place::new(file, span), message, construct).help(help);
    found.push(match model {
        Some(model) => raised.model(model),
        None => raised,
    });
}

/// Comments of SQL and Jinja. A sign in a text counts as one: words there are not judged either.
fn comments(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let next = [("--", "\n"), ("/*", "*/"), ("{#", "#}")]
            .into_iter()
            .filter_map(|(start, end)| Some((rest.find(start)?, end)))
            .min();
        let Some((start, end)) = next else { break };
        let stop = rest[start..].find(end).map_or(rest.len(), |stop| start + stop + end.len());
        found.push(Span::new(at + start, at + stop));
        at += stop.max(start + 1);
    }
    found
}

/// `required-macro`.
pub(super) fn required_macro(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let layers = stage.options().words("layers");
    let wanted = stage.options().words("macros");
    for one in of(stage, Sort::Model) {
        let judged = layers.is_empty() || one.layer.is_some_and(|layer| layers.iter().any(|name| name == layer));
        let Some(compiled) = one.model.filter(|compiled| judged && !compiled.rendered.failed) else { continue };
        let ran = |name: &&String| {
            let macros = &compiled.rendered.macros;
            macros.iter().any(|one| one == *name || one.rsplit('.').next() == Some(name.as_str()))
        };
        let missing: Vec<&String> = wanted.iter().filter(|name| !ran(name)).collect();
        if !missing.is_empty() {
            let message = format!("`{}` does not use the macro {}.", one.name, quoted(missing));
            let raised = Raised::at(head(&compiled.model), message, &one.name).model(&compiled.model.id);
            found.push(raised.help("Models of this project are written with it."));
        }
    }
}
