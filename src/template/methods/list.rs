//! Methods of lists and sets.

use crate::template::filters::list::sorted;
use crate::template::function::Args;
use crate::template::operators::equal;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Dict, Key, List, Map, Value};

pub(super) const METHODS: [&str; 11] =
    ["append", "extend", "insert", "pop", "remove", "index", "count", "sort", "reverse", "copy", "clear"];

pub(super) const SET_METHODS: [&str; 11] = [
    "add",
    "update",
    "remove",
    "discard",
    "union",
    "intersection",
    "difference",
    "symmetric_difference",
    "issubset",
    "issuperset",
    "copy",
];

pub(super) fn call(run: &mut Run<'_>, list: &List, name: &str, args: &Args) -> Result<Value, Stop> {
    match name {
        "append" => {
            list.borrow_mut().push(args.need(0, "object")?.clone());
            Ok(Value::None)
        }
        "extend" => {
            let more = run.items(args.need(0, "iterable")?)?;
            // Copied and let go again: as dear as making them.
            run.spend(2 * more.len())?;
            list.borrow_mut().extend(more);
            Ok(Value::None)
        }
        "insert" => {
            let at = position(list, args.int(0, "index").unwrap_or(0)).min(list.borrow().len());
            run.spend(1 + (list.borrow().len() - at) / 16)?;
            list.borrow_mut().insert(at, args.need(1, "object")?.clone());
            Ok(Value::None)
        }
        "pop" => {
            let at = position(list, args.int(0, "index").unwrap_or(-1));
            let len = list.borrow().len();
            if at >= len {
                return Err(Stop::fault("`pop` finds no item there"));
            }
            run.spend(1 + (len - at) / 16)?;
            Ok(list.borrow_mut().remove(at))
        }
        "remove" => {
            let item = args.need(0, "value")?;
            run.spend(list.borrow().len() / 4)?;
            let at = list.borrow().iter().position(|other| equal(item, other));
            let at = at.ok_or_else(|| Stop::fault("the value to remove is not in this list"))?;
            list.borrow_mut().remove(at);
            Ok(Value::None)
        }
        "sort" => {
            let items = list.borrow().to_vec();
            let items = sorted(run, items, args.named("reverse").is_some_and(Value::truth))?;
            **list.borrow_mut() = items;
            Ok(Value::None)
        }
        "reverse" => {
            run.spend(list.borrow().len() / 4)?;
            list.borrow_mut().reverse();
            Ok(Value::None)
        }
        "copy" => {
            run.spend(list.borrow().len())?;
            Ok(Value::list(list.borrow().to_vec()))
        }
        "clear" => {
            let old = std::mem::take(&mut *list.borrow_mut());
            drop(old);
            Ok(Value::None)
        }
        _ => {
            run.spend(list.borrow().len() / 4)?;
            let items = list.borrow().to_vec();
            search(&items, name, args)
        }
    }
}

/// An index as a position; negative ones count from the end, those before the start are the start.
fn position(list: &List, index: i64) -> usize {
    let len = list.borrow().len();
    let size = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    if index < 0 { len.saturating_sub(size) } else { size }
}

/// `index` and `count`, which tuples have too.
pub(super) fn search(items: &[Value], name: &str, args: &Args) -> Result<Value, Stop> {
    let item = args.need(0, "value")?;
    let at = Value::count;
    match name {
        "count" => Ok(at(items.iter().filter(|other| equal(item, other)).count())),
        "index" => {
            let found = items.iter().position(|other| equal(item, other));
            found.map(at).ok_or_else(|| Stop::fault("the value is not in this list"))
        }
        _ => Err(Stop::fault(format!("a list has no method `{name}`"))),
    }
}

pub(super) fn set(run: &mut Run<'_>, set: &Dict, name: &str, args: &Args) -> Result<Value, Stop> {
    let key = || {
        let value = args.need(0, "element")?;
        Key::new(value.clone()).ok_or_else(|| Stop::fault(format!("a {} cannot be in a set", value.kind())))
    };
    match name {
        "add" => {
            set.borrow_mut().insert(key()?, Value::None);
            return Ok(Value::None);
        }
        "remove" | "discard" => {
            set.borrow_mut().shift_remove(&key()?);
            return Ok(Value::None);
        }
        "copy" => return Ok(Value::set(set.borrow().keys().cloned())),
        _ => {}
    }
    let mut others = Map::default();
    for other in &args.positional {
        others.extend(run.items(other)?.into_iter().filter_map(Key::new).map(|key| (key, Value::None)));
    }
    let own = set.borrow();
    let kept = |wanted: bool| Value::set(own.keys().filter(|key| others.contains_key(*key) == wanted).cloned());
    match name {
        "update" => {
            drop(own);
            set.borrow_mut().extend(others);
            Ok(Value::None)
        }
        "union" => Ok(Value::set(own.keys().cloned().chain(others.into_keys()))),
        "intersection" => Ok(kept(true)),
        "difference" => Ok(kept(false)),
        "symmetric_difference" => {
            let theirs = others.keys().filter(|key| !own.contains_key(*key)).cloned();
            Ok(Value::set(own.keys().filter(|key| !others.contains_key(*key)).cloned().chain(theirs)))
        }
        "issubset" => Ok(Value::Bool(own.keys().all(|key| others.contains_key(key)))),
        "issuperset" => Ok(Value::Bool(others.keys().all(|key| own.contains_key(key)))),
        _ => Err(Stop::fault(format!("a set has no method `{name}`"))),
    }
}
