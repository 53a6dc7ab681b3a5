//! `sluice lineage`: a model, a column, a loose query or a batch of them in; what they read and who reads them out.

use std::sync::Arc;

use clap::Args;

use super::failure::{Exit, Failure};
use super::files::{dialect, read, schema};
use super::io::Io;
use super::lineage_graph::Ask;
use super::{lineage_batch, lineage_graph};
use crate::compile::{Loose, LooseRelation, QUERY, loose};
use crate::report::{self, Relation, RelationKind, json};
use crate::text::LineIndex;

/// What a model or column reads, and who reads it.
///
/// `sluice lineage customers` shows a model, `sluice lineage customers.lifetime_spend` one column: upstream to the
/// sources unless `--downstream` is asked for. `--sql` and `--batch` need no project.
#[derive(Debug, Args)]
pub(super) struct Lineage {
    /// A model (`orders`), or a column of one (`orders.amount`).
    #[arg(value_name = "SELECTOR")]
    selector: Option<String>,
    /// Show what it reads.
    #[arg(long)]
    upstream: bool,
    /// Show who reads it.
    #[arg(long)]
    downstream: bool,
    /// How many relations away to go.
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    format: Format,
    /// A loose query instead of a model of this repo; `-` reads it from stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["selector", "batch"])]
    sql: Option<String>,
    /// Many loose queries: one JSON object a line, `{"id","sql","dialect","schema"}`, answered in order.
    #[arg(long, value_name = "FILE", conflicts_with = "selector")]
    batch: Option<String>,
    /// The dialect of `--sql`.
    #[arg(long, value_name = "NAME")]
    dialect: Option<String>,
    /// The tables that `--sql` reads, as JSON: `{"tables":[{"name","columns":[{"name","type","nullable"}]}]}`.
    #[arg(long, value_name = "FILE")]
    schema: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    Tree,
    Json,
    Mermaid,
    Dot,
}

pub(super) fn run(arguments: &Lineage, io: &mut Io) -> Result<Exit, Failure> {
    if let Some(batch) = &arguments.batch {
        return lineage_batch::run(batch, arguments.dialect.as_deref(), io);
    }
    if let Some(sql) = &arguments.sql {
        return run_loose(sql, arguments, io);
    }
    let ask = Ask {
        selector: arguments.selector.as_deref(),
        upstream: arguments.upstream || !arguments.downstream,
        downstream: arguments.downstream,
        depth: arguments.depth,
        format: arguments.format,
    };
    lineage_graph::run(&ask, io)
}

fn run_loose(path: &str, arguments: &Lineage, io: &mut Io) -> Result<Exit, Failure> {
    let sql = read(path, io)?;
    let dialect = dialect(arguments.dialect.as_deref())?;
    let schema = schema(arguments.schema.as_deref(), &dialect, io)?;
    let loose = loose(&sql, &dialect, &schema)?;
    let relations = relations(&loose, &sql, Some(path));
    match arguments.format {
        Format::Json => io.print(&json::lineage(&relations))?,
        Format::Tree => io.print(&report::loose_tree(&relations, io.paint()))?,
        Format::Mermaid | Format::Dot => {
            return Err(Failure::new("a loose query is shown as `tree` or `json`").hint("Leave `--format` out."));
        }
    }
    Ok(Exit::Clean)
}

/// The relations of a loose text as reports show them. `path` is where the text came from.
pub(super) fn relations(loose: &Loose, sql: &str, path: Option<&str>) -> Vec<Relation> {
    let lines = LineIndex::new(sql);
    let place = |at: u32| {
        let at = lines.position(sql, at);
        format!("{}:{}:{}", path.unwrap_or("sql"), at.line, at.column)
    };
    let relation = |relation: &LooseRelation| {
        let mut why: Vec<String> = Vec::new();
        for one in relation.query.why.iter().chain(&loose.why) {
            let one = format!("{}: {} ({})", one.cause, one.detail, place(one.span.start));
            if !why.contains(&one) {
                why.push(one);
            }
        }
        Relation {
            name: relation.name.clone(),
            kind: if relation.name == QUERY { RelationKind::Query } else { RelationKind::Table },
            path: path.map(str::to_owned),
            status: relation.status,
            why,
            lineage: Arc::clone(&relation.lineage),
        }
    };
    loose.relations.iter().map(relation).collect()
}
