//! The cells of one seed column in, the type dbt would give it out.
//!
//! Follows dbt's use of agate: the first of number, date, timestamp, boolean that every cell can be, else text; a
//! number without decimals is an integer. <https://github.com/dbt-labs/dbt-common/blob/main/dbt_common/clients/agate_helper.py>

/// What a column may still be after the cells seen so far.
#[derive(Clone, Debug)]
pub(super) struct Inference {
    number: bool,
    decimals: bool,
    date: bool,
    timestamp: bool,
    iso: bool,
    boolean: bool,
}

/// Whether a cell is no value: empty, or the word `null`.
pub(super) fn is_empty(cell: &str) -> bool {
    let cell = cell.trim();
    cell.is_empty() || cell.eq_ignore_ascii_case("null")
}

impl Inference {
    pub fn new() -> Self {
        Inference { number: true, decimals: false, date: true, timestamp: true, iso: true, boolean: true }
    }

    pub fn see(&mut self, cell: &str) {
        if is_empty(cell) {
            return;
        }
        let cell = cell.trim();
        if self.number {
            match decimals(cell) {
                Some(decimals) => self.decimals |= decimals,
                None => self.number = false,
            }
        }
        self.date = self.date && is_date(cell);
        self.timestamp =
            self.timestamp && cell.split_once(' ').is_some_and(|(date, time)| is_date(date) && is_clock(time));
        self.iso = self.iso && is_iso(cell);
        self.boolean = self.boolean && (cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false"));
    }

    /// The type; a column without any value is an integer, as it is to dbt.
    pub fn data_type(&self) -> &'static str {
        match self {
            Inference { number: true, decimals: false, .. } => "BIGINT",
            Inference { number: true, .. } => "DOUBLE",
            Inference { date: true, .. } => "DATE",
            Inference { timestamp: true, .. } | Inference { iso: true, .. } => "TIMESTAMP",
            Inference { boolean: true, .. } => "BOOLEAN",
            _ => "VARCHAR",
        }
    }
}

const CURRENCIES: [char; 9] = ['$', '£', '€', '¥', '₹', '¢', '₩', '₽', '฿'];

/// Whether a number has decimals; `None` for what is no number. `$1,000`, `5%` and `1.0` are numbers without.
fn decimals(cell: &str) -> Option<bool> {
    let text = cell.trim_matches('%');
    let text = text.strip_prefix('-').unwrap_or(text).trim_matches(CURRENCIES).replace([',', '_'], "");
    let text = text.strip_prefix(['-', '+']).unwrap_or(&text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && part.is_empty()) || !digits(whole) || !digits(part) {
        return None;
    }
    let places = part.trim_end_matches('0').len();
    let zeros = if places == 0 { whole.len() - whole.trim_end_matches('0').len() } else { 0 };
    let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    Some(count(places) > exponent.saturating_add(count(zeros)))
}

/// `2020-01-31`; months and days may have one digit.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let part = |parts: &mut std::str::Split<'_, char>, length: usize, most: u32| {
        let part = parts.next().unwrap_or_default();
        let digits = !part.is_empty() && part.len() <= length && part.bytes().all(|byte| byte.is_ascii_digit());
        digits && part.parse().is_ok_and(|number: u32| number >= 1 && number <= most)
    };
    text.len() >= 8
        && text.find('-') == Some(4)
        && part(&mut parts, 4, 9999)
        && part(&mut parts, 2, 12)
        && part(&mut parts, 2, 31)
        && parts.next().is_none()
}

/// `12:30:59`.
fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let digits = |part: &&str| !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts.iter().all(digits)
}

/// `2020-01-31T12:30:59Z`, with fractions and offsets as ISO 8601 has them.
fn is_iso(text: &str) -> bool {
    let Some((date, time)) = text.split_once('T') else { return false };
    let zone = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let clock = clock.split(['.', ',']).next().unwrap_or_default();
    let parts = clock.split(':').collect::<Vec<_>>();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let zone = zone.trim_start_matches(['Z', '+', '-']).replace(':', "");
    date.len() == 10
        && is_date(date)
        && parts.len() <= 3
        && parts.iter().all(|part| digits(part))
        && (zone.is_empty() || digits(&zone))
}

#[cfg(test)]
mod tests {
    use super::Inference;

    fn check(cells: &[&str], expected: &str) {
        let mut inference = Inference::new();
        for cell in cells {
            inference.see(cell);
        }
        assert_eq!(inference.data_type(), expected, "{cells:?}");
    }

    #[test]
    fn types_are_those_that_dbt_gives() {
        check(&["1", "-2", ""], "BIGINT");
        check(&["1.0", "2"], "BIGINT");
        check(&["$1,000", "007"], "BIGINT");
        check(&["1.5", "null"], "DOUBLE");
        check(&["1e-3"], "DOUBLE");
        check(&["1e3"], "BIGINT");
        check(&["true", "False"], "BOOLEAN");
        check(&["2020-01-31", "2020-1-1"], "DATE");
        check(&["2020-01-31 10:00:00"], "TIMESTAMP");
        check(&["2020-01-31T10:00:00.5Z", "2020-01-31T10:00:00+01:00"], "TIMESTAMP");
        check(&["2020-01-31", "2020-01-31 10:00:00"], "VARCHAR");
        check(&["a", "1"], "VARCHAR");
        check(&["1", "true"], "VARCHAR");
        check(&["", "null"], "BIGINT");
        check(&["."], "VARCHAR");
        check(&["2020-13-01"], "VARCHAR");
    }
}
