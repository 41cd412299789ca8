//! What a secret looks like once somebody has encoded it on the way to a log.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

/// Something that may be found nowhere.
#[derive(Debug, Clone)]
pub struct Canary {
    what: &'static str,
    /// As it is sent.
    pub text: String,
    /// The part by which it is known.
    mark: String,
}

impl Canary {
    pub fn whole(what: &'static str, text: &str) -> Self {
        Self { what, text: text.to_owned(), mark: text.to_owned() }
    }

    /// Known by its last characters, because the first may be told.
    pub fn end(what: &'static str, text: &str, last: usize) -> Self {
        Self { what, text: text.to_owned(), mark: text[text.len() - last..].to_owned() }
    }
}

/// Where a canary is in a text, and in which disguise.
pub fn found(canary: &Canary, text: &str) -> Option<String> {
    forms(&canary.mark).into_iter().find_map(|(form, mark)| {
        let at = text.find(&mark)?;
        let around = text.char_indices().map(|(at, _)| at);
        let from = around.clone().take_while(|start| *start + 160 <= at).last().unwrap_or_default();
        let to = around.clone().find(|end| *end >= at + mark.len() + 60).unwrap_or(text.len());
        Some(format!("{} {form}: ...{}...", canary.what, &text[from..to]))
    })
}

/// A text and its disguises. Base64 depends on where in the message the text stands: three alignments.
fn forms(text: &str) -> Vec<(&'static str, String)> {
    let bytes = text.as_bytes();
    let percent = |upper: bool| -> String {
        let code = |byte: &u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
        bytes.iter().map(code).collect()
    };
    let mut forms = vec![
        ("in clear", text.to_owned()),
        ("in capitals", text.to_uppercase()),
        ("in small letters", text.to_lowercase()),
        ("in hex", HEXLOWER.encode(bytes)),
        ("in hex", HEXUPPER.encode(bytes)),
        ("percent-encoded", percent(true)),
        ("percent-encoded", percent(false)),
        ("as a form", url::form_urlencoded::byte_serialize(bytes).collect()),
        ("as a list of bytes", bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ")),
    ];
    for before in 0..3 {
        let message = [&b"???"[..before], bytes].concat();
        // The ends of the code hold bits of what stands around the text.
        let middle = |code: String| code[before * 4 / 3 + usize::from(before > 0)..code.len() - 4].to_owned();
        forms.push(("in base64", middle(BASE64.encode(&message))));
        forms.push(("in base64", middle(BASE64URL_NOPAD.encode(&message))));
    }
    forms
}

#[test]
fn a_canary_is_found_in_every_disguise() {
    let canary = Canary::whole("it", "kanari-hauptschluessel?~1");
    for before in ["", "a", "ab", "abc"] {
        for after in ["", "x", "yz"] {
            let said = format!("{before}{}{after}", canary.text);
            for text in [
                said.clone(),
                BASE64.encode(said.as_bytes()),
                BASE64URL_NOPAD.encode(said.as_bytes()),
                HEXLOWER.encode(said.as_bytes()),
                HEXUPPER.encode(said.as_bytes()),
                format!("{:?}", said.as_bytes()),
                url::form_urlencoded::byte_serialize(said.as_bytes()).collect(),
            ] {
                assert!(found(&canary, &format!("é {text} é")).is_some(), "{text}");
            }
        }
    }
    assert_eq!(found(&canary, "kanari-hauptschluessel?~2"), None);
    assert_eq!(found(&Canary::end("it", "ak_id-secret", 6), "ak_id only"), None);
}
