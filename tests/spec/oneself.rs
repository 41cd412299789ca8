//! Whose record a call touches: a holder acts at Apollo as themselves, judged by what arrived there and by
//! whose the records are that Apollo keeps.

use crate::support::world::{MASTER_KEY, soon};
use crate::support::{Connected, Reply, World};
use seatbridge::emulator::apollo::Fault;
use seatbridge::http::keyring::AGE;
use seatbridge::rbac::Role;
use serde_json::{Value, json};

const JSON: &str = "application/json";

/// A world with one holder, who is the fake Apollo's user number 1, with the mailbox number 1.
struct Scene {
    world: World,
    okta: Connected,
    /// The holder's key.
    key: String,
    /// The holder's Apollo id.
    me: String,
    /// The acting administrator's Apollo id.
    boss: String,
}

impl Scene {
    async fn of(role: Role) -> Self {
        let world = World::start().await;
        let okta = world.okta().await;
        let key = world.keyed(&okta, &world.teammate(1), role).await;
        let (me, boss) = (world.apollo.users()[1].id.clone(), world.apollo.users()[0].id.clone());
        assert_eq!(world.apollo.acting_admin().unwrap().id, boss);
        Self { world, okta, key, me, boss }
    }

    async fn call(&self, line: &str, body: Option<Value>) -> Reply {
        let (method, path) = line.split_once(' ').unwrap();
        self.world.call(&self.key, method, &format!("/apollo{path}"), body).await
    }

    /// What Apollo keeps, asked past the bridge.
    async fn at_apollo(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.world.apollo.base_url());
        let answer = self.world.http.get(url).header("x-api-key", MASTER_KEY).send().await.unwrap();
        Reply::of(answer).await.is(200).json()
    }

    fn arrived(&self) -> Vec<String> {
        let received = self.world.apollo.received();
        received.iter().map(|one| one.path().trim_start_matches("/api/v1").to_owned()).collect()
    }

    /// Refused, and Apollo heard nothing.
    async fn is_refused(&self, line: &str, body: Option<Value>, status: u16, says: &str) {
        self.world.apollo.clear_log();
        let reply = self.call(line, body.clone()).await;
        let told = reply.is(status).json()["error"].as_str().unwrap_or_default().to_owned();
        assert!(told.contains(says), "{line} {body:?}: {told}");
        assert!(self.arrived().is_empty(), "{line} {body:?}: {:?}", self.arrived());
    }

    fn add_contacts(&self) -> String {
        format!("POST /emailer_campaigns/{}/add_contact_ids", self.world.apollo.sequence_id(0))
    }
}

/// R10, Apollo facts §1.1 and §4.7: what a holder creates is theirs at Apollo, and not the acting
/// administrator's, in every call that documents an owner.
#[actix_web::test]
async fn what_a_holder_creates_belongs_to_them_at_apollo() {
    let scene = Scene::of(Role::SalesRep).await;
    let apollo = &scene.world.apollo;
    let (contact, mailbox) = (apollo.contact_id(0), apollo.mailbox_id(1));
    for (line, body, owner) in [
        ("POST /accounts", json!({"name": "Norrsken"}), "/account/owner_id"),
        ("POST /accounts", json!({"name": "Blank", "owner_id": null}), "/account/owner_id"),
        ("POST /opportunities", json!({"name": "Deal", "amount": "1200"}), "/opportunity/owner_id"),
        (
            "POST /contacts/bulk_create",
            json!({"contacts": [{"title": "A"}, {"title": "B", "owner_id": ""}]}),
            "/created_contacts/1/owner_id",
        ),
        ("POST /sequences", json!({"name": "Spring"}), "/emailer_campaign/user_id"),
        ("POST /tasks", json!({"contact_id": contact, "type": "call"}), "/task/user_id"),
        ("POST /tasks/bulk_create", json!({"contact_ids": [contact]}), "/tasks/0/user_id"),
        ("POST /phone_calls", json!({"contact_id": contact}), "/phone_call/user_id"),
        (
            &scene.add_contacts(),
            json!({"contact_ids": [contact], "send_email_from_email_account_id": mailbox}),
            "/contacts/0/contact_campaign_statuses/0/added_by_user_id",
        ),
    ] {
        let made = scene.call(line, Some(body)).await.is(200).json();
        assert_eq!(made.pointer(owner), Some(&json!(scene.me)), "{line}: {made}");
    }
    let made = scene.call("POST /opportunities?name=From%20the+query", None).await.is(200).json();
    let received = apollo.received();
    let target = &received.last().unwrap().target;
    assert_eq!(*target, format!("/api/v1/opportunities?name=From%20the+query&owner_id={}", scene.me));
    let deal =
        scene.at_apollo(&format!("/opportunities/{}", made["opportunity"]["id"].as_str().unwrap())).await;
    assert_eq!(
        (&deal["opportunity"]["owner_id"], &deal["opportunity"]["name"]),
        (&json!(scene.me), &json!("From the query"))
    );
    let kept = scene.at_apollo(&format!("/contacts/{contact}")).await;
    let status = &kept["contact"]["contact_campaign_statuses"][0];
    assert_eq!(
        (&status["added_by_user_id"], &status["send_email_from_user_id"]),
        (&json!(scene.me), &json!(scene.me))
    );
}

/// R10, Apollo facts §4.7: where Apollo documents no owner none is filled in, and the body leaves as it came.
#[actix_web::test]
async fn what_documents_no_owner_leaves_as_it_came() {
    let scene = Scene::of(Role::SalesRep).await;
    let contact = scene.world.apollo.contact_id(0);
    let headers = [("x-api-key", scene.key.as_str()), ("content-type", JSON)];
    let body = "{ \"first_name\":\"J\\u006f\", \"typed_custom_fields\":{\"6c0\":1.50} }";
    for (method, path) in [
        ("POST", "/contacts".to_owned()),
        ("PATCH", format!("/contacts/{contact}")),
        ("POST", "/contacts/search".to_owned()),
    ] {
        scene.world.apollo.clear_log();
        scene.world.send(method, &format!("/apollo{path}"), &headers, Some(body)).await.is(200);
        assert_eq!(scene.world.apollo.received()[0].body, body.as_bytes(), "{method} {path}");
    }
    let filled = scene
        .world
        .send("POST", "/apollo/accounts", &headers, Some("{ \"name\":\"J\\u006f\", \"n\":1e3}"))
        .await;
    filled.is(200);
    let expected = format!("{{\"owner_id\":\"{}\", \"name\":\"J\\u006f\", \"n\":1e3}}", scene.me);
    let received = scene.world.apollo.received();
    assert_eq!(String::from_utf8_lossy(&received.last().unwrap().body), expected);
}

/// R10, Apollo facts §8.2 row 21: naming somebody else, or taking a record from its owner, needs manageTeam,
/// in query and body alike; refusals are audited, those of one route once an hour.
#[actix_web::test]
async fn naming_somebody_else_needs_manage_team() {
    let scene = Scene::of(Role::SalesRep).await;
    let (contact, deal) = (scene.world.apollo.contact_id(0), scene.world.apollo.deal_id(0));
    let boss = || scene.boss.clone();
    let says = "needs manageTeam";
    for (line, body) in [
        ("POST /opportunities".to_owned(), json!({"name": "Deal", "owner_id": boss()})),
        ("POST /contacts".to_owned(), json!({"first_name": "Jo", "owner_id": boss()})),
        ("POST /contacts".to_owned(), json!({"first_name": "Jo", "creator_id": boss()})),
        ("POST /contacts/bulk_create".to_owned(), json!({"contacts": [{}, {"ownerId": boss()}]})),
        ("POST /contacts/bulk_update".to_owned(), json!({"contact_ids": [contact], "owner_id": boss()})),
        (
            "POST /contacts/bulk_update".to_owned(),
            json!({"contact_attributes": [{"id": contact, "owner_id": boss()}]}),
        ),
        (format!("PATCH /opportunities/{deal}"), json!({"owner_id": boss()})),
        (format!("PATCH /opportunities/{deal}"), json!({"owner_id": null})),
        (format!("PATCH /contacts/{contact}?owner_id={}", boss()), json!({})),
        (format!("PATCH /contacts/{contact}?contact[Owner-Id]={}", boss()), json!({})),
        (scene.add_contacts(), json!({"contact_ids": [contact], "user_id": boss()})),
        ("POST /tasks".to_owned(), json!({"contact_id": contact, "user_id": boss()})),
    ] {
        scene.is_refused(&line, Some(body), 403, says).await;
    }
    let denied = scene.world.audit().await;
    let denied = denied.iter().filter(|entry| entry.action == "deny_call" && entry.outcome == "refused");
    assert_eq!(denied.count(), 8, "12 refusals on 8 routes");
    let owners = json!({"contact_ids": [contact], "owner_id": scene.me});
    scene.is_refused("POST /contacts/update_owners", Some(owners), 403, "manageTeam").await;
    let line = format!("POST /opportunities?owner_id={}", scene.me);
    scene.is_refused(&line, Some(json!({"name": "x", "owner_id": boss()})), 400, "different values").await;
    scene
        .is_refused("POST /accounts", Some(json!({"name": "x", "OwnerId": scene.me})), 400, "owner_id")
        .await;
}

/// R10: who manages the team may hand records to others, and what they do not hand over is theirs.
#[actix_web::test]
async fn a_manager_may_name_others() {
    let scene = Scene::of(Role::SalesManager).await;
    let other = scene.world.apollo.users()[2].id.clone();
    let contact = scene.world.apollo.contact_id(0);
    let named = json!({"name": "Deal", "owner_id": other});
    let made = scene.call("POST /opportunities", Some(named)).await.is(200).json();
    assert_eq!(made["opportunity"]["owner_id"], json!(other));
    let owners = json!({"contact_ids": [contact], "owner_id": other});
    scene.call("POST /contacts/update_owners", Some(owners)).await.is(200);
    let kept = scene.at_apollo(&format!("/contacts/{contact}")).await;
    assert_eq!(kept["contact"]["owner_id"], json!(other));
    let made = scene.call("POST /accounts", Some(json!({"name": "Mine"}))).await.is(200).json();
    assert_eq!(made["account"]["owner_id"], json!(scene.me));
    let mailbox = scene.world.apollo.mailbox_id(2);
    let add = json!({"contact_ids": [contact], "send_email_from_email_account_id": mailbox});
    scene.world.apollo.clear_log();
    scene.call(&scene.add_contacts(), Some(add)).await.is(200);
    assert_eq!(scene.arrived().len(), 1, "nobody is asked whose mailbox it is: {:?}", scene.arrived());
}

/// R10: a sender is the holder's own mailbox; Apollo is asked once whose it is, and not for every call.
#[actix_web::test]
async fn a_sender_is_the_holders_own_mailbox() {
    let scene = Scene::of(Role::SalesRep).await;
    let apollo = &scene.world.apollo;
    let (own, others) = (apollo.mailbox_id(1), apollo.mailbox_id(2));
    let add = scene.add_contacts();
    let with = |contact: usize, name: &str, value: &str| {
        let mut body =
            json!({"contact_ids": [apollo.contact_id(contact)], "send_email_from_email_account_id": own});
        body[name] = json!(value);
        Some(body)
    };
    apollo.clear_log();
    scene.call(&add, with(0, "send_email_from_email_account_id", &own)).await.is(200);
    let address = scene.world.teammate(1);
    scene.call(&add, with(1, "send_email_from_email_address", &address)).await.is(200);
    scene.call(&add, with(2, "send_email_from_user_id", &scene.me)).await.is(200);
    let asked = scene.arrived().iter().filter(|path| *path == "/email_accounts").count();
    assert_eq!((asked, scene.arrived().len()), (1, 4));
    let colleague = scene.world.teammate(2);
    for (name, value) in [
        ("send_email_from_email_account_id", others.as_str()),
        ("send_email_from_email_address", &colleague),
        ("send_email_from_user_id", &scene.boss),
        ("email_account_id", "6c0000000000000000000fff"),
    ] {
        scene.is_refused(&add, with(3, name, value), 403, "needs manageTeam").await;
        let query = format!("{add}?{name}={value}");
        scene.is_refused(&query, Some(json!({"contact_ids": []})), 403, "needs manageTeam").await;
    }
    let message = json!({"contact_id": apollo.contact_id(0), "email_account_id": others});
    scene.is_refused("POST /emailer_messages", Some(message), 403, "not yours").await;
    let message = json!({"contact_id": apollo.contact_id(0), "email_account_id": own});
    scene.call("POST /emailer_messages", Some(message)).await.is(200);
}

/// R4, R10: while Apollo takes its time to say whose mailboxes there are, other calls of the same holder go
/// on and nobody asks for them a second time; the call that waited goes out when it is said, though its key
/// had to be looked at again by then.
#[actix_web::test]
async fn a_slow_word_about_mailboxes_holds_no_other_call() {
    let scene = Scene::of(Role::SalesRep).await;
    let apollo = &scene.world.apollo;
    let body = json!({
        "contact_ids": [apollo.contact_id(0)],
        "send_email_from_email_account_id": apollo.mailbox_id(1),
    });
    apollo.clear_log();
    apollo.queue_fault(1, Fault::Delay(3 * AGE));
    let add = scene.add_contacts();
    let waiting = scene.call(&add, Some(body.clone()));
    let meanwhile = async {
        soon(async || scene.arrived() == ["/email_accounts"]).await;
        let other = scene.call(&add, Some(body));
        scene.call("POST /contacts/search", Some(json!({}))).await.is(200);
        assert_eq!(scene.arrived(), ["/email_accounts", "/contacts/search"]);
        other.await.is(200);
    };
    let (waited, ()) = tokio::join!(waiting, meanwhile);
    waited.is(200);
    let added = add.strip_prefix("POST ").unwrap();
    assert_eq!(scene.arrived(), ["/email_accounts", "/contacts/search", added, added]);
}

/// R10: when Apollo does not say whose a mailbox is, nothing is sent from it.
#[actix_web::test]
async fn a_sender_nobody_can_vouch_for_does_not_send() {
    let scene = Scene::of(Role::SalesRep).await;
    let apollo = &scene.world.apollo;
    let (contact, mailbox) = (apollo.contact_id(0), apollo.mailbox_id(1));
    let body = || Some(json!({"contact_ids": [contact], "send_email_from_email_account_id": mailbox}));
    let status =
        |status, body: &str| Fault::Status { status, content_type: JSON.to_owned(), body: body.to_owned() };
    for (fault, says) in [
        (status(429, r#"{"message":"too many"}"#), "limit"),
        (status(403, r#"{"error_code":"API_INACCESSIBLE"}"#), "operator"),
        (status(200, r#"{"email_accounts":null}"#), "did not say"),
        (status(422, "{}"), "did not say"),
    ] {
        apollo.clear_log();
        apollo.queue_fault(1, fault.clone());
        let reply = scene.call(&scene.add_contacts(), body()).await;
        let told = reply.is(503).json()["error"].as_str().unwrap().to_owned();
        assert!(told.contains("nothing was sent") && told.contains(says), "{fault:?}: {told}");
        assert_eq!(scene.arrived(), ["/email_accounts"], "{fault:?}");
    }
    scene.call(&scene.add_contacts(), body()).await.is(200);
}

/// R10: who is not known at Apollo creates nothing, until a run has found them there; a former holder's
/// identity passes to nobody (L7).
#[actix_web::test]
async fn a_holder_nobody_found_at_apollo_creates_nothing_until_a_run_links_them() {
    let scene = Scene::of(Role::Admin).await;
    let world = &scene.world;
    let person = json!({"userName": "new@corp.example", "externalId": "a"});
    let seat = scene.okta.create(person).await.is(201).id();
    world.give_role("new@corp.example", Role::SalesManager).await;
    let new = world.mint("new@corp.example", Role::SalesManager).await.unwrap();
    let new = new.key.as_str().to_owned();
    let create = async |key: &str| {
        world.call(key, "POST", "/apollo/accounts", Some(json!({"name": "Norrsken"}))).await
    };
    world.apollo.clear_log();
    let told = create(&new).await.is(409).json()["error"].as_str().unwrap().to_owned();
    assert!(told.contains("seatbridge reconcile run"), "{told}");
    let owners = json!({"contact_ids": [world.apollo.contact_id(0)], "owner_id": scene.boss});
    world.call(&new, "POST", "/apollo/contacts/update_owners", Some(owners)).await.is(409);
    assert!(scene.arrived().is_empty(), "{:?}", scene.arrived());
    world.call(&new, "POST", "/apollo/contacts/search", Some(json!({}))).await.is(200);

    let found = world.at_apollo("new@corp.example");
    world.reconciled().await;
    assert_eq!(create(&new).await.is(200).json()["account"]["owner_id"], json!(found));

    scene.okta.set_active(&seat, false).await.is(200);
    let heir = json!({"userName": "new@corp.example", "externalId": "b", "active": true});
    scene.okta.replace(&seat, heir).await.is(200);
    world.give_role("new@corp.example", Role::SalesRep).await;
    let heir = world.mint("new@corp.example", Role::SalesRep).await.unwrap();
    create(heir.key.as_str()).await.is(409);
}

/// R10: `auth/health` and `users/api_profile` tell about the key's holder, never about the acting admin whose
/// master key we hold, and are answered here, for every role, in Apollo's shape (Apollo facts §2.3, §4.2).
#[actix_web::test]
async fn health_and_profile_are_answered_here_about_the_holder() {
    let world = World::start().await;
    let okta = world.okta().await;
    let name = json!({"givenName": "Ada", "familyName": "Lovelace"});
    let seat = okta.create(json!({"userName": "ada@corp.example", "name": name, "title": "Countess"})).await;
    let seat = seat.is(201).id();
    let acting = world.apollo.acting_admin().unwrap().email;
    let key = world.mint("ada@corp.example", Role::Viewer).await.unwrap();
    let unknown = world.call(key.key.as_str(), "GET", "/apollo/users/api_profile", None).await.is(200).json();
    assert_eq!(unknown["id"], Value::Null, "not a seat's id: a script would name it as an owner");
    let id = world.link(seat, "ada@corp.example").await;
    for role in Role::ALL {
        let key = world.mint("ada@corp.example", role).await.unwrap();
        for mount in ["/apollo", "/api/v1"] {
            let health = world.call(key.key.as_str(), "GET", &format!("{mount}/auth/health"), None).await;
            let user = json!({"id": id, "email": "ada@corp.example", "name": "Ada Lovelace"});
            let expected = json!({"healthy": true, "is_logged_in": true, "user": user});
            assert_eq!(health.is(200).json(), expected);
            let path = format!("{mount}/users/api_profile?include_credit_usage=true");
            let profile = world.call(key.key.as_str(), "GET", &path, None).await;
            let told = profile.is(200).json();
            let listed =
                ["id", "email", "first_name", "last_name", "title"].map(|member| told[member].clone());
            assert_eq!(json!(listed), json!([id, "ada@corp.example", "Ada", "Lovelace", "Countess"]));
            assert_eq!(told.get("num_credits_remaining"), Some(&Value::Null), "credits are the workspace's");
            assert!(!profile.text.contains(&acting) && !health.text.contains(&acting), "{acting}");
        }
    }
    let plain = world.call(key.key.as_str(), "GET", "/apollo/users/api_profile", None).await;
    assert_eq!(plain.is(200).json().get("num_credits_remaining"), None);
    assert!(world.apollo.received().is_empty());
    world.send("GET", "/apollo/auth/health", &[("x-api-key", "ak_none")], None).await.is(401);
}
