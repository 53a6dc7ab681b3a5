//! A Query in, the clauses of its text that decide about rows out: what a reader would point at.

use super::query::{JoinKind, Op, Query, SetKind};
use crate::text::Span;

/// One clause: what it is, in SQL's own words, and where it stands in the rendered text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clause {
    /// `filter`, `join condition`, `left join`, `group key`, `distinct`, `limit`, `union all`, ..
    pub word: &'static str,
    pub span: Span,
}

/// In the order of the operators, inputs first.
pub fn clauses(query: &Query) -> Vec<Clause> {
    let mut found = Vec::new();
    for node in &query.nodes {
        let mut add = |word: &'static str, span: Span| {
            if !span.is_empty() {
                found.push(Clause { word, span });
            }
        };
        match &node.op {
            Op::Filter { conjuncts, .. } => conjuncts.iter().for_each(|conjunct| add("filter", conjunct.span)),
            Op::Join { kind, on, span, .. } => {
                // The condition is told apart from the join.
                let end = on.iter().map(|on| on.span.start).filter(|start| span.contains(Span::at(*start as usize)));
                let end = end.min().unwrap_or(span.end);
                add(join_word(*kind), Span { end, ..*span });
                on.iter().for_each(|on| add("join condition", on.span));
            }
            Op::Aggregate { keys, .. } => keys.iter().for_each(|key| add("group key", key.span)),
            Op::Distinct { on: None, .. } => add("distinct", node.span),
            Op::Distinct { on: Some(keys), .. } => keys.iter().for_each(|key| add("distinct on", key.span)),
            Op::Limit { count, offset, .. } => {
                count.iter().for_each(|count| add("limit", count.span));
                offset.iter().for_each(|offset| add("offset", offset.span));
            }
            Op::Set { kind, all, .. } => add(set_word(*kind, *all), node.span),
            Op::Unnest { exprs, .. } => exprs.iter().for_each(|expr| add("unnest", expr.span)),
            Op::Sample { .. } => add("sample", node.span),
            _ => {}
        }
    }
    found
}

fn join_word(kind: JoinKind) -> &'static str {
    match kind {
        JoinKind::Inner => "inner join",
        JoinKind::Left => "left join",
        JoinKind::Right => "right join",
        JoinKind::Full => "full join",
        JoinKind::Cross => "cross join",
        JoinKind::Semi => "semi join",
        JoinKind::Anti => "anti join",
        JoinKind::AsOf { .. } => "asof join",
        JoinKind::Positional => "positional join",
    }
}

fn set_word(kind: SetKind, all: bool) -> &'static str {
    match (kind, all) {
        (SetKind::Union, true) => "union all",
        (SetKind::Union, false) => "union",
        (SetKind::Intersect, _) => "intersect",
        (SetKind::Except, _) => "except",
    }
}
