//! What Okta and Entra ID say differently.
//!
//! A directory is registered with its flavour, so nothing here guesses from a URL or a User-Agent. A dialect
//! turns what its IdP sends into canonical SCIM JSON on the way in and shapes answers on the way out. It
//! translates and nothing else: no reading or writing, no state, no decision about seats, and no refusal.
//! What it does not recognise it hands on unchanged, and the `scim` room judges it.
//!
//! The rooms below know only canonical SCIM; the names of the two IdPs live here. Translating twice is
//! translating once.
//!
//! | File | Holds |
//! |---|---|
//! | `dialect.rs` | [`Flavour`] and the questions every dialect answers |
//! | `okta.rs`, `entra.rs` | the two dialects, each with one test per quirk of its fact sheet |
//! | `issuer.rs` | the tokens an IdP signs itself: issuer, audience, where its keys are |
//! | `unsupported.rs` | the IdPs we refuse by name, and why |
//! | `note.rs` | what the provisioning log says about a translation |
//! | `words.rs` | the vocabulary of the IdPs' own logs |
//! | `spelling.rs` | attribute paths: odd URNs, short paths, booleans in filters |
//! | `value.rs`, `role.rs`, `manager.rs` | booleans as text, wrapped values, JSON in strings, managers |
//! | `patch.rs` | the operations of a PATCH |
//!
//! May import: `scim`, for the schemas: how an attribute holds its values is said there, once. Never: any
//! other room.

mod dialect;
mod entra;
mod issuer;
mod manager;
mod note;
mod okta;
mod patch;
mod role;
mod spelling;
mod unsupported;
mod value;
mod words;

pub use dialect::{BearerForm, Flavour, IdLabels, Pause};
pub use entra::soft_deleted_name;
pub use issuer::TenantIssuer;
pub use note::{Note, Read, Translated};
pub use unsupported::Unsupported;
pub use words::Act;
