//! The first sync after an adoption, by every connector there is.

use super::{MARA, RIN, adopt, of, team, with_people};
use crate::support::World;
use crate::support::fakes::Told;
use seatbridge::admin::adopt::Adoption;
use seatbridge::emulator::{entra, okta};
use seatbridge::seat::Standing;
use serde_json::json;

/// One record each, the adopted one, and it is linked to its Apollo user.
async fn is_linked(world: &World, adoption: &Adoption, address: &str) {
    let adopted = of(adoption, address);
    let id = adopted.seat_id.clone().unwrap();
    let named = |seat: &&seatbridge::admin::people::SeatView| {
        let person = seat.record.seat.person().unwrap();
        person.user_name.as_str().eq_ignore_ascii_case(address)
    };
    let seats = world.seats().await;
    let theirs: Vec<_> = seats.iter().filter(named).collect();
    assert_eq!(theirs.len(), 1, "{address} was not created a second time");
    assert_eq!((theirs[0].record.id.as_str(), theirs[0].record.period), (id.as_str(), 1));
    assert_eq!(theirs[0].record.seat.standing(), Standing::Assigned, "{address}");
    let link = world.store().read(move |tx| tx.link(&id)).await.unwrap().unwrap();
    assert_eq!(link.apollo_id, adopted.apollo_id);
}

/// C6, S3: Okta looks the userName up, finds the adopted record without a seat, and switches it on, whichever
/// verbs its app writes with; nobody is created.
#[actix_web::test]
async fn okta_links_the_people_who_were_adopted() {
    let world = with_people(20, team()).await;
    for (n, mode) in okta::Mode::ALL.into_iter().enumerate() {
        let name = format!("okta{n}");
        let directory = world.connect(&name, seatbridge::flavour::Flavour::Okta, Default::default()).await;
        let mara = format!("m{n}.{}", MARA.to_lowercase());
        let rin = format!("r{n}.{RIN}");
        let user = |address: &str| seatbridge::emulator::apollo::User::new(address, "Mara", "");
        world.apollo.set_users(vec![user(&mara), user(&rin)]);
        let adoption = adopt(&world, &name, false).await.unwrap();
        assert_eq!(adoption.adopted, 2, "{adoption:?}");
        assert_eq!(world.state_of(&mara).await.as_deref(), Some("unassigned"));
        let mut fake = world.fake_okta(&directory, mode);
        for address in [&mara, &rin] {
            let person = okta::Person::new("Given", "Family", address);
            let assigned = fake.assign(&person).await;
            let calls = assigned.went_well().calls();
            assert!(!calls.iter().any(|call| call.starts_with("POST")), "{mode:?}: {calls:?}");
            is_linked(&world, &adoption, address).await;
        }
    }
}

/// C6, Entra facts §5: Entra finds them by userName and writes what differs.
#[actix_web::test]
async fn entra_links_the_people_who_were_adopted() {
    let world = with_people(20, team()).await;
    for (n, dialect) in entra::Dialect::ALL.into_iter().enumerate() {
        let name = format!("entra{n}");
        let directory = world.connect(&name, seatbridge::flavour::Flavour::Entra, Default::default()).await;
        let address = format!("e{n}.{}", MARA.to_lowercase());
        world.apollo.set_users(vec![seatbridge::emulator::apollo::User::new(&address, "Mara", "")]);
        let adoption = adopt(&world, &name, false).await.unwrap();
        let mut fake = world.fake_entra(&directory, dialect);
        let provisioned = fake.provision(&entra::Person::new("Mara", "Okafor", &address)).await;
        let calls = provisioned.went_well().calls();
        assert!(!calls.iter().any(|call| call.starts_with("POST")), "{dialect:?}: {calls:?}");
        is_linked(&world, &adoption, &address).await;
        let shown = directory.shown(of(&adoption, &address).seat_id.as_deref().unwrap()).await;
        assert_eq!((&shown["active"], &shown["name"]["familyName"]), (&json!(true), &json!("Okafor")));
    }
}

/// C6, L5, L10: a connector that creates without looking gets the adopted record back, 201 and never 409,
/// whatever externalId it sends; the IdP's attributes count from then on.
#[actix_web::test]
async fn a_create_without_a_lookup_revives_the_adopted_record() {
    let world = with_people(20, team()).await;
    let okta = world.okta().await;
    let adoption = adopt(&world, "okta", false).await.unwrap();
    for (address, external_id) in [(MARA, Some("00u1")), (RIN, None)] {
        let mut body = json!({"userName": address.to_uppercase(), "name": {"familyName": "Idp"},
            "emails": [{"value": address, "type": "work", "primary": true}]});
        if let Some(external_id) = external_id {
            body["externalId"] = external_id.into();
        }
        let made = okta.create(body.clone()).await;
        assert_eq!(Some(made.is(201).id()), of(&adoption, address).seat_id);
        assert_eq!(made.json()["name"], json!({"familyName": "Idp"}), "as sent, and nothing of Apollo's");
        okta.create(body).await.is(409);
        is_linked(&world, &adoption, address).await;
    }
    assert_eq!(world.audit_of(MARA).await[..3], ["record", "adopt_seat", "reassign"]);
}

/// C6, L6: where userNames are no addresses the IdP makes its own record; the adopted one gives up the
/// address and stands in nobody's way.
#[actix_web::test]
async fn an_adopted_record_gives_its_address_to_whoever_the_idp_creates() {
    let world = with_people(20, team()).await;
    let okta = world.okta().await;
    adopt(&world, "okta", false).await.unwrap();
    let person = okta::Person::new("Mara", "Okafor", MARA).with_login("mokafor");
    world.fake_okta(&okta, okta::Mode::Aiw).assign(&person).await.went_well();
    assert_eq!(world.state_of("mokafor").await.as_deref(), Some("assigned"));
    assert_eq!(world.state_of(MARA).await.as_deref(), Some("assigned"), "the address is the holder's");
}
