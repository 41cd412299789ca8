//! One value as a cell of CSV. A spreadsheet runs a cell that begins like a formula, and names come from
//! people whom nobody checked: such a cell is text by an apostrophe before it. Numbers stay numbers.

use serde_json::Value;

/// What makes a spreadsheet look for a formula, the wide forms that some take for the narrow ones among them.
const OPENERS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff20}'];
/// The wide hyphen-minus, for the same reason.
const WIDE_MINUS: char = '\u{ff0d}';

/// The text of a cell: nothing for null, the values of a list of plain ones, JSON for what is deeper.
pub(super) fn cell(value: Option<&Value>) -> String {
    // A number in JSON has no room for a formula: digits, a sign, a dot, an exponent.
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(truth)) => truth.to_string(),
        Some(Value::String(text)) => safe(text),
        Some(Value::Array(values)) if values.iter().all(is_plain) => {
            safe(&values.iter().map(plain).collect::<Vec<_>>().join("; "))
        }
        Some(nested @ (Value::Array(_) | Value::Object(_))) => safe(&nested.to_string()),
    }
}

fn is_plain(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn safe(text: &str) -> String {
    match text.chars().next() {
        Some(first) if OPENERS.contains(&first) || first == WIDE_MINUS => format!("'{text}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// U5: nothing that a person is called is run by a spreadsheet, and figures can still be added up.
    #[test]
    fn a_cell_is_never_a_formula_and_a_number_stays_one() {
        for (value, told) in [
            (
                json!("=HYPERLINK(\"https://evil.example\",\"click\")"),
                "'=HYPERLINK(\"https://evil.example\",\"click\")",
            ),
            (json!("+1 555 0100"), "'+1 555 0100"),
            (json!("-2+3"), "'-2+3"),
            (json!("@SUM(A1:A9)"), "'@SUM(A1:A9)"),
            (json!("\t=1+1"), "'\t=1+1"),
            (json!("\r=1+1"), "'\r=1+1"),
            (json!("\n=1+1"), "'\n=1+1"),
            (json!("\u{ff1d}1+1"), "'\u{ff1d}1+1"),
            (json!("\u{ff0d}1"), "'\u{ff0d}1"),
            (json!("O'Neil"), "O'Neil"),
            (json!("2026-01-31T00:00:00.000Z"), "2026-01-31T00:00:00.000Z"),
            (json!(-4900), "-4900"),
            (json!(0.5), "0.5"),
            (json!(true), "true"),
            (json!(null), ""),
            (json!(["viewer", "analyst"]), "viewer; analyst"),
            (json!(["=1", 2, null]), "'=1; 2; "),
            (json!([]), ""),
            (json!([{"path": "title"}]), "[{\"path\":\"title\"}]"),
        ] {
            assert_eq!(cell(Some(&value)), told, "{value}");
        }
        assert_eq!(cell(None), "");
    }
}
