//! Headers, queries and creates, compared with the fact sheet.

use serde_json::json;

use super::{Dialect, Entra, Reply, Stub, entra, exported, rin, shown};
use crate::emulator::entra::{ExternalId, Matching, Person, Role, RoleExpression};

/// Entra facts §2, §3.
#[tokio::test]
async fn the_connection_test_looks_up_random_guids() {
    let stub = Stub::deciding(|_| Reply::list(&[]));
    assert!(entra(&stub, Dialect::Plain).test_connection().await.ok());
    let lines = stub.lines();
    assert_eq!(lines.len(), 3);
    let people = "GET /scim/v2/Users?filter=userName+eq+%22";
    for line in &lines[..2] {
        let guid = line.strip_prefix(people).and_then(|rest| rest.strip_suffix("%22")).unwrap();
        assert!(uuid::Uuid::parse_str(guid).is_ok(), "{guid}");
    }
    assert_ne!(lines[0], lines[1]);
    assert!(lines[2].starts_with("GET /scim/v2/Groups?excludedAttributes=members&filter=displayName+eq+%22"));
    let first = &stub.requests()[0];
    assert_eq!(first.header("User-Agent"), None);
    assert_eq!(first.header("Content-Type"), None);
    assert_eq!(first.header("Accept"), Some("*/*"), "no SCIM Accept");
    assert_eq!(first.header("Authorization"), Some("Bearer sb_token"));
}

/// Entra facts §1: a flagged tenant URL keeps working.
#[tokio::test]
async fn the_flag_of_the_tenant_url_is_not_forwarded() {
    let stub = Stub::deciding(|_| Reply::list(&[]));
    let target = format!("{}/?aadOptscim062020", stub.target());
    Entra::new(&target, "t", Dialect::Flag).unwrap().test_connection().await;
    assert!(stub.lines()[0].starts_with("GET /scim/v2/Users?filter="));
}

/// Entra facts §5, §2: form encoding, a literal plus as %2B, guests without their suffix.
#[tokio::test]
async fn matching_goes_by_precedence_and_stops_at_the_first_hit() {
    let stub = Stub::answering(vec![Reply::list(&[]), Reply::list(&[]), Reply::list(&[]), Reply::none(500)]);
    let mut job = entra(&stub, Dialect::Plain).with_external_id(ExternalId::ObjectId).with_matching(vec![
        Matching::ExternalId,
        Matching::WorkEmail,
        Matching::UserName,
    ]);
    let mut rin = Person::new("Rin", "Sato", "rin+x_partner.example#EXT#@northbay.example");
    rin.mail = Some("rin+x@partner.example".to_owned());
    job.lookup(&rin).await;
    assert_eq!(
        stub.lines(),
        [
            format!("GET /scim/v2/Users?filter=externalId+eq+%22{}%22", rin.object_id),
            "GET /scim/v2/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+\
                %22rin%2Bx%40partner.example%22"
                .to_owned(),
            "GET /scim/v2/Users?filter=userName+eq+%22rin%2Bx_partner.example%22".to_owned(),
        ]
    );
}

/// Entra facts §6.
#[tokio::test]
async fn a_create_has_the_documented_members_in_order() {
    let mut rin = rin().with_title("Analyst").with_department("Sales");
    rin.employee_id = Some("4711".to_owned());
    let mut answer = shown("s1");
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    answer["title"] = json!("Analyst");
    answer[urn] = json!({"employeeNumber": "4711", "department": "Sales"});
    let stub = Stub::answering(vec![Reply::list(&[]), Reply::scim(201, answer)]);
    let outcome = entra(&stub, Dialect::Plain).provision(&rin).await;
    assert!(outcome.ok(), "{outcome:?}");
    let post = &stub.requests()[1];
    assert_eq!(post.line, "POST /scim/v2/Users HTTP/1.1");
    assert_eq!(post.header("Content-Type"), Some("application/scim+json"));
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", urn],
        "externalId": "rin.sato", "userName": rin.upn, "active": true, "displayName": "Rin Sato",
        "title": "Analyst",
        "emails": [{"primary": true, "type": "work", "value": rin.upn}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Rin Sato", "familyName": "Sato", "givenName": "Rin"},
        "roles": [],
        urn: {"employeeNumber": "4711", "department": "Sales"},
    });
    assert_eq!(post.body, expected.to_string());
}

/// Entra facts §6, "Shapes to tolerate".
#[tokio::test]
async fn an_odd_create_has_string_booleans_and_nulls() {
    let stub = Stub::answering(vec![Reply::list(&[]), Reply::scim(201, shown("s1"))]);
    assert!(entra(&stub, Dialect::Plain).with_odd_creates().provision(&rin()).await.ok());
    let body = stub.requests()[1].json();
    assert_eq!(body["active"], "True");
    assert!(body.as_object().unwrap().get("addresses").unwrap().is_null());
    assert!(body.get("urn:ietf:params:scim:schemas:extension:enterprise:2.0User").is_some());
}

/// Entra facts §7.5, column POST.
#[tokio::test]
async fn a_create_carries_roles_by_expression() {
    let mut rin = rin();
    rin.roles = vec![Role::new("Admin"), Role::new("Analyst")];
    let entry = |value: &str| {
        json!({"primary": false, "type": "WindowsAzureActiveDirectoryRole", "value": value,
        "display": value})
    };
    let cases = [
        (
            RoleExpression::Single,
            json!([{"primary": true, "type": "WindowsAzureActiveDirectoryRole", "value": "Admin"}]),
        ),
        (RoleExpression::Complex, json!([entry("Admin"), entry("Analyst")])),
        (
            RoleExpression::Assertive,
            json!([{"primary": false, "value": "Admin", "display": "Admin"},
                {"primary": false, "value": "Analyst", "display": "Analyst"}]),
        ),
    ];
    for (expression, expected) in cases {
        let stub = Stub::answering(vec![Reply::list(&[]), Reply::scim(201, shown("s1"))]);
        entra(&stub, Dialect::Plain).with_roles(expression).provision(&rin).await;
        assert_eq!(stub.requests()[1].json()["roles"], expected);
    }
}

/// Entra facts §9.
#[tokio::test]
async fn a_group_is_created_with_the_private_schema() {
    let stub =
        Stub::answering(vec![Reply::list(&[]), Reply::refusal(501, "", "Set the group mapping to No.")]);
    let outcome = entra(&stub, Dialect::Plain).group_probe("Sales", &[]).await;
    assert_eq!(
        stub.lines()[0],
        "GET /scim/v2/Groups?excludedAttributes=members&filter=displayName+eq+%22Sales%22"
    );
    let schemas = stub.requests()[1].json()["schemas"].clone();
    assert_eq!(schemas[1], "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group");
    assert!(
        outcome.refused_detail().unwrap().starts_with("NotImplemented: 501 Set the group mapping to No.")
    );
}

/// Entra facts §5: a hit is remembered and gets only what differs.
#[tokio::test]
async fn a_hit_is_joined_by_its_id_with_adds_and_replaces() {
    let mut hit = shown("s7");
    hit["displayName"] = json!("R. Sato");
    let mut after = shown("s7");
    after["title"] = json!("Analyst");
    let stub = Stub::answering(vec![Reply::list(&[hit]), Reply::scim(200, after)]);
    let mut job = entra(&stub, Dialect::Plain);
    let rin = rin().with_title("Analyst");
    assert!(job.provision(&rin).await.ok());
    assert_eq!(stub.lines()[1], "PATCH /scim/v2/Users/s7");
    assert_eq!(
        stub.requests()[1].json()["Operations"],
        json!([{"op": "Replace", "path": "displayName", "value": "Rin Sato"},
            {"op": "Add", "path": "title", "value": "Analyst"}])
    );
    assert_eq!(job.id_of(&rin), Some("s7"));
}

/// Entra facts §14: nothing changed, nothing is sent.
#[tokio::test]
async fn a_person_in_sync_costs_no_request() {
    let rin = rin();
    let (stub, mut job) = exported(Dialect::Plain, &rin, vec![]).await;
    let outcome = job.update(&rin).await;
    assert!(outcome.exchanges.is_empty() && outcome.note.unwrap().contains("EntrySynchronizationSkipped"));
    assert_eq!(stub.requests().len(), 2);
}
