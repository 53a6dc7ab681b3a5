//! A repo's projects in, each with the catalog that its files make up out.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{CatalogTable, Format, LOCK, lock};
use crate::data::Fault;
use crate::diagnostic::Diagnostic;
use crate::project::config_file::invalid;
use crate::project::files::{Files, join, parent};
use crate::project::{Kind, Project};
use crate::text::{FileId, Place};

/// Where dbt leaves what it found in the warehouse.
const OF_DBT: &str = "target/catalog.json";

/// Gives each project its catalog. Files that are there and cannot be read are said, once for each project.
pub(in crate::project) fn load(projects: &mut [Project], snapshot: &dyn Files, disk: &dyn Files) {
    let mut reading = Reading { snapshot, disk, read: BTreeMap::new() };
    for project in projects {
        let mut said = Vec::new();
        if let Some(path) = nearest_lock(&project.root, snapshot) {
            let tables = reading.lock(&path, &mut said);
            add(project, &path, tables);
        }
        for (path, place) in project.settings.catalog.clone() {
            let tables = reading.named(&path, &place, &mut said);
            add(project, &path, tables);
        }
        if project.kind == Kind::Dbt
            && let Some(path) = join(&project.root, OF_DBT)
        {
            let tables = reading.of_dbt(&path, &mut said);
            add(project, &path, tables);
        }
        project.diagnostics.append(&mut said);
    }
}

fn add(project: &mut Project, path: &str, tables: Tables) {
    if let Some(tables) = tables {
        project.catalog.add(path, &tables, &project.dialect);
    }
}

/// The path of the lock at or above a folder.
fn nearest_lock(root: &str, files: &dyn Files) -> Option<String> {
    let mut folder = root;
    loop {
        let path = join(folder, LOCK)?;
        if files.text(&FileId::new(&path)).is_ok() {
            return Some(path);
        }
        if folder.is_empty() {
            return None;
        }
        folder = parent(folder);
    }
}

type Tables = Option<Rc<Vec<CatalogTable>>>;

/// Projects of one repo mostly name the same files.
struct Reading<'f> {
    snapshot: &'f dyn Files,
    disk: &'f dyn Files,
    read: BTreeMap<String, Tables>,
}

impl Reading<'_> {
    fn lock(&mut self, path: &str, said: &mut Vec<Diagnostic>) -> Tables {
        let (file, snapshot) = (FileId::new(path), self.snapshot);
        let read = || snapshot.text(&file).ok().map(|text| Rc::new(lock::read(&file, &text, said)));
        self.read.entry(path.to_owned()).or_insert_with(read).clone()
    }

    fn named(&mut self, path: &str, place: &Place, said: &mut Vec<Diagnostic>) -> Tables {
        let file = FileId::new(path);
        let text = self.snapshot.text(&file).or_else(|_| self.disk.text(&file));
        let Ok(text) = text else {
            let message = format!("`{path}` is neither in the repo nor on disk, so no table is known from it.");
            said.push(invalid(&place.file, place.span, message).help("Paths are taken from the folder of this file."));
            return None;
        };
        let read = || match Format::guess(path, &text).read(path, &text) {
            Ok(tables) => Some(Rc::new(tables)),
            Err(fault) => {
                said.push(unread(&file, &fault));
                None
            }
        };
        self.read.entry(path.to_owned()).or_insert_with(read).clone()
    }

    fn of_dbt(&mut self, path: &str, said: &mut Vec<Diagnostic>) -> Tables {
        let file = FileId::new(path);
        let text = self.snapshot.text(&file).or_else(|_| self.disk.text(&file)).ok()?;
        match Format::Dbt.read(path, &text) {
            Ok(tables) => Some(Rc::new(tables)),
            Err(fault) => {
                said.push(unread(&file, &fault));
                None
            }
        }
    }
}

fn unread(file: &FileId, fault: &Fault) -> Diagnostic {
    let message = format!("This is no catalog: {}. No table is known from it.", fault.message.trim_end_matches('.'));
    invalid(file, fault.span, message).help("`sluice catalog --help` lists what can be read.")
}
