//! What the data cannot tell, said in every report (C3).

/// One question nobody can answer from Apollo's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Untold {
    /// What is asked.
    pub question: &'static str,
    /// Why there is no answer, and what stands in for one.
    pub instead: &'static str,
}

/// All of them. Source: Apollo facts §1.4, §4.1, §7.1, §7.2.
pub const UNTOLD: [Untold; 9] = [
    Untold {
        question: "When somebody last signed in to Apollo",
        instead: "Apollo's list has no last sign-in: an idle seat looks like a busy one.",
    },
    Untold {
        question: "Which kind of seat somebody has",
        instead: "the list has no seat type; permission sets stand in for it, as named in \
                  money.permission_sets.",
    },
    Untold {
        question: "Whether an invitation was accepted",
        instead: "the list has no invitation state; a user without a name is a hint that it was not.",
    },
    Untold {
        question: "How many seats were bought",
        instead: "Apollo's API does not say; seats bought are what `seatbridge team set` recorded.",
    },
    Untold {
        question: "What a permission set is called, and whether it is billed",
        instead: "the list has ids only; an unnamed set counts as billed, and is flagged.",
    },
    Untold {
        question: "Who owns records",
        instead: "owners of contacts, accounts, deals and sequences are not read; a working mailbox of \
                  somebody without a seat is the one sign that is.",
    },
    Untold {
        question: "When Apollo changed somebody, and who did it",
        instead: "the list has no date of change; a change lies between two complete runs.",
    },
    Untold {
        question: "What single-sign-on flags mean beside SAML",
        instead: "Apollo does not document it; sso_bypass is a hint.",
    },
    Untold {
        question: "What would really be saved",
        instead: "deactivating people leaves the bill as it is until the subscription is reduced, and a \
                  yearly term is usually not paid back: figures say \"up to\".",
    },
];
