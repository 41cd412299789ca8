//! Acting for oneself (R10): what is answered here, about the key's holder.

use crate::http::guard::KeyedCall;
use serde_json::{Value, json};

/// The key's holder, never the master key's acting admin (R10; Apollo facts §2.3).
pub fn describe(route: &str, keyed: &KeyedCall) -> Value {
    let person = keyed.holder.seat.seat.person();
    let text =
        |path: &str| person.and_then(|person| person.profile.0.pointer(path)).cloned().unwrap_or(Value::Null);
    let email = person.and_then(|person| person.address.as_ref()).map(|address| address.as_str().to_owned());
    let name = person.map(|person| person.user_name.as_str());
    if route.starts_with("auth/") {
        return json!({
            "healthy": true, "is_logged_in": true,
            "user": {"id": keyed.holder.seat.id, "email": email, "name": name},
        });
    }
    json!({
        "id": keyed.holder.seat.id, "email": email, "name": name, "title": text("/title"),
        "first_name": text("/name/givenName"), "last_name": text("/name/familyName"),
        "roles": keyed.held.roles, "key_role": keyed.holder.key.role,
    })
}
