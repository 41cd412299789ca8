//! Who may call what: every role against every route, judged by what arrived at Apollo.

use crate::support::world::MASTER_KEY;
use crate::support::{Connected, Reply, World};
use seatbridge::emulator::apollo::Received;
use seatbridge::rbac::Permission::{self, *};
use seatbridge::rbac::{Answered, Role, Route, table};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The founding document's matrix, written down a second time (Apollo facts §8.2).
#[rustfmt::skip]
const MATRIX: [(Role, &[Permission]); 5] = [
    (Role::Viewer, &[SearchPeople, SearchOrganizations, ViewAnalytics]),
    (Role::Analyst, &[SearchPeople, SearchOrganizations, EnrichPerson, EnrichOrg, ViewAnalytics]),
    (Role::SalesRep, &[SearchPeople, SearchOrganizations, EnrichPerson, EnrichOrg, ManageContacts,
        ManageSequences, ManageDeals]),
    (Role::SalesManager, &Permission::ALL),
    (Role::Admin, &Permission::ALL),
];

/// The founding document's own table: what each of its prefixes needs.
const FOUNDING: [(&str, &str, Permission); 8] = [
    ("POST", "/mixed_people/api_search", SearchPeople),
    ("POST", "/mixed_companies/search", SearchOrganizations),
    ("POST", "/people/match", EnrichPerson),
    ("POST", "/people/bulk_match", BulkEnrich),
    ("POST", "/organizations/enrich", EnrichOrg),
    ("POST", "/contacts/search", ManageContacts),
    ("POST", "/emailer_campaigns/search", ManageSequences),
    ("POST", "/opportunities/search", ManageDeals),
];

fn holds(role: Role, permission: Permission) -> bool {
    MATRIX.iter().any(|(known, permissions)| *known == role && permissions.contains(&permission))
}

fn missing(role: Option<Role>, route: &Route) -> Vec<Permission> {
    let lacks = |permission: &Permission| !role.is_some_and(|role| holds(role, *permission));
    route.permissions.iter().copied().filter(lacks).collect()
}

fn example(route: &Route) -> String {
    route.template.replace("{id}", "6c00000000000000000000a1").replace("{request_id}", "-2039995589705121953")
}

async fn visit(world: &World, key: &str, mount: &str, route: &Route) -> (Reply, Vec<Received>) {
    world.apollo.clear_log();
    let body = route.method.takes_body().then(|| json!({}));
    let path = format!("{mount}{}", example(route));
    let reply = world.call(key, route.method.as_str(), &path, body).await;
    (reply, world.apollo.received())
}

/// One request, the right one, under the master key and no other credential.
#[track_caller]
fn arrived_once(received: &[Received], method: &str, target: &str) {
    assert_eq!(received.len(), 1, "{method} {target}: {received:?}");
    assert_eq!((received[0].method.as_str(), received[0].target.as_str()), (method, target));
    let credentials = |name: &str| -> Vec<&str> {
        let named = received[0].headers.iter().filter(|(known, _)| known == name);
        named.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(credentials("x-api-key"), [MASTER_KEY], "{method} {target}");
    assert!(credentials("authorization").is_empty(), "{method} {target}");
}

#[track_caller]
fn is_refused_for(reply: &Reply, role: Option<Role>, missing: &[Permission], about: &str) {
    reply.is(403);
    let body = reply.json();
    let named = |permission: &Permission| {
        body["error"] == format!("Permission denied: {permission} requires role upgrade")
    };
    assert!(missing.iter().any(named), "{about}: {reply:?}");
    assert_eq!(body["currentRole"], json!(role.map(Role::as_str)), "{about}");
}

/// R1, R2: the matrix of the founding document over every row of the table. What is allowed reaches Apollo
/// once and under the master key; what is denied never does. Facts §8.1 row 8, §8.2 row 11.
#[actix_web::test]
async fn every_role_reaches_exactly_its_routes_and_every_permission_decides_one() {
    let world = World::start().await;
    let okta = world.okta().await;
    let (mut opened, mut closed) = (BTreeSet::new(), BTreeSet::new());
    let mut decided = 0;
    // Every role may search, so who may not is somebody whose IdP sent a role that gives nothing (L12).
    with_roles(&okta, "nobody@corp.example", &["msiam_access"]).await;
    let nobody = world.mint("nobody@corp.example", Role::Admin).await.unwrap().key.as_str().to_owned();
    let mut keys = vec![(None, nobody)];
    for (role, _) in MATRIX {
        keys.push((Some(role), world.keyed(&okta, &format!("{role}@corp.example"), role).await));
    }
    for (role, key) in keys {
        for route in table().iter().filter(|route| route.answered == Answered::Upstream) {
            let about = format!("{role:?}: {} {}", route.method.as_str(), route.template);
            let missing = missing(role, route);
            let (reply, received) = visit(&world, &key, "/apollo", route).await;
            if missing.is_empty() {
                let target = format!("/api/v1{}", example(route));
                arrived_once(&received, route.method.as_str(), &target);
                assert!(![401, 403, 500, 502].contains(&reply.status), "{about}: {reply:?}");
                opened.extend(route.permissions);
            } else {
                is_refused_for(&reply, role, &missing, &about);
                assert!(received.is_empty(), "{about}: {received:?}");
                closed.extend(<[Permission; 1]>::try_from(missing).ok().map(|[only]| only));
            }
            decided += 1;
        }
    }
    assert!(decided > 500, "{decided}");
    let all = BTreeSet::from(Permission::ALL);
    assert_eq!((opened, closed), (all.clone(), all), "a permission that decides no route both ways");
}

/// R2: the founding document's eight endpoints under its own mount, and under the one of stock Apollo
/// clients.
#[actix_web::test]
async fn the_founding_documents_endpoints_answer_under_both_mounts() {
    let world = World::start().await;
    let okta = world.okta().await;
    for (role, _) in MATRIX {
        let key = world.keyed(&okta, &format!("{role}@corp.example"), role).await;
        for (method, path, permission) in FOUNDING {
            for mount in ["/apollo", "/api/v1"] {
                world.apollo.clear_log();
                let body = json!({"details": [{"id": world.apollo.person_id(1)}], "domain": "a.example"});
                let reply = world.call(&key, method, &format!("{mount}{path}"), Some(body)).await;
                let received = world.apollo.received();
                if holds(role, permission) {
                    reply.is(200);
                    arrived_once(&received, method, &format!("/api/v1{path}"));
                } else {
                    is_refused_for(&reply, Some(role), &[permission], path);
                    assert!(received.is_empty(), "{role} {path}");
                }
            }
        }
    }
}

/// R2: a path or method that is no row is the founding document's 404, whatever the role, and goes nowhere.
#[actix_web::test]
async fn what_is_no_row_of_the_table_is_unknown_even_to_an_admin() {
    let world = World::start().await;
    let okta = world.okta().await;
    let admin = world.keyed(&okta, "ada@corp.example", Role::Admin).await;
    for (method, path) in [
        ("GET", "/contacts/search"),
        ("DELETE", "/contacts/6c00000000000000000000a1"),
        ("PUT", "/opportunities/6c00000000000000000000a1"),
        ("GET", "/contacts/6c00000000000000000000a"),
        ("GET", "/webhook_result/9223372036854775808"),
        ("POST", "/people/matchmaker"),
        ("POST", "/mixed_people/search"),
        ("POST", "/oauth/token"),
        ("GET", "/usage"),
        ("GET", "/_control/log"),
        ("GET", ""),
    ] {
        for mount in ["/apollo", "/api/v1"] {
            let reply = world.call(&admin, method, &format!("{mount}{path}"), None).await;
            assert_eq!(
                (reply.status, reply.json()),
                (404, json!({"error": "Unknown Apollo endpoint"})),
                "{path}"
            );
        }
    }
    assert!(world.apollo.received().is_empty());
}

async fn with_roles(okta: &Connected, address: &str, roles: &[&str]) -> String {
    let roles: Vec<Value> = roles.iter().map(|role| json!({"value": role})).collect();
    okta.create(json!({"userName": address, "roles": roles})).await.is(201).id()
}

/// Which permissions a key has, found out by calling.
async fn reached(world: &World, key: &str) -> Vec<Permission> {
    let mut reached = Vec::new();
    for (method, path, permission) in FOUNDING.into_iter().chain([
        ("POST", "/usage_stats/api_usage_stats", ViewAnalytics),
        ("GET", "/users/search", ManageTeam),
    ]) {
        let body = json!({"details": [{"id": world.apollo.person_id(1)}], "domain": "a.example"});
        let body = (method == "POST").then_some(body);
        match world.call(key, method, &format!("/apollo{path}"), body).await.status {
            200 => reached.push(permission),
            status => assert_eq!(status, 403, "{path}"),
        }
    }
    reached
}

/// R3: a call may do what the key's role and the holder's roles both allow; several roles count together.
#[actix_web::test]
async fn a_key_reaches_what_its_role_and_the_holders_roles_both_allow() {
    let world = World::start().await;
    let okta = world.okta().await;
    with_roles(&okta, "ada@corp.example", &["admin"]).await;
    let narrow = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    let searches = [SearchPeople, SearchOrganizations];
    assert_eq!(reached(&world, narrow.key.as_str()).await, [&searches[..], &[ViewAnalytics]].concat());

    with_roles(&okta, "eve@corp.example", &["viewer"]).await;
    let wide = world.mint("eve@corp.example", Role::Admin).await.unwrap();
    assert_eq!(reached(&world, wide.key.as_str()).await, [&searches[..], &[ViewAnalytics]].concat());

    with_roles(&okta, "bob@corp.example", &["Analyst", "sales_rep"]).await;
    let union = world.mint("bob@corp.example", Role::SalesManager).await.unwrap();
    let both = [EnrichPerson, EnrichOrg, ManageContacts, ManageSequences, ManageDeals, ViewAnalytics];
    assert_eq!(reached(&world, union.key.as_str()).await, [&searches[..], &both].concat());

    with_roles(&okta, "joe@corp.example", &["msiam_access"]).await;
    let nothing = world.mint("joe@corp.example", Role::Admin).await.unwrap();
    assert_eq!(reached(&world, nothing.key.as_str()).await, []);
    let refused = world.call(nothing.key.as_str(), "POST", "/apollo/contacts/search", Some(json!({}))).await;
    is_refused_for(&refused, None, &[ManageContacts], "a role nobody knows gives nothing");
}

/// R3: demotion works on the next call, whether the IdP or an operator demotes; so does promotion. Facts
/// §8.3 row 28.
#[actix_web::test]
async fn a_demotion_works_on_the_next_call() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = with_roles(&okta, "ada@corp.example", &["sales_manager"]).await;
    let ada = world.mint("ada@corp.example", Role::SalesManager).await.unwrap();
    let bulk = json!({"details": [{"id": world.apollo.person_id(1)}]});
    let call =
        async |key: &str| world.call(key, "POST", "/apollo/people/bulk_match", Some(bulk.clone())).await;
    call(ada.key.as_str()).await.is(200);
    let roles = |role: &str| json!([{"op": "replace", "path": "roles", "value": [{"value": role}]}]);
    okta.patch(&id, roles("analyst")).await.is(200);
    world.apollo.clear_log();
    is_refused_for(&call(ada.key.as_str()).await, Some(Role::Analyst), &[BulkEnrich], "demoted by the IdP");
    assert!(world.apollo.received().is_empty());
    okta.patch(&id, roles("sales_manager")).await.is(200);
    call(ada.key.as_str()).await.is(200);

    let bob = world.keyed(&okta, "bob@corp.example", Role::SalesManager).await;
    call(&bob).await.is(200);
    world.give_role("bob@corp.example", Role::SalesRep).await;
    is_refused_for(&call(&bob).await, Some(Role::SalesRep), &[BulkEnrich], "demoted by an operator");
}
