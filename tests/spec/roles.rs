//! A holder's roles: the IdP's, else the operator's, else the directory's.

use crate::support::{Connected, World};
use seatbridge::admin::doctor::{Database, House, examine};
use seatbridge::admin::people::SeatView;
use seatbridge::admin::service::DirectoryWish;
use seatbridge::config::RoleDefinition;
use seatbridge::flavour::Flavour;
use seatbridge::rbac::{Role, RoleSource};
use serde_json::{Value, json};

const ADA: &str = "ada@corp.example";

async fn ada(world: &World) -> SeatView {
    world.seats().await.into_iter().next().unwrap()
}

/// Whether a key of the highest role may do what only an analyst and above may: its holder's roles decide.
async fn may_enrich(world: &World, key: &str) -> bool {
    let answer = world.call(key, "POST", "/apollo/people/match", Some(json!({"name": "Ada"}))).await;
    match answer.status {
        200 => true,
        403 => false,
        _ => panic!("{answer:#?}"),
    }
}

async fn with_roles(directory: &Connected, roles: Value) -> String {
    let made = directory.create(json!({"userName": ADA, "roles": roles})).await;
    assert_eq!(made.status, 201, "{roles}: {}", made.text);
    made.id()
}

/// L12: SCIM roles as strings, as objects and as Entra's JSON in a string name our roles, whatever their
/// letter case; what they allow is decided by them.
#[actix_web::test]
async fn roles_are_read_in_every_shape_an_idp_sends() {
    let world = World::start().await;
    let packed = r#"{"id":"18d1","value":"Sales_Rep","displayName":"Seller"}"#;
    for (directory, roles, expected) in [
        ("okta", json!(["sales_rep"]), vec![Role::SalesRep]),
        ("okta", json!([{"value": "Sales_Rep", "display": "Seller"}]), vec![Role::SalesRep]),
        ("okta", json!([{"value": " ANALYST ", "primary": true}]), vec![Role::Analyst]),
        ("okta", json!([{"value": "viewer"}, {"value": "analyst"}]), vec![Role::Viewer, Role::Analyst]),
        ("okta", json!([{"value": "viewer"}, {"value": "Viewer"}]), vec![Role::Viewer]),
        ("entra", json!([packed]), vec![Role::SalesRep]),
        ("entra", json!([{"value": packed, "primary": "True"}]), vec![Role::SalesRep]),
        ("entra", json!(packed), vec![Role::SalesRep]),
        ("entra", json!([{"value": "sales_rep", "displayName": "Seller"}]), vec![Role::SalesRep]),
    ] {
        let flavour = Flavour::parse(directory).unwrap();
        let name = format!("{directory} {}", uuid::Uuid::now_v7());
        let connected = world.connect(&name, flavour, DirectoryWish::default()).await;
        let id = with_roles(&connected, roles.clone()).await;
        let view = ada(&world).await;
        assert_eq!((view.held.roles, view.held.source), (expected, RoleSource::IdentityProvider), "{roles}");
        connected.delete(&id).await.is(204);
    }
}

/// L12, R3: the IdP's roles decide what a key may do, on the very next call.
#[actix_web::test]
async fn a_role_of_the_idp_counts_on_the_next_call() {
    let world = World::start().await;
    let entra = world.entra().await;
    let id = with_roles(&entra, json!([{"value": "analyst"}])).await;
    let key = world.mint(ADA, Role::Admin).await.unwrap().key;
    assert!(may_enrich(&world, key.as_str()).await);
    let one = |role: &str| {
        let packed = json!({"id": "1", "value": role, "displayName": role}).to_string();
        json!([{"op": "Replace", "path": "roles[primary eq \"True\"].value", "value": packed}])
    };
    let add = json!([{"op": "Add", "path": "roles", "value": [{"value": "Viewer", "primary": "True"}]}]);
    entra.patch(&id, json!([{"op": "Remove", "path": "roles"}])).await.is(200);
    assert!(!may_enrich(&world, key.as_str()).await, "the default is viewer");
    entra.patch(&id, add).await.is(200);
    assert!(!may_enrich(&world, key.as_str()).await);
    entra.patch(&id, one("Analyst")).await.is(200);
    assert!(may_enrich(&world, key.as_str()).await);
    assert_eq!(ada(&world).await.held.roles, [Role::Analyst]);
    entra.patch(&id, one("Viewer")).await.is(200);
    assert!(!may_enrich(&world, key.as_str()).await);
}

/// L12: without roles of the IdP the operator's counts, and without that the directory's default; roles of
/// the IdP come first, and their removal brings the operator's back.
#[actix_web::test]
async fn the_operators_role_counts_while_the_idp_sends_none() {
    let world = World::start().await;
    let wish = DirectoryWish { default_role: Some(Role::Analyst), ..DirectoryWish::default() };
    let okta = world.connect("okta", Flavour::Okta, wish).await;
    let id = okta.assign(ADA).await;
    let now = || async {
        let view = ada(&world).await;
        (view.held.roles, view.held.source)
    };
    assert_eq!(now().await, (vec![Role::Analyst], RoleSource::DirectoryDefault));
    world.give_role(ADA, Role::SalesManager).await;
    assert_eq!(now().await, (vec![Role::SalesManager], RoleSource::Operator));
    let send = json!([{"op": "add", "path": "roles", "value": [{"value": "viewer"}]}]);
    okta.patch(&id, send).await.is(200);
    assert_eq!(now().await, (vec![Role::Viewer], RoleSource::IdentityProvider));
    for none in [
        json!({"userName": ADA}),
        json!({"userName": ADA, "roles": []}),
        json!({"userName": ADA, "roles": null}),
        json!({"userName": ADA, "roles": [{"value": " "}]}),
    ] {
        okta.replace(&id, json!({"userName": ADA, "roles": ["viewer"]})).await.is(200);
        assert_eq!(now().await.1, RoleSource::IdentityProvider);
        okta.replace(&id, none.clone()).await.is(200);
        assert_eq!(now().await, (vec![Role::SalesManager], RoleSource::Operator), "{none}");
    }
}

/// L12: a directory may translate the IdP's own names; its map is asked before our names.
#[actix_web::test]
async fn a_role_map_translates_the_idps_names() {
    let world = World::start().await;
    let map = [("Apollo Power Users", Role::SalesManager), ("viewer", Role::Analyst)];
    let wish = DirectoryWish {
        role_map: map.map(|(name, role)| (name.to_owned(), role)).to_vec(),
        ..DirectoryWish::default()
    };
    let entra = world.connect("entra", Flavour::Entra, wish).await;
    for (sent, role) in [
        ("apollo power users", Role::SalesManager),
        (" APOLLO POWER USERS ", Role::SalesManager),
        ("Viewer", Role::Analyst),
        ("sales_rep", Role::SalesRep),
    ] {
        let id = with_roles(&entra, json!([{"value": sent}])).await;
        assert_eq!(ada(&world).await.held.roles, [role], "{sent}");
        entra.delete(&id).await.is(204);
    }
}

/// L12: a value that names no known role is kept as sent, gives nothing, and is noted in the provisioning
/// log; it does not fall back to anything.
#[actix_web::test]
async fn an_unknown_role_is_kept_gives_nothing_and_is_noted() {
    let world = World::start().await;
    let okta = world.okta().await;
    let id = with_roles(&okta, json!([{"value": "Wizard", "display": "Great"}])).await;
    world.give_role(ADA, Role::Admin).await;
    let key = world.mint(ADA, Role::Admin).await.unwrap().key;
    let view = ada(&world).await;
    assert_eq!((view.held.roles, view.held.unknown), (vec![], vec!["Wizard".to_owned()]));
    assert_eq!(okta.shown(&id).await["roles"], json!([{"value": "Wizard", "display": "Great"}]));
    assert!(!may_enrich(&world, key.as_str()).await);
    let companies = world.call(key.as_str(), "POST", "/apollo/mixed_companies/search", Some(json!({}))).await;
    companies.is(403);
    assert!(world.last_logged(&id).await.notes.contains("unknown_role:Wizard"));

    let put = json!({"userName": ADA, "roles": ["Wizard", "analyst", "{broken"]});
    okta.replace(&id, put).await.is(200);
    let view = ada(&world).await;
    assert_eq!((view.held.roles, view.held.unknown.len()), (vec![Role::Analyst], 2));
    assert!(may_enrich(&world, key.as_str()).await);
    let notes = world.last_logged(&id).await.notes;
    assert!(notes.contains("unknown_role:Wizard") && notes.contains("unknown_role:{broken"), "{notes}");
}

/// Two roles beyond the five, as the configuration defines them.
async fn with_more_roles() -> World {
    let role = |rank, permissions: &[&str]| RoleDefinition {
        rank,
        permissions: permissions.iter().map(|name| (*name).to_owned()).collect(),
    };
    World::configured(100, |config| {
        config.roles.insert("contractor".to_owned(), role(15, &["searchPeople", "enrichPerson"]));
        config.roles.insert("team_lead".to_owned(), role(35, &["searchPeople", "manageTeam"]));
    })
    .await
}

/// R1, R3: a role of the configuration counts like the five: from the IdP, through a role map, by hand, as a
/// directory's default and in a key.
#[actix_web::test]
async fn a_configured_role_counts_like_the_five() {
    let world = with_more_roles().await;
    let contractor = Role::parse("contractor").unwrap();
    let wish = DirectoryWish {
        role_map: vec![("Outside Help".to_owned(), contractor)],
        default_role: Some(contractor),
        ..DirectoryWish::default()
    };
    let okta = world.connect("okta", Flavour::Okta, wish).await;
    for roles in [json!([" Contractor "]), json!([{"value": "outside help"}]), json!([])] {
        let id = with_roles(&okta, roles.clone()).await;
        let view = ada(&world).await;
        assert_eq!((view.held.roles, view.held.unknown.len()), (vec![contractor], 0), "{roles}");
        assert!(!world.last_logged(&id).await.notes.contains("unknown_role"), "{roles}");
        let key = world.mint(ADA, Role::Admin).await.unwrap().key;
        assert!(may_enrich(&world, key.as_str()).await, "{roles}");
        let search = world.call(key.as_str(), "POST", "/apollo/contacts/search", Some(json!({}))).await;
        assert_eq!(search.is(403).json()["currentRole"], "contractor");
        okta.delete(&id).await.is(204);
    }
    let key = world.keyed(&okta, "bob@corp.example", contractor).await;
    world.give_role("bob@corp.example", Role::Admin).await;
    assert!(may_enrich(&world, &key).await, "the key's own role allows it");
    world.call(&key, "POST", "/apollo/mixed_companies/search", Some(json!({}))).await.is(403);
}

/// R1, R5: its rank decides whom it reaches, and a demotion below ends what it had handed out.
#[actix_web::test]
async fn a_configured_role_reaches_as_far_as_its_rank() {
    let world = with_more_roles().await;
    let okta = world.okta().await;
    let lead = world.keyed(&okta, "lead@corp.example", Role::parse("team_lead").unwrap()).await;
    okta.assign(ADA).await;
    world.give_role(ADA, Role::Admin).await;
    let mint = async |role: &str| {
        world.call(&lead, "POST", "/admin/keys", Some(json!({"role": role, "holder": ADA}))).await
    };
    let made = mint("contractor").await.is(200).json();
    assert_eq!(made["role"], "contractor");
    let made = made["key"].as_str().unwrap().to_owned();
    assert!(may_enrich(&world, &made).await);
    mint("sales_rep").await.is(200);
    for beyond in ["team_lead", "sales_manager", "admin"] {
        mint(beyond).await.is(403);
    }
    mint("nobody_defined_this").await.is(422);
    world.give_role("lead@corp.example", Role::parse("contractor").unwrap()).await;
    assert_eq!(world.call(&made, "POST", "/apollo/people/match", Some(json!({}))).await.status, 401);
}

/// R1: a role that is configured no more gives nothing, keeps its name, and is told.
#[actix_web::test]
async fn a_role_that_is_configured_no_more_gives_nothing_and_is_told() {
    let world = World::start().await;
    let okta = world.okta().await;
    let ghost = Role::stored("ghost_of_a_role").unwrap();
    let key = world.keyed(&okta, ADA, ghost).await;
    world.call(&key, "POST", "/apollo/mixed_people/api_search", Some(json!({}))).await.is(403);
    assert_eq!(ada(&world).await.held.roles, [ghost]);
    let house = House { database: Database::There(Vec::new()), secret: "of a test" };
    let bridge = &world.server.bridge;
    let store = Some(&bridge.store);
    let report =
        examine(house, &bridge.config, bridge.apollo.as_ref(), store, world.clock.now()).await.unwrap();
    let told = report.checks.iter().find(|check| check.topic == "roles").unwrap();
    assert!(told.says.contains("ghost_of_a_role (of keys), ghost_of_a_role (of people)"), "{told:?}");
}
