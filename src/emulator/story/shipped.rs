//! The stories of `tests/stories`, inside the binary. A test of the spec suite compares this list with the
//! folder.

use super::cast::prepared;
use super::format::{Story, Unreadable};

/// One file of `tests/stories`.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Below the folder: `okta/a-whole-life.toml`.
    pub path: &'static str,
    /// What stands in it.
    pub text: &'static str,
}

macro_rules! stories {
    ($($path:literal)*) => {
        &[$(Shipped { path: $path, text: include_str!(concat!("../../../tests/stories/", $path)) }),*]
    };
}

/// Every story of the folder; the first of each IdP is told when no other is chosen.
pub const SHIPPED: &[Shipped] = stories! {
    "okta/a-whole-life.toml"

    "entra/a-whole-life.toml"
};

/// The shipped stories of an IdP, read.
///
/// Errors: [`Unreadable`]; a test of the spec suite sees to it that there are none.
pub fn shipped(idp: &str) -> Result<Vec<Story>, Unreadable> {
    let of_idp = |story: &&Shipped| story.path.split('/').next() == Some(idp);
    SHIPPED.iter().filter(of_idp).map(|story| prepared(story.path, story.text)).collect()
}
