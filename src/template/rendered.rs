//! Rendered: SQL after templates, and for every byte of it where it came from.

use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Place, Span};

/// SQL after templates. `segments` cover `text` without gap or overlap, in order.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub text: String,
    pub segments: Vec<Segment>,
    /// What the template asked for, in order, without repeats.
    pub refs: Vec<Reference>,
    /// What `config(..)` in the text set.
    pub config: crate::project::Config,
    pub diagnostics: Vec<Diagnostic>,
    /// Why the text may not be what the warehouse would run (a query at compile time, an unknown macro); empty if exact.
    pub unknowns: Vec<Unknown>,
    /// The text could not be rendered at all; `text` is then what was understood up to the fault.
    pub failed: bool,
    /// `is_incremental()` was asked: the other rendering may differ.
    pub asks_incremental: bool,
    /// Macros that ran, with their package: `package.name`.
    pub macros: Vec<String>,
}

/// A run of rendered bytes with one origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// In the rendered text.
    pub span: Span,
    pub origin: Place,
    /// `true`: bytes are literal text, equal to the bytes of `origin` one for one. `false`: the value of the expression at `origin`.
    pub literal: bool,
    /// The macro calls that led here, innermost first; empty in the model's own text.
    pub calls: Vec<Place>,
}

/// `ref`, `source` or (in plain SQL) a name that the text reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Id of what it resolves to (`model.shop.orders`), if it resolves.
    pub id: Option<String>,
    /// As the user wrote it: `ref('orders')`.
    pub written: String,
    pub place: Place,
    /// The relation text it put into the SQL, e.g. `"db"."schema"."orders"`.
    pub text: String,
}

/// Something only a warehouse (or an absent package) could tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub why: String,
    pub place: Place,
}

/// Where a rendered span came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// In the file the user edits: the literal text itself, or the expression whose value holds it.
    pub place: Place,
    pub literal: bool,
    /// The macro calls that led there, innermost first, as places in files.
    pub calls: Vec<Place>,
}

impl Rendered {
    /// A text that needs no template: every byte came from itself.
    pub fn verbatim(file: &FileId, text: &str) -> Self {
        Rendered::verbatim_part(file, text, Span::new(0, text.len()))
    }

    /// The bytes `body` of a file's text, as they stand.
    pub fn verbatim_part(file: &FileId, text: &str, body: Span) -> Self {
        let span = Span::new(0, body.len());
        let segment = Segment { span, origin: Place::new(file, body), literal: true, calls: Vec::new() };
        Rendered { text: text[body.range()].to_owned(), segments: vec![segment], ..Rendered::default() }
    }

    /// Where the bytes of `span` came from. A span over several segments gives the smallest place in the file of its
    /// first byte that holds all of its parts in that file.
    pub fn origin(&self, span: Span) -> Option<Origin> {
        let first = self.segments.partition_point(|segment| segment.span.end <= span.start);
        let first = first.min(self.segments.len().checked_sub(1)?);
        let head = &self.segments[first];
        let mut place = Place::new(&head.origin.file, part(head, span));
        for segment in self.segments[first + 1..].iter().take_while(|segment| segment.span.start < span.end) {
            if segment.origin.file == place.file && segment.calls == head.calls {
                place.span = place.span.cover(part(segment, span));
            }
        }
        Some(Origin { place, literal: head.literal, calls: head.calls.clone() })
    }
}

/// The part of a segment's origin that `span` touches.
fn part(segment: &Segment, span: Span) -> Span {
    if !segment.literal {
        return segment.origin.span;
    }
    let start = span.start.clamp(segment.span.start, segment.span.end) - segment.span.start;
    let end = span.end.clamp(segment.span.start, segment.span.end) - segment.span.start;
    Span { start: segment.origin.span.start + start, end: segment.origin.span.start + end.max(start) }
}
