//! The proof that one call may go to Apollo, and the three steps that lead to it.

use std::fmt;

use super::body::{self, Members};
use super::columns::{Answered, Method, Route};
use super::denial::Denial;
use super::disclosure::Disclosure;
use super::oneself::{self, Oneself};
use super::parameters::{CheckedQuery, Guard, check_query};
use super::permission::Permission;
use super::role::Reach;
use super::target::Target;

/// A call whose path, query and permissions are in order; what remains is its body. [`permit`] makes it.
pub struct Draft {
    target: Target,
    query: CheckedQuery,
    reach: Reach,
    reveals: bool,
    records: usize,
}

/// A call whose body is in order too; what remains is whose records it touches. [`Draft::with_body`] makes
/// it.
pub struct Checked {
    target: Target,
    query: CheckedQuery,
    body: Option<(Vec<u8>, Members)>,
    may_name_others: bool,
    disclosure: Disclosure,
    credits_at_most: u32,
    reveals: bool,
    records: usize,
}

/// Proof that one request may go to Apollo. Only [`Checked::by`] makes one.
///
/// It is handed over by value, so one permit serves one call, and it carries the very body that was checked.
///
/// ```compile_fail
/// let forged = seatbridge::rbac::Permit { target: todo!() }; // private field
/// ```
pub struct Permit {
    target: Target,
    query: String,
    body: Option<Vec<u8>>,
    disclosure: Disclosure,
    credits_at_most: u32,
    reveals: bool,
    records: usize,
}

/// Whether a caller of this `reach` may make this call, as far as path and query tell.
///
/// Errors: what [`check_query`] refuses; [`Denial::AnsweredLocally`] for rows that never go to Apollo;
/// [`Denial::Forbidden`] for the first missing permission; the rules of reveals, webhook, pages and records.
/// Source: product.md R3, R8, R9, R14.
pub fn permit(target: Target, reach: &Reach, raw_query: &str) -> Result<Draft, Denial> {
    let query = check_query(raw_query)?;
    let route = target.route();
    if route.answered == Answered::Locally {
        return Err(Denial::AnsweredLocally);
    }
    let missing = route.permissions.iter().find(|permission| !reach.permissions().contains(**permission));
    if let Some(permission) = missing {
        return Err(Denial::Forbidden { permission: *permission });
    }
    let mut guard = Guard::new(route, reach);
    guard.query(&query)?;
    let (reveals, records) = (guard.reveals, guard.records);
    Ok(Draft { target, query, reach: reach.clone(), reveals, records })
}

impl Draft {
    /// The row of the call.
    pub fn route(&self) -> &'static Route {
        self.target.route()
    }

    /// The checked query.
    pub fn query(&self) -> &CheckedQuery {
        &self.query
    }

    /// Whether the call may carry a body, so that it must be read before [`Draft::with_body`].
    pub fn wants_body(&self) -> bool {
        self.route().method.takes_body()
    }

    /// Holds the body, given with its content type (empty if absent), against the rules. Empty is none.
    ///
    /// Errors: [`Denial::UnexpectedBody`] where none is taken; for everyone alike a body must be JSON with
    /// unique names, within the limits, without mask, override or credential, and agree with the query;
    /// without exportPII it must not reveal.
    pub fn with_body(self, body: Option<(&str, &[u8])>) -> Result<Checked, Denial> {
        let wants_body = self.wants_body();
        let Draft { target, query, reach, reveals, records } = self;
        let route = target.route();
        let mut guard = Guard { reveals, records, ..Guard::new(route, &reach) };
        let body = body.filter(|(_, bytes)| !bytes.is_empty());
        let body = match body {
            Some(_) if !wants_body => return Err(Denial::UnexpectedBody),
            Some((content_type, bytes)) => {
                let members = body::read(content_type, bytes)?;
                body::check(&members, &query, &mut guard)?;
                Some((bytes.to_vec(), members))
            }
            None => None,
        };
        Ok(Checked {
            body,
            may_name_others: reach.permissions().contains(Permission::ManageTeam),
            disclosure: Disclosure::of(route, reach.permissions()),
            credits_at_most: route.credits_at_most(guard.reveals, guard.records),
            reveals: guard.reveals,
            records: guard.records,
            target,
            query,
        })
    }
}

/// What a call without a body says in it.
const NOTHING: &Members = &Vec::new();

impl Checked {
    /// The row of the call.
    pub fn route(&self) -> &'static Route {
        self.target.route()
    }

    /// The mailboxes, by id or address, that must turn out to be the caller's before [`Checked::by`]: none
    /// for who may name others.
    pub fn mailboxes_to_prove(&self) -> Vec<String> {
        if self.may_name_others {
            return Vec::new();
        }
        oneself::mailboxes_named(self.route(), &self.query, self.members())
    }

    /// Holds the call against whose records it touches (R10), and names the caller as owner where it names
    /// none and the row wants one.
    ///
    /// Errors: [`Denial::UnknownHolder`], [`Denial::SomebodyElse`], [`Denial::NotYourMailbox`],
    /// [`Denial::OddOwner`].
    pub fn by(self, oneself: &Oneself) -> Result<Permit, Denial> {
        let (route, members) = (self.route(), self.members());
        oneself::check(route, &self.query, members, oneself, self.may_name_others)?;
        let body = self.body.as_ref().map(|(bytes, members)| (bytes.as_slice(), members));
        let filled = oneself::fill(route, &self.query, body, oneself)?;
        let query = match (self.query.raw(), filled.query) {
            (raw, None) => raw.to_owned(),
            ("", Some(owner)) => owner,
            (raw, Some(owner)) => format!("{raw}&{owner}"),
        };
        Ok(Permit {
            query,
            body: filled.body.or(self.body.map(|(bytes, _)| bytes)),
            disclosure: self.disclosure,
            credits_at_most: self.credits_at_most,
            reveals: self.reveals,
            records: self.records,
            target: self.target,
        })
    }

    fn members(&self) -> &Members {
        self.body.as_ref().map_or(NOTHING, |(_, members)| members)
    }
}

impl Permit {
    /// The method to ask with.
    pub fn method(&self) -> Method {
        self.route().method
    }

    /// The path, rebuilt from the row, and the checked query byte for byte, an owner who was filled in behind
    /// it.
    pub fn path_and_query(&self) -> String {
        let path = self.target.path();
        match self.query.as_str() {
            "" => path,
            query => format!("{path}?{query}"),
        }
    }

    /// The row of the call.
    pub fn route(&self) -> &'static Route {
        self.target.route()
    }

    /// The id in the path, where the row has a slot for one.
    pub fn id(&self) -> Option<&str> {
        self.target.id()
    }

    /// The body that was checked, with an owner who was filled in; always JSON in UTF-8, and nothing else may
    /// be sent.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The same, to be sent; the permit has none afterwards.
    pub fn take_body(&mut self) -> Option<Vec<u8>> {
        self.body.take()
    }

    /// What must happen to the answer before the caller sees it.
    pub fn disclosure(&self) -> Disclosure {
        self.disclosure
    }

    /// What the call may cost, waterfall vendors apart. **Units**: credits.
    pub fn credits_at_most(&self) -> u32 {
        self.credits_at_most
    }

    /// Whether it asks for telephone numbers, personal addresses or a waterfall.
    pub fn reveals(&self) -> bool {
        self.reveals
    }

    /// Records it names in a list; 0 where it names none.
    pub fn records(&self) -> usize {
        self.records
    }
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("route", &self.route().name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked").field("route", &self.route().name).finish_non_exhaustive()
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").field("route", &self.route().name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::role::Role;
    use super::super::target::find;
    use super::*;

    const ID: &str = "6c00000000000000000000a1";
    const JSON: &str = "application/json";

    fn jo() -> Oneself {
        Oneself::known_as(Some("6a01c0ffee00000000000001"))
    }

    fn draft(role: Role, method: &str, path: &str, query: &str) -> Result<Draft, Denial> {
        permit(find(method, path)?, &Reach::new(role, &[role]), query)
    }

    fn refused(role: Role, method: &str, path: &str, query: &str) -> Denial {
        draft(role, method, path, query).unwrap_err()
    }

    #[test]
    fn a_permit_repeats_the_path_of_the_row_and_the_query_of_the_caller() {
        let query = "contact_ids[]=a%20b&emailer_campaign_id=c&x=1&x=2";
        let path = format!("/emailer_campaigns/{ID}/approve");
        let permit = draft(Role::SalesRep, "POST", &path, query).unwrap().with_body(None).unwrap();
        let permit = permit.by(&jo()).unwrap();
        assert_eq!(permit.path_and_query(), format!("{path}?{query}"));
        assert_eq!((permit.method(), permit.id(), permit.body()), (Method::Post, Some(ID), None));
        assert_eq!(permit.route().name, "emailer_campaigns/approve");
        let permit = draft(Role::Viewer, "POST", "/mixed_people/api_search", "").unwrap();
        assert_eq!(
            permit.with_body(None).unwrap().by(&jo()).unwrap().path_and_query(),
            "/mixed_people/api_search"
        );
    }

    #[test]
    fn what_was_checked_is_what_is_sent() {
        let body = br#" {"first_name" : "Jo", "n": 1.0} "#;
        let draft = draft(Role::SalesRep, "PATCH", &format!("/contacts/{ID}"), "").unwrap();
        assert!(draft.wants_body());
        assert_eq!(draft.route().name, "contacts/update");
        assert_eq!(draft.query().raw(), "");
        let permit = draft.with_body(Some((JSON, body))).unwrap().by(&jo()).unwrap();
        assert_eq!(permit.body(), Some(&body[..]));
    }

    #[test]
    fn a_get_carries_no_body() {
        let path = format!("/contacts/{ID}");
        let get = || draft(Role::SalesRep, "GET", &path, "").unwrap();
        assert!(!get().wants_body());
        assert_eq!(get().with_body(Some((JSON, b"{}"))).unwrap_err(), Denial::UnexpectedBody);
        assert!(get().with_body(Some((JSON, b""))).is_ok());
        assert!(get().with_body(None).is_ok());
    }

    #[test]
    fn an_empty_body_is_no_body_whatever_its_label() {
        let draft = draft(Role::SalesRep, "POST", "/contacts/search", "").unwrap();
        assert_eq!(draft.with_body(Some(("text/plain", b""))).unwrap().by(&jo()).unwrap().body(), None);
    }

    /// A credential in the query is told first: the key must be replaced whatever the call was.
    #[test]
    fn refusals_come_in_the_order_credential_permission_parameter() {
        let denial = refused(Role::Viewer, "POST", "/people/match", "api_key=x&reveal_phone_number=1");
        assert_eq!(denial, Denial::CredentialInQuery);
        let denial = refused(Role::Viewer, "POST", "/people/match", "reveal_phone_number=1");
        assert_eq!(denial, Denial::Forbidden { permission: Permission::EnrichPerson });
        let denial = refused(Role::Analyst, "POST", "/people/match", "reveal_phone_number=1");
        assert_eq!(denial, Denial::NeedsExportPii { parameter: "reveal_phone_number".into() });
    }

    /// Facts §8.2 row 8: sub-resources need every permission of their row.
    #[test]
    fn every_permission_of_a_row_is_needed() {
        let path = format!("/contacts/{ID}/opportunities");
        let target = || find("POST", &path).unwrap();
        let with = |listed: &[Permission]| {
            let reach = Reach::exactly(super::super::permission::Permissions::listed(listed));
            permit(target(), &reach, "").map(|_| ()).err()
        };
        let both = [Permission::ManageContacts, Permission::ManageDeals];
        assert_eq!(with(&both), None);
        let first = Denial::Forbidden { permission: both[0] };
        assert_eq!(with(&[]), Some(first));
        assert_eq!(with(&both[..1]), Some(Denial::Forbidden { permission: both[1] }));
        assert_eq!(with(&both[1..]), Some(Denial::Forbidden { permission: both[0] }));
    }

    /// Product R10: these describe the holder and never reach Apollo, not even for an admin.
    #[test]
    fn what_we_answer_ourselves_gets_no_permit() {
        for path in ["/auth/health", "/users/api_profile"] {
            assert_eq!(refused(Role::Admin, "GET", path, ""), Denial::AnsweredLocally, "{path}");
            assert_eq!(refused(Role::Viewer, "GET", path, "api_key=x"), Denial::CredentialInQuery, "{path}");
        }
    }

    #[test]
    fn the_body_meets_the_rules_of_the_caller() {
        let send = |role, content_type, body: &str| {
            let draft = draft(role, "POST", "/people/match", "").unwrap();
            draft.with_body(Some((content_type, body.as_bytes()))).map(|checked| checked.credits_at_most)
        };
        let reveal = r#"{"reveal_phone_number":true}"#;
        let needs = Denial::NeedsExportPii { parameter: "reveal_phone_number".into() };
        assert_eq!(send(Role::Analyst, JSON, reveal), Err(needs));
        assert_eq!(send(Role::Admin, JSON, reveal), Ok(9));
        assert_eq!(send(Role::Analyst, JSON, "{}"), Ok(1));
        for role in [Role::Analyst, Role::Admin] {
            for content_type in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
                assert_eq!(
                    send(role, content_type, "{}"),
                    Err(Denial::UnsupportedBody),
                    "{role} {content_type}"
                );
            }
        }
    }

    #[test]
    fn the_estimate_counts_reveals_and_records_of_query_and_body() {
        let cost = |query: &str, body: &str| {
            let draft = draft(Role::Admin, "POST", "/people/bulk_match", query).unwrap();
            draft.with_body(Some((JSON, body.as_bytes()))).unwrap().credits_at_most
        };
        let three = r#"{"details":[{},{},{}]}"#;
        assert_eq!(cost("", three), 3);
        assert_eq!(cost("run_waterfall_email=true", three), 27);
        assert_eq!(cost("run_waterfall_email=false", three), 3);
        let target = find("POST", "/organizations/bulk_enrich").unwrap();
        let draft =
            permit(target, &Reach::new(Role::Admin, &[Role::Admin]), "domains[]=a&domains[]=b").unwrap();
        assert_eq!(draft.with_body(None).unwrap().by(&jo()).unwrap().credits_at_most(), 2);
    }

    /// R11: the record of a reveal says for how many.
    #[test]
    fn a_permit_knows_whether_and_for_how_many_it_reveals() {
        let told = |query: &str| {
            let draft = draft(Role::Admin, "POST", "/people/bulk_match", query).unwrap();
            let permit = draft.with_body(Some((JSON, br#"{"details":[{},{}]}"#))).unwrap();
            (permit.reveals, permit.records)
        };
        assert_eq!(told("reveal_phone_number=true"), (true, 2));
        assert_eq!(told("reveal_phone_number=false"), (false, 2));
    }

    #[test]
    fn the_answer_is_masked_for_whoever_may_not_export() {
        let disclosure = |role, method, path: &str| {
            draft(role, method, path, "").unwrap().with_body(None).unwrap().by(&jo()).unwrap().disclosure()
        };
        assert_eq!(
            disclosure(Role::Analyst, "POST", "/people/match"),
            Disclosure::Mask { strip: &[], bodies: &[] }
        );
        assert_eq!(disclosure(Role::SalesManager, "POST", "/people/match"), Disclosure::Open);
        let mailboxes = find("GET", "/email_accounts").unwrap().route();
        let strip = mailboxes.secret_fields;
        assert!(strip.contains(&"sendgrid_api_key_v3"));
        assert_eq!(disclosure(Role::Admin, "GET", "/email_accounts"), Disclosure::Strip(strip));
        let masked = Disclosure::Mask { strip, bodies: &[] };
        assert_eq!(disclosure(Role::SalesRep, "GET", "/email_accounts"), masked);
        let bodies = find("GET", "/notes").unwrap().route().body_fields;
        assert!(bodies.contains(&"content"));
        assert_eq!(disclosure(Role::SalesRep, "GET", "/notes"), Disclosure::Mask { strip: &[], bodies });
    }

    #[test]
    fn a_permit_prints_its_route_and_no_personal_data() {
        let body = br#"{"email":"jo@norrsken.example"}"#;
        let draft = draft(Role::SalesRep, "POST", "/contacts", "name=Jo").unwrap();
        assert_eq!(format!("{draft:?}"), r#"Draft { route: "contacts/create", .. }"#);
        let permit = draft.with_body(Some((JSON, body))).unwrap().by(&jo()).unwrap();
        assert_eq!(format!("{permit:?}"), r#"Permit { route: "contacts/create", .. }"#);
    }
}
