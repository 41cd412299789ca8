//! What lets the bridge in, whom it acts as, and what it has left.

use super::{MASTER, door, door_with, fake, fake_with, patience, words};
use seatbridge::apollo::{Limit, Verdict, Window};
use seatbridge::emulator::apollo::{Options, Plan, Switch};
use secrecy::SecretString;

const SCOPED: &str = "a-scoped-key";

/// R7, Apollo facts §2.2: a scoped key that names the users list is enough; another is told which scope it
/// lacks; a wrong one where to make another. Two slots, and the evidence says which one was used.
#[actix_web::test]
async fn a_credential_that_may_not_read_says_what_it_lacks() {
    let scoped_keys = vec![
        (SCOPED.to_owned(), vec!["api/v1/users/search".to_owned()]),
        ("another".to_owned(), vec!["api/v1/contacts/search".to_owned()]),
    ];
    let options = Options { users: 3, scoped_keys, rate_limits: false, ..Options::default() };
    let fake = fake_with(options).await;
    let with = |key: &str| {
        let key = SecretString::from(key);
        door_with(&fake, |config| config.master_key = Some(key))
    };
    assert_eq!(with(SCOPED).users(None, &patience()).await.verdict, Verdict::Complete);
    for (older, key, word, says) in [
        (false, "another", "not_allowed", "scope names `api/v1/users/search`"),
        (true, "another", "not_allowed", "scope names `api/v1/users/search`"),
        (false, "made-up", "credential_refused", "Settings > Integrations > API Keys"),
        (true, "made-up", "credential_refused", "Settings > Integrations > API Keys"),
    ] {
        fake.switch(Switch::OlderWording, older);
        let reading = with(key).users(None, &patience()).await;
        assert_eq!(words(&reading), [word], "{key}");
        assert!(matches!(reading.verdict, Verdict::Unreadable(_)), "{key}");
        let told = reading.verdict.doubts()[0].to_string();
        assert!(told.contains(says) && !told.contains(key), "{told}");
    }
    let second = door_with(&fake, |config| config.second_master_key = Some(SecretString::from(SCOPED)));
    assert_eq!(second.users(None, &patience()).await.evidence.credential, "master key");
    assert!(fake.revoke_key(MASTER));
    let reading = second.users(None, &patience()).await;
    assert_eq!((reading.verdict, reading.evidence.credential), (Verdict::Complete, "second master key"));
    fake.stop().await;
}

/// Apollo facts §2.3, §1.11: health is 200 even for a made-up key, and only `is_logged_in` tells; §1.1: a key
/// acts as the oldest active administrator.
#[actix_web::test]
async fn the_credential_says_whom_it_acts_as() {
    let fake = fake(3).await;
    let health = door(&fake).health(&patience()).await.unwrap();
    assert_eq!(health.is_logged_in, Some(true));
    assert!(health.says_it_is.is_some(), "Apollo's clock comes along");
    let made_up = door_with(&fake, |config| config.master_key = Some(SecretString::from("made-up")));
    assert_eq!(made_up.health(&patience()).await.unwrap().is_logged_in, Some(false));
    let profile = door(&fake).profile(&patience()).await.unwrap();
    let acting = fake.acting_admin().unwrap();
    assert_eq!((profile.id, profile.email), (Some(acting.id), Some(acting.email)));
    assert_eq!(profile.team_id, Some(fake.team_id()));
    assert_eq!(made_up.profile(&patience()).await.unwrap_err().word(), "credential_refused");
    fake.stop().await;
}

/// R11, Apollo facts §4.2, §5.2: windows are learned from every answer, by their old names too, and from the
/// usage figures of all endpoints; no limit is not the same as an unknown one.
#[actix_web::test]
async fn rate_windows_are_learned_from_what_apollo_says() {
    let organization = Options { users: 3, plan: Plan::Organization, ..Options::default() };
    let fake = fake_with(organization).await;
    let door = door(&fake);
    assert!(door.windows().of("api/v1/users/search").is_none());
    door.users(None, &patience()).await;
    let learned = || door.windows().of("api/v1/users/search").unwrap().1;
    assert_eq!(learned().minute, Window { limit: Limit::Calls(200), used: Some(1), left: Some(199) });
    fake.switch(Switch::OlderRateHeaders, true);
    door.users(None, &patience()).await;
    assert_eq!(learned().day, Window { limit: Limit::Calls(6000), used: Some(2), left: Some(5998) });
    let usage = door.usage(&patience()).await.unwrap();
    assert_eq!(usage["api/v1/users/search"].hour.left, Some(598));
    assert!(usage.len() > 40, "all endpoints: {}", usage.len());
    let matched = door.windows().of("api/v1/people/match").unwrap().1;
    assert_eq!(matched.minute.limit, Limit::Calls(1_000), "known before it was ever called");
    fake.switch(Switch::SeedShapes, true);
    assert!(!door.usage(&patience()).await.unwrap().is_empty());
    fake.stop().await;
}
