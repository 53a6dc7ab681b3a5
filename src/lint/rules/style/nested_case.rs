//! A CASE that is all there is behind the ELSE of another: its branches can stand in the outer one.

use crate::lint::finding::Raised;
use crate::lint::script::{Kind, Script};
use crate::lint::sheet::Sheet;
use crate::text::Span;

pub(super) fn check(sheet: &Sheet<'_>, raised: &mut Vec<Raised>) {
    let script = sheet.script();
    for outer in script.all("case_expression") {
        let Some(nest) = nest(script, outer) else { continue };
        let word = script.nodes[nest.inner].first;
        let message = "This CASE is all there is in the ELSE around it: its branches can stand in the outer CASE.";
        let found = sheet.raise(script.tokens[word].span, message);
        let templated = (nest.last..=nest.end).any(|at| script.tokens[at].kind.is_jinja());
        raised.push(if templated { found } else { found.safe_fix(vec![flattened(sheet, outer, &nest)]) });
    }
}

struct Nest {
    inner: usize,
    /// The last token of the outer's last WHEN, ELSE, and the inner's END.
    last: usize,
    word: usize,
    end: usize,
}

fn nest(script: &Script<'_>, outer: usize) -> Option<Nest> {
    let when = script.children(outer).filter(|node| script.node_kind(*node) == "when_clause").last()?;
    let other = script.child(outer, "else_clause")?;
    let inner = script.child(other, "case_expression")?;
    let (whole, own) = (script.code_of(other), script.code_of(inner));
    let [word, rest @ ..] = whole.as_slice() else { return None };
    let end = *own.last()?;
    let is_all = *rest == own && script.is(end, "end") && head(script, outer) == head(script, inner);
    is_all.then_some(Nest { inner, last: *script.code_of(when).last()?, word: *word, end })
}

/// What stands between CASE and its first branch.
fn head(script: &Script<'_>, case: usize) -> Vec<String> {
    let is_branch = |node: &usize| matches!(script.node_kind(*node), "when_clause" | "else_clause" | "END");
    let until = script.children(case).find(is_branch).map_or(script.nodes[case].end, |node| script.nodes[node].first);
    let words = script.code_of(case).into_iter().filter(|at| *at < until && script.kind(*at) != Some(Kind::Expression));
    words.map(|at| script.word(at).to_ascii_uppercase()).collect()
}

/// The inner branches behind the outer ones, with all comments.
fn flattened(sheet: &Sheet<'_>, outer: usize, nest: &Nest) -> crate::diagnostic::Edit {
    let script = sheet.script();
    let layout = sheet.options_of("indentation");
    let width = layout.number("tab_space_size").clamp(0, 40) as usize;
    let unit = if layout.word("indent_unit") == "tab" { "\t".to_owned() } else { " ".repeat(width) };
    let whens = script.children(outer).filter(|node| script.node_kind(*node) == "when_clause");
    let before = whens.last().map_or("", |when| script.gap_text(script.nodes[when].first));
    let before = before.rsplit('\n').next().unwrap_or_default();
    let indent = if before.len() > 1 { before.to_owned() } else { unit.repeat(2) };

    let start = script.tokens[nest.last].span.end;
    let comment = (nest.last + 1..nest.word).rev().find(|at| script.tokens[*at].kind.is_comment());
    let kept = comment.map_or("", |at| &script.text[start as usize..script.tokens[at].span.end as usize]);
    let mut text = kept.to_owned();
    let case = script.nodes[nest.inner].first;
    respaced(script, nest.word + 1..case, &[], &indent, &mut text);
    let branches: Vec<(usize, usize)> = script
        .children(nest.inner)
        .filter(|node| matches!(script.node_kind(*node), "when_clause" | "else_clause"))
        .filter_map(|node| Some((script.nodes[node].first, *script.code_of(node).last()?)))
        .collect();
    let first = branches.first().map_or(case + 1, |branch| branch.0);
    let head = (case + 1..first).rev().find(|at| script.tokens[*at].kind.is_code()).map_or(case, |at| at);
    respaced(script, head + 1..nest.end, &branches, &indent, &mut text);
    let mut end = script.tokens[nest.end].span.end;
    let trails = script.kind(nest.end + 1).is_some_and(Kind::is_comment);
    if trails && !script.starts_line(nest.end + 1) {
        text.push('\n');
        text.push_str(&unit);
        end = script.tokens[nest.end + 1].span.start;
    }
    sheet.edit(Span { start, end }, text)
}

/// Writes comments and branches, each branch on a line of its own, and each comment that had one.
fn respaced(
    script: &Script<'_>,
    tokens: std::ops::Range<usize>,
    branches: &[(usize, usize)],
    indent: &str,
    text: &mut String,
) {
    let mut at = tokens.start;
    while at < tokens.end {
        let branch = branches.iter().find(|branch| branch.0 == at);
        let gap = script.gap_text(at);
        if branch.is_some() || at == tokens.start || gap.contains('\n') {
            text.push('\n');
            text.push_str(indent);
        } else {
            text.push_str(gap);
        }
        let last = branch.map_or(at, |branch| branch.1);
        text.push_str(&script.text[script.span(at, last).range()]);
        at = last + 1;
    }
}
