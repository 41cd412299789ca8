//! E-mails of sequences and recorded conversations. Source: Apollo facts §3.2 rows 41, 43 to 48, 53 to 55.
//! Members the facts do not name are (unconfirmed).

use serde_json::{Value, json};

use super::crm::contact;
use super::random::{id, kind};
use super::shelf::Soil;
use super::time;

/// An e-mail of the first sequence to one contact. Source: Apollo facts §8.6 (where addresses and bodies
/// lie).
pub fn message(soil: &Soil, index: usize) -> Value {
    let contact = contact(soil, index);
    let to = contact["email"].clone();
    let at = time::zulu(time::day(680 + index as u64 % 60));
    let name = contact["first_name"].as_str().unwrap_or("you").to_owned();
    json!({
        "id": null, "user_id": soil.owner(index), "team_id": soil.team_id,
        "contact_id": contact["id"], "emailer_campaign_id": id(soil.seed, kind::SEQUENCE, 0),
        "emailer_step_id": id(soil.seed, kind::STEP, 0), "email_account_id": id(soil.seed, kind::MAILBOX, 0),
        "status": if index.is_multiple_of(3) { "scheduled" } else { "delivered" },
        "subject": format!("A question for {name}"), "to_name": contact["name"], "to_email": to,
        "recipients": [{"email": to, "recipient_type_cd": "to", "contact_id": contact["id"]}],
        "send_from": {"email": "sender@workspace.example"},
        "body_text": format!("Hello {name}, do you have ten minutes?"),
        "body_html": format!("<p>Hello {name}, do you have ten minutes?</p>"),
        "due_at": at, "completed_at": null, "bounce": false, "replied": false, "num_clicks": null,
        "created_at": at,
    })
}

/// The e-mail as lists show it: without its body.
pub fn listed(message: &mut serde_json::Map<String, Value>) {
    message.remove("body_text");
    message.remove("body_html");
}

/// A recorded conversation.
pub fn conversation(soil: &Soil, index: usize) -> Value {
    let contact = contact(soil, index);
    json!({
        "id": null, "team_id": soil.team_id, "user_id": soil.owner(index), "title": "First call",
        "conversation_type": "video", "start_time": time::zulu(time::day(690 + index as u64 % 60)),
        "duration": 1_800, "account_id": contact["account_id"],
        "participants": [{"name": contact["name"], "email": contact["email"], "contact_id": contact["id"]}],
        "transcript": [{"speaker": contact["name"], "text": "Good to meet you."}],
        "recording_url": format!("https://recordings.example/conversation-{}.mp4", index % 1_000),
    })
}

/// An export of conversations; its file is never made.
pub fn export(soil: &Soil, _index: usize) -> Value {
    json!({"id": null, "team_id": soil.team_id, "user_id": null, "status": "completed",
        "download_url": "https://exports.example/conversations.zip", "created_at": null})
}

/// The sending schedules of the workspace.
pub fn schedules(seed: u64, team_id: &str) -> Vec<Value> {
    let day = |open: bool| if open { json!([{"start": "08:00", "end": "17:00"}]) } else { json!([]) };
    let schedule = |(index, name): (usize, &str)| {
        json!({
            "id": id(seed, kind::SCHEDULE, index), "team_id": team_id, "name": name, "default": index == 0,
            "time_zone": "Europe/Paris", "monday": day(true), "tuesday": day(true), "wednesday": day(true),
            "thursday": day(true), "friday": day(index == 0), "saturday": day(false), "sunday": day(false),
        })
    };
    ["Normal business hours", "Four days"].into_iter().enumerate().map(schedule).collect()
}
