//! All users of the workspace, 100 a page; only reads, ever (C1, Apollo facts §3.3, §4.1, §7.3).

use super::ask::{Patience, Question};
use super::client::Apollo;
use super::doubt::Doubt;
use super::page::Page;
use super::reading::{Evidence, ReadOptions, Reading, Verdict};
use super::tally::Tally;
use crate::config::UsersPath;

/// Rows of a page, the most Apollo gives.
const ROWS: usize = 100;
/// Where Apollo ends every list (Apollo facts §3.1).
const MOST_PAGES: u32 = 500;

const SEARCH: &str = "/users/search";
const PLAIN: &str = "/users";

impl Apollo {
    /// Reads all users. A list that contradicts itself is read once more, because somebody may just have come
    /// or gone; what fails is named in the verdict, never an error.
    ///
    /// `expected_team` is Apollo's id of the workspace, where it is known.
    pub async fn users(&self, expected_team: Option<&str>, ask: &ReadOptions) -> Reading {
        let mut patience = Patience::new(ask);
        let (mut tally, mut path, mut failure) = self.pass(&mut patience).await;
        let mut doubts = judged(&tally, failure, expected_team);
        let mut passes = 1;
        if doubts.iter().any(Doubt::may_pass) {
            passes += 1;
            let again;
            (again, path, failure) = self.pass(&mut patience).await;
            match failure {
                // The second pass saw nothing, so the first is all there is, and its doubts stay.
                Some(failure) if again.pages == 0 => doubts.push(failure),
                failure => {
                    tally = again;
                    doubts = judged(&tally, failure, expected_team);
                }
            }
        }
        let evidence = Evidence {
            path,
            credential: self.credential(),
            passes,
            pages: tally.pages,
            calls: patience.calls,
            waits: patience.waits,
            waited_seconds: patience.waited.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX),
            listed: tally.teammates.len(),
            repeated: tally.repeated,
            without_id: tally.without_id,
            total_first: tally.total_first,
            total_last: tally.total_last,
            teams: tally.teams,
        };
        Reading { verdict: Verdict::of(tally.pages, doubts), teammates: tally.teammates, evidence }
    }

    /// Whether the list of users can be read at all, and how many there are where Apollo says so: one call.
    ///
    /// Errors: the [`Doubt`].
    pub async fn listed_users(&self, ask: &ReadOptions) -> Result<Option<u64>, Doubt> {
        let mut path = SEARCH;
        Ok(self.first_page(&mut path, &mut Patience::new(ask)).await?.total)
    }

    /// Reads pages until the last one, or until one fails.
    async fn pass(&self, patience: &mut Patience) -> (Tally, &'static str, Option<Doubt>) {
        let mut tally = Tally::default();
        let mut path = SEARCH;
        loop {
            let asked = tally.pages + 1;
            if asked > MOST_PAGES {
                return (tally, path, Some(Doubt::Endless { pages: MOST_PAGES }));
            }
            let page = match asked {
                1 => self.first_page(&mut path, patience).await,
                _ => self.page(path, asked, patience).await,
            };
            match page {
                Ok(page) => {
                    if tally.add(page) {
                        return (tally, path, None);
                    }
                }
                Err(doubt) => return (tally, path, Some(doubt.on(asked))),
            }
        }
    }

    /// The first page from where it is known to be, else from the other place; what is found is remembered
    /// for as long as the process lives.
    async fn first_page(&self, path: &mut &'static str, patience: &mut Patience) -> Result<Page, Doubt> {
        let remembered = if self.learned.lists_plainly() { [PLAIN, SEARCH] } else { [SEARCH, PLAIN] };
        let places: &[&'static str] = match self.users_path {
            UsersPath::Auto => &remembered,
            UsersPath::Search => &[SEARCH],
            UsersPath::Plain => &[PLAIN],
        };
        let mut last = Err(Doubt::NotThere);
        for place in places {
            *path = place;
            last = self.page(place, 1, patience).await;
            if last != Err(Doubt::NotThere) {
                self.learned.remember_plain(last.is_ok() && *place == PLAIN);
                break;
            }
        }
        last
    }

    async fn page(&self, path: &str, number: u32, patience: &mut Patience) -> Result<Page, Doubt> {
        let question = Question {
            method: "GET",
            path: format!("{path}?page={number}&per_page={ROWS}").into(),
            scope: "api/v1/users/search",
            grant_scope: "users_list",
        };
        Page::read(&self.ask(&question, patience).await?.body)
    }
}

fn judged(tally: &Tally, failure: Option<Doubt>, expected_team: Option<&str>) -> Vec<Doubt> {
    failure.map_or_else(|| tally.doubts(expected_team), |failure| vec![failure])
}
