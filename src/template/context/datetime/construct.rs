//! Dates and times from their parts, from texts, and from the clock that stands still.

use chrono::{Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

use super::method::python_format;
use super::{Moment, Zone, failed, in_zone, start, value};
use crate::template::context::object::Object;
use crate::template::function::Args;
use crate::template::print;
use crate::template::stop::Stop;
use crate::template::value::Value;

/// `datetime.datetime.now()` and its kin, by their dotted path.
pub(in crate::template) fn call(path: &str, args: &Args) -> Result<Value, Stop> {
    let part = |at: usize, name: &str, default: u32| {
        args.get(at, name).and_then(Value::as_int).map_or(Some(default), |part| u32::try_from(part).ok())
    };
    match path {
        "datetime.datetime.now" | "datetime.datetime.today" | "datetime.datetime.utcnow" => match args.get(0, "tz") {
            Some(Value::Object(object)) => match &**object {
                Object::Moment(Moment::Zone(zone)) => {
                    let local = in_zone(&start(), *zone).ok_or_else(failed)?;
                    Ok(value(Moment::DateTime(local, Some(*zone))))
                }
                _ => Err(Stop::fault("`now` takes a time zone")),
            },
            _ => Ok(value(Moment::DateTime(start(), None))),
        },
        "datetime.date.today" => Ok(value(Moment::Date(start().date()))),
        "datetime.datetime.strptime" => parse(args.text(0, "date_string")?, args.text(1, "format")?),
        "datetime.datetime.fromisoformat" | "datetime.date.fromisoformat" => {
            iso(args.text(0, "date_string")?, path == "datetime.datetime.fromisoformat")
        }
        "datetime.datetime.combine" => combine(args),
        "datetime.datetime.fromtimestamp" | "datetime.datetime.utcfromtimestamp" => {
            let seconds = args.need(0, "timestamp")?;
            let seconds = print::plain(seconds).parse::<f64>().map_err(|_| failed())?;
            let at = chrono::DateTime::from_timestamp(seconds as i64, 0).ok_or_else(failed)?;
            Ok(value(Moment::DateTime(at.naive_utc(), None)))
        }
        "datetime.datetime" | "datetime.date" => {
            let year = args.int(0, "year").and_then(|year| i32::try_from(year).ok());
            let date = year.zip(part(1, "month", 0)).zip(part(2, "day", 0));
            let date =
                date.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day)).ok_or_else(failed)?;
            if path == "datetime.date" {
                return Ok(value(Moment::Date(date)));
            }
            let time = time(part(3, "hour", 0), part(4, "minute", 0), part(5, "second", 0), part(6, "microsecond", 0))?;
            Ok(value(Moment::DateTime(date.and_time(time), zone_of(args.get(7, "tzinfo")))))
        }
        "datetime.time" => {
            let time = time(part(0, "hour", 0), part(1, "minute", 0), part(2, "second", 0), part(3, "microsecond", 0))?;
            Ok(value(Moment::Time(time)))
        }
        "datetime.timedelta" => delta(args).map(|delta| value(Moment::Delta(delta))),
        "datetime.timezone" => match args.positional.first() {
            Some(Value::Object(object)) => match &**object {
                Object::Moment(Moment::Delta(delta)) => {
                    let seconds =
                        i32::try_from(delta.num_seconds()).ok().filter(|s| FixedOffset::east_opt(*s).is_some());
                    Ok(value(Moment::Zone(Zone::Fixed(seconds.ok_or_else(failed)?))))
                }
                _ => Err(failed()),
            },
            _ => Err(failed()),
        },
        "pytz.timezone" => {
            let name = args.text(0, "zone")?;
            let zone =
                name.parse::<chrono_tz::Tz>().map_err(|_| Stop::fault(format!("there is no time zone `{name}`")))?;
            Ok(value(Moment::Zone(Zone::Named(zone))))
        }
        _ => Err(Stop::fault(format!("`modules.{path}` is not supported"))),
    }
}

pub(super) fn zone_of(zone: Option<&Value>) -> Option<Zone> {
    match zone {
        Some(Value::Object(object)) => match &**object {
            Object::Moment(Moment::Zone(zone)) => Some(*zone),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn time(
    hour: Option<u32>,
    minute: Option<u32>,
    second: Option<u32>,
    micro: Option<u32>,
) -> Result<NaiveTime, Stop> {
    let parts = hour.zip(minute).zip(second).zip(micro);
    parts
        .and_then(|(((hour, minute), second), micro)| NaiveTime::from_hms_micro_opt(hour, minute, second, micro))
        .ok_or_else(failed)
}

fn delta(args: &Args) -> Result<Duration, Stop> {
    let names = [
        ("days", 86_400_000_000_f64),
        ("seconds", 1_000_000.0),
        ("microseconds", 1.0),
        ("milliseconds", 1_000.0),
        ("minutes", 60_000_000.0),
        ("hours", 3_600_000_000.0),
        ("weeks", 604_800_000_000.0),
    ];
    let mut micros = 0.0;
    for (at, (name, size)) in names.into_iter().enumerate() {
        if let Some(number) = args.get(at, name) {
            let plain = print::plain(number).parse::<f64>();
            micros +=
                size * plain.map_err(|_| Stop::fault(format!("`{name}` must be a number, not a {}", number.kind())))?;
        }
    }
    if micros.abs() > 8.64e19 {
        return Err(failed());
    }
    Ok(Duration::microseconds(micros.round() as i64))
}

fn combine(args: &Args) -> Result<Value, Stop> {
    let moment = |at: usize| match args.positional.get(at) {
        Some(Value::Object(object)) => match &**object {
            Object::Moment(moment) => Some(moment.clone()),
            _ => None,
        },
        _ => None,
    };
    match (moment(0), moment(1)) {
        (Some(Moment::Date(date)), Some(Moment::Time(time))) => Ok(value(Moment::DateTime(date.and_time(time), None))),
        (Some(Moment::DateTime(at, _)), Some(Moment::Time(time))) => {
            Ok(value(Moment::DateTime(at.date().and_time(time), None)))
        }
        _ => Err(Stop::fault("`combine` takes a date and a time")),
    }
}

fn iso(text: &str, with_time: bool) -> Result<Value, Stop> {
    let date = NaiveDate::parse_from_str(text.get(..10).unwrap_or(text), "%Y-%m-%d").map_err(|_| failed())?;
    if !with_time {
        return Ok(value(Moment::Date(date)));
    }
    let rest = text.get(11..).unwrap_or("");
    let zoned = rest.find(['+', '-', 'Z']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zoned);
    let time = ["%H:%M:%S%.f", "%H:%M:%S", "%H:%M"]
        .into_iter()
        .find_map(|format| NaiveTime::parse_from_str(clock, format).ok());
    let zone = match zone {
        "" => None,
        "Z" => Some(Zone::Fixed(0)),
        other => other.parse::<FixedOffset>().ok().map(|offset| Zone::Fixed(offset.local_minus_utc())),
    };
    Ok(value(Moment::DateTime(date.and_time(time.unwrap_or_default()), zone)))
}

fn parse(text: &str, format: &str) -> Result<Value, Stop> {
    let format = python_format(format);
    let wrong = || Stop::fault(format!("`{text}` does not have the format `{format}`"));
    if let Ok(at) = chrono::DateTime::parse_from_str(text, &format) {
        return Ok(value(Moment::DateTime(at.naive_local(), Some(Zone::Fixed(at.offset().local_minus_utc())))));
    }
    let at = NaiveDateTime::parse_from_str(text, &format);
    let date = || NaiveDate::parse_from_str(text, &format).map(|date| date.and_time(NaiveTime::default()));
    // A month alone is its first day, as in Python.
    let month = || {
        NaiveDate::parse_from_str(&format!("{text} 1"), &format!("{format} %d"))
            .map(|date| date.and_time(NaiveTime::default()))
    };
    let at = at.or_else(|_| date()).or_else(|_| month()).map_err(|_| wrong())?;
    Ok(value(Moment::DateTime(at, None)))
}
