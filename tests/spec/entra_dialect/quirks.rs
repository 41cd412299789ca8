//! The thirty quirks of Entra facts §13, one test each, named after its number.

mod answering;
mod asking;
mod leaving;
mod referring;
mod writing;

use super::RIN;
use crate::support::{Connected, World};
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SCIM: &str = "application/scim+json";

async fn entra_directory() -> (World, Connected) {
    let world = World::start().await;
    let directory = world.entra().await;
    (world, directory)
}

/// Rin, with a work address, in a fresh world: the id.
async fn with_rin() -> (World, Connected, String) {
    let (world, directory) = entra_directory().await;
    let body = json!({
        "schemas": [USER, ENTERPRISE], "userName": RIN, "externalId": "rin.sato",
        "emails": [{"primary": true, "type": "work", "value": RIN}],
    });
    let id = directory.create(body).await.is(201).id();
    (world, directory, id)
}

/// The User after a PATCH of one operation, as answered; it is read back the same.
async fn patched(directory: &Connected, id: &str, operation: Value) -> Value {
    let answered = directory.patch(id, json!([operation])).await.is(200).json();
    assert_eq!(directory.read(id).await.is(200).json(), answered, "what is answered is what is kept");
    answered
}
