//! A package's snapshot files and properties in, its snapshots out as Models.

use super::blocks;
use super::entry::Entry;
use super::loaded::Loaded;
use super::models::{Entries, Head, build, describe};
use super::package::{Found, Frame, Part};
use crate::data::Value;
use crate::diagnostic::Diagnostic;
use crate::project::files::Files;
use crate::project::{Model, ModelKind};
use crate::text::Span;

/// One model per `{% snapshot %}` block; model files may hold them too.
pub(super) fn read(
    part: &Part,
    frame: &Frame<'_>,
    loaded: &Loaded,
    entries: &mut Entries<'_>,
    said: &mut Vec<Diagnostic>,
) -> Vec<Model> {
    let mut models = Vec::new();
    for found in &part.snapshots {
        let (text, _) = loaded.text(&found.file, &mut Vec::new());
        let blocks = blocks::find(&text, "snapshot");
        if blocks.is_empty() {
            // A file that cannot be read has no blocks either; that is all there is to say.
            loaded.text(&found.file, said);
        }
        for block in blocks.iter().filter(|block| !block.name.is_empty()) {
            let entry = entries.remove(block.name.as_str());
            let head = Head { name: &block.name, version: None, kind: ModelKind::Snapshot };
            let mut model = build(part, frame, loaded, found, &head, said);
            model.body = block.body;
            let mut path = vec![part.file.name.as_str()];
            path.extend(found.folders());
            path.extend([found.stem(), &block.name]);
            let configs: Vec<&[Value]> = entry.iter().map(|entry| &entry.configs[..]).collect();
            model.properties_place = entry.map(|entry| entry.place.clone());
            let properties = entry.map(|entry| entry.properties.clone()).unwrap_or_default();
            describe(&mut model, part, frame, ("snapshots", &path), &configs, properties);
            models.push(model);
        }
    }
    models
}

/// Snapshots that are defined in YAML alone, by `relation: ref('x')`.
pub(super) fn read_defined(
    part: &Part,
    frame: &Frame<'_>,
    (loaded, files): (&Loaded, &dyn Files),
    entries: &mut Entries<'_>,
    said: &mut Vec<Diagnostic>,
) -> Vec<Model> {
    let mut models = Vec::new();
    entries.retain(|_, entry| {
        let Some((relation, call)) = entry.relation.as_ref().and_then(|relation| Some((relation, relation.str()?)))
        else {
            return true;
        };
        let found = Found { file: entry.place.file.clone(), path: below(part, entry) };
        let head = Head { name: &entry.name, version: None, kind: ModelKind::Snapshot };
        let mut model = build(part, frame, loaded, &found, &head, said);
        let whole = files.text(&found.file).unwrap_or_default();
        let (text, body) = stand_in(&whole, relation.span, call);
        (model.text, model.body, model.digest) = (text.as_str().into(), body, files.digest(&found.file));
        let mut path = vec![part.file.name.as_str()];
        path.extend(found.folders());
        path.push(&entry.name);
        model.properties_place = Some(entry.place.clone());
        describe(&mut model, part, frame, ("snapshots", &path), &[&entry.configs], entry.properties.clone());
        models.push(model);
        false
    });
    models
}

fn below(part: &Part, entry: &Entry) -> String {
    let found = part.documents.iter().find(|found| found.file == entry.place.file);
    found.map(|found| found.path.clone()).unwrap_or_default()
}

/// The query that a YAML snapshot means, `select * from {{ ref('x') }}`, with the YAML around it blanked out: so the
/// call stands at its own line and column, and what is said of it is said there.
fn stand_in(whole: &str, at: Span, call: &str) -> (String, Span) {
    let head = whole.get(..at.start as usize).unwrap_or_default();
    let mut blank: Vec<u8> = head.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    let bare = !call.contains("{{");
    let lead: &[&str] = if bare { &["{{ ", "from ", "* ", "select "] } else { &["from ", "* ", "select "] };
    let mut start = blank.len();
    for word in lead {
        start = place(&mut blank, start, word.as_bytes());
    }
    let mut text = String::from_utf8_lossy(&blank).into_owned();
    text.push_str(call);
    if bare {
        text.push_str(" }}");
    }
    let body = Span::new(start, text.len());
    (text, body)
}

/// Writes a word into blanks so that it ends at `end` or on an earlier line; without room it makes some.
fn place(blank: &mut Vec<u8>, mut end: usize, word: &[u8]) -> usize {
    loop {
        let Some(start) = end.checked_sub(word.len()) else {
            blank.splice(0..0, word.iter().copied());
            return 0;
        };
        let Some(newline) = blank[start..end].iter().rposition(|byte| *byte == b'\n') else {
            blank[start..end].copy_from_slice(word);
            return start;
        };
        end = start + newline;
    }
}

#[cfg(test)]
mod tests {
    use super::stand_in;
    use crate::text::Span;

    #[test]
    fn a_yaml_snapshot_reads_its_relation_where_that_stands() {
        let yaml = "snapshots:\n  - name: s\n    relation: ref('x')\n";
        let at = yaml.find("ref").expect("there is a ref");
        let (text, body) = stand_in(yaml, Span::new(at, at + 8), "ref('x')");
        let words: Vec<&str> = text[body.range()].split_whitespace().collect();
        assert_eq!(words, ["select", "*", "from", "{{", "ref('x')", "}}"]);
        assert_eq!(text.find("ref"), Some(at));
        assert_eq!(text.matches('\n').count(), 2);
    }

    #[test]
    fn no_room_is_no_crash() {
        let (text, body) = stand_in("é", Span::new(1, 2), "x");
        assert_eq!(&text[body.range()], "select * from {{ x }}");
    }
}
