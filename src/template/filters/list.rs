//! Filters over items: choosing, ordering, grouping, joining.
#![expect(clippy::disallowed_methods, reason = "templates fold texts as Python does, whatever the SQL dialect")]

use std::cmp::Ordering;

use super::{path, same};
use crate::template::checks;
use crate::template::function::Args;
use crate::template::operators;
use crate::template::print;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Key, Map, Value};

pub(super) fn apply(run: &mut Run<'_>, name: &str, value: &Value, args: Args) -> Result<Value, Stop> {
    match name {
        "join" => join(run, value, &args),
        "first" => Ok(run.items(value)?.into_iter().next().unwrap_or_else(|| Value::undefined("the first of nothing"))),
        "last" => Ok(run.items(value)?.pop().unwrap_or_else(|| Value::undefined("the last of nothing"))),
        "random" => Ok(run.items(value)?.into_iter().next().unwrap_or_else(|| Value::undefined("one of nothing"))),
        "map" => map(run, value, args),
        "select" | "reject" => {
            if value.is_none() {
                return Ok(Value::list([]));
            }
            choose(run, value, args, name == "select", false)
        }
        "selectattr" | "rejectattr" => choose(run, value, args, name == "selectattr", true),
        "sort" => sort(run, value, &args),
        "dictsort" => dictsort(run, value, &args),
        "unique" => unique(run, value, &args),
        "groupby" => groupby(run, value, &args),
        "max" | "min" => extreme(run, value, &args, name == "max"),
        "sum" => sum(run, value, &args),
        "reverse" => {
            if let Value::Str(text) = value {
                return Ok(Value::text(text.as_str().chars().rev().collect::<String>()));
            }
            Ok(Value::list(run.items(value)?.into_iter().rev()))
        }
        "batch" => batch(run, value, &args),
        _ => slice(run, value, &args),
    }
}

fn join(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let separator = args.get(0, "d").map(print::text);
    let mut parts = Vec::new();
    for mut item in run.items(value)? {
        if let Some(attribute) = args.get(1, "attribute") {
            item = path(run, &item, attribute)?;
        }
        if let (Some(separator), false) = (&separator, parts.is_empty()) {
            parts.push(separator.clone());
        }
        let text = print::text(&item);
        run.spend_bytes(text.as_str().len())?;
        parts.push(text);
    }
    operators::join(&parts)
}

fn map(run: &mut Run<'_>, value: &Value, mut args: Args) -> Result<Value, Stop> {
    let items = run.items(value)?;
    let mut mapped = Vec::with_capacity(items.len());
    if let Some(attribute) = args.named("attribute").cloned() {
        for item in items {
            let found = path(run, &item, &attribute)?;
            mapped.push(match args.named("default") {
                Some(default) if found.is_undefined() => default.clone(),
                _ => found,
            });
        }
        return Ok(Value::list(mapped));
    }
    let name = args.text(0, "filter")?.to_owned();
    args.positional.remove(0);
    for item in items {
        mapped.push(run.filter_by_name(&name, item, args.clone())?);
    }
    Ok(Value::list(mapped))
}

/// `select`, `reject` and their `attr` forms: the items that pass a test (or their truth), or fail it.
fn choose(run: &mut Run<'_>, value: &Value, mut args: Args, keep: bool, by_attribute: bool) -> Result<Value, Stop> {
    let attribute = if by_attribute { Some(args.need(0, "attribute")?.clone()) } else { None };
    if by_attribute {
        args.positional.remove(0);
    }
    let test = if args.positional.is_empty() { None } else { Some(args.positional.remove(0)) };
    let mut chosen = Vec::new();
    for item in run.items(value)? {
        let subject = match &attribute {
            Some(attribute) => path(run, &item, attribute)?,
            None => item.clone(),
        };
        let passes = match &test {
            Some(test) => {
                let name = test.as_str().ok_or_else(|| Stop::fault("a test is named by a text"))?;
                checks::check(run, name, &subject, &args)?
            }
            None => subject.truth(),
        };
        if passes == keep {
            chosen.push(item);
        }
    }
    Ok(Value::list(chosen))
}

/// Items in order; the first pair without an order is a fault.
pub(in crate::template) fn sorted(run: &mut Run<'_>, items: Vec<Value>, reverse: bool) -> Result<Vec<Value>, Stop> {
    let keys = items.iter().map(|item| vec![item.clone()]).collect();
    sorted_by(run, items, keys, reverse)
}

fn sorted_by(run: &mut Run<'_>, items: Vec<Value>, keys: Vec<Vec<Value>>, reverse: bool) -> Result<Vec<Value>, Stop> {
    run.spend(items.len() * 4)?;
    let mut fault = None;
    let mut pairs: Vec<(Vec<Value>, Value)> = keys.into_iter().zip(items).collect();
    pairs.sort_by(|(a, _), (b, _)| {
        let mut found = Ordering::Equal;
        for (a, b) in a.iter().zip(b) {
            match operators::order(a, b) {
                Ok(Ordering::Equal) => {}
                Ok(order) => {
                    found = order;
                    break;
                }
                Err(stop) => {
                    fault.get_or_insert(stop);
                }
            }
        }
        if reverse { found.reverse() } else { found }
    });
    match fault {
        Some(fault) => Err(fault),
        None => Ok(pairs.into_iter().map(|(_, item)| item).collect()),
    }
}

fn folded(value: Value, case_sensitive: bool) -> Value {
    match &value {
        Value::Str(text) if !case_sensitive => Value::text(text.as_str().to_lowercase()),
        _ => value,
    }
}

fn sort(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let case_sensitive = args.truth(1, "case_sensitive");
    let items = run.items(value)?;
    let attributes: Vec<Value> = match args.get(2, "attribute") {
        Some(Value::Str(names)) => names.as_str().split(',').map(|name| Value::text(name.trim())).collect(),
        Some(Value::None) | None => Vec::new(),
        Some(other) => vec![other.clone()],
    };
    let mut keys = Vec::with_capacity(items.len());
    for item in &items {
        let mut key = Vec::new();
        for attribute in &attributes {
            key.push(folded(path(run, item, attribute)?, case_sensitive));
        }
        if attributes.is_empty() {
            key.push(folded(item.clone(), case_sensitive));
        }
        keys.push(key);
    }
    sorted_by(run, items, keys, args.truth(0, "reverse")).map(Value::list)
}

fn dictsort(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let Value::Dict(map) = value else {
        return Err(Stop::fault(format!("`dictsort` needs a dict, not a {}", value.kind())));
    };
    let case_sensitive = args.truth(0, "case_sensitive");
    let by_value = args.get(1, "by").and_then(Value::as_str) == Some("value");
    let entries: Vec<(Value, Value)> =
        map.borrow().iter().map(|(key, value)| (key.value().clone(), value.clone())).collect();
    let key = |(key, value): &(Value, Value)| vec![folded(if by_value { value } else { key }.clone(), case_sensitive)];
    let keys = entries.iter().map(key).collect();
    let pairs = entries.into_iter().map(|(key, value)| Value::tuple([key, value])).collect();
    sorted_by(run, pairs, keys, args.truth(2, "reverse")).map(Value::list)
}

fn unique(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let case_sensitive = args.truth(0, "case_sensitive");
    let mut seen = Vec::new();
    let mut hashed = Map::default();
    let mut kept = Vec::new();
    for item in run.items(value)? {
        let subject = match args.get(1, "attribute") {
            Some(attribute) => path(run, &item, attribute)?,
            None => item.clone(),
        };
        let subject = folded(subject, case_sensitive);
        let new = if let Some(key) = Key::new(subject.clone()) {
            hashed.insert(key, Value::None).is_none()
        } else {
            run.spend(seen.len())?;
            let new = !seen.iter().any(|other| operators::equal(other, &subject));
            seen.push(subject);
            new
        };
        if new {
            kept.push(item);
        }
    }
    Ok(Value::list(kept))
}

fn groupby(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let attribute = args.need(0, "attribute")?.clone();
    let by = Args { positional: Vec::new(), named: vec![(std::sync::Arc::from("attribute"), attribute.clone())] };
    let sorted = sort(run, value, &by)?;
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for item in run.items(&sorted)? {
        let mut key = path(run, &item, &attribute)?;
        if let (true, Some(default)) = (key.is_undefined(), args.get(1, "default")) {
            key = default.clone();
        }
        match groups.last_mut() {
            Some((last, items)) if same(last, &key) => items.push(item),
            _ => groups.push((key, vec![item])),
        }
    }
    let group =
        |(grouper, items)| Value::object(crate::template::context::object::Object::Group(grouper, Value::list(items)));
    Ok(Value::list(groups.into_iter().map(group)))
}

fn extreme(run: &mut Run<'_>, value: &Value, args: &Args, largest: bool) -> Result<Value, Stop> {
    let mut best: Option<(Value, Value)> = None;
    for item in run.items(value)? {
        let subject = match args.get(1, "attribute") {
            Some(attribute) => path(run, &item, attribute)?,
            None => item.clone(),
        };
        let subject = folded(subject, args.truth(0, "case_sensitive"));
        let better = match &best {
            Some((_, other)) => {
                let order = operators::order(&subject, other)?;
                if largest { order.is_gt() } else { order.is_lt() }
            }
            None => true,
        };
        if better {
            best = Some((item, subject));
        }
    }
    Ok(best.map_or_else(|| Value::undefined("the most of nothing"), |(item, _)| item))
}

fn sum(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let mut total = args.get(1, "start").cloned().unwrap_or(Value::Int(0));
    for item in run.items(value)? {
        let item = match args.get(0, "attribute") {
            Some(attribute) if !attribute.is_none() => path(run, &item, attribute)?,
            _ => item,
        };
        total = operators::arithmetic(crate::template::ast::Arithmetic::Add, &total, &item)?;
    }
    Ok(total)
}

fn size(args: &Args, name: &str) -> Result<usize, Stop> {
    let wanted =
        args.int(0, name).and_then(|size| usize::try_from(size).ok()).filter(|size| (1..100_000).contains(size));
    wanted.ok_or_else(|| Stop::fault(format!("`{name}` must be a whole number from 1 on")))
}

fn batch(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let size = size(args, "linecount")?;
    let items = run.items(value)?;
    let mut rows = Vec::new();
    for chunk in items.chunks(size) {
        let mut row = chunk.to_vec();
        if let Some(fill) = args.get(1, "fill_with").filter(|fill| !fill.is_none()) {
            run.spend(size)?;
            row.resize(size, fill.clone());
        }
        rows.push(Value::list(row));
    }
    Ok(Value::list(rows))
}

fn slice(run: &mut Run<'_>, value: &Value, args: &Args) -> Result<Value, Stop> {
    let slices = size(args, "slices")?;
    let items = run.items(value)?;
    run.spend(slices)?;
    let (each, more) = (items.len() / slices, items.len() % slices);
    let mut rows = Vec::new();
    let mut start = 0;
    for at in 0..slices {
        let end = start + each + usize::from(at < more);
        let mut row = items[start..end].to_vec();
        if let (Some(fill), true) = (args.get(1, "fill_with").filter(|fill| !fill.is_none()), at >= more) {
            row.push(fill.clone());
        }
        rows.push(Value::list(row));
        start = end;
    }
    Ok(Value::list(rows))
}
