//! `sluice compile`: models in, the SQL their templates write out.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::failure::{Exit, Failure};
use super::files::read;
use super::io::Io;
use super::select::{pick, selection};
use super::texts::texts;
use super::workspace::Workspace;
use crate::compile::{Compilation, CompiledModel};
use crate::lineage::Follow;
use crate::repo::write_atomic;
use crate::report::json;
use crate::template::{Environment, Mode, Rendered, render_text};
use crate::text::FileId;

/// The SQL that a model's template writes.
#[derive(Debug, Args)]
pub(super) struct Compile {
    /// Models, by dbt's grammar (`orders`, `+orders`, `tag:finance`, `models/marts`); without one, all of the repo.
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Leave out what these select.
    #[arg(long, value_name = "SELECTOR", num_args = 1.., conflicts_with = "inline")]
    exclude: Vec<String>,
    /// Write one file a model below this folder, instead of stdout.
    #[arg(long, value_name = "DIR")]
    out: Option<String>,
    /// Render this template as if it stood in the project; `-` reads it from stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["selectors", "out"])]
    inline: Option<String>,
    /// What the template is told of the model's table and of the warehouse.
    #[arg(long, value_name = "MODE", default_value = "exec", conflicts_with = "inline")]
    mode: Moment,
    /// Say for each piece of the SQL which bytes of which file it came from, as JSON.
    #[arg(long)]
    source_map: bool,
}

/// When in a dbt run the template is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Moment {
    /// The model is built anew
    Exec,
    /// Its table exists already: `is_incremental()` is true of incremental models
    Incremental,
    /// dbt reads the project and has no warehouse yet: `execute` is false
    Parse,
}

pub(super) fn run(arguments: &Compile, io: &mut Io) -> Result<Exit, Failure> {
    let workspace = Workspace::open(io)?;
    let (snapshot, compilation) = workspace.worktree()?;
    if let Some(path) = &arguments.inline {
        return inline(path, arguments.source_map, &compilation, io);
    }
    let models = models(arguments, &compilation)?;
    let models = rendered(models, arguments.mode, &compilation);
    let texts = texts(&compilation, &snapshot, []);
    for (_, rendered) in models.iter().filter(|(_, rendered)| rendered.failed) {
        for fault in &rendered.diagnostics {
            io.tell(&format!("{} {}: {}", texts.locate(&fault.place), fault.rule, fault.message));
        }
    }
    let failed = models.iter().any(|(_, rendered)| rendered.failed);
    match &arguments.out {
        Some(folder) => write_files(folder, &models, arguments.source_map, io)?,
        None => io.print(&print(&models, arguments))?,
    }
    Ok(if failed { Exit::Found } else { Exit::Clean })
}

fn models<'c>(arguments: &Compile, compilation: &'c Compilation) -> Result<Vec<&'c CompiledModel>, Failure> {
    let mut selection = selection(&arguments.selectors, &arguments.exclude)?;
    if arguments.selectors.is_empty() && !arguments.exclude.is_empty() {
        selection.wanted = self::selection(&["resource_type:all".to_owned()], &[])?.wanted;
    }
    if selection.wanted.is_empty() {
        return Ok(compilation.models.values().collect());
    }
    let pick = pick(&selection, Follow::Values, compilation)?;
    let relations: BTreeSet<&str> = {
        let of_columns = pick.nodes.iter().map(|node| compilation.graph().get(*node).relation);
        pick.relations.iter().map(String::as_str).chain(of_columns).collect()
    };
    let models: Vec<&CompiledModel> = relations.iter().filter_map(|id| compilation.models.get(*id)).collect();
    if models.is_empty() {
        let words = arguments.selectors.join(" ");
        return Err(Failure::new(format!("`{words}` is not a model: nothing is rendered for it")));
    }
    Ok(models)
}

/// A model and its text.
type Text<'c> = (&'c CompiledModel, Arc<Rendered>);

fn rendered<'c>(models: Vec<&'c CompiledModel>, mode: Moment, compilation: &'c Compilation) -> Vec<Text<'c>> {
    let mode = match mode {
        Moment::Exec => return models.into_iter().map(|model| (model, model.rendered.clone())).collect(),
        Moment::Incremental => Mode::Incremental,
        Moment::Parse => Mode::Parse,
    };
    let texts = compilation.renderings(&models, mode);
    models.into_iter().zip(texts.into_iter().map(Arc::new)).collect()
}

fn print(models: &[Text<'_>], arguments: &Compile) -> String {
    if arguments.source_map {
        return models.iter().map(|(model, rendered)| json::source_map(&model.model.id, rendered)).collect();
    }
    let alone = models.len() == 1 && !arguments.selectors.is_empty();
    let mut out = String::new();
    for (model, rendered) in models {
        if !alone {
            let _ = writeln!(out, "-- {} ({})", model.model.id, model.model.file);
        }
        let _ = writeln!(out, "{}", rendered.text.trim_end());
        if !alone {
            out.push('\n');
        }
    }
    out
}

fn write_files(folder: &str, models: &[Text<'_>], source_map: bool, io: &mut Io) -> Result<(), Failure> {
    let folder = io.folder.join(folder);
    for (model, rendered) in models {
        let path = folder.join(model.model.file.path());
        write_atomic(&path, rendered.text.as_bytes())?;
        if source_map {
            let map = json::source_map(&model.model.id, rendered);
            write_atomic(&path.with_extension("sql.map.json"), map.as_bytes())?;
        }
    }
    let count = models.len();
    io.tell(&format!("{count} model{} written to {}", if count == 1 { "" } else { "s" }, folder.display()));
    Ok(())
}

fn inline(path: &str, source_map: bool, compilation: &Compilation, io: &mut Io) -> Result<Exit, Failure> {
    let text = read(path, io)?;
    let project = compilation.projects.first();
    let project = project.ok_or_else(|| Failure::new("there is no project to render in"))?;
    let others: Vec<_> = compilation.projects.iter().skip(1).collect();
    let file = FileId::new(if path == "-" { "inline" } else { path });
    let rendered = render_text(&Environment::new(project, &others), &text, &file);
    for fault in &rendered.diagnostics {
        io.tell(&format!("{file} {}: {}", fault.rule, fault.message));
    }
    let answer =
        if source_map { json::source_map("inline", &rendered) } else { rendered.text.trim_end().to_owned() + "\n" };
    io.print(&answer)?;
    Ok(if rendered.failed { Exit::Found } else { Exit::Clean })
}
