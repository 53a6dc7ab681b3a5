//! A variable's name in, its value out: what `@DEF` set, what SQLMesh sets at a time that stands still, what blueprints
//! and config say.

use super::expand::Engine;
use super::piece::{Piece, Sql, text_literal};
use crate::data::{Kind, Value};
use crate::dialect::Dialect;
use crate::project::Model;
use crate::project::tokens::Quotes;
use crate::project::{AUDIT_ARGUMENTS, BLUEPRINT_VARIABLES, RelationName, THIS_MODEL};
use crate::template::environment::Environment;
use crate::template::stop::Stop;
use crate::text::closest;

/// Runs start and end on the day that clocks count from, as they do when SQLMesh itself only looks at a project.
const DAY: &str = "1970-01-01";
/// When a run's interval starts (and it is executed), and when it ends, with what they are called.
const MOMENTS: [(&str, &str, &str, &str, &str); 4] = [
    ("start", "00:00:00", "0", "0.0", "0"),
    ("end", "23:59:59.999999", "23", "86399.999", "86399999"),
    ("execution", "00:00:00", "0", "0.0", "0"),
    ("latest", "00:00:00", "0", "0.0", "0"),
];

/// What of a moment a variable gives.
const PARTS: [&str; 9] = ["dt", "dtntz", "date", "ds", "ts", "tstz", "epoch", "millis", "hour"];

/// The stage that makes the data.
pub(super) const STAGE: &str = "evaluating";

/// The value of a variable; `None` where nobody sets it.
pub(super) fn find(engine: &mut Engine<'_, '_>, name: &str) -> Option<Piece> {
    let lower = name.to_ascii_lowercase();
    if let Some(local) = engine.locals.iter().rev().find(|local| local.name == lower) {
        return Some(local.value.clone());
    }
    let dialect = engine.dialect;
    let (env, model) = (engine.run.env, engine.run.model);
    if let Some(sql) = model.and_then(|model| model.config.0.get(AUDIT_ARGUMENTS)?.get(&lower)?.scalar()) {
        return Some(written(engine, &sql));
    }
    if let Some(value) = runtime(env, model, &lower, dialect) {
        return Some(Piece::text(value));
    }
    let blueprint = model.and_then(|model| model.config.0.get(BLUEPRINT_VARIABLES)?.get(&lower));
    let value = blueprint.or_else(|| config(env, &lower))?;
    Some(piece(engine, value))
}

/// SQL that somebody wrote elsewhere; macros in it are worked out.
fn written(engine: &mut Engine<'_, '_>, sql: &str) -> Piece {
    if !sql.contains('@') || engine.depth > 20 {
        return Piece::text(sql);
    }
    let code = super::code::Code::new(sql.into(), engine.quotes);
    engine.depth += 1;
    let made = engine.code(&code);
    engine.depth -= 1;
    made.map_or_else(|_| Piece::text("NULL"), Piece::Sql)
}

/// A blueprint's or config's value as SQL.
fn piece(engine: &mut Engine<'_, '_>, value: &Value) -> Piece {
    match value.entries() {
        [(key, sql)] if key.text == "sql" => {
            let sql = sql.scalar().unwrap_or_default();
            written(engine, &sql)
        }
        _ => Piece::text(literal(value, engine.quotes)),
    }
}

/// A variable of the config alone.
pub(super) fn config<'e>(env: &'e Environment, lower: &str) -> Option<&'e Value> {
    let of = |vars: &'e std::collections::BTreeMap<String, Value>| {
        vars.iter().find(|(name, _)| name.eq_ignore_ascii_case(lower)).map(|(_, value)| value)
    };
    of(&env.setting_vars).or_else(|| env.vars.get("").and_then(of))
}

/// A value as a SQL literal.
pub(super) fn literal(value: &Value, quotes: Quotes) -> String {
    match &value.kind {
        Kind::Null => "NULL".to_owned(),
        Kind::Bool(true) => "TRUE".to_owned(),
        Kind::Bool(false) => "FALSE".to_owned(),
        Kind::Integer(number) => number.to_string(),
        Kind::Float(number) => number.to_string(),
        Kind::String(text) => text_literal(text, quotes),
        Kind::List(items) => {
            format!("({})", items.iter().map(|item| literal(item, quotes)).collect::<Vec<_>>().join(", "))
        }
        Kind::Map(entries) => {
            let entry = |(key, value): &(crate::data::Key, Value)| {
                format!("{}: {}", text_literal(&key.text, quotes), literal(value, quotes))
            };
            format!("MAP {{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// What SQLMesh itself sets.
fn runtime(env: &Environment, model: Option<&Model>, lower: &str, dialect: &Dialect) -> Option<String> {
    let quotes = Quotes::of(dialect);
    match lower {
        "runtime_stage" => return Some(text_literal(STAGE, quotes)),
        "gateway" => return Some(text_literal(&gateway(env, model), quotes)),
        "this_model" => return model.map(|model| this_model(model, quotes)),
        "model_kind_name" => return model?.config.str("kind").map(|kind| text_literal(kind, quotes)),
        "default_catalog" => return Some("NULL".to_owned()),
        "this_env" => return Some(text_literal("prod", quotes)),
        "schemas" | "views" => return Some("()".to_owned()),
        _ => {}
    }
    let (moment, part) = moment(lower)?;
    if !is_seen(moment, model) {
        return None;
    }
    let zoned = if quotes.double_is_text { "TIMESTAMP" } else { "TIMESTAMPTZ" };
    let local = if dialect.parser == "bigquery" { "DATETIME" } else { "TIMESTAMP" };
    Some(match part {
        "dt" => format!("CAST('{DAY} {}+00:00' AS {zoned})", moment.1),
        "dtntz" => format!("CAST('{DAY} {}' AS {local})", moment.1),
        "date" => format!("CAST('{DAY}' AS DATE)"),
        "epoch" | "millis" | "hour" => number(moment, part).to_owned(),
        _ => format!("'{}'", text_of(moment, part)),
    })
}

/// Models that are always built whole have no interval that starts and ends.
fn is_seen(moment: Moment, model: Option<&Model>) -> bool {
    let kind = model.and_then(|model| model.config.str("kind")).unwrap_or_default();
    !matches!(kind, "FULL" | "VIEW") || !matches!(moment.0, "start" | "end")
}

type Moment = &'static (&'static str, &'static str, &'static str, &'static str, &'static str);

fn moment(lower: &str) -> Option<(Moment, &'static str)> {
    let (prefix, part) = lower.split_once('_')?;
    let moment = MOMENTS.iter().find(|(name, ..)| *name == prefix)?;
    Some((moment, PARTS.into_iter().find(|known| *known == part)?))
}

fn number(moment: Moment, part: &str) -> &'static str {
    match part {
        "hour" => moment.2,
        "epoch" => moment.3,
        _ => moment.4,
    }
}

fn text_of(moment: Moment, part: &str) -> String {
    match part {
        "date" | "ds" => DAY.to_owned(),
        "ts" | "dtntz" => format!("{DAY} {}", moment.1),
        _ => format!("{DAY} {}+00:00", moment.1),
    }
}

/// The variables of time as templates see them: their names, and their values as text or number.
pub(super) fn times(model: Option<&Model>) -> impl Iterator<Item = (String, Result<&'static str, String>)> {
    MOMENTS.iter().filter(move |moment| is_seen(moment, model)).flat_map(|moment| {
        PARTS.into_iter().map(move |part| {
            let value = match part {
                "epoch" | "millis" | "hour" => Ok(number(moment, part)),
                _ => Err(text_of(moment, part)),
            };
            (format!("{}_{part}", moment.0), value)
        })
    })
}

pub(super) fn gateway(env: &Environment, model: Option<&Model>) -> String {
    let own = model.and_then(|model| model.config.str("gateway"));
    own.unwrap_or(&env.target.name).to_owned()
}

/// The relation that a model builds, or an audit asks.
pub(super) fn this_model(model: &Model, quotes: Quotes) -> String {
    let name = |parts: &mut dyn Iterator<Item = &str>| {
        parts.map(|part| super::piece::identifier(part, false, quotes)).collect::<Vec<_>>().join(".")
    };
    match model.config.str(THIS_MODEL) {
        Some(written) => name(&mut written.split('.')),
        None => {
            let RelationName { database, schema, identifier } = &model.relation;
            let outer = [database, schema].into_iter().flatten().map(String::as_str);
            name(&mut outer.chain([identifier.as_str()]))
        }
    }
}

/// A variable's value as a part of a name.
pub(super) fn as_name(engine: &Engine<'_, '_>, name: &str, sql: &Sql) -> String {
    let lower = name.to_ascii_lowercase();
    let bare = engine.locals.iter().rev().find(|local| local.name == lower).is_some_and(|local| local.bare);
    if bare { sql.last_name(engine.quotes) } else { sql.name(engine.quotes) }
}

/// A text with `@name` and `@{name}` filled in, as far as they are known; `@@` is one sign.
pub(super) fn fill(engine: &mut Engine<'_, '_>, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(doubled) = after.strip_prefix('@') {
            out.push('@');
            rest = doubled;
            continue;
        }
        let braced = after.starts_with('{');
        let name = &after[usize::from(braced)..];
        let end = name.find(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_')).unwrap_or(name.len());
        let closed = !braced || name[end..].starts_with('}');
        let starts = name.starts_with(|sign: char| sign.is_ascii_alphabetic() || sign == '_');
        let value = if starts && closed { find(engine, &name[..end]) } else { None };
        let length = end + 2 * usize::from(braced);
        match value {
            Some(value) => {
                let sql = value.into_sql(crate::template::marked::From::Nowhere);
                out.push_str(&sql.name(engine.quotes));
                rest = &after[length..];
            }
            None => {
                out.push('@');
                rest = after;
            }
        }
    }
    out + rest
}

/// The fault of a name that nobody sets.
pub(super) fn undefined(engine: &Engine<'_, '_>, name: &str) -> Stop {
    let stop = Stop::fault(format!("nothing sets the variable `@{name}`")).rule("undefined-variable");
    let env = engine.run.env;
    let model = engine.run.model;
    if moment(&name.to_ascii_lowercase()).is_some_and(|(moment, _)| !is_seen(moment, model)) {
        let kind = model.and_then(|model| model.config.str("kind")).unwrap_or_default();
        let help = format!(
            "A model of the kind {kind} is built whole, so it has no start and no end; `@execution_ds` it has."
        );
        return stop.help(help);
    }
    let times: Vec<String> = times(model).map(|(name, _)| name).collect();
    let locals = engine.locals.iter().map(|local| local.name.as_str());
    let known = locals.chain(env.var_names()).chain(times.iter().map(String::as_str));
    match closest(&name.to_ascii_lowercase(), known.chain(["this_model", "runtime_stage", "gateway"])) {
        Some(meant) => stop.help(format!("Did you mean `@{meant}`?")),
        None => stop.help("Set it by `@DEF`, by a blueprint, or under `variables` in the config."),
    }
}
