//! The columns of the route sheet: what the proxy knows about one endpoint of Apollo.

use super::permission::Permission;

/// HTTP methods Apollo's proxied endpoints answer; any other is unknown (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Reads; carries no body.
    Get,
    /// Creates, searches or acts.
    Post,
    /// Updates, as older clients send it.
    Put,
    /// Updates.
    Patch,
}

impl Method {
    /// The method as it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
        }
    }

    /// Whether a request of this method may carry a body.
    pub const fn takes_body(self) -> bool {
        !matches!(self, Method::Get)
    }
}

/// What Apollo charges for a call that finds something. **Units**: credits.
///
/// Source: facts §3.2 and §5.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credits {
    /// Nothing.
    Free,
    /// Per call: `least` for plain data, `most` when phones or a waterfall are asked for.
    PerCall {
        /// Credits of the cheapest call that finds something.
        least: u32,
        /// Credits of the dearest call, waterfall vendors apart.
        most: u32,
    },
    /// Per page of results.
    PerPage(u32),
    /// Per record in the call.
    PerRecord {
        /// Credits of the cheapest record found.
        least: u32,
        /// Credits of the dearest record, waterfall vendors apart.
        most: u32,
    },
}

/// Classes of personal data an answer may carry (facts §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pii {
    /// E: addresses and their hashes.
    Email,
    /// P: phone numbers and recordings.
    Phone,
    /// B: what people wrote or said.
    MessageBody,
    /// A: street addresses.
    Address,
    /// L: profile and photo links of a person.
    Profile,
}

/// Which of Apollo's rate windows count the call (facts §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateClass {
    /// D: most of the API.
    Default,
    /// N: single enrichment.
    Enrichment,
    /// N bulk: a tenth of the single one on older plans.
    BulkEnrichment,
    /// S: searches of Apollo's database.
    Search,
    /// Five calls an hour.
    SyncReport,
    /// Conversation export, narrow on the free plan.
    ConversationExport,
    /// No window is documented.
    None,
}

/// Who answers a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// Apollo, with a [`super::Permit`].
    Upstream,
    /// We do, about the key's holder (R10); such a call gets no permit.
    Locally,
}

/// How a call names the owner of a record (R10, facts §4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The call only reads; whom it names it searches for.
    Unnamed,
    /// The call creates, and absent means the acting admin at Apollo, so the holder's id is filled in.
    Filled(&'static str),
    /// The call creates, and Apollo documents no owner for it: nothing is filled in, nobody else is named.
    Unfilled,
    /// The call changes something: nothing is filled in, and who names somebody else needs manageTeam.
    Guarded,
    /// The call exists to change the owner, which needs manageTeam.
    Changed,
}

/// How many records one call may carry, and under which parameters (R14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Records {
    /// Names of the lists, each of which is counted.
    pub parameters: &'static [&'static str],
    /// The most Apollo takes.
    pub most: usize,
}

/// One row of the route sheet.
///
/// Source: facts §3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Number of the row in the sheet; variants of one row share it.
    pub row: u8,
    /// `controller/action`: the identity of the endpoint in Apollo's rate windows and key scopes.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// The path under `/api/v1`, with at most one slot: `{id}` (24 hex digits) or `{request_id}` (64-bit).
    pub template: &'static str,
    /// What the caller must hold, all of it.
    pub permissions: &'static [Permission],
    /// What Apollo charges.
    pub credits: Credits,
    /// Personal data in the answer.
    pub pii: &'static [Pii],
    /// Members removed from the answer for everyone (R9).
    pub secret_fields: &'static [&'static str],
    /// Members that are message bodies on this route alone, masked like `body`.
    pub body_fields: &'static [&'static str],
    /// Which windows count the call.
    pub rate: RateClass,
    /// Who answers.
    pub answered: Answered,
    /// Whether `page` and `per_page` are read.
    pub reads_page: bool,
    /// Whether `skip` and `limit` are read instead.
    pub reads_skip: bool,
    /// The limit on records in one call.
    pub records: Option<Records>,
    /// How the owner is named.
    pub owner: Owner,
    /// Parameters that name a mailbox or a sender, which must be the holder's (R10).
    pub senders: &'static [&'static str],
}

/// Starts a row with what every row has; the rest reads as free, harmless, unpaged and answered by Apollo.
pub(super) const fn row(row: u8, method: Method, template: &'static str, name: &'static str) -> Route {
    Route {
        row,
        name,
        method,
        template,
        permissions: &[],
        credits: Credits::Free,
        pii: &[],
        secret_fields: &[],
        body_fields: &[],
        rate: RateClass::Default,
        answered: Answered::Upstream,
        reads_page: false,
        reads_skip: false,
        records: None,
        owner: Owner::Unnamed,
        senders: &[],
    }
}

impl Route {
    pub(super) const fn needs(self, permissions: &'static [Permission]) -> Route {
        Route { permissions, ..self }
    }

    pub(super) const fn costs(self, credits: Credits) -> Route {
        Route { credits, ..self }
    }

    pub(super) const fn shows(self, pii: &'static [Pii]) -> Route {
        Route { pii, ..self }
    }

    pub(super) const fn hides(self, secret_fields: &'static [&'static str]) -> Route {
        Route { secret_fields, ..self }
    }

    pub(super) const fn written_in(self, body_fields: &'static [&'static str]) -> Route {
        Route { body_fields, ..self }
    }

    pub(super) const fn rated(self, rate: RateClass) -> Route {
        Route { rate, ..self }
    }

    pub(super) const fn local(self) -> Route {
        Route { answered: Answered::Locally, ..self }
    }

    pub(super) const fn paged(self) -> Route {
        Route { reads_page: true, ..self }
    }

    pub(super) const fn skipped(self) -> Route {
        Route { reads_skip: true, ..self }
    }

    pub(super) const fn at_most(self, most: usize, parameters: &'static [&'static str]) -> Route {
        Route { records: Some(Records { parameters, most }), ..self }
    }

    pub(super) const fn owned(self, owner: Owner) -> Route {
        Route { owner, ..self }
    }

    pub(super) const fn sent_by(self, senders: &'static [&'static str]) -> Route {
        Route { senders, ..self }
    }

    /// What a call may cost at most. **Units**: credits; waterfall vendors may charge more.
    pub(super) fn credits_at_most(&self, reveals: bool, records: usize) -> u32 {
        let records = u32::try_from(records.max(1)).unwrap_or(u32::MAX);
        match self.credits {
            Credits::Free => 0,
            Credits::PerCall { least, most } => {
                if reveals {
                    most
                } else {
                    least.max(1)
                }
            }
            Credits::PerPage(credits) => credits,
            Credits::PerRecord { least, most } => {
                let each = if reveals { most } else { least.max(1) };
                each.saturating_mul(records)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_get_carries_no_body() {
        let methods = [Method::Get, Method::Post, Method::Put, Method::Patch];
        assert_eq!(methods.map(Method::as_str), ["GET", "POST", "PUT", "PATCH"]);
        assert_eq!(methods.map(Method::takes_body), [false, true, true, true]);
    }

    /// Facts §5.4: one credit for data, eight more for phones, per person.
    #[test]
    fn the_estimate_grows_with_reveals_and_records() {
        let priced = |credits| row(0, Method::Post, "/x", "x").costs(credits);
        let person = priced(Credits::PerCall { least: 1, most: 9 });
        assert_eq!((person.credits_at_most(false, 7), person.credits_at_most(true, 7)), (1, 9));
        let bulk = priced(Credits::PerRecord { least: 1, most: 9 });
        assert_eq!((bulk.credits_at_most(false, 0), bulk.credits_at_most(true, 10)), (1, 90));
        assert_eq!(bulk.credits_at_most(true, usize::MAX), u32::MAX);
        assert_eq!(priced(Credits::PerPage(1)).credits_at_most(true, 9), 1);
        assert_eq!(priced(Credits::Free).credits_at_most(true, 9), 0);
        assert_eq!(priced(Credits::PerCall { least: 0, most: 1 }).credits_at_most(false, 0), 1);
        assert_eq!(priced(Credits::PerRecord { least: 0, most: 1 }).credits_at_most(false, 3), 3);
    }
}
