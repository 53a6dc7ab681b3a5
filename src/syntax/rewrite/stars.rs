//! Stars with what is done to each of their columns in, calls on `COLUMNS(..)` out.

use sqlparser::tokenizer::Token;

use super::spell::{round_at, stands};
use super::tree::{Group, Node, find, made, round, string, word};
use crate::text::Span;

/// ClickHouse's `* EXCEPT (a) APPLY(f) APPLY(x -> g(x))` as `g(f(COLUMNS(* EXCEPT (a))))`.
pub(super) fn apply(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let here = level[at].piece().span;
        let Some(start) = star_before(level, at).filter(|_| level[at].is_word("apply")) else {
            at += 1;
            continue;
        };
        let columns = level[start..at].to_vec();
        let is_star = columns.iter().any(|node| node.is(&Token::Mul));
        let columns: Vec<Node> =
            columns.into_iter().map(|node| if node.is_word("except") { word("EXCLUDE", here) } else { node }).collect();
        let mut value = if is_star { vec![word("COLUMNS", here), round(columns, here)] } else { columns };
        let mut end = at;
        while level.get(end).is_some_and(|node| node.is_word("apply")) && level.len() > end + 1 {
            let function = match &level[end + 1] {
                Node::Group(group) => group.inner.clone(),
                leaf @ Node::Leaf(_) => vec![leaf.clone()],
            };
            value = applied(&function, value, here);
            end += 2;
        }
        level.splice(start..end, value);
        at = start + 1;
    }
}

/// Where the star, `t.*` or `COLUMNS(..)` starts behind which `at` stands.
fn star_before(level: &[Node], at: usize) -> Option<usize> {
    let mut end = at;
    while end >= 2 && level[end - 1].round().is_some() && level[end - 2].is_any(&["except", "replace", "exclude"]) {
        end -= 2;
    }
    if end >= 2 && level[end - 1].round().is_some() && level[end - 2].is_word("columns") {
        return Some(end - 2);
    }
    let star = end.checked_sub(1).filter(|star| level[*star].is(&Token::Mul))?;
    let mut start = star;
    while start >= 2 && level[start - 1].is(&Token::Period) && level[start - 2].is_name() {
        start -= 2;
    }
    Some(start)
}

/// `f` as `f(value)`, `f(0.5)` as `f(0.5)(value)`, `x -> e` as `e` with the value in place of `x`.
fn applied(function: &[Node], value: Vec<Node>, here: Span) -> Vec<Node> {
    if let [parameter, arrow, body @ ..] = function
        && arrow.is(&Token::Arrow)
    {
        let mut body = body.to_vec();
        let name = parameter.piece().token.clone();
        substitute(&mut body, &name, &value);
        return body;
    }
    function.iter().cloned().chain([round(value, here)]).collect()
}

fn substitute(level: &mut Vec<Node>, name: &Token, value: &[Node]) {
    let mut at = 0;
    while at < level.len() {
        if let Node::Group(group) = &mut level[at] {
            substitute(&mut group.inner, name, value);
        } else if level[at].piece().token == *name {
            level.splice(at..=at, value.iter().cloned());
            at += value.len() - 1;
        }
        at += 1;
    }
}

/// DuckDB's `* ~~ 'a%'`, `* !~~ 'a%'`, `* GLOB 'a*'` as `COLUMNS(c -> c LIKE 'a%')`.
pub(super) fn like_signs(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 2 < level.len() {
        let starts = level[at - 1].is(&Token::Comma) || level[at - 1].is_any(&["select", "distinct"]);
        if level[at].is(&Token::Mul)
            && starts
            && let Some((length, words, glob)) = like_sign(level, at + 1)
            && let Some(pattern) = level.get(at + 1 + length).and_then(pattern)
        {
            let here = level[at].piece().span;
            let pattern = if glob { like_of_glob(&pattern) } else { Some(pattern) };
            let Some(pattern) = pattern else {
                at += 1;
                continue;
            };
            let mut body = vec![word("c", here), made(Token::Arrow, here), word("c", here)];
            body.extend(words.iter().map(|text| word(text, here)));
            body.push(string(&pattern, here));
            level.splice(at..at + 2 + length, [word("COLUMNS", here), round(body, here)]);
        }
        at += 1;
    }
}

fn pattern(node: &Node) -> Option<String> {
    match &node.piece().token {
        Token::SingleQuotedString(text) => Some(text.clone()),
        _ => None,
    }
}

/// The sign at `at`: its tokens, the words it stands for, and is its pattern one of GLOB?
fn like_sign(level: &[Node], at: usize) -> Option<(usize, &'static [&'static str], bool)> {
    match &level.get(at)?.piece().token {
        Token::DoubleTilde if level.get(at + 1)?.is(&Token::Tilde) => Some((2, &["LIKE"], true)),
        Token::DoubleTilde => Some((1, &["LIKE"], false)),
        Token::DoubleTildeAsterisk => Some((1, &["ILIKE"], false)),
        Token::ExclamationMarkDoubleTilde => Some((1, &["NOT", "LIKE"], false)),
        Token::ExclamationMarkDoubleTildeAsterisk => Some((1, &["NOT", "ILIKE"], false)),
        _ if stands(level, at, &["glob"]) => Some((1, &["LIKE"], true)),
        _ if stands(level, at, &["not", "glob"]) => Some((2, &["NOT", "LIKE"], true)),
        _ => None,
    }
}

/// `a*?` as `a%_`, where the two say the same.
fn like_of_glob(pattern: &str) -> Option<String> {
    let same = !pattern.contains(['[', '%', '_', '\\']);
    same.then(|| pattern.replace('*', "%").replace('?', "_"))
}

/// `* EXCLUDE a REPLACE b AS c` with the brackets that the parser wants around each.
pub(super) fn replace_after_exclude(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 2 < level.len() {
        let after = level[at - 1].is_any(&["exclude", "except"]) && at > 1 && level[at - 2].is(&Token::Mul);
        if after && level[at + 1].is_word("replace") && level[at + 2].round().is_none() {
            let end = (at + 2..level.len())
                .find(|end| level[*end].is(&Token::Comma) || level[*end].is_word("from"))
                .unwrap_or(level.len());
            let here = level[at].piece().span;
            let inner = level[at + 2..end].to_vec();
            level.splice(at + 2..end, [round(inner, here)]);
        }
        if after && level[at].is_name() && level[at + 1].is_word("replace") {
            let here = level[at].piece().span;
            level[at] = round(vec![level[at].clone()], here);
        }
        at += 1;
    }
}

/// `EXISTS (FROM t WHERE c)` and `FROM (FROM t)` as `(SELECT * FROM t ..)`.
pub(super) fn from_first(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let query = level[at - 1].is_any(&["exists", "from", "join"]) || level[at - 1].is(&Token::Comma);
        let Some(group) = round_at(level, at).filter(|_| query) else { continue };
        if selects_nothing(group) {
            let here = group.open.span;
            group.inner.splice(..0, [word("SELECT", here), made(Token::Mul, here)]);
        }
    }
}

fn selects_nothing(group: &Group) -> bool {
    group.inner.first().is_some_and(|first| first.is_word("from")) && find(&group.inner, 0, &["select"]).is_none()
}

/// DuckDB's `LIMIT 10 PERCENT OFFSET 1` as `OFFSET 1 ROWS FETCH FIRST 10 PERCENT ROWS ONLY`.
pub(super) fn limit_percent(level: &mut Vec<Node>) {
    let Some(at) = find(level, 1, &["limit"]) else { return };
    if !level.get(at + 2).is_some_and(|unit| unit.is(&Token::Mod) || unit.is_word("percent")) {
        return;
    }
    let here = level[at].piece().span;
    let count = level[at + 1].clone();
    let words = |words: &[&str]| words.iter().map(|text| word(text, here)).collect::<Vec<_>>();
    let mut fetch = words(&["FETCH", "FIRST"]);
    fetch.push(count);
    fetch.extend(words(&["PERCENT", "ROWS", "ONLY"]));
    let offset = level.get(at + 3).is_some_and(|next| next.is_word("offset"));
    let end = if offset { (at + 5).min(level.len()) } else { at + 3 };
    let kept = level[at + 3..end].to_vec();
    level.splice(at..end, kept.into_iter().chain(fetch));
}

/// `PIVOT(sum(a) FOR b IN some_enum)` as `.. IN (ANY)`; `[:-:-1]` as `[:NULL:-1]`.
pub(super) fn open_lists(level: &mut Vec<Node>) {
    for at in 1..level.len() {
        let pivot = level[at - 1].is_word("pivot");
        let Node::Group(group) = &mut level[at] else { continue };
        if pivot
            && let Some(list) = find(&group.inner, 1, &["in"])
            && list + 2 == group.inner.len()
            && group.inner[list + 1].is_name()
        {
            let here = group.inner[list].piece().span;
            group.inner[list + 1] = round(vec![word("ANY", here)], here);
        }
        if group.open.token == Token::LBracket
            && let Some(minus) = (1..group.inner.len()).find(|minus| {
                group.inner[*minus].is(&Token::Minus)
                    && group.inner.get(minus + 1).is_some_and(|next| next.is(&Token::Colon))
            })
        {
            let here = group.inner[minus].piece().span;
            group.inner[minus] = word("NULL", here);
        }
    }
}
