//! Matching: one query a matching attribute, by precedence.

use serde_json::{Value, json};

use super::judge::{self, wrong};
use super::person::{Exported, WORK_EMAIL, read};
use super::{Entra, Matching, Person};
use crate::emulator::transcript::{Outcome, Verdict};
use crate::emulator::wire::{Answer, Call, form, quoted};

impl Entra {
    /// Looks a person up by the matching attributes. `resources` holds the hit.
    ///
    /// Source: Entra facts §5.
    pub async fn lookup(&mut self, person: &Person) -> Outcome {
        let mut out = Outcome::default();
        if let Some(Some(hit)) = self.matched(&mut out, person).await {
            out.resources.push(hit);
        }
        out
    }

    /// Whether there is anything to match this person by.
    ///
    /// Source: Entra facts §14 (matching attribute missing: ImportSkipped).
    pub(super) fn can_match(&self, person: &Person) -> bool {
        self.matching.iter().any(|attribute| match attribute {
            Matching::UserName => !person.matching_upn().is_empty(),
            Matching::ExternalId => {
                let exported = Exported::of(person, self.mapping, true);
                exported.get("externalId").and_then(Value::as_str).is_some_and(|value| !value.is_empty())
            }
            Matching::WorkEmail => person.mail.as_ref().is_some_and(|mail| !mail.is_empty()),
        })
    }

    /// One query a matching attribute, until one finds somebody. `None` when the job stops here.
    pub(super) async fn matched(&mut self, out: &mut Outcome, person: &Person) -> Option<Option<Value>> {
        for attribute in self.matching.clone() {
            let (path, value) = match attribute {
                Matching::UserName => ("userName", person.matching_upn().to_owned()),
                Matching::ExternalId => {
                    let exported = Exported::of(person, self.mapping, true);
                    let value = exported.get("externalId").and_then(Value::as_str).unwrap_or_default();
                    ("externalId", value.to_owned())
                }
                Matching::WorkEmail => match &person.mail {
                    Some(mail) => (WORK_EMAIL, mail.clone()),
                    None => continue,
                },
            };
            let filter = form(&format!("{path} eq {}", quoted(&value)));
            let call = Call::get(
                format!("match {value} by {path}"),
                format!("/Users?filter={filter}"),
                "Entra facts §5",
            );
            let known = self.records.get(&person.object_id).is_some_and(|record| {
                self.exported(record).get(path).and_then(Value::as_str) == Some(value.as_str())
            });
            let mut hidden = false;
            let judged = |answer: &Answer| {
                let found = found(answer, path, &value);
                hidden = known && matches!(found, Ok(0));
                match found {
                    Ok(_) if hidden => wrong(
                        "this very person is remembered under this value, and the query hides them: after \
                         a restart they would be created twice [§5, §13.11]",
                    ),
                    Ok(_) => Verdict::AsExpected,
                    Err(verdict) => verdict,
                }
            };
            let (answer, good) = self.step_regardless(out, call, judged).await;
            if !good && !hidden {
                return None;
            }
            let (_, hits) = judge::list(&answer).ok()?;
            if let Some(hit) = hits.into_iter().next() {
                return Some(Some(hit));
            }
        }
        Some(None)
    }
}

/// Judges a lookup: readable, at most one hit, and the right one; answers how many.
///
/// Source: Entra facts §5.
fn found(answer: &Answer, path: &str, value: &str) -> Result<usize, Verdict> {
    let (total, hits) = judge::list(answer)?;
    if total > 1 || hits.len() > 1 {
        return Err(wrong(format!(
            "{total} people have {path} {value}: DuplicateTargetEntries, nothing is written for \
             this person [§5]"
        )));
    }
    if total == 1 && hits.is_empty() {
        return Err(wrong("totalResults is 1, but Resources is empty"));
    }
    for hit in &hits {
        judge::user(hit)?;
        let shown = read(hit, path).unwrap_or(json!(null));
        if shown.as_str().is_none_or(|shown| shown.to_lowercase() != value.to_lowercase()) {
            return Err(wrong(format!(
                "asked for {path} {value}, found {shown}: the filter is not applied [§5]"
            )));
        }
    }
    Ok(hits.len())
}
