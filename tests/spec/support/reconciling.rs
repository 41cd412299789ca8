//! Comparing with the fake Apollo: its people, a run, what is found.

use super::World;
use seatbridge::apollo::ReadOptions;
use seatbridge::drift::State;
use seatbridge::emulator::apollo::{MEMBER_PROFILE, User};
use seatbridge::reconcile::Refusal;
use seatbridge::reconcile::service::{
    self, Accepted, Asked, Decision, FindingView, Reconciler, RunView, Wish,
};
use seatbridge::store::Store;
use std::time::Duration;

/// A little patience: nobody waits in a test.
pub fn patience() -> ReadOptions {
    ReadOptions {
        patience: Duration::from_millis(40),
        backoff: Duration::from_millis(1),
        ..ReadOptions::default()
    }
}

impl World {
    pub fn reconciler(&self) -> Reconciler {
        Reconciler::from(&self.server.bridge)
    }

    /// A run by hand, of which something is accepted.
    pub async fn run_accepting(&self, accepted: Accepted, reason: Option<&str>) -> Result<RunView, Refusal> {
        let wish = Wish {
            actor: self.act().actor,
            accepted,
            reason: reason.map(str::to_owned),
            patience: patience(),
        };
        service::run(wish, &self.reconciler()).await
    }

    /// A run by hand.
    pub async fn reconcile(&self) -> RunView {
        self.run_accepting(Accepted::default(), None).await.unwrap()
    }

    /// A run that has to be complete.
    #[track_caller]
    pub fn reconciled(&self) -> impl Future<Output = RunView> {
        let run = self.reconcile();
        async move {
            let view = run.await;
            assert_eq!(view.outcome.as_str(), "complete", "{:#?}", view.sentences());
            view
        }
    }

    /// Everything ever found.
    pub async fn all_findings(&self) -> Vec<FindingView> {
        service::findings(Asked::default(), self.clock.now(), self.store()).await.unwrap()
    }

    /// `class subject`, of those that are open, in the order they are shown in.
    pub async fn found(&self) -> Vec<String> {
        open_in(self.store(), self.clock.now()).await
    }

    /// The one finding of a class.
    pub async fn the(&self, class: &str) -> FindingView {
        let mut all = self.all_findings().await;
        all.retain(|one| one.class.as_str() == class);
        assert_eq!(all.len(), 1, "{class}: {all:#?}");
        all.remove(0)
    }

    pub async fn decide(&self, id: i64, decision: Decision, reason: &str) -> Result<FindingView, Refusal> {
        let story = service::decide_finding(id, decision, reason.to_owned(), self.act(), self.store()).await;
        story.map(|story| story.view)
    }

    /// The address of somebody the fake Apollo begins with: 0 is the administrator whom its key acts as.
    pub fn teammate(&self, index: usize) -> String {
        self.apollo.users()[index].email.clone()
    }

    /// Somebody new at Apollo, made before any directory was connected: the id.
    pub fn at_apollo(&self, email: &str) -> String {
        self.apollo.add_user(User { created_at_ms: 1, ..User::new(email, "", "") })
    }

    /// Changes one of Apollo's people; who is nobody's is made.
    pub fn change_at_apollo(&self, email: &str, change: impl Fn(&mut User)) {
        let mut users = self.apollo.users();
        users.iter_mut().filter(|user| user.email.eq_ignore_ascii_case(email)).for_each(change);
        self.apollo.set_users(users);
    }

    /// Takes somebody out of Apollo's list.
    pub fn remove_at_apollo(&self, email: &str) {
        let mut users = self.apollo.users();
        users.retain(|user| user.email != email);
        self.apollo.set_users(users);
    }
}

/// `class subject`, of those that are open.
pub async fn open_in(store: &Store, now: i64) -> Vec<String> {
    let asked = Asked { states: vec![State::Open], ..Asked::default() };
    let open = service::findings(asked, now, store).await.unwrap();
    open.iter().map(|one| format!("{} {}", one.class, one.subject)).collect()
}

/// Somebody ordinary with an id of one's own.
pub fn numbered(number: usize) -> User {
    User {
        id: format!("6a01c0ffee0000000001{number:04x}"),
        permission_set_id: MEMBER_PROFILE.to_owned(),
        created_at_ms: 1,
        ..User::new(&format!("p{number}@crowd.example"), "P", &format!("N{number}"))
    }
}
