//! The world a test lives in, in the words of the field.

pub mod place;
pub mod reply;
pub mod world;

#[allow(unused_imports)]
pub use reply::Reply;
pub use world::{Connected, World};
