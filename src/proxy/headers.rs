//! Which headers may cross, and which a call may not carry (R8). Pure: anything not named here stays behind.

/// Names that cross as they are.
const CROSSING: &[&str] = &["content-type", "retry-after"];

/// Beginnings of names that cross: the rate windows (Apollo facts §5.2), older spellings among them.
const WINDOWS: &[&str] = &["x-rate-limit-", "x-minute-", "x-hourly-", "x-24-hour-", "x-daily-"];

/// Whether a header of Apollo's answer reaches the caller. Names are lower case.
pub fn crosses(name: &str) -> bool {
    CROSSING.contains(&name) || WINDOWS.iter().any(|window| name.starts_with(window))
}

/// Longest Accept that crosses; browsers and libraries send less.
const LONGEST_ACCEPT: usize = 256;

/// Whether a caller's Accept crosses: media ranges (RFC 9110 §12.5.1) of a sensible length, and no place to
/// hide anything else. Without one Apollo is asked for JSON.
pub fn acceptable(accept: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-*/;=,\" ".contains(c);
    accept.contains('/') && accept.len() <= LONGEST_ACCEPT && accept.chars().all(legal)
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

    /// R8: a caller may say which form it wants, and nothing else in the same place.
    #[test]
    fn an_accept_is_media_ranges_and_nothing_else() {
        for accept in
            ["*/*", "application/json", "text/html, application/xml;q=0.9,*/*;q=0.8", "a/b;c=\"d e\""]
        {
            assert!(acceptable(accept), "{accept}");
        }
        let long = format!("a/{}", "b".repeat(255));
        for accept in ["", "json", "a/b\tc", "a/b<script>", "a/b'--", "a/b@c", "a/(b)", "a/b:c", "a/é", &long]
        {
            assert!(!acceptable(accept), "{accept}");
        }
    }
}
