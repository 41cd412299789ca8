//! Every endpoint on one page, row by row as the facts number them. Source: Apollo facts §3.2.

use super::super::endpoints::{
    accounts, bulk, contacts, conversations, deals, lists, mail, organizations, people, reports, sequences,
    tasks, usage, users,
};
use super::super::limits::Class::{
    Bulk as NB, Default as D, Enrichment as N, Export as X, Report as R, Search as S,
};
use super::Route;

/// Method, path, controller and action below `api/v1`, OAuth scope, class of limits, who answers.
macro_rules! r {
    ($method:literal $path:literal, $scope:literal, $oauth:literal, $class:ident, $handler:expr) => {
        Route {
            method: $method,
            path: $path,
            scope: concat!("api/v1/", $scope),
            oauth: $oauth,
            class: $class,
            master_only: false,
            handler: $handler,
        }
    };
}

/// The same for the service that is mounted under `deals/`.
macro_rules! deal {
    ($method:literal $path:literal, $scope:literal, $oauth:literal, $handler:expr) => {
        Route {
            scope: concat!("deals/api/v1/", $scope),
            ..r!($method $path, $scope, $oauth, D, $handler)
        }
    };
}

/// The same for master keys only; an empty OAuth scope is one that no token carries.
macro_rules! master {
    ($method:literal $path:literal, $scope:literal, $oauth:literal, $handler:expr) => {
        Route { master_only: true, ..r!($method $path, $scope, $oauth, D, $handler) }
    };
}

/// Fixed paths before those with an id, because the first that fits answers.
#[rustfmt::skip]
pub static ROUTES: &[Route] = &[
    // 60 to 64: users, profile, usage.
    r!("GET" "users", "users/search", "users_list", D, users::search),
    r!("GET" "users/search", "users/search", "users_list", D, users::search),
    r!("POST" "users/search", "users/search", "users_list", D, users::search),
    r!("GET" "users/api_profile", "users/api_profile", "read_user_profile", D, users::api_profile),
    r!("POST" "usage_stats/api_usage_stats", "usage_stats/api_usage_stats",
        "api_usage_stats_read", D, usage::api),
    r!("GET" "usage_stats/api_usage_stats", "usage_stats/api_usage_stats",
        "api_usage_stats_read", D, usage::api),
    r!("POST" "usage_stats/credit_usage_stats", "usage_stats/credit_usage_stats",
        "credit_usage_stats_read", D, usage::credits),

    // 1 to 5: people.
    r!("POST" "mixed_people/api_search", "mixed_people/api_search",
        "mixed_people_api_search", S, people::search),
    r!("POST" "people/match", "people/match", "people_match", N, people::enrich),
    r!("GET" "people/match", "people/match", "people_match", N, people::enrich),
    r!("POST" "people/bulk_match", "people/bulk_match", "people_bulk_match", NB, people::bulk),
    r!("GET" "people/{id}", "people/show", "person_read", N, people::show),
    r!("GET" "webhook_result/{id}", "webhook_result/show", "webhook_result_read", D, people::result),

    // 6 to 11: companies.
    r!("POST" "mixed_companies/search", "mixed_companies/search",
        "mixed_companies_search", S, organizations::search),
    r!("GET" "organizations/enrich", "organizations/enrich",
        "organizations_enrich", N, organizations::enrich),
    r!("POST" "organizations/enrich", "organizations/enrich",
        "organizations_enrich", N, organizations::enrich),
    r!("POST" "organizations/bulk_enrich", "organizations/bulk_enrich",
        "organizations_bulk_enrich", NB, organizations::bulk),
    r!("GET" "organizations/{id}", "organizations/show", "organization_read", N, organizations::show),
    r!("GET" "organizations/{id}/job_postings", "organizations/job_postings",
        "organizations_job_posting", N, organizations::postings),
    r!("POST" "news_articles/search", "news_articles/search",
        "organizations_news_articles", S, organizations::news),

    // 12 to 21: contacts.
    r!("POST" "contacts", "contacts/create", "contact_write", D, contacts::create),
    r!("POST" "contacts/search", "contacts/search", "contacts_search", D, contacts::search),
    r!("POST" "contacts/bulk_create", "contacts/bulk_create", "contacts_bulk_create", D, bulk::create),
    r!("POST" "contacts/bulk_update", "contacts/bulk_update", "contacts_bulk_update", D, bulk::update),
    r!("POST" "contacts/update_stages", "contacts/update_stages", "contact_stages_update", D, bulk::stages),
    r!("POST" "contacts/update_owners", "contacts/update_owners", "contact_owners_update", D, bulk::owners),
    r!("GET" "contacts/{id}", "contacts/show", "contact_read", D, contacts::show),
    r!("PATCH" "contacts/{id}", "contacts/update", "contact_update", D, contacts::update),
    r!("PUT" "contacts/{id}", "contacts/update", "contact_update", D, contacts::update),
    deal!("POST" "contacts/{id}/opportunities", "opportunities/search",
        "opportunities_list", contacts::deals),
    r!("GET" "contact_stages", "contact_stages/index", "contact_stages_list", D, lists::contact_stages),

    // 22 to 29: accounts.
    r!("POST" "accounts", "accounts/create", "account_write", D, accounts::create),
    r!("POST" "accounts/search", "accounts/search", "accounts_search", D, accounts::search),
    r!("POST" "accounts/bulk_create", "accounts/bulk_create",
        "account_bulk_create", D, accounts::bulk_create),
    r!("POST" "accounts/bulk_update", "accounts/bulk_update",
        "account_stages_update", D, accounts::bulk_update),
    r!("POST" "accounts/update_owners", "accounts/update_owners",
        "account_owners_update", D, accounts::owners),
    r!("GET" "accounts/{id}", "accounts/show", "account_read", D, accounts::show),
    r!("PATCH" "accounts/{id}", "accounts/update", "account_update", D, accounts::update),
    r!("PUT" "accounts/{id}", "accounts/update", "account_update", D, accounts::update),
    r!("GET" "account_stages", "account_stages/index", "account_stages_list", D, lists::account_stages),

    // 30 to 34: deals.
    deal!("POST" "opportunities", "opportunities/create", "opportunity_write", deals::create),
    deal!("GET" "opportunities/search", "opportunities/search", "opportunities_list", deals::search),
    deal!("POST" "opportunities/search", "opportunities/search", "opportunities_list", deals::search),
    deal!("GET" "opportunities/{id}", "opportunities/show", "opportunity_read", deals::show),
    deal!("PATCH" "opportunities/{id}", "opportunities/update", "opportunity_update", deals::update),
    r!("GET" "opportunity_stages", "opportunity_stages/index",
        "opportunity_stages_list", D, lists::deal_stages),

    // 35 to 42: sequences and mailboxes.
    r!("POST" "emailer_campaigns/search", "emailer_campaigns/search",
        "emailer_campaigns_search", D, sequences::search),
    r!("POST" "emailer_campaigns/remove_or_stop_contact_ids", "emailer_campaigns/remove_or_stop_contact_ids",
        "emailer_campaigns_remove_or_stop_contact_ids", D, sequences::remove_contacts),
    r!("POST" "emailer_campaigns/activity_feed", "emailer_campaigns/activity_feed",
        "emailer_campaigns_activity_feed", D, sequences::activity),
    r!("POST" "emailer_campaigns/{id}/add_contact_ids", "emailer_campaigns/add_contact_ids",
        "emailer_campaigns_add_contact_ids", D, sequences::add_contacts),
    r!("POST" "emailer_campaigns/{id}/approve", "emailer_campaigns/approve",
        "emailer_campaigns_approve", D, sequences::approve),
    r!("POST" "emailer_campaigns/{id}/abort", "emailer_campaigns/abort",
        "emailer_campaigns_abort", D, sequences::abort),
    r!("POST" "emailer_campaigns/{id}/archive", "emailer_campaigns/archive",
        "emailer_campaigns_archive", D, sequences::archive),
    r!("POST" "sequences", "sequences/create", "emailer_campaigns_create", D, sequences::create),
    r!("PUT" "sequences/{id}", "sequences/update", "emailer_campaigns_update", D, sequences::update),
    r!("PATCH" "sequences/{id}", "sequences/update", "emailer_campaigns_update", D, sequences::update),
    r!("GET" "emailer_schedules", "emailer_schedules/index",
        "emailer_schedules_list", D, lists::schedules),
    r!("GET" "email_accounts", "email_accounts/index", "email_accounts_list", D, sequences::mailboxes),

    // 43 to 48: e-mails.
    r!("GET" "emailer_messages/search", "emailer_messages/search",
        "emailer_messages_search", D, mail::search),
    r!("POST" "emailer_messages/search", "emailer_messages/search",
        "emailer_messages_search", D, mail::search),
    r!("POST" "emailer_messages", "emailer_messages/create", "emailer_messages_create", D, mail::create),
    r!("POST" "emailer_messages/get_content", "emailer_messages/get_content",
        "emailer_messages_get_content", D, mail::content),
    r!("POST" "emailer_messages/email_send_status", "emailer_messages/email_send_status",
        "emailer_messages_email_send_status", D, mail::status),
    r!("POST" "emailer_messages/{id}/send_now", "emailer_messages/send_now",
        "emailer_messages_send_now", D, mail::send_now),
    master!("GET" "emailer_messages/{id}/activities", "emailer_messages/activities", "", mail::activities),

    // 49 to 52: tasks and calls.
    r!("POST" "tasks", "tasks/create", "tasks_create", D, tasks::create),
    r!("POST" "tasks/bulk_create", "tasks/bulk_create", "tasks_create", D, tasks::bulk_create),
    r!("POST" "tasks/search", "tasks/search", "tasks_list", D, tasks::search),
    r!("GET" "tasks/search", "tasks/search", "tasks_list", D, tasks::search),
    r!("POST" "tasks/{id}/complete", "tasks/complete", "tasks_create", D, tasks::complete),
    r!("POST" "tasks/{id}/skip", "tasks/skip", "tasks_create", D, tasks::skip),
    r!("GET" "tasks/{id}", "tasks/show", "tasks_list", D, tasks::show),
    r!("PATCH" "tasks/{id}", "tasks/update", "tasks_create", D, tasks::update),
    master!("GET" "phone_calls/search", "phone_calls/search", "phone_call_search", tasks::calls),
    master!("POST" "phone_calls/search", "phone_calls/search", "phone_call_search", tasks::calls),
    master!("POST" "phone_calls", "phone_calls/create", "phone_call_write", tasks::create_call),
    master!("PUT" "phone_calls/{id}", "phone_calls/update", "phone_call_update", tasks::update_call),
    master!("PATCH" "phone_calls/{id}", "phone_calls/update", "phone_call_update", tasks::update_call),

    // 53 to 56: conversations and notes.
    r!("POST" "conversations/search", "conversations/search",
        "conversations_search", D, conversations::search),
    r!("POST" "conversations/export", "conversations/export",
        "conversations_export", X, conversations::export),
    r!("GET" "conversations/export/{id}", "conversations/find_export",
        "conversations_find_export", X, conversations::exported),
    r!("GET" "conversations/{id}", "conversations/show", "conversations_show", D, conversations::show),
    r!("GET" "notes", "notes/index", "notes_list", D, lists::notes),

    // 57 to 59: labels and fields.
    r!("GET" "labels", "labels/index", "tags_list", D, lists::labels),
    r!("POST" "labels", "labels/create", "lists_create", D, lists::create_label),
    r!("POST" "labels/add_entity_ids_to_label_names", "labels/add_entity_ids_to_label_names",
        "lists_add_entities", D, lists::add_to_labels),
    r!("POST" "labels/remove_entity_ids_from_label_names", "labels/remove_entity_ids_from_label_names",
        "lists_remove_entities", D, lists::remove_from_labels),
    r!("PATCH" "labels/{id}", "labels/update", "lists_update", D, lists::rename_label),
    r!("GET" "fields", "fields/index", "custom_fields_list", D, lists::fields),
    r!("GET" "typed_custom_fields", "typed_custom_fields/index",
        "custom_fields_list", D, lists::typed_custom_fields),
    r!("POST" "fields", "fields/create", "custom_field_write", D, lists::create_field),
    r!("PATCH" "fields", "fields/update", "custom_field_write", D, lists::update_field),

    // 65: analytics.
    r!("POST" "reports/sync_report", "reports/sync_report", "report_sync", R, reports::sync),
];
