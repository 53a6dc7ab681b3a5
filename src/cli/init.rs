//! `sluice init`: the repo it is started in and what other tools' settings there say, in; sluice.toml, hook and workflow
//! files that suit it out.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::Args;

use super::failure::{Exit, Failure};
use super::io::Io;
use super::workspace::Workspace;
use crate::lint::{Imported, bouncer, checkpoint, evaluator, sqlfluff};
use crate::project::{Kind, Model, Project};
use crate::repo::{Snapshot, write_atomic};
use crate::text::FileId;

/// Write sluice.toml, a hook and a workflow for this repo; settings of sqlfluff, dbt-bouncer, dbt-checkpoint and
/// dbt-project-evaluator are carried over.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// How strictly to begin: nothing fails, errors fail, or warnings fail too.
    #[arg(long, value_name = "PRESET", default_value = "observe")]
    preset: PresetName,
    /// Show sluice.toml and write nothing.
    #[arg(long)]
    print: bool,
    /// Write sluice.toml anew where there is one.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum PresetName {
    Observe,
    Guard,
    Enforce,
}

pub(super) fn run(arguments: &Init, io: &mut Io) -> Result<Exit, Failure> {
    let workspace = Workspace::open(io)?;
    let snapshot = workspace.repo.worktree()?;
    let projects = workspace.projects()?;
    let project = main_project(&projects);
    let root = project.map_or("", |project| project.root.as_str());
    let settings = settings(arguments, project, &snapshot, root);
    if arguments.print {
        io.print(&settings)?;
        return Ok(Exit::Clean);
    }
    let path = below(root, "sluice.toml");
    if exists(&snapshot, &path) && !arguments.force {
        return Err(Failure::new(format!("{path} exists already"))
            .hint("`sluice init --print` shows what would be written; `--force` writes it over."));
    }
    put(&workspace, &path, &settings, io)?;
    put_hook(&workspace, &snapshot, io)?;
    put_workflow(&workspace, &snapshot, io)?;
    io.tell("Next: `sluice check`, and `sluice rules` for all rules.");
    Ok(Exit::Clean)
}

const HOOK: &str = concat!(
    "  - repo: local
    hooks:
      - id: sluice-check
        name: sluice check
        entry: sluice check --staged
        language: python
        additional_dependencies: [sluicegate==",
    env!("CARGO_PKG_VERSION"),
    "]
        pass_filenames: false
        files: \\.(sql|py|ya?ml|csv|toml)$
"
);

fn put_hook(workspace: &Workspace, snapshot: &Snapshot, io: &mut Io) -> Result<(), Failure> {
    let hook = ".pre-commit-config.yaml";
    if !exists(snapshot, hook) {
        return put(workspace, hook, &format!("repos:\n{HOOK}"), io);
    }
    io.tell(&format!("To check each commit, add to {hook}:\n\n{HOOK}"));
    Ok(())
}

/// A forge's name for its changes, where its settings are, and what they say of us.
struct Workflow {
    change: &'static str,
    /// The repo is of this forge where a file is here, or below where it ends in a slash.
    sign: &'static str,
    /// The file to write, if it is ours alone.
    file: Option<&'static str>,
    text: &'static str,
}

const WORKFLOWS: [Workflow; 5] = [
    Workflow {
        change: "pull request",
        sign: ".github/",
        file: Some(".github/workflows/sluice.yml"),
        text: include_str!("../../docs/ci/github.yml"),
    },
    Workflow {
        change: "merge request",
        sign: ".gitlab-ci.yml",
        file: None,
        text: include_str!("../../docs/ci/gitlab.yml"),
    },
    Workflow {
        change: "pull request",
        sign: "bitbucket-pipelines.yml",
        file: None,
        text: include_str!("../../docs/ci/bitbucket.yml"),
    },
    Workflow {
        change: "pull request",
        sign: "azure-pipelines.yml",
        file: None,
        text: include_str!("../../docs/ci/azure.yml"),
    },
    Workflow { change: "build", sign: ".buildkite/", file: None, text: include_str!("../../docs/ci/buildkite.yml") },
];

fn put_workflow(workspace: &Workspace, snapshot: &Snapshot, io: &mut Io) -> Result<(), Failure> {
    let is_here = |workflow: &&Workflow| {
        exists(snapshot, workflow.sign)
            || workflow.sign.ends_with('/') && snapshot.paths().any(|file| file.path().starts_with(workflow.sign))
    };
    for workflow in WORKFLOWS.iter().filter(is_here) {
        match workflow.file {
            Some(file) if exists(snapshot, file) => {}
            Some(file) => put(workspace, file, workflow.text, io)?,
            None => {
                let Workflow { change, text, .. } = workflow;
                io.tell(&format!("To look at each {change}:\n\n{text}"));
            }
        }
    }
    Ok(())
}

/// The project whose folder the settings stand in: the only one, or none of several.
fn main_project(projects: &[Project]) -> Option<&Project> {
    let known: Vec<&Project> = projects.iter().filter(|project| project.kind != Kind::Plain).collect();
    match known.as_slice() {
        [one] => Some(one),
        _ => projects.iter().find(|project| project.root.is_empty()),
    }
}

fn settings(arguments: &Init, project: Option<&Project>, snapshot: &Snapshot, root: &str) -> String {
    let preset = match arguments.preset {
        PresetName::Observe => "observe",
        PresetName::Guard => "guard",
        PresetName::Enforce => "enforce",
    };
    let mut imports = Imports::default();
    for folder in BTreeSet::from(["", root]) {
        imports.read(snapshot, folder);
    }
    let mut out = String::from("# What each key means: docs/configuration.md. All rules: `sluice rules`.\n");
    let _ =
        writeln!(out, "preset = \"{preset}\" # observe: nothing fails; guard: errors fail; enforce: warnings fail too");
    match (&imports.dialect, project) {
        (Some(dialect), _) => out.push_str(&format!("dialect = \"{dialect}\"\n")),
        (None, Some(project)) => {
            let (dialect, reason) = (project.dialect.label(), &project.dialect_reason);
            out.push_str(&format!("# dialect = \"{dialect}\" # found without being said: {reason}\n"));
        }
        (None, None) => {}
    }
    out.push('\n');
    out.push_str(&project.map(layers).unwrap_or_default());
    if !imports.levels.is_empty() {
        out.push_str(&format!("[rules]\n{}\n", imports.levels));
    }
    out.push_str(&imports.tables);
    if !imports.left.is_empty() {
        out.push_str("# What has no equal here, and was left behind:\n");
        imports.left.iter().for_each(|left| out.push_str(&format!("#   {}\n", left.replace('\n', " "))));
    }
    out.trim_end().to_owned() + "\n"
}

/// What other tools' settings came to.
#[derive(Default)]
struct Imports {
    dialect: Option<String>,
    /// Lines of `[rules]`: rules of which only the level is set.
    levels: String,
    /// Tables of rules with options, and overrides.
    tables: String,
    left: Vec<String>,
    /// Rules that a tool has set already.
    set: BTreeSet<String>,
}

impl Imports {
    fn read(&mut self, snapshot: &Snapshot, folder: &str) {
        let text = |name: &str| snapshot.text(&FileId::new(&below(folder, name))).ok().map(|text| text.content);
        if let Some(text) = text(".sqlfluff") {
            self.take("sqlfluff", sqlfluff(&text));
        }
        for name in ["dbt-bouncer.yml", "dbt-bouncer.yaml", "dbt-bouncer.toml", "pyproject.toml"] {
            let found = text(name).filter(|text| name != "pyproject.toml" || text.contains("[tool.dbt-bouncer"));
            if let Some(Ok(imported)) = found.map(|text| bouncer(&text, name.ends_with(".toml"))) {
                self.take("dbt-bouncer", imported);
            }
        }
        if let Some(Ok(Some(imported))) = text(".pre-commit-config.yaml").map(|text| checkpoint(&text)) {
            self.take("dbt-checkpoint", imported);
        }
        let packages = [text("packages.yml"), text("dependencies.yml")];
        if packages.iter().flatten().any(|text| text.contains("dbt_project_evaluator"))
            && let Some(Ok(imported)) = text("dbt_project.yml").map(|text| evaluator(&text))
        {
            self.take("dbt-project-evaluator", imported);
        }
    }

    fn take(&mut self, tool: &str, imported: Imported) {
        self.dialect = self.dialect.take().or(imported.dialect);
        self.left.extend(imported.left.into_iter().map(|left| format!("{tool}: {left}")));
        let (mut levels, mut tables) = (String::new(), String::new());
        for table in imported.toml.split_inclusive("\n\n") {
            let rule = table.strip_prefix("[rules.").and_then(|rest| rest.split_once("]\n"));
            let level = rule.and_then(|(_, lines)| lines.trim().strip_prefix("level = "));
            match (rule, level.filter(|level| !level.contains('\n'))) {
                (Some((rule, _)), _) if !self.set.insert(rule.to_owned()) => {
                    self.left.push(format!("{tool}: `{rule}` is set by another tool's settings already"));
                }
                (Some((rule, _)), Some(level)) => levels.push_str(&format!("{rule} = {level}\n")),
                _ => tables.push_str(table),
            }
        }
        for (own, new, gap) in [(&mut self.levels, levels, "\n"), (&mut self.tables, tables, "\n\n")] {
            if !new.is_empty() {
                own.push_str(&format!("# From {tool}{gap}{new}"));
            }
        }
    }
}

/// Folder names that teams give their layers, from the lowest.
const LAYERS: [(&str, &[&str], &[&str]); 3] = [
    ("staging", &["staging", "stg", "base"], &["source", "seed"]),
    ("intermediate", &["intermediate", "int"], &["staging", "seed"]),
    ("marts", &["marts", "mart", "reporting"], &["staging", "intermediate", "seed"]),
];

/// `[[layers]]` for the folders that are named as layers are, where there are two at least.
fn layers(project: &Project) -> String {
    let own = project.models.iter().filter(|model| model.package == project.name);
    let folders: BTreeSet<Vec<&str>> = own.map(|model| folders_of(model, project)).collect();
    let paths = |names: &[&str]| -> BTreeSet<String> {
        let path = |parts: &Vec<&str>| {
            let at = parts.iter().position(|part| names.contains(part))?;
            Some(parts[..=at].join("/"))
        };
        folders.iter().filter_map(path).collect()
    };
    let found: Vec<_> = LAYERS.iter().map(|(name, names, reads)| (name, paths(names), reads)).collect();
    let found: Vec<_> = found.into_iter().filter(|(_, paths, _)| !paths.is_empty()).collect();
    if found.len() < 2 {
        return String::new();
    }
    let quoted = |words: Vec<&str>| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
    let mut out = String::new();
    for (name, paths, reads) in &found {
        let is_there =
            |read: &&&str| found.iter().any(|(name, ..)| *name == *read) || ["source", "seed"].contains(*read);
        let reads: Vec<&str> = reads.iter().filter(is_there).copied().collect();
        let paths = quoted(paths.iter().map(String::as_str).collect());
        let _ = writeln!(out, "[[layers]]\nname = \"{name}\"\npaths = [{paths}]\nreads = [{}]\n", quoted(reads));
    }
    out
}

/// The folders of a model's file, from the project's root.
fn folders_of<'m>(model: &'m Model, project: &Project) -> Vec<&'m str> {
    let path = model.file.path().strip_prefix(project.root.as_str()).unwrap_or(model.file.path());
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    parts.pop();
    parts
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn exists(snapshot: &Snapshot, path: &str) -> bool {
    snapshot.text(&FileId::new(path)).is_ok()
}

fn put(workspace: &Workspace, path: &str, text: &str, io: &mut Io) -> Result<(), Failure> {
    write_atomic(&workspace.repo.root().join(path), text.as_bytes())?;
    io.tell(&format!("wrote {path}"));
    Ok(())
}
