//! The quirks of Okta facts §14, each by its number and each over the wire.

mod answers;
mod bodies;
mod jobs;
mod seats;

use crate::support::{Connected, World};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SCIM: &str = "application/scim+json";

async fn okta_directory() -> (World, Connected) {
    let world = World::start().await;
    let directory = world.okta().await;
    (world, directory)
}
