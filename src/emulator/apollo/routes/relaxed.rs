//! The laxity of Rails and of what stands before it, each kind behind a switch and off unless told: whether
//! Apollo has any of it is (unconfirmed). With it on, a test sees what a proxy lets through.
//! Source: Apollo facts §8.1 (rows 1 and 7), §9.

use std::borrow::Cow;

use super::super::switches::{Switch, Switches};
use super::super::wire::input::Params;

/// A request as a lax server understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relaxed<'r> {
    /// The method meant.
    pub method: Cow<'r, str>,
    /// The path meant.
    pub path: Cow<'r, str>,
}

/// Reads method and raw path as the switches say; `header` is `x-http-method-override`.
pub fn relax<'r>(
    (method, path): (&'r str, &'r str),
    header: Option<&'r str>,
    params: &Params,
    switches: &Switches,
) -> Relaxed<'r> {
    let mut meant = Relaxed { method: Cow::Borrowed(method), path: Cow::Borrowed(path) };
    let sent = header.map(str::to_owned).or_else(|| params.text("_method"));
    if let Some(sent) = sent.filter(|_| switches.on(Switch::MethodOverride) && method == "POST") {
        meant.method = Cow::Owned(sent.to_ascii_uppercase());
    }
    if switches.on(Switch::DecodeDots) {
        meant.path = Cow::Owned(followed(&meant.path));
    }
    if switches.on(Switch::MergeSlashes) {
        let mut merged = meant.path.into_owned();
        while merged.contains("//") {
            merged = merged.replace("//", "/");
        }
        meant.path = Cow::Owned(merged);
    }
    if let Some(bare) = meant.path.strip_suffix(".json").filter(|_| switches.on(Switch::JsonSuffix)) {
        meant.path = Cow::Owned(bare.to_owned());
    }
    meant
}

/// Dots, slashes and backslashes decoded, and `.` and `..` followed.
fn followed(path: &str) -> String {
    let mut plain = path.replace('\\', "/");
    for (code, letter) in [("%2e", "."), ("%2E", "."), ("%2f", "/"), ("%2F", "/"), ("%5c", "/"), ("%5C", "/")]
    {
        plain = plain.replace(code, letter);
    }
    let mut kept: Vec<&str> = Vec::new();
    for segment in plain.split('/') {
        match segment {
            "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    kept.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(path: &str, on: &[Switch]) -> String {
        let mut switches = Switches::default();
        on.iter().for_each(|switch| switches.put(*switch, true));
        relax(("POST", path), Some("delete"), &Params::default(), &switches).path.into_owned()
    }

    #[test]
    fn nothing_is_relaxed_unless_told() {
        for path in ["/api/v1/contacts/%2e%2e/users", "/api/v1//users", "/api/v1/users.json"] {
            assert_eq!(meant(path, &[]), path);
        }
        assert_eq!(
            relax(("POST", "/"), Some("delete"), &Params::default(), &Switches::default()).method,
            "POST"
        );
    }

    #[test]
    fn each_switch_relaxes_one_thing() {
        let dots = [Switch::DecodeDots];
        for path in ["/api/v1/contacts/%2e%2e/users", "/api/v1/contacts\\..\\users", "/api/v1/x/..%2fusers"] {
            assert_eq!(meant(path, &dots), "/api/v1/users", "{path}");
        }
        assert_eq!(meant("/api/v1///users", &[Switch::MergeSlashes]), "/api/v1/users");
        assert_eq!(meant("/api/v1/users.json", &[Switch::JsonSuffix]), "/api/v1/users");
        let mut switches = Switches::default();
        switches.put(Switch::MethodOverride, true);
        assert_eq!(relax(("POST", "/"), Some("delete"), &Params::default(), &switches).method, "DELETE");
    }
}
