//! `modules.datetime` and `modules.pytz`: dates, times, spans of time and zones, on a clock that stands still.
#![expect(clippy::cast_precision_loss, reason = "Python makes the same floats of whole numbers")]

mod construct;
mod method;

use std::cmp::Ordering;
use std::fmt;

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike};

use super::object::Object;
use crate::template::ast::Arithmetic;
use crate::template::stop::Stop;
use crate::template::value::Value;

pub(super) use construct::call;
pub(super) use method::method;

#[derive(Clone, Debug)]
pub(in crate::template) enum Moment {
    DateTime(NaiveDateTime, Option<Zone>),
    Date(NaiveDate),
    Time(NaiveTime),
    Delta(Duration),
    Zone(Zone),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template) enum Zone {
    Fixed(i32),
    Named(chrono_tz::Tz),
}

impl Zone {
    /// Seconds east of Greenwich at a local time.
    fn offset(self, local: &NaiveDateTime) -> i32 {
        match self {
            Zone::Fixed(seconds) => seconds,
            Zone::Named(zone) => {
                zone.offset_from_local_datetime(local).earliest().map_or(0, |offset| offset.fix().local_minus_utc())
            }
        }
    }

    fn name(self, local: &NaiveDateTime) -> String {
        match self {
            Zone::Fixed(0) => "UTC".to_owned(),
            Zone::Fixed(_) => format!("UTC{}", offset_text(self.offset(local))),
            Zone::Named(zone) => zone
                .offset_from_local_datetime(local)
                .earliest()
                .map_or_else(|| zone.name().to_owned(), |offset| offset.to_string()),
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
    NaiveDate::from_ymd_opt(2026, 1, 15)
        .unwrap_or_default()
        .and_time(NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default())
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

/// Sums and differences of moments; `None` where neither side is one.
pub(in crate::template) fn arithmetic(operator: Arithmetic, a: &Value, b: &Value) -> Option<Result<Value, Stop>> {
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
        (Arithmetic::Divide | Arithmetic::FloorDivide, Some(Moment::Delta(delta)), None) => {
            scaled(delta, 1.0 / number(b)?)
        }
        (Arithmetic::Divide, Some(Moment::Delta(a)), Some(Moment::Delta(b))) if !b.is_zero() => {
            let micros = |delta: Duration| delta.num_microseconds().unwrap_or(1) as f64;
            return Some(Ok(Value::Float(micros(a) / micros(b))));
        }
        (Arithmetic::Add, Some(Moment::Delta(delta)), Some(other))
        | (Arithmetic::Add, Some(other), Some(Moment::Delta(delta))) => shifted(&other, delta),
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
        Moment::Date(date) => {
            date.checked_add_signed(Duration::days(delta.num_seconds().div_euclid(86_400))).map(Moment::Date)
        }
        Moment::Delta(own) => own.checked_add(&delta).map(Moment::Delta),
        Moment::Time(_) | Moment::Zone(_) => None,
    };
    moved.ok_or_else(failed)
}
