//! Lists that change or lie while somebody pages, and laxity nobody should rely on. Apollo facts §9, §8.1.

use super::{MASTER, call, fake, get, post};
use seatbridge::emulator::apollo::{Apollo, Options, Switch};
use serde_json::{Value, json};

async fn page(apollo: &Apollo, number: usize) -> Value {
    get(apollo, &format!("/users/search?page={number}&per_page=25")).await.is(200).json()
}

fn ids(page: &Value) -> Vec<String> {
    page["users"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

/// Each trouble of a users list can be had, one at a time.
#[actix_web::test]
async fn a_list_of_users_can_be_wrong_in_every_way_a_reconciler_fears() {
    let apollo = fake(Options { users: 60, ..Options::default() }).await;
    let calm = page(&apollo, 2).await;
    let told = |switch| apollo.switch(switch, true);
    told(Switch::ListRepeatsIds);
    assert_eq!(ids(&page(&apollo, 2).await)[0], ids(&page(&apollo, 1).await)[24]);
    apollo.switch(Switch::ListRepeatsIds, false);
    told(Switch::ListForeignTeam);
    let mixed = page(&apollo, 1).await;
    assert_ne!(mixed["users"][0]["team_id"], mixed["users"][1]["team_id"]);
    apollo.switch(Switch::ListForeignTeam, false);
    told(Switch::ListNumbersAsText);
    assert_eq!(page(&apollo, 1).await["pagination"]["total_pages"], "3");
    told(Switch::ListWithoutPagination);
    assert!(page(&apollo, 1).await.get("pagination").is_none());
    apollo.switch(Switch::ListNumbersAsText, false);
    apollo.switch(Switch::ListWithoutPagination, false);
    assert_eq!(ids(&page(&apollo, 2).await), ids(&calm), "and it heals");
    told(Switch::ListShrinksWhilePaged);
    page(&apollo, 1).await;
    let second = page(&apollo, 2).await;
    assert_eq!(second["pagination"]["total_entries"], 59);
    assert_eq!(ids(&second)[0], ids(&calm)[1], "the row that moved up was never seen");
    apollo.switch(Switch::ListShrinksWhilePaged, false);
    told(Switch::ListGrowsWhilePaged);
    page(&apollo, 1).await;
    assert_eq!(page(&apollo, 1).await["pagination"]["total_entries"], 59);
    apollo.stop().await;
}

/// Apollo facts §8.1, §9: dots, slashes, suffixes and method overrides mean nothing, unless a switch says so;
/// and the log keeps what was really sent.
#[actix_web::test]
async fn laxity_is_off_unless_it_is_wanted() {
    let apollo = fake(Options::default()).await;
    let lax = [
        (Switch::JsonSuffix, "/users/search.json"),
        (Switch::MergeSlashes, "/users//search"),
        (Switch::DecodeDots, "/contacts/%252e%252e/users/search"),
    ];
    for (switch, path) in &lax[..2] {
        get(&apollo, path).await.is(404);
        apollo.switch(*switch, true);
        get(&apollo, path).await.is(200);
    }
    assert!(apollo.received().iter().any(|received| received.path() == "/api/v1/users//search"));
    let override_of = async || call(&apollo, "POST", "/users/search?_method=DELETE", MASTER, json!({})).await;
    override_of().await.is(200);
    apollo.switch(Switch::MethodOverride, true);
    override_of().await.is(404);
    apollo.stop().await;
}

/// Apollo facts §3.2: rows that only exist once something was made, from making to finding.
#[actix_web::test]
async fn records_are_made_changed_and_found_again() {
    let apollo = fake(Options::default()).await;
    post(&apollo, "/accounts", json!({})).await.is(422).says("at least a name or domain");
    let account = post(&apollo, "/accounts", json!({"name": "Norrsken", "domain": "norrsken.example"})).await;
    let account = account.is(200).json()["account"]["id"].as_str().unwrap().to_owned();
    let changed = json!({"name": "Norrsken AB"});
    call(&apollo, "PATCH", &format!("/accounts/{account}"), MASTER, changed).await.is(200);
    let found = post(&apollo, "/accounts/search", json!({"q_organization_name": "norrsken ab"})).await.json();
    assert_eq!(found["accounts"][0]["id"], account.as_str());
    let contact = apollo.contact_id(2);
    let task = post(&apollo, "/tasks", json!({"contact_id": contact, "type": "call"})).await.is(200).json();
    assert!(task["task"]["contact"]["phone_numbers"][0]["raw_number"].is_string(), "a whole contact inside");
    let task = task["task"]["id"].as_str().unwrap().to_owned();
    let done = post(&apollo, &format!("/tasks/{task}/complete"), json!({})).await.json();
    assert_eq!(done["task"]["status"], "completed");
    post(&apollo, "/tasks/search", json!({"per_page": 500})).await.is(422).says("Per page not supported");
    let labels = json!({"label_names": ["vip"], "entity_ids": [contact, account]});
    post(&apollo, "/labels/add_entity_ids_to_label_names", labels).await.is(200);
    let label = get(&apollo, "/labels").await.json()[0]["id"].clone();
    let labelled = post(&apollo, "/contacts/search", json!({"contact_label_ids": [label]})).await.json();
    assert_eq!(labelled["contacts"][0]["id"], contact.as_str());
    get(&apollo, "/notes").await.is(400).says("At least one argument is required");
    let notes = get(&apollo, &format!("/notes?contact_id={contact}")).await.json();
    assert_eq!(notes["notes"].as_array().unwrap().len(), 1);
    let sequence = json!({"name": "Spring", "emailer_steps": [{"type": "auto_email"}]});
    let made = post(&apollo, "/sequences", sequence.clone()).await.is(200).json();
    assert_eq!(made["emailer_campaign"]["num_steps"], 1);
    apollo.switch(Switch::SequencesBusy, true);
    post(&apollo, "/sequences", sequence).await.is(429).says("already processing");
    apollo.stop().await;
}

/// Apollo facts §1.12, §4.4: the placeholder is the same for everybody, and says nothing about the address.
#[actix_web::test]
async fn a_stranger_has_the_placeholder_for_an_address() {
    let apollo = fake(Options { contacts: 5, ..Options::default() }).await;
    let show = async |index| {
        let path = format!("/people/{}", apollo.person_id(index));
        get(&apollo, &path).await.is(200).json()["person"].clone()
    };
    assert_eq!(show(0).await["email"], apollo.person_email(0).unwrap(), "one's own contact");
    let stranger = show(5).await;
    assert_eq!(stranger["email"], "email_not_unlocked@domain.com");
    assert_eq!(stranger["email_status"], "verified");
    get(&apollo, "/people/6b0100000000000000000000").await.is(422).says("Person does not exist.");
    apollo.stop().await;
}
