//! One reader per kind of repo, each from its files to a Project.

mod bigquery_etl;
mod csv_file;
mod dbt;
mod includes;
mod infer;
mod plain;
mod sqlmesh;

use std::collections::BTreeSet;

use super::files::{Each, Files, parent, relative};
use super::{Kind, Project};
use crate::diagnostic::Diagnostic;
use crate::text::FileId;

pub use sqlmesh::python_texts;

/// What a reader is given.
pub(super) struct Repo<'a> {
    pub snapshot: &'a dyn Files,
    pub disk: &'a dyn Files,
    pub home_profiles: Option<&'a str>,
    /// Every file of the snapshot, sorted.
    pub all: Vec<FileId>,
    pub each: Each<'a>,
}

/// Every project of the repo, by root.
pub(super) fn read(repo: &Repo<'_>) -> Vec<Project> {
    let dbt = dbt::find(repo);
    let roots: Vec<&str> = dbt.iter().map(|file| parent(file.path())).collect();
    let sqlmesh = sqlmesh::find(repo, &roots);
    let taken: Vec<&str> = roots.iter().copied().chain(sqlmesh.iter().map(String::as_str)).collect();
    let plain = plain::find(repo, &taken);
    let mut projects = dbt::read(&dbt, repo);
    // A package that another project reads as its own is no project beside it, unless it stands alone at the root.
    let local: Vec<String> = projects.iter().flat_map(local_packages).collect();
    projects.retain(|project| !local.contains(&project.root));
    projects.extend(sqlmesh.iter().filter_map(|root| sqlmesh::read(root, repo)));
    for root in &plain {
        projects.push(plain::read(root, &plain, repo));
    }
    projects.sort_by(|a, b| (&a.root, a.kind == Kind::Plain).cmp(&(&b.root, b.kind == Kind::Plain)));
    say_once(&mut projects);
    projects
}

/// What is wrong with a file that several projects read is said by the first of them.
fn say_once(projects: &mut [Project]) {
    let mut said = BTreeSet::new();
    for project in projects {
        let new = |diagnostic: &Diagnostic| {
            said.insert((diagnostic.place.clone(), diagnostic.rule.clone(), diagnostic.message.clone()))
        };
        project.diagnostics.retain(new);
    }
}

/// The folders of a project's `local:` packages that lie inside the project.
fn local_packages(project: &Project) -> Vec<String> {
    let roots = project.packages.iter().filter_map(|package| package.root.clone());
    roots.filter(|root| *root != project.root && relative(&project.root, root).is_some()).collect()
}
