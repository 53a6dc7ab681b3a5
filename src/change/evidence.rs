//! A model's SQL at base and at head in, the clauses and columns in which they differ out, each with its places.
//!
//! The fingerprints say that something differs; this says where to look. It compares texts clause by clause, so it may
//! point at a clause that is only written otherwise, and it is silent where the difference comes from further up.

use super::ColumnChange;
use crate::algebra::{Query, clauses};
use crate::compile::CompiledModel;
use crate::text::{Place, Span};

/// One thing that was edited, in the words of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The output column that it decides, where it is one.
    pub column: Option<String>,
    /// ``filter `amount > 1` is new``.
    pub what: String,
    pub base: Option<Place>,
    pub head: Option<Place>,
}

/// More would not be read.
const MOST: usize = 8;

/// A clause or an output of one side.
struct Part {
    word: &'static str,
    column: Option<String>,
    /// Of the rendered text, white space and case aside.
    text: String,
    /// As the user wrote it.
    written: String,
    place: Option<Place>,
}

pub(super) fn evidence(one: &CompiledModel, two: &CompiledModel, columns: &[ColumnChange]) -> Vec<Evidence> {
    if one.rendered.text == two.rendered.text {
        return Vec::new();
    }
    let (mut gone, mut new) = (parts(one), parts(two));
    let (added, mut found): (Vec<_>, Vec<_>) =
        shapes(&gone, &new, columns).into_iter().partition(|one| one.base.is_none());
    // What both sides say, as often as both say it, is no evidence.
    gone.retain(|part| match new.iter().position(|other| alike(part, other)) {
        Some(at) => {
            new.remove(at);
            false
        }
        None => true,
    });
    for part in gone {
        let same = |other: &Part| other.word == part.word && other.column == part.column;
        let turned = |other: &Part| part.column.is_none() && other.column.is_none() && other.text == part.text;
        let at = new.iter().position(turned).or_else(|| new.iter().position(same));
        match at.map(|at| new.remove(at)) {
            Some(now) if now.text == part.text => {
                found.push(told(
                    format!("{} `{}` became {}", part.word, shown(&part.written), with_article(now.word)),
                    &part,
                    Some(&now),
                ));
            }
            Some(now) => {
                let subject =
                    part.column.clone().map_or_else(|| part.word.to_owned(), |name| format!("column {name}:"));
                let what = format!("{subject} `{}` became `{}`", shown(&part.written), shown(&now.written));
                found.push(told(what, &part, Some(&now)));
            }
            // A column that is gone is told as such.
            None if part.column.is_some() => {}
            None => found.push(told(format!("{} `{}` is gone", part.word, shown(&part.written)), &part, None)),
        }
    }
    for part in new.iter().filter(|part| part.column.is_none()) {
        let what = format!("{} `{}` is new", part.word, shown(&part.written));
        found.push(Evidence { column: None, what, base: None, head: part.place.clone() });
    }
    found.extend(added);
    found.truncate(MOST);
    found
}

/// Columns that come, go or change their name.
fn shapes(gone: &[Part], new: &[Part], columns: &[ColumnChange]) -> Vec<Evidence> {
    let place = |parts: &[Part], name: &str| {
        let part = parts.iter().find(|part| part.column.as_deref() == Some(name));
        part.and_then(|part| part.place.clone())
    };
    let one = |column: &ColumnChange| {
        let name = &column.name;
        let (what, base, head) = match column.lost_name() {
            Some(lost) if column.is_removed() => (format!("column `{name}` is gone"), place(gone, lost), None),
            Some(was) => (format!("column `{was}` became `{name}`"), place(gone, was), place(new, name)),
            None if column.is_added() => (format!("column `{name}` is new"), None, place(new, name)),
            None => return None,
        };
        (base.is_some() || head.is_some()).then(|| Evidence { column: Some(name.clone()), what, base, head })
    };
    columns.iter().filter_map(one).collect()
}

fn told(what: String, before: &Part, now: Option<&Part>) -> Evidence {
    Evidence {
        column: before.column.clone(),
        what,
        base: before.place.clone(),
        head: now.and_then(|now| now.place.clone()),
    }
}

fn alike(one: &Part, two: &Part) -> bool {
    one.word == two.word && one.column == two.column && one.text == two.text
}

/// The clauses of a model's query, and the expressions of its outputs.
fn parts(model: &CompiledModel) -> Vec<Part> {
    let query: &Query = &model.query;
    let part = |word: &'static str, column: Option<String>, span: Span| {
        let rendered = model.rendered.text.get(span.range())?;
        let place = model.rendered.origin(span).map(|origin| origin.place);
        let own = place.as_ref().filter(|place| place.file == model.model.file);
        let written = own.and_then(|place| model.model.text.get(place.span.range())).unwrap_or(rendered);
        let mut written = in_one_line(written);
        // `amount + 1 as total` is told as the expression, for its name stands beside it.
        if let Some(name) = &column {
            let alias = format!(" as {}", name.to_ascii_lowercase());
            if written.to_ascii_lowercase().ends_with(&alias) {
                written.truncate(written.len() - alias.len());
            }
        }
        Some(Part { word, column, text: plain(rendered), written, place })
    };
    let clauses = clauses(query).into_iter().filter_map(|clause| part(clause.word, None, clause.span));
    let outputs = query.outputs.iter().filter(|output| !output.from_star);
    let outputs = outputs.filter_map(|output| part("column", Some(output.name.clone()), output.span));
    clauses.chain(outputs).collect()
}

fn in_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches(['(', ' ']).trim_end_matches(" on").trim_end_matches(" ON").to_owned()
}

/// White space and the case of words aside: neither decides anything.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut quote = None;
    for sign in text.chars() {
        match quote {
            Some(open) => {
                plain.push(sign);
                quote = (sign != open).then_some(open);
            }
            None if sign.is_whitespace() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            None => {
                plain.extend(sign.to_lowercase());
                quote = matches!(sign, '\'' | '"' | '`').then_some(sign);
            }
        }
    }
    plain.trim().to_owned()
}

/// Short enough for a line.
fn shown(text: &str) -> String {
    const ROOM: usize = 60;
    if text.chars().count() <= ROOM {
        return text.to_owned();
    }
    let head: String = text.chars().take(ROOM - 1).collect();
    format!("{}…", head.trim_end())
}

fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {word}")
}
