//! A project in; resources that lack the tests the team asks for, tests that say the same twice, sources nobody watches, out.

use std::collections::BTreeMap;

use crate::lint::finding::Raised;
use crate::lint::resource::{Resource, Sort, of, resources};
use crate::lint::scene::Stage;
use crate::project::{Source, Test};

use super::coverage::{singular_targets, unit_tested};
use super::describe::{at_column, columns};

/// All generic tests of a resource and its columns.
fn tests<'a>(one: &Resource<'a>) -> impl Iterator<Item = &'a Test> + use<'a> {
    let properties = one.properties.into_iter();
    properties.flat_map(|properties| {
        properties.tests.iter().chain(properties.columns.iter().flat_map(|column| &column.tests))
    })
}

/// Is it this test, named with its package or without?
fn is(test: &Test, name: &str) -> bool {
    test.name == name || test.name.rsplit('.').next() == Some(name)
}

/// `too-few-tests`.
pub(super) fn count(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let least = usize::try_from(stage.options().number("min")).unwrap_or(0);
    let singular = singular_targets(stage);
    for one in resources(stage) {
        let own = one.model.is_some_and(|compiled| singular.contains(compiled.model.id.as_str()));
        let count = tests(&one).count() + usize::from(own);
        if count < least {
            let (noun, name) = (one.sort.noun(), &one.name);
            let message = match count {
                0 => format!("The {noun} `{name}` has no test."),
                _ => format!("The {noun} `{name}` has {count} of {least} tests."),
            };
            found.push(one.raise(message).help("Test what must hold of it: its key, and what its readers rest on."));
        }
    }
}

/// `required-tests`.
pub(super) fn required(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let groups = stage.options().words("tests");
    for one in resources(stage) {
        for group in &groups {
            let names: Vec<&str> = group.split('|').map(str::trim).collect();
            if !tests(&one).any(|test| names.iter().any(|name| is(test, name))) {
                let message = format!("The {} `{}` has no test {}.", one.sort.noun(), one.name, names.join(" or "));
                found.push(one.raise(message).help("Add it under `data_tests` of the entry or of a column."));
            }
        }
    }
}

/// `required-column-tests`.
pub(super) fn required_of_columns(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    // `_id$: not_null`: what stands before the colon is the column's name here, so it is split by hand.
    let items = stage.options().words("tests");
    let rules: Vec<(regex::Regex, &str)> = items
        .iter()
        .filter_map(|item| item.rsplit_once(": "))
        .filter_map(|(pattern, test)| Some((regex::Regex::new(pattern.trim()).ok()?, test.trim())))
        .collect();
    for one in resources(stage) {
        for column in columns(&one) {
            for (_, test) in rules.iter().filter(|(pattern, _)| pattern.is_match(&column.name)) {
                let names: Vec<&str> = test.split('|').map(str::trim).collect();
                let own = |test: &&Test| test.column.as_deref().is_some_and(|on| on.eq_ignore_ascii_case(&column.name));
                if !tests(&one).filter(own).any(|test| names.iter().any(|name| is(test, name))) {
                    let message = format!("The column `{}` has no test {}.", column.name, names.join(" or "));
                    found.push(
                        at_column(&one, column, message).help("Columns of such names are tested in this project."),
                    );
                }
            }
        }
    }
}

/// `missing-unit-test`.
pub(super) fn unit_test(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let tested = unit_tested(stage);
    let most = usize::try_from(stage.options().number("unless_joins_below")).unwrap_or(0);
    for one in resources(stage).iter().filter(|one| !tested.contains(one.name.as_str())) {
        let joins = one.model.map_or(0, |compiled| {
            let is_join = |node: &&crate::algebra::Node| matches!(node.op, crate::algebra::Op::Join { .. });
            compiled.query.nodes.iter().filter(is_join).count()
        });
        if joins >= most {
            let message = format!("`{}` has no unit test.", one.name);
            found.push(
                one.raise(message).help("Give it a few rows and say what must come of them, under `unit_tests:`."),
            );
        }
    }
}

/// `test-without-where`.
pub(super) fn without_where(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in resources(stage) {
        for test in tests(&one).filter(|test| !test.config.0.contains_key("where")) {
            let message = format!("The test `{}` on `{}` reads all rows of the table.", test.name, one.name);
            let help = "Give it a `where`, so that it reads only what the last run brought.";
            found.push(Raised::at(test.place.clone(), message, &format!("{} {}", one.name, test.name)).help(help));
        }
    }
}

/// `duplicate-test`.
pub(super) fn duplicate(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    for one in Sort::ALL.iter().flat_map(|sort| of(stage, *sort)) {
        let mut first: BTreeMap<String, &Test> = BTreeMap::new();
        let mut all: Vec<&Test> = tests(&one).collect();
        all.sort_by(|a, b| a.place.cmp(&b.place));
        all.dedup_by(|a, b| a.place == b.place);
        for test in all {
            let arguments: Vec<String> =
                test.arguments.iter().map(|(name, value)| format!("{name}={}", value.in_one_line())).collect();
            let limits: Vec<String> = ["where", "limit", "name", "alias"]
                .iter()
                .filter_map(|key| Some(format!("{key}={}", test.config.0.get(*key)?.in_one_line())))
                .collect();
            let column = test.column.as_deref().unwrap_or_default().to_ascii_lowercase();
            let key = format!("{} {column} {} {}", test.name, arguments.join(" "), limits.join(" "));
            let Some(other) = first.get(&key) else {
                first.insert(key, test);
                continue;
            };
            let what = if column.is_empty() { one.name.clone() } else { format!("{}.{column}", one.name) };
            let message = format!("`{what}` has the test `{}` twice.", test.name);
            let raised = Raised::at(test.place.clone(), message, &key).help("Remove one of them: both ask the same.");
            found.push(raised.label(other.place.clone(), "the first one"));
        }
    }
}

/// `source-without-freshness`.
pub(super) fn freshness(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    each_source(stage, found, |source| {
        let missing = source.freshness.is_none();
        missing.then_some((
            "Nobody notices when the source `{}` is no longer loaded: it has no `freshness`.",
            "Add `freshness` with `warn_after`, and `loaded_at_field` where the warehouse does not know.",
        ))
    });
}

/// `source-without-loader`.
pub(super) fn loader(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    each_source(stage, found, |source| {
        let missing = source.loader.as_deref().is_none_or(|loader| loader.trim().is_empty());
        missing.then_some(("Nothing says who loads the source `{}`.", "Name the tool or job under `loader`."))
    });
}

fn each_source(
    stage: &Stage<'_>,
    found: &mut Vec<Raised>,
    judge: impl Fn(&Source) -> Option<(&'static str, &'static str)>,
) {
    let project = stage.project;
    for source in project.sources.iter().filter(|source| source.package == project.name) {
        if let Some((message, help)) = judge(source) {
            let name = format!("{}.{}", source.source, source.name);
            found.push(Raised::at(source.place.clone(), message.replace("{}", &name), &source.id).help(help));
        }
    }
}
