//! packages.yml, dependencies.yml and the lock file in; which packages there are, where, and which are missing, out.

use std::collections::BTreeMap;

use super::check;
use super::package::Part;
use super::project_file::{self, ProjectFile};
use crate::data::{Value, yaml};
use crate::diagnostic::Diagnostic;
use crate::project::Package;
use crate::project::files::{Files, join, parent, relative};
use crate::project::globs::Globs;
use crate::text::{FileId, Place, Span};

const NOT_INSTALLED: &str = "not installed";

/// One entry of packages.yml.
struct Wanted {
    name: String,
    version: Option<String>,
    local: Option<String>,
    place: Place,
}

/// What the repo holds: the snapshot, and the disk beside it for what git ignores.
#[derive(Clone, Copy)]
pub(super) struct Holders<'a> {
    pub snapshot: &'a dyn Files,
    pub disk: &'a dyn Files,
    /// Every file of the snapshot, sorted.
    pub all: &'a [FileId],
}

/// The packages of a project, and those of them that can be read. Packages of packages are installed beside them.
pub(super) fn read(root: &ProjectFile, holders: Holders<'_>, said: &mut Vec<Diagnostic>) -> (Vec<Package>, Vec<Part>) {
    let wanted = wanted(&root.root, holders.snapshot, said);
    let lock = locked(&root.root, holders.snapshot);
    let disk_lock = locked(&root.root, holders.disk);
    let mut packages: BTreeMap<String, Package> = BTreeMap::new();
    let mut parts: BTreeMap<String, Part> = BTreeMap::new();
    let mut open: Vec<Wanted> = Vec::new();
    for entry in wanted {
        if entry.local.is_some() {
            open.push(entry);
        } else {
            packages.insert(entry.name.clone(), absent(&entry, NOT_INSTALLED));
        }
    }
    locals(root, open, holders, (&mut packages, &mut parts), said);
    for (folder, on_disk) in installed_folders(root, holders) {
        let files = if on_disk { holders.disk } else { holders.snapshot };
        let id = FileId::new(&format!("{folder}/{}", project_file::FILE));
        let Ok(text) = files.text(&id) else { continue };
        let file = ProjectFile::read(&id, &text, &mut Vec::new());
        let short = folder.rsplit('/').next().unwrap_or_default().to_owned();
        let named = if packages.contains_key(&file.name) { file.name.clone() } else { short };
        let place = packages.remove(&named).map_or_else(|| Place::top(&root.file), |package| package.place);
        let version = lock.get(&named).or(lock.get(&file.name)).cloned();
        let reason = on_disk.then(|| stale(&named, &file, &lock, &disk_lock)).flatten();
        if parts.contains_key(&file.name) {
            continue;
        }
        let package = Package {
            name: file.name.clone(),
            version: version.or_else(|| file.version.clone()),
            installed: reason.is_none(),
            root: Some(folder.clone()),
            reason,
            place,
        };
        if package.installed {
            let listed = if on_disk { holders.disk.below(&folder) } else { holders.all.to_vec() };
            let name = file.name.clone();
            let part = Part { on_disk, ..Part::new(file, &listed, files, &Globs::default()) };
            parts.insert(name, part);
        }
        packages.insert(package.name.clone(), package);
    }
    for (name, package) in &mut packages {
        if package.version.is_none() {
            package.version = lock.get(name).cloned();
        }
    }
    say_missing(root, &packages, said);
    (packages.into_values().collect(), parts.into_values().collect())
}

type Known<'a> = (&'a mut BTreeMap<String, Package>, &'a mut BTreeMap<String, Part>);

/// Reads `local:` packages, and the local packages those name.
fn locals(
    root: &ProjectFile,
    mut open: Vec<Wanted>,
    holders: Holders<'_>,
    (packages, parts): Known<'_>,
    said: &mut Vec<Diagnostic>,
) {
    while let Some(entry) = open.pop() {
        let folder = entry.local.clone().unwrap_or_default();
        let id = FileId::new(join(&folder, project_file::FILE).unwrap_or_default().as_str());
        let Ok(text) = holders.snapshot.text(&id) else {
            packages.insert(entry.name.clone(), absent(&entry, &format!("`{folder}` has no dbt_project.yml")));
            continue;
        };
        let file = ProjectFile::read(&id, &text, said);
        if file.name == root.name || parts.contains_key(&file.name) {
            continue;
        }
        open.extend(
            wanted(&folder, holders.snapshot, &mut Vec::new()).into_iter().filter(|entry| entry.local.is_some()),
        );
        packages.insert(
            file.name.clone(),
            Package {
                name: file.name.clone(),
                version: file.version.clone(),
                installed: true,
                root: Some(folder),
                reason: None,
                place: entry.place,
            },
        );
        parts.insert(file.name.clone(), Part::new(file, holders.all, holders.snapshot, &Globs::default()));
    }
}

fn absent(entry: &Wanted, reason: &str) -> Package {
    Package {
        name: entry.name.clone(),
        version: entry.version.clone(),
        installed: false,
        root: None,
        reason: Some(reason.to_owned()),
        place: entry.place.clone(),
    }
}

/// Folders of installed packages, and whether they are on disk only. Some teams commit theirs.
fn installed_folders(root: &ProjectFile, holders: Holders<'_>) -> Vec<(String, bool)> {
    let of = |files: &[FileId]| {
        let mut folders: Vec<String> = Vec::new();
        for file in files {
            let Some(inner) = relative(&root.packages, file.path()) else { continue };
            if inner.split('/').count() == 2 && inner.ends_with("/dbt_project.yml") {
                folders.push(parent(file.path()).to_owned());
            }
        }
        folders
    };
    if root.packages == root.root {
        return Vec::new();
    }
    let committed = of(holders.all);
    let on_disk = of(&holders.disk.below(&root.packages));
    let only_disk = on_disk.into_iter().filter(|folder| !committed.contains(folder)).map(|folder| (folder, true));
    let mut folders: Vec<_> = only_disk.collect();
    folders.extend(committed.into_iter().map(|folder| (folder, false)));
    folders.sort();
    folders
}

/// What packages.yml and dependencies.yml name.
fn wanted(root: &str, files: &dyn Files, said: &mut Vec<Diagnostic>) -> Vec<Wanted> {
    let mut found = Vec::new();
    for name in ["packages.yml", "dependencies.yml"] {
        let id = FileId::new(&join(root, name).unwrap_or_default());
        let Ok(text) = files.text(&id) else { continue };
        match yaml::parse(&text) {
            Ok(tree) => {
                let entries = tree.get("packages").map(Value::items).unwrap_or_default();
                found.extend(entries.iter().filter_map(|entry| one_wanted(root, &id, entry)));
            }
            Err(fault) => said.push(check::yaml_error(&id, &fault)),
        }
    }
    found
}

fn one_wanted(root: &str, id: &FileId, entry: &Value) -> Option<Wanted> {
    let text = |key: &str| entry.get(key).and_then(Value::scalar).filter(|text| !text.is_empty());
    let local = text("local").map(|path| join(root, &path).unwrap_or(path));
    let source = text("package").or_else(|| text("git")).or_else(|| text("private")).or_else(|| text("tarball"));
    let name = text("name").or_else(|| source.as_deref().or(local.as_deref()).map(project_name))?;
    let version = text("revision").or_else(|| entry.get("version").map(|version| version.strings().join(",")));
    Some(Wanted { name, version, local, place: Place::new(id, entry.span) })
}

/// The name a package most likely has: the last part of its address.
fn project_name(address: &str) -> String {
    let last = address.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or(address);
    last.trim_end_matches(".git").trim_end_matches(".tar.gz").replace('-', "_")
}

/// Package name to version or revision, as the lock file pins them.
fn locked(root: &str, files: &dyn Files) -> BTreeMap<String, String> {
    let id = FileId::new(&join(root, "package-lock.yml").unwrap_or_default());
    let tree = files.text(&id).ok().and_then(|text| yaml::parse(&text).ok());
    let entries = tree.as_ref().and_then(|tree| tree.get("packages")).map(Value::items).unwrap_or_default();
    let pinned = |entry: &Value| {
        let wanted = one_wanted(root, &id, entry)?;
        Some((wanted.name, wanted.version?))
    };
    entries.iter().filter_map(pinned).collect()
}

/// Why what is installed on disk is not what the snapshot's lock file pins, if it is not. The version that a package
/// carries itself proves little: most forget to raise it, so only a later one than the pinned speaks against it.
fn stale(
    name: &str,
    installed: &ProjectFile,
    lock: &BTreeMap<String, String>,
    disk_lock: &BTreeMap<String, String>,
) -> Option<String> {
    let pinned = lock.get(name).or_else(|| lock.get(&installed.name))?;
    let on_disk = disk_lock.get(name).or_else(|| disk_lock.get(&installed.name));
    if let Some(on_disk) = on_disk.filter(|on_disk| *on_disk != pinned) {
        return Some(format!("the lock file pins {pinned}, {on_disk} is installed"));
    }
    let found = installed.version.as_deref()?.trim_start_matches('v');
    let release = |text: &str| text.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>();
    let later = release(found)? > release(pinned)?;
    later.then(|| format!("the lock file pins {pinned}, {found} is installed"))
}

/// One diagnostic for all packages that are not read.
fn say_missing(root: &ProjectFile, packages: &BTreeMap<String, Package>, said: &mut Vec<Diagnostic>) {
    let missing: Vec<&Package> = packages.values().filter(|package| !package.installed).collect();
    let Some(first) = missing.first() else { return };
    let named = |package: &&Package| match &package.reason {
        Some(reason) if reason != NOT_INSTALLED => format!("`{}` ({reason})", package.name),
        _ => format!("`{}`", package.name),
    };
    let names = missing.iter().map(named).collect::<Vec<_>>().join(", ");
    let place =
        if first.place.span.is_empty() { Place::new(&first.place.file, Span::at(0)) } else { first.place.clone() };
    let verb = if missing.len() == 1 { "is a package that is" } else { "are packages that are" };
    let message = format!("{names} {verb} not installed, so models that call their macros cannot be rendered whole.");
    let folder = if root.root.is_empty() { "the repo root".to_owned() } else { format!("`{}`", root.root) };
    said.push(Diagnostic::warn("package-not-installed", place, message).help(format!("Run `dbt deps` in {folder}.")));
}
