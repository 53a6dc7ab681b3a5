//! Set operations that match columns by name in, `UNION ALL BY NAME` out, with a note where only some of them come out.
//!
//! | SQL | read as |
//! |---|---|
//! | `a FULL OUTER UNION ALL BY NAME b`, `a UNION ALL STRICT CORRESPONDING b` | `a UNION ALL BY NAME b` |
//! | `a LEFT UNION ALL BY NAME b` | `a UNION ALL BY NAME SELECT * FROM (b) AS "by name left"` |
//! | `a INNER UNION ALL BY NAME b`, `a UNION ALL CORRESPONDING b` | the same with `"by name inner"` |
//! | `a UNION ALL BY NAME ON (c, d) b`, `.. CORRESPONDING BY (c, d) b` | the same with `"by name" (c, d)` |

use sqlparser::tokenizer::Token;

use super::tree::{Node, made, round, word};
use crate::text::Span;

const OPERATORS: &[&str] = &["union", "intersect", "except", "minus"];
const SIDES: &[&str] = &["left", "full", "inner", "outer"];

/// The relation that says which columns come out is put around the right side.
pub(super) fn by_name(level: &mut Vec<Node>) {
    let mut at = 0;
    while at < level.len() {
        if level[at].is_any(OPERATORS)
            && let Some(clause) = clause(level, at)
        {
            at = carry(level, at, clause);
        }
        at += 1;
    }
}

/// What follows the operator: where the words end, whether they say CORRESPONDING, and whether STRICT.
#[derive(Clone, Copy)]
struct Clause {
    /// The first of the words BY NAME or CORRESPONDING.
    start: usize,
    end: usize,
    corresponding: bool,
    strict: bool,
}

fn clause(level: &[Node], at: usize) -> Option<Clause> {
    let mut next = at + 1;
    while level.get(next)?.is_any(&["all", "distinct"]) {
        next += 1;
    }
    let start = next;
    let strict = level.get(next)?.is_word("strict");
    next += usize::from(strict);
    if level.get(next)?.is_word("corresponding") {
        return Some(Clause { start, end: next + 1, corresponding: true, strict });
    }
    let named = level.get(next)?.is_word("by") && level.get(next + 1)?.is_word("name");
    named.then_some(Clause { start, end: next + 2, corresponding: false, strict })
}

/// Gives where to go on.
fn carry(level: &mut Vec<Node>, at: usize, clause: Clause) -> usize {
    let here = level[at].piece().span;
    let listed = level.get(clause.end).is_some_and(|next| next.is_any(&["on", "by"]))
        && level.get(clause.end + 1).is_some_and(|next| next.round().is_some());
    let columns = level.get(clause.end + 1).filter(|_| listed).cloned();
    let right = clause.end + if listed { 2 } else { 0 };
    let end = operand_end(level, right);
    let side = (at.saturating_sub(2)..at).filter(|side| level[*side].is_any(SIDES)).collect::<Vec<usize>>();
    let is = |word: &str| side.iter().any(|side| level[*side].is_word(word));
    let note = match columns {
        Some(_) => Some("by name"),
        None if is("left") => Some("by name left"),
        None if is("inner") => Some("by name inner"),
        None if clause.corresponding && !clause.strict && !is("full") => Some("by name inner"),
        None => None,
    };
    let mut operand = level[right..end].to_vec();
    let first = side.first().copied().unwrap_or(at);
    let piped = first > 0 && level[first - 1].is(&Token::VerticalBarRightAngleBracket);
    if let Some(note) = note {
        let noted = |query: &[Node]| noted(query.to_vec(), note, columns.as_ref(), here);
        operand = if piped {
            let queries = super::tree::by_commas(&operand).into_iter().map(|query| round(noted(query), here));
            queries.flat_map(|query| [made(Token::Comma, here), query]).skip(1).collect()
        } else {
            noted(&operand)
        };
    }
    let mut nodes = vec![word("BY", here), word("NAME", here)];
    nodes.extend(operand);
    let length = nodes.len();
    level.splice(clause.start..end, nodes);
    for gone in side.iter().rev() {
        level.remove(*gone);
    }
    clause.start + length - 1 - side.len()
}

/// The relation around a query that says which columns come out.
fn noted(query: Vec<Node>, note: &str, columns: Option<&Node>, here: Span) -> Vec<Node> {
    let alone = query.len() == 1 && query[0].round().is_some();
    let inner = if alone { query } else { vec![round(query, here)] };
    let mut nodes = vec![word("SELECT", here), made(Token::Mul, here), word("FROM", here)];
    nodes.extend(inner);
    nodes.extend([word("AS", here), made(Token::make_word(note, Some('"')), here)]);
    nodes.extend(columns.cloned());
    nodes
}

/// The end of the query on the right: the next set operation with its words, ORDER BY, LIMIT or a pipe.
fn operand_end(level: &[Node], from: usize) -> usize {
    let ends = |node: &Node| {
        node.is_any(&["order", "limit", "offset", "fetch"])
            || node.is(&Token::SemiColon)
            || node.is(&Token::VerticalBarRightAngleBracket)
    };
    let end = (from + 1..level.len())
        .find(|at| ends(&level[*at]) || level[*at].is_any(OPERATORS) && clause_or_quantifier(level, *at))
        .unwrap_or(level.len());
    let mut before = end;
    while before > from + 1 && level[end.min(level.len() - 1)].is_any(OPERATORS) && level[before - 1].is_any(SIDES) {
        before -= 1;
    }
    before
}

/// EXCEPT behind a star is none: `SELECT * EXCEPT (a)`.
fn clause_or_quantifier(level: &[Node], at: usize) -> bool {
    let star = level[at].is_word("except") && level[at - 1].is(&Token::Mul);
    !star || level.get(at + 1).is_some_and(|next| next.is_any(&["all", "distinct"]))
}
