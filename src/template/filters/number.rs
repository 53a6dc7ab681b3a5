//! Filters that make numbers.
#![expect(clippy::cast_precision_loss, reason = "Python makes the same floats of whole numbers")]

use crate::template::function::Args;
use crate::template::operators;
use crate::template::print;
use crate::template::stop::Stop;
use crate::template::value::Value;
use num_bigint::BigInt;

pub(super) fn apply(name: &str, value: &Value, args: &Args) -> Result<Value, Stop> {
    match name {
        "abs" => match value {
            Value::Float(number) => Ok(Value::Float(number.abs())),
            other if operators::order(other, &Value::Int(0))?.is_lt() => operators::negative(other),
            other => Ok(other.clone()),
        },
        "int" => Ok(int(value, args)),
        "float" => {
            let number = match value {
                Value::Str(text) => text.as_str().trim().replace('_', "").parse().ok(),
                Value::Int(_) | Value::Big(_) | Value::Float(_) => print::plain(value).parse().ok(),
                Value::Bool(value) => Some(f64::from(u8::from(*value))),
                _ => None,
            };
            Ok(number.map_or_else(|| args.get(0, "default").cloned().unwrap_or(Value::Float(0.0)), Value::Float))
        }
        "round" => round(value, args),
        _ => {
            let bytes = print::plain(&apply("float", value, &Args::default())?).parse::<f64>().unwrap_or(0.0);
            Ok(Value::text(filesize(bytes, args.truth(0, "binary"))))
        }
    }
}

fn int(value: &Value, args: &Args) -> Value {
    let base = args.int(1, "base").and_then(|base| u32::try_from(base).ok()).filter(|base| (2..=36).contains(base));
    let number = match value {
        Value::Int(_) | Value::Big(_) => Some(value.clone()),
        Value::Bool(value) => Some(Value::Int(i64::from(*value))),
        Value::Float(number) if number.is_finite() => {
            BigInt::parse_bytes(format!("{:.0}", number.trunc()).as_bytes(), 10).map(Value::big)
        }
        Value::Str(text) => {
            let digits = text.as_str().trim().replace('_', "");
            let whole =
                if digits.len() > 5000 { None } else { BigInt::parse_bytes(digits.as_bytes(), base.unwrap_or(10)) };
            let float = || digits.parse::<f64>().ok().filter(|number| number.is_finite() && number.abs() < 9e18);
            whole.map(Value::big).or_else(|| float().map(|number| Value::Int(number as i64)))
        }
        _ => None,
    };
    number.unwrap_or_else(|| args.get(0, "default").cloned().unwrap_or(Value::Int(0)))
}

fn round(value: &Value, args: &Args) -> Result<Value, Stop> {
    let precision = args.int(0, "precision").unwrap_or(0).clamp(-300, 300) as i32;
    let number = match value {
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        other => return Err(Stop::fault(format!("a {} cannot be rounded", other.kind()))),
    };
    let scale = 10_f64.powi(precision);
    let rounded = match args.get(1, "method").and_then(Value::as_str) {
        Some("ceil") => (number * scale).ceil() / scale,
        Some("floor") => (number * scale).floor() / scale,
        _ if precision >= 0 => format!("{number:.*}", precision.unsigned_abs() as usize).parse().unwrap_or(number),
        _ => (number * scale).round_ties_even() / scale,
    };
    match value {
        Value::Int(_) => Ok(Value::Int(rounded as i64)),
        _ => Ok(Value::Float(rounded)),
    }
}

fn filesize(bytes: f64, binary: bool) -> String {
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    let units = if binary {
        ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
    } else {
        ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    };
    if bytes < base {
        return format!("{bytes:.0} {}", if (bytes - 1.0).abs() < f64::EPSILON { "Byte" } else { "Bytes" });
    }
    let mut size = bytes;
    for unit in units {
        size /= base;
        if size < base || unit.starts_with('Y') {
            return format!("{size:.1} {unit}");
        }
    }
    String::new()
}
