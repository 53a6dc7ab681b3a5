//! `sluice lineage --batch`: one loose query a line in, one answer a line out, in order.

use super::failure::{Exit, Failure};
use super::files::{answer_lines, dialect};
use super::io::Io;
use super::lineage::relations;
use crate::compile::{Schema, loose};
use crate::data::{Value, json as data};
use crate::report::json;

/// Answers every line of a file. A bad line costs only itself.
pub(super) fn run(path: &str, default_dialect: Option<&str>, io: &mut Io) -> Result<Exit, Failure> {
    answer_lines(path, io, &|line| answer(line, default_dialect))?;
    Ok(Exit::Clean)
}

fn answer(line: &str, default_dialect: Option<&str>) -> String {
    let case = match data::parse(line) {
        Ok(case) => case,
        Err(fault) => return json::batch_lineage(&Value::null(), Some(&format!("not JSON: {fault}")), &[]),
    };
    let id = case.get("id").cloned().unwrap_or_else(Value::null);
    match understand(&case, default_dialect) {
        Ok((error, relations)) => json::batch_lineage(&id, error.as_deref(), &relations),
        Err(error) => json::batch_lineage(&id, Some(&error), &[]),
    }
}

type Answer = (Option<String>, Vec<crate::report::Relation>);

fn understand(case: &Value, default_dialect: Option<&str>) -> Result<Answer, String> {
    let sql = case
        .get("sql")
        .and_then(Value::str)
        .ok_or("`sql` is missing: a case is {\"id\",\"sql\",\"dialect\",\"schema\"}")?;
    let name = case.get("dialect").and_then(Value::str).or(default_dialect);
    let dialect = dialect(name).map_err(|failure| failure.to_string())?;
    let schema = match case.get("schema").filter(|schema| !schema.is_null()) {
        Some(schema) => Schema::read(schema, &dialect).map_err(|fault| fault.message)?,
        None => Schema::default(),
    };
    let loose = loose(sql, &dialect, &schema).map_err(|bug| Failure::from(bug).to_string())?;
    let error = loose.fault.as_ref().map(|(_, message)| message.clone());
    Ok((error, relations(&loose, sql, None)))
}
