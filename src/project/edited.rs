//! A model's new text in; whether all else that was read of its project stays as it is, and where the model now is, out.
//!
//! Most of what people type is the query itself, which no reader looks at. What readers do look at is compared: config
//! calls, headers, blocks that define something, marks of a dialect. On any doubt the project is to be read again.

use super::adapter;
use super::guess;
use super::statements::{Header, StatementKind, query, statements};
use super::tokens::Quotes;
use super::{Kind, Language, Model, ModelKind, Project};
use crate::text::Span;

/// The body of the model in its new text; `None` where the project may be another with it.
pub fn edited(project: &Project, model: &Model, text: &str) -> Option<Span> {
    let old = &*model.text;
    let file = &model.file;
    let is_odd = |text: &str| text.contains(char::REPLACEMENT_CHARACTER) || text.starts_with('\u{feff}');
    let kind_changes =
        matches!(model.kind, ModelKind::Snapshot | ModelKind::Table) || model.language == Language::Python;
    if kind_changes || is_odd(old) || is_odd(text) || is_shared(project, model) {
        return None;
    }
    let told_here = project
        .diagnostics
        .iter()
        .any(|one| one.place.file == *file || one.related.iter().any(|label| label.place.file == *file));
    if told_here || !guesses_the_same(project, model, text) {
        return None;
    }
    let body = match project.kind {
        Kind::Dbt => same(old, text, &dbt_words).then(|| Span::new(0, text.len()))?,
        Kind::Plain => same_plain(model, text).then(|| Span::new(0, text.len()))?,
        Kind::SqlMesh => header_end(project, model, text)?,
    };
    (model.body.end as usize == old.len()).then_some(body)
}

/// Would the project's dialect be guessed the same from its SQL, where that is what told it?
fn guesses_the_same(project: &Project, model: &Model, text: &str) -> bool {
    let reason = project.dialect_reason.as_str();
    if !reason.starts_with("the SQL") && !reason.starts_with("nothing") {
        return true;
    }
    let own = project.models.iter().filter(|one| project.kind != Kind::Dbt || one.package == project.name);
    let texts: Vec<&str> = own.map(|one| if one.id == model.id { text } else { &*one.text }).collect();
    match guess::dialect(&texts) {
        Some((mark, name)) => *reason == format!("the SQL itself ({mark})") && adapter::known(name).is_some(),
        None => reason.starts_with("nothing"),
    }
}

/// Is the file more than this model: a macro, a template of others, or several models?
fn is_shared(project: &Project, model: &Model) -> bool {
    let mut others = project.macros.iter().chain(&project.templates);
    let models = project.models.iter().filter(|other| other.file == model.file);
    others.any(|other| other.file == model.file) || models.count() != 1
}

/// Does a reader see the same in both texts?
fn same<'t>(old: &'t str, new: &'t str, seen: &dyn Fn(&'t str) -> Vec<&'t str>) -> bool {
    seen(old) == seen(new)
}

/// Config calls and the tags that open blocks.
fn dbt_words(text: &str) -> Vec<&str> {
    let rest = |at: usize| &text[at..text[at..].find("}}").map_or(text.len(), |end| at + end)];
    let mut words: Vec<&str> = text.match_indices("config(").map(|(at, _)| rest(at)).collect();
    let blocks = ["macro", "test", "snapshot", "materialization", "docs", "data_test"];
    words.extend(tags(text).filter(|tag| {
        let inner = tag.trim_start_matches(['-', '+']).trim_start();
        blocks.iter().any(|block| inner.starts_with(block))
    }));
    words.extend(["graph.", "graph["].into_iter().filter(|word| text.contains(word)));
    words
}

/// The insides of `{% .. %}`, up to the end of the text where one is not closed.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    text.split("{%").skip(1).map(|rest| rest.split("%}").next().unwrap_or_default())
}

fn same_plain(model: &Model, text: &str) -> bool {
    let signs = |text: &str| ["{{", "{%", "&", "!"].map(|sign| text.contains(sign));
    // Tags may include other files or define macros; an include's name may stand in any text.
    let is_plain = |text: &str| model.language != Language::Jinja || !text.contains("{%");
    signs(&model.text) == signs(text)
        && ((is_plain(&model.text) && is_plain(text)) || same(&model.text, text, &|text| tags(text).collect()))
}

/// Where the header of a SQLMesh model ends, if all before that is as it was and all behind it is one query.
fn header_end(project: &Project, model: &Model, text: &str) -> Option<Span> {
    let start = model.body.start as usize;
    if start == 0 || model.text.get(..start) != text.get(..start) {
        return None;
    }
    let quotes = Quotes::of(&project.dialect);
    let shape = |text: &str| {
        let all = statements(text, Span::new(0, text.len()), quotes);
        let headers = all.iter().filter(|one| matches!(one.kind, StatementKind::Header(..))).count();
        let first = all.iter().find(|one| matches!(one.kind, StatementKind::Header(Header::Model, _)));
        (headers, first.map(|one| one.span.end), query(&all).is_some())
    };
    let (old, new) = (shape(&model.text), shape(text));
    (old == new && new.0 == 1).then(|| Span::new(start, text.len()))
}

#[cfg(test)]
mod tests {
    use super::{dbt_words, tags};

    fn check(old: &str, new: &str, expected: bool) {
        assert_eq!(dbt_words(old) == dbt_words(new), expected, "{old} -> {new}");
    }

    #[test]
    fn a_query_may_change_and_config_may_not() {
        check("select 1", "select 2, {{ ref('a') }}", true);
        check("{{ config(enabled=true) }} select 1", "{{ config(enabled=true) }} select 2", true);
        check("{{ config(enabled=true) }} select 1", "{{ config(enabled=false) }} select 1", false);
        check("select 1", "{{ config(alias='b') }} select 1", false);
        check("select 1", "{% macro a() %}{% endmacro %}select 1", false);
    }

    #[test]
    fn a_tag_without_an_end_runs_to_the_end() {
        assert_eq!(tags("a {% if x %} b {% else").collect::<Vec<_>>(), [" if x ", " else"]);
    }
}
