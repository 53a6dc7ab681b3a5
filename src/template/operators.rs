//! Operators on values, as Python defines them.
#![expect(clippy::cast_precision_loss, reason = "Python makes the same floats of whole numbers")]

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::BigInt;

use super::ast::{Arithmetic, Comparison};
use super::context::datetime;
use super::context::object::Object;
use super::format;
use super::marked::{Text, concat};
use super::stop::Stop;
use super::value::{Key, Map, Value};

/// Texts and lists made by one operator are refused beyond this size.
const MAX_SIZE: usize = 4 << 20;
/// Lists longer than this are refused.
const MAX_ITEMS: usize = 200_000;
/// Whole numbers beyond this many bits are refused.
const MAX_BITS: u64 = 1 << 13;
/// Lists that hold themselves are compared down to this depth, and with this many comparisons.
const MAX_DEPTH: usize = 60;
const MAX_COMPARISONS: usize = 200_000;

/// `a == b`
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    equal_at(a, b, 0, &mut { MAX_COMPARISONS })
}

fn equal_at(a: &Value, b: &Value, depth: usize, left: &mut usize) -> bool {
    if depth > MAX_DEPTH || *left == 0 {
        return false;
    }
    *left -= 1;
    match (a, b) {
        (Value::Undefined(_), Value::Undefined(_)) | (Value::None, Value::None) => true,
        (Value::Str(a), Value::Str(b)) => a.as_str() == b.as_str(),
        (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b) || all_equal(&a.borrow(), &b.borrow(), depth, left),
        (Value::Tuple(a), Value::Tuple(b)) => all_equal(a, b, depth, left),
        (Value::Dict(a), Value::Dict(b)) | (Value::Set(a), Value::Set(b)) => {
            Rc::ptr_eq(a, b) || same_entries(&a.borrow(), &b.borrow(), depth, left)
        }
        (Value::Function(a), Value::Function(b)) => Rc::ptr_eq(a, b) || a == b,
        (Value::Object(a), Value::Object(b)) => match (&**a, &**b) {
            _ if Rc::ptr_eq(a, b) => true,
            (Object::Group(a, x), Object::Group(b, y)) => {
                equal_at(a, b, depth + 1, left) && equal_at(x, y, depth + 1, left)
            }
            (a, b) => a.equals(b),
        },
        _ => number(a).zip(number(b)).is_some_and(|(a, b)| compare_numbers(&a, &b) == Some(Ordering::Equal)),
    }
}

fn all_equal(a: &[Value], b: &[Value], depth: usize, left: &mut usize) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal_at(a, b, depth + 1, left))
}

fn same_entries(a: &Map, b: &Map, depth: usize, left: &mut usize) -> bool {
    a.len() == b.len()
        && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| equal_at(value, other, depth + 1, left)))
}

enum Number {
    Int(i64),
    Big(BigInt),
    Float(f64),
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Bool(value) => Some(Number::Int(i64::from(*value))),
        Value::Int(number) => Some(Number::Int(*number)),
        Value::Big(number) => Some(Number::Big(BigInt::clone(number))),
        Value::Float(number) => Some(Number::Float(*number)),
        _ => None,
    }
}

fn to_float(number: &Number) -> f64 {
    match number {
        Number::Int(number) => *number as f64,
        // Exact enough: a number this long prints the same digits either way.
        Number::Big(number) => number.to_string().parse().unwrap_or(f64::INFINITY),
        Number::Float(number) => *number,
    }
}

fn to_big(number: Number) -> BigInt {
    match number {
        Number::Int(number) => BigInt::from(number),
        Number::Big(number) => number,
        Number::Float(number) => BigInt::from(number as i64),
    }
}

fn compare_numbers(a: &Number, b: &Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(b)),
        (Number::Big(a), Number::Big(b)) => Some(a.cmp(b)),
        (Number::Int(a), Number::Big(b)) => Some(BigInt::from(*a).cmp(b)),
        (Number::Big(a), Number::Int(b)) => Some(a.cmp(&BigInt::from(*b))),
        _ => to_float(a).partial_cmp(&to_float(b)),
    }
}

/// The order of two values, where they have one.
pub(super) fn order(a: &Value, b: &Value) -> Result<Ordering, Stop> {
    order_at(a, b, 0)
}

fn order_at(a: &Value, b: &Value, depth: usize) -> Result<Ordering, Stop> {
    let unordered = || Stop::fault(format!("a {} and a {} have no order", a.kind(), b.kind()));
    if depth > MAX_DEPTH {
        return Err(unordered());
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return compare_numbers(&a, &b).ok_or_else(unordered);
    }
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(a.as_str().cmp(b.as_str())),
        (Value::List(a), Value::List(b)) => order_items(&a.borrow(), &b.borrow(), depth),
        (Value::Tuple(a), Value::Tuple(b)) => order_items(a, b, depth),
        (Value::Object(a), Value::Object(b)) => a.order(b).ok_or_else(unordered),
        _ => Err(unordered()),
    }
}

fn order_items(a: &[Value], b: &[Value], depth: usize) -> Result<Ordering, Stop> {
    for (a, b) in a.iter().zip(b) {
        if !equal(a, b) {
            return order_at(a, b, depth + 1);
        }
    }
    Ok(a.len().cmp(&b.len()))
}

/// One link of a comparison chain; unknown where one side is.
pub(super) fn compare(comparison: Comparison, a: &Value, b: &Value) -> Result<Value, Stop> {
    if matches!(a, Value::Unknown) || matches!(b, Value::Unknown) {
        return Ok(Value::Unknown);
    }
    let truth = match comparison {
        Comparison::Equal => equal(a, b),
        Comparison::NotEqual => !equal(a, b),
        Comparison::Less => order(a, b)?.is_lt(),
        Comparison::LessEqual => order(a, b)?.is_le(),
        Comparison::Greater => order(a, b)?.is_gt(),
        Comparison::GreaterEqual => order(a, b)?.is_ge(),
        Comparison::In => contains(b, a)?,
        Comparison::NotIn => !contains(b, a)?,
    };
    Ok(Value::Bool(truth))
}

/// How many steps it takes to look through a value.
pub(super) fn cost(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.as_str().len() / 256,
        Value::List(items) => items.borrow().len() / 4,
        Value::Tuple(items) => items.len() / 4,
        Value::Dict(map) => map.borrow().len() / 16,
        _ => 0,
    }
}

/// `item in holder`
pub(super) fn contains(holder: &Value, item: &Value) -> Result<bool, Stop> {
    match holder {
        Value::Str(text) => match item {
            Value::Str(part) => Ok(text.as_str().contains(part.as_str())),
            Value::Undefined(_) => Ok(true),
            other => Err(Stop::fault(format!("`in` of a text needs a text, not a {}", other.kind()))),
        },
        Value::List(items) => Ok(items.borrow().iter().any(|other| equal(item, other))),
        Value::Tuple(items) => Ok(items.iter().any(|other| equal(item, other))),
        Value::Dict(map) | Value::Set(map) => match Key::new(item.clone()) {
            Some(key) => Ok(map.borrow().contains_key(&key)),
            None => Err(Stop::fault(format!("a {} cannot be a key", item.kind()))),
        },
        Value::Undefined(_) | Value::Unknown => Ok(false),
        Value::Object(object) => object.contains(item),
        other => Err(Stop::fault(format!("`in` needs something to look in, not a {}", other.kind()))),
    }
}

/// `a operator b`
pub(super) fn arithmetic(operator: Arithmetic, a: &Value, b: &Value) -> Result<Value, Stop> {
    if let (Value::Int(a), Value::Int(b)) = (a, b)
        && let Some(small) = small(operator, *a, *b)
    {
        return Ok(Value::Int(small));
    }
    if matches!(a, Value::Unknown) || matches!(b, Value::Unknown) {
        return Ok(Value::Unknown);
    }
    if let (Arithmetic::Modulo, Value::Str(template)) = (operator, a) {
        return Ok(Value::text(format::percent(template.as_str(), b)?));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return numbers(operator, a, b);
    }
    if let Some(result) = datetime::arithmetic(operator, a, b) {
        return result;
    }
    match (operator, a, b) {
        (Arithmetic::Add, Value::Str(a), Value::Str(b)) => join(&[a.clone(), b.clone()]),
        (Arithmetic::Add, Value::List(a), Value::List(b)) => both(&a.borrow(), &b.borrow()).map(Value::list),
        (Arithmetic::Add, Value::Tuple(a), Value::Tuple(b)) => both(a, b).map(Value::tuple),
        (Arithmetic::Subtract, Value::Set(a), Value::Set(b)) => {
            let b = b.borrow();
            Ok(Value::set(a.borrow().keys().filter(|key| !b.contains_key(*key)).cloned()))
        }
        (Arithmetic::Multiply, times, other) | (Arithmetic::Multiply, other, times) if times.as_int().is_some() => {
            repeat(other, times.as_int().unwrap_or(0)).unwrap_or_else(|| Err(mismatch(operator, a, b)))
        }
        _ => Err(mismatch(operator, a, b)),
    }
}

fn both(a: &[Value], b: &[Value]) -> Result<Vec<Value>, Stop> {
    if a.len() + b.len() > MAX_ITEMS {
        let stop = Stop::fault("this list is too large");
        return Err(stop.help("Look for a list that is doubled in a loop."));
    }
    Ok(a.iter().chain(b).cloned().collect())
}

fn mismatch(operator: Arithmetic, a: &Value, b: &Value) -> Stop {
    let sign = match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Divide => "/",
        Arithmetic::FloorDivide => "//",
        Arithmetic::Modulo => "%",
        Arithmetic::Power => "**",
    };
    if let Value::Undefined(name) = if a.is_undefined() { a } else { b } {
        return Stop::fault(format!("`{name}` is undefined"));
    }
    let stop = Stop::fault(format!("`{sign}` does not work between a {} and a {}", a.kind(), b.kind()));
    if operator == Arithmetic::Add { stop.help("To put texts together, use `~`.") } else { stop }
}

/// The results of two small numbers that are small numbers again; the rest takes the long way.
fn small(operator: Arithmetic, a: i64, b: i64) -> Option<i64> {
    match operator {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::FloorDivide if b != 0 => {
            let quotient = a.checked_div(b)?;
            Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
        }
        Arithmetic::Modulo if b != 0 => {
            let rest = a.checked_rem(b)?;
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
        Arithmetic::Power => a.checked_pow(u32::try_from(b).ok()?),
        _ => None,
    }
}

fn numbers(operator: Arithmetic, a: Number, b: Number) -> Result<Value, Stop> {
    let float = matches!(a, Number::Float(_)) || matches!(b, Number::Float(_)) || operator == Arithmetic::Divide;
    let negative_power = operator == Arithmetic::Power && compare_numbers(&b, &Number::Int(0)) == Some(Ordering::Less);
    if float || negative_power {
        let (a, b) = (to_float(&a), to_float(&b));
        let divides = matches!(operator, Arithmetic::Divide | Arithmetic::FloorDivide | Arithmetic::Modulo);
        if b == 0.0 && divides {
            return Err(Stop::fault("division by zero"));
        }
        return Ok(Value::Float(match operator {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide => a / b,
            Arithmetic::FloorDivide => (a / b).floor(),
            Arithmetic::Modulo => a - b * (a / b).floor(),
            Arithmetic::Power => a.powf(b),
        }));
    }
    let (a, b) = (to_big(a), to_big(b));
    if a.bits() + b.bits() > MAX_BITS {
        return Err(Stop::fault("this number is too large"));
    }
    let zero = BigInt::from(0);
    Ok(Value::big(match operator {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Power => {
            let exponent = u32::try_from(&b).unwrap_or(u32::MAX);
            if a.bits().saturating_mul(u64::from(exponent)) > MAX_BITS {
                return Err(Stop::fault("this number is too large"));
            }
            a.pow(exponent)
        }
        _ if b == zero => return Err(Stop::fault("division by zero")),
        _ => {
            let (mut quotient, mut rest) = (&a / &b, &a % &b);
            if rest != zero && (rest < zero) != (b < zero) {
                quotient -= 1;
                rest += &b;
            }
            if operator == Arithmetic::Modulo { rest } else { quotient }
        }
    }))
}

/// `'ab' * 2`, `[0] * 3`; `None` for what cannot be repeated.
fn repeat(value: &Value, times: i64) -> Option<Result<Value, Stop>> {
    let times = usize::try_from(times).unwrap_or(0);
    let size = match value {
        Value::Str(text) => text.as_str().len(),
        Value::List(items) => items.borrow().len() * (MAX_SIZE / MAX_ITEMS),
        Value::Tuple(items) => items.len() * (MAX_SIZE / MAX_ITEMS),
        _ => return None,
    };
    if size.saturating_mul(times) > MAX_SIZE {
        return Some(Err(Stop::fault("this value is too large")));
    }
    let repeated = |items: &[Value]| (0..times).flat_map(|_| items.iter().cloned()).collect::<Vec<_>>();
    Some(Ok(match value {
        Value::Str(text) => Value::text(text.as_str().repeat(times)),
        Value::List(items) => Value::list(repeated(&items.borrow())),
        Value::Tuple(items) => Value::tuple(repeated(items)),
        _ => return None,
    }))
}

/// Texts one after the other.
pub(super) fn join(parts: &[Text]) -> Result<Value, Stop> {
    if parts.iter().map(|part| part.as_str().len()).sum::<usize>() > MAX_SIZE {
        return Err(Stop::fault("this text is too large"));
    }
    Ok(Value::Str(concat(parts)))
}

/// `-value`
pub(super) fn negative(value: &Value) -> Result<Value, Stop> {
    match value {
        Value::Float(number) => Ok(Value::Float(-number)),
        Value::Object(_) => arithmetic(Arithmetic::Multiply, value, &Value::Int(-1)),
        other => arithmetic(Arithmetic::Subtract, &Value::Int(0), other),
    }
}
