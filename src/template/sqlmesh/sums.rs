//! Macros that make one expression of others: sums that forgive NULL, keys, distances.

use super::expand::{Argument, Arguments, Engine};
use super::piece::{Build, Piece, Sql};
use crate::template::marked::From;
use crate::template::stop::Stop;

/// `@SAFE_ADD(a, b)`: NULL counts as 0 unless all are.
pub(super) fn safe(arguments: &Arguments, sign: &str, site: From) -> Result<Piece, Stop> {
    let fields = arguments.sqls();
    if fields.is_empty() {
        return Err(Stop::fault("there is nothing to add up").help("Name the columns: `@SAFE_ADD(a, b)`."));
    }
    let mut build = Build::new(site);
    build.say("CASE WHEN ");
    for (at, field) in fields.iter().enumerate() {
        build.say(if at > 0 { " AND " } else { "" }).sql(field).say(" IS NULL");
    }
    build.say(" THEN NULL ELSE ");
    for (at, field) in fields.iter().enumerate() {
        build.say(if at > 0 { sign } else { "" }).say("COALESCE(").sql(field).say(", 0)");
    }
    Ok(build.say(" END").piece())
}

/// `@SAFE_DIV(a, b)`
pub(super) fn safe_div(engine: &Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let (above, below) = (arguments.sql(0, "numerator")?.trimmed(), arguments.sql(1, "denominator")?.trimmed());
    let mut build = Build::new(site);
    if engine.dialect.integer_division {
        build.say("CAST(").sql(&above).say(" AS DOUBLE PRECISION)");
    } else {
        wrapped(&mut build, &above);
    }
    Ok(build.say(" / NULLIF(").sql(&below).say(", 0)").piece())
}

/// In brackets where it holds an operator of its own.
fn wrapped(build: &mut Build, sql: &Sql) {
    let text = sql.as_str();
    let mut depth = 0usize;
    let bare = text.chars().any(|sign| {
        match sign {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && "+-*/%|<>=".contains(sign)
    });
    if bare {
        build.say("(").sql(sql).say(")");
    } else {
        build.sql(sql);
    }
}

/// `@GENERATE_SURROGATE_KEY(a, b, hash_function := 'MD5')`
pub(super) fn surrogate_key(engine: &Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let fields = arguments.sqls();
    if fields.is_empty() {
        return Err(Stop::fault("a key needs a column").help("Name its columns: `@GENERATE_SURROGATE_KEY(a, b)`."));
    }
    let hash = arguments.named("hash_function").and_then(Argument::piece);
    let hash = hash.map_or_else(|| "MD5".to_owned(), |hash| hash.into_sql(site).name(engine.quotes));
    let text_type = if engine.quotes.double_is_text { "STRING" } else { "TEXT" };
    let mut build = Build::new(site);
    // SQLMesh writes the hexadecimal form where MD5 gives bytes, and `||` where CONCAT would skip NULL.
    let hex = engine.dialect.parser == "bigquery" && hash.eq_ignore_ascii_case("MD5");
    let bars = matches!(engine.dialect.parser.as_str(), "duckdb" | "postgres" | "redshift");
    let (open, between, close) = if bars { ("(", " || '|' || ", ")") } else { ("(CONCAT(", ", '|', ", "))") };
    build.say(if hex { "TO_HEX(" } else { "" }).say(&hash).say(open);
    for (at, field) in fields.iter().enumerate() {
        build.say(if at > 0 { between } else { "" });
        build.say("COALESCE(CAST(").sql(field);
        build.say(&format!(" AS {text_type}), '_sqlmesh_surrogate_key_null_')"));
    }
    Ok(build.say(close).say(if hex { ")" } else { "" }).piece())
}

/// `@HAVERSINE_DISTANCE(lat1, lon1, lat2, lon2, 'mi')`
pub(super) fn haversine(engine: &Engine<'_, '_>, arguments: &Arguments, site: From) -> Result<Piece, Stop> {
    let [lat1, lon1, lat2, lon2] = [(0, "lat1"), (1, "lon1"), (2, "lat2"), (3, "lon2")]
        .map(|(at, name)| arguments.sql(at, name).map(Sql::trimmed));
    let (lat1, lon1, lat2, lon2) = (lat1?, lon1?, lat2?, lon2?);
    let unit = arguments.get(4, "unit").and_then(Argument::piece);
    let unit = unit.map_or_else(|| "mi".to_owned(), |unit| unit.into_sql(site).name(engine.quotes));
    let rate = match unit.as_str() {
        "mi" => "1.0",
        "km" => "1.60934",
        other => {
            let stop = Stop::fault(format!("`{other}` is no unit of distance here"));
            return Err(stop.help("Use 'mi' or 'km'."));
        }
    };
    let mut build = Build::new(site);
    let whole = engine.dialect.integer_division;
    let half = |build: &mut Build, to: &Sql, from: &Sql| {
        let (open, close) = if whole { ("CAST((", ") AS DOUBLE PRECISION)") } else { ("(", ")") };
        build.say("POWER(SIN(RADIANS(").say(open).sql(to).say(" - ").sql(from).say(close).say(" / 2)), 2)");
    };
    build.say("7922 * ASIN(SQRT((");
    half(&mut build, &lat2, &lat1);
    build.say(") + (COS(RADIANS(").sql(&lat1).say(")) * COS(RADIANS(").sql(&lat2).say(")) * ");
    half(&mut build, &lon2, &lon1);
    Ok(build.say(&format!("))) * {rate}")).piece())
}
