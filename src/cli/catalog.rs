//! `sluice catalog import`: files that a warehouse or a tool wrote in, `sluice.lock` and what changed in it out.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::failure::{Exit, Failure};
use super::files;
use super::io::Io;
use super::workspace::Workspace;
use crate::compile::Compilation;
use crate::project::{
    Catalog as Tables, CatalogTable, FORMATS, Format, LOCK, Project, RelationName, TableChange, lock_text, merge,
    read_lock, split_name, whole_name,
};
use crate::repo::{Disk, write_atomic};
use crate::report::{Ink, Paint};
use crate::text::{FileId, LineIndex};

/// The columns of what the repo reads and something else fills, kept in `sluice.lock`.
///
/// `import` reads dbt's catalog.json, a CSV export of information_schema.columns, SQLMesh's external models or another
/// lock, and keeps what this repo reads.
#[derive(Debug, Args)]
pub(super) struct Catalog {
    #[arg(value_name = "ACTION")]
    action: Action,
    /// The files to read; `-` is stdin. A later file wins over an earlier one.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// What the files are written in, where their names and texts do not tell.
    #[arg(long, value_name = "FORMAT")]
    format: Option<Written>,
    /// Keep every relation of the files, also those that this repo does not read.
    #[arg(long)]
    all: bool,
    /// Take out relations of the lock that this repo no longer reads.
    #[arg(long, conflicts_with = "all")]
    prune: bool,
    /// Write nothing; exit 1 where the lock is not what this import would make of it.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Action {
    Import,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Written {
    Dbt,
    InformationSchema,
    Sqlmesh,
    Lock,
}

impl Written {
    fn format(self) -> Format {
        match self {
            Written::Dbt => Format::Dbt,
            Written::InformationSchema => Format::InformationSchema,
            Written::Sqlmesh => Format::SqlMesh,
            Written::Lock => Format::Lock,
        }
    }
}

pub(super) fn run(arguments: &Catalog, io: &mut Io) -> Result<Exit, Failure> {
    let Action::Import = arguments.action;
    let workspace = Workspace::open(io)?;
    let given = tables(arguments, io)?;
    let (_, compilation) = workspace.worktree()?;
    let (path, folder) = lock_path(workspace.repo.root(), &io.folder);
    let projects: Vec<(usize, &Project)> = compilation.projects.iter().enumerate().collect();
    let own = projects.into_iter().filter(|(_, project)| is_below(&folder, &project.root)).collect::<Vec<_>>();
    let lock = read(&path)?;
    let (wanted, missing) = wanted(&own, &compilation, (&given, &lock), arguments.all);
    if wanted.is_empty() {
        return Err(nothing_read(&given, &missing));
    }
    let (mut merged, mut changes) = merge(&lock, &wanted);
    let unread = unread(&merged, &own, &compilation);
    if arguments.prune {
        merged.retain(|table| !unread.contains(&whole_name(&table.name)));
        changes.extend(unread.iter().map(|name| TableChange::Removed(name.clone())));
    }
    let text = lock_text(&merged);
    if !arguments.check && (!changes.is_empty() || !path.exists()) {
        write_atomic(&path, text.as_bytes())?;
    }
    let shown = path.strip_prefix(workspace.repo.root()).unwrap_or(&path).display().to_string();
    let told = Told { shown: &shown, merged: &merged, changes: &changes, missing: &missing, unread: &unread };
    io.print(&told.text(arguments, io.paint()))?;
    Ok(if arguments.check && !changes.is_empty() { Exit::Found } else { Exit::Clean })
}

/// What all files together hold.
fn tables(arguments: &Catalog, io: &mut Io) -> Result<Vec<CatalogTable>, Failure> {
    let mut all: Vec<CatalogTable> = Vec::new();
    for path in &arguments.files {
        let text = files::read(path, io)?;
        let format = arguments.format.map_or_else(|| Format::guess(path, &text), Written::format);
        let found = format.read(path, &text).map_err(|fault| {
            let at = LineIndex::new(&text).position(&text, fault.span.start);
            let word = FORMATS.iter().find(|(_, known)| *known == format).map_or("", |(word, _)| *word);
            let message = format!("{path}:{}:{}: {}", at.line, at.column, fault.message.trim_end_matches('.'));
            Failure::new(message).hint(format!("It was read as `{word}`; --format says otherwise."))
        })?;
        all.retain(|table| !found.iter().any(|later| later.name == table.name));
        all.extend(found);
    }
    Ok(all)
}

/// The lock that a folder of the repo belongs to: the one that is there, else one beside the nearest sluice.toml, else
/// one at the root. With the lock's folder, from the root.
fn lock_path(root: &Path, started: &Path) -> (PathBuf, String) {
    let started = std::path::absolute(started).unwrap_or_else(|_| started.to_owned());
    let above = || started.ancestors().take_while(|folder| folder.starts_with(root));
    let holds = |name: &'static str| above().find(|folder| Disk::new(folder).exists(name));
    let folder = holds(LOCK).or_else(|| holds("sluice.toml")).unwrap_or(root);
    let below = folder.strip_prefix(root).map(|path| path.to_string_lossy().replace('\\', "/")).unwrap_or_default();
    (folder.join(LOCK), below)
}

fn is_below(folder: &str, root: &str) -> bool {
    folder.is_empty() || root == folder || root.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn read(path: &Path) -> Result<Vec<CatalogTable>, Failure> {
    let Some(text) = path.parent().and_then(|folder| Disk::new(folder).text(LOCK).ok()) else { return Ok(Vec::new()) };
    let text = text.body().0;
    let mut said = Vec::new();
    let tables = read_lock(&FileId::new(LOCK), text, &mut said);
    match said.first() {
        None => Ok(tables),
        Some(first) => {
            let at = LineIndex::new(text).position(text, first.place.span.start);
            let failure = Failure::new(format!("{LOCK}:{}:{}: {}", at.line, at.column, first.message));
            Err(failure.hint("Nothing was written. Mend the file or remove it, then import again."))
        }
    }
}

/// The tables that the repo reads, under the names it has for them, and the names of what it reads besides.
fn wanted(
    own: &[(usize, &Project)],
    compilation: &Compilation,
    (given, lock): (&[CatalogTable], &[CatalogTable]),
    all: bool,
) -> (Vec<CatalogTable>, Vec<String>) {
    let (mut wanted, mut missing, mut used) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for (at, project) in own {
        let mut tables = Tables::default();
        tables.add("", given, &project.dialect);
        let mut held = Tables::default();
        held.add(LOCK, lock, &project.dialect);
        // A table of the lock keeps the name that it has there.
        let renamed = |name: &RelationName, table: &CatalogTable| {
            let name = held.find(name, &project.dialect).map_or(name, |held| &held.name);
            CatalogTable { name: name.clone(), id: None, columns: table.columns.clone() }
        };
        for source in &project.sources {
            let Some(found) = tables.find_source(&source.id, &source.relation, &project.dialect) else {
                missing.insert(whole_name(&source.relation));
                continue;
            };
            used.insert(found);
            let table = &given[found];
            // What dbt knows by its id may stand under another name where the repo is rendered without a profile.
            let named = tables.find(&source.relation, &project.dialect).is_some();
            wanted.push(renamed(if named { &table.name } else { &source.relation }, table));
        }
        for id in undeclared(*at, compilation) {
            let name = split_name(&id);
            match given.iter().position(|table| tables.find(&name, &project.dialect) == Some(table)) {
                Some(found) => {
                    used.insert(found);
                    wanted.push(renamed(&given[found].name, &given[found]));
                }
                None => drop(missing.insert(id)),
            }
        }
    }
    if all {
        let rest = given.iter().enumerate().filter(|(at, _)| !used.contains(at));
        wanted.extend(rest.map(|(_, table)| CatalogTable { id: None, ..table.clone() }));
    }
    wanted.sort_by_key(|table| whole_name(&table.name));
    wanted.dedup_by(|a, b| a.name == b.name);
    (wanted, missing.into_iter().collect())
}

/// Names that the models of a project read and nothing in the repo builds or declares.
fn undeclared(project: usize, compilation: &Compilation) -> BTreeSet<String> {
    let models = compilation.models.values().filter(|model| model.project == project);
    let read = models.flat_map(|model| &model.lineage.depends_on);
    let plain = read.filter(|id| !compilation.models.contains_key(*id) && !id.starts_with("source."));
    plain.filter(|id| !id.starts_with("seed.")).cloned().collect()
}

/// Tables of a lock that nothing in the repo reads or declares.
fn unread(lock: &[CatalogTable], own: &[(usize, &Project)], compilation: &Compilation) -> Vec<String> {
    let (read, _) = wanted(own, compilation, (lock, lock), false);
    let read: BTreeSet<String> = read.iter().map(|table| whole_name(&table.name)).collect();
    lock.iter().map(|table| whole_name(&table.name)).filter(|name| !read.contains(name)).collect()
}

fn nothing_read(given: &[CatalogTable], missing: &[String]) -> Failure {
    let failure = match given.len() {
        0 => Failure::new("the files hold no relation"),
        count => Failure::new(format!("none of the {count} relations in the files is read by this repo")),
    };
    match (given.first(), missing.first()) {
        (Some(theirs), Some(ours)) => {
            let theirs = whole_name(&theirs.name);
            failure.hint(format!(
                "The files name relations such as `{theirs}`, the repo such as `{ours}`. --all keeps them all."
            ))
        }
        (_, None) => failure.hint("The repo declares no source and names no table that it does not build."),
        _ => failure,
    }
}

/// What an import did, for people.
struct Told<'a> {
    shown: &'a str,
    merged: &'a [CatalogTable],
    changes: &'a [TableChange],
    missing: &'a [String],
    unread: &'a [String],
}

/// Names in one list.
const SHOWN: usize = 10;

impl Told<'_> {
    fn text(&self, arguments: &Catalog, paint: Paint) -> String {
        let mut out = String::new();
        for change in self.changes {
            let _ = match change {
                TableChange::Added(name, columns) => {
                    writeln!(out, "{}  {name} ({columns} columns)", paint.ink(Ink::Bold, "added  "))
                }
                TableChange::Changed(name, words) => {
                    writeln!(out, "{}  {name}: {}", paint.ink(Ink::Warn, "changed"), words.join(", "))
                }
                TableChange::Removed(name) => writeln!(out, "{}  {name}", paint.ink(Ink::Warn, "removed")),
            };
        }
        let columns: usize = self.merged.iter().map(|table| table.columns.len()).sum();
        let state = match (self.changes.is_empty(), arguments.check) {
            (true, _) => "is up to date",
            (false, true) => "is stale",
            (false, false) => "was written",
        };
        let _ = writeln!(out, "{} {state}: {} relations with {columns} columns.", self.shown, self.merged.len());
        if arguments.check && !self.changes.is_empty() {
            let _ = writeln!(out, "Run this without --check, and commit the file.");
        }
        if !arguments.all && !arguments.prune && !self.unread.is_empty() {
            let _ = writeln!(out, "No longer read, and kept (--prune takes them out): {}.", some(self.unread));
        }
        if !self.missing.is_empty() {
            let _ = writeln!(out, "Read by this repo, but not in the files: {}.", some(self.missing));
        }
        out
    }
}

fn some(names: &[String]) -> String {
    let rest = names.len().saturating_sub(SHOWN);
    let first = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if rest == 0 { first } else { format!("{first} and {rest} more") }
}
