//! Methods of texts, lists and dicts, as Python has them.

mod dict;
mod list;
mod text;

use super::function::Args;
use super::run::Run;
use super::stop::Stop;
use super::value::Value;

pub(super) use dict::pairs;
pub(super) use text::replaced;

/// Whether a value has a method of this name.
pub(super) fn has(holder: &Value, name: &str) -> bool {
    match holder {
        Value::Str(_) => text::METHODS.contains(&name),
        Value::List(_) => list::METHODS.contains(&name),
        Value::Tuple(_) => matches!(name, "count" | "index"),
        Value::Dict(_) => dict::METHODS.contains(&name),
        Value::Set(_) => list::SET_METHODS.contains(&name),
        Value::Int(_) | Value::Big(_) | Value::Bool(_) => name == "bit_length",
        Value::Float(_) => name == "is_integer",
        _ => false,
    }
}

pub(super) fn call(run: &mut Run<'_>, holder: &Value, name: &str, args: &Args) -> Result<Value, Stop> {
    match holder {
        Value::Str(text) => text::call(run, text, name, args),
        Value::List(items) => list::call(run, items, name, args),
        Value::Tuple(items) => list::search(items, name, args),
        Value::Dict(map) => dict::call(run, map, name, args),
        Value::Set(map) => list::set(run, map, name, args),
        Value::Int(number) => Ok(Value::Int(i64::from(64 - number.unsigned_abs().leading_zeros()))),
        Value::Float(number) => Ok(Value::Bool(number.fract() == 0.0)),
        other => Err(Stop::fault(format!("a {} has no method `{name}`", other.kind()))),
    }
}

/// `holder[index]`; negative indices count from the end.
pub(super) fn at(holder: &Value, index: i64) -> Option<Value> {
    let size = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let from = |len: usize| if index < 0 { len.checked_sub(size) } else { Some(size) };
    match holder {
        Value::List(items) => {
            let items = items.borrow();
            items.get(from(items.len())?).cloned()
        }
        Value::Tuple(items) => items.get(from(items.len())?).cloned(),
        Value::Str(text) if text.as_str().is_ascii() => {
            let at = from(text.as_str().len())?;
            (at < text.as_str().len()).then(|| Value::Str(text.slice(at, at + 1)))
        }
        Value::Str(text) => {
            let at = from(text.as_str().chars().count())?;
            let (start, c) = text.as_str().char_indices().nth(at)?;
            Some(Value::Str(text.slice(start, start + c.len_utf8())))
        }
        _ => None,
    }
}

/// `holder[start:end:step]`
pub(super) fn slice(holder: &Value, bounds: [Option<i64>; 3]) -> Result<Value, Stop> {
    match holder {
        Value::List(items) => {
            let items = items.borrow();
            let taken: Vec<Value> = positions(items.len(), bounds)?.map(|at| items[at].clone()).collect();
            Ok(Value::list(taken))
        }
        Value::Tuple(items) => Ok(Value::tuple(positions(items.len(), bounds)?.map(|at| items[at].clone()))),
        Value::Str(text) => {
            let starts: Vec<usize> = text.as_str().char_indices().map(|(at, _)| at).collect();
            let end_of = |at: usize| starts.get(at + 1).copied().unwrap_or(text.as_str().len());
            let mut taken = positions(starts.len(), bounds)?;
            if bounds[2].is_none_or(|step| step == 1) {
                let Some(first) = taken.next() else { return Ok(Value::text("")) };
                let last = taken.last().unwrap_or(first);
                return Ok(Value::Str(text.slice(starts[first], end_of(last))));
            }
            let picked: String = taken.map(|at| &text.as_str()[starts[at]..end_of(at)]).collect();
            Ok(Value::text(picked))
        }
        Value::Unknown => Ok(Value::Unknown),
        Value::Object(object) => object.slice(bounds),
        other => Err(Stop::fault(format!("a {} cannot be sliced", other.kind()))),
    }
}

/// The indices that a slice takes of `len` items.
pub(super) fn positions(
    len: usize,
    [start, end, step]: [Option<i64>; 3],
) -> Result<Box<dyn Iterator<Item = usize>>, Stop> {
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(Stop::fault("a slice cannot go in steps of 0"));
    }
    let by = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
    // Positions count from 1 below, so that 0 can stand for what lies before the first item.
    let clamp = |at: i64| {
        let size = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        if at < 0 { (len + 1).saturating_sub(size) } else { size.saturating_add(1) }
    };
    if step > 0 {
        let start = start.map_or(1, clamp).clamp(1, len + 1);
        let end = end.map_or(len + 1, clamp).clamp(start, len + 1);
        return Ok(Box::new((start..end).step_by(by).map(|at| at - 1)));
    }
    let start = start.map_or(len, clamp).min(len);
    let end = end.map_or(0, clamp).min(start);
    Ok(Box::new((end + 1..=start).rev().step_by(by).map(|at| at - 1)))
}
