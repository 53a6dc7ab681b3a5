//! `modules.datetime` and `modules.pytz`: dates, times, spans of time and zones, on a clock that stands still.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use chrono::{Datelike, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike};

use super::super::ast::Arithmetic;
use super::super::function::Args;
use super::super::print;
use super::super::stop::Stop;
use super::super::value::Value;
use super::object::Object;

#[derive(Clone, Debug)]
pub(in super::super) enum Moment {
    DateTime(NaiveDateTime, Option<Zone>),
    Date(NaiveDate),
    Time(NaiveTime),
    Delta(Duration),
    Zone(Zone),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Zone {
    Fixed(i32),
    Named(chrono_tz::Tz),
}

impl Zone {
    /// Seconds east of Greenwich at a local time.
    fn offset(self, local: &NaiveDateTime) -> i32 {
        match self {
            Zone::Fixed(seconds) => seconds,
            Zone::Named(zone) => zone.offset_from_local_datetime(local).earliest().map_or(0, |offset| offset.fix().local_minus_utc()),
        }
    }

    fn name(self, local: &NaiveDateTime) -> String {
        match self {
            Zone::Fixed(0) => "UTC".to_owned(),
            Zone::Fixed(_) => format!("UTC{}", offset_text(self.offset(local))),
            Zone::Named(zone) => zone.offset_from_local_datetime(local).earliest().map_or_else(|| zone.name().to_owned(), |offset| offset.to_string()),
        }
    }
}

fn offset_text(seconds: i32) -> String {
    let (sign, size) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
    format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60)
}

/// UTC as a zone.
pub(super) fn utc() -> Moment {
    Moment::Zone(Zone::Fixed(0))
}

fn value(moment: Moment) -> Value {
    Value::object(Object::Moment(moment))
}

fn failed() -> Stop {
    Stop::fault("there is no such date or time")
}

impl Moment {
    /// The frozen time of every rendering: the same input gives the same output on every day.
    pub(super) fn start() -> Moment {
        Moment::DateTime(start(), Some(Zone::Fixed(0)))
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Moment::DateTime(..) => "datetime",
            Moment::Date(_) => "date",
            Moment::Time(_) => "time",
            Moment::Delta(_) => "timedelta",
            Moment::Zone(_) => "timezone",
        }
    }

    pub(super) fn truth(&self) -> bool {
        !matches!(self, Moment::Delta(delta) if delta.is_zero())
    }

    pub(super) fn order(&self, other: &Moment) -> Option<Ordering> {
        match (self, other) {
            (Moment::DateTime(a, None), Moment::DateTime(b, None)) => Some(a.cmp(b)),
            (Moment::DateTime(a, Some(x)), Moment::DateTime(b, Some(y))) => Some(in_utc(a, *x)?.cmp(&in_utc(b, *y)?)),
            (Moment::Date(a), Moment::Date(b)) => Some(a.cmp(b)),
            (Moment::Time(a), Moment::Time(b)) => Some(a.cmp(b)),
            (Moment::Delta(a), Moment::Delta(b)) => Some(a.cmp(b)),
            (Moment::Zone(a), Moment::Zone(b)) => (a == b).then_some(Ordering::Equal),
            _ => None,
        }
    }

    pub(super) fn repr(&self) -> String {
        match self {
            Moment::Date(date) => format!("datetime.date({}, {}, {})", date.year(), date.month(), date.day()),
            Moment::DateTime(at, _) => {
                let time = format!("{}, {}", at.hour(), at.minute());
                format!("datetime.datetime({}, {}, {}, {time})", at.year(), at.month(), at.day())
            }
            other => other.to_string(),
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<Value> {
        let number = |number: i64| Some(Value::Int(number));
        let (date, time) = match self {
            Moment::DateTime(at, _) => (Some(at.date()), Some(at.time())),
            Moment::Date(date) => (Some(*date), None),
            Moment::Time(time) => (None, Some(*time)),
            Moment::Delta(delta) => {
                return match name {
                    "days" => number(delta.num_seconds().div_euclid(86_400)),
                    "seconds" => number(delta.num_seconds().rem_euclid(86_400)),
                    "microseconds" => number(i64::from(delta.subsec_nanos()) / 1000),
                    _ => None,
                };
            }
            Moment::Zone(Zone::Named(zone)) if name == "zone" => return Some(Value::text(zone.name())),
            Moment::Zone(_) => return None,
        };
        match (name, date, time) {
            ("year", Some(date), _) => number(i64::from(date.year())),
            ("month", Some(date), _) => number(i64::from(date.month())),
            ("day", Some(date), _) => number(i64::from(date.day())),
            ("hour", _, Some(time)) => number(i64::from(time.hour())),
            ("minute", _, Some(time)) => number(i64::from(time.minute())),
            ("second", _, Some(time)) => number(i64::from(time.second())),
            ("microsecond", _, Some(time)) => number(i64::from(time.nanosecond() / 1000)),
            ("tzinfo", ..) => match self {
                Moment::DateTime(_, Some(zone)) => Some(value(Moment::Zone(*zone))),
                _ => Some(Value::None),
            },
            _ => None,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::DateTime(at, zone) => {
                let offset = zone.map(|zone| offset_text(zone.offset(at))).unwrap_or_default();
                write!(out, "{} {}{offset}", at.date(), clock(at.time()))
            }
            Moment::Date(date) => write!(out, "{date}"),
            Moment::Time(time) => out.write_str(&clock(*time)),
            Moment::Delta(delta) => {
                let (days, seconds) = (delta.num_seconds().div_euclid(86_400), delta.num_seconds().rem_euclid(86_400));
                match days {
                    0 => {}
                    1 | -1 => write!(out, "{days} day, ")?,
                    _ => write!(out, "{days} days, ")?,
                }
                write!(out, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
            }
            Moment::Zone(Zone::Named(zone)) => out.write_str(zone.name()),
            Moment::Zone(Zone::Fixed(0)) => out.write_str("UTC"),
            Moment::Zone(Zone::Fixed(seconds)) => write!(out, "UTC{}", offset_text(*seconds)),
        }
    }
}

fn start() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 1, 15).unwrap_or_default().and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default())
}

fn clock(time: NaiveTime) -> String {
    let micros = time.nanosecond() / 1000;
    let base = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    if micros == 0 { base } else { format!("{base}.{micros:06}") }
}

fn in_utc(at: &NaiveDateTime, zone: Zone) -> Option<NaiveDateTime> {
    at.checked_sub_signed(Duration::seconds(i64::from(zone.offset(at))))
}

fn in_zone(utc: &NaiveDateTime, zone: Zone) -> Option<NaiveDateTime> {
    let seconds = match zone {
        Zone::Fixed(seconds) => seconds,
        Zone::Named(zone) => zone.offset_from_utc_datetime(utc).fix().local_minus_utc(),
    };
    utc.checked_add_signed(Duration::seconds(i64::from(seconds)))
}

/// `datetime.datetime.now()` and its kin, by their dotted path.
pub(super) fn call(path: &str, args: &Args) -> Result<Value, Stop> {
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
        "datetime.datetime.fromisoformat" | "datetime.date.fromisoformat" => iso(args.text(0, "date_string")?, path.contains("datetime.d")&& path.ends_with("datetime.fromisoformat")),
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
            let date = date.and_then(|((year, month), day)| NaiveDate::from_ymd_opt(year, month, day)).ok_or_else(failed)?;
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
                    let seconds = i32::try_from(delta.num_seconds()).ok().filter(|s| FixedOffset::east_opt(*s).is_some());
                    Ok(value(Moment::Zone(Zone::Fixed(seconds.ok_or_else(failed)?))))
                }
                _ => Err(failed()),
            },
            _ => Err(failed()),
        },
        "pytz.timezone" => {
            let name = args.text(0, "zone")?;
            let zone = name.parse::<chrono_tz::Tz>().map_err(|_| Stop::fault(format!("there is no time zone `{name}`")))?;
            Ok(value(Moment::Zone(Zone::Named(zone))))
        }
        _ => Err(Stop::fault(format!("`modules.{path}` is not supported"))),
    }
}

fn zone_of(zone: Option<&Value>) -> Option<Zone> {
    match zone {
        Some(Value::Object(object)) => match &**object {
            Object::Moment(Moment::Zone(zone)) => Some(*zone),
            _ => None,
        },
        _ => None,
    }
}

fn time(hour: Option<u32>, minute: Option<u32>, second: Option<u32>, micro: Option<u32>) -> Result<NaiveTime, Stop> {
    let parts = hour.zip(minute).zip(second).zip(micro);
    parts.and_then(|(((hour, minute), second), micro)| NaiveTime::from_hms_micro_opt(hour, minute, second, micro)).ok_or_else(failed)
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
            micros += size * plain.map_err(|_| Stop::fault(format!("`{name}` must be a number, not a {}", number.kind())))?;
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
        (Some(Moment::DateTime(at, _)), Some(Moment::Time(time))) => Ok(value(Moment::DateTime(at.date().and_time(time), None))),
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
    let time = ["%H:%M:%S%.f", "%H:%M:%S", "%H:%M"].into_iter().find_map(|format| NaiveTime::parse_from_str(clock, format).ok());
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
    let month = || NaiveDate::parse_from_str(&format!("{text} 1"), &format!("{format} %d")).map(|date| date.and_time(NaiveTime::default()));
    let at = at.or_else(|_| date()).or_else(|_| month()).map_err(|_| wrong())?;
    Ok(value(Moment::DateTime(at, None)))
}

/// Python's `%f` is microseconds, chrono's is nanoseconds.
fn python_format(format: &str) -> String {
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

pub(super) fn method(moment: &Moment, name: &str, args: &Args) -> Result<Value, Stop> {
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
        (Moment::DateTime(..) | Moment::Date(_), "weekday" | "isoweekday" | "toordinal" | "isocalendar") => calendar(moment, name),
        (Moment::Delta(delta), "total_seconds") => Ok(Value::Float(delta.num_microseconds().unwrap_or(i64::MAX) as f64 / 1e6)),
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
            Value::tuple([Value::Int(i64::from(week.year())), Value::Int(i64::from(week.week())), Value::Int(monday + 1)])
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

/// Sums and differences of moments; `None` where neither side is one.
pub(in super::super) fn arithmetic(operator: Arithmetic, a: &Value, b: &Value) -> Option<Result<Value, Stop>> {
    let moment = |value: &Value| match value {
        Value::Object(object) => match &**object {
            Object::Moment(moment) => Some(moment.clone()),
            _ => None,
        },
        _ => None,
    };
    let number = |value: &Value| match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    };
    let scaled = |delta: Duration, factor: f64| {
        let micros = delta.num_microseconds().unwrap_or(0) as f64 * factor;
        if micros.abs() < 8.64e18 { Ok(Moment::Delta(Duration::microseconds(micros as i64))) } else { Err(failed()) }
    };
    let result = match (operator, moment(a), moment(b)) {
        (Arithmetic::Multiply, Some(Moment::Delta(delta)), None) => scaled(delta, number(b)?),
        (Arithmetic::Multiply, None, Some(Moment::Delta(delta))) => scaled(delta, number(a)?),
        (Arithmetic::Divide | Arithmetic::FloorDivide, Some(Moment::Delta(delta)), None) => scaled(delta, 1.0 / number(b)?),
        (Arithmetic::Divide, Some(Moment::Delta(a)), Some(Moment::Delta(b))) if !b.is_zero() => {
            let micros = |delta: Duration| delta.num_microseconds().unwrap_or(1) as f64;
            return Some(Ok(Value::Float(micros(a) / micros(b))));
        }
        (Arithmetic::Add, Some(Moment::Delta(delta)), Some(other)) | (Arithmetic::Add, Some(other), Some(Moment::Delta(delta))) => {
            shifted(&other, delta)
        }
        (Arithmetic::Subtract, Some(other), Some(Moment::Delta(delta))) => shifted(&other, -delta),
        (Arithmetic::Subtract, Some(Moment::DateTime(a, x)), Some(Moment::DateTime(b, y))) => {
            let utc = |at: NaiveDateTime, zone: Option<Zone>| zone.map_or(Some(at), |zone| in_utc(&at, zone));
            utc(a, x).zip(utc(b, y)).map(|(a, b)| Moment::Delta(a - b)).ok_or_else(failed)
        }
        (Arithmetic::Subtract, Some(Moment::Date(a)), Some(Moment::Date(b))) => Ok(Moment::Delta(a - b)),
        _ => return None,
    };
    Some(result.map(value))
}

fn shifted(moment: &Moment, delta: Duration) -> Result<Moment, Stop> {
    let moved = match moment {
        Moment::DateTime(at, zone) => at.checked_add_signed(delta).map(|at| Moment::DateTime(at, *zone)),
        Moment::Date(date) => date.checked_add_signed(Duration::days(delta.num_seconds().div_euclid(86_400))).map(Moment::Date),
        Moment::Delta(own) => own.checked_add(&delta).map(Moment::Delta),
        Moment::Time(_) | Moment::Zone(_) => None,
    };
    moved.ok_or_else(failed)
}
