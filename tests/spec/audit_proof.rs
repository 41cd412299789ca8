//! The audit proves itself: checkpoints, the verifier that names the first bad entry, exports, pruning (U1).

mod files;
mod meddling;
mod pruning;

use crate::support::World;
use crate::support::place::Place;
use crate::support::world::secrets;
use seatbridge::admin::trail::{self, Keeper, Keys, Verified, Wanted};
use seatbridge::admin::{Refusal, people};
use seatbridge::audit::PublicKey;
use seatbridge::credential::secret::Secrets;
use seatbridge::store::{Store, migrate};
use secrecy::SecretString;
use std::time::{Duration, Instant};

/// Follows the audit with these keys.
async fn examined(keys: &[PublicKey], store: &Store) -> Result<Verified, Refusal> {
    let wanted = Wanted { keys: keys.to_vec(), expect: None };
    trail::examine(wanted, trail::unheard(), store).await
}

fn keys() -> Keys {
    Keys::of(&secrets()).unwrap()
}

/// U1: a server signs the end of its audit when it is time and anything is new.
#[actix_web::test]
async fn a_server_signs_the_end_from_time_to_time() {
    let world = World::start().await;
    let okta = world.okta().await;
    okta.assign("ada@corp.example").await;
    world.clock.advance(3601);
    let since = Instant::now();
    loop {
        let verified = examined(keys().known(), world.store()).await.unwrap();
        if verified.signed.is_some() && verified.unsigned() == 0 {
            break;
        }
        assert!(since.elapsed() < Duration::from_secs(30), "{verified:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// U1, U4: of two replicas one signs, and neither signs what is signed already.
#[actix_web::test]
async fn one_replica_signs_and_nobody_signs_twice() {
    let world = World::configured(100, |config| config.audit.checkpoint_seconds = 0).await;
    let okta = world.okta().await;
    let mut bridge = world.server.bridge.clone();
    assert_eq!(Keeper::of(&secrets()).unwrap().turn(&bridge).await.unwrap(), None, "0 means never");
    let mut config = (*bridge.config).clone();
    config.audit.checkpoint_seconds = 3600;
    bridge.config = std::sync::Arc::new(config);
    let mut both = [Keeper::of(&secrets()).unwrap(), Keeper::of(&secrets()).unwrap()];
    let mut signed = Vec::new();
    for round in 0..3 {
        if round < 2 {
            okta.assign(&format!("p{round}@corp.example")).await;
        }
        for keeper in &mut both {
            signed.extend(keeper.turn(&bridge).await.unwrap().map(|point| point.seq));
            assert_eq!(keeper.turn(&bridge).await.unwrap(), None, "not due yet");
        }
        world.clock.advance(3600);
    }
    assert_eq!(signed, [4, 5]);
    let all = trail::checkpoints(world.store()).await.unwrap();
    assert_eq!(all.iter().map(|mark| mark.checkpoint.seq).collect::<Vec<_>>(), signed);
    crate::support::stored::meddle(&world.place, "DELETE FROM audit_checkpoints WHERE seq = 5");
    let alarmed = both[0].turn(&bridge).await.unwrap_err().to_string();
    assert!(alarmed.contains("checkpoint at audit entry 5 was removed"), "{alarmed}");
}

/// U1, A5: while a secret is rotated checkpoints of both verify; signed again, the former one may go.
#[actix_web::test]
async fn a_rotated_secret_breaks_no_checkpoint() {
    let place = Place::fresh();
    migrate::run(&place.backend()).unwrap();
    let store = Store::open(&place.backend()).unwrap();
    let old = SecretString::from("o".repeat(40));
    let new = SecretString::from("n".repeat(40));
    let of = |current: &SecretString, former: Option<&SecretString>| {
        Keys::of(&Secrets::new(current.clone(), former.cloned()).unwrap()).unwrap()
    };
    let (before, during, after) = (of(&old, None), of(&new, Some(&old)), of(&new, None));
    assert_eq!(trail::sign_end(&before, 5, &store).await.unwrap(), None, "nothing happened yet");
    something_happens(&store).await;
    trail::sign_end(&before, 5, &store).await.unwrap().unwrap();
    assert_eq!(examined(during.known(), &store).await.unwrap().checkpoints, 1);
    let strange = examined(after.known(), &store).await.unwrap_err();
    assert!(strange.to_string().contains("--public-key"), "{strange}");
    assert_eq!(strange.exit_code(), 7);
    assert_eq!(trail::sign_again(&during, &store).await.unwrap(), 1);
    assert_eq!(examined(after.known(), &store).await.unwrap().checkpoints, 1);
    assert_eq!(trail::sign_again(&during, &store).await.unwrap(), 0, "once is enough");
}

/// Something that happened.
async fn something_happens(store: &Store) {
    use seatbridge::audit::{Action, Actor, Entry};
    let entry = Entry::done(1, Actor::Bridge, Action::SetTeam);
    store.write(move |tx| tx.append(&entry)).await.unwrap();
}

/// U1: what points to a pruned entry says so.
async fn gap_of(address: &str, world: &World) -> Option<trail::Gap> {
    people::story(address.to_owned(), world.store()).await.unwrap().gap
}
