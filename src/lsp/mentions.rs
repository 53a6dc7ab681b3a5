//! What a name means in; where it is defined, and everywhere it is mentioned, out.

use std::collections::BTreeSet;

use super::look::{Thing, cte_names, each_column, name_span, plain};
use super::root::Root;
use super::trail::sources;
use crate::algebra::exprs;
use crate::compile::{Compilation, CompiledModel};
use crate::syntax::tolerant;
use crate::template::survey;
use crate::text::{FileId, Place, Span};

/// Where a thing is defined.
pub(super) fn definitions(root: &Root, thing: &Thing) -> Vec<Place> {
    let Some(compilation) = root.compilation() else { return Vec::new() };
    match thing {
        Thing::Relation(id) => relation(compilation, id).into_iter().collect(),
        Thing::Column(id, column) => {
            let own = defined_column(compilation, id, column).or_else(|| declared_column(compilation, id, column));
            own.or_else(|| relation(compilation, id)).into_iter().collect()
        }
        Thing::Local(model, column) => {
            let Some(compiled) = compilation.models.get(model) else { return Vec::new() };
            let named = &compiled.query.columns[column.0 as usize];
            // A column that a star brings is defined where the star's relation has it.
            if name_span(compiled, named.span, &named.name).is_none()
                && let [(id, name)] = sources(&compiled.query, *column).as_slice()
            {
                return definitions(root, &Thing::Column(id.clone(), name.clone()));
            }
            compiled.rendered.origin(named.span).map(|origin| origin.place).into_iter().collect()
        }
        Thing::Cte(file, name) => named_ctes(root, file, name, true),
        Thing::Macro(name) => root.macros().named(name).iter().map(|found| found.place.clone()).collect(),
        Thing::Rule(_) => Vec::new(),
    }
}

/// Everywhere a thing is mentioned, its definitions aside.
pub(super) fn mentions(root: &Root, thing: &Thing) -> Vec<Place> {
    let Some(compilation) = root.compilation() else { return Vec::new() };
    let mut found = match thing {
        Thing::Relation(id) => {
            let mut found = read_places(compilation, id);
            found.extend(yaml_reads(root, compilation, id));
            found.extend(described(compilation, id));
            found
        }
        Thing::Column(id, column) => {
            let mut found: Vec<Place> =
                compilation.models.values().flat_map(|compiled| column_mentions(compiled, id, column)).collect();
            found.extend(declared_column(compilation, id, column));
            found
        }
        Thing::Local(model, column) => {
            let Some(compiled) = compilation.models.get(model) else { return Vec::new() };
            let name = &compiled.query.columns[column.0 as usize].name;
            let mut spans = Vec::new();
            for node in &compiled.query.nodes {
                exprs(&node.op, &mut |expr| {
                    each_column(expr, &mut |other, span| spans.extend((other == *column).then_some(span)));
                });
            }
            let places = spans.into_iter().filter_map(|span| name_span(compiled, span, name));
            places.map(|span| Place::new(&compiled.model.file, span)).collect()
        }
        Thing::Cte(file, name) => named_ctes(root, file, name, false),
        Thing::Macro(name) => macro_calls(compilation, name),
        Thing::Rule(_) => Vec::new(),
    };
    found.sort();
    found.dedup();
    found
}

fn relation(compilation: &Compilation, id: &str) -> Option<Place> {
    if let Some(compiled) = compilation.models.get(id) {
        return Some(Place::new(&compiled.model.file, Span::at(compiled.model.body.start as usize)));
    }
    let sources = compilation.projects.iter().flat_map(|project| &project.sources);
    let source = sources.into_iter().find(|source| source.id == id).map(|source| source.place.clone());
    let mut seeds = compilation.projects.iter().flat_map(|project| &project.seeds);
    source.or_else(|| seeds.find(|seed| seed.id == id).map(|seed| Place::top(&seed.file)))
}

/// The SELECT item that makes a column of a model: its name, where that is written.
fn defined_column(compilation: &Compilation, id: &str, column: &str) -> Option<Place> {
    let compiled = compilation.models.get(id)?;
    let output = compiled.query.outputs.iter().find(|output| output.name.eq_ignore_ascii_case(column))?;
    let own = name_span(compiled, output.span, &output.name);
    let own = own.map(|span| Place::new(&compiled.model.file, span));
    own.or_else(|| compiled.rendered.origin(output.span).map(|origin| origin.place))
}

/// Where YAML speaks of a column: its name.
pub(super) fn declared_column(compilation: &Compilation, id: &str, column: &str) -> Option<Place> {
    let models = compilation.projects.iter().flat_map(|project| &project.models).map(|one| (&one.id, &one.properties));
    let sources =
        compilation.projects.iter().flat_map(|project| &project.sources).map(|one| (&one.id, &one.properties));
    let (_, properties) = models.chain(sources).find(|(own, _)| *own == id)?;
    let declared = properties.columns.iter().find(|declared| declared.name.eq_ignore_ascii_case(column))?;
    let snapshot = compilation.snapshot.as_ref()?;
    Some(name_in(&snapshot.text(&declared.place.file).ok()?.content, &declared.place, &declared.name))
}

/// The first time a name stands at or behind a place, on its line or a later one.
fn name_in(text: &str, place: &Place, name: &str) -> Place {
    let start = super::convert::border(text, place.span.start as usize);
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    let mut found = text[start..].match_indices(name).filter(|(at, _)| {
        let (before, after) = (&text[..start + at], &text[start + at + name.len()..]);
        !before.ends_with(is_word) && !after.starts_with(is_word)
    });
    match found.next() {
        Some((at, _)) => Place::new(&place.file, Span::new(start + at, start + at + name.len())),
        None => place.clone(),
    }
}

/// The calls of `ref` and `source`, or the plain names, that read a relation.
pub(super) fn read_places(compilation: &Compilation, id: &str) -> Vec<Place> {
    let refs = compilation.models.values().flat_map(|compiled| {
        let readings = compiled.readings.iter().flat_map(|reading| &reading.rendered.refs);
        compiled.rendered.refs.iter().chain(readings)
    });
    let mut found: Vec<Place> = refs.filter(|one| one.id.as_deref() == Some(id)).map(|one| one.place.clone()).collect();
    for compiled in compilation.models.values().filter(|compiled| compiled.rendered.refs.is_empty()) {
        let reads = compiled.query.reads.iter().filter(|read| read.id == id);
        let spans = reads.filter_map(|read| super::look::written(compiled, read.span));
        found.extend(spans.map(|span| Place::new(&compiled.model.file, span)));
    }
    found.sort();
    found.dedup();
    found
}

/// `ref('orders')` in YAML: of tests, exposures and the like.
pub(super) fn yaml_reads(root: &Root, compilation: &Compilation, id: &str) -> Vec<Place> {
    let Some(compiled) = compilation.models.get(id) else { return Vec::new() };
    let calls = ['\'', '"'].map(|quote| format!("ref({quote}{}{quote})", compiled.model.name));
    let mut found = Vec::new();
    let snapshot = compilation.snapshot.as_ref();
    let is_yaml = |file: &&FileId| file.path().ends_with(".yml") || file.path().ends_with(".yaml");
    for file in snapshot.into_iter().flat_map(|snapshot| snapshot.paths()).filter(is_yaml) {
        let Some(text) = root.text(file) else { continue };
        for call in &calls {
            let places = text.match_indices(call.as_str());
            found.extend(places.map(|(at, call)| Place::new(file, Span::new(at, at + call.len()))));
        }
    }
    found
}

/// The name of a model in the YAML entry that describes it.
pub(super) fn described(compilation: &Compilation, id: &str) -> Option<Place> {
    let model = &compilation.models.get(id)?.model;
    let place = model.properties_place.as_ref()?;
    let text = compilation.snapshot.as_ref()?.text(&place.file).ok()?.content;
    let found = name_in(&text, place, &model.name);
    (text.get(found.span.range()) == Some(&model.name)).then_some(found)
}

/// Where a model's text names a column of what it reads.
pub(super) fn column_mentions(compiled: &CompiledModel, id: &str, column: &str) -> Vec<Place> {
    let named = compiled.lineage.named.iter();
    let named = named.filter(|named| named.relation == id && named.column.eq_ignore_ascii_case(column));
    let spans = named.filter_map(|named| name_span(compiled, named.span, &named.column));
    spans.map(|span| Place::new(&compiled.model.file, span)).collect()
}

fn named_ctes(root: &Root, file: &FileId, name: &str, defined: bool) -> Vec<Place> {
    let Some(text) = root.text(file) else { return Vec::new() };
    let names = cte_names(&tolerant(&text));
    let own = names.into_iter().filter(|(known, _, is)| known.eq_ignore_ascii_case(&plain(name)) && *is == defined);
    own.map(|(_, span, _)| Place::new(file, span)).collect()
}

fn macro_calls(compilation: &Compilation, name: &str) -> Vec<Place> {
    let short = name.rsplit('.').next().unwrap_or(name);
    let mut texts: Vec<(&FileId, &std::sync::Arc<str>)> = Vec::new();
    for compiled in compilation.models.values() {
        texts.push((&compiled.model.file, &compiled.model.text));
    }
    let files = compilation.projects.iter().flat_map(|project| &project.macros);
    texts.extend(files.map(|file| (&file.file, &file.text)));
    let mut seen = BTreeSet::new();
    texts.retain(|(file, text)| text.contains(short) && seen.insert((*file).clone()));
    let mut found = Vec::new();
    for (file, text) in texts {
        for call in survey(text, file, Span::new(0, text.len())).calls {
            if call.name == name || call.name.rsplit('.').next() == Some(short) {
                let end = call.span.start as usize + call.name.len();
                found.push(Place::new(file, Span::new(end - short.len(), end)));
            }
        }
    }
    found
}
