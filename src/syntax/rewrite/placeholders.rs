//! Names and values that are keywords, or that a client puts in, in; names and placeholders that the parser reads out.

use sqlparser::tokenizer::Token;

use super::spell::{plain, quoted, stands, text, unkeyword};
use super::tree::{Node, made, round, string, word};
use crate::syntax::lex::{Gap, Piece};
use crate::text::Span;

/// `FROM table AS t`, `ORDER BY interval ROWS ..`: a keyword where only a name can stand.
pub(super) fn keyword_names(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let call = level.get(at + 1).is_some_and(|next| next.round().is_some());
        let relation = level[at - 1].is_any(&["from", "join"]) || level[at - 1].is(&Token::Comma);
        if level[at].is_word("table") && relation && !call {
            unkeyword(&mut level[at]);
        }
        let ends = level.get(at + 1).is_none_or(|next| {
            next.is(&Token::Comma) || next.is_any(&["rows", "range", "groups", "asc", "desc", "from", "nulls"])
        });
        let call =
            level.get(at + 1).and_then(Node::round).is_some_and(|group| super::tree::by_commas(&group.inner).len() > 1);
        if level[at].is_word("interval") && (ends || call) {
            unkeyword(&mut level[at]);
        }
    }
}

/// SQL*Plus' `&name` and `&&name`: a relation's name in FROM, else a value that may be anything.
pub(super) fn substitutions(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let mark = matches!(level[at].piece().token, Token::Ampersand | Token::Overlap)
            || level[at].piece().token.to_string() == "&&";
        let next = &level[at + 1];
        let name = next.piece().gap == Gap::None && (next.is_name() || matches!(next.piece().token, Token::Number(..)));
        if mark && name {
            let here = level[at].piece().span;
            let spelled = format!("&{}", text(&level[at + 1..at + 2]));
            let relation = at > 0 && level[at - 1].is_any(&["from", "join", "into", "update"]);
            let nodes = if relation {
                vec![quoted(&spelled, here)]
            } else {
                vec![plain("substituted", here), round(vec![string(&spelled, here)], here)]
            };
            level.splice(at..at + 2, nodes);
        }
        at += 1;
    }
}

/// psql's `:'name'`, drivers' `%s`, `%(name)s` and `?`: a value that is not known yet.
pub(super) fn driver_values(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        let here = level[at].piece().span;
        let tight = |node: &Node| node.piece().gap == Gap::None;
        let next = level.get(at + 1).filter(|next| tight(next));
        let length = match &level[at].piece().token {
            Token::Colon if next.is_some_and(Node::is_string) => 2,
            Token::Mod if next.is_some_and(|next| next.is_word("s")) => 2,
            Token::Mod
                if next.is_some_and(|next| next.round().is_some())
                    && level.get(at + 2).is_some_and(|end| end.is_word("s") && tight(end)) =>
            {
                3
            }
            Token::Question => 1,
            _ => 0,
        };
        if length > 0 && !ends_value(level, at) {
            let name = text(&level[at..at + length]);
            level.splice(at..at + length, [made(Token::Placeholder(name.replace(' ', "")), here)]);
        }
        at += 1;
    }
}

/// Does a value end before `at`, so that an operator may stand there?
fn ends_value(level: &[Node], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &level[before]) else { return false };
    let words = [
        "and", "or", "not", "when", "then", "else", "by", "in", "select", "where", "limit", "offset", "between", "like",
    ];
    before.group().is_some()
        || before.is_string()
        || matches!(before.piece().token, Token::Number(..))
        || before.is_name() && !before.is_any(&words)
}

/// ClickHouse's `FROM {name:Identifier}`: a relation whose name is not known yet.
pub(super) fn identifier_parameters(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let relation = level[at - 1].is_any(&["from", "join", "into", "table"]) || level[at - 1].is(&Token::Period);
        let spelled = match &level[at] {
            Node::Group(group) if group.open.token == Token::LBrace && relation => {
                format!("{{{}}}", text(&group.inner).replace(' ', ""))
            }
            _ => continue,
        };
        let here = level[at].piece().span;
        level[at] = quoted(&spelled, here);
    }
}

/// MariaDB's `PREVIOUS VALUE FOR s` as `lastval('s')`.
pub(super) fn previous_value(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 3 < level.len() {
        if stands(level, at, &["previous", "value", "for"]) {
            let here = level[at].piece().span;
            let end = super::spell::name_end(level, at + 3);
            let name = text(&level[at + 3..end]).replace(' ', "");
            level.splice(at..end, [word("lastval", here), round(vec![string(&name, here)], here)]);
        }
        at += 1;
    }
}

/// `INTERVAL a + b DAY` as `INTERVAL (a + b) DAY`, and ClickHouse's `YYYY` as `YEAR`.
pub(super) fn interval_values(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 2 < level.len() {
        let ends = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "as", "where", "and", "or"]);
        if level[at].is_word("interval") {
            let end = (at + 1..level.len()).find(|end| ends(&level[*end]) || unit(&level[*end]).is_some());
            if let Some(end) = end
                && let Some(unit) = unit(&level[end])
            {
                let here = level[at + 1].piece().span;
                level[end] = word(unit, level[end].piece().span);
                let mut end = end;
                if end > at + 2 {
                    let value = level[at + 1..end].to_vec();
                    level.splice(at + 1..end, [round(value, here)]);
                    end = at + 2;
                }
                // `INTERVAL 7 HOUR TO b` is where a range ends, not `HOUR TO MINUTE`.
                if level.get(end + 1).is_some_and(|next| next.is_word("to")) {
                    let whole = level[at..=end].to_vec();
                    level.splice(at..=end, [round(whole, here)]);
                }
            }
        }
        at += 1;
    }
}

fn unit(node: &Node) -> Option<&'static str> {
    const UNITS: &[(&str, &[&str])] = &[
        ("YEAR", &["year", "years", "yyyy", "yy"]),
        ("QUARTER", &["quarter", "quarters", "qq", "q"]),
        ("MONTH", &["month", "months", "mm"]),
        ("WEEK", &["week", "weeks", "ww", "wk"]),
        ("DAY", &["day", "days", "dd"]),
        ("HOUR", &["hour", "hours", "hh"]),
        ("MINUTE", &["minute", "minutes", "mi"]),
        ("SECOND", &["second", "seconds", "ss"]),
    ];
    UNITS.iter().find(|(_, spellings)| node.is_any(spellings)).map(|(unit, _)| *unit)
}

/// `LIMIT 3 OFFSET NVL(a, 1) ROWS FETCH NEXT NVL(b, 1) ROWS ONLY`: a count that is no literal, in LIMIT, which takes any.
pub(super) fn fetch_values(level: &mut Vec<Node>) {
    let Some(at) = super::tree::find(level, 1, &["fetch"]) else { return };
    let Some(rows) = super::tree::find(level, at, &["row", "rows"]) else { return };
    if !stands(level, rows + 1, &["only"]) || rows < at + 4 {
        return;
    }
    let here: Span = level[at].piece().span;
    let value = level[at + 2..rows].to_vec();
    level.splice(at..rows + 2, [word("LIMIT", here)].into_iter().chain(value));
}

/// `0_a` and `t.45_b`: names that start with a digit; SQL Server's `0X1F` as `0x1F`.
pub(super) fn digit_names(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let here = level[at].piece().span;
        let digits = match &level[at].piece().token {
            Token::Number(digits, _) if level[at + 1].piece().gap == Gap::None && level[at + 1].is_name() => {
                digits.clone()
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let rest = text(&level[at + 1..at + 2]);
        let name = plain(&format!("{}{rest}", digits.trim_start_matches('.')), here);
        let dot = digits.starts_with('.').then(|| made(Token::Period, here));
        level.splice(at..at + 2, dot.into_iter().chain([name]));
        at += 1;
    }
}

/// SQL Server's `0X1F` as `0x1F`.
pub(super) fn hex_numbers(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 1 < level.len() {
        let zero = matches!(&level[at].piece().token, Token::Number(digits, _) if digits == "0");
        let rest = match &level[at + 1].piece().token {
            Token::Word(word) if zero && level[at + 1].piece().gap == Gap::None => {
                word.value.strip_prefix('X').map(str::to_owned)
            }
            _ => None,
        };
        if let Some(rest) = rest.filter(|rest| rest.chars().all(|digit| digit.is_ascii_hexdigit())) {
            let here = level[at].piece().span;
            level.splice(at..at + 2, [made(Token::HexStringLiteral(rest), here)]);
        }
        at += 1;
    }
}

/// `WITH a (SELECT 1)` as `WITH a AS (SELECT 1)`.
pub(super) fn cte_without_as(level: &mut Vec<Node>) {
    if !level.first().is_some_and(|first| first.is_word("with")) {
        return;
    }
    let mut at = 1;
    while at + 1 < level.len() {
        let query = level[at + 1]
            .round()
            .is_some_and(|group| group.inner.first().is_some_and(|first| first.is_any(&["select", "with", "values"])));
        let starts = level[at - 1].is_any(&["with", "recursive"]) || level[at - 1].is(&Token::Comma);
        if query && starts && level[at].is_name() {
            let here = level[at + 1].piece().span;
            level.insert(at + 1, word("AS", here));
        }
        at += 1;
    }
}

/// ClickHouse's views: `COMMENT 'x'` behind the query, columns without types, and the partitions of a file that is
/// written to.
pub(super) fn view_clauses(level: &mut Vec<Node>) {
    let Some(first) = level.first() else { return };
    let creates = first.is_word("create");
    if creates && level.len() > 2 && level[level.len() - 2].is_word("comment") && level[level.len() - 1].is_string() {
        level.truncate(level.len() - 2);
    }
    if creates && let Some(view) = super::tree::find(level, 1, &["view"]) {
        let start = if stands(level, view + 1, &["if", "not", "exists"]) { view + 4 } else { view + 1 };
        let end = super::spell::name_end(level, start);
        if let Some(group) = super::spell::round_at(level, end) {
            let here = group.open.span;
            let columns = super::spell::arguments(&group.inner).into_iter().filter_map(|item| {
                let name = item.into_iter().next().filter(Node::is_name)?;
                Some(vec![name, word("untyped", here)])
            });
            group.inner = super::spell::listed(columns.collect(), here);
        }
    }
    if level[0].is_word("insert")
        && let Some(at) = (1..level.len()).find(|at| stands(level, *at, &["partition", "by"]))
        && let Some(end) = super::tree::find(level, at, &["settings", "select", "values", "with"])
    {
        level.drain(at..end);
    }
}

/// `INTERVAL` and a dotted name.
pub(super) fn is_interval_of(first: &Piece, next: &Piece) -> bool {
    first.is_word("interval") && matches!(next.token, Token::Word(_))
}

/// `INTERVAL t.days DAY` as `INTERVAL (t.days) DAY`, where it would be `(INTERVAL t).days AS day`.
pub(super) fn interval_columns(level: &mut Vec<Node>) {
    let mut at = 0;
    while at + 3 < level.len() {
        let end = super::spell::name_end(level, at + 1);
        let dotted = level[at + 1].is_name() && end > at + 2;
        if level[at].is_word("interval") && dotted && level.get(end).and_then(unit).is_some() {
            let here = level[at + 1].piece().span;
            let value = level[at + 1..end].to_vec();
            level.splice(at + 1..end, [round(value, here)]);
        }
        at += 1;
    }
}

/// `a BETWEEN SYMMETRIC b AND c` as `a BETWEEN least(b, c) AND greatest(b, c)`.
pub(super) fn symmetric(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 3 < level.len() {
        if level[at].is_any(&["symmetric", "asymmetric"])
            && level[at - 1].is_word("between")
            && let Some(and) = super::tree::find(level, at, &["and"])
        {
            let here = level[at].piece().span;
            let end = super::moments::value_end(level, and + 1);
            let both = super::spell::listed(vec![level[at + 1..and].to_vec(), level[and + 1..end].to_vec()], here);
            if level[at].is_word("symmetric") {
                let nodes = [
                    plain("least", here),
                    round(both.clone(), here),
                    word("AND", here),
                    plain("greatest", here),
                    round(both, here),
                ];
                level.splice(at..end, nodes);
            } else {
                level.remove(at);
            }
        }
        at += 1;
    }
}
