//! Credits: amounts to the thousandth, and what one call cost (Apollo facts §5.4).

use serde_json::{Map, Value};

/// An amount of credits, to the thousandth: Apollo charges halves, and no amount ever goes through a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Credits(i64);

impl Credits {
    /// Nothing.
    pub const ZERO: Credits = Credits(0);

    /// So many whole credits.
    pub const fn whole(credits: u64) -> Credits {
        let most = (i64::MAX / 1000) as u64;
        Credits(if credits > most { i64::MAX } else { credits as i64 * 1000 })
    }

    /// From thousandths.
    pub const fn of_thousandths(thousandths: i64) -> Credits {
        Credits(thousandths)
    }

    /// In thousandths.
    pub const fn thousandths(self) -> i64 {
        self.0
    }

    /// A decimal as JSON writes it, `2.5`; what is finer than a thousandth counts as a whole one. Signs and
    /// exponents are no amounts.
    pub fn parse(text: &str) -> Option<Credits> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) {
            return None;
        }
        let (kept, rest) = part.split_at(part.len().min(3));
        let kept: i64 = format!("{kept:0<3}").parse().ok()?;
        let finer = i64::from(rest.bytes().any(|digit| digit != b'0'));
        whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(kept + finer).map(Credits)
    }

    /// The sum, at most what can be written.
    pub fn plus(self, other: Credits) -> Credits {
        Credits(self.0.saturating_add(other.0))
    }

    /// What is left of it, never less than nothing.
    pub fn without(self, other: Credits) -> Credits {
        Credits(self.0.saturating_sub(other.0).max(0))
    }
}

/// `9`, `2.5`.
impl std::fmt::Display for Credits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let text = format!("{sign}{}.{:03}", size / 1000, size % 1000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// What a call cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Apollo said it, or it follows from what was found.
    Known(Credits),
    /// Nobody can know, so it counts as much as it may have cost.
    AtMost(Credits),
}

impl Cost {
    /// A call that cost nothing, or was never made.
    pub const NOTHING: Cost = Cost::Known(Credits::ZERO);

    /// What it counts as.
    pub fn credits(self) -> Credits {
        match self {
            Cost::Known(credits) | Cost::AtMost(credits) => credits,
        }
    }
}

/// Members of answers that hold what was found, on the routes that cost credits.
const FOUND: [&str; 9] = [
    "person",
    "organization",
    "conversation",
    "matches",
    "organizations",
    "accounts",
    "organization_job_postings",
    "news_articles",
    "job_postings",
];

/// What a call cost that Apollo answered with `status` and, where it was small enough to be looked at,
/// `body`.
///
/// `at_most` is what it may cost, `reveals` whether telephone numbers or a waterfall were asked for, whose
/// price nobody tells in the answer. Source: Apollo facts §5.4: charged only when something is found;
/// §4.5: `credits_consumed` where Apollo says it, `unique_enriched_records` are those that cost.
pub fn cost(at_most: u32, reveals: bool, status: u16, body: Option<&[u8]>) -> Cost {
    let at_most = Credits::whole(u64::from(at_most));
    if at_most == Credits::ZERO || !(200..300).contains(&status) {
        return Cost::NOTHING;
    }
    let told = body.and_then(|body| serde_json::from_slice::<Map<String, Value>>(body).ok());
    let Some(told) = told else {
        return Cost::AtMost(at_most);
    };
    let number = |name: &str| told.get(name).filter(|value| value.is_number()).map(Value::to_string);
    if let Some(consumed) = number("credits_consumed") {
        return Credits::parse(&consumed).map_or(Cost::AtMost(at_most), Cost::Known);
    }
    let mut holders = FOUND.iter().filter_map(|name| told.get(*name)).peekable();
    if holders.peek().is_some() && holders.all(is_nothing) && !reveals {
        return Cost::NOTHING;
    }
    if reveals {
        return Cost::AtMost(at_most);
    }
    let enriched = number("unique_enriched_records").and_then(|count| Credits::parse(&count));
    Cost::Known(enriched.unwrap_or(at_most))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<Credits> {
        Credits::parse(text)
    }

    /// Apollo facts §1.8: credits can be fractional, and never go through a float.
    #[test]
    fn an_amount_keeps_its_thousandths() {
        for (text, thousandths, shown) in [
            ("0", 0, "0"),
            ("9", 9000, "9"),
            ("2.5", 2500, "2.5"),
            ("0.1", 100, "0.1"),
            ("1.0", 1000, "1"),
            ("10.050", 10_050, "10.05"),
            ("0.0001", 1, "0.001"),
            ("0.1230", 123, "0.123"),
            ("9007199254740993", 9_007_199_254_740_993_000, "9007199254740993"),
        ] {
            let credits = told(text).unwrap();
            assert_eq!((credits.thousandths(), credits.to_string().as_str()), (thousandths, shown), "{text}");
        }
        for text in ["", "-1", "1e3", "1.", ".5", "x", "99999999999999999999", "1.5e1"] {
            assert_eq!(told(text), None, "{text}");
        }
        assert_eq!(Credits::of_thousandths(-1500).to_string(), "-1.5");
        assert_eq!(Credits::whole(u64::MAX).plus(Credits::whole(1)).thousandths(), i64::MAX);
        assert_eq!(Credits::whole(1).without(Credits::whole(2)), Credits::ZERO);
    }

    fn of(at_most: u32, reveals: bool, body: &str) -> Cost {
        cost(at_most, reveals, 200, Some(body.as_bytes()))
    }

    fn known(text: &str) -> Cost {
        Cost::Known(told(text).unwrap())
    }

    /// Apollo facts §5.4, §4.5: what Apollo says counts; found nothing costs nothing; else the price.
    #[test]
    fn a_call_costs_what_apollo_says_or_what_it_found() {
        for (at_most, reveals, body, cost) in [
            (30, false, r#"{"credits_consumed":2.5,"matches":[{}]}"#, known("2.5")),
            (30, true, r#"{"credits_consumed":40}"#, known("40")),
            (1, false, r#"{"person":{"id":"x"},"request_id":-2039995589705121953}"#, known("1")),
            (1, false, r#"{"person":null}"#, Cost::NOTHING),
            (1, false, r#"{"organizations":[],"accounts":[]}"#, Cost::NOTHING),
            (1, false, r#"{"organizations":[],"accounts":[{"id":"x"}]}"#, known("1")),
            (3, false, r#"{"matches":[null,null,null]}"#, Cost::NOTHING),
            (3, false, r#"{"organizations":[{"id":"x"},null],"unique_enriched_records":2}"#, known("2")),
            (1, false, "{}", known("1")),
            (0, false, "", Cost::NOTHING),
        ] {
            assert_eq!(of(at_most, reveals, body), cost, "{body}");
        }
    }

    /// R11: where nobody can know, the estimate stands.
    #[test]
    fn what_nobody_can_know_counts_as_much_as_it_may_have_cost() {
        let nine = Cost::AtMost(Credits::whole(9));
        assert_eq!(of(9, true, r#"{"person":{"id":"x"}}"#), nine, "a phone may come by webhook");
        assert_eq!(of(9, true, r#"{"person":null}"#), nine, "vendors of a waterfall may charge anyway");
        assert_eq!(of(9, false, "<html>"), nine);
        assert_eq!(of(9, false, r#"{"credits_consumed":"many","person":{"id":1}}"#), known("9"));
        assert_eq!(of(9, false, r#"{"credits_consumed":1e300}"#), nine);
        assert_eq!(cost(9, false, 200, None), nine, "too large to be looked at");
        for status in [302, 400, 422, 429, 500] {
            assert_eq!(
                cost(9, true, status, None),
                Cost::NOTHING,
                "{status}: found nothing, so charged nothing"
            );
        }
        assert_eq!(nine.credits(), Credits::whole(9));
    }
}
