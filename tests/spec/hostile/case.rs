//! One row of a sheet: a request, and what must become of it.

/// What every role may call and what costs nothing: the ground most tricks start from.
pub const SEARCH: &str = "{mount}/mixed_people/api_search";

/// What must become of a request. Whatever it is, what arrives at Apollo is judged alike.
#[derive(Debug, Clone, Copy)]
pub enum Want {
    /// Refused with one of these before anything leaves; 0 is a connection closed without a word.
    Refused(&'static [u16]),
    /// Harmless as the bridge understands it: it arrives once, if the role may make that call.
    Served,
    /// Refused like that to whoever lacks exportPII.
    Export(&'static [u16]),
    /// Refusing and serving are both safe.
    Judged,
}

pub const SERVED: Want = Want::Served;
pub const JUDGED: Want = Want::Judged;
/// No such row, or no such text in a path.
pub const UNKNOWN: Want = Want::Refused(&[400, 404]);
/// Not framed, spelt or labelled as HTTP or the bridge wants it.
pub const MALFORMED: Want = Want::Refused(&[0, 400]);
pub const BAD: Want = Want::Refused(&[400]);
pub const UNAUTHORIZED: Want = Want::Refused(&[401]);
pub const EXPORT: Want = Want::Export(&[403]);

/// A hostile request. `{mount}` and `{key}` stand for the proxy's mount and the caller's own key,
/// `{length}` in a raw one for the bytes behind its head.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub want: Want,
    /// Tried below each mount, not below one of them.
    pub both_mounts: bool,
    line: Vec<u8>,
    lines: Vec<Vec<u8>>,
    body: Vec<u8>,
    label: Option<Vec<u8>>,
    keyed: bool,
    whole: Option<Vec<u8>>,
}

impl Case {
    /// A call with the caller's key, a JSON body where the method has one, and this request line.
    pub fn call(name: impl Into<String>, want: Want, line: impl AsRef<[u8]>) -> Self {
        let line = line.as_ref().to_vec();
        let carries = [&b"POST "[..], b"PUT ", b"PATCH "].iter().any(|method| line.starts_with(method));
        Self {
            name: name.into(),
            want,
            both_mounts: false,
            line,
            lines: Vec::new(),
            body: if carries { b"{}".to_vec() } else { Vec::new() },
            label: carries.then(|| b"application/json".to_vec()),
            keyed: true,
            whole: None,
        }
    }

    /// The harmless search with one more header line.
    pub fn search(name: impl Into<String>, want: Want) -> Self {
        Self::call(name, want, format!("POST {SEARCH}"))
    }

    /// Bytes as they go over the wire, every one of them written in the sheet.
    pub fn raw(name: impl Into<String>, want: Want, bytes: impl AsRef<[u8]>) -> Self {
        Self { whole: Some(bytes.as_ref().to_vec()), ..Self::call(name, want, "") }
    }

    /// One more header line.
    pub fn with(mut self, line: impl AsRef<[u8]>) -> Self {
        self.lines.push(line.as_ref().to_vec());
        self
    }

    /// Without the caller's credential.
    pub fn bare(self) -> Self {
        Self { keyed: false, ..self }
    }

    pub fn body(self, body: impl AsRef<[u8]>) -> Self {
        Self { body: body.as_ref().to_vec(), ..self }
    }

    /// With another content type; none when empty.
    pub fn labelled(self, label: impl AsRef<[u8]>) -> Self {
        let label = label.as_ref().to_vec();
        Self { label: (!label.is_empty()).then_some(label), ..self }
    }

    pub fn at_both_mounts(self) -> Self {
        Self { both_mounts: true, ..self }
    }

    /// Whether its answer has no body.
    pub fn is_head(&self) -> bool {
        self.whole.as_ref().unwrap_or(&self.line).starts_with(b"HEAD ")
    }

    /// The request as it goes over the wire.
    pub fn bytes(&self, mount: &str, key: &str) -> Vec<u8> {
        let filled = |text: &[u8]| put(&put(text, b"{mount}", mount.as_bytes()), b"{key}", key.as_bytes());
        if let Some(whole) = &self.whole {
            let whole = filled(whole);
            let end = whole.windows(4).position(|end| end == b"\r\n\r\n").map_or(whole.len(), |at| at + 4);
            return put(&whole, b"{length}", (whole.len() - end).to_string().as_bytes());
        }
        let mut bytes = filled(&self.line);
        bytes.extend(b" HTTP/1.1\r\nhost: bridge.example\r\nconnection: close\r\n");
        let credential = self.keyed.then(|| format!("x-api-key: {key}").into_bytes());
        let label = self.label.as_ref().map(|label| [b"content-type: ", label.as_slice()].concat());
        let body = filled(&self.body);
        let length = (!body.is_empty()).then(|| format!("content-length: {}", body.len()).into_bytes());
        let own = self.lines.iter().map(|line| filled(line));
        for line in credential.into_iter().chain(label).chain(own).chain(length) {
            bytes.extend(line);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"\r\n");
        bytes.extend(body);
        bytes
    }
}

/// `text` with every `slot` filled.
fn put(text: &[u8], slot: &[u8], with: &[u8]) -> Vec<u8> {
    let mut filled = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(slot.len()).position(|window| window == slot) {
        filled.extend(&rest[..at]);
        filled.extend(with);
        rest = &rest[at + slot.len()..];
    }
    filled.extend(rest);
    filled
}

/// A name for bytes that may be no text, short enough to read.
pub fn named(bytes: impl AsRef<[u8]>) -> String {
    let text = bytes.as_ref().escape_ascii().to_string();
    match text.char_indices().nth(120) {
        None => text,
        Some((at, _)) => format!("{}... ({} characters)", &text[..at], text.len()),
    }
}
