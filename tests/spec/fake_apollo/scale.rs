//! Fifty thousand of everything, from a number. Apollo facts §9 (scale data), §3.1 (500 pages of 100).

use super::{fake, get, post};
use seatbridge::emulator::apollo::Options;
use serde_json::{Value, json};
use std::collections::HashSet;

const MANY: usize = 50_000;

/// The last page is reached, nobody comes twice, and the next seed invents others.
#[actix_web::test]
async fn fifty_thousand_users_and_contacts_come_from_a_seed() {
    let options = Options { users: MANY, contacts: MANY, rate_limits: false, seed: 9, ..Options::default() };
    let apollo = fake(options.clone()).await;
    let twin = fake(options.clone()).await;
    let other = fake(Options { seed: 10, ..options }).await;
    let mut seen = HashSet::new();
    for page in [1, 250, 499, 500] {
        let path = format!("/users/search?page={page}&per_page=100");
        let users = get(&apollo, &path).await.is(200).json();
        assert_eq!(users["pagination"]["total_entries"], MANY);
        assert_eq!(users, get(&twin, &path).await.json(), "the same seed, the same people");
        assert_ne!(users, get(&other, &path).await.json());
        let asked = json!({"page": page, "per_page": 100});
        let contacts = post(&apollo, "/contacts/search", asked.clone()).await.is(200).json();
        assert_eq!(contacts, post(&twin, "/contacts/search", asked).await.json());
        for record in [&users["users"], &contacts["contacts"]].into_iter().flat_map(Value::as_array).flatten()
        {
            assert!(seen.insert(record["id"].as_str().unwrap().to_owned()), "twice: {record}");
        }
    }
    assert_eq!(seen.len(), 800);
    get(&apollo, "/users/search?page=501&per_page=100").await.is(422);
    for fake in [apollo, twin, other] {
        fake.stop().await;
    }
}
