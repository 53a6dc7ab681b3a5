//! One way of casting in a file: `cast(a as b)`, `a::b` or `convert(b, a)`.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Cast,
    Convert,
    Shorthand,
}

/// One cast: its whole, what is cast, and the types it is cast to one after the other.
struct Cast {
    style: Style,
    span: Span,
    value: Span,
    types: Vec<Span>,
    /// Comments, or further arguments, that a rewrite would lose.
    is_rich: bool,
    is_simple: bool,
}

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    if sheet.dialect().flag("one_cast") {
        return;
    }
    let said = match sheet.options().word("preferred_type_casting_style") {
        "cast" => Some(Style::Cast),
        "convert" => Some(Style::Convert),
        "shorthand" => Some(Style::Shorthand),
        _ => None,
    };
    let mut wanted = said;
    for cast in casts(sheet) {
        let style = *wanted.get_or_insert(cast.style);
        if style == cast.style || said.is_none() && cast.style == Style::Convert && cast.types.is_empty() {
            continue;
        }
        let (word, others) = (name(style), if said.is_some() { "" } else { ", as others of this file are" });
        let found = sheet.raise(cast.span, format!("This cast is to be written {word}{others}."));
        let stays = cast.is_rich || style == Style::Convert && sheet.dialect().flag("convert_type_last");
        raised.push(if stays {
            found
        } else {
            found.safe_fix(vec![sheet.edit(cast.span, spell(script, &cast, style))])
        });
    }
}

fn name(style: Style) -> &'static str {
    match style {
        Style::Cast => "`cast(.. as ..)`",
        Style::Convert => "`convert(..)`",
        Style::Shorthand => "`..::..`",
    }
}

fn spell(script: &Script<'_>, cast: &Cast, style: Style) -> String {
    let mut value = script.text[cast.value.range()].trim().to_owned();
    if style == Style::Shorthand && !cast.is_simple {
        value = format!("({value})");
    }
    for ty in &cast.types {
        let ty = script.text[ty.range()].trim();
        value = match style {
            Style::Cast => format!("cast({value} as {ty})"),
            Style::Convert => format!("convert({ty}, {value})"),
            Style::Shorthand => format!("{value}::{ty}"),
        };
    }
    value
}

fn casts(sheet: &Sheet<'_>) -> Vec<Cast> {
    let script = sheet.script();
    let mut casts = Vec::new();
    for node in 0..script.nodes.len() {
        match script.nodes[node].kind {
            "cast" if script.is(script.nodes[node].first, "cast") => casts.extend(call(script, node)),
            "cast" if script.kind(script.nodes[node].first) == Some(Kind::Cast) => {
                casts.extend(shorthand(script, node));
            }
            "call" | "cast"
                if script.is(script.nodes[node].first, "convert") && !sheet.dialect().flag("convert_type_last") =>
            {
                casts.extend(convert(script, node));
            }
            _ => {}
        }
    }
    casts.sort_by_key(|cast| (cast.span.start, std::cmp::Reverse(cast.span.end)));
    casts
}

fn has_comment(script: &Script<'_>, tokens: std::ops::Range<usize>) -> bool {
    tokens.into_iter().any(|at| script.tokens[at].kind.is_comment() || script.tokens[at].kind == Kind::Statement)
}

fn call(script: &Script<'_>, node: usize) -> Option<Cast> {
    let ty = script.child(node, "type")?;
    let tokens = script.tokens_of(node);
    let word = (tokens.start..script.nodes[ty].first).rev().find(|at| script.is(*at, "as"))?;
    let (first, last) = (tokens.start + 2, script.code_before(word)?);
    let value = script.span(first.min(last), last);
    Some(Cast {
        style: Style::Cast,
        span: script.nodes[node].span,
        value,
        types: vec![script.nodes[ty].span],
        is_rich: has_comment(script, tokens),
        is_simple: is_simple(script, first, last),
    })
}

fn convert(script: &Script<'_>, node: usize) -> Option<Cast> {
    let tokens = script.tokens_of(node);
    if script.kind(tokens.start + 1) != Some(Kind::Open) {
        return None;
    }
    let items = script.items(tokens.start + 2..tokens.end.saturating_sub(1));
    let [ty, value, ..] = items.as_slice() else { return None };
    if ty.is_empty() || value.is_empty() {
        return None;
    }
    Some(Cast {
        style: Style::Convert,
        span: script.nodes[node].span,
        value: script.span(value.start, value.end - 1),
        types: vec![script.span(ty.start, ty.end - 1)],
        is_rich: items.len() > 2 || has_comment(script, tokens),
        is_simple: is_simple(script, value.start, value.end - 1),
    })
}

/// `a::b::c`, told at the first of its signs.
fn shorthand(script: &Script<'_>, node: usize) -> Option<Cast> {
    let parent = script.nodes[node].parent;
    let siblings: Vec<usize> = script.children(parent).collect();
    let at = siblings.iter().position(|child| *child == node)?;
    let is_cast =
        |node: usize| script.node_kind(node) == "cast" && script.kind(script.nodes[node].first) == Some(Kind::Cast);
    if at == 0 || is_cast(siblings[at - 1]) || script.text[..script.nodes[node].span.start as usize].ends_with('?') {
        return None;
    }
    let mut start = at - 1;
    while start > 0
        && matches!(
            script.node_kind(siblings[start]),
            "path" | "field_access" | "subscript" | "over_clause" | "filter_clause"
        )
    {
        start -= 1;
    }
    let run = siblings[at..].iter().take_while(|node| is_cast(**node));
    let types: Vec<usize> = run.filter_map(|node| script.child(*node, "type")).collect();
    let last = *types.last()?;
    let (first, end) = (script.nodes[siblings[start]].first, script.nodes[last].end);
    Some(Cast {
        style: Style::Shorthand,
        span: script.nodes[siblings[start]].span.cover(script.nodes[last].span),
        value: script.nodes[siblings[start]].span.cover(script.nodes[siblings[at - 1]].span),
        types: types.iter().map(|ty| script.nodes[*ty].span).collect(),
        is_rich: has_comment(script, first..end),
        is_simple: true,
    })
}

/// One operand needs no brackets.
fn is_simple(script: &Script<'_>, first: usize, last: usize) -> bool {
    let mut at = first;
    while at <= last {
        match script.tokens[at].kind {
            Kind::Open => at = script.tokens[at].pair.unwrap_or(at),
            Kind::Operator | Kind::Keyword | Kind::Star => return false,
            _ => {}
        }
        at += 1;
    }
    true
}
