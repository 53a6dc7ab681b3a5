//! Methods of dates, times, spans of time and zones.
#![expect(clippy::cast_precision_loss, reason = "Python makes the same floats of whole numbers")]

use std::fmt::Write;

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use super::construct::{time, zone_of};
use super::{Moment, Zone, clock, failed, in_utc, in_zone, offset_text, value};
use crate::template::context::object::Object;
use crate::template::function::Args;
use crate::template::stop::Stop;
use crate::template::value::Value;

/// Python's `%f` is microseconds, chrono's is nanoseconds.
pub(super) fn python_format(format: &str) -> String {
    format.replace("%f", "%6f")
}

fn strftime(moment: &Moment, format: &str) -> Result<Value, Stop> {
    let (at, zone) = match moment {
        Moment::DateTime(at, zone) => (*at, *zone),
        Moment::Date(date) => (date.and_time(NaiveTime::default()), None),
        Moment::Time(time) => (NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default().and_time(*time), None),
        _ => return Err(failed()),
    };
    let zone_text = |what: &str| match zone {
        Some(zone) if what == "%z" => offset_text(zone.offset(&at)).replace(':', ""),
        Some(zone) => zone.name(&at),
        None => String::new(),
    };
    let format = python_format(format).replace("%z", &zone_text("%z")).replace("%Z", &zone_text("%Z"));
    let mut out = String::new();
    write!(out, "{}", at.format(&format)).map_err(|_| Stop::fault(format!("`{format}` is no format of dates")))?;
    Ok(Value::text(out))
}

pub(in crate::template) fn method(moment: &Moment, name: &str, args: &Args) -> Result<Value, Stop> {
    match (moment, name) {
        (_, "strftime" | "__format__") => strftime(moment, args.text(0, "format")?),
        (Moment::DateTime(at, zone), "isoformat") => {
            let separator = args.get(0, "sep").and_then(Value::as_str).unwrap_or("T");
            let offset = zone.map(|zone| offset_text(zone.offset(at))).unwrap_or_default();
            Ok(Value::text(format!("{}{separator}{}{offset}", at.date(), clock(at.time()))))
        }
        (_, "isoformat") => Ok(Value::text(moment.to_string())),
        (Moment::DateTime(at, _), "date") => Ok(value(Moment::Date(at.date()))),
        (Moment::DateTime(at, _), "time") => Ok(value(Moment::Time(at.time()))),
        (Moment::DateTime(at, zone), "timestamp") => {
            let utc = in_utc(at, zone.unwrap_or(Zone::Fixed(0))).ok_or_else(failed)?;
            Ok(Value::Float(utc.and_utc().timestamp() as f64))
        }
        (Moment::DateTime(at, zone), "astimezone") => {
            let target = zone_of(args.positional.first()).unwrap_or(Zone::Fixed(0));
            let utc = in_utc(at, zone.unwrap_or(Zone::Fixed(0))).ok_or_else(failed)?;
            Ok(value(Moment::DateTime(in_zone(&utc, target).ok_or_else(failed)?, Some(target))))
        }
        (Moment::DateTime(at, _), "utcoffset") => {
            let _ = at;
            Ok(Value::None)
        }
        (Moment::DateTime(..) | Moment::Date(_), "replace") => replace(moment, args),
        (Moment::DateTime(..) | Moment::Date(_), "weekday" | "isoweekday" | "toordinal" | "isocalendar") => {
            calendar(moment, name)
        }
        (Moment::Delta(delta), "total_seconds") => {
            Ok(Value::Float(delta.num_microseconds().unwrap_or(i64::MAX) as f64 / 1e6))
        }
        (Moment::Zone(zone), "localize") => match args.positional.first() {
            Some(Value::Object(object)) => match &**object {
                Object::Moment(Moment::DateTime(at, _)) => Ok(value(Moment::DateTime(*at, Some(*zone)))),
                _ => Err(failed()),
            },
            _ => Err(failed()),
        },
        _ => Err(Stop::fault(format!("a {} has no method `{name}`", moment.kind()))),
    }
}

fn calendar(moment: &Moment, name: &str) -> Result<Value, Stop> {
    let date = match moment {
        Moment::DateTime(at, _) => at.date(),
        Moment::Date(date) => *date,
        _ => return Err(failed()),
    };
    let monday = i64::from(date.weekday().num_days_from_monday());
    Ok(match name {
        "weekday" => Value::Int(monday),
        "isoweekday" => Value::Int(monday + 1),
        "toordinal" => Value::Int(i64::from(date.num_days_from_ce())),
        _ => {
            let week = date.iso_week();
            Value::tuple([
                Value::Int(i64::from(week.year())),
                Value::Int(i64::from(week.week())),
                Value::Int(monday + 1),
            ])
        }
    })
}

fn replace(moment: &Moment, args: &Args) -> Result<Value, Stop> {
    let (at, zone, with_time) = match moment {
        Moment::DateTime(at, zone) => (*at, *zone, true),
        Moment::Date(date) => (date.and_time(NaiveTime::default()), None, false),
        _ => return Err(failed()),
    };
    let part = |index: usize, name: &str, own: u32| {
        args.get(index, name).and_then(Value::as_int).map_or(Some(own), |part| u32::try_from(part).ok())
    };
    let year = args.int(0, "year").map_or(Some(at.year()), |year| i32::try_from(year).ok());
    let date = year.zip(part(1, "month", at.month())).zip(part(2, "day", at.day()));
    let date = date.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day)).ok_or_else(failed)?;
    if !with_time {
        return Ok(value(Moment::Date(date)));
    }
    let micro = part(6, "microsecond", at.nanosecond() / 1000);
    let time = time(part(3, "hour", at.hour()), part(4, "minute", at.minute()), part(5, "second", at.second()), micro)?;
    let zone = match args.named("tzinfo") {
        Some(given) => zone_of(Some(given)),
        None => zone,
    };
    Ok(value(Moment::DateTime(date.and_time(time), zone)))
}
