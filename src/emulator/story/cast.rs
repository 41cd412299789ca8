//! Which fake tells which story, in which mode.

use std::str::FromStr;

use super::format::{Story, Unreadable};
use super::runner::{self, Scene, Told};
use super::tenant::list;
use crate::emulator::wire::Error;
use crate::emulator::{entra, okta};

/// The server a story is told against, and how the fake presents itself there.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Base URL, such as `http://127.0.0.1:8080/scim/v2`.
    pub target: String,
    /// The token, or whatever `auth` makes of it.
    pub token: String,
    /// How Okta presents it.
    pub auth: okta::Authorization,
    /// Whether Entra provisions each person on demand, instead of in cycles.
    pub on_demand: bool,
}

impl Credential {
    /// A bearer token, as both IdPs send it.
    pub fn bearer(target: &str, token: &str) -> Self {
        Self {
            target: target.to_owned(),
            token: token.to_owned(),
            auth: okta::Authorization::Bearer,
            on_demand: false,
        }
    }
}

/// The modes or dialects in which a story is told: those it names, or all its IdP has.
pub fn modes(story: &Story) -> Vec<String> {
    if story.modes.is_empty() {
        known_modes(&story.idp).into_iter().map(str::to_owned).collect()
    } else {
        story.modes.clone()
    }
}

fn known_modes(idp: &str) -> Vec<&'static str> {
    match idp {
        "okta" => okta::Mode::ALL.iter().map(|mode| mode.word()).collect(),
        _ => entra::Dialect::ALL.iter().map(|dialect| dialect.word()).collect(),
    }
}

/// Reads a story and makes sure that its fake can do every step of it.
///
/// Errors: [`Unreadable`], with the line and what to write.
pub fn prepared(file: &str, text: &str) -> Result<Story, Unreadable> {
    let story = Story::read(file, text)?;
    let known = known_modes(&story.idp);
    if let Some(odd) = story.modes.iter().find(|mode| !known.contains(&mode.as_str())) {
        let line = 1 + text.lines().position(|line| line.trim_start().starts_with("modes")).unwrap_or(0);
        let why = format!("there is no {} mode \"{odd}\"; known are {}", story.idp, list(known));
        return Err(Unreadable { file: file.to_owned(), line, why });
    }
    let checked = match story.idp.as_str() {
        "okta" => runner::check::<okta::Org>(&story),
        _ => runner::check::<entra::Tenant>(&story),
    };
    let refused = checked.err().map(|(step, misuse)| story.unreadable(step, misuse.to_string()));
    match refused {
        Some(unreadable) => Err(unreadable),
        None => Ok(story),
    }
}

/// Tells a story in one mode, from the beginning, against `subject`; names of people carry `mark`.
///
/// Errors: [`Error`], when target, token or mode cannot be used.
pub async fn tell_in(
    story: &Story,
    mode: &str,
    mark: &str,
    subject: &Credential,
    show: &mut dyn FnMut(Scene<'_>),
) -> Result<Told, Error> {
    let Credential { target, token, auth, on_demand } = subject;
    let told = match story.idp.as_str() {
        "okta" => {
            let mut org = okta::Org::new(target, token, okta::Mode::from_str(mode)?, *auth)?;
            runner::tell(story, mode, mark, &mut org, show).await
        }
        _ => {
            let mut tenant = entra::Tenant::new(target, token, entra::Dialect::from_str(mode)?, *on_demand)?;
            runner::tell(story, mode, mark, &mut tenant, show).await
        }
    };
    show(Scene::Ends(&told));
    Ok(told)
}
