//! Ids of relations in, their names in SQL out: in production, in the environment, and while they wait for their gates.

use std::collections::{BTreeMap, BTreeSet};

use super::environment::Environment;
use crate::compile::{Compilation, Spelling};
use crate::project::RelationName;

/// Where everything is.
pub(super) struct Names<'c> {
    pub(super) head: &'c Compilation,
    spelling: Spelling,
    base_spelling: Spelling,
    pub(super) environment: &'c Environment,
    /// By id, the project and the name of what head has; then of what base had.
    head_names: BTreeMap<&'c str, (usize, &'c RelationName)>,
    base_names: BTreeMap<&'c str, (usize, &'c RelationName)>,
    /// What this plan builds.
    pub(super) built: BTreeSet<String>,
    /// What a sandbox reads in place of what production has.
    pub(super) stand_ins: BTreeSet<String>,
}

impl<'c> Names<'c> {
    pub(super) fn new(base: &'c Compilation, head: &'c Compilation, environment: &'c Environment) -> Self {
        Names {
            head,
            spelling: head.spelling(),
            base_spelling: base.spelling(),
            environment,
            head_names: names_of(head),
            base_names: names_of(base),
            built: BTreeSet::new(),
            stand_ins: BTreeSet::new(),
        }
    }

    /// The name that head's project gives a relation.
    pub(super) fn at_head(&self, id: &str) -> Option<&'c RelationName> {
        self.head_names.get(id).map(|(_, name)| *name)
    }

    pub(super) fn at_base(&self, id: &str) -> Option<&'c RelationName> {
        self.base_names.get(id).map(|(_, name)| *name)
    }

    /// Where readers will find it: its place in production, or in the sandbox.
    pub(super) fn place(&self, id: &str) -> Option<String> {
        Some(self.spelled(id, &self.environment.place(self.at_head(id)?)))
    }

    /// Where production has it.
    pub(super) fn production(&self, id: &str) -> Option<String> {
        Some(self.spelled(id, self.at_head(id)?))
    }

    /// Where base wrote it.
    pub(super) fn was(&self, id: &str) -> Option<String> {
        let (project, name) = self.base_names.get(id)?;
        Some(self.base_spelling.text(*project, &self.environment.place(name), id))
    }

    /// Where it is built and waits for its gates.
    pub(super) fn audit(&self, id: &str) -> Option<String> {
        Some(self.spelled(id, &self.environment.audit(self.at_head(id)?)))
    }

    /// Only the last part of the name that readers will find, which some dialects want for a renaming.
    pub(super) fn identifier(&self, id: &str) -> Option<String> {
        let place = self.environment.place(self.at_head(id)?);
        Some(self.spelled(id, &RelationName { identifier: place.identifier, ..RelationName::default() }))
    }

    /// The name to read while the plan runs: what is built and not yet promoted, else what is there.
    pub(super) fn while_building(&self, id: &str) -> Option<String> {
        if self.built.contains(id) { self.audit(id) } else { self.standing(id) }
    }

    /// The name to read once all is promoted.
    pub(super) fn when_done(&self, id: &str) -> Option<String> {
        if self.built.contains(id) { self.place(id) } else { self.standing(id) }
    }

    /// What is not built: production has it, but for what a sandbox must not see as it is.
    fn standing(&self, id: &str) -> Option<String> {
        if self.stand_ins.contains(id) { self.place(id) } else { self.production(id) }
    }

    /// A name as the project of a relation writes names.
    pub(super) fn spelled(&self, id: &str, name: &RelationName) -> String {
        let project = self.head_names.get(id).map_or(0, |(project, _)| *project);
        self.spelling.text(project, name, id)
    }
}

fn names_of(side: &Compilation) -> BTreeMap<&str, (usize, &RelationName)> {
    let mut names = BTreeMap::new();
    for (at, project) in side.projects.iter().enumerate() {
        let sources = project.sources.iter().map(|source| (source.id.as_str(), &source.relation));
        let seeds = project.seeds.iter().map(|seed| (seed.id.as_str(), &seed.relation));
        names.extend(sources.chain(seeds).map(|(id, name)| (id, (at, name))));
    }
    let named = |(_, model): &(&String, &crate::compile::CompiledModel)| !model.model.relation.identifier.is_empty();
    names.extend(
        side.models.iter().filter(named).map(|(id, model)| (id.as_str(), (model.project, &model.model.relation))),
    );
    names
}
