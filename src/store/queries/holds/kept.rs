//! What a row keeps of a loss that waits, beside the person as the IdP reads them (L13).

use crate::seat::{Address, Hold, Holder, Person, Profile, UserName, Wanted, Why, Yielded};
use serde_json::{Value, json};

/// As kept: the holder as they were, what the IdP wants, and why it waits.
pub(in super::super) fn of(hold: &Hold) -> String {
    let wanted = match &hold.wanted {
        Wanted::Unassigned(person, _) => {
            json!({"unassigned": {"address": person.address.as_ref().map(Address::as_str)}})
        }
        Wanted::Removed => json!("removed"),
    };
    let holder = hold.holder.person();
    json!({
        "why": hold.why.as_str(), "wanted": wanted,
        "holder": {
            "user_name": holder.user_name.as_str(), "address": hold.holder.address().as_str(),
            "external_id": holder.external_id, "profile": holder.profile.0,
        },
    })
    .to_string()
}

/// Read back; `shown` is the person of the row, whose address is the holder's.
pub(in super::super) fn read(kept: &str, shown: Person, yielded: Yielded) -> Option<Hold> {
    let mut kept: Value = serde_json::from_str(kept).ok()?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let why = Why::parse(kept["why"].as_str()?)?;
    let profile = kept["holder"]["profile"].take();
    let holder = &kept["holder"];
    let holder = Person {
        user_name: UserName::parse(holder["user_name"].as_str()?)?,
        address: Address::parse(holder["address"].as_str()?),
        external_id: text(&holder["external_id"]),
        profile: Profile(profile),
    };
    let wanted = match kept["wanted"].get("unassigned") {
        Some(wanted) => {
            let address = wanted["address"].as_str().and_then(Address::parse);
            Wanted::Unassigned(Person { address, ..shown }, yielded)
        }
        None => Wanted::Removed,
    };
    Some(Hold { holder: Holder::new(holder).ok()?, wanted, why })
}
