//! The whole story against a server that keeps the rules.

use super::{Dialect, Reply, Stub};
use crate::emulator::entra::story;
use crate::emulator::okta::tests::mini::{Mini, Rename};
use crate::emulator::transcript::{Exchange, Verdict, verdict_of};

fn wrongs(told: &[Exchange]) -> Vec<String> {
    let wrong = |exchange: &&Exchange| matches!(exchange.verdict, Verdict::Wrong { .. });
    told.iter().filter(wrong).map(|exchange| exchange.line(false)).collect()
}

#[tokio::test]
async fn the_story_is_refused_only_where_the_facts_foresee_it() {
    for (rename, refused) in [(Rename::Refuse, 2), (Rename::Reassign, 1)] {
        for dialect in Dialect::ALL {
            let mut mini = Mini::new(rename);
            let stub = Stub::deciding(move |raw| mini.answer(raw));
            let mut watched = 0;
            let told = story(&stub.target(), "t", dialect, &mut |_| watched += 1).await.unwrap();
            assert_eq!(wrongs(&told), Vec::<String>::new(), "{dialect:?}");
            assert_eq!(watched, told.len());
            let sum = verdict_of(&told);
            assert_eq!(sum.refused, refused, "{rename:?} {dialect:?}");
            assert!(sum.as_expected > 40, "{sum:?}");
        }
    }
}

#[tokio::test]
async fn a_server_that_is_down_fails_the_story_at_once() {
    let stub = Stub::deciding(|_| Reply::text(503, "maintenance"));
    let told = story(&stub.target(), "t", Dialect::Plain, &mut |_| ()).await.unwrap();
    assert_eq!(told.len(), 1);
    assert!(!verdict_of(&told).passed());
}
