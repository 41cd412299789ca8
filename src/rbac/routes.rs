//! The route sheet (R2): every endpoint of Apollo a key may reach. What is not here does not exist.
//!
//! Source: facts §3.2, row by row; rows 66 and 67 (`oauth/token` and everything else) are never routes.

use super::columns::Credits::{PerCall, PerPage, PerRecord};
use super::columns::Method::{Get, Patch, Post, Put};
use super::columns::Owner::{Changed, Filled, Guarded, Unfilled};
use super::columns::Pii::{Address as A, Email as E, MessageBody as B, Phone as P, Profile as L};
use super::columns::RateClass::{BulkEnrichment, ConversationExport, Enrichment, Search, SyncReport};
use super::columns::{RateClass, Route, row};
use super::permission::Permission::{
    BulkEnrich, EnrichOrg, EnrichPerson, ExportPii, ManageContacts, ManageDeals, ManageSequences, ManageTeam,
    SearchOrganizations, SearchPeople, ViewAnalytics,
};

/// Every proxied endpoint, one row for each method and path.
pub fn table() -> &'static [Route] {
    TABLE
}

/// Two rows that one request would match, if there are any: which of them decided would be an accident, so no
/// server starts with them (facts §8.1 row 5).
pub fn overlap() -> Option<(&'static Route, &'static Route)> {
    overlap_in(TABLE)
}

fn overlap_in(table: &[Route]) -> Option<(&Route, &Route)> {
    let after = |(place, one)| table.iter().skip(place + 1).map(move |other| (one, other));
    table.iter().enumerate().flat_map(after).find(|(one, other)| meet(one, other))
}

fn meet(one: &Route, other: &Route) -> bool {
    // A fixed word that has the form of an id would be caught by the row with the slot.
    let fits = |slot: &str, word: &str| match slot {
        "{id}" => word.len() == 24 && word.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{request_id}" => word.parse::<i64>().is_ok(),
        _ => false,
    };
    let slot = |part: &str| part.starts_with('{');
    let same = |(a, b): (&str, &str)| a == b || (slot(a) && slot(b)) || fits(a, b) || fits(b, a);
    one.method == other.method
        && one.template.split('/').count() == other.template.split('/').count()
        && one.template.split('/').zip(other.template.split('/')).all(same)
}

/// Members of a mailbox that open somebody else's service, should Apollo ever fill them in.
const MAILBOX_SECRETS: &[&str] = &["sendgrid_api_key_v3", "sendgrid_api_user", "mailwarming_subject_token"];

/// Parameters that choose whose mailbox a sequence sends from.
const SEQUENCE_SENDERS: &[&str] =
    &["send_email_from_email_account_id", "send_email_from_email_address", "send_email_from_user_id"];

#[rustfmt::skip]
const TABLE: &[Route] = &[
    // People and companies in Apollo's database.
    row(1, Post, "/mixed_people/api_search", "mixed_people/api_search")
        .needs(&[SearchPeople]).paged().rated(Search),
    row(2, Post, "/people/match", "people/match")
        .needs(&[EnrichPerson]).costs(PerCall { least: 1, most: 9 }).shows(&[E, P, L, A]).rated(Enrichment),
    row(2, Get, "/people/match", "people/match")
        .needs(&[EnrichPerson]).costs(PerCall { least: 1, most: 9 }).shows(&[E, P, L, A]).rated(Enrichment),
    row(3, Post, "/people/bulk_match", "people/bulk_match")
        .needs(&[BulkEnrich]).costs(PerRecord { least: 1, most: 9 }).shows(&[E, P, L]).rated(BulkEnrichment)
        .at_most(10, &["details"]),
    row(4, Get, "/people/{id}", "people/show")
        .needs(&[EnrichPerson]).costs(PerCall { least: 1, most: 1 }).shows(&[E, L, A]).rated(Enrichment),
    row(5, Get, "/webhook_result/{request_id}", "webhook_result/show")
        .needs(&[EnrichPerson, ExportPii]).shows(&[E, P]),
    row(6, Post, "/mixed_companies/search", "mixed_companies/search")
        .needs(&[SearchOrganizations]).costs(PerPage(1)).paged().rated(Search),
    row(7, Get, "/organizations/enrich", "organizations/enrich")
        .needs(&[EnrichOrg]).costs(PerCall { least: 1, most: 1 }).rated(Enrichment),
    row(7, Post, "/organizations/enrich", "organizations/enrich")
        .needs(&[EnrichOrg]).costs(PerCall { least: 1, most: 1 }).rated(Enrichment),
    row(8, Post, "/organizations/bulk_enrich", "organizations/bulk_enrich")
        .needs(&[BulkEnrich, EnrichOrg]).costs(PerRecord { least: 1, most: 1 }).rated(BulkEnrichment)
        .at_most(10, &["domains", "details"]),
    row(9, Get, "/organizations/{id}", "organizations/show")
        .needs(&[EnrichOrg]).costs(PerCall { least: 1, most: 1 }).rated(Enrichment),
    row(10, Get, "/organizations/{id}/job_postings", "organizations/job_postings")
        .needs(&[EnrichOrg]).costs(PerPage(1)).paged().rated(Enrichment),
    row(11, Post, "/news_articles/search", "news_articles/search")
        .needs(&[SearchOrganizations]).costs(PerPage(1)).paged().rated(Search),

    // Contacts. A contact is a CRM record and never a seat (R14).
    row(12, Post, "/contacts", "contacts/create")
        .needs(&[ManageContacts]).shows(&[E, P, A]).owned(Unfilled),
    row(13, Post, "/contacts/search", "contacts/search").needs(&[ManageContacts]).shows(&[E, P, L]).paged(),
    row(14, Get, "/contacts/{id}", "contacts/show").needs(&[ManageContacts]).shows(&[E, P, A]),
    row(15, Patch, "/contacts/{id}", "contacts/update")
        .needs(&[ManageContacts]).shows(&[E, P, A]).owned(Guarded),
    row(15, Put, "/contacts/{id}", "contacts/update")
        .needs(&[ManageContacts]).shows(&[E, P, A]).owned(Guarded),
    row(16, Post, "/contacts/bulk_create", "contacts/bulk_create")
        .needs(&[ManageContacts]).shows(&[E, L]).at_most(100, &["contacts"]).owned(Filled("owner_id")),
    row(17, Post, "/contacts/bulk_update", "contacts/bulk_update")
        .needs(&[ManageContacts]).shows(&[E, L, A]).at_most(1000, &["contact_ids", "contact_attributes"])
        .owned(Guarded),
    row(18, Post, "/contacts/update_stages", "contacts/update_stages")
        .needs(&[ManageContacts]).shows(&[E]).owned(Guarded),
    // Changing a record's owner needs manageTeam (R10), which the sheet calls the owner guard.
    row(19, Post, "/contacts/update_owners", "contacts/update_owners")
        .needs(&[ManageContacts, ManageTeam]).owned(Changed),
    row(20, Post, "/contacts/{id}/opportunities", "opportunities/search")
        .needs(&[ManageContacts, ManageDeals]).paged(),
    row(21, Get, "/contact_stages", "contact_stages/index").needs(&[ManageContacts]),

    // Accounts.
    row(22, Post, "/accounts", "accounts/create").needs(&[ManageContacts]).owned(Filled("owner_id")),
    row(23, Patch, "/accounts/{id}", "accounts/update").needs(&[ManageContacts]).owned(Guarded),
    row(23, Put, "/accounts/{id}", "accounts/update").needs(&[ManageContacts]).owned(Guarded),
    row(24, Get, "/accounts/{id}", "accounts/show").needs(&[ManageContacts]).shows(&[A]),
    row(25, Post, "/accounts/search", "accounts/search").needs(&[ManageContacts]).paged(),
    row(26, Post, "/accounts/bulk_create", "accounts/bulk_create")
        .needs(&[ManageContacts]).at_most(100, &["accounts"]).owned(Unfilled),
    row(27, Post, "/accounts/bulk_update", "accounts/bulk_update")
        .needs(&[ManageContacts]).at_most(1000, &["account_ids", "account_attributes"])
        .owned(Guarded),
    row(28, Post, "/accounts/update_owners", "accounts/update_owners")
        .needs(&[ManageContacts, ManageTeam]).owned(Changed),
    row(29, Get, "/account_stages", "account_stages/index").needs(&[ManageContacts]),

    // Deals.
    row(30, Post, "/opportunities", "opportunities/create").needs(&[ManageDeals]).owned(Filled("owner_id")),
    row(31, Get, "/opportunities/search", "opportunities/search").needs(&[ManageDeals]).paged(),
    row(31, Post, "/opportunities/search", "opportunities/search").needs(&[ManageDeals]).paged(),
    row(32, Get, "/opportunities/{id}", "opportunities/show").needs(&[ManageDeals]),
    row(33, Patch, "/opportunities/{id}", "opportunities/update")
        .needs(&[ManageDeals]).owned(Guarded),
    row(34, Get, "/opportunity_stages", "opportunity_stages/index").needs(&[ManageDeals]),

    // Sequences and their messages.
    row(35, Post, "/emailer_campaigns/search", "emailer_campaigns/search").needs(&[ManageSequences]).paged(),
    row(36, Post, "/emailer_campaigns/{id}/add_contact_ids", "emailer_campaigns/add_contact_ids")
        .needs(&[ManageSequences]).shows(&[E, P, A]).owned(Filled("user_id"))
        .sent_by(SEQUENCE_SENDERS),
    row(37, Post, "/emailer_campaigns/remove_or_stop_contact_ids",
        "emailer_campaigns/remove_or_stop_contact_ids")
        .needs(&[ManageSequences]).shows(&[E, P, A]).owned(Guarded),
    row(38, Post, "/emailer_campaigns/{id}/approve", "emailer_campaigns/approve")
        .needs(&[ManageSequences]).owned(Guarded),
    row(38, Post, "/emailer_campaigns/{id}/abort", "emailer_campaigns/abort")
        .needs(&[ManageSequences]).owned(Guarded),
    row(38, Post, "/emailer_campaigns/{id}/archive", "emailer_campaigns/archive")
        .needs(&[ManageSequences]).owned(Guarded),
    row(39, Post, "/emailer_campaigns/activity_feed", "emailer_campaigns/activity_feed")
        .needs(&[ManageSequences]),
    row(40, Post, "/sequences", "sequences/create").needs(&[ManageSequences]).owned(Filled("user_id")),
    row(40, Put, "/sequences/{id}", "sequences/update").needs(&[ManageSequences]).owned(Guarded),
    row(40, Patch, "/sequences/{id}", "sequences/update").needs(&[ManageSequences]).owned(Guarded),
    row(41, Get, "/emailer_schedules", "emailer_schedules/index").needs(&[ManageSequences]),
    row(42, Get, "/email_accounts", "email_accounts/index")
        .needs(&[ManageSequences]).shows(&[E]).hides(MAILBOX_SECRETS),
    row(43, Get, "/emailer_messages/search", "emailer_messages/search")
        .needs(&[ManageSequences]).shows(&[E]).paged(),
    row(43, Post, "/emailer_messages/search", "emailer_messages/search")
        .needs(&[ManageSequences]).shows(&[E]).paged(),
    row(44, Get, "/emailer_messages/{id}/activities", "emailer_messages/activities")
        .needs(&[ViewAnalytics]).shows(&[E, P, B]),
    row(45, Post, "/emailer_messages", "emailer_messages/create")
        .needs(&[ManageSequences]).shows(&[E]).owned(Unfilled).sent_by(&["email_account_id"]),
    row(46, Post, "/emailer_messages/{id}/send_now", "emailer_messages/send_now")
        .needs(&[ManageSequences]).shows(&[E]).owned(Guarded).sent_by(&["email_account_id"]),
    row(47, Post, "/emailer_messages/get_content", "emailer_messages/get_content")
        .needs(&[ManageSequences, ExportPii]).shows(&[E, B]),
    row(48, Post, "/emailer_messages/email_send_status", "emailer_messages/email_send_status")
        .needs(&[ManageSequences]),

    // Tasks, calls, conversations, notes.
    row(49, Post, "/tasks", "tasks/create").needs(&[ManageSequences]).shows(&[E, P]).owned(Filled("user_id")),
    row(49, Post, "/tasks/bulk_create", "tasks/bulk_create")
        .needs(&[ManageSequences]).shows(&[E, P]).owned(Filled("user_id")),
    row(49, Post, "/tasks/{id}/complete", "tasks/complete")
        .needs(&[ManageSequences]).shows(&[E, P]).owned(Guarded),
    row(49, Post, "/tasks/{id}/skip", "tasks/skip")
        .needs(&[ManageSequences]).shows(&[E, P]).owned(Guarded),
    row(49, Patch, "/tasks/{id}", "tasks/update")
        .needs(&[ManageSequences]).shows(&[E, P]).owned(Guarded),
    row(50, Get, "/tasks/{id}", "tasks/show").needs(&[ManageSequences]).shows(&[E, P, A]),
    row(50, Post, "/tasks/search", "tasks/search").needs(&[ManageSequences]).shows(&[E, P, A]).paged(),
    row(50, Get, "/tasks/search", "tasks/search").needs(&[ManageSequences]).shows(&[E, P, A]).paged(),
    row(51, Get, "/phone_calls/search", "phone_calls/search")
        .needs(&[ManageSequences]).shows(&[E, P]).paged(),
    row(51, Post, "/phone_calls/search", "phone_calls/search")
        .needs(&[ManageSequences]).shows(&[E, P]).paged(),
    row(52, Post, "/phone_calls", "phone_calls/create")
        .needs(&[ManageSequences]).shows(&[E, P]).owned(Filled("user_id")),
    row(52, Put, "/phone_calls/{id}", "phone_calls/update")
        .needs(&[ManageSequences]).shows(&[E, P]).owned(Guarded),
    row(52, Patch, "/phone_calls/{id}", "phone_calls/update")
        .needs(&[ManageSequences]).shows(&[E, P]).owned(Guarded),
    row(53, Post, "/conversations/search", "conversations/search").needs(&[ManageSequences]).paged(),
    row(54, Get, "/conversations/{id}", "conversations/show")
        .needs(&[ManageSequences, ExportPii]).costs(PerCall { least: 0, most: 1 }).shows(&[E, B]),
    row(55, Post, "/conversations/export", "conversations/export")
        .needs(&[ExportPii]).costs(PerRecord { least: 0, most: 1 }).shows(&[B]).rated(ConversationExport),
    row(55, Get, "/conversations/export/{id}", "conversations/find_export")
        .needs(&[ExportPii]).costs(PerRecord { least: 0, most: 1 }).shows(&[B]).rated(ConversationExport),
    row(56, Get, "/notes", "notes/index")
        .needs(&[ManageContacts]).shows(&[B]).skipped()
        .written_in(&["content", "content_text", "content_html", "note", "text"]),

    // Lists and fields.
    row(57, Get, "/labels", "labels/index").needs(&[ManageContacts]),
    row(57, Post, "/labels", "labels/create").needs(&[ManageContacts]).owned(Guarded),
    row(57, Patch, "/labels/{id}", "labels/update").needs(&[ManageContacts]).owned(Guarded),
    row(57, Post, "/labels/add_entity_ids_to_label_names", "labels/add_entity_ids_to_label_names")
        .needs(&[ManageContacts]).owned(Guarded),
    row(57, Post, "/labels/remove_entity_ids_from_label_names", "labels/remove_entity_ids_from_label_names")
        .needs(&[ManageContacts]).owned(Guarded),
    row(58, Get, "/fields", "fields/index").needs(&[ManageContacts]),
    row(58, Get, "/typed_custom_fields", "typed_custom_fields/index").needs(&[ManageContacts]),
    row(59, Post, "/fields", "fields/create").needs(&[ManageTeam]).owned(Guarded),
    row(59, Patch, "/fields", "fields/update").needs(&[ManageTeam]).owned(Guarded),

    // The team, its usage and reports.
    row(60, Get, "/users/search", "users/search").needs(&[ManageTeam]).shows(&[E, P]).paged(),
    row(60, Post, "/users/search", "users/search").needs(&[ManageTeam]).shows(&[E, P]).paged(),
    row(60, Get, "/users", "users/search").needs(&[ManageTeam]).shows(&[E, P]).paged(),
    row(61, Get, "/users/api_profile", "users/api_profile").shows(&[E]).local(),
    row(62, Get, "/auth/health", "auth/health").rated(RateClass::None).local(),
    row(63, Post, "/usage_stats/api_usage_stats", "usage_stats/api_usage_stats").needs(&[ViewAnalytics]),
    row(64, Post, "/usage_stats/credit_usage_stats", "usage_stats/credit_usage_stats")
        .needs(&[ViewAnalytics]),
    row(65, Post, "/reports/sync_report", "reports/sync_report").needs(&[ViewAnalytics]).rated(SyncReport),
];

#[cfg(test)]
mod tests {
    use super::super::columns::{Answered, Credits, Method, Owner};
    use super::super::denial::Denial;
    use super::super::permission::{Permission, Permissions};
    use super::super::permit::permit;
    use super::super::role::{Reach, Role};
    use super::super::target::find;
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn example(route: &Route) -> String {
        route
            .template
            .replace("{id}", "6c00000000000000000000a1")
            .replace("{request_id}", "-2039995589705121953")
    }

    /// Facts §3.2: rows 1 to 65 and nothing of rows 66 and 67.
    #[test]
    fn the_table_covers_every_row_of_the_sheet_and_no_other() {
        let rows: BTreeSet<u8> = table().iter().map(|route| route.row).collect();
        assert_eq!(rows, (1..=65).collect());
        assert_eq!(table().len(), 93);
    }

    /// Facts §8.1 row 5: overlaps decide by accident. No two rows may match one request.
    #[test]
    fn no_two_rows_match_the_same_request() {
        assert_eq!(overlap(), None);
        let one = |method: Method, template: &'static str| row(0, method, template, "x/y");
        for (a, b, meets) in [
            ("/contacts/{id}", "/contacts/{id}", true),
            ("/contacts/{id}", "/contacts/6c00000000000000000000a1", true),
            ("/webhook_result/{request_id}", "/webhook_result/-7", true),
            ("/a/{id}", "/a/{request_id}", true),
            ("/contacts/{id}", "/contacts/search", false),
            ("/contacts/{id}", "/contacts/{id}/opportunities", false),
            ("/contacts", "/accounts", false),
        ] {
            for (a, b) in [(a, b), (b, a)] {
                assert_eq!(overlap_in(&[one(Get, a), one(Get, b)]).is_some(), meets, "{a} {b}");
                assert_eq!(overlap_in(&[one(Get, a), one(Post, b)]), None, "{a} {b}: another method");
            }
        }
    }

    #[test]
    fn every_row_is_found_by_its_own_method_and_path_alone() {
        for route in table() {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", ""] {
                let known = table()
                    .iter()
                    .find(|other| other.method.as_str() == method && other.template == route.template);
                let found = find(method, &example(route)).map(|target| target.route());
                assert_eq!(found.ok(), known, "{method} {}", route.template);
            }
        }
    }

    #[test]
    fn a_template_is_plain_words_with_at_most_one_slot() {
        for route in table() {
            let parts: Vec<_> = route.template.split('/').collect();
            assert_eq!(parts[0], "");
            let slots = parts.iter().filter(|part| part.starts_with('{')).count();
            assert!(slots <= 1, "{}", route.template);
            for part in &parts[1..] {
                let word = !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                assert!(word || ["{id}", "{request_id}"].contains(part), "{}", route.template);
            }
            assert_eq!(route.name.matches('/').count(), 1, "{}", route.name);
        }
    }

    /// Product R1: each of the eleven permissions opens at least one route and its absence closes it.
    #[test]
    fn every_permission_decides_at_least_one_route_both_ways() {
        for permission in Permission::ALL {
            let decided =
                table().iter().filter(|route| route.permissions.contains(&permission)).inspect(|route| {
                    let ask = |permissions: Permissions| {
                        let target = find(route.method.as_str(), &example(route)).unwrap();
                        permit(target, &Reach::exactly(permissions), "").map(|draft| draft.route().row)
                    };
                    let others: Vec<_> =
                        Permission::ALL.into_iter().filter(|other| *other != permission).collect();
                    assert_eq!(ask(Permissions::listed(route.permissions)), Ok(route.row));
                    assert_eq!(ask(Permissions::listed(&others)), Err(Denial::Forbidden { permission }));
                });
            assert!(decided.count() > 0, "{permission} decides nothing");
        }
    }

    /// Facts §3.2 and §8.2 together: which rows each role reaches.
    #[test]
    fn every_role_reaches_the_rows_the_sheet_gives_it() {
        let reached = |role: Role| -> BTreeSet<u8> {
            let open = |route: &&Route| {
                let target = find(route.method.as_str(), &example(route)).unwrap();
                permit(target, &Reach::new(role, &[role]), "").is_ok()
            };
            table().iter().filter(open).map(|route| route.row).collect()
        };
        let viewer = [1, 6, 11, 44, 63, 64, 65];
        let analyst = [1, 2, 4, 6, 7, 9, 10, 11, 44, 63, 64, 65];
        assert_eq!(reached(Role::Viewer), viewer.into());
        assert_eq!(reached(Role::Analyst), analyst.into());
        let mut rep: BTreeSet<u8> = [1, 2, 4, 6, 7, 9, 10, 11].into();
        rep.extend((12..=58).filter(|row| ![19, 28, 44, 47, 54, 55].contains(row)));
        assert_eq!(reached(Role::SalesRep), rep);
        let all: BTreeSet<u8> = (1..=65).filter(|row| ![61, 62].contains(row)).collect();
        assert_eq!(reached(Role::SalesManager), all);
        assert_eq!(reached(Role::Admin), all);
    }

    /// Facts §3.2, columns credits, page and rate.
    #[test]
    fn price_paging_and_rate_are_those_of_the_sheet() {
        let rows = |wanted: fn(&Route) -> bool| -> BTreeSet<u8> {
            table().iter().filter(|route| wanted(route)).map(|route| route.row).collect()
        };
        let priced = [2, 3, 4, 6, 7, 8, 9, 10, 11, 54, 55];
        assert_eq!(rows(|route| route.credits != Credits::Free), priced.into());
        assert_eq!(rows(|route| matches!(route.credits, PerPage(1))), [6, 10, 11].into());
        assert_eq!(rows(|route| route.rate == Search), [1, 6, 11].into());
        assert_eq!(rows(|route| route.rate == Enrichment), [2, 4, 7, 9, 10].into());
        assert_eq!(rows(|route| route.rate == BulkEnrichment), [3, 8].into());
        assert_eq!(rows(|route| route.rate == SyncReport), [65].into());
        assert_eq!(rows(|route| route.rate == ConversationExport), [55].into());
        let paged = [1, 6, 10, 11, 13, 20, 25, 31, 35, 43, 50, 51, 53, 60];
        assert_eq!(rows(|route| route.reads_page), paged.into());
        assert_eq!(rows(|route| route.reads_skip), [56].into());
        assert_eq!(rows(|route| route.answered == Answered::Locally), [61, 62].into());
        assert_eq!(rows(|route| !route.secret_fields.is_empty()), [42].into());
        assert_eq!(rows(|route| route.permissions.is_empty()), [61, 62].into());
        assert_eq!(rows(|route| route.owner == Changed), [19, 28].into());
        assert_eq!(rows(|route| route.owner == Unfilled), [12, 26, 45].into());
        let filled = [16, 22, 30, 36, 40, 49, 52];
        assert_eq!(rows(|route| matches!(route.owner, Filled(_))), filled.into());
        assert_eq!(rows(|route| !route.senders.is_empty()), [36, 45, 46].into());
        assert_eq!(rows(|route| route.records.is_some()), [3, 8, 16, 17, 26, 27].into());
    }

    /// R10: a row that writes says whose record it touches; the others only read, whatever their method.
    #[test]
    fn a_row_without_an_owner_only_reads() {
        let reads = |route: &Route| {
            let last = route.template.rsplit('/').next().unwrap_or_default();
            let asks = ["search", "match", "enrich", "api_search", "activity_feed", "get_content", "export"];
            route.method == Get
                || asks.contains(&last)
                || ["bulk_match", "bulk_enrich", "opportunities", "email_send_status"].contains(&last)
                || ["api_usage_stats", "credit_usage_stats", "sync_report"].contains(&last)
        };
        for route in table() {
            let reads = reads(route) && (route.row != 30);
            assert_eq!(route.owner == Owner::Unnamed, reads, "{} {}", route.method.as_str(), route.template);
            assert!(route.senders.is_empty() || !reads, "{}", route.template);
        }
    }

    /// Facts §3.2, column PII, written here a second time on purpose.
    #[test]
    fn personal_data_is_declared_as_in_the_sheet() {
        let letters = |route: &Route| -> String {
            let letter = |class: &_| match class {
                E => 'E',
                P => 'P',
                B => 'B',
                A => 'A',
                L => 'L',
            };
            route.pii.iter().map(letter).collect()
        };
        let mut seen: BTreeMap<u8, BTreeSet<String>> = BTreeMap::new();
        for route in table().iter().filter(|route| !route.pii.is_empty()) {
            seen.entry(route.row).or_default().insert(letters(route));
        }
        let told: Vec<String> = seen
            .into_iter()
            .map(|(row, kinds)| format!("{row}:{}", kinds.into_iter().collect::<Vec<_>>().join("|")))
            .collect();
        let sheet = "2:EPLA 3:EPL 4:ELA 5:EP 12:EPA 13:EPL 14:EPA 15:EPA 16:EL 17:ELA 18:E 24:A 36:EPA \
                     37:EPA 42:E 43:E 44:EPB 45:E 46:E 47:EB 49:EP 50:EPA 51:EP 52:EP 54:EB 55:B 56:B \
                     60:EP 61:E";
        assert_eq!(told.join(" "), sheet);
    }

    /// The founding document names eight prefixes; each has its route here (facts §3.2, stars).
    #[test]
    fn the_eight_endpoints_of_the_founding_document_are_routes() {
        let founding = [
            (Post, "/mixed_people/api_search", SearchPeople),
            (Post, "/mixed_companies/search", SearchOrganizations),
            (Post, "/people/match", EnrichPerson),
            (Post, "/people/bulk_match", BulkEnrich),
            (Get, "/organizations/enrich", EnrichOrg),
            (Post, "/contacts", ManageContacts),
            (Post, "/emailer_campaigns/search", ManageSequences),
            (Post, "/opportunities", ManageDeals),
        ];
        for (method, path, permission) in founding {
            let target = find(Method::as_str(method), path).unwrap();
            assert_eq!(target.route().permissions, [permission], "{path}");
        }
    }
}
