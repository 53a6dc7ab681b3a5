//! `modules`: the parts of Python that dbt lets templates use.

use std::rc::Rc;

use super::datetime;
use super::object::Object;
use super::pattern;
use crate::template::function::Args;
use crate::template::run::Run;
use crate::template::stop::Stop;
use crate::template::value::Value;

/// `path.name`
pub(super) fn attribute(path: &str, name: &str) -> Value {
    match (path, name) {
        ("re", "I" | "IGNORECASE") => Value::Int(2),
        ("re", "M" | "MULTILINE") => Value::Int(8),
        ("re", "S" | "DOTALL") => Value::Int(16),
        ("re", "X" | "VERBOSE") => Value::Int(64),
        ("datetime.timezone", "utc") | ("pytz", "utc" | "UTC") => Value::object(Object::Moment(datetime::utc())),
        _ => Value::object(Object::Module(Rc::from(format!("{path}.{name}")))),
    }
}

pub(super) fn call(run: &mut Run<'_>, path: &str, args: Args) -> Result<Value, Stop> {
    let (module, name) = path.split_once('.').unwrap_or((path, ""));
    match module {
        "re" => pattern::call(run, name, args),
        "datetime" | "pytz" => datetime::call(path, &args),
        "itertools" => itertools(run, name, &args),
        _ => Err(Stop::fault(format!("there is no module `{module}` in dbt's templates"))),
    }
}

/// The products of lists grow fast; longer ones are refused.
const MAX_ROWS: usize = 100_000;

fn itertools(run: &mut Run<'_>, name: &str, args: &Args) -> Result<Value, Stop> {
    let mut lists = Vec::new();
    for value in &args.positional {
        if value.as_int().is_none() {
            lists.push(run.items(value)?);
        }
    }
    let size = args.positional.get(1).or_else(|| args.named("r")).and_then(Value::as_int);
    let size = size.and_then(|size| usize::try_from(size).ok());
    let rows: Vec<Vec<Value>> = match name {
        "chain" => return Ok(Value::list(lists.into_iter().flatten())),
        "chain.from_iterable" => {
            let mut all = Vec::new();
            for inner in lists.into_iter().flatten() {
                all.extend(run.items(&inner)?);
            }
            return Ok(Value::list(all));
        }
        "repeat" => {
            let times = size.unwrap_or(0).min(MAX_ROWS);
            run.spend(times)?;
            return Ok(Value::list((0..times).map(|_| args.positional.first().cloned().unwrap_or(Value::None))));
        }
        "islice" => {
            let bounds: Vec<Option<i64>> = args.positional.iter().skip(1).map(Value::as_int).collect();
            let bounds = match bounds[..] {
                [end] => [None, end, None],
                [start, end] => [start, end, None],
                [start, end, step] => [start, end, step],
                _ => [None; 3],
            };
            return crate::template::methods::slice(&Value::list(lists.into_iter().flatten()), bounds);
        }
        "accumulate" => {
            let mut total: Option<Value> = None;
            let mut all = Vec::new();
            for item in lists.into_iter().flatten() {
                let next = match &total {
                    Some(total) => {
                        crate::template::operators::arithmetic(crate::template::ast::Arithmetic::Add, total, &item)?
                    }
                    None => item,
                };
                all.push(next.clone());
                total = Some(next);
            }
            return Ok(Value::list(all));
        }
        "zip_longest" => {
            let rows = lists.iter().map(Vec::len).max().unwrap_or(0);
            let fill = args.named("fillvalue").cloned().unwrap_or(Value::None);
            (0..rows).map(|row| lists.iter().map(|list| list.get(row).unwrap_or(&fill).clone()).collect()).collect()
        }
        "product" => product(run, &lists)?,
        "combinations" | "permutations" | "combinations_with_replacement" => {
            let items = lists.into_iter().next().unwrap_or_default();
            let size = size.unwrap_or(items.len());
            choose(run, name, &items, size)?
        }
        _ => return Err(Stop::fault(format!("`itertools.{name}` is not supported"))),
    };
    Ok(Value::list(rows.into_iter().map(Value::tuple)))
}

fn product(run: &mut Run<'_>, lists: &[Vec<Value>]) -> Result<Vec<Vec<Value>>, Stop> {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for list in lists {
        let count = rows.len().saturating_mul(list.len());
        if count > MAX_ROWS {
            return Err(Stop::fault("this product has too many rows"));
        }
        run.spend(count)?;
        rows =
            rows.iter().flat_map(|row| list.iter().map(|item| row.iter().chain([item]).cloned().collect())).collect();
    }
    Ok(rows)
}

fn choose(run: &mut Run<'_>, name: &str, items: &[Value], size: usize) -> Result<Vec<Vec<Value>>, Stop> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..size {
        let mut longer = Vec::new();
        for row in &rows {
            let last = row.last().copied();
            for at in 0..items.len() {
                let fits = match name {
                    "permutations" => !row.contains(&at),
                    "combinations" => last.is_none_or(|last| at > last),
                    _ => last.is_none_or(|last| at >= last),
                };
                if fits {
                    longer.push(row.iter().copied().chain([at]).collect());
                }
            }
            if longer.len() > MAX_ROWS {
                return Err(Stop::fault("there are too many combinations"));
            }
        }
        run.spend(longer.len() + 1)?;
        rows = longer;
    }
    Ok(rows.into_iter().map(|row| row.into_iter().map(|at| items[at].clone()).collect()).collect())
}
