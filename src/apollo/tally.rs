//! One pass over the pages of a list, added up, and what the sums say: pure judgement (C2, Apollo
//! facts §7.3).

use super::doubt::Doubt;
use super::page::Page;
use crate::drift::Teammate;
use std::collections::HashSet;

/// What the pages of one pass came to so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// Everybody, each id once.
    pub teammates: Vec<Teammate>,
    ids: HashSet<String>,
    /// Pages added.
    pub pages: u32,
    /// Rows that repeated an id.
    pub repeated: usize,
    /// Rows without an id.
    pub without_id: usize,
    /// Total of the first page that named one.
    pub total_first: Option<u64>,
    /// Total of the last page that named one.
    pub total_last: Option<u64>,
    /// Team ids named, in the order of their appearance.
    pub teams: Vec<String>,
    wrong_page: Option<(u32, u64)>,
}

impl Tally {
    /// Adds the page that was asked for by number; answers whether it was the last one.
    ///
    /// The last page is the one that Apollo numbers so. Where it does not say, only an empty page ends the
    /// list: a page with few rows may be a short one. An empty page ends it in any case.
    pub fn add(&mut self, page: Page) -> bool {
        self.pages += 1;
        let asked = self.pages;
        if let Some(answered) = page.number.filter(|answered| *answered != u64::from(asked)) {
            self.wrong_page.get_or_insert((asked, answered));
        }
        self.total_first = self.total_first.or(page.total);
        self.total_last = page.total.or(self.total_last);
        self.without_id += page.without_id;
        let is_empty = page.rows == 0;
        for teammate in page.teammates {
            if let Some(team) = teammate.team_id.as_ref().filter(|team| !self.teams.contains(*team)) {
                self.teams.push(team.clone());
            }
            if self.ids.insert(teammate.id.clone()) {
                self.teammates.push(teammate);
            } else {
                self.repeated += 1;
            }
        }
        is_empty || page.pages.is_some_and(|pages| u64::from(asked) >= pages)
    }

    /// Everything that speaks against the list being whole, once its last page was read.
    pub fn doubts(&self, expected_team: Option<&str>) -> Vec<Doubt> {
        let mut doubts = Vec::new();
        let listed = self.teammates.len();
        if let Some((asked, answered)) = self.wrong_page {
            doubts.push(Doubt::WrongPage { asked, answered });
        }
        if let (Some(first), Some(last)) = (self.total_first, self.total_last)
            && first != last
        {
            doubts.push(Doubt::Moved { first, last });
        }
        if self.repeated > 0 {
            doubts.push(Doubt::Repeated { rows: self.repeated });
        }
        if self.without_id > 0 {
            doubts.push(Doubt::WithoutId { rows: self.without_id });
        }
        match self.total_last {
            Some(total) if total > listed as u64 => doubts.push(Doubt::Short { listed, total }),
            Some(total) if total < listed as u64 => doubts.push(Doubt::Surplus { listed, total }),
            _ if listed == 0 => doubts.push(Doubt::Empty),
            _ => {}
        }
        doubts.extend(self.of_teams(expected_team));
        doubts
    }

    /// A team id that is not ours (Apollo facts §3.3: it is the workspace's). A missing one says nothing.
    fn of_teams(&self, expected: Option<&str>) -> Option<Doubt> {
        let Some(expected) = expected else {
            let teams = self.teams.len();
            return (teams > 1).then_some(Doubt::MixedTeams { teams });
        };
        let foreign = |teammate: &&Teammate| teammate.team_id.as_deref().is_some_and(|team| team != expected);
        let users = self.teammates.iter().filter(foreign).count();
        (users > 0).then(|| Doubt::ForeignTeam { users, expected: expected.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(ids: &[&str], number: u64, pages: u64, total: u64) -> Page {
        let teammates: Vec<Teammate> = ids.iter().map(|id| one(id, "ours")).collect();
        Page {
            rows: teammates.len(),
            teammates,
            without_id: 0,
            number: Some(number),
            pages: Some(pages),
            total: Some(total),
        }
    }

    fn one(id: &str, team: &str) -> Teammate {
        Teammate { id: id.to_owned(), team_id: Some(team.to_owned()), ..Teammate::default() }
    }

    fn silent(ids: &[&str]) -> Page {
        Page { number: None, pages: None, total: None, ..page(ids, 0, 0, 0) }
    }

    fn words(pages: Vec<Page>, team: Option<&str>) -> Vec<&'static str> {
        let mut tally = Tally::default();
        for page in pages {
            tally.add(page);
        }
        tally.doubts(team).iter().map(Doubt::word).collect()
    }

    /// C2: what makes a list whole, and each way it is not.
    #[test]
    fn a_list_is_whole_when_its_pages_add_up() {
        let nobody: [&str; 0] = [];
        let two = |second: Page| vec![page(&["a", "b"], 1, 2, 3), second];
        assert_eq!(words(two(page(&["c"], 2, 2, 3)), Some("ours")), nobody);
        assert_eq!(
            words(vec![silent(&["a"]), silent(&[])], None),
            nobody,
            "nothing promised, nothing broken"
        );
        for (why, second, expected) in [
            ("a short page", page(&[], 2, 2, 3), vec!["short"]),
            ("a repeated row", page(&["b", "c"], 2, 2, 3), vec!["repeated"]),
            ("a repeated page", page(&["a", "b"], 2, 2, 3), vec!["repeated", "short"]),
            ("a growing total", page(&["c"], 2, 2, 4), vec!["moved", "short"]),
            ("a shrinking total", page(&["c"], 2, 2, 2), vec!["moved", "surplus"]),
            ("another page", page(&["c"], 1, 2, 3), vec!["wrong_page"]),
            ("too many", page(&["c", "d"], 2, 2, 3), vec!["surplus"]),
        ] {
            assert_eq!(words(two(second), None), expected, "{why}");
        }
        assert_eq!(words(vec![page(&[], 1, 0, 0)], None), ["empty"]);
        let nameless = Page { without_id: 1, rows: 2, ..page(&["a"], 1, 1, 1) };
        assert_eq!(words(vec![nameless], None), ["without_id"]);
    }

    /// Apollo facts §3.3: `team_id` is the workspace; a page that mixes values is an alarm.
    #[test]
    fn people_of_another_team_are_never_ours() {
        let mut mixed = page(&["a", "b"], 1, 1, 2);
        mixed.teammates[1].team_id = Some("theirs".to_owned());
        assert_eq!(words(vec![mixed], None), ["mixed_teams"]);
        assert_eq!(words(vec![page(&["a"], 1, 1, 1)], Some("theirs")), ["foreign_team"]);
        let mut silent = page(&["a"], 1, 1, 1);
        silent.teammates[0].team_id = None;
        assert_eq!(words(vec![silent], Some("ours")), [""; 0], "an absent team says nothing");
    }

    /// Apollo facts §7.3: until `page >= total_pages` or an empty page; a page with few rows ends nothing.
    #[test]
    fn the_list_ends_where_apollo_says_or_with_an_empty_page() {
        let mut tally = Tally::default();
        assert!(!tally.add(page(&["a"], 1, 2, 2)) && tally.add(page(&["b"], 2, 2, 2)));
        let mut tally = Tally::default();
        assert!(!tally.add(silent(&["a"])) && !tally.add(silent(&["b"])) && tally.add(silent(&[])));
        assert!(Tally::default().add(page(&[], 1, 9, 9)), "an empty page ends it, and the sums tell");
    }
}
