//! `sluice compare`: two loose queries in; whether they mean the same, or what differs, out.

use std::sync::Arc;

use clap::Args;

use super::failure::{Exit, Failure};
use super::files::{answer_lines, dialect, read, schema};
use super::io::Io;
use crate::change::{Evidence, Presence, diff};
use crate::compile::{Compilation, QUERY, Schema, loose};
use crate::data::{Value, json as data};
use crate::dialect::Dialect;
use crate::impact::{Class, reach};
use crate::report::{self, Comparison, Difference, json};
use crate::text::Place;

/// What changes between two queries: "is my refactor equal?"
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The query as it was; `-` reads it from stdin.
    #[arg(value_name = "BASE.sql", required_unless_present = "batch")]
    base: Option<String>,
    /// The query as it is now.
    #[arg(value_name = "HEAD.sql", required_unless_present = "batch")]
    head: Option<String>,
    #[arg(long, value_name = "NAME")]
    dialect: Option<String>,
    /// The tables that the queries read, as JSON: `{"tables":[{"name","columns":[{"name","type","nullable"}]}]}`.
    #[arg(long, value_name = "FILE")]
    schema: Option<String>,
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Many pairs: one JSON object a line, `{"id","base","head","dialect","schema"}`, answered in order.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["base", "head"])]
    batch: Option<String>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(arguments: &Compare, io: &mut Io) -> Result<Exit, Failure> {
    if let Some(batch) = &arguments.batch {
        return run_batch(batch, arguments.dialect.as_deref(), io);
    }
    let base = read(arguments.base.as_deref().unwrap_or_default(), io)?;
    let head = read(arguments.head.as_deref().unwrap_or_default(), io)?;
    let dialect = dialect(arguments.dialect.as_deref())?;
    let schema = schema(arguments.schema.as_deref(), &dialect, io)?;
    let comparison = compare(&base, &head, &dialect, &schema).map_err(Failure::new)?;
    let answer = match arguments.format {
        Format::Text => report::compare(&comparison, io.paint()),
        Format::Json => json::compare(&comparison),
    };
    io.print(&answer)?;
    Ok(if comparison.class.changes_data() { Exit::Found } else { Exit::Clean })
}

fn run_batch(path: &str, default_dialect: Option<&str>, io: &mut Io) -> Result<Exit, Failure> {
    answer_lines(path, io, &|line| answer(line, default_dialect))?;
    Ok(Exit::Clean)
}

fn answer(line: &str, default_dialect: Option<&str>) -> String {
    let case = match data::parse(line) {
        Ok(case) => case,
        Err(fault) => return json::batch_compare(&Value::null(), Err(&format!("not JSON: {fault}"))),
    };
    let id = case.get("id").cloned().unwrap_or_else(Value::null);
    match compare_case(&case, default_dialect) {
        Ok(comparison) => json::batch_compare(&id, Ok(&comparison)),
        Err(error) => json::batch_compare(&id, Err(&error)),
    }
}

fn compare_case(case: &Value, default_dialect: Option<&str>) -> Result<Comparison, String> {
    let text = |key: &str| {
        let text = case.get(key).and_then(Value::str);
        text.ok_or_else(|| format!("`{key}` is missing: a case is {{\"id\",\"base\",\"head\",\"dialect\",\"schema\"}}"))
    };
    let name = case.get("dialect").and_then(Value::str).or(default_dialect);
    let dialect = dialect(name).map_err(|failure| failure.to_string())?;
    let schema = match case.get("schema").filter(|schema| !schema.is_null()) {
        Some(schema) => Schema::read(schema, &dialect).map_err(|fault| fault.message)?,
        None => Schema::default(),
    };
    compare(text("base")?, text("head")?, &dialect, &schema)
}

fn differences(evidence: &[Evidence], base: &Compilation, head: &Compilation) -> Vec<Difference> {
    let line = |place: &Option<Place>, side: &Compilation| place.as_ref().map(|place| side.line_of(place));
    let one = |one: &Evidence| Difference {
        what: one.what.clone(),
        base_line: line(&one.base, base),
        head_line: line(&one.head, head),
    };
    evidence.iter().map(one).collect()
}

/// No consumers are known, so every column counts as read.
fn compare(base: &str, head: &str, dialect: &Arc<Dialect>, schema: &Schema) -> Result<Comparison, String> {
    let compiled = |sql: &str, what: &str| -> Result<Compilation, String> {
        let loose = loose(sql, dialect, schema).map_err(|bug| Failure::from(bug).to_string())?;
        if let Some((_, message)) = &loose.fault {
            return Err(format!("{what}: {message}"));
        }
        let compilation = Compilation::of_loose(&loose, sql, dialect, schema);
        if compilation.models.contains_key(QUERY) { Ok(compilation) } else { Err(format!("{what}: there is no query")) }
    };
    let (base, head) = (compiled(base, "base")?, compiled(head, "head")?);
    let changes = diff(&base, &head);
    let impacts = reach(&changes, &base, &head);
    let why = [&base, &head].into_iter().flat_map(|side| &side.models[QUERY].why);
    let mut why: Vec<String> = why.map(|why| format!("{}: {}", why.cause, why.detail)).collect();
    why.dedup();
    let proved = why.is_empty();
    let Some(impact) = impacts.models.get(QUERY).filter(|impact| impact.change.presence == Presence::Kept) else {
        let steady =
            |side: &Compilation| side.models[QUERY].fingerprints.as_ref().is_none_or(|prints| prints.steady_rows);
        return Ok(Comparison {
            class: Class::None,
            rows: crate::change::Rows::Same,
            columns: Vec::new(),
            keys_lost: Vec::new(),
            evidence: Vec::new(),
            deterministic: steady(&head),
            proved,
            why,
        });
    };
    let class = match impact.class {
        Class::UnreadRemoval => Class::Breaking,
        class => class,
    };
    Ok(Comparison {
        class,
        rows: impact.change.rows,
        columns: impact.change.columns.clone(),
        keys_lost: impact.change.keys_lost.clone(),
        evidence: if class.changes_data() { differences(&impact.change.evidence, &base, &head) } else { Vec::new() },
        deterministic: impact.change.deterministic,
        proved: impact.change.proved,
        why,
    })
}
