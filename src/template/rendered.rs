//! Rendered: SQL after templates, and for every byte of it where it came from.

use crate::diagnostic::Diagnostic;
use crate::text::{FileId, Place, Span};

/// SQL after templates. `segments` cover `text` without gap or overlap, in order.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub text: String,
    pub segments: Vec<Segment>,
    /// What segments and calls point into; the model's own file comes first.
    pub files: Vec<FileId>,
    /// The macro calls that led to some segment.
    pub calls: Vec<Call>,
    /// What the template asked for, in order, without repeats.
    pub refs: Vec<Reference>,
    /// What `config(..)` in the text set.
    pub config: crate::project::Config,
    pub diagnostics: Vec<Diagnostic>,
    /// Why the text may not be what the warehouse would run (a query at compile time, an unknown macro); empty if exact.
    pub unknowns: Vec<Unknown>,
    /// The text could not be rendered at all; `text` is then what was understood up to the fault.
    pub failed: bool,
    /// The text may have more columns than it shows.
    pub open: bool,
    /// `is_incremental()` was asked: the other rendering may differ.
    pub asks_incremental: bool,
    /// `graph` was read: the text depends on [`super::Environment::graph_digest`] too.
    pub reads_graph: bool,
    /// Ids of relations whose columns the template asked for, in order, without repeats.
    pub asked_columns: Vec<String>,
    /// The branches in the model's own text that something outside it chooses between, in order.
    pub branches: Vec<super::Branch>,
    /// Macros that ran, with their package: `package.name`.
    pub macros: Vec<String>,
}

/// A run of rendered bytes with one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// In the rendered text.
    pub span: Span,
    /// Index into [`Rendered::files`].
    pub file: u32,
    /// In that file.
    pub origin: Span,
    /// `true`: bytes are literal text, equal to the bytes of `origin` one for one. `false`: the value of the expression at `origin`.
    pub literal: bool,
    /// The innermost macro call that led here, as an index into [`Rendered::calls`] from 1; 0 in the model's own text.
    pub calls: u32,
}

/// A macro call, and the call it happened in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Index into [`Rendered::files`].
    pub file: u32,
    pub span: Span,
    /// The call around it, from 1; 0 for a call in the model's own text.
    pub outer: u32,
}

/// `ref`, `source` or (in plain SQL) a name that the text reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Id of what it resolves to (`model.shop.orders`), if it resolves.
    pub id: Option<String>,
    /// As the user wrote it: `ref('orders')`.
    pub written: String,
    /// In the model's own file: the call itself, or that of the macro which makes it.
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
        let segment = Segment { span, file: 0, origin: body, literal: true, calls: 0 };
        let text = text[body.range()].to_owned();
        Rendered { text, segments: vec![segment], files: vec![file.clone()], ..Rendered::default() }
    }

    /// Where the bytes of `span` came from. A span over several segments gives the smallest place in the file of its
    /// first byte that holds all of its parts in that file.
    pub fn origin(&self, span: Span) -> Option<Origin> {
        let first = self.segments.partition_point(|segment| segment.span.end <= span.start);
        let first = first.min(self.segments.len().checked_sub(1)?);
        let head = &self.segments[first];
        let mut whole = part(head, span);
        for segment in self.segments[first + 1..].iter().take_while(|segment| segment.span.start < span.end) {
            if segment.file == head.file && segment.calls == head.calls {
                whole = whole.cover(part(segment, span));
            }
        }
        let place = Place::new(self.files.get(head.file as usize)?, whole);
        Some(Origin { place, literal: head.literal, calls: self.calls_from(head.calls) })
    }

    /// Where a segment came into the model's own text: its origin there, or the call of the macro it came from.
    pub fn entry(&self, segment: &Segment) -> Option<Place> {
        let mut found = (segment.file, segment.origin);
        let mut next = segment.calls;
        while let Some(call) = next.checked_sub(1).and_then(|at| self.calls.get(at as usize)) {
            found = (call.file, call.span);
            next = call.outer;
        }
        Some(Place::new(self.files.get(found.0 as usize)?, found.1))
    }

    /// The places of a call and all calls around it, innermost first.
    fn calls_from(&self, innermost: u32) -> Vec<Place> {
        let mut places = Vec::new();
        let mut next = innermost;
        while let Some(call) = next.checked_sub(1).and_then(|at| self.calls.get(at as usize)) {
            places.extend(self.files.get(call.file as usize).map(|file| Place::new(file, call.span)));
            next = call.outer;
        }
        places
    }
}

/// The part of a segment's origin that `span` touches.
fn part(segment: &Segment, span: Span) -> Span {
    if !segment.literal {
        return segment.origin;
    }
    let start = span.start.clamp(segment.span.start, segment.span.end) - segment.span.start;
    let end = span.end.clamp(segment.span.start, segment.span.end) - segment.span.start;
    Span { start: segment.origin.start + start, end: segment.origin.start + end.max(start) }
}
