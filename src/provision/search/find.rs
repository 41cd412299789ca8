//! Which records a page shows: by the store alone where columns say it all, else by exact comparison of
//! what the store leaves.

use super::compile;
use super::cost::{self, Estimate};
use crate::http::Bridge;
use crate::http::clock::rfc3339;
use crate::provision::superiors::{Superiors, manager_in};
use crate::provision::translate;
use crate::scim::{self, Filter, Sort};
use crate::store::listing::{Candidate, Condition, Key, Moment, Order, Part, Place, Question, SortBy, Text};
use crate::store::records::SeatRecord;
use crate::store::{Error, Tx};
use serde_json::{Map, Value, json};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// How a search is answered.
pub(super) struct Plan {
    /// What the store is asked; it holds wherever the filter does.
    pub question: Question,
    /// The whole filter, where the store cannot say all of it.
    rest: Option<Filter>,
    /// The order, where no column holds the attribute.
    by_hand: Option<Sort>,
    pub estimate: Estimate,
    /// Filter and order in words, which a cursor is bound to.
    pub words: String,
    base: String,
    beyond_storage: bool,
    superiors: bool,
}

/// Which records of all that match.
pub(super) struct Slice {
    pub part: Part,
    /// Most records wanted.
    pub limit: u64,
    /// How many match in all, if that is known already.
    pub total: Option<u64>,
}

/// A page's records.
pub(super) struct Found {
    /// How many match in all.
    pub total: u64,
    /// In the order of the list.
    pub records: Vec<SeatRecord>,
    /// Whether there are others further along the way the page was entered by.
    pub more: bool,
    /// Their managers.
    pub superiors: Superiors,
}

/// A record that matched, and what it is sorted by.
struct Hit {
    key: Key,
    seq: i64,
    id: String,
}

type Answer<T> = Result<Result<T, scim::Error>, Error>;

impl Plan {
    pub(super) fn of(
        filter: Option<Filter>,
        sort: Option<Sort>,
        directory_id: &str,
        bridge: &Bridge,
    ) -> Self {
        let budget = bridge.config.limits.search_steps;
        let words = json!([
            filter.as_ref().map(ToString::to_string),
            sort.as_ref().map(|sort| (sort.path.to_string(), sort.descending)),
        ]);
        let (condition, rest) = match filter.map(compile::told_apart) {
            None => (Condition::Always(true), None),
            Some(filter) => match compile::exact(&filter) {
                Some(condition) => (condition, None),
                None => (compile::implied(&filter), Some(filter)),
            },
        };
        let order = compile::order(sort.as_ref());
        let by_hand = sort.filter(|_| order.is_none());
        let order = order.unwrap_or(Order::CREATION);
        let estimate =
            Estimate::of(&condition, order != Order::CREATION, rest.as_ref(), by_hand.as_ref(), budget);
        let beyond_storage = cost::asks_beyond_storage(rest.as_ref(), by_hand.as_ref());
        let superiors = cost::asks_of_superiors(rest.as_ref(), by_hand.as_ref());
        let question = Question { directory_id: directory_id.to_owned(), condition, order };
        Self {
            question,
            rest,
            by_hand,
            estimate,
            words: words.to_string(),
            base: bridge.scim_base(),
            beyond_storage,
            superiors,
        }
    }

    /// The records of one page.
    ///
    /// Errors: the store's; within them [`scim::Error::TooCostly`].
    pub(super) fn find(&self, slice: &Slice, tx: &mut dyn Tx) -> Answer<Found> {
        let candidates = match self.admit(tx)? {
            Ok(candidates) => candidates,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let exactly = self.rest.is_some() || self.by_hand.is_some();
        // How, never what: a filter carries personal data.
        tracing::debug!(
            reach = ?self.estimate.reach,
            exactly,
            candidates,
            comparisons = self.estimate.columns + self.estimate.values.unwrap_or(0),
            "a search is answered"
        );
        let mut found = match (&self.by_hand, exactly) {
            (Some(sort), _) => self.sorted_by_hand(sort, slice, tx)?,
            (None, true) => self.compared(slice, tx)?,
            (None, false) => self.by_store(slice, tx)?,
        };
        found.superiors = Superiors::of(&found.records, &self.question.directory_id, tx)?;
        Ok(Ok(found))
    }

    /// Counts what has to be looked at, and refuses what would cost too much (S8).
    fn admit(&self, tx: &mut dyn Tx) -> Answer<Option<i64>> {
        let estimate = &self.estimate;
        let (directory_id, condition) = (&self.question.directory_id, &self.question.condition);
        let count = |condition: &Condition, most: u64, tx: &mut dyn Tx| {
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let counted = tx.count_seats(directory_id, condition, most.saturating_add(1))?;
            let refusal = estimate.refusal(u64::try_from(counted).unwrap_or(0));
            Ok::<_, Error>(if counted > most { Err(refusal) } else { Ok(Some(counted)) })
        };
        if estimate.is_lookup() {
            return Ok(Ok(None));
        }
        let mut candidates = None;
        if estimate.looks_at_rows() {
            match count(&condition.indexed(), estimate.most_rows(), tx)? {
                Ok(counted) => candidates = counted,
                refused => return Ok(refused),
            }
        }
        if estimate.values.is_some() {
            return count(condition, estimate.most_users(), tx);
        }
        Ok(Ok(candidates))
    }

    fn by_store(&self, slice: &Slice, tx: &mut dyn Tx) -> Result<Found, Error> {
        let limit = i64::try_from(slice.limit).unwrap_or(i64::MAX);
        // One more than wanted tells whether there are more, and mostly saves the count.
        let mut records = if limit == 0 {
            Vec::new()
        } else {
            tx.list_seats(&self.question, &slice.part, limit.saturating_add(1))?
        };
        let listed = i64::try_from(records.len()).unwrap_or(i64::MAX);
        let more = listed > limit;
        cut(&mut records, slice);
        let total = match (slice.total, &slice.part) {
            (Some(total), _) => total,
            (None, Part::From(offset)) if !more && limit > 0 && (*offset == 0 || listed > 0) => {
                u64::try_from(offset.saturating_add(listed)).unwrap_or(0)
            }
            (None, _) => {
                let counted =
                    tx.count_seats(&self.question.directory_id, &self.question.condition, i64::MAX)?;
                u64::try_from(counted).unwrap_or(0)
            }
        };
        Ok(Found { total, records, more, superiors: Superiors::default() })
    }

    /// Evaluates the filter on every record the condition leaves, in the order of the list.
    fn compared(&self, slice: &Slice, tx: &mut dyn Tx) -> Result<Found, Error> {
        let (skip, backwards) = match &slice.part {
            Part::From(offset) => (u64::try_from(*offset).unwrap_or(0), false),
            Part::Behind(_) => (0, false),
            Part::Before(_) => (0, true),
        };
        let last = skip.saturating_add(slice.limit);
        let (mut matched, mut ids) = (0, Vec::new());
        self.scan(&slice.part, tx, &mut |candidate, superiors| {
            if self.matches(&candidate, superiors)?.is_some() {
                if matched >= skip && matched < last {
                    ids.push(candidate.id);
                }
                matched += 1;
            }
            Ok(slice.total.is_none() || matched <= last)
        })?;
        if backwards {
            ids.reverse();
        }
        let records = tx.seats_by_ids(&ids)?;
        let total = slice.total.unwrap_or(matched);
        Ok(Found { total, records, more: matched > last, superiors: Superiors::default() })
    }

    /// Reads what every match is sorted by, and sorts: no column holds it.
    fn sorted_by_hand(&self, sort: &Sort, slice: &Slice, tx: &mut dyn Tx) -> Result<Found, Error> {
        let mut hits = Vec::new();
        self.scan(&Part::From(0), tx, &mut |candidate, superiors| {
            if let Some(resource) = self.matches(&candidate, superiors)? {
                hits.push(Hit { key: sort.key(&resource), seq: candidate.seq, id: candidate.id });
            }
            Ok(true)
        })?;
        let order = |key: &Key, seq: i64, other: &Key, other_seq: i64| {
            let keys = if sort.descending { other.cmp(key) } else { key.cmp(other) };
            keys.then(seq.cmp(&other_seq))
        };
        hits.sort_by(|one, other| order(&one.key, one.seq, &other.key, other.seq));
        let until = |place: &Place, reached: Ordering| {
            hits.partition_point(|hit| order(&hit.key, hit.seq, &place.key, place.seq) < reached)
        };
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        let all = hits.len();
        let (from, to) = match &slice.part {
            Part::From(offset) => {
                let from = usize::try_from(*offset).unwrap_or(usize::MAX).min(all);
                (from, from.saturating_add(limit).min(all))
            }
            Part::Behind(place) => {
                let from = until(place, Ordering::Greater);
                (from, from.saturating_add(limit).min(all))
            }
            Part::Before(place) => {
                let to = until(place, Ordering::Equal);
                (to.saturating_sub(limit), to)
            }
        };
        let more = if matches!(slice.part, Part::Before(_)) { from > 0 } else { to < all };
        let ids: Vec<String> = hits.drain(from..to).map(|hit| hit.id).collect();
        let records = tx.seats_by_ids(&ids)?;
        let total = slice.total.unwrap_or(all as u64);
        Ok(Found { total, records, more, superiors: Superiors::default() })
    }

    /// Looks through the candidates; where managers are asked about, these are looked up first.
    fn scan(
        &self,
        part: &Part,
        tx: &mut dyn Tx,
        look: &mut dyn FnMut(Candidate, &Superiors) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        if !self.superiors {
            let nobody = Superiors::default();
            return tx.scan_seats(&self.question, part, &mut |candidate| look(candidate, &nobody));
        }
        let (mut candidates, mut ids) = (Vec::new(), BTreeSet::new());
        tx.scan_seats(&self.question, part, &mut |candidate| {
            let user: Value = serde_json::from_str(&candidate.attributes).unwrap_or_default();
            ids.extend(manager_in(&user).map(str::to_owned));
            candidates.push(candidate);
            Ok(true)
        })?;
        let ids: Vec<String> = ids.into_iter().collect();
        let superiors = Superiors::among(&ids, &self.question.directory_id, tx)?;
        for candidate in candidates {
            if !look(candidate, &superiors)? {
                break;
            }
        }
        Ok(())
    }

    /// The resource to sort by, if the filter matches it.
    fn matches(&self, candidate: &Candidate, superiors: &Superiors) -> Result<Option<Value>, Error> {
        let resource = self.resource(candidate)?;
        let mut resource = match superiors.naming(Value::Object(resource), &self.base) {
            Value::Object(members) => members,
            _ => Map::new(),
        };
        let Some(filter) = &self.rest else {
            return Ok(Some(Value::Object(resource)));
        };
        if self.by_hand.is_none() {
            as_looked_up(&mut resource, candidate);
            return Ok(filter.matches(&Value::Object(resource)).then_some(Value::Null));
        }
        // What is sorted by is what an answer shows.
        let shown = Value::Object(resource.clone());
        as_looked_up(&mut resource, candidate);
        Ok(filter.matches(&Value::Object(resource)).then_some(shown))
    }

    /// The stored User with what is not stored in it, as far as anybody asks for it.
    fn resource(&self, candidate: &Candidate) -> Result<Map<String, Value>, Error> {
        let unreadable = |_| Error::Unreadable(format!("attributes of seat {}", candidate.id));
        if self.beyond_storage {
            let user = scim::User::from_json(&candidate.attributes)
                .map_err(|error| Error::Unreadable(error.to_string()))?;
            let meta = scim::Meta {
                location: translate::location(&self.base, &candidate.id),
                created: rfc3339(candidate.created_at),
                last_modified: rfc3339(candidate.updated_at),
                version: translate::etag(candidate.version),
            };
            return match user.with_active(candidate.active).to_resource(&candidate.id, &meta) {
                Value::Object(members) => Ok(members),
                _ => Ok(Map::new()),
            };
        }
        let mut members: Map<String, Value> =
            serde_json::from_str(&candidate.attributes).map_err(unreadable)?;
        members.insert("id".to_owned(), Value::String(candidate.id.clone()));
        members.insert("active".to_owned(), Value::Bool(candidate.active));
        Ok(members)
    }

    /// Where a record stands in this list.
    pub(super) fn place(&self, record: &SeatRecord, superiors: &Superiors) -> Result<Place, scim::Error> {
        let key = match &self.by_hand {
            Some(sort) => sort.key(&superiors.resource(record, &self.base)?),
            None => key_of(record, self.question.order.by),
        };
        Ok(Place { key, seq: record.seq })
    }
}

/// Leaves as many as wanted, at the end the list is entered by.
fn cut(records: &mut Vec<SeatRecord>, slice: &Slice) {
    let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    match &slice.part {
        Part::Before(_) => drop(records.drain(..records.len().saturating_sub(limit))),
        Part::From(_) | Part::Behind(_) => records.truncate(limit),
    }
}

/// The resource as filters see it: without what the record yielded (L6), and without blanks around the
/// names that people are told apart by (L4).
fn as_looked_up(resource: &mut Map<String, Value>, candidate: &Candidate) {
    for (name, yielded) in [("userName", candidate.user_name_yielded), ("emails", candidate.address_yielded)]
    {
        if yielded {
            resource.shift_remove(name);
        }
    }
    let trim = |members: &mut Map<String, Value>, name: &str| {
        let text = members.get(name).and_then(Value::as_str).filter(|text| text.trim().len() < text.len());
        match text.map(|text| text.trim().to_owned()) {
            Some(blank) if blank.is_empty() => drop(members.shift_remove(name)),
            Some(text) => drop(members.insert(name.to_owned(), Value::String(text))),
            None => {}
        }
    };
    trim(resource, "userName");
    let emails = resource.get_mut("emails").and_then(Value::as_array_mut).into_iter().flatten();
    emails.filter_map(Value::as_object_mut).for_each(|entry| trim(entry, "value"));
}

/// What the store's columns hold of a record for sorting.
fn key_of(record: &SeatRecord, by: SortBy) -> Key {
    let person = record.seat.person();
    let text = |text: Option<&str>| text.map_or(Key::Missing, |text| Key::Text(text.to_owned()));
    let profile = |place: &str| {
        let value = person.and_then(|person| person.profile.0.pointer(place)).and_then(Value::as_str);
        value.map_or(Key::Missing, |text| Key::Text(text.to_lowercase()))
    };
    match by {
        SortBy::Creation => Key::Number(record.seq),
        SortBy::Active => Key::Truth(record.seat.standing().is_active()),
        SortBy::Moment(Moment::Created) => Key::Number(record.created_at),
        SortBy::Moment(Moment::Modified) => Key::Number(record.updated_at),
        SortBy::Text(Text::Id) => Key::Text(record.id.clone()),
        SortBy::Text(Text::ExternalId) => text(person.and_then(|person| person.external_id.as_deref())),
        SortBy::Text(Text::UserName) => {
            person.map_or(Key::Missing, |person| Key::Text(person.user_name.key().to_owned()))
        }
        SortBy::Text(Text::GivenName) => profile("/name/givenName"),
        SortBy::Text(Text::FamilyName) => profile("/name/familyName"),
        SortBy::Text(Text::DisplayName) => profile("/displayName"),
        // No order is by e-mails: which one counts is not a column's to say.
        SortBy::Text(Text::EmailValue | Text::EmailKind) => Key::Missing,
    }
}
