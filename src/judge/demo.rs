//! The whole thing at work once: people join, one changes address the wrong way and then the right way, one
//! leaves, a key opens Apollo's door and is dead when its holder's seat is gone.

use super::stage::{Problem, Stage, act};
use crate::admin::keys::{self, Caller, For};
use crate::admin::people::{self, SeatView};
use crate::admin::trail;
use crate::config::Config;
use crate::emulator::entra::{self, Entra};
use crate::emulator::okta::{self, Okta};
use crate::emulator::transcript::{Exchange, Outcome, Verdict};
use crate::flavour::Flavour;
use crate::rbac::{Minter, Role};
use serde_json::json;

/// Seats the demo's team bought.
const SEATS: i64 = 5;

/// How the story went, and what is there at its end.
pub struct Told {
    /// Everything that did not go as told; empty when all did.
    pub surprises: Vec<String>,
    /// Who holds a seat at the end.
    pub seats: Vec<SeatView>,
    /// Entries of the audit, verified.
    pub audit_entries: i64,
    /// The stage, still up.
    pub stage: Stage,
    /// A key that works while the stage is up, and whose it is.
    pub key: (String, String),
}

/// One line or exchange of the live transcript.
pub enum Scene<'a> {
    /// What happens next.
    Title(&'a str),
    /// What went over the wire.
    Wire(&'a Exchange),
    /// A call of a holder's script through the proxy.
    Call(ScriptCall<'a>),
}

/// A call of a holder's script.
pub struct ScriptCall<'a> {
    /// What the script wants.
    pub step: &'a str,
    /// Method and path.
    pub request: &'a str,
    /// The status of the answer; 0 when none came.
    pub status: u16,
    /// The answer's body, or why none came.
    pub body: &'a str,
    /// Whether it came as the story has it.
    pub as_told: bool,
}

/// Tells the story; `show` is given every scene as it happens.
///
/// Errors: [`Problem`] when the stage itself fails; what goes wrong in the story is a surprise in [`Told`].
pub async fn tell(config: Config, show: &mut dyn FnMut(Scene<'_>)) -> Result<Told, Problem> {
    let stage = Stage::set(config, SEATS).await?;
    let mut story = Story { stage: &stage, show, surprises: Vec::new() };
    let played = story.play().await;
    let surprises = story.surprises;
    match played {
        Ok(Played { seats, audit_entries, key }) => Ok(Told { surprises, seats, audit_entries, key, stage }),
        Err(problem) => {
            stage.clear().await;
            Err(problem)
        }
    }
}

struct Played {
    seats: Vec<SeatView>,
    audit_entries: i64,
    key: (String, String),
}

struct Story<'a> {
    stage: &'a Stage,
    show: &'a mut dyn FnMut(Scene<'_>),
    surprises: Vec<String>,
}

impl Story<'_> {
    async fn play(&mut self) -> Result<Played, Problem> {
        let target = format!("{}/scim/v2", self.stage.base());
        let fake = |error: crate::emulator::wire::Error| Problem::Fake(error.to_string());
        let okta_token = self.stage.connect("okta", Flavour::Okta).await?;
        let entra_token = self.stage.connect("entra", Flavour::Entra).await?;
        let mut okta = Okta::new(&target, &okta_token.token, okta::Mode::Aiw).map_err(fake)?;
        let mut entra = Entra::new(&target, &entra_token.token, entra::Dialect::Plain).map_err(fake)?;
        let ada = okta::Person::new("Ada", "King", "ada@corp.example");
        let rin = okta::Person::new("Rin", "Sato", "rin@corp.example");
        let mara = entra::Person::new("Mara", "Okafor", "mara@corp.example");

        self.title("Both connectors test their connection");
        self.see("Okta's connection test", &okta.test_connection().await, None);
        self.see("Entra's connection test", &entra.test_connection().await, None);
        self.title("Ada and Rin are assigned in Okta, Mara in Entra ID");
        self.see("Ada joins", &okta.assign(&ada).await, None);
        self.see("Rin joins", &okta.assign(&rin).await, None);
        self.see("Mara joins", &entra.provision(&mara).await, None);

        self.title("Ada's address changes while she holds a seat: Apollo cannot, so it is refused");
        let married = ada.renamed("ada.lovelace@corp.example");
        self.see("Ada is renamed in place", &okta.rename(&married).await, Some("Unassign"));
        self.title("The way Apollo allows: unassign, change, assign again");
        self.see("Ada is unassigned", &okta.unassign(&ada).await, None);
        self.see("Ada comes back under the new address", &okta.reassign(&married).await, None);

        self.title("Rin's script calls Apollo with a key of its own");
        let rin_key = self.mint("rin@corp.example", Role::SalesRep).await?;
        self.call("Rin searches people", &rin_key, 200).await;
        self.title("Rin leaves: the same call is refused from the moment Okta is answered");
        self.see("Rin is unassigned", &okta.unassign(&rin).await, None);
        self.call("Rin's script tries again", &rin_key, 401).await;
        let forwarded =
            self.stage.apollo.received().iter().filter(|call| call.target.contains("api_search")).count();
        self.check(forwarded == 1, &format!("Apollo saw {forwarded} of Rin's calls, not 1"));

        let holder = "mara@corp.example".to_owned();
        let key = self.mint(&holder, Role::SalesManager).await?;
        let bridge = &self.stage.server.bridge;
        let seats = people::seats(&bridge.store).await?;
        let (audit_entries, _) = trail::verify(&bridge.store).await?;
        self.check_seats(&seats);
        Ok(Played { seats, audit_entries, key: (key, holder) })
    }

    fn title(&mut self, text: &str) {
        (self.show)(Scene::Title(text));
    }

    /// Every exchange as expected; or refused in its last one, with these words, and nothing else.
    fn see(&mut self, step: &str, outcome: &Outcome, refused_with: Option<&str>) {
        for exchange in &outcome.exchanges {
            (self.show)(Scene::Wire(exchange));
            if let Verdict::Wrong { why } = &exchange.verdict {
                self.surprises.push(format!("{step}: {why}"));
            }
        }
        match (refused_with, outcome.refused_detail()) {
            (None, None) => {}
            (Some(words), Some(detail)) if detail.contains(words) => {}
            (None, Some(detail)) => self.surprises.push(format!("{step}: refused: {detail}")),
            (Some(_), told) => {
                self.surprises.push(format!("{step}: should have been refused, and was: {told:?}"))
            }
        }
    }

    async fn mint(&mut self, holder: &str, role: Role) -> Result<String, Problem> {
        let bridge = &self.stage.server.bridge;
        let caller = Caller {
            minter: Minter::Operator,
            seat_id: None,
            act: act(bridge.clock.now()),
            request_id: None,
        };
        // The operator decides what the person may do; the key alone gives nothing (R3).
        people::give_role(holder.to_owned(), role, caller.act.clone(), &bridge.store).await?;
        let whose = For::Address(holder.to_owned());
        let minted = keys::mint(whose, role, Some(1), bridge.config.keys, caller, &bridge.store).await?;
        Ok(minted.key.as_str().to_owned())
    }

    /// A holder's script: a search through the proxy, with the key in the header Apollo's own clients use.
    async fn call(&mut self, step: &str, key: &str, expected: u16) {
        let url = format!("{}/api/v1/mixed_people/api_search", self.stage.base());
        let body = json!({"person_titles": ["CTO"], "page": 1, "per_page": 2});
        let sent = reqwest::Client::builder()
            .no_proxy()
            .build()
            .map(|client| client.post(&url).header("x-api-key", key).json(&body).send());
        let (status, text) = match sent {
            Ok(sending) => match sending.await {
                Ok(answer) => (answer.status().as_u16(), answer.text().await.unwrap_or_default()),
                Err(error) => (0, error.to_string()),
            },
            Err(error) => (0, error.to_string()),
        };
        let as_told = status == expected;
        let request = "POST /api/v1/mixed_people/api_search";
        (self.show)(Scene::Call(ScriptCall { step, request, status, body: &text, as_told }));
        self.check(as_told, &format!("{step}: status {status}, not {expected}"));
    }

    fn check(&mut self, well: bool, otherwise: &str) {
        if !well {
            self.surprises.push(otherwise.to_owned());
        }
    }

    fn check_seats(&mut self, seats: &[SeatView]) {
        let found = |address: &str| {
            let named = |view: &&SeatView| {
                let person = view.record.seat.person();
                person.and_then(|person| person.address.as_ref()).is_some_and(|known| known.key() == address)
            };
            seats.iter().find(named).map(|view| view.record.seat.standing().as_str())
        };
        let expected = [
            ("ada.lovelace@corp.example", Some("assigned")),
            ("rin@corp.example", Some("unassigned")),
            ("mara@corp.example", Some("assigned")),
            ("ada@corp.example", None),
        ];
        let wrong: Vec<String> = expected
            .iter()
            .filter(|(address, state)| found(address) != *state)
            .map(|(address, state)| format!("{address} is {:?} at the end, not {state:?}", found(address)))
            .collect();
        self.surprises.extend(wrong);
    }
}
