//! People whom Apollo has already are made known to a directory before its first sync, so that the IdP links
//! instead of creating (C6). The records they get hold no seat: only the IdP gives one.

mod by_hand;
mod first_sync;

use crate::support::World;
use seatbridge::admin::Refusal;
use seatbridge::admin::adopt::{self, Adoption, Candidate};
use seatbridge::apollo::ReadOptions;
use seatbridge::emulator::apollo::User;

pub const MARA: &str = "Mara.Okafor@corp.example";
pub const RIN: &str = "rin.oda@corp.example";

/// A team whose Apollo has these people.
pub async fn with_people(seats: i64, people: Vec<User>) -> World {
    let world = World::with_seats(seats).await;
    world.apollo.set_users(people);
    world
}

/// Mara, and Rin who has not yet accepted the invitation and so has no name.
pub fn team() -> Vec<User> {
    vec![User { title: Some("Lead".into()), ..User::new(MARA, "Mara", "Okafor") }, User::new(RIN, "", "")]
}

/// Adopts everybody into a directory.
pub async fn adopt(world: &World, directory: &str, dry_run: bool) -> Result<Adoption, Refusal> {
    let door = world.server.bridge.apollo.clone().unwrap();
    let ask = ReadOptions { backoff: std::time::Duration::from_millis(2), ..ReadOptions::default() };
    let reading = door.users(None, &ask).await;
    let reason = "before the first sync".to_owned();
    adopt::adopt(reading, directory.to_owned(), reason, dry_run, world.act(), world.store()).await
}

/// The person's row.
pub fn of<'a>(adoption: &'a Adoption, address: &str) -> &'a Candidate {
    let is = |one: &&Candidate| one.address.as_deref() == Some(address);
    adoption.people.iter().find(is).unwrap_or_else(|| panic!("{address} is not in {adoption:?}"))
}
