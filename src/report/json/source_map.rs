//! Rendered SQL in, the JSON that says which bytes of which file each piece of it came from out.

use serde::Serialize;

use super::{VERSION, page};
use crate::template::Rendered;
use crate::text::Span;

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    name: &'a str,
    sql: &'a str,
    files: Vec<&'a str>,
    segments: Vec<Segment>,
}

#[derive(Serialize)]
struct Segment {
    bytes: [u32; 2],
    file: u32,
    origin: [u32; 2],
    literal: bool,
}

/// `sluice compile --source-map`.
pub fn source_map(name: &str, rendered: &Rendered) -> String {
    let bytes = |span: Span| [span.start, span.end];
    let segments = rendered.segments.iter().map(|segment| Segment {
        bytes: bytes(segment.span),
        file: segment.file,
        origin: bytes(segment.origin),
        literal: segment.literal,
    });
    page(&Answer {
        version: VERSION,
        name,
        sql: &rendered.text,
        files: rendered.files.iter().map(crate::text::FileId::path).collect(),
        segments: segments.collect(),
    })
}
