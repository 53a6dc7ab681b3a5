//! Macros that make queries, or lists of columns, of relations.

use std::sync::Arc;

use super::expand::{Argument, Arguments, Engine};
use super::piece::{Build, Hole, Piece, Sql, identifier, text_literal};
use crate::dialect::Folding;
use crate::project::tokens::{TokenKind, unquoted};
use crate::template::marked::From;
use crate::template::stop::Stop;

/// The columns of a relation, with their types as far as they are known; `None` where they are not.
type Known = Option<Vec<(String, String)>>;

impl Engine<'_, '_> {
    /// The parts of a relation's name, without quotes.
    fn name_parts(&self, relation: &Sql) -> Vec<String> {
        let text = relation.as_str();
        let names = relation.tokens(self.quotes).into_iter().filter(|token| token.kind != TokenKind::Sign);
        names.map(|token| unquoted(token.text(text)).unwrap_or_else(|| token.text(text).to_owned())).collect()
    }

    fn columns_of(&mut self, relation: &Sql) -> Known {
        let mut parts = self.name_parts(relation);
        let identifier = parts.pop().map(Arc::from);
        let schema = parts.pop().map(Arc::from);
        let id = self.run.env.id_by_name(&[None, schema, identifier])?;
        self.run.ask_columns(&id);
        (self.run.columns)(&id)
    }

    /// A column's name as the dialect reads it back to be the same column.
    fn column(&self, name: &str, always: bool) -> String {
        let folds = match self.dialect.column_folding {
            Folding::Upper => name.chars().any(char::is_lowercase),
            Folding::Lower => name.chars().any(char::is_uppercase),
            Folding::Insensitive | Folding::Sensitive => false,
        };
        identifier(name, always && !folds, self.quotes)
    }

    fn flag(&mut self, arguments: &Arguments, at: usize, name: &str, default: bool) -> bool {
        let given = arguments.get(at, name).and_then(Argument::piece).map(|piece| piece.into_sql(From::Nowhere));
        given.and_then(|sql| self.evaluate(&sql)?.truth()).unwrap_or(default)
    }

    fn text(&self, arguments: &Arguments, at: usize, name: &str) -> Option<String> {
        let given = arguments.get(at, name).and_then(Argument::piece)?;
        Some(given.into_sql(From::Nowhere).name(self.quotes))
    }
}

/// `@STAR(relation, alias, exclude := [..], prefix := '', suffix := '', quote_identifiers := TRUE)`
pub(super) fn star(engine: &mut Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let relation = arguments.sql(0, "relation")?.trimmed();
    let alias = engine.text(arguments, 1, "alias").filter(|alias| !alias.is_empty());
    let exclude = arguments.get(2, "exclude").or_else(|| arguments.get(6, "except_")).and_then(Argument::piece);
    let items = exclude.map(|list| engine.items(list)).unwrap_or_default();
    let exclude: Vec<String> = items.into_iter().map(|item| item.into_sql(site).name(engine.quotes)).collect();
    let prefix = engine.text(arguments, 3, "prefix").unwrap_or_default();
    let suffix = engine.text(arguments, 4, "suffix").unwrap_or_default();
    let quoted = engine.flag(arguments, 5, "quote_identifiers", true);
    let last = engine.name_parts(&relation).pop().unwrap_or_default();
    let table = engine.column(alias.as_deref().unwrap_or(&last), quoted);
    let Some(columns) = engine.columns_of(&relation) else {
        let mut build = Build::new(site);
        build.say(&table).say(".*");
        let word = match engine.dialect.parser.as_str() {
            "duckdb" | "snowflake" | "redshift" => Some("EXCLUDE"),
            "bigquery" | "databricks" | "clickhouse" => Some("EXCEPT"),
            _ => None,
        };
        if let Some(word) = word.filter(|_| !exclude.is_empty()) {
            let names: Vec<String> = exclude.iter().map(|name| identifier(name, false, engine.quotes)).collect();
            build.say(&format!(" {word} ({})", names.join(", ")));
        }
        let shown = exclude.is_empty() || word.is_some();
        if !shown || !prefix.is_empty() || !suffix.is_empty() {
            let why = format!("the columns of `{}`, which `@STAR` lists, are not known", relation.as_str());
            build.hole(Hole { why, at: site });
        }
        return Ok(build.piece());
    };
    let left_out = |name: &str| exclude.iter().any(|other| other.eq_ignore_ascii_case(name));
    let columns: Vec<_> = columns.into_iter().filter(|(name, _)| !left_out(name)).collect();
    let typed = columns.iter().all(|(_, ty)| !ty.is_empty());
    let one = |(name, ty): &(String, String)| {
        let column = format!("{table}.{}", engine.column(name, quoted));
        let alias = engine.column(&format!("{prefix}{name}{suffix}"), quoted);
        let value = if typed { format!("CAST({column} AS {ty})") } else { column };
        Build::new(site).say(&format!("{value} AS {alias}")).piece()
    };
    Ok(Piece::List(columns.iter().map(one).collect()))
}

/// `@UNION(condition, 'distinct', a, b)`: the columns that all have in common.
pub(super) fn union(engine: &mut Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let mut given = arguments.sqls();
    let condition = given.first().and_then(|first| match engine.evaluate(first) {
        Some(super::evaluate::Constant::Bool(value)) => Some(value),
        _ => None,
    });
    if condition.is_some() {
        given.remove(0);
    }
    let kind = given.first().and_then(|first| first.literal(engine.quotes));
    if kind.is_some() {
        given.remove(0);
    }
    let kind = kind.unwrap_or_else(|| "ALL".to_owned()).to_ascii_uppercase();
    if kind != "ALL" && kind != "DISTINCT" {
        let stop = Stop::fault(format!("`{kind}` is no way to unite tables"));
        return Err(stop.help("Use 'ALL' or 'DISTINCT'."));
    }
    if given.is_empty() {
        return Err(Stop::fault("`@UNION` needs a table").help("Name the tables to unite: `@UNION('all', a, b)`."));
    }
    let known: Vec<Known> = given.iter().map(|table| engine.columns_of(table)).collect();
    let columns = common(&known);
    let mut build = Build::new(site);
    let count = if condition == Some(false) { 1 } else { given.len() };
    for (at, table) in given.iter().take(count).enumerate() {
        if at > 0 {
            build.say(if kind == "ALL" { " UNION ALL " } else { " UNION " });
        }
        build.say("SELECT ");
        match &columns {
            None => drop(build.say("*")),
            Some(columns) => {
                for (at, (name, ty)) in columns.iter().enumerate() {
                    let column = engine.column(name, false);
                    let value = if ty.is_empty() { column.clone() } else { format!("CAST({column} AS {ty})") };
                    build.say(if at > 0 { ", " } else { "" }).say(&format!("{value} AS {column}"));
                }
            }
        }
        build.say(" FROM ").sql(table);
    }
    if columns.is_none() {
        let why = "the columns of the tables that `@UNION` unites are not known".to_owned();
        build.hole(Hole { why, at: site });
    }
    Ok(build.piece())
}

/// Columns that all have by name and type, in the order of the first.
fn common(known: &[Known]) -> Option<Vec<(String, String)>> {
    let all: Vec<&Vec<(String, String)>> = known.iter().map(Option::as_ref).collect::<Option<_>>()?;
    let same = |a: &(String, String), b: &(String, String)| {
        a.0.eq_ignore_ascii_case(&b.0) && (a.1.eq_ignore_ascii_case(&b.1) || a.1.is_empty() || b.1.is_empty())
    };
    let first = all.first()?;
    Some(first.iter().filter(|one| all.iter().all(|other| other.iter().any(|two| same(one, two)))).cloned().collect())
}

/// `@DEDUPLICATE(relation, [key], ['column desc'])`
pub(super) fn deduplicate(engine: &mut Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let relation = arguments.sql(0, "relation")?.trimmed();
    let list = |engine: &mut Engine<'_, '_>, at: usize, name: &str| {
        let given = arguments.get(at, name).and_then(Argument::piece);
        let missing = || Stop::fault(format!("`@DEDUPLICATE` needs `{name}` as a list")).help("Write `[a, b]`.");
        given.map(|given| engine.items(given)).filter(|items| !items.is_empty()).ok_or_else(missing)
    };
    let keys = list(engine, 1, "partition_by")?;
    let order = list(engine, 2, "order_by")?;
    let keys: Vec<Sql> = keys.into_iter().map(|key| key.into_sql(site)).collect();
    let mut window = Build::new(site);
    window.say("ROW_NUMBER() OVER (PARTITION BY ").joined(&keys, ", ").say(" ORDER BY ");
    for (at, item) in order.into_iter().enumerate() {
        let item = item.into_sql(site);
        window.say(if at > 0 { ", " } else { "" });
        match item.literal(engine.quotes) {
            Some(text) => window.say(&text),
            None => window.sql(&item),
        };
    }
    let window = window.say(")").finish();
    let mut build = Build::new(site);
    if engine.dialect.flag("qualify") {
        build.say("SELECT * FROM ").sql(&relation).say(" QUALIFY ").sql(&window).say(" = 1");
    } else {
        build.say("SELECT * FROM (SELECT *, ").sql(&window).say(" AS _w FROM ").sql(&relation);
        build.say(") AS _t WHERE _w = 1");
    }
    Ok(build.piece())
}

/// `@DATE_SPINE('day', '2024-01-01', '2024-12-31')`
pub(super) fn date_spine(engine: &mut Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let part = arguments.sql(0, "datepart")?.name(engine.quotes).to_ascii_lowercase();
    if !["day", "week", "month", "quarter", "year"].contains(&part.as_str()) {
        let stop = Stop::fault(format!("`{part}` is no step of dates here"));
        return Err(stop.help("Use 'day', 'week', 'month', 'quarter' or 'year'."));
    }
    let (start, end) = (arguments.sql(1, "start_date")?.trimmed(), arguments.sql(2, "end_date")?.trimmed());
    let literal = start.literal(engine.quotes).is_some() && end.literal(engine.quotes).is_some();
    let dated = |build: &mut Build, sql: &Sql| {
        if literal {
            build.say("CAST(").sql(sql).say(" AS DATE)")
        } else {
            build.sql(sql)
        };
    };
    let parser = engine.dialect.parser.as_str();
    let quarter = part == "quarter" && matches!(parser, "databricks" | "postgres");
    let (count, unit) = if quarter { (3, "MONTH".to_owned()) } else { (1, part.to_ascii_uppercase()) };
    let column = format!("date_{part}");
    let sequence = engine.dialect.function("SEQUENCE").is_some();
    let (open, close) = match parser {
        "duckdb" => ("UNNEST(CAST(GENERATE_SERIES(", format!(") AS DATE[])) AS _exploded({column})")),
        "bigquery" => ("UNNEST(GENERATE_DATE_ARRAY(", format!(")) AS {column}")),
        "databricks" | "hive" => ("EXPLODE(SEQUENCE(", format!(")) AS _exploded({column})")),
        "postgres" => {
            ("(SELECT CAST(value AS DATE) FROM GENERATE_SERIES(", format!(") AS _t(value)) AS _exploded({column})"))
        }
        _ if sequence => ("UNNEST(SEQUENCE(", format!(")) AS _exploded({column})")),
        _ => ("UNNEST(GENERATE_DATE_ARRAY(", format!(")) AS _exploded({column})")),
    };
    let interval = if parser == "postgres" { format!("'{count} {unit}'") } else { format!("'{count}' {unit}") };
    let mut build = Build::new(site);
    build.say(&format!("SELECT {column} FROM {open}"));
    dated(&mut build, &start);
    build.say(", ");
    dated(&mut build, &end);
    Ok(build.say(&format!(", INTERVAL {interval}")).say(&close).piece())
}

/// `@PIVOT(column, ['a', 'b'], alias, agg, cmp, prefix, suffix, then_value, else_value, quote, distinct)`
pub(super) fn pivot(engine: &mut Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let column = arguments.sql(0, "column")?.trimmed();
    let values = arguments.get(1, "values").and_then(Argument::piece);
    let values = values.ok_or_else(|| {
        Stop::fault("`@PIVOT` needs the values that become columns").help("Write them as a list: `['a', 'b']`.")
    })?;
    let values = engine.items(values);
    let text = |engine: &Engine<'_, '_>, at, name, default: &str| {
        engine.text(arguments, at, name).unwrap_or_else(|| default.to_owned())
    };
    let (aggregate, compare) = (text(engine, 3, "agg", "SUM"), text(engine, 4, "cmp", "="));
    let (prefix, suffix) = (text(engine, 5, "prefix", ""), text(engine, 6, "suffix", ""));
    let sql = |at, name, default: &'static str| arguments.sql(at, name).unwrap_or_else(|_| Sql::of(default)).trimmed();
    let (then, otherwise) = (sql(7, "then_value", "1"), sql(8, "else_value", "0"));
    let aliased = engine.flag(arguments, 2, "alias", true);
    let quoted = engine.flag(arguments, 9, "quote", true);
    let distinct = engine.flag(arguments, 10, "distinct", false);
    let mut made = Vec::new();
    for value in values {
        let value = value.into_sql(site);
        let mut build = Build::new(site);
        build.say(&aggregate).say("(").say(if distinct { "DISTINCT " } else { "" });
        build.say("CASE WHEN ").sql(&column).say(&format!(" {compare} ")).sql(&value).say(" THEN ").sql(&then);
        build.say(" ELSE ").sql(&otherwise).say(" END)");
        if aliased {
            let alias = format!("{prefix}{}{suffix}", value.last_name(engine.quotes));
            build.say(" AS ").say(&identifier(&alias, quoted, engine.quotes));
        }
        made.push(build.piece());
    }
    Ok(Piece::List(made))
}

/// `@RESOLVE_TEMPLATE('s3://b/@{schema_name}/@{table_name}', mode := 'literal')`
pub(super) fn resolve_template(engine: &mut Engine<'_, '_>, arguments: &Arguments) -> Result<Piece, Stop> {
    let template = arguments.sql(0, "template")?.name(engine.quotes);
    let mode = engine.text(arguments, 1, "mode").unwrap_or_default();
    let relation = engine.run.model.map(|model| model.relation.clone()).unwrap_or_default();
    let filled = template
        .replace("@{catalog_name}", relation.database.as_deref().unwrap_or_default())
        .replace("@{schema_name}", relation.schema.as_deref().unwrap_or_default())
        .replace("@{table_name}", &relation.identifier);
    let table = mode.eq_ignore_ascii_case("table");
    Ok(Piece::text(if table { filled } else { text_literal(&filled, engine.quotes) }))
}
