//! `adapter`: dispatch to the macro of the target's kind of warehouse, and what it can tell of relations.

use std::sync::Arc;

use super::column::Column;
use super::config;
use super::object::Object;
use super::query;
use super::relation::Relation;
use crate::template::Mode;
use crate::template::function::{Args, Function};
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;
use crate::text::{Span, closest};

/// What dbt's adapters differ in where templates are concerned.
#[derive(Debug)]
pub(in crate::template) struct Facts {
    pub(in crate::template) name: &'static str,
    /// Adapters whose macros it takes where it has none of its own.
    pub(in crate::template) parents: &'static [&'static str],
    pub(in crate::template) quote: char,
    /// Quotes the names of relations unless told otherwise.
    pub(in crate::template) quotes: bool,
    pub(in crate::template) prints_database: bool,
    /// What `api.Column.translate_type` answers where it is not the name it was given.
    pub(in crate::template) types: &'static [(&'static str, &'static str)],
    /// Answers in lower case.
    pub(in crate::template) lower_types: bool,
    /// What quotes columns, where it is not what quotes relations.
    pub(in crate::template) column_quote: Option<char>,
    /// The name of exact numbers with a size (empty: the name that was asked for), or none where the size is left out.
    pub(in crate::template) sized_number: Option<&'static str>,
    pub(in crate::template) texts: Texts,
}

/// How a column's type is printed where it is a text.
#[derive(Clone, Copy, Debug)]
pub(in crate::template) enum Texts {
    /// As the warehouse tells it.
    AsTold,
    /// By this name with its size; `default`: the size where none is known.
    Sized { name: &'static str, default: Option<i64> },
}

impl Facts {
    /// A column in the adapter's quotes.
    pub(in crate::template) fn quoted(&self, name: &str) -> String {
        match self.column_quote.unwrap_or(self.quote) {
            '[' => format!("[{}]", name.replace(']', "]]")),
            quote => format!("{quote}{name}{quote}"),
        }
    }
}

const ANY: Facts = Facts {
    name: "",
    parents: &[],
    quote: '"',
    quotes: true,
    prints_database: true,
    types: &[("STRING", "TEXT")],
    lower_types: false,
    column_quote: None,
    sized_number: Some(""),
    texts: Texts::Sized { name: "character varying", default: Some(256) },
};
const SQL_SERVER: &[(&str, &str)] = &[
    ("STRING", "VARCHAR(8000)"),
    ("VARCHAR", "VARCHAR(8000)"),
    ("NVARCHAR", "VARCHAR(8000)"),
    ("CHAR", "CHAR(1)"),
    ("NCHAR", "CHAR(1)"),
    ("TIMESTAMP", "DATETIME2(6)"),
    ("DATETIME2", "DATETIME2(6)"),
    ("DATE", "DATE"),
    ("TIME", "TIME(6)"),
    ("FLOAT", "FLOAT"),
    ("REAL", "REAL"),
    ("INT", "INT"),
    ("INTEGER", "INT"),
    ("BIGINT", "BIGINT"),
    ("SMALLINT", "SMALLINT"),
    ("TINYINT", "SMALLINT"),
    ("BIT", "BIT"),
    ("BOOLEAN", "BIT"),
    ("DECIMAL", "DECIMAL"),
    ("NUMERIC", "NUMERIC"),
    ("MONEY", "DECIMAL"),
    ("SMALLMONEY", "DECIMAL"),
    ("VARBINARY", "VARBINARY(MAX)"),
    ("BINARY", "BINARY(1)"),
];
const FABRIC: &[(&str, &str)] = &[
    ("STRING", "VARCHAR(MAX)"),
    ("VARCHAR", "VARCHAR(MAX)"),
    ("NVARCHAR", "VARCHAR(MAX)"),
    ("CHAR", "CHAR(1)"),
    ("NCHAR", "CHAR(1)"),
    ("TIMESTAMP", "DATETIME2(6)"),
    ("DATETIME2", "DATETIME2(6)"),
    ("TIME", "TIME(6)"),
    ("INTEGER", "INT"),
    ("TINYINT", "SMALLINT"),
    ("BOOLEAN", "BIT"),
    ("MONEY", "DECIMAL"),
    ("SMALLMONEY", "DECIMAL"),
    ("VARBINARY", "VARBINARY(MAX)"),
    ("BINARY", "BINARY(1)"),
];
const SPARK: Facts = Facts {
    name: "spark",
    quote: '`',
    quotes: false,
    prints_database: false,
    types: &[],
    texts: Texts::AsTold,
    sized_number: Some("decimal"),
    ..ANY
};
const BIGQUERY: &[(&str, &str)] = &[("TEXT", "STRING"), ("FLOAT", "FLOAT64"), ("INTEGER", "INT64")];
const CLICKHOUSE: &[(&str, &str)] =
    &[("STRING", "String"), ("TIMESTAMP", "DateTime"), ("FLOAT", "Float32"), ("INTEGER", "Int32")];

/// From the adapters' own documentation of quoting and inheritance, and from their classes of columns.
const ADAPTERS: [Facts; 16] = [
    Facts { name: "postgres", ..ANY },
    Facts { name: "redshift", parents: &["postgres"], ..ANY },
    Facts { name: "duckdb", ..ANY },
    Facts {
        name: "snowflake",
        quotes: false,
        texts: Texts::Sized { name: "character varying", default: Some(16_777_216) },
        ..ANY
    },
    Facts { name: "bigquery", quote: '`', types: BIGQUERY, sized_number: None, texts: Texts::AsTold, ..ANY },
    Facts {
        name: "databricks",
        parents: &["spark"],
        quote: '`',
        types: &[("LONG", "BIGINT")],
        lower_types: true,
        sized_number: Some("decimal"),
        texts: Texts::AsTold,
        ..ANY
    },
    SPARK,
    Facts {
        name: "trino",
        types: &[("STRING", "VARCHAR"), ("FLOAT", "DOUBLE")],
        texts: Texts::Sized { name: "varchar", default: None },
        ..ANY
    },
    Facts { name: "athena", types: &[("STRING", "VARCHAR"), ("TEXT", "VARCHAR")], ..ANY },
    Facts {
        name: "clickhouse",
        quote: '`',
        prints_database: false,
        types: CLICKHOUSE,
        column_quote: Some('"'),
        texts: Texts::AsTold,
        sized_number: Some("Decimal"),
        ..ANY
    },
    Facts { name: "sqlserver", parents: &["fabric"], types: SQL_SERVER, ..ANY },
    Facts { name: "fabric", types: FABRIC, column_quote: Some('['), ..ANY },
    Facts { name: "synapse", parents: &["fabric"], types: SQL_SERVER, ..ANY },
    Facts { name: "mysql", quote: '`', prints_database: false, ..ANY },
    Facts { name: "sqlite", prints_database: false, ..ANY },
    Facts { name: "materialize", parents: &["postgres"], ..ANY },
];

pub(in crate::template) fn facts(adapter: &str) -> &'static Facts {
    ADAPTERS.iter().find(|facts| facts.name == adapter).unwrap_or(&ANY)
}

pub(in crate::template) fn method(run: &mut Run<'_>, name: &str, args: &Args, span: Span) -> Result<Value, Stop> {
    match name {
        "dispatch" => dispatch(run, args, span),
        "type" => Ok(Value::text(run.env.target.adapter.as_str())),
        "quote" => Ok(Value::text(run.env.adapter.quoted(&print::plain(args.need(0, "identifier")?)))),
        "quote_as_configured" | "quote_seed_column" => Ok(args.need(0, "identifier")?.clone()),
        "get_relation" | "load_relation" | "load_cached_relation" => Ok(get_relation(run, args)),
        "already_exists" | "check_schema_exists" => Ok(Value::Bool(true)),
        "get_columns_in_relation" => get_columns(run, args, span),
        "get_missing_columns" | "list_relations" | "list_relations_without_caching" | "list_schemas" => {
            run.unknown(format!("`adapter.{name}`: only the warehouse knows"), span);
            Ok(Value::list([]))
        }
        "execute" | "run_query" | "add_query" | "get_column_schema_from_query" | "get_columns_in_select_sql" => {
            query::ask(run, span)
        }
        "supports" | "valid_incremental_strategies" | "is_before_version" | "can_exchange" => Ok(Value::Bool(false)),
        "create_schema"
        | "drop_schema"
        | "drop_relation"
        | "truncate_relation"
        | "rename_relation"
        | "commit"
        | "cache_added"
        | "cache_dropped"
        | "cache_renamed"
        | "expand_target_column_types" => Ok(Value::text("")),
        _ => {
            run.step()?;
            Ok(run.unknown(format!("`adapter.{name}` belongs to the adapter, which is not here"), span))
        }
    }
}

/// The macro `<adapter>__name`, of its parents, or `default__name`: in the root project first, then where the project's
/// `dispatch:` says, else in the package that asks.
fn dispatch(run: &mut Run<'_>, args: &Args, span: Span) -> Result<Value, Stop> {
    let name = args.text(0, "macro_name")?;
    let namespace = args.get(1, "macro_namespace").filter(|value| !value.is_none()).map(print::plain);
    let env = run.env;
    let own = run.frame.source.package.to_string();
    let packages: Vec<String> = match args.named("packages").filter(|packages| !packages.is_none()) {
        Some(packages) => run.items(packages)?.iter().map(print::plain).collect(),
        // dbt takes no notice of a namespace that no package has.
        None => match namespace.as_ref().filter(|namespace| env.knows_package(namespace)) {
            Some(namespace) => match env.dispatch.get(namespace) {
                Some(order) => order.clone(),
                None => vec![env.root.to_string(), namespace.clone()],
            },
            None => vec![env.root.to_string(), own, "dbt".to_owned()],
        },
    };
    let prefixes =
        || std::iter::once(env.target.adapter.as_str()).chain(env.adapter.parents.iter().copied()).chain(["default"]);
    for package in &packages {
        for prefix in prefixes() {
            if let Some(code) = env.package_macro(package, &format!("{prefix}__{name}")) {
                return Ok(Value::function(Function::Macro { code, scope: None, calls: None }));
            }
        }
    }
    let absent = |namespace: &String| env.knows_package(namespace) && !env.has_package(namespace);
    if let Some(namespace) = namespace.filter(absent) {
        return Ok(run.absent_macro(&namespace, name, span));
    }
    let wanted = format!("{}__{name}", env.target.adapter);
    let stop = Stop::fault(format!("there is no macro `{wanted}` or `default__{name}` to dispatch to"));
    Err(match closest(&wanted, env.macro_names()) {
        Some(meant) => stop.help(format!("Did you mean `{meant}`?")),
        None => stop.help(format!("Add a macro `default__{name}`.")),
    })
}

/// The model itself exists only where it was built before; everything else is taken to exist.
fn get_relation(run: &mut Run<'_>, args: &Args) -> Value {
    // Before it has a warehouse dbt finds no relation at all.
    if run.mode == Mode::Parse {
        return Value::None;
    }
    let relation = if let Some(Value::Object(object)) = args.positional.first() {
        let Object::Relation(relation) = &**object else { return Value::None };
        relation.clone()
    } else {
        let part = |at: usize, name: &str| {
            args.get(at, name).filter(|value| value.truth()).map(|value| Arc::<str>::from(print::plain(value)))
        };
        let mut relation = run.relation(&crate::project::RelationName::default(), None);
        relation.parts = [part(0, "database"), part(1, "schema"), part(2, "identifier")];
        if relation.parts[2].is_none() {
            return Value::None;
        }
        relation
    };
    if run.is_this(&relation) {
        run.asks_incremental = true;
        if run.mode != Mode::Incremental {
            return Value::None;
        }
    }
    let kind = relation.kind.clone().or_else(|| Some(Arc::from("table")));
    let id = run.relation_id(&relation);
    Value::object(Object::Relation(Relation { kind, id, ..relation }))
}

fn get_columns(run: &mut Run<'_>, args: &Args, span: Span) -> Result<Value, Stop> {
    let id = match args.need(0, "relation")? {
        Value::Object(object) => match &**object {
            Object::Relation(relation) => run.relation_id(relation),
            _ => None,
        },
        _ => None,
    };
    if let Some(id) = &id {
        run.ask_columns(id);
        if let Some(columns) = (run.columns)(id) {
            run.spend(columns.len())?;
            let column = |(name, data_type)| Value::object(Object::Column(Column { name, data_type }));
            return Ok(Value::list(columns.into_iter().map(column)));
        }
    }
    run.unknown("the columns of a relation, which nothing here declares", span);
    Ok(Value::list([]))
}

/// `is_incremental()` of an incremental model whose table exists already.
pub(super) fn is_incremental(run: &mut Run<'_>) -> bool {
    run.asks_incremental = true;
    let materialized = config::find(run, "materialized");
    run.mode == Mode::Incremental && materialized.as_ref().and_then(Value::as_str) == Some("incremental")
}
