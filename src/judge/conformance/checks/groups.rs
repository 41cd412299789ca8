//! Groups: a server without them must still answer when it is asked.

use super::super::check::{Check, Cost, Judged, Profile};
use super::super::expect::{self, must};
use super::super::lab::Lab;
use super::{ACCESS, ENTRA_QUARANTINE};
use crate::emulator::wire::{form, quoted};

/// The chapter.
pub const CHECKS: &[Check] = &[Check {
    id: "groups.list",
    title: "A list of groups is answered, even where there are none",
    source: "Okta facts §4, §9; Entra facts §3, §9",
    sends: "GET /Groups?startIndex=1&count=100 (Okta); a lookup of a random displayName without members \
        (Entra)",
    wants: "200 with a ListResponse, empty for the lookup",
    cost: Cost {
        okta: "The connection test calls it: the credentials may not be saved until group import is \
            switched off.",
        entra: ENTRA_QUARANTINE,
        rfc: "",
    },
    fix: "Answer GET /Groups with an empty ListResponse when you have no groups.",
    needs: ACCESS,
    run: |lab| Box::pin(list(lab)),
}];

async fn list(lab: &mut Lab) -> Judged {
    if lab.profile == Profile::Okta {
        let answer = lab.get("/Groups?startIndex=1&count=100").await;
        return expect::page(&answer).map(drop);
    }
    let filter = form(&format!("displayName eq {}", quoted(&format!("7d0c-{}", lab.mark()))));
    let answer = lab.get(format!("/Groups?excludedAttributes=members&filter={filter}")).await;
    let page = expect::page(&answer)?;
    must(page.total == 0, || format!("{} groups for a random name: the filter is not applied", page.total))
}
