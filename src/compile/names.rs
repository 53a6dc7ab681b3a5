//! Projects and what their texts write in, what a plain name of a relation means in each project out.

use std::collections::BTreeMap;

use super::catalogs::undeclared;
use super::draft::Draft;
use super::name_index::{NameIndex, split_name};
use super::routines::Routines;
use crate::project::{Fact, Kind, ModelKind, Project, RelationName};

/// Relations of each project by every ending of their names.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    projects: Vec<Known>,
    /// Functions that each project creates.
    pub(super) routines: Vec<Routines>,
}

/// One project's relations.
#[derive(Clone, Debug, Default)]
struct Known {
    /// What the project builds or loads; it wins over sources, which may describe the same tables.
    built: NameIndex,
    read: NameIndex,
    /// What only a catalog tells of.
    told: NameIndex,
    ids: Vec<String>,
    /// Names are whole but for the catalog: `orders` is never `shop.orders`.
    whole: bool,
    /// Other projects that it may read from, which build what it does not.
    others: Vec<usize>,
}

/// For one draft the tables its text writes: names in lower case, and their ids.
pub(super) type Written = BTreeMap<String, String>;

impl Names {
    /// Names of all projects, and for each draft the ids of what its text writes.
    pub(super) fn new(projects: &[Project], drafts: &[Draft<'_>]) -> (Self, Vec<Written>) {
        let mut names = Names { projects: vec![Known::default(); projects.len()], routines: Vec::new() };
        for (at, (known, project)) in names.projects.iter_mut().zip(projects).enumerate() {
            known.whole = project.kind == Kind::SqlMesh;
            if known.whole {
                let builds = |other: &usize| *other != at && projects[*other].kind != Kind::Plain;
                known.others = (0..projects.len()).filter(builds).collect();
            }
            known.add_declared(project);
        }
        let written = names.add_written(projects, drafts);
        names.routines = projects.iter().enumerate().map(|(at, project)| Routines::new(at, project, drafts)).collect();
        (names, written)
    }

    /// What a name means in a project, if it is one of the repo's own relations.
    pub(super) fn find(&self, project: usize, parts: &[&str]) -> Option<&str> {
        let known = &self.projects[project];
        let built = |known: &'_ Known| known.built.find(asked(parts, known.whole));
        let own = built(known).or_else(|| known.read.find(asked(parts, known.whole)));
        if let Some(found) = own {
            return Some(&known.ids[found]);
        }
        let mut others = known.others.iter().map(|other| &self.projects[*other]);
        // Another project builds by whole names too, or by names that end so.
        let other = others.find_map(|other| Some(other.ids[built(other).filter(|_| parts.len() > 1)?].as_str()));
        other.or_else(|| known.told.find(asked(parts, known.whole)).map(|found| known.ids[found].as_str()))
    }

    /// The tables that the texts of drafts constrain, each as its id with the facts; `written` are the ids of what each
    /// draft writes.
    pub(super) fn constrained(&self, drafts: &[Draft<'_>], written: &[Written]) -> BTreeMap<String, Vec<Fact>> {
        let mut found: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
        for (draft, written) in drafts.iter().zip(written) {
            for constrained in &draft.main.reads.constraints {
                let parts: Vec<&str> = constrained.name.iter().map(String::as_str).collect();
                let own = written.get(&parts.join(".").to_ascii_lowercase()).map(String::as_str);
                if let Some(id) = own.or_else(|| self.find(draft.project, &parts)) {
                    found.entry(id.to_owned()).or_default().extend(constrained.facts.iter().cloned());
                }
            }
        }
        found
    }

    /// Is this the id of a table that only the project's catalog tells of?
    pub(super) fn tells(&self, project: usize, id: &str) -> bool {
        let parts = split_name(id);
        self.find(project, &parts.iter().map(String::as_str).collect::<Vec<_>>()) == Some(id)
    }

    /// The longest names first: `t1` in one file and `main.t1` in another are one table.
    fn add_written(&mut self, projects: &[Project], drafts: &[Draft<'_>]) -> Vec<Written> {
        let mut written: Vec<Written> = vec![Written::new(); drafts.len()];
        let plain = |draft: &&(usize, &Draft<'_>)| projects[draft.1.project].kind == Kind::Plain;
        let drafts: Vec<(usize, &Draft<'_>)> = drafts.iter().enumerate().collect();
        let mut writes: Vec<(usize, usize, &super::reads::Write)> = Vec::new();
        for (at, draft) in drafts.iter().filter(plain) {
            if !may_be_read(draft) {
                continue;
            }
            writes.extend(draft.main.reads.writes.iter().map(|write| (write.name.len(), *at, write)));
        }
        writes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        for (_, at, write) in writes {
            let draft = drafts[at].1;
            let dialect = &projects[draft.project].dialect;
            let folded: Vec<String> = write.name.iter().map(|part| dialect.relation_key(part, false)).collect();
            let key = folded.join(".").to_ascii_lowercase();
            if write.temporary {
                written[at].insert(key, format!("{}.{}", draft.model.id, folded.join(".")));
                continue;
            }
            let known = &mut self.projects[draft.project];
            let found = known.built.find(folded.iter().map(String::as_str));
            let index = found.unwrap_or_else(|| known.push(folded.join(".")));
            known.built.add(folded.iter().map(String::as_str), index);
            written[at].insert(key, known.ids[index].clone());
        }
        for (at, draft) in drafts.iter().filter(plain) {
            if written[*at].is_empty() && may_be_read(draft) {
                self.projects[draft.project].add_built(&draft.model.relation, &draft.model.id);
            }
        }
        written
    }
}

/// Analyses and tests build nothing that others read.
fn may_be_read(draft: &Draft<'_>) -> bool {
    matches!(draft.model.kind, ModelKind::Model | ModelKind::Snapshot | ModelKind::Table)
}

impl Known {
    fn add_declared(&mut self, project: &Project) {
        for seed in &project.seeds {
            self.add_built(&seed.relation, &seed.id);
        }
        let readable = |kind| matches!(kind, ModelKind::Model | ModelKind::Snapshot | ModelKind::Table);
        for model in project.models.iter().filter(|model| model.enabled && readable(model.kind)) {
            if project.kind != Kind::Plain {
                self.add_built(&model.relation, &model.id);
            }
        }
        for source in &project.sources {
            let index = self.push(source.id.clone());
            self.read.add(asked(&parts(&source.relation), self.whole), index);
        }
        for (id, table) in undeclared(project) {
            let index = self.push(id);
            self.told.add(asked(&parts(&table.name), self.whole), index);
        }
    }

    fn add_built(&mut self, relation: &RelationName, id: &str) {
        let index = self.push(id.to_owned());
        self.built.add(asked(&parts(relation), self.whole), index);
    }

    fn push(&mut self, id: String) -> usize {
        self.ids.push(id);
        self.ids.len() - 1
    }
}

/// The parts of a name to look for: a whole name of one part stands in no schema, so that it ends no longer name.
fn asked<'p>(parts: &'p [&'p str], whole: bool) -> impl Iterator<Item = &'p str> {
    (whole && parts.len() == 1).then_some("").into_iter().chain(parts.iter().copied())
}

fn parts(relation: &RelationName) -> Vec<&str> {
    let outer = [&relation.database, &relation.schema];
    let outer = outer.into_iter().flatten().map(String::as_str).filter(|part| !part.is_empty());
    outer.chain([relation.identifier.as_str()]).collect()
}
