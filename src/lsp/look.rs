//! A place in a file in, what stands there out: a relation, a column, a CTE, a macro, a rule's name.

use crate::algebra::{ColumnId, Expr, exprs};
use crate::compile::CompiledModel;
use crate::project::Language;
use crate::syntax::{Tolerant, tolerant};
use crate::template::survey;
use crate::text::{FileId, Place, Span};

use super::root::Root;
use super::session::Spot;

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    /// The id of a model, source or seed.
    Relation(String),
    /// A column of a relation of the repo.
    Column(String, String),
    /// A column inside the query of a model.
    Local(String, ColumnId),
    /// A CTE of the file.
    Cte(FileId, String),
    /// A macro, as it is called.
    Macro(String),
    Rule(String),
}

/// What stands at a place, and where exactly.
pub(super) struct Seen {
    pub(super) thing: Thing,
    pub(super) span: Span,
}

/// What stands under the cursor.
pub(super) fn look(spot: &Spot<'_>) -> Option<Seen> {
    let Spot { root, file, text, offset } = spot;
    rule_at(root, text, *offset)
        .or_else(|| call_at(root, file, text, *offset))
        .or_else(|| root.models_of(file).into_iter().find_map(|compiled| in_query(compiled, *offset)))
        .or_else(|| cte_at(file, text, *offset))
        .or_else(|| declared_at(root, file, text, *offset))
}

/// The name of a rule in a comment that allows it.
fn rule_at(root: &Root, text: &str, offset: u32) -> Option<Seen> {
    let line = line_of(text, offset);
    let word = word_at(text, offset, "-")?;
    let name = text.get(word.range())?;
    let is_rule = text[line.range()].contains("sluice:") && root.standards()?.page(name).is_some();
    is_rule.then(|| Seen { thing: Thing::Rule(name.to_owned()), span: word })
}

/// The call of a template under the cursor: of a macro, or of `ref` and `source`, wherever in the call.
fn call_at(root: &Root, file: &FileId, text: &std::sync::Arc<str>, offset: u32) -> Option<Seen> {
    if !text.contains("{{") && !text.contains("{%") {
        return None;
    }
    let found = survey(text, file, Span::new(0, text.len()));
    let around = found.calls.iter().filter(|call| touches(call.span, offset));
    let call = around.min_by_key(|call| call.span.len())?;
    let name = Span::new(call.span.start as usize, call.span.start as usize + call.name.len());
    if matches!(call.name.as_str(), "ref" | "source") {
        let id = relation_of_call(root, file, &call.name, &call.positional, call.span)?;
        return Some(Seen { thing: Thing::Relation(id), span: call.span });
    }
    let is_macro = touches(name, offset) && text.get(name.range()) == Some(call.name.as_str());
    let is_known = !root.macros().named(&call.name).is_empty();
    (is_macro && is_known).then(|| Seen { thing: Thing::Macro(call.name.clone()), span: name })
}

/// What a call of `ref` or `source` means: as it was rendered, else by its literal names.
fn relation_of_call(
    root: &Root,
    file: &FileId,
    function: &str,
    literals: &[Option<String>],
    span: Span,
) -> Option<String> {
    let rendered = root.models_of(file).into_iter().flat_map(|compiled| {
        let readings = compiled.readings.iter().flat_map(|reading| &reading.rendered.refs);
        compiled.rendered.refs.iter().chain(readings)
    });
    let mut rendered = rendered.filter(|reference| reference.place.file == *file);
    let found = rendered.find(|reference| reference.place.span.contains(span) || span.contains(reference.place.span));
    if let Some(id) = found.and_then(|reference| reference.id.clone()) {
        return Some(id);
    }
    let compilation = root.compilation()?;
    let last = literals.iter().flatten().next_back()?;
    if function == "ref" {
        let models = compilation.models.values().map(|compiled| &compiled.model);
        let model = models.filter(|model| model.name == *last).min_by_key(|model| &model.id);
        let seeds = || compilation.projects.iter().flat_map(|project| &project.seeds);
        return model
            .map(|model| model.id.clone())
            .or_else(|| seeds().find(|seed| seed.name == *last).map(|seed| seed.id.clone()));
    }
    let first = literals.first()?.as_ref()?;
    let mut sources = compilation.projects.iter().flat_map(|project| &project.sources);
    sources.find(|source| source.source == *first && source.name == *last).map(|source| source.id.clone())
}

/// A column, or a relation named by plain SQL, in the query of a model.
fn in_query(compiled: &CompiledModel, offset: u32) -> Option<Seen> {
    let at = rendered_at(compiled, offset)?;
    let here = |span: Span| span.start <= at && at <= span.end && !span.is_empty();
    let named = compiled.lineage.named.iter().filter(|named| here(named.span));
    let named = named.filter_map(|named| Some((name_span(compiled, named.span, &named.column)?, named)));
    if let Some((span, named)) = named.filter(|(span, _)| touches(*span, offset)).min_by_key(|(span, _)| span.len()) {
        return Some(Seen { thing: Thing::Column(named.relation.clone(), named.column.clone()), span });
    }
    let outputs = compiled.query.outputs.iter().filter(|output| !output.from_star && here(output.span));
    for output in outputs {
        if let Some(span) = name_span(compiled, output.span, &output.name).filter(|span| touches(*span, offset)) {
            return Some(Seen { thing: Thing::Column(compiled.model.id.clone(), output.name.clone()), span });
        }
    }
    if let Some((column, span)) = local_at(compiled, at, offset) {
        return Some(Seen { thing: Thing::Local(compiled.model.id.clone(), column), span });
    }
    let plain = compiled.model.language != Language::Jinja;
    let mut reads = compiled.query.reads.iter().filter(|read| plain && here(read.span));
    let read = reads.next()?;
    let span = written(compiled, read.span).filter(|span| touches(*span, offset))?;
    Some(Seen { thing: Thing::Relation(read.id.clone()), span })
}

/// The mention of a column inside the query, or the name that an inner SELECT gives one.
fn local_at(compiled: &CompiledModel, at: u32, offset: u32) -> Option<(ColumnId, Span)> {
    let query = &compiled.query;
    let mut found: Option<(ColumnId, Span)> = None;
    let mut meet = |column: ColumnId, span: Span| {
        let name = &query.columns[column.0 as usize].name;
        let Some(span) = name_span(compiled, span, name).filter(|span| touches(*span, offset)) else { return };
        if found.is_none_or(|(_, known)| span.len() < known.len()) {
            found = Some((column, span));
        }
    };
    for node in &query.nodes {
        exprs(&node.op, &mut |expr| {
            each_column(expr, &mut |column, span| {
                if span.start <= at && at <= span.end {
                    meet(column, span);
                }
            });
        });
    }
    for (index, column) in query.columns.iter().enumerate() {
        if column.span.start <= at && at <= column.span.end && !column.span.is_empty() {
            meet(ColumnId(index as u32), column.span);
        }
    }
    found
}

/// Every mention of a column in an expression.
pub(super) fn each_column(expr: &Expr, visit: &mut dyn FnMut(ColumnId, Span)) {
    if let Some(column) = expr.as_column() {
        visit(column, expr.span);
    }
    expr.each_part(&mut |part| each_column(part, visit));
}

/// A CTE's own name, or a mention of it as a relation.
fn cte_at(file: &FileId, text: &str, offset: u32) -> Option<Seen> {
    let tree = tolerant(text);
    let span = cte_names(&tree).into_iter().find(|(_, span, _)| touches(*span, offset))?;
    Some(Seen { thing: Thing::Cte(file.clone(), span.0), span: span.1 })
}

/// The names of CTEs, in definitions (`true`) and where relations are named by them.
pub(super) fn cte_names(tree: &Tolerant<'_>) -> Vec<(String, Span, bool)> {
    let defined: Vec<(String, Span)> = (tree.root().descendants())
        .filter(|node| node.kind() == "cte")
        .filter_map(|node| node.field("name"))
        .map(|name| (plain(name.text()), name.span()))
        .collect();
    let mut found: Vec<(String, Span, bool)> = defined.iter().map(|(name, span)| (name.clone(), *span, true)).collect();
    for node in tree.root().descendants().filter(|node| matches!(node.kind(), "name" | "relation")) {
        let is_relation = node.kind() == "relation";
        let Some(name) = (if is_relation { node.field("source") } else { Some(node) }) else { continue };
        let text = name.text();
        let first = if is_relation { text } else { text.split_once('.').map_or("", |(first, _)| first) };
        let known = defined.iter().find(|(known, _)| known.eq_ignore_ascii_case(&plain(first)));
        if let Some((known, _)) = known.filter(|_| !first.is_empty()) {
            let start = name.span().start as usize;
            found.push((known.clone(), Span::new(start, start + first.len()), false));
        }
    }
    found.sort_by_key(|(_, span, _)| *span);
    found.dedup_by_key(|(_, span, _)| *span);
    found
}

/// A name without its quotes.
pub(super) fn plain(name: &str) -> String {
    name.trim_matches(['"', '`', '[', ']']).to_owned()
}

/// A model or a column that YAML describes.
fn declared_at(root: &Root, file: &FileId, text: &str, offset: u32) -> Option<Seen> {
    let compilation = root.compilation()?;
    let word = word_at(text, offset, "$")?;
    let name = text.get(word.range())?;
    let here = |place: &Place| place.file == *file && touches(line_or(text, place.span), offset);
    let seen = |thing| Some(Seen { thing, span: word });
    for project in &compilation.projects {
        let models =
            project.models.iter().map(|model| (&model.id, &model.name, &model.properties, &model.properties_place));
        for (id, own, properties, place) in models {
            if properties.columns.iter().any(|column| column.name == name && here(&column.place)) {
                return seen(Thing::Column(id.clone(), name.to_owned()));
            }
            if own == name && place.as_ref().is_some_and(here) {
                return seen(Thing::Relation(id.clone()));
            }
        }
        for source in &project.sources {
            if source.properties.columns.iter().any(|column| column.name == name && here(&column.place)) {
                return seen(Thing::Column(source.id.clone(), name.to_owned()));
            }
            if source.name == name && here(&source.place) {
                return seen(Thing::Relation(source.id.clone()));
            }
        }
    }
    None
}

/// A span, or where it is empty the line that it starts.
fn line_or(text: &str, span: Span) -> Span {
    line_of(text, span.start).cover(span)
}

fn line_of(text: &str, offset: u32) -> Span {
    let offset = super::convert::border(text, offset as usize);
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
    Span::new(start, end)
}

/// The word around an offset; `more` are signs that words may hold besides letters, digits and `_`.
pub(super) fn word_at(text: &str, offset: u32, more: &str) -> Option<Span> {
    let offset = super::convert::border(text, offset as usize);
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_' || more.contains(sign);
    let start = text[..offset].trim_end_matches(is_word).len();
    let end = text.len() - text[offset..].trim_start_matches(is_word).len();
    (start < end).then(|| Span::new(start, end))
}

/// Does a cursor at `offset` stand in or at the edge of a span?
pub(super) fn touches(span: Span, offset: u32) -> bool {
    span.start <= offset && offset <= span.end
}

/// Where a byte of the model's own file is in its rendered text.
fn rendered_at(compiled: &CompiledModel, offset: u32) -> Option<u32> {
    let rendered = &compiled.rendered;
    let own = |file: u32| rendered.files.get(file as usize) == Some(&compiled.model.file);
    let mut literal =
        rendered.segments.iter().filter(|segment| segment.literal && segment.calls == 0 && own(segment.file));
    let found = literal.find(|segment| touches(segment.origin, offset))?;
    Some(found.span.start + offset - found.origin.start)
}

/// Where a span of the rendered text stands in the model's own file, if it stands there as it is.
pub(super) fn written(compiled: &CompiledModel, span: Span) -> Option<Span> {
    let origin = compiled.rendered.origin(span)?;
    let is_own = origin.literal && origin.calls.is_empty() && origin.place.file == compiled.model.file;
    let same = compiled.model.text.get(origin.place.span.range()) == compiled.rendered.text.get(span.range());
    (is_own && same && !span.is_empty()).then_some(origin.place.span)
}

/// Where the last part of a mention, or the name that an item gives, stands in the model's file: `b` of `a.b`, and of
/// `a + 1 as b`. `None` where it does not end with that name.
pub(super) fn name_span(compiled: &CompiledModel, span: Span, name: &str) -> Option<Span> {
    let text = compiled.rendered.text.get(span.range())?.trim_end();
    let quoted = text.ends_with(['"', '`', ']']);
    let inner = text.strip_suffix(['"', '`', ']']).unwrap_or(text);
    let start = inner.len().checked_sub(name.len())?;
    let is_it = inner.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(name));
    let alone = !inner[..start].ends_with(|sign: char| sign.is_alphanumeric() || sign == '_');
    let opens = !quoted || inner[..start].ends_with(['"', '`', '[']);
    let found = Span::new(start, inner.len()).shift(span.start as usize);
    (is_it && alone && opens).then(|| written(compiled, found))?
}
