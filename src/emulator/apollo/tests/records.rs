//! People, contacts, deals and sequences, and what numbers look like.

use super::*;

/// Source: Apollo facts §4.1.
#[actix_web::test]
async fn the_users_list_pages_and_echoes_query_numbers_as_text() {
    let apollo = start().await;
    let mut ids = Vec::new();
    for page in 1..=3 {
        let reply =
            call(&apollo, "GET", &format!("/users/search?page={page}&per_page=25"), &Value::Null).json();
        assert_eq!(reply["pagination"]["page"], page.to_string());
        assert_eq!(reply["pagination"]["total_pages"], 3);
        ids.extend(reply["users"].as_array().unwrap().iter().map(|user| user["id"].clone()));
    }
    let expected: Vec<Value> = apollo.users().into_iter().map(|user| user.id.into()).collect();
    assert_eq!(ids, expected);
    let by_body = call(&apollo, "POST", "/users/search", &json!({"page": 3})).json();
    assert_eq!((&by_body["pagination"]["page"], by_body["users"].as_array().unwrap().len()), (&json!(3), 10));
}

/// Source: Apollo facts §1.1, §4.7.
#[actix_web::test]
async fn a_created_contact_belongs_to_the_acting_admin_and_stays() {
    let apollo = start().await;
    let sent = json!({"first_name": "Ada", "email": "ada@new.example", "label_names": ["vip"]});
    let made = call(&apollo, "POST", "/contacts", &sent).json();
    let admin = apollo.acting_admin().unwrap().id;
    assert_eq!((&made["contact"]["owner_id"], &made["labels"][0]["name"]), (&json!(admin), &json!("vip")));
    let path = format!("/contacts/{}", made["contact"]["id"].as_str().unwrap());
    assert_eq!(call(&apollo, "PATCH", &path, &json!({"title": "CTO"})).json()["contact"]["title"], "CTO");
    assert_eq!(call(&apollo, "GET", &path, &Value::Null).json()["contact"]["title"], "CTO");
    let found = call(&apollo, "POST", "/contacts/search", &json!({"q_keywords": "ada@new.example"})).json();
    assert_eq!(found["pagination"]["total_entries"], 1);
    let other = apollo.users()[3].id.clone();
    let moved = json!({"contact_ids": [made["contact"]["id"]], "owner_id": other});
    assert_eq!(
        call(&apollo, "POST", "/contacts/update_owners", &moved).json()["contacts"][0]["owner_id"],
        other
    );
    let again = json!({"email": "ADA@new.example", "run_dedupe": true, "title": ""});
    let deduped = call(&apollo, "POST", "/contacts", &again).json();
    assert_eq!(deduped["dedupe_result"]["match_reason"], "email_match");
    assert_eq!(deduped["contact"]["title"], Value::Null);
}

/// Source: Apollo facts §1.8 and §4: digits, decimals and order are what a proxy must not touch.
#[actix_web::test]
async fn numbers_leave_as_documented() {
    let apollo = start().await;
    let found = call(&apollo, "POST", "/people/match", &json!({"id": apollo.person_id(3)}));
    assert!(found.body.contains("\"request_id\":-"), "{}", found.body);
    assert!(found.body.contains("\"extrapolated_email_confidence\":1.0"), "{}", found.body);
    assert_eq!(found.header("x-rate-limit-minute"), Some("1000"));
    assert_eq!(found.header("x-rate-limit-hourly"), Some(""));
    let sequences = call(&apollo, "POST", "/emailer_campaigns/search", &json!({}));
    assert!(sequences.body.contains("\"open_rate\":2.5"));
    let miss = call(&apollo, "POST", "/people/match", &json!({"email": "no@where.example"})).json();
    assert_eq!(miss["person"], Value::Null);
}

/// Source: Apollo facts §4.8, §1.6.
#[actix_web::test]
async fn a_contact_joins_and_leaves_a_sequence() {
    let apollo = start().await;
    let (contact, sequence) = (apollo.contact_id(0), apollo.sequence_id(0));
    let sent = json!({"contact_ids": [contact, "6c0100000000000000000000"],
        "emailer_campaign_id": sequence, "send_email_from_email_account_id": apollo.mailbox_id(0)});
    let added =
        call(&apollo, "POST", &format!("/emailer_campaigns/{sequence}/add_contact_ids"), &sent).json();
    assert!(added["contacts"][0]["phone_numbers"][0]["sanitized_number"].is_string());
    assert_eq!(added["skipped_contact_ids"]["6c0100000000000000000000"], "contact_not_found");
    let feed =
        call(&apollo, "POST", "/emailer_campaigns/activity_feed", &json!({"contact_id": contact})).json();
    assert_eq!(feed["events"][0]["emailer_campaign_id"], sequence);
    let leave = json!({"contact_ids": [contact], "emailer_campaign_ids": [sequence], "mode": "remove"});
    let left = call(&apollo, "POST", "/emailer_campaigns/remove_or_stop_contact_ids", &leave).json();
    assert_eq!(left["contacts"][0]["emailer_campaign_ids"], json!([]));
}

/// Source: Apollo facts §4.9.
#[actix_web::test]
async fn a_deal_is_created_changed_and_found() {
    let apollo = start().await;
    let made = call(&apollo, "POST", "/opportunities", &json!({"name": "Big", "amount": "42001"}));
    assert!(made.body.contains("\"amount\":42001,") && made.body.contains("\"forecasted_revenue\":10500.25"));
    let path = format!("/opportunities/{}", made.json()["opportunity"]["id"].as_str().unwrap());
    call(&apollo, "PATCH", &path, &json!({"name": "Bigger"}));
    assert_eq!(call(&apollo, "GET", &path, &Value::Null).json()["opportunity"]["name"], "Bigger");
    let all = call(&apollo, "GET", "/opportunities/search?per_page=100", &Value::Null).json();
    assert_eq!(all["pagination"]["total_entries"], 21);
    let of_contact =
        call(&apollo, "POST", &format!("/contacts/{}/opportunities", apollo.contact_id(2)), &json!({}));
    assert_eq!(of_contact.json()["opportunities"][0]["id"], apollo.deal_id(2));
}

/// Source: Apollo facts §4.3, §4.6.
#[actix_web::test]
async fn searches_of_the_database_page_filter_and_charge() {
    let apollo = start().await;
    let people = |body: Value| call(&apollo, "POST", "/mixed_people/api_search", &body).json();
    let (all, heads) = (people(json!({})), people(json!({"person_seniorities": ["head"]})));
    assert_eq!((&all["total_entries"], all["people"].as_array().unwrap().len()), (&json!(200), 25));
    assert!(heads["total_entries"].as_u64().unwrap() < 200);
    assert!(all["people"][0].get("last_name").is_none() && all.get("pagination").is_none());
    assert_eq!(apollo.credits_used(), 0.0);
    let companies = call(&apollo, "POST", "/mixed_companies/search?per_page=10", &json!({})).json();
    assert_eq!(companies["accounts"].as_array().unwrap().len(), 2);
    assert_eq!(companies["organizations"].as_array().unwrap().len(), 8);
    assert_eq!(apollo.credits_used(), 1.0);
}

/// Source: Apollo facts §4.7.
#[actix_web::test]
async fn contacts_are_written_by_the_dozen() {
    let apollo = start().await;
    let owner = apollo.users()[2].id.clone();
    let known = apollo.person_email(0).unwrap();
    let sent = json!({"contacts": [{"email": "a@new.example"}, {"email": known}], "owner_id": owner});
    let made = call(&apollo, "POST", "/contacts/bulk_create", &sent).json();
    assert_eq!(made["created_contacts"][0]["owner_id"], owner);
    assert_eq!(made["existing_contacts"][0]["id"], apollo.contact_id(0));
    let foreign = json!({"contacts": [{}], "owner_id": "6a0100000000000000000000"});
    assert_eq!(call(&apollo, "POST", "/contacts/bulk_create", &foreign).status, 422);
    let ids = [apollo.contact_id(1), apollo.contact_id(2)];
    let changed =
        call(&apollo, "POST", "/contacts/bulk_update", &json!({"contact_ids": ids, "title": "CEO"})).json();
    assert_eq!(
        (&changed["contacts"][0]["title"], &changed["contacts"][1]["title"]),
        (&json!("CEO"), &json!("CEO"))
    );
    let many: Vec<Value> =
        (0..101).map(|index| json!({"id": apollo.contact_id(index), "title": "X"})).collect();
    let job = call(&apollo, "POST", "/contacts/bulk_update", &json!({"contact_attributes": many})).json();
    assert_eq!(job["entity_progress_job"]["status"], "pending");
}
