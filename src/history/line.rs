//! One line of a story, and how the lines of all sources become one.

/// What a line is about; at the same moment an earlier kind stands first, because it is the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The identity provider asked for something.
    Request,
    /// An operator did something.
    Operator,
    /// The bridge decided.
    Decision,
    /// A scoped key was made or ended.
    Key,
    /// Calls to Apollo through the bridge, counted by day.
    Calls,
    /// Apollo's list showed something.
    Apollo,
    /// A finding was opened, decided or closed.
    Finding,
}

impl Kind {
    /// The word of it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Request => "request",
            Kind::Operator => "operator",
            Kind::Decision => "decision",
            Kind::Key => "key",
            Kind::Calls => "calls",
            Kind::Apollo => "apollo",
            Kind::Finding => "finding",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// When; UTC microseconds.
    pub at: i64,
    /// What it is about.
    pub kind: Kind,
    /// Who did it.
    pub who: String,
    /// What, in plain words.
    pub what: String,
    /// Why, where somebody said so.
    pub why: Option<String>,
    /// The record it concerns.
    pub seat_id: Option<String>,
    /// Where it is proved: an audit entry, a request, a run.
    pub proof: Option<String>,
}

/// All lines as one story: by time, causes before what they caused, each source in its own order.
pub fn merge(sources: Vec<Vec<Line>>) -> Vec<Line> {
    let mut all: Vec<Line> = sources.into_iter().flatten().collect();
    // Stable: lines of one source at one moment keep their order.
    all.sort_by_key(|line| (line.at, line.kind));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: i64, kind: Kind, what: &str) -> Line {
        Line { at, kind, who: String::new(), what: what.to_owned(), why: None, seat_id: None, proof: None }
    }

    /// U1: one story: by time, the request before its decision, and a source's own order where time is equal.
    #[test]
    fn lines_of_all_sources_become_one_story() {
        let requests = vec![line(1, Kind::Request, "asked"), line(5, Kind::Request, "asked again")];
        let decisions = vec![
            line(1, Kind::Decision, "given a seat"),
            line(5, Kind::Decision, "seat given back"),
            line(5, Kind::Key, "first key ended"),
            line(5, Kind::Key, "second key ended"),
        ];
        let calls = vec![line(3, Kind::Calls, "12 calls")];
        let apollo = vec![line(2, Kind::Apollo, "listed"), line(9, Kind::Apollo, "listed no longer")];
        for sources in [
            vec![requests.clone(), decisions.clone(), calls.clone(), apollo.clone()],
            vec![apollo, calls, decisions, requests, vec![]],
        ] {
            let told: Vec<String> = merge(sources).into_iter().map(|line| line.what).collect();
            assert_eq!(
                told,
                [
                    "asked",
                    "given a seat",
                    "listed",
                    "12 calls",
                    "asked again",
                    "seat given back",
                    "first key ended",
                    "second key ended",
                    "listed no longer"
                ]
            );
        }
        assert_eq!(merge(vec![]), []);
    }
}
