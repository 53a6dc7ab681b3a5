//! A moment as seconds since 1970 in, as RFC 3339 writes it in UTC out; and back.

const DAY: i64 = 86_400;

/// `2026-01-31T12:00:00Z`.
pub(super) fn write_time(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

/// Reads what [`write_time`] writes; `None` for anything else.
pub fn read_time(text: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse::<i64>().ok()
    };
    let [year, month, day] = [digits(0, 4)?, digits(5, 7)?, digits(8, 10)?];
    let [hour, minute, second] = [digits(11, 13)?, digits(14, 16)?, digits(17, 19)?];
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    (write_time(seconds) == text).then_some(seconds)
}

/// Days since 1970 as a date of the Gregorian calendar, by eras of 400 years that start in March
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{read_time, write_time};

    #[test]
    fn times_are_read_as_they_are_written() {
        assert_eq!(write_time(0), "1970-01-01T00:00:00Z");
        assert_eq!(write_time(951_827_696), "2000-02-29T12:34:56Z");
        for time in ["2026-01-31T12:00:00Z", "1999-12-31T23:59:59Z", "2024-02-29T00:00:00Z"] {
            assert_eq!(read_time(time).map(write_time).as_deref(), Some(time));
        }
        for time in ["2023-02-29T00:00:00Z", "2026-01-31", "2026-01-31T12:00:00+01:00", "x", "2026-13-01T00:00:00Z"] {
            assert_eq!(read_time(time), None, "{time}");
        }
    }
}
