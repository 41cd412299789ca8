//! Which headers may cross, and which a call may not carry (R8). Pure: anything not named here stays behind.

/// Names that cross as they are.
const CROSSING: &[&str] = &["content-type", "retry-after"];

/// Beginnings of names that cross: the rate windows (Apollo facts §5.2), older spellings among them.
const WINDOWS: &[&str] = &["x-rate-limit-", "x-minute-", "x-hourly-", "x-24-hour-", "x-daily-"];

/// Whether a header of Apollo's answer reaches the caller. Names are lower case.
pub fn crosses(name: &str) -> bool {
    CROSSING.contains(&name) || WINDOWS.iter().any(|window| name.starts_with(window))
}

/// Headers by which some servers take a request for one of another method.
const OVERRIDES: &[&str] = &["x-http-method-override", "x-http-method", "x-method-override"];

/// Whether a header of the call asks for another method than the request line. Names are lower case.
pub fn overrides_method(name: &str) -> bool {
    OVERRIDES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R8: headers cross by allow-list.
    #[test]
    fn only_the_type_the_wait_and_the_rate_windows_cross() {
        for name in
            ["content-type", "retry-after", "x-rate-limit-minute", "x-24-hour-usage", "x-daily-requests-left"]
        {
            assert!(crosses(name), "{name}");
        }
        for name in [
            "set-cookie",
            "location",
            "server",
            "x-api-key",
            "x-request-id",
            "x-runtime",
            "transfer-encoding",
            "content-encoding",
            "content-length",
            "connection",
            "x-rate",
        ] {
            assert!(!crosses(name), "{name}");
        }
    }
}
