//! The world a test lives in, in the words of the field.

pub mod binary;
pub mod desk;
pub mod fakes;
pub mod issuer;
pub mod kept;
pub mod place;
pub mod reconciling;
pub mod replica;
pub mod reply;
pub mod schema;
pub mod stored;
pub mod wire;
pub mod world;

#[allow(unused_imports)]
pub use reply::Reply;
pub use world::{Connected, World};
