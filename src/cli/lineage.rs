//! `sluice lineage`: a model, a column, a loose query or a batch of them in; what they read and who reads them out.

use std::collections::BTreeMap;
use std::sync::Arc;

use clap::Args;

use super::failure::{Exit, Failure};
use super::files::{dialect, read, schema};
use super::io::Io;
use super::lineage_graph::Ask;
use super::{lineage_batch, lineage_graph, lineage_paths};
use crate::compile::{Loose, LooseRelation, QUERY, loose};
use crate::lineage::{Edge, Follow};
use crate::report::{self, ReadAt, Relation, RelationKind, json};
use crate::text::{LineIndex, Span};

/// What models and columns read, and who reads them.
///
/// A selector is a model (`orders`), a column (`orders.amount`) or anything of dbt's grammar: `+orders`, `orders+2`,
/// `tag:finance`, `models/marts`, `source:raw`, `config.materialized:table`. Words are a union, commas an intersection.
/// One model or column is shown column by column, upstream to the sources unless `--downstream` is asked for; with a
/// `+`, or where several models are selected, models are shown as a whole.
///
/// `--to` shows the way between two. `--sql` and `--batch` need no project.
#[derive(Debug, Args)]
pub(super) struct Lineage {
    /// Models, columns or both.
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Leave out what these select.
    #[arg(long, value_name = "SELECTOR", num_args = 1..)]
    exclude: Vec<String>,
    /// Show what it reads.
    #[arg(long)]
    upstream: bool,
    /// Show who reads it.
    #[arg(long)]
    downstream: bool,
    /// How many relations away to go.
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// Also follow what decides which rows there are: filters, joins, groups.
    #[arg(long)]
    rows: bool,
    /// Show the shortest way between the selector and this one, whichever reads the other, with the place of each read.
    #[arg(long, value_name = "SELECTOR", requires = "selectors")]
    to: Option<String>,
    /// With `--to`: all ways, shortest first, but at most so many; `--depth` bounds their length.
    #[arg(long, value_name = "N", requires = "to", num_args = 0..=1, default_missing_value = "10")]
    paths: Option<usize>,
    #[arg(long, value_name = "FORMAT", default_value = "tree")]
    format: Format,
    /// With `--format openlineage`: the namespace of all datasets; else what the connection says.
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// With `--format openlineage`: the time of all events, as `2026-01-31T12:00:00Z`; else that of the last commit.
    #[arg(long, value_name = "TIME")]
    event_time: Option<String>,
    /// A loose query instead of a model of this repo; `-` reads it from stdin.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["selectors", "batch"])]
    sql: Option<String>,
    /// Many loose queries: one JSON object a line, `{"id","sql","dialect","schema"}`, answered in order.
    #[arg(long, value_name = "FILE", conflicts_with = "selectors")]
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
    /// The page of `sluice report`, opened where the selector says
    Html,
    /// A JobEvent of OpenLineage a line, one for each model
    #[value(name = "openlineage")]
    OpenLineage,
}

pub(super) fn run(arguments: &Lineage, io: &mut Io) -> Result<Exit, Failure> {
    if let Some(batch) = &arguments.batch {
        return lineage_batch::run(batch, arguments.dialect.as_deref(), io);
    }
    if let Some(sql) = &arguments.sql {
        return run_loose(sql, arguments, io);
    }
    let ask = Ask {
        words: &arguments.selectors,
        excluded: &arguments.exclude,
        upstream: arguments.upstream,
        downstream: arguments.downstream,
        depth: arguments.depth,
        follow: if arguments.rows { Follow::ValuesAndRows } else { Follow::Values },
        format: arguments.format,
        namespace: arguments.namespace.as_deref(),
        event_time: arguments.event_time.as_deref(),
    };
    match &arguments.to {
        Some(to) => lineage_paths::run(&ask, to, arguments.paths, io),
        None => lineage_graph::run(&ask, io),
    }
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
        Format::Mermaid | Format::Dot | Format::Html | Format::OpenLineage => {
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
            places: path.map(|path| places(relation, path, (sql, &lines))).unwrap_or_default(),
            lineage: Arc::clone(&relation.lineage),
            queries: vec![Arc::clone(&relation.query)],
        }
    };
    loose.relations.iter().map(relation).collect()
}

/// Where the reads of a relation stand in a file.
fn places(relation: &LooseRelation, path: &str, (sql, lines): (&str, &LineIndex)) -> BTreeMap<Span, ReadAt> {
    let columns = relation.lineage.columns.iter().flat_map(|column| &column.inputs);
    let all = columns.chain(&relation.lineage.rows).filter(|edge| !edge.span.is_empty());
    let place = |edge: &Edge| {
        let at = lines.position(sql, edge.span.start);
        (edge.span, ReadAt { path: path.to_owned(), line: at.line, column: at.column })
    };
    all.map(place).collect()
}
