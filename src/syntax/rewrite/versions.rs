//! Other moments of a relation in forms of their own in, the forms that the parser has out.

use sqlparser::tokenizer::Token;

use super::arguments::text_of;
use super::tree::{Node, find, made, round, string, word};
use crate::syntax::lex::Gap;

/// Delta's `t@v12` as `t VERSION AS OF 12` and `t@20240101000000000` as `t TIMESTAMP AS OF '20240101000000000'`.
pub(super) fn at_versions(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 1 < level.len() {
        let tight = |node: &Node| node.piece().gap == Gap::None;
        let here = level[at].piece().span;
        let version = match &level[at + 1].piece().token {
            Token::Word(version) => version.value.strip_prefix(['v', 'V']).map(str::to_owned),
            _ => None,
        };
        let moment = match &level[at + 1].piece().token {
            Token::Number(digits, _) => Some(string(digits, here)),
            _ => None,
        };
        let of = |kind: &str, value: Node| [word(kind, here), word("AS", here), word("OF", here), value];
        if level[at].is(&Token::AtSign) && level[at - 1].is_name() && tight(&level[at]) && tight(&level[at + 1]) {
            if let Some(version) = version {
                level.splice(at..at + 2, of("VERSION", made(Token::Number(version, false), here)));
            } else if let Some(moment) = moment {
                level.splice(at..at + 2, of("TIMESTAMP", moment));
            }
        }
        at += 1;
    }
}

/// `t AS a FOR SYSTEM_TIME AS OF m`, in whichever order, as `(SELECT * FROM t TABLESAMPLE ('SYSTEM_TIME AS OF m')) AS a`:
/// some of the relation's rows, and a text that says which.
pub(super) fn moments_as_samples(level: &mut Vec<Node>) {
    let mut at = 1;
    while at + 3 < level.len() {
        if let Some((start, moment, end)) = moment(level, at)
            && let Some(first) = relation_before(level, at)
        {
            let here = level[at].piece().span;
            let name_end = dotted_end(level, first);
            let text: Vec<String> = level[start..end].iter().map(text_of).collect();
            let mut query = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
            query.extend_from_slice(&level[first..name_end]);
            let sample = round(vec![string(&text.join(" "), moment)], here);
            query.extend([word("TABLESAMPLE", here), sample]);
            let alias = level[name_end..at].to_vec();
            let follows = level.get(end).is_some_and(|next| next.is_word("as") || next.is_name() && !ends(next));
            let own = [word("AS", here), last_part(&level[name_end - 1])];
            let alias = if alias.is_empty() && !follows { own.to_vec() } else { alias };
            let nodes: Vec<Node> = std::iter::once(round(query, here)).chain(alias).collect();
            level.splice(first..end, nodes);
            at = first;
        }
        at += 1;
    }
}

/// Where the kind of moment starts, its place, and where its value ends.
fn moment(level: &[Node], at: usize) -> Option<(usize, crate::text::Span, usize)> {
    let start = at + usize::from(level[at].is_word("for"));
    let kind = level.get(start)?;
    let spaced = kind.is_word("system") && level.get(start + 1)?.is_word("time");
    let of = start + 1 + usize::from(spaced);
    let known = spaced || kind.is_any(&["system_time", "system_version", "version", "timestamp"]);
    if !known || !level.get(of)?.is_word("as") || !level.get(of + 1)?.is_word("of") {
        return None;
    }
    let mut end = of + 2;
    let mut wants = true;
    while let Some(node) = level.get(end) {
        let operator = matches!(node.piece().token, Token::Plus | Token::Minus | Token::Period);
        let attached =
            node.group().is_some() || node.is_string() && level[end - 1].is_any(&["timestamp", "date", "interval"]);
        let unit = level[end - 2].is_word("interval") && node.is_name();
        if !(wants || operator || attached || unit) {
            break;
        }
        wants = operator || node.is_word("interval");
        end += 1;
    }
    Some((start, kind.piece().span, end))
}

/// Where the name of the relation starts that stands, with its alias, before `at`.
fn relation_before(level: &[Node], at: usize) -> Option<usize> {
    let starts = |node: &Node| node.is(&Token::Comma) || node.is_any(&["from", "join"]);
    let first = (0..at).rev().find(|back| starts(&level[*back]))? + 1;
    let named = first < at && level[first].is_name() && dotted_end(level, first) <= at;
    named.then_some(first)
}

/// `` `p.d.t` `` goes by the name `t`.
fn last_part(name: &Node) -> Node {
    match &name.piece().token {
        Token::Word(word) if word.quote_style == Some('`') && word.value.contains('.') => {
            let last = word.value.rsplit('.').next().unwrap_or_default();
            made(Token::make_word(last, Some('`')), name.piece().span)
        }
        _ => name.clone(),
    }
}

fn dotted_end(level: &[Node], first: usize) -> usize {
    let mut end = first + 1;
    while level.get(end).is_some_and(|node| node.is(&Token::Period)) {
        end += 2;
    }
    end
}

fn ends(node: &Node) -> bool {
    find(
        std::slice::from_ref(node),
        0,
        &[
            "where",
            "join",
            "on",
            "left",
            "right",
            "inner",
            "full",
            "cross",
            "group",
            "order",
            "limit",
            "union",
            "having",
            "qualify",
            "using",
            "natural",
            "window",
            "lateral",
            "except",
            "intersect",
            "pivot",
            "unpivot",
            "asof",
            "for",
        ],
    )
    .is_some()
}
