//! Rendered text with holes in, the same text with something standing in each of them out.

use super::free::{HOLE, Hole};
use super::rendered::{Rendered, Segment, Unknown};
use super::stand_in::Around;
use crate::text::Span;

/// Fills every hole by what stands around it. A hole that stands for more than a literal is told as unknown.
pub(super) fn fill(rendered: &mut Rendered, holes: &[Hole], custom: Option<&str>, double_is_text: bool) {
    let [start, end] = HOLE;
    let text = std::mem::take(&mut rendered.text);
    let segments = std::mem::take(&mut rendered.segments);
    let mut around = Around::start(double_is_text);
    for segment in segments {
        let from = rendered.text.len();
        let mut at = segment.span.start as usize;
        let stop = segment.span.end as usize;
        if segment.literal {
            rendered.text.push_str(&text[at..stop]);
            around.feed(&text[at..stop]);
            at = stop;
        }
        while at < stop {
            let opened = text[at..stop].find(start).map_or(stop, |found| at + found);
            rendered.text.push_str(&text[at..opened]);
            around.feed(&text[at..opened]);
            at = opened;
            if at == stop {
                break;
            }
            let closed = text[at..stop].find(end).map_or(stop, |found| at + found + end.len_utf8());
            let number = text[at..closed].trim_matches([start, end]).parse::<usize>().ok();
            at = closed;
            let Some(hole) = number.and_then(|number| holes.get(number)) else { continue };
            let found = around.choose(&text[closed..], &hole.name, custom);
            around.feed(&found.text);
            rendered.text.push_str(&found.text);
            if !found.literal {
                let unknown = Unknown {
                    why: format!("the value of `{}`, which nothing here sets", hole.name),
                    place: hole.place.clone(),
                };
                if !rendered.unknowns.contains(&unknown) {
                    rendered.unknowns.push(unknown);
                }
            }
        }
        let span = Span::new(from, rendered.text.len());
        if !span.is_empty() {
            rendered.segments.push(Segment { span, ..segment });
        }
    }
}
