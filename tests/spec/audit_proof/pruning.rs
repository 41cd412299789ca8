//! Old entries go; what is left, and what was exported, still prove themselves.

use super::{examined, gap_of, keys};
use crate::support::World;
use crate::support::binary::Installed;
use crate::support::stored::meddle;
use seatbridge::admin::trail::{self, Bound, Prunable, Pruning, Range};
use serde_json::json;

const DAY: i64 = 86_400_000_000;

/// U1: what was pruned verifies as a file, what is left as an audit, and they join; the act is audited.
#[test]
fn what_was_pruned_and_what_is_left_verify_together() {
    let bridge = Installed::fresh();
    bridge.token();
    let path = |name: &str| bridge.folder().join(name).display().to_string();
    let prune = |more: &[&str]| {
        let args = ["audit", "prune", "--before", "2999-01-01", "--reason", "kept for a year", "--json"];
        bridge.run(&[&args[..], more].concat())
    };
    prune(&["--export", &path("early")]).ends(5).tells("30 days");
    prune(&["--even-recent"]).ends(2).tells("--export");
    prune(&["--even-recent", "--export", "/nowhere/at/all"]).ends(1);
    assert_eq!(bridge.data(&["audit", "verify"])["entries"], 3, "nothing went without its export");

    let old = path("old.ndjson");
    let pruned = prune(&["--even-recent", "--export", &old]).ends(0).data("audit");
    assert_eq!((&pruned["pruned"], &pruned["to"]), (&json!(3), &json!(3)));
    let left = bridge.data(&["audit", "verify"]);
    assert_eq!((&left["entries"], &left["last"]), (&json!(1), &json!(4)));
    assert_eq!(left["pruned"]["through"], 3);
    let entry = &bridge.data(&["audit", "list"])[0];
    assert_eq!((&entry["action"], &entry["reason"]), (&json!("prune_audit"), &json!("kept for a year")));

    let rest = path("rest.ndjson");
    bridge.data(&["audit", "export", "--out", &rest]);
    let both = Installed::bare().run(&["audit", "verify", "--file", &old, "--file", &rest, "--json"]);
    assert_eq!(both.ends(0).data("audit")["entries"], 4);
    let expect = format!("3:{}", pruned["hash"].as_str().unwrap());
    bridge.run(&["audit", "verify", "--expect", &expect]).ends(0);
    bridge.run(&["audit", "verify", "--expect", &expect.replace("3:", "2:")]).ends(2).tells("was pruned");
    bridge.run(&["audit", "export", "--from", "2"]).ends(2).tells("begin with audit entry 4");
    meddle(&bridge.place, "UPDATE audit SET subject = 'eve' WHERE seq = 4");
    bridge.run(&["audit", "verify"]).ends(7).tells("entry 4 was changed");
}

/// U1: entries of the last 30 days stay; a person's story says what it lost; whoever is interrupted goes on.
#[actix_web::test]
async fn a_story_that_lost_entries_says_so() {
    let world = World::configured(100, |config| config.audit.checkpoint_seconds = 0).await;
    let okta = world.okta().await;
    okta.assign("ada@corp.example").await;
    world.clock.advance(40 * 86_400);
    okta.assign("bo@corp.example").await;
    let (now, store) = (world.clock.now(), world.store());
    let refused = trail::prunable(now - 29 * DAY, now, false, store).await.unwrap_err();
    assert_eq!(refused.exit_code(), 5);
    let range = trail::prunable(now - 30 * DAY, now, false, store).await.unwrap().unwrap();
    assert_eq!(range, Prunable { from: 1, to: 4 }, "bo's entry is young");
    assert_eq!(trail::prunable(now - 50 * DAY, now, false, store).await.unwrap(), None);

    let bounds = Range { from: Some(Bound::Seq(1)), to: Some(Bound::Seq(4)) };
    let nowhere = (Box::new(|_: trail::Part<'_>| Ok(())) as trail::Sink, trail::unheard());
    let handed = trail::export(bounds, &keys(), now, nowhere, store).await.unwrap();
    let pruning = |reason: &str| Pruning {
        checkpoint: handed.checkpoint.clone(),
        reason: reason.to_owned(),
        exported: false,
    };
    let prune = |pruning| trail::prune(pruning, world.act(), &KEYS, trail::unheard(), store);
    static KEYS: std::sync::LazyLock<trail::Keys> = std::sync::LazyLock::new(keys);
    assert_eq!(prune(pruning(" ")).await.unwrap_err().exit_code(), 2);
    let mut moved = pruning("moved");
    moved.checkpoint.hash = "0".repeat(64);
    assert_eq!(prune(moved).await.unwrap_err().exit_code(), 7, "not what the audit has there");
    assert_eq!(gap_of("ada@corp.example", &world).await, None);
    assert_eq!(prune(pruning("a year is enough")).await.unwrap(), 4);
    assert!(prune(pruning("again")).await.is_err(), "gone is gone");

    let gap = gap_of("ada@corp.example", &world).await.unwrap();
    assert_eq!(gap.through, 4);
    assert_eq!(gap_of("bo@corp.example", &world).await, None);
    assert_eq!(examined(keys().known(), store).await.unwrap().entries, 2);
    okta.set_active(&okta.found("userName eq \"ada@corp.example\"").await[0], false).await.is(200);
    world.audit().await;

    // A process that died while it removed entries leaves some: they do not count, and go with the next turn.
    let left = "INSERT INTO audit SELECT 2, at, actor, action, outcome, directory_id, seat_id, subject, \
                reason, changes, request_id, hash FROM audit WHERE seq = 5";
    meddle(&world.place, left);
    assert!(examined(keys().known(), store).await.is_ok());
    trail::finish_pruning(store).await.unwrap();
    assert_eq!(world.audit().await[0].seq, 5);
}
