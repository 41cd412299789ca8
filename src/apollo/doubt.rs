//! Why an answer of Apollo's, or a whole reading, is not believed: each with a stable word and a sentence
//! that says what happened and what to do. None holds a person, a key or a text of Apollo's.

use std::fmt;
use std::time::Duration;

/// What a certificate that is not trusted may mean, and what to do.
pub(super) const UNTRUSTED: &str = "what answers at `apollo.base_url` shows a certificate that this machine \
    does not trust, so it was told nothing; check the address, and if your network looks into TLS, name \
    the file with the certificate of its authority in SSL_CERT_FILE";

/// One way a read can fail or lie, with its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// No connection, or one that broke before an answer.
    Unreachable,
    /// A certificate this machine does not trust.
    Untrusted,
    /// No answer in time.
    TooSlow,
    /// The whole attempt took too long.
    Deadline {
        /// What it may take.
        allowed: Duration,
    },
    /// 401: the credential is wrong, revoked or of a closed account.
    CredentialRefused {
        /// `master key`, `OAuth grant`.
        credential: &'static str,
    },
    /// API_INACCESSIBLE: the credential does not reach the endpoint, or the plan does not.
    NotAllowed {
        /// `master key`, `OAuth grant`.
        credential: &'static str,
        /// What an API key's scope would have to name.
        scope: &'static str,
        /// What an OAuth grant's would.
        grant_scope: &'static str,
    },
    /// A redirect, which is never followed.
    Redirected {
        /// The status.
        status: u16,
    },
    /// Neither of the paths exists.
    NotThere,
    /// Another refusal.
    Refused {
        /// The status.
        status: u16,
    },
    /// Apollo's own trouble, again and again.
    Broken {
        /// The status.
        status: u16,
    },
    /// 429, and the wait is longer than there is patience.
    RateLimited {
        /// What `retry-after` said; absent when it said nothing.
        retry_after: Option<Duration>,
    },
    /// 200 with a web page, or another text that is no JSON.
    NotJson,
    /// 200 without a body.
    NoBody,
    /// The answer ends in the middle.
    Cut,
    /// JSON, and not what is documented.
    WrongShape,
    /// More bytes than a page may have.
    TooLarge {
        /// Most that are read.
        bytes: usize,
    },
    /// The list is empty, though at least the person that the credential acts as must be in it.
    Empty,
    /// Fewer people were listed than promised.
    Short {
        /// Different users listed.
        listed: usize,
        /// How many Apollo promised.
        total: u64,
    },
    /// More people were listed than promised.
    Surplus {
        /// Different users listed.
        listed: usize,
        /// How many Apollo promised.
        total: u64,
    },
    /// Somebody was listed twice, so somebody else may have been passed over.
    Repeated {
        /// Rows that repeated an earlier one.
        rows: usize,
    },
    /// The promised number changed while the pages were read, twice in a row.
    Moved {
        /// On the first page.
        first: u64,
        /// On the last page.
        last: u64,
    },
    /// Another page than the one asked for.
    WrongPage {
        /// The one asked for.
        asked: u32,
        /// The one answered.
        answered: u64,
    },
    /// People of another workspace.
    ForeignTeam {
        /// How many.
        users: usize,
        /// Apollo's id of the team they should belong to.
        expected: String,
    },
    /// People of several workspaces, and nobody said which one is ours.
    MixedTeams {
        /// How many workspaces.
        teams: usize,
    },
    /// Rows without an id.
    WithoutId {
        /// How many.
        rows: usize,
    },
    /// The list has no end.
    Endless {
        /// Pages read.
        pages: u32,
    },
    /// Some page failed.
    Page {
        /// Which.
        page: u32,
        /// How.
        cause: Box<Doubt>,
    },
}

impl Doubt {
    /// The stable word for machines.
    pub fn word(&self) -> &'static str {
        match self {
            Doubt::Unreachable => "unreachable",
            Doubt::Untrusted => "untrusted",
            Doubt::TooSlow => "too_slow",
            Doubt::Deadline { .. } => "deadline",
            Doubt::CredentialRefused { .. } => "credential_refused",
            Doubt::NotAllowed { .. } => "not_allowed",
            Doubt::Redirected { .. } => "redirected",
            Doubt::NotThere => "not_there",
            Doubt::Refused { .. } => "refused",
            Doubt::Broken { .. } => "broken",
            Doubt::RateLimited { .. } => "rate_limited",
            Doubt::NotJson => "not_json",
            Doubt::NoBody => "no_body",
            Doubt::Cut => "cut",
            Doubt::WrongShape => "wrong_shape",
            Doubt::TooLarge { .. } => "too_large",
            Doubt::Empty => "empty",
            Doubt::Short { .. } => "short",
            Doubt::Surplus { .. } => "surplus",
            Doubt::Repeated { .. } => "repeated",
            Doubt::Moved { .. } => "moved",
            Doubt::WrongPage { .. } => "wrong_page",
            Doubt::ForeignTeam { .. } => "foreign_team",
            Doubt::MixedTeams { .. } => "mixed_teams",
            Doubt::WithoutId { .. } => "without_id",
            Doubt::Endless { .. } => "endless",
            Doubt::Page { cause, .. } => cause.word(),
        }
    }

    /// Whether a second pass over the list may come out better: it moved under the first.
    pub(super) fn may_pass(&self) -> bool {
        matches!(
            self,
            Doubt::Moved { .. } | Doubt::Repeated { .. } | Doubt::Short { .. } | Doubt::Surplus { .. }
        )
    }

    /// How a page failed that is one of several.
    pub(super) fn on(self, page: u32) -> Self {
        if page == 1 { self } else { Doubt::Page { page, cause: Box::new(self) } }
    }

    fn of_an_answer(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Untrusted => f.write_str(UNTRUSTED),
            Doubt::Unreachable => f.write_str(
                "Apollo cannot be reached; check the network, its DNS and `apollo.base_url`, then try again",
            ),
            Doubt::TooSlow => f.write_str(
                "Apollo did not answer in time; try again, or raise `apollo.timeout_seconds` if it is slow \
                 every time",
            ),
            Doubt::Deadline { allowed } => {
                write!(f, "reading took longer than {}; try again when Apollo is quicker", length(*allowed))
            }
            Doubt::CredentialRefused { credential: "OAuth grant" } => f.write_str(
                "Apollo refused the OAuth grant; authorise the bridge anew with `seatbridge apollo connect`",
            ),
            Doubt::CredentialRefused { credential } => write!(
                f,
                "Apollo refused the {credential}; make another under Settings > Integrations > API Keys \
                 and set `apollo.master_key`"
            ),
            Doubt::NotAllowed { credential: "OAuth grant", grant_scope, .. } => write!(
                f,
                "the OAuth grant may not do this (API_INACCESSIBLE); add `{grant_scope}` to \
                 `apollo.scopes`, run `seatbridge apollo connect` again, and see that the plan includes \
                 API access"
            ),
            Doubt::NotAllowed { credential, scope, .. } => write!(
                f,
                "the {credential} may not do this (API_INACCESSIBLE); use a master key, or a key whose \
                 scope names `{scope}`, and see that the plan includes API access"
            ),
            Doubt::Redirected { status } => write!(
                f,
                "Apollo answered with a redirect ({status}), which is never followed, because the key \
                 would go along; check `apollo.base_url`"
            ),
            Doubt::NotThere => f.write_str(
                "Apollo knows neither `/users/search` nor `/users` (404); check `apollo.base_url` and \
                 `apollo.users_path`",
            ),
            Doubt::Refused { status } => {
                write!(
                    f,
                    "Apollo refused the request ({status}); check `apollo.base_url` and Apollo's status page"
                )
            }
            Doubt::Broken { status } => {
                write!(
                    f,
                    "Apollo failed again and again ({status}); try again later, and see its status page"
                )
            }
            _ => self.of_a_body(f),
        }
    }

    fn of_a_body(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::RateLimited { retry_after: Some(wait) } => write!(
                f,
                "Apollo's rate limit is used up; try again in {} ({} s)",
                length(*wait),
                wait.as_secs()
            ),
            Doubt::RateLimited { retry_after: None } => f.write_str(
                "Apollo's rate limit is used up, and it does not say for how long; try again in an hour",
            ),
            Doubt::NotJson => f.write_str(
                "Apollo's answer is no JSON, perhaps a page of something in between; check \
                 `apollo.base_url` and any proxy on the way",
            ),
            Doubt::NoBody => f.write_str("Apollo answered 200 with nothing in it; try again"),
            Doubt::Cut => f.write_str("Apollo's answer broke off in the middle; try again"),
            Doubt::WrongShape => f.write_str(
                "Apollo's answer is JSON of an unknown shape; check `apollo.base_url`, and report it if \
                 it is Apollo",
            ),
            Doubt::TooLarge { bytes } => {
                write!(
                    f,
                    "Apollo's answer is larger than {bytes} bytes, which no page of users is; report it"
                )
            }
            Doubt::Page { page, cause } => write!(f, "page {page}: {cause}"),
            _ => self.of_a_list(f),
        }
    }

    fn of_a_list(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Empty => f.write_str(
                "Apollo listed nobody, though at least the administrator that the credential acts as must \
                 be there; try again, and see that the credential is of the right workspace",
            ),
            Doubt::Short { listed, total } => write!(
                f,
                "Apollo promised {total} users and listed {listed} different ones; try again, and if it \
                 stays so compare with Apollo's own list of users"
            ),
            Doubt::Surplus { listed, total } => write!(
                f,
                "Apollo promised {total} users and listed {listed} different ones, so its figures cannot \
                 be trusted; try again"
            ),
            Doubt::Repeated { rows } => write!(
                f,
                "{rows} {} repeated, so others may have been passed over; try again when nobody is being \
                 added or removed",
                if *rows == 1 { "row was" } else { "rows were" }
            ),
            Doubt::Moved { first, last } => write!(
                f,
                "the number of users went from {first} to {last} while they were read, twice in a row; \
                 try again when nobody is being added or removed"
            ),
            Doubt::WrongPage { asked, answered } => {
                write!(f, "Apollo was asked for page {asked} and answered page {answered}; try again")
            }
            Doubt::ForeignTeam { users, expected } => write!(
                f,
                "{users} of the listed users belong to another team than {expected}; use a credential of \
                 that workspace, or correct `reconcile.team_id`"
            ),
            Doubt::MixedTeams { teams } => write!(
                f,
                "the listed users belong to {teams} teams; say which is yours in `reconcile.team_id`"
            ),
            Doubt::WithoutId { rows } => {
                write!(f, "{rows} of the listed rows have no id; report it if it happens again")
            }
            _ => f.write_str("the list has no end after 500 pages, where Apollo ends every list; report it"),
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of_an_answer(f)
    }
}

/// `4 hours 23 minutes`, `40 seconds`: never less than it is.
pub(super) fn length(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let counted = |n: u64, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    if seconds < 120 {
        return counted(seconds, "second");
    }
    let minutes = seconds.div_ceil(60);
    match (minutes / 60, minutes % 60) {
        (0, minutes) => counted(minutes, "minute"),
        (hours, 0) => counted(hours, "hour"),
        (hours, minutes) => format!("{} {}", counted(hours, "hour"), counted(minutes, "minute")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Doubt> {
        let credential = "master key";
        vec![
            Doubt::Unreachable,
            Doubt::Untrusted,
            Doubt::TooSlow,
            Doubt::Deadline { allowed: Duration::from_secs(600) },
            Doubt::CredentialRefused { credential },
            Doubt::NotAllowed { credential, scope: "api/v1/users/search", grant_scope: "users_list" },
            Doubt::Redirected { status: 302 },
            Doubt::NotThere,
            Doubt::Refused { status: 422 },
            Doubt::Broken { status: 503 },
            Doubt::RateLimited { retry_after: Some(Duration::from_secs(15_733)) },
            Doubt::NotJson,
            Doubt::NoBody,
            Doubt::Cut,
            Doubt::WrongShape,
            Doubt::TooLarge { bytes: 1 },
            Doubt::Empty,
            Doubt::Short { listed: 1, total: 2 },
            Doubt::Surplus { listed: 2, total: 1 },
            Doubt::Repeated { rows: 1 },
            Doubt::Moved { first: 1, last: 2 },
            Doubt::WrongPage { asked: 2, answered: 1 },
            Doubt::ForeignTeam { users: 1, expected: "6a".into() },
            Doubt::MixedTeams { teams: 2 },
            Doubt::WithoutId { rows: 1 },
            Doubt::Endless { pages: 500 },
        ]
    }

    /// U7: each says what to do, and no two share a word or a sentence.
    #[test]
    fn every_doubt_has_a_word_of_its_own_and_says_what_to_do() {
        let does = ["try again", "check", "report it", "use a", "make another", "say which", "authorise"];
        for doubt in all() {
            let told = doubt.to_string();
            assert!(does.iter().any(|what| told.contains(what)), "{told}");
        }
        let mut words: Vec<&str> = all().iter().map(Doubt::word).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all().len());
        let mut sentences: Vec<String> = all().iter().map(Doubt::to_string).collect();
        sentences.sort_unstable();
        sentences.dedup();
        assert_eq!(sentences.len(), all().len());
    }

    #[test]
    fn a_wait_is_told_in_words_and_never_too_short() {
        for (seconds, says) in [
            (1, "1 second"),
            (119, "119 seconds"),
            (121, "3 minutes"),
            (3_600, "1 hour"),
            (15_733, "4 hours 23 minutes"),
        ] {
            assert_eq!(length(Duration::from_secs(seconds)), says);
        }
        let asked = Doubt::RateLimited { retry_after: Some(Duration::from_secs(15_733)) };
        assert!(
            asked
                .on(3)
                .to_string()
                .starts_with("page 3: Apollo's rate limit is used up; try again in 4 hours")
        );
    }
}
