//! Projects as they were read in, their template environments out; on the way their resources get their final names.
//!
//! Three steps, each of which may ask the one before: the macros, what YAML and naming macros make of names with them,
//! and the names that templates can ask for.

use std::collections::BTreeMap;

use super::each::each;
use super::settings::settle;
use crate::project::Project;
use crate::template::{Environment, relations};

/// The template environments of all projects.
pub(super) fn environments(projects: &mut [Project]) -> Vec<Environment> {
    let indices: Vec<usize> = (0..projects.len()).collect();
    let mut environments = each(&indices, |at| Environment::of_macros(&projects[*at]));
    for (project, environment) in projects.iter_mut().zip(&environments) {
        settle(project, environment);
    }
    let named = each(&indices, |at| relations(&environments[*at], &projects[*at]));
    for (project, named) in projects.iter_mut().zip(named) {
        rename(project, &named);
    }
    for (at, environment) in environments.iter_mut().enumerate() {
        let others = projects.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, project)| project);
        environment.learn_names(&projects[at], &others.collect::<Vec<_>>());
    }
    environments
}

/// The environments of projects whose resources have their final names.
pub(super) fn environments_again(projects: &[Project]) -> Vec<Environment> {
    each(&(0..projects.len()).collect::<Vec<_>>(), |index| {
        let others = projects.iter().enumerate().filter(|(other, _)| other != index);
        Environment::new(&projects[*index], &others.map(|(_, project)| project).collect::<Vec<_>>())
    })
}

fn rename(project: &mut Project, named: &BTreeMap<String, crate::project::RelationName>) {
    let models = project.models.iter_mut().map(|model| (&model.id, &mut model.relation));
    let seeds = project.seeds.iter_mut().map(|seed| (&seed.id, &mut seed.relation));
    for (id, relation) in models.chain(seeds) {
        if let Some(name) = named.get(id) {
            relation.clone_from(name);
        }
    }
}
