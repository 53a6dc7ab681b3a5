//! Methods of dicts.

use crate::template::function::Args;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::{Dict, Key, Map, Value};

pub(super) const METHODS: [&str; 11] =
    ["get", "items", "keys", "values", "update", "pop", "popitem", "setdefault", "copy", "clear", "fromkeys"];

pub(super) fn call(run: &mut Run<'_>, map: &Dict, name: &str, args: &Args) -> Result<Value, Stop> {
    let key = |at: usize| {
        let value = args.need(at, "key")?;
        Key::new(value.clone()).ok_or_else(|| Stop::fault(format!("a {} cannot be a key", value.kind())))
    };
    match name {
        "get" => {
            let found = map.borrow().get(&key(0)?).cloned();
            Ok(found.or_else(|| args.get(1, "default").cloned()).unwrap_or(Value::None))
        }
        "items" => {
            run.spend(map.borrow().len())?;
            Ok(Value::list(map.borrow().iter().map(|(key, value)| Value::tuple([key.value().clone(), value.clone()]))))
        }
        "keys" => Ok(Value::list(map.borrow().keys().map(|key| key.value().clone()))),
        "values" => Ok(Value::list(map.borrow().values().cloned())),
        "update" => {
            for (key, value) in pairs(run, args)? {
                map.borrow_mut().insert(key, value);
            }
            Ok(Value::None)
        }
        "pop" => {
            let key = key(0)?;
            let found = map.borrow_mut().shift_remove(&key);
            found.or_else(|| args.get(1, "default").cloned()).ok_or_else(|| {
                Stop::fault(format!("this dict has no key {}", crate::template::print::repr(key.value())))
            })
        }
        "popitem" => {
            let last = map.borrow_mut().pop();
            let (key, value) = last.ok_or_else(|| Stop::fault("this dict is empty"))?;
            Ok(Value::tuple([key.value().clone(), value]))
        }
        "setdefault" => {
            let default = args.get(1, "default").cloned().unwrap_or(Value::None);
            Ok(map.borrow_mut().entry(key(0)?).or_insert(default).clone())
        }
        "copy" => {
            run.spend(map.borrow().len())?;
            Ok(Value::dict(Map::clone(&map.borrow())))
        }
        "clear" => {
            let old = std::mem::take(&mut *map.borrow_mut());
            drop(old);
            Ok(Value::None)
        }
        _ => Err(Stop::fault(format!("a dict has no method `{name}`"))),
    }
}

/// The entries that `dict(..)` and `update(..)` are given: a dict or pairs, and named arguments.
pub(in crate::template) fn pairs(run: &mut Run<'_>, args: &Args) -> Result<Vec<(Key, Value)>, Stop> {
    let mut entries = Vec::new();
    match args.positional.first() {
        None | Some(Value::Unknown) => {}
        Some(Value::Dict(map)) => entries.extend(map.borrow().iter().map(|(key, value)| (key.clone(), value.clone()))),
        Some(other) => {
            for pair in run.items(other)? {
                let [key, value] = &run.items(&pair)?[..] else {
                    return Err(Stop::fault("a dict is made of pairs"));
                };
                let kind = key.kind();
                let key = Key::new(key.clone()).ok_or_else(|| Stop::fault(format!("a {kind} cannot be a key")))?;
                entries.push((key, value.clone()));
            }
        }
    }
    entries.extend(args.named.iter().map(|(name, value)| (Key::name(name), value.clone())));
    Ok(entries)
}
