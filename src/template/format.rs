//! Python's two ways to format a text: `'%s' % x` and `'{}'.format(x)`.

use super::function::Args;
use super::methods;
use super::print;
use super::stop::Stop;
use super::value::{Key, Name, Value};

/// Wider fields than this are refused.
const MAX_WIDTH: usize = 10_000;

/// How a field is written.
#[derive(Default)]
struct Spec {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    comma: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// `template % value`
pub(super) fn percent(template: &str, value: &Value) -> Result<String, Stop> {
    let single = [value.clone()];
    let mut values = match value {
        Value::Tuple(items) => items.iter(),
        _ => single.iter(),
    };
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let mut named = None;
        if let Some(after) = rest.strip_prefix('(') {
            let end = after.find(')').ok_or_else(|| Stop::fault("`%(` has no `)`"))?;
            named = Some(entry(value, &after[..end])?);
            rest = &after[end + 1..];
        }
        let (mut spec, after) = percent_spec(rest);
        rest = after;
        let kind = rest.chars().next().ok_or_else(|| Stop::fault("`%` at the end of a text formats nothing"))?;
        rest = &rest[kind.len_utf8()..];
        let value = match named {
            Some(value) => value,
            None => values.next().cloned().ok_or_else(|| Stop::fault("there are fewer values than `%` signs"))?,
        };
        let value = match kind {
            's' | 'a' => Value::text(print::plain(&value)),
            'r' => Value::text(print::repr(&value)),
            'i' | 'u' => {
                spec.kind = Some('d');
                value
            }
            other => {
                spec.kind = Some(other);
                value
            }
        };
        if matches!(value, Value::Str(_)) && spec.align.is_none() {
            spec.align = Some('>');
        }
        let value = match (&value, spec.kind) {
            (Value::Float(number), Some('d')) => Value::Int(*number as i64),
            _ => value,
        };
        out.push_str(&spec.format(&value)?);
    }
    out.push_str(rest);
    if values.next().is_some() && matches!(value, Value::Tuple(_)) {
        return Err(Stop::fault("there are more values than `%` signs"));
    }
    Ok(out)
}

fn entry(value: &Value, name: &str) -> Result<Value, Stop> {
    let found = match value {
        Value::Dict(map) => map.borrow().get(&Name(name)).cloned(),
        _ => None,
    };
    found.ok_or_else(|| Stop::fault(format!("there is no `{name}` to format")))
}

fn percent_spec(text: &str) -> (Spec, &str) {
    let mut spec = Spec::default();
    let mut rest = text;
    while let Some(flag) = rest.chars().next().filter(|c| "-+ 0#".contains(*c)) {
        match flag {
            '-' => spec.align = Some('<'),
            '0' => spec.zero = true,
            '#' => spec.alternate = true,
            sign => spec.sign = Some(sign),
        }
        rest = &rest[1..];
    }
    let (width, after) = digits(rest);
    spec.width = width.unwrap_or(0);
    rest = after;
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = digits(after);
        spec.precision = Some(precision.unwrap_or(0));
        rest = after;
    }
    (spec, rest)
}

fn digits(text: &str) -> (Option<usize>, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = if end == 0 { None } else { Some(text[..end].parse().unwrap_or(usize::MAX)) };
    (number, &text[end..])
}

/// `template.format(args)`
pub(super) fn braces(template: &str, args: &Args) -> Result<String, Stop> {
    let mut next = 0;
    braces_at(template, args, &mut next, 0)
}

fn braces_at(template: &str, args: &Args, next: &mut usize, depth: usize) -> Result<String, Stop> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if rest.starts_with(brace) {
            out.push_str(brace);
            rest = &rest[1..];
            continue;
        }
        if brace == "}" || depth > 1 {
            return Err(Stop::fault("a single brace in a text to format"));
        }
        let end = closing(rest).ok_or_else(|| Stop::fault("`{` has no `}` in a text to format"))?;
        let (field, spec) = split_field(&rest[..end]);
        rest = &rest[end + 1..];
        let (field, conversion) = match field.split_once('!') {
            Some((field, conversion)) => (field, conversion),
            None => (field, ""),
        };
        let mut value = lookup(field, args, next)?;
        if conversion == "r" {
            value = Value::text(print::repr(&value));
        } else if conversion == "s" {
            value = Value::text(print::plain(&value));
        }
        let spec = braces_at(spec, args, next, depth + 1)?;
        out.push_str(&parse_spec(&spec)?.format(&value)?);
    }
    out.push_str(rest);
    Ok(out)
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn split_field(field: &str) -> (&str, &str) {
    match field.find(':') {
        Some(at) => (&field[..at], &field[at + 1..]),
        None => (field, ""),
    }
}

/// `0`, `name`, `name.field`, `name[item]`; nothing is the next positional argument.
fn lookup(field: &str, args: &Args, next: &mut usize) -> Result<Value, Stop> {
    let end = field.find(['.', '[']).unwrap_or(field.len());
    let (name, mut rest) = field.split_at(end);
    let found = match name.parse::<usize>() {
        Ok(index) => args.positional.get(index),
        Err(_) if name.is_empty() => {
            *next += 1;
            args.positional.get(*next - 1)
        }
        Err(_) => args.named(name),
    };
    let mut value =
        found.cloned().ok_or_else(|| Stop::fault(format!("there is nothing to format for `{{{field}}}`")))?;
    while !rest.is_empty() {
        let (item, after) = if let Some(inner) = rest.strip_prefix('[') {
            inner.split_once(']').ok_or_else(|| Stop::fault("`[` has no `]` in a text to format"))?
        } else {
            let inner = &rest[1..];
            inner.split_at(inner.find(['.', '[']).unwrap_or(inner.len()))
        };
        value = match &value {
            Value::Dict(map) => map.borrow().get(&Key::text(item)).cloned(),
            other => item.parse().ok().and_then(|index| methods::at(other, index)),
        }
        .ok_or_else(|| Stop::fault(format!("there is no `{item}` to format")))?;
        rest = after;
    }
    Ok(value)
}

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
fn parse_spec(text: &str) -> Result<Spec, Stop> {
    let mut spec = Spec::default();
    let mut chars = text.chars();
    let (first, second) = (chars.next(), chars.next());
    let mut rest = text;
    let aligns = |c: Option<char>| c.is_some_and(|c| "<>^=".contains(c));
    if aligns(second) {
        (spec.fill, spec.align) = (first, second);
        rest = &text[first.map_or(0, char::len_utf8) + 1..];
    } else if aligns(first) {
        spec.align = first;
        rest = &text[1..];
    }
    if let Some(sign) = rest.chars().next().filter(|c| "+- ".contains(*c)) {
        spec.sign = Some(sign);
        rest = &rest[1..];
    }
    if let Some(after) = rest.strip_prefix('#') {
        spec.alternate = true;
        rest = after;
    }
    if let Some(after) = rest.strip_prefix('0') {
        spec.zero = true;
        rest = after;
    }
    let (width, after) = digits(rest);
    spec.width = width.unwrap_or(0);
    rest = after;
    if let Some(comma) = rest.chars().next().filter(|c| ",_".contains(*c)) {
        spec.comma = Some(comma);
        rest = &rest[1..];
    }
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = digits(after);
        spec.precision = precision;
        rest = after;
    }
    let mut kinds = rest.chars();
    spec.kind = kinds.next();
    if kinds.next().is_some() {
        return Err(Stop::fault(format!("`{text}` is no way to format a value")));
    }
    Ok(spec)
}

impl Spec {
    fn format(&self, value: &Value) -> Result<String, Stop> {
        if self.width > MAX_WIDTH || self.precision.is_some_and(|precision| precision > MAX_WIDTH) {
            return Err(Stop::fault("this field is too wide"));
        }
        let wrong = |kind: char| Stop::fault(format!("`{kind}` does not format a {}", value.kind()));
        let (body, number) = match (value, self.kind) {
            (Value::Int(_) | Value::Big(_) | Value::Bool(_), None | Some('d' | 'n')) => {
                let plain =
                    if let Value::Bool(value) = value { u8::from(*value).to_string() } else { print::plain(value) };
                (self.grouped(&plain), !(matches!(value, Value::Bool(_)) && self.kind.is_none()))
            }
            (Value::Int(number), Some(kind @ ('x' | 'X' | 'o' | 'b' | 'c'))) => {
                (self.radix(*number, kind), kind != 'c')
            }
            (
                Value::Int(_) | Value::Big(_) | Value::Float(_) | Value::Bool(_),
                Some('f' | 'F' | 'e' | 'E' | 'g' | 'G' | '%'),
            ) => (self.float(to_f64(value)), true),
            (Value::Float(number), None) => match self.precision {
                None => (self.grouped(&print::float(*number)), true),
                Some(_) => (self.float(*number), true),
            },
            (Value::Str(_), Some(kind)) if kind != 's' => return Err(wrong(kind)),
            (_, Some(kind)) if !matches!(value, Value::Str(_)) && kind != 's' => return Err(wrong(kind)),
            _ => {
                let plain = print::plain(value);
                (self.precision.map_or(plain.clone(), |most| plain.chars().take(most).collect()), false)
            }
        };
        Ok(self.pad(&body, number))
    }

    fn radix(&self, number: i64, kind: char) -> String {
        let sign = if number < 0 { "-" } else { "" };
        let size = number.unsigned_abs();
        let prefix = if self.alternate { format!("0{}", kind.to_ascii_lowercase()) } else { String::new() };
        match kind {
            'x' => format!("{sign}{prefix}{size:x}"),
            'X' => format!("{sign}{prefix}{size:X}"),
            'o' => format!("{sign}{prefix}{size:o}"),
            'b' => format!("{sign}{prefix}{size:b}"),
            _ => u32::try_from(number).ok().and_then(char::from_u32).map(String::from).unwrap_or_default(),
        }
    }

    fn float(&self, number: f64) -> String {
        let precision = self.precision.unwrap_or(6);
        let text = match self.kind {
            Some('%') => format!("{:.precision$}%", number * 100.0),
            Some('e' | 'E') => {
                let text = format!("{number:.precision$e}");
                let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                let exponent: i32 = exponent.parse().unwrap_or(0);
                format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
            }
            Some('g' | 'G') | None => {
                let digits = format!("{number:.*e}", precision.max(1) - 1);
                print::float(digits.parse().unwrap_or(number)).trim_end_matches(".0").to_owned()
            }
            _ => format!("{number:.precision$}"),
        };
        self.grouped(&text)
    }

    /// Puts a comma between thousands, if asked.
    fn grouped(&self, number: &str) -> String {
        let Some(comma) = self.comma else { return number.to_owned() };
        let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
        let (whole, fraction) = digits.split_at(digits.find(['.', 'e']).unwrap_or(digits.len()));
        let mut out = String::from(sign);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                out.push(comma);
            }
            out.push(digit);
        }
        out + fraction
    }

    fn pad(&self, body: &str, number: bool) -> String {
        let signed = match self.sign {
            Some(sign @ ('+' | ' ')) if number && !body.starts_with('-') => format!("{sign}{body}"),
            _ => body.to_owned(),
        };
        let missing = self.width.saturating_sub(signed.chars().count());
        let zero = self.zero && number && self.align.is_none();
        let fill: String = std::iter::repeat_n(self.fill.unwrap_or(if zero { '0' } else { ' ' }), missing).collect();
        let align = self.align.unwrap_or(if zero {
            '='
        } else if number {
            '>'
        } else {
            '<'
        });
        match align {
            '<' => signed + &fill,
            '^' => {
                let left: String = fill.chars().take(missing / 2).collect();
                let right: String = fill.chars().skip(missing / 2).collect();
                format!("{left}{signed}{right}")
            }
            '=' => {
                let at = usize::from(signed.starts_with(['-', '+', ' ']));
                format!("{}{fill}{}", &signed[..at], &signed[at..])
            }
            _ => fill + &signed,
        }
    }
}

fn to_f64(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        Value::Bool(value) => f64::from(u8::from(*value)),
        other => print::plain(other).parse().unwrap_or(f64::NAN),
    }
}
