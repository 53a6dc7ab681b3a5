//! Walking over values: what `for` and the filters see, item by item.

use super::graph;
use super::object::Object;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{List, Value};

/// Items by position. A list is live: what is appended while it is walked over is walked over too, as in Python.
pub(in crate::template) enum Items {
    Fixed(Vec<Value>),
    Live(List),
}

impl Items {
    pub(in crate::template) fn at(&self, index: usize) -> Option<Value> {
        match self {
            Items::Fixed(items) => items.get(index).cloned(),
            Items::Live(items) => items.borrow().get(index).cloned(),
        }
    }

    pub(in crate::template) fn len(&self) -> usize {
        match self {
            Items::Fixed(items) => items.len(),
            Items::Live(items) => items.borrow().len(),
        }
    }
}

pub(in crate::template) fn items(run: &mut Run<'_>, value: &Value) -> Result<Items, Stop> {
    let fixed = match value {
        Value::List(items) => return Ok(Items::Live(items.clone())),
        Value::Tuple(items) => items.to_vec(),
        Value::Dict(map) | Value::Set(map) => map.borrow().keys().map(|key| key.value().clone()).collect(),
        Value::Str(text) => {
            run.spend(text.as_str().len())?;
            let ends = text.as_str().char_indices().map(|(at, c)| (at, at + c.len_utf8()));
            ends.map(|(start, end)| Value::Str(text.slice(start, end))).collect()
        }
        Value::Undefined(_) | Value::Unknown => Vec::new(),
        Value::Object(object) => match &**object {
            Object::Group(key, items) => vec![key.clone(), items.clone()],
            Object::Relation(_) => ["database", "schema", "identifier", "type"].map(Value::text).to_vec(),
            Object::Part(part @ ("graph.nodes" | "graph.sources" | "graph")) => graph::keys(run, part),
            Object::Node(_) => graph::NODE_KEYS.map(Value::text).to_vec(),
            other => return Err(Stop::fault(format!("a {} has no items to walk over", other.kind()))),
        },
        Value::None => {
            let stop = Stop::fault("`none` has no items to walk over");
            return Err(stop.help("Give it a default: `{% for x in (items or []) %}`."));
        }
        other => return Err(Stop::fault(format!("a {} has no items to walk over", other.kind()))),
    };
    run.spend(fixed.len())?;
    Ok(Items::Fixed(fixed))
}
