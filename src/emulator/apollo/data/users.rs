//! Teammates: the people with an Apollo seat.
//!
//! Source: Apollo facts §4.1: no role, no last login, no active flag; names may be null or empty.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::names;
use super::random::{Random, id, kind};
use super::time;

/// Permission profile of administrators.
pub const ADMIN_PROFILE: &str = "6a01c0ffee00000000aaaa01";
/// Permission profile of ordinary members.
pub const MEMBER_PROFILE: &str = "6a01c0ffee00000000aaaa02";
/// Permission profile of billing and seat managers, whose seats are free. Source: Apollo facts §7.2.
pub const BILLING_PROFILE: &str = "6a01c0ffee00000000aaaa03";
/// Permission profile of call assistants. Source: Apollo facts §6 (S15).
pub const CALL_ASSISTANT_PROFILE: &str = "6a01c0ffee00000000aaaa04";

/// The default profiles by their names. Source: Apollo facts §6 (S15).
pub const PROFILES: [(&str, &str); 4] = [
    ("Admin", ADMIN_PROFILE),
    ("Non-admin", MEMBER_PROFILE),
    ("Billing and Seat Manager", BILLING_PROFILE),
    ("Call Assistant", CALL_ASSISTANT_PROFILE),
];
/// Invented people joined this long one after the other: 50,000 of them in a year and a half.
const BETWEEN_JOINERS_MS: u64 = 17 * 60_000;

/// The documented keys of a user with the values of somebody who touched nothing. Source: Apollo facts §4.1.
const BLANK: &str = r#"{
"id": null, "team_id": null, "first_name": null, "last_name": null, "title": null, "email": null,
"created_at": null, "credit_limit": null, "direct_dial_credit_limit": null, "export_credit_limit": 500,
"ai_credit_limit": null, "salesforce_account": null, "deleted": false,
"opt_out_html_template": "No longer interested in these messages? <%Unsubscribe%>", "name": "",
"referral_code": null, "password_needs_reset": false, "salesforce_id": null, "default_cockpit_layout": null,
"default_account_overview_layout_id": null, "default_contact_overview_layout_id": null,
"default_person_overview_layout_id": null, "default_organization_overview_layout_id": null,
"default_opportunity_overview_layout_id": null, "default_home_overview_layout_id": null,
"bridge_calls": false, "bridge_phone_number": null, "bridge_incoming_calls": false,
"bridge_incoming_phone_number": null, "record_calls": true, "default_use_local_numbers": true,
"current_email_verified": true, "request_email_change_to": null, "email_oauth_signin_only": true,
"disable_email_linking": null, "has_invited_user": false, "has_used_enrichment": null,
"has_uploaded_csv": false,
"has_hidden_onboarding": null, "salesforce_instance_url": null, "sync_salesforce_id": null,
"sync_crm_id": null, "crm_email": null, "crm_requested_to_integrate": null, "linked_salesforce": null,
"linked_hubspot": false, "linked_salesloft": false, "linked_crm_name": null,
"linked_zoom_conference_account": false, "linked_bot_conference_account": false,
"linked_bot_conference_account_platforms": [], "has_conference_account": false, "connected_to_slack": false,
"zp_contact_id": null, "zp_is_super_analytics_user": false, "self_identified_persona": null,
"territory_is_active": null, "prospect_territory_ids": [], "toggled_on_territory_ids": [],
"conversation_is_private": null, "assistant_setting": null, "fields_fully_loaded": true,
"typed_custom_fields": null, "triggered_referral_campaigns": [], "permission_set_id": null, "subteam_ids": [],
"enable_click_tracking": true, "enable_open_tracking": true, "should_include_unsubscribe_link": false,
"enable_one_click_unsubscribe": null, "daily_task_email": true,
"daily_data_request_email": true, "data_request_emails": true, "free_data_credits_email": true,
"dismiss_new_team_suggestion": false, "notification_last_created_at": null, "notification_last_read_at": null,
"enable_desktop_notifications": false, "enable_gmail_desktop_notifications": null,
"default_chrome_extension_log_email_send_to_salesforce": true,
"default_chrome_extension_log_email_send_to_hubspot": true,
"default_chrome_extension_enable_reminders": false,
"chrome_extension_downloaded": false, "chrome_extension_enabled_features": ["gmail", "linkedin"],
"chrome_extension_exclude_from_websites": [], "chrome_extension_everywhere_icon_horizontal_position": "right",
"chrome_extension_everywhere_icon_vertical_position_in_vh": 10,
"chrome_extension_auto_match_salesforce_opportunity": true, "chrome_extension_gmail_enable_email_tools": true,
"chrome_extension_gmail_enable_crm_sidebar": true, "show_chrome_extension_buying_intent_promo": true,
"show_deals_detail_page_updates_modal": true, "apollo_everywhere_search_count": 0}"#;

static TEMPLATE: LazyLock<Map<String, Value>> =
    LazyLock::new(|| serde_json::from_str(BLANK).unwrap_or_default());

/// One teammate as Apollo lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// 24 hex digits. Empty on adding means: make one.
    pub id: String,
    /// The workspace the page claims; empty means the emulator's own.
    pub team_id: String,
    /// The seat's address, spelled as given.
    pub email: String,
    /// Null while the invitation is open.
    pub first_name: Option<String>,
    /// Null while the invitation is open.
    pub last_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// One of the profile ids; Apollo names no role.
    pub permission_set_id: String,
    /// Deactivated.
    pub deleted: bool,
    /// Milliseconds after 1970. Zero on adding means: now.
    pub created_at_ms: u64,
    /// Members that replace or join the documented ones, such as `request_email_change_to`.
    pub extra: Map<String, Value>,
}

impl User {
    /// An ordinary member who joins when added.
    pub fn new(email: &str, first_name: &str, last_name: &str) -> User {
        let given = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
        User {
            id: String::new(),
            team_id: String::new(),
            email: email.to_owned(),
            first_name: given(first_name),
            last_name: given(last_name),
            title: None,
            permission_set_id: MEMBER_PROFILE.to_owned(),
            deleted: false,
            created_at_ms: 0,
            extra: Map::new(),
        }
    }

    /// The invented teammate number `index`. The first is the oldest administrator; every seventh has not yet
    /// accepted the invitation and has no name.
    pub fn invented(seed: u64, index: usize) -> User {
        let mut random = Random::at(seed, u64::from(kind::USER), index);
        let (first, plain_first) = random.pick(&names::FIRST);
        let (last, plain_last) = random.pick(&names::LAST);
        let open_invitation = index % 7 == 6;
        let shown = |name: &str| Some(name.to_owned()).filter(|_| !open_invitation);
        User {
            id: id(seed, kind::USER, index),
            team_id: String::new(),
            email: format!("{plain_first}.{plain_last}{index}@workspace.example"),
            first_name: shown(first),
            last_name: shown(last),
            title: shown(random.pick(&names::TITLES).0),
            permission_set_id: profile(index).to_owned(),
            deleted: false,
            created_at_ms: time::day(0) + BETWEEN_JOINERS_MS * index as u64,
            extra: Map::new(),
        }
    }

    /// Whether the words all occur in name or address. Source: Apollo facts §3.3 (`q_keywords` on
    /// users/search).
    pub fn mentions(&self, words: &str) -> bool {
        let text = format!("{} {}", self.name(), self.email).to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// First and last name; empty where there is none. Source: Apollo facts §4.1.
    pub fn name(&self) -> String {
        let parts = [self.first_name.as_deref(), self.last_name.as_deref()];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The user object with every documented key, in a stable order. Source: Apollo facts §4.1.
    pub fn to_json(&self, team_id: &str) -> Value {
        let team_id = if self.team_id.is_empty() { team_id } else { &self.team_id };
        let mut shown = TEMPLATE.clone();
        let mut set = |name: &str, value: Value| drop(shown.insert(name.to_owned(), value));
        set("id", self.id.as_str().into());
        set("team_id", team_id.into());
        set("first_name", self.first_name.clone().into());
        set("last_name", self.last_name.clone().into());
        set("name", self.name().into());
        set("title", self.title.clone().into());
        set("email", self.email.as_str().into());
        set("created_at", time::zulu(self.created_at_ms).into());
        set("deleted", self.deleted.into());
        set("permission_set_id", self.permission_set_id.as_str().into());
        set("assistant_setting", self.assistant_setting(team_id));
        for (name, value) in &self.extra {
            set(name, value.clone());
        }
        Value::Object(shown)
    }

    fn assistant_setting(&self, team_id: &str) -> Value {
        let key = self.id.replacen("6a01", "6aff", 1);
        serde_json::json!({"id": key, "key": key, "user_id": self.id, "team_id": team_id})
    }
}

/// The profile of invented person number `index`.
pub fn profile(index: usize) -> &'static str {
    match index % 10 {
        0 => ADMIN_PROFILE,
        9 => BILLING_PROFILE,
        _ => MEMBER_PROFILE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_the_documented_keys_and_no_role() {
        let user = User::invented(1, 0).to_json("6a03");
        assert!(user.as_object().is_some_and(|members| members.len() == 93));
        assert!(user.get("role").is_none() && user.get("last_login").is_none());
        assert_eq!(user["permission_set_id"], ADMIN_PROFILE);
    }

    #[test]
    fn an_open_invitation_has_no_name() {
        let user = User::invented(1, 6).to_json("6a03");
        assert_eq!((&user["first_name"], &user["name"]), (&Value::Null, &Value::from("")));
    }
}
