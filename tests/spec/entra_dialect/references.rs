//! What points elsewhere: managers and app roles, in every shape, and the role the seat then has.

use super::{RIN, job, provisioned, rin};
use crate::support::World;
use crate::support::fakes::Told;
use seatbridge::admin::service::DirectoryWish;
use seatbridge::emulator::entra::{Dialect, ManagerShape, Person, Role as AppRole, RoleExpression};
use seatbridge::flavour::Flavour;
use seatbridge::rbac::{Role, RoleSource};
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BOSS: &str = "mio.abe@northbay.example";

fn with_roles(names: &[&str]) -> Person {
    Person { roles: names.iter().map(|name| AppRole::new(name)).collect(), ..rin() }
}

/// Entra facts §7.4, S11: a manager in both shapes is stored as our id and answered as an object, with no
/// `$ref` but ours; the reference check then finds it, so it is not sent again; an empty value clears it.
#[actix_web::test]
async fn a_manager_is_set_found_changed_and_cleared() {
    for dialect in Dialect::ALL {
        for shape in [ManagerShape::DocumentedArray, ManagerShape::BareString] {
            let (world, mut entra) = provisioned(dialect).await;
            let boss = Person::new("Mio", "Abe", BOSS);
            let other = Person::new("Noa", "Ito", "noa.ito@northbay.example");
            entra.provision(&boss).await.went_well();
            entra.provision(&other).await.went_well();
            let set = entra.set_manager(&rin(), Some(&boss), shape).await;
            assert_eq!(set.went_well().calls(), ["GET /Users?", "PATCH /Users/ID"]);
            let held = set.answer()[ENTERPRISE]["manager"].clone();
            let id = entra.id_of(&boss).unwrap();
            assert_eq!(held["value"], id);
            let location = format!("{}/scim/v2/Users/{id}", world.base());
            assert!(held.get("$ref").is_none_or(|shown| *shown == location), "{held}");
            let again = entra.set_manager(&rin(), Some(&boss), shape).await;
            assert_eq!(again.went_well().calls(), ["GET /Users?"], "it is there already");
            entra.set_manager(&rin(), Some(&other), shape).await.went_well();
            let cleared = entra.set_manager(&rin(), None, shape).await;
            assert_eq!(cleared.went_well().answer().pointer(&format!("/{ENTERPRISE}/manager")), None);
            let trail = ["assign", "amend", "amend", "amend"];
            assert_eq!(world.audit_of(RIN).await, trail, "{dialect:?} {shape:?}");
        }
    }
}

/// S11, Entra facts §7.4: every reported shape of a manager, on POST and PATCH, becomes one object; a value
/// that names nobody of ours is kept and returned without `$ref`.
#[actix_web::test]
async fn a_manager_in_any_shape_is_answered_as_one_object() {
    let nobody = "9c1d-nobody-of-ours";
    let world = World::start().await;
    let directory = world.entra().await;
    let urn_path = format!("{ENTERPRISE}:manager");
    let plain = json!({"value": nobody});
    let posts = [
        json!({ENTERPRISE: {"manager": nobody}}),
        json!({ENTERPRISE: {"manager": {"value": nobody}}}),
        json!({ENTERPRISE: {"manager": [{"$ref": null, "value": nobody}]}}),
        json!({"manager": nobody}),
        json!({"urn:ietf:params:scim:schemas:extension:enterprise:2.0User": {"manager": nobody}}),
    ];
    for (n, sent) in posts.into_iter().enumerate() {
        let mut body = sent.clone();
        body["userName"] = json!(format!("posted{n}@northbay.example"));
        let shown = directory.create(body).await.is(201).json();
        assert_eq!(shown[ENTERPRISE]["manager"], plain, "{sent}");
    }
    let patches = [
        json!({"op": "Add", "path": "manager", "value": [{"$ref": "https://x.example", "value": nobody}]}),
        json!({"op": "Add", "path": urn_path, "value": nobody}),
        json!({"op": "Replace", "path": urn_path, "value": {"value": nobody}}),
        json!({"op": "replace", "value": {urn_path.as_str(): nobody}}),
        json!({"op": "replace", "value": {ENTERPRISE: {"manager": nobody}}}),
    ];
    for (n, sent) in patches.into_iter().enumerate() {
        let id = directory.assign(&format!("patched{n}@northbay.example")).await;
        let shown = directory.patch(&id, json!([sent.clone()])).await.is(200).json();
        assert_eq!(shown[ENTERPRISE]["manager"], plain, "{sent}");
        let found = directory.find(&format!("id eq \"{id}\" and manager eq \"{nobody}\"")).await;
        assert_eq!(found.is(200).json()["totalResults"], 1, "{sent}");
    }
}

/// Entra facts §7.4: a manager out of scope is left out.
#[actix_web::test]
async fn a_manager_out_of_scope_is_not_sent() {
    let (_world, mut entra) = provisioned(Dialect::Plain).await;
    let boss = Person::new("Mio", "Abe", BOSS);
    entra.set_manager(&rin(), Some(&boss), ManagerShape::BareString).await.sent_nothing();
}

/// L12, Entra facts §7.5: app roles written by PATCH through each expression give the seat the role they
/// name, letter case apart.
#[actix_web::test]
async fn app_roles_by_patch_give_the_seat_its_role_in_every_expression() {
    for dialect in Dialect::ALL {
        for (expression, names, roles) in [
            (RoleExpression::Single, &["Admin"][..], &[Role::Admin][..]),
            (RoleExpression::Single, &["SALES_REP", "Admin"], &[Role::SalesRep]),
            (RoleExpression::SinglePath, &["analyst"], &[Role::Analyst]),
            (RoleExpression::Complex, &["Analyst", "Sales_Rep"], &[Role::Analyst, Role::SalesRep]),
            (RoleExpression::Assertive, &["sales_manager"], &[Role::SalesManager]),
        ] {
            let (world, mut entra) = provisioned(dialect).await;
            assert_eq!(world.held_by(RIN).await.source, RoleSource::DirectoryDefault);
            entra.set_roles(&with_roles(names), expression).await.went_well();
            let held = world.held_by(RIN).await;
            assert_eq!(held.roles, roles, "{dialect:?} {expression:?} {names:?}");
            assert_eq!(held.source, RoleSource::IdentityProvider);
            entra.repeat_last().await.went_well();
            assert_eq!(world.audit_of(RIN).await, ["assign", "amend"], "{dialect:?} {expression:?}");
        }
    }
}

/// L12, Entra facts §7.5: the same on a create, where every expression sends real objects.
#[actix_web::test]
async fn app_roles_of_a_create_give_the_seat_its_role_in_every_expression() {
    for (expression, roles) in [
        (RoleExpression::Single, &[Role::SalesRep][..]),
        (RoleExpression::SinglePath, &[Role::SalesRep]),
        (RoleExpression::Complex, &[Role::SalesRep, Role::Analyst]),
        (RoleExpression::Assertive, &[Role::SalesRep, Role::Analyst]),
    ] {
        let world = World::start().await;
        let directory = world.entra().await;
        let mut entra = world.fake_entra(&directory, Dialect::Plain).with_roles(expression);
        entra.provision(&with_roles(&["Sales_Rep", "Analyst"])).await.went_well();
        assert_eq!(world.roles_of(RIN).await, roles, "{expression:?}");
    }
}

/// L12, Entra facts §7.5: only the assertive expression takes roles away; with the last one gone the
/// directory's default counts again.
#[actix_web::test]
async fn only_the_assertive_expression_takes_roles_away() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        entra.set_roles(&with_roles(&["Admin"]), RoleExpression::Complex).await.went_well();
        entra.set_roles(&with_roles(&["Analyst"]), RoleExpression::Complex).await.went_well();
        assert_eq!(world.roles_of(RIN).await, [Role::Admin, Role::Analyst], "{dialect:?}");
        entra.set_roles(&with_roles(&["Analyst"]), RoleExpression::Assertive).await.went_well();
        assert_eq!(world.roles_of(RIN).await, [Role::Analyst], "{dialect:?}");
        entra.set_roles(&with_roles(&[]), RoleExpression::Assertive).await.went_well();
        let held = world.held_by(RIN).await;
        assert_eq!((held.roles, held.source), (vec![Role::Viewer], RoleSource::DirectoryDefault));
    }
}

/// L12: the IdP's role wins over an operator's; a name that is no role of ours is kept as sent, gives
/// nothing, and is noted in the provisioning log.
#[actix_web::test]
async fn an_unknown_app_role_is_kept_gives_nothing_and_is_noted() {
    for dialect in Dialect::ALL {
        let (world, mut entra) = provisioned(dialect).await;
        world.give_role(RIN, Role::Admin).await;
        let set = entra.set_roles(&with_roles(&["Approver"]), RoleExpression::Single).await;
        assert_eq!(set.went_well().answer()["roles"][0]["value"], "Approver");
        let held = world.held_by(RIN).await;
        assert_eq!((held.roles, held.unknown), (vec![], vec!["Approver".to_owned()]));
        let notes = world.noted().await;
        assert!(notes.iter().any(|note| note == "unknown_role:Approver"), "{notes:?}");
    }
}

/// L12: the directory's role_map reads the tenant's own names, letter case apart.
#[actix_web::test]
async fn a_role_map_reads_the_tenants_own_names() {
    let world = World::start().await;
    let wish = DirectoryWish {
        role_map: vec![("Apollo Power User".to_owned(), Role::SalesManager)],
        default_role: Some(Role::Analyst),
        ..DirectoryWish::default()
    };
    let directory = world.connect("entra", Flavour::Entra, wish).await;
    let mut entra = world.fake_entra(&directory, Dialect::Plain);
    entra.provision(&rin()).await.went_well();
    assert_eq!(world.roles_of(RIN).await, [Role::Analyst], "the directory's default");
    let named = with_roles(&["apollo power user"]);
    entra.set_roles(&named, RoleExpression::SinglePath).await.went_well();
    assert_eq!(world.roles_of(RIN).await, [Role::SalesManager]);
}

/// Entra facts §7.5: an on-demand run writes no roles, so those already there stay.
#[actix_web::test]
async fn an_on_demand_run_leaves_the_roles_alone() {
    let (world, mut entra) = job(Dialect::Flag).await;
    entra.provision(&with_roles(&["Admin"])).await.went_well();
    let run = entra.on_demand(&with_roles(&["Viewer"]).with_title("Lead")).await;
    let sent: Value = run.went_well().last().unwrap().request.clone().unwrap();
    assert!(!sent.to_string().contains("roles"), "{sent}");
    assert_eq!(world.roles_of(RIN).await, [Role::Admin]);
}
