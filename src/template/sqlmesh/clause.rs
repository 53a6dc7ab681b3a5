//! `@WHERE(..)`, `@JOIN(..)` and their like in: the clause that follows, kept or left out.

use std::ops::Range;

use super::code::Code;
use super::expand::{Engine, Out};
use super::piece::{Hole, Sql};
use crate::template::marked::From;
use crate::template::stop::Stop;

/// Macros that stand for a keyword, and the keyword.
const KEYWORDS: [(&str, &str); 6] = [
    ("WITH", "WITH"),
    ("WHERE", "WHERE"),
    ("GROUP_BY", "GROUP BY"),
    ("HAVING", "HAVING"),
    ("ORDER_BY", "ORDER BY"),
    ("LIMIT", "LIMIT"),
];

/// Words before JOIN.
const JOIN: [&str; 12] =
    ["LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL", "ASOF", "SEMI", "ANTI", "GLOBAL", "POSITIONAL"];

/// Words that start a clause after those of FROM.
const LATER: [&str; 13] = [
    "WHERE",
    "GROUP",
    "HAVING",
    "QUALIFY",
    "WINDOW",
    "ORDER",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "CLUSTER",
];

/// `LEFT @JOIN(condition) t ON ..`: gives the token after what was read, if this is one.
pub(super) fn join(
    engine: &mut Engine<'_, '_>,
    code: &Code,
    at: usize,
    end: usize,
    out: &mut Out,
) -> Result<Option<usize>, Stop> {
    let is_side = |at: usize| JOIN.iter().any(|word| code.word(at).eq_ignore_ascii_case(word));
    let mut sign = at;
    while sign < end && is_side(sign) {
        sign += 1;
    }
    let is_join = code.is(sign, "@") && code.word(sign + 1).eq_ignore_ascii_case("JOIN") && code.is(sign + 2, "(");
    let close = if is_join { code.closing(sign + 2).filter(|close| *close < end) } else { None };
    let Some(close) = close else { return Ok(None) };
    let whole = sign..close + 1;
    let site = code.site(&whole);
    let condition = condition(engine, code, sign + 3..close)?;
    if !decided(engine, &condition, out, site) {
        return Ok(Some(clause_end(code, close + 1, end, true)));
    }
    for word in at..sign {
        out.literal(&code.slice(code.tokens[word].span), code, word);
        let (from, to) = (code.tokens[word].span.end, code.tokens[word + 1].span.start);
        out.gap(&code.text.slice(from as usize, to as usize));
    }
    out.say("JOIN", site);
    Ok(Some(close + 1))
}

/// A macro that stands for a keyword: gives the token after what was read, if this is one.
pub(super) fn after(
    engine: &mut Engine<'_, '_>,
    code: &Code,
    (name, arguments): (&str, Range<usize>),
    end: usize,
    (out, site): (&mut Out, From),
) -> Result<Option<usize>, Stop> {
    let Some((_, keyword)) = KEYWORDS.iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) else {
        return Ok(None);
    };
    let start = arguments.end + 1;
    let condition = condition(engine, code, arguments)?;
    if decided(engine, &condition, out, site) {
        out.say(keyword, site);
        return Ok(Some(start));
    }
    let end = if *keyword == "WITH" { with_end(code, start, end) } else { clause_end(code, start, end, false) };
    Ok(Some(end))
}

fn condition(engine: &mut Engine<'_, '_>, code: &Code, range: Range<usize>) -> Result<Sql, Stop> {
    if range.is_empty() {
        return Err(Stop::fault("a condition is missing").help("Write it in the brackets: `@WHERE(condition) ..`."));
    }
    engine.range(code, range)
}

/// Whether a clause stays; one that may stay does, and is said to be uncertain.
fn decided(engine: &Engine<'_, '_>, condition: &Sql, out: &mut Out, site: From) -> bool {
    match engine.holds(condition, site) {
        Ok(holds) => holds,
        Err(hole) => {
            let why = condition.holes.first().map_or(hole.why, |inner| inner.why.clone());
            out.hole(Hole { why, at: site });
            true
        }
    }
}

/// The token that starts the next clause; `in_join`: another join does too.
fn clause_end(code: &Code, start: usize, end: usize, in_join: bool) -> usize {
    let mut at = start;
    while at < end {
        if code.is(at, "(") || code.is(at, "[") || code.is(at, "{") {
            at = code.closing(at).unwrap_or(end) + 1;
            continue;
        }
        let macro_name = if code.is(at, "@") { code.word(at + 1) } else { "" };
        let starts_macro = KEYWORDS.iter().any(|(name, _)| macro_name.eq_ignore_ascii_case(name))
            || (in_join && macro_name.eq_ignore_ascii_case("JOIN"));
        let word = code.word(at);
        let is = |words: &[&str]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
        let within_group = at > start && code.word(at - 1).eq_ignore_ascii_case("WITHIN");
        let side = in_join && is(&JOIN) && !code.is(at + 1, "(");
        let starts = (is(&LATER) && !within_group) || side || (in_join && (is(&["JOIN"]) || code.is(at, ",")));
        if at > start && (starts || starts_macro) || code.is(at, ")") || code.is(at, ";") {
            return at;
        }
        at += 1;
    }
    end.min(at)
}

/// The query that the common table expressions were for.
fn with_end(code: &Code, start: usize, end: usize) -> usize {
    let mut at = start;
    while at < end {
        if code.is(at, "(") {
            at = code.closing(at).unwrap_or(end) + 1;
            continue;
        }
        if ["SELECT", "FROM", "INSERT", "VALUES"].iter().any(|word| code.word(at).eq_ignore_ascii_case(word)) {
            return at;
        }
        at += 1;
    }
    end
}
