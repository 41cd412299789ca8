//! Instants as Apollo writes them: ISO-8601 with three decimals. Source: Apollo facts §4.

/// The instant so many milliseconds after 1970, with a `Z`.
pub fn zulu(ms: u64) -> String {
    format!("{}Z", stamp(ms))
}

/// The same with `+00:00`.
pub fn offset(ms: u64) -> String {
    format!("{}+00:00", stamp(ms))
}

/// Noon of 1 January 2023 plus so many days and some minutes: when invented things were made.
pub fn day(days: u64) -> u64 {
    1_672_574_400_000 + days * 86_400_000 + (days % 97) * 61_114
}

fn stamp(ms: u64) -> String {
    let (days, left) = (ms / 86_400_000, ms % 86_400_000);
    let (year, month, day) = civil(days);
    let (seconds, millis) = (left / 1000, left % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}")
}

/// Gregorian date of a day counted from 1 January 1970; years run from March so that leap days come last.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_calendar_dates() {
        assert_eq!(zulu(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(zulu(951_827_696_789), "2000-02-29T12:34:56.789Z");
        assert_eq!(offset(day(0)), "2023-01-01T12:00:00.000+00:00");
    }
}
