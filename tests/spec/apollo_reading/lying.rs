//! Every page comes, and the list is not what it seems.

use super::{MASTER, USERS, door, fake, patience, tells_nothing_personal, words};
use seatbridge::apollo::Verdict;
use seatbridge::emulator::apollo::{Fault, Switch, User};

/// C1, Apollo facts §4.1: 100 a page, until the last one; everybody once, deactivated people and those
/// without a name too.
#[actix_web::test]
async fn a_whole_list_is_complete() {
    let fake = fake(USERS - 1).await;
    fake.add_user(User { deleted: true, ..User::new(" Gone@Corp.example", "", "") });
    let reading = door(&fake).users(Some(&fake.team_id()), &patience()).await;
    assert_eq!(reading.verdict, Verdict::Complete);
    assert_eq!(reading.teammates.len(), USERS);
    let gone = &reading.teammates[USERS - 1];
    assert_eq!((gone.deleted, gone.email.as_deref(), &gone.name), (true, Some("Gone@Corp.example"), &None));
    let evidence = &reading.evidence;
    assert_eq!((evidence.path, evidence.credential), ("/users/search", "master key"));
    assert_eq!((evidence.pages, evidence.calls, evidence.passes, evidence.waits), (3, 3, 1, 0));
    assert_eq!((evidence.total_first, evidence.total_last), (Some(250), Some(250)));
    assert_eq!(evidence.teams, [fake.team_id()]);
    let asked: Vec<String> = fake.received().iter().map(|received| received.target.clone()).collect();
    assert_eq!(asked[2], "/api/v1/users/search?page=3&per_page=100");
    assert!(fake.received().iter().all(|received| received.method == "GET"), "only reads, ever");
    tells_nothing_personal(&reading);
    fake.stop().await;
}

/// C2: a short, repeated, growing, shrinking, foreign or empty list is never whole, and says why.
#[actix_web::test]
async fn a_list_that_lies_is_never_complete() {
    for (switch, expected) in [
        (Switch::ListLacksRows, vec!["short"]),
        (Switch::ListRepeatsIds, vec!["repeated"]),
        (Switch::ListRepeatsPages, vec!["repeated", "short"]),
        (Switch::ListGrowsWhilePaged, vec!["moved"]),
        (Switch::ListShrinksWhilePaged, vec!["moved"]),
        (Switch::ListForeignTeam, vec!["mixed_teams"]),
        (Switch::ListIsEmpty, vec!["empty"]),
    ] {
        let fake = fake(USERS).await;
        fake.switch(switch, true);
        let reading = door(&fake).users(None, &patience()).await;
        assert_eq!(words(&reading), expected, "{switch:?}");
        assert!(matches!(reading.verdict, Verdict::Incomplete(_)), "{switch:?}: {:?}", reading.verdict);
        let mut ids: Vec<&str> = reading.teammates.iter().map(|user| user.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), reading.teammates.len(), "{switch:?}: each id once");
        tells_nothing_personal(&reading);
        fake.stop().await;
    }
}

/// C2: people of another team than ours, even when all agree on it.
#[actix_web::test]
async fn another_workspaces_list_is_never_complete() {
    let fake = fake(3).await;
    let reading = door(&fake).users(Some("6a01c0ffee0000000000beef"), &patience()).await;
    assert_eq!(words(&reading), ["foreign_team"]);
    let told = reading.verdict.doubts()[0].to_string();
    assert!(told.contains("3 of the listed users") && told.contains("reconcile.team_id"), "{told}");
    fake.switch(Switch::ListForeignTeam, true);
    let mixed = door(&fake).users(Some(&fake.team_id()), &patience()).await;
    assert_eq!(words(&mixed), ["foreign_team"]);
    fake.stop().await;
}

/// Apollo facts §3.3, §9: texts for numbers and a missing `pagination` do no harm; without a total the list
/// is read to its empty page.
#[actix_web::test]
async fn an_oddly_dressed_list_is_whole() {
    let fake = fake(USERS).await;
    fake.switch(Switch::ListNumbersAsText, true);
    let reading = door(&fake).users(None, &patience()).await;
    assert_eq!((reading.verdict, reading.evidence.total_last), (Verdict::Complete, Some(250)));
    fake.switch(Switch::ListWithoutPagination, true);
    let reading = door(&fake).users(None, &patience()).await;
    assert_eq!((reading.verdict, reading.evidence.total_last), (Verdict::Complete, None));
    assert_eq!((reading.teammates.len(), reading.evidence.pages), (USERS, 4));
    fake.stop().await;
}

/// Apollo facts §7.3: a list that moved under the reader is read once more, and may then be whole.
#[actix_web::test]
async fn a_list_that_moved_once_is_read_again() {
    let fake = fake(USERS).await;
    let third = format!("{}/users/search?page=3&per_page=100", fake.base_url());
    let third = super::super::fake_apollo::client().get(third).header("x-api-key", MASTER);
    let third = third.send().await.unwrap().text().await.unwrap();
    let grown = third.replace("\"total_entries\":250", "\"total_entries\":251");
    assert_ne!(third, grown);
    fake.clear_log();
    fake.queue_fault(2, Fault::None);
    let json = "application/json".to_owned();
    fake.queue_fault(1, Fault::Status { status: 200, content_type: json, body: grown });
    let reading = door(&fake).users(None, &patience()).await;
    assert_eq!(reading.verdict, Verdict::Complete);
    assert_eq!((reading.evidence.passes, reading.evidence.calls), (2, 6));
    assert_eq!((reading.evidence.pages, reading.evidence.listed), (3, USERS));
    fake.stop().await;
}
