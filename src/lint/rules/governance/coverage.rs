//! A project in; which share of its models is described or tested, where that is less than asked for, out.

use std::collections::BTreeSet;

use crate::lint::dag::{is_built, quoted, reads};
use crate::lint::finding::Raised;
use crate::lint::resource::{Resource, Sort, of, project_place};
use crate::lint::scene::Stage;
use crate::project::{ConsumerKind, ModelKind};

/// `documentation-coverage`.
pub(super) fn documentation(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    share(stage, found, "described", |one| !one.description.trim().is_empty());
}

/// `test-coverage`.
pub(super) fn tests(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let singular = singular_targets(stage);
    share(stage, found, "tested", |one| {
        let properties = one.properties.is_some_and(|properties| {
            !properties.tests.is_empty() || properties.columns.iter().any(|column| !column.tests.is_empty())
        });
        properties || one.model.is_some_and(|compiled| singular.contains(compiled.model.id.as_str()))
    });
}

/// `unit-test-coverage`.
pub(super) fn unit_tests(stage: &Stage<'_>, found: &mut Vec<Raised>) {
    let tested = unit_tested(stage);
    share(stage, found, "unit tested", |one| tested.contains(one.name.as_str()));
}

fn share(stage: &Stage<'_>, found: &mut Vec<Raised>, what: &str, has: impl Fn(&Resource<'_>) -> bool) {
    let models = of(stage, Sort::Model);
    let least = usize::try_from(stage.options().number("min")).unwrap_or(0);
    let without: Vec<&str> = models.iter().filter(|one| !has(one)).map(|one| one.name.as_str()).collect();
    let count = models.len() - without.len();
    if models.is_empty() || count * 100 >= least * models.len() {
        return;
    }
    let percent = count * 100 / models.len();
    let message =
        format!("{count} of {} models are {what}, which is {percent} %; {least} % are asked for.", models.len());
    found.push(Raised::at(project_place(stage), message, what).help(format!("Without are {}.", quoted(without))));
}

/// Ids that singular tests of the project read.
pub(super) fn singular_targets<'a>(stage: &Stage<'a>) -> BTreeSet<&'a str> {
    let tests = stage.own_models().filter(|compiled| compiled.model.kind == ModelKind::SingularTest);
    tests.filter(|compiled| !is_built(&compiled.model)).flat_map(reads).collect()
}

/// Names of the models that have a unit test.
pub(super) fn unit_tested<'a>(stage: &Stage<'a>) -> BTreeSet<&'a str> {
    let tests = stage.project.consumers.iter().filter(|consumer| consumer.kind == ConsumerKind::UnitTest);
    tests
        .filter_map(|test| {
            let rest = test.id.strip_prefix("unit_test.")?.strip_prefix(&test.package)?.strip_prefix('.')?;
            let model = rest.strip_suffix(&test.name)?.strip_suffix('.')?;
            Some(model.trim_start_matches("ref('").trim_end_matches("')"))
        })
        .collect()
}
