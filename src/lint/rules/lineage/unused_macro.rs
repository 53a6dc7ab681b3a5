//! A dbt project's macros in; those that no text of the project names, out.

use std::collections::BTreeSet;

use crate::lint::finding::Raised;
use crate::lint::macros::{Surveyed, macro_files, model_files};
use crate::lint::scene::Stage;
use crate::text::FileId;

/// dbt itself looks for macros of these names.
const ASKED_BY_DBT: [&str; 9] = [
    "generate_",
    "get_incremental_",
    "get_custom_",
    "create_",
    "current_timestamp",
    "snapshot_",
    "materialization_",
    "store_failures",
    "drop_",
];

/// `unused-macro`.
pub(super) fn check(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let macros = macro_files(stage);
    let models = model_files(stage);
    let named = named(stage, macros.iter().chain(&models));
    for file in &macros {
        for one in file.defined() {
            let base = one.name.split_once("__").map_or(one.name.as_str(), |(_, base)| base);
            let asked = ASKED_BY_DBT.iter().any(|prefix| base.starts_with(prefix));
            let called = |name: &str| {
                named.contains(name) || name.strip_prefix("test_").is_some_and(|test| named.contains(test))
            };
            if asked || called(&one.name) || (base != one.name && called(base)) {
                continue;
            }
            let message = format!("Nothing in this project calls the macro `{}`.", one.name);
            let help = "Remove it, unless it is called from outside, as by `dbt run-operation`.";
            found.push(Raised::at(file.name_place(one), message, &one.name).help(help));
        }
    }
}

/// Every name that some text may call a macro by.
fn named<'s>(stage: &Stage<'_>, files: impl Iterator<Item = &'s Surveyed<'s>>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for file in files {
        named.extend(file.seen.names.iter().map(|name| name.name.clone()));
        named.extend(file.seen.texts.iter().cloned());
        let dotted = file.seen.attributes.iter().map(|name| &name.name);
        let called = file.seen.calls.iter().map(|call| &call.name);
        named.extend(dotted.chain(called).filter_map(|name| name.rsplit('.').next()).map(str::to_owned));
    }
    let project = stage.project;
    let models = project.models.iter().map(|model| &model.properties);
    let tables = project.sources.iter().map(|source| &source.properties);
    for properties in models.chain(tables).chain(project.seeds.iter().map(|seed| &seed.properties)) {
        let tests = properties.tests.iter().chain(properties.columns.iter().flat_map(|column| &column.tests));
        named.extend(tests.filter_map(|test| test.name.rsplit('.').next()).map(str::to_owned));
    }
    for text in yaml_texts(stage) {
        called_in(&text, &mut named);
    }
    named
}

/// The texts of the project's YAML, which may call macros in hooks and config.
fn yaml_texts(stage: &Stage<'_>) -> Vec<std::sync::Arc<str>> {
    let Some(snapshot) = &stage.compilation.snapshot else { return Vec::new() };
    let root = &stage.project.root;
    let is_yaml = |file: &&FileId| {
        let path = file.path();
        path.starts_with(root.as_str()) && [".yml", ".yaml"].iter().any(|end| path.ends_with(end))
    };
    let texts = snapshot.paths().filter(is_yaml).filter_map(|file| snapshot.text(file).ok());
    texts.map(|text| text.content).collect()
}

/// Words with a bracket behind them.
fn called_in(text: &str, named: &mut BTreeSet<String>) {
    for (at, _) in text.match_indices('(') {
        let word = text[..at].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        if !word.is_empty() {
            named.insert(word.to_owned());
        }
    }
}
