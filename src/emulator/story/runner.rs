//! Tells a story: does its steps on a tenant, one after the other, and stops at the first broken expectation.

use std::time::Duration;

use serde_json::{Map, Value};

use super::format::{Step, Story};
use super::tenant::{Act, Misuse, Tenant, Verb};
use crate::emulator::faults::Plan;
use crate::emulator::transcript::{Exchange, Outcome};

/// What stands in names that must be new in every run.
pub const MARK: &str = "{mark}";

/// What the runner does itself, whoever the tenant is.
pub const OWN_VERBS: &[Verb] = &[
    Verb {
        name: "advance",
        who: false,
        takes: &["days", "hours", "minutes", "seconds"],
        says: "Lets virtual time pass; whatever falls due happens.",
        fact: "",
    },
    Verb {
        name: "fault",
        who: false,
        takes: &[
            "kind",
            "nth",
            "times",
            "on",
            "arrives",
            "status",
            "body",
            "content_type",
            "retry_after",
            "seconds",
            "ms",
            "bytes",
            "to",
            "copies",
        ],
        says: "Plans a fault for a later request; kind = \"none\" forgets all plans.",
        fact: "",
    },
    Verb { name: "check", who: false, takes: &[], says: "Does nothing; then says what must hold.", fact: "" },
    Verb {
        name: "reset",
        who: false,
        takes: &[],
        says: "The fake forgets everything; the people of the story are put in anew.",
        fact: "",
    },
];

/// What happens while a story is told.
#[derive(Debug)]
pub enum Scene<'a> {
    /// A story begins, in this mode.
    Begins(&'a Story, &'a str),
    /// A step begins.
    Step(&'a Step),
    /// A request was answered.
    Exchange(&'a Exchange),
    /// A step is over; what it came to, and what broke if something did.
    Done(&'a Step, &'a Outcome, Option<&'a str>),
    /// A story is over.
    Ends(&'a Told),
}

/// A story that was told.
#[derive(Debug, Clone)]
pub struct Told {
    /// Its file.
    pub file: String,
    /// Its title.
    pub title: String,
    /// Whose story.
    pub idp: String,
    /// In which mode or dialect.
    pub mode: String,
    /// The steps that were done, in order.
    pub steps: Vec<ToldStep>,
    /// What broke it; nothing when all held.
    pub broken: Option<Break>,
    /// Real time it took.
    pub took: Duration,
}

/// One step that was done.
#[derive(Debug, Clone)]
pub struct ToldStep {
    /// The step.
    pub step: Step,
    /// What it came to.
    pub outcome: Outcome,
}

/// A broken expectation.
#[derive(Debug, Clone)]
pub struct Break {
    /// The line of the step.
    pub line: usize,
    /// The step in words.
    pub step: String,
    /// What was expected, and what was there.
    pub why: String,
    /// The exchange that broke it, when one did.
    pub exchange: Option<Box<Exchange>>,
}

impl Told {
    /// Whether every expectation held.
    pub fn passed(&self) -> bool {
        self.broken.is_none()
    }

    /// Every exchange, in order.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.steps.iter().flat_map(|told| &told.outcome.exchanges)
    }

    /// The outcome of the last step that used `verb`, for tests that look closer.
    pub fn last_of(&self, verb: &str) -> Option<&Outcome> {
        self.steps.iter().rev().find(|told| told.step.verb == verb).map(|told| &told.outcome)
    }
}

/// Whether the tenant could do every step, before any is done.
///
/// Errors: the step and what is wrong with it.
pub fn check<T: Tenant>(story: &Story) -> Result<(), (&Step, Misuse)> {
    let verbs: Vec<Verb> = OWN_VERBS.iter().chain(T::VERBS).copied().collect();
    for step in &story.steps {
        let act = act_of(step, "");
        act.checked(&verbs).map_err(|misuse| (step, misuse))?;
        match step.verb.as_str() {
            "fault" => drop(Plan::read(&act.with).map_err(|why| (step, act.wrong(why)))?),
            "advance" => drop(time_of(&act).map_err(|misuse| (step, misuse))?),
            _ => {}
        }
    }
    Ok(())
}

/// Tells a story on a tenant that is as at its start. `mark` makes names new: it stands where the story has
/// `{mark}`. `show` sees every scene as it happens; [`Scene::Ends`] is left to the caller.
pub async fn tell<T: Tenant>(
    story: &Story,
    mode: &str,
    mark: &str,
    tenant: &mut T,
    show: &mut dyn FnMut(Scene<'_>),
) -> Told {
    let started = std::time::Instant::now();
    let mut told = Told {
        file: story.file.clone(),
        title: story.title.clone(),
        idp: story.idp.clone(),
        mode: mode.to_owned(),
        steps: Vec::new(),
        broken: None,
        took: Duration::ZERO,
    };
    show(Scene::Begins(story, mode));
    if let Err(misuse) = put_people(story, mark, tenant) {
        let line = story.steps.first().map_or(1, |step| step.line);
        told.broken =
            Some(Break { line, step: "[people]".to_owned(), why: misuse.to_string(), exchange: None });
        return told;
    }
    for step in &story.steps {
        show(Scene::Step(step));
        let (outcome, broken) = match act(story, step, mark, tenant).await {
            Ok(outcome) => {
                let broken = marked_expectation(step, mark).broken(&outcome, || tenant.state());
                (outcome, broken)
            }
            Err(misuse) => (Outcome::default(), Some(misuse.to_string())),
        };
        for exchange in &outcome.exchanges {
            show(Scene::Exchange(exchange));
        }
        show(Scene::Done(step, &outcome, broken.as_deref()));
        if let Some(why) = broken {
            let exchange = culprit(&outcome).cloned().map(Box::new);
            told.broken = Some(Break { line: step.line, step: step.words(), why, exchange });
        }
        told.steps.push(ToldStep { step: step.clone(), outcome });
        if told.broken.is_some() {
            break;
        }
    }
    told.took = started.elapsed();
    told
}

fn put_people<T: Tenant>(story: &Story, mark: &str, tenant: &mut T) -> Result<(), Misuse> {
    story.people.iter().try_for_each(|(key, profile)| tenant.put_person(key, &marked_table(profile, mark)))
}

async fn act<T: Tenant>(story: &Story, step: &Step, mark: &str, tenant: &mut T) -> Result<Outcome, Misuse> {
    let act = act_of(step, mark);
    match step.verb.as_str() {
        "advance" => Ok(tenant.advance(time_of(&act)?).await),
        "fault" => {
            let plan = Plan::read(&act.with).map_err(|why| act.wrong(why))?;
            tenant.wire().faults.follow(plan);
            Ok(Outcome::default())
        }
        "check" => Ok(Outcome::default()),
        "reset" => {
            tenant.reset();
            put_people(story, mark, tenant)?;
            Ok(Outcome::default())
        }
        _ => tenant.act(&act).await,
    }
}

/// The exchange to show when a step broke: the worst one, else the last.
fn culprit(outcome: &Outcome) -> Option<&Exchange> {
    use crate::emulator::transcript::Verdict;
    let first = |is: fn(&Verdict) -> bool| outcome.exchanges.iter().find(|exchange| is(&exchange.verdict));
    first(|verdict| matches!(verdict, Verdict::Wrong { .. }))
        .or_else(|| first(|verdict| matches!(verdict, Verdict::Refused { .. })))
        .or(outcome.last())
}

/// How much time an `advance` asks for.
///
/// Errors: [`Misuse`], when it asks for none, or for something that is no whole number.
pub fn time_of(act: &Act) -> Result<Duration, Misuse> {
    let mut seconds = 0u64;
    for (name, each) in [("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1)] {
        seconds = seconds.saturating_add(act.number(name)?.unwrap_or(0).saturating_mul(each));
    }
    if seconds == 0 {
        return Err(act.wrong("say how long, for example with = { hours = 1 }"));
    }
    Ok(Duration::from_secs(seconds))
}

fn act_of(step: &Step, mark: &str) -> Act {
    Act { verb: step.verb.clone(), who: step.who.clone(), with: marked_table(&step.with, mark) }
}

fn marked_expectation(step: &Step, mark: &str) -> super::expect::Expected {
    let mut then = step.then.clone();
    then.user = then.user.as_ref().map(|user| marked(user, mark));
    then.sent = then.sent.as_ref().map(|sent| marked(sent, mark));
    then.detail = then.detail.map(|text| text.replace(MARK, mark));
    then.note = then.note.map(|text| text.replace(MARK, mark));
    then.state = then.state.iter().map(|(at, value)| (at.replace(MARK, mark), marked(value, mark))).collect();
    then
}

fn marked_table(table: &Map<String, Value>, mark: &str) -> Map<String, Value> {
    table.iter().map(|(name, value)| (name.replace(MARK, mark), marked(value, mark))).collect()
}

fn marked(value: &Value, mark: &str) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace(MARK, mark)),
        Value::Array(items) => items.iter().map(|item| marked(item, mark)).collect(),
        Value::Object(table) => Value::Object(marked_table(table, mark)),
        other => other.clone(),
    }
}
