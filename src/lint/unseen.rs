//! A model in, what its text says where this rendering of it does not show out: branches not taken, unknown macros.

use crate::project::Model;
use crate::text::Span;

use super::scene::Scene;

/// Is a relation named where we may not see what is read: behind a FROM in a part not understood, in a branch of the
/// template not taken, in an argument of a macro that is not known?
pub(super) fn may_be_named(scene: &Scene<'_>, name: &str) -> bool {
    let read = crate::syntax::scan(&scene.compiled.rendered.text);
    if read.iter().any(|parts| matches!(parts.as_slice(), [one] if one.eq_ignore_ascii_case(name))) {
        return true;
    }
    if !scene.compiled.rendered.unknowns.is_empty() && templates(scene).iter().any(|text| has_word(text, name)) {
        return true;
    }
    is_unrendered(scene, name)
}

/// Does a word stand in a part of the model's text that this rendering does not show?
pub(super) fn is_unrendered(scene: &Scene<'_>, word: &str) -> bool {
    unrendered(scene).iter().any(|text| has_word(text, word))
}

/// The parts of the model's text that left nothing in the rendered SQL: branches not taken, `set`, comments aside.
fn unrendered<'a>(scene: &Scene<'a>) -> Vec<&'a str> {
    let model: &'a Model = &scene.compiled.model;
    let answer = &scene.compiled.rendered;
    let own =
        answer.segments.iter().filter_map(|segment| answer.entry(segment)).filter(|place| place.file == model.file);
    let mut rendered: Vec<Span> = own.map(|place| place.span).collect();
    rendered.sort();
    let mut gaps = Vec::new();
    let mut at = model.body.start;
    for span in rendered {
        gaps.extend(model.text.get(at as usize..(span.start.max(at)) as usize));
        at = at.max(span.end);
    }
    gaps.extend(model.text.get(at as usize..model.body.end.max(at) as usize));
    gaps.into_iter().flat_map(without_comments).collect()
}

fn without_comments(text: &str) -> impl Iterator<Item = &str> {
    text.split("{#").enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once("#}").map_or("", |(_, rest)| rest),
    })
}

/// Everything between `{{` and `}}`.
fn templates<'a>(scene: &Scene<'a>) -> Vec<&'a str> {
    let text: &'a str = &scene.compiled.model.text;
    text.split("{{").skip(1).filter_map(|part| part.split_once("}}").map(|(inside, _)| inside)).collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !is_word(c)).any(|part| part.eq_ignore_ascii_case(word))
}
