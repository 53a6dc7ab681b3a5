//! Ways between two ends of the lineage graph in, the JSON of `sluice lineage --to` out.

use serde::Serialize;

use super::lineage::{Place, place};
use super::{VERSION, page};
use crate::report::{WayEnd, Ways};

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    from: &'a str,
    to: &'a str,
    paths: Vec<Vec<Step<'a>>>,
    more: bool,
}

#[derive(Serialize)]
struct Step<'a> {
    reader: End<'a>,
    input: End<'a>,
    via: &'static str,
    place: Option<Place<'a>>,
}

#[derive(Serialize)]
struct End<'a> {
    relation: &'a str,
    column: Option<&'a str>,
}

/// `sluice lineage A --to B --format json`.
pub fn ways(ways: &Ways) -> String {
    let paths = ways.ways.iter().map(|way| {
        let steps = way.steps.iter().map(|step| Step {
            reader: end(&step.reader),
            input: end(&step.input),
            via: step.via,
            place: step.place.as_ref().map(place),
        });
        steps.collect()
    });
    let more = ways.more;
    page(&Answer { version: VERSION, from: &ways.from, to: &ways.to, paths: paths.collect(), more })
}

fn end(end: &WayEnd) -> End<'_> {
    End { relation: &end.relation, column: end.column.as_deref() }
}
