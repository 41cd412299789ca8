//! A story on standard output while it is told: a transcript for people, JSON lines for machines.

use std::io::{IsTerminal, Write as _};

use serde_json::{Value, json};

use super::expect::Came;
use super::format::{Step, Story};
use super::runner::{Scene, Told};
use crate::emulator::transcript::{Outcome, verdict_of};

/// Prints scenes. With `json` each line is one versioned document: `seatbridge/exchange/v1`,
/// `seatbridge/step/v1`, `seatbridge/story/v1`.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    json: bool,
    color: bool,
}

impl Printer {
    /// Lines for people, or JSON.
    pub fn new(json: bool) -> Self {
        Self { json, color: !json && std::io::stdout().is_terminal() }
    }

    /// Prints what just happened.
    pub fn show(&self, scene: &Scene<'_>) {
        let line = if self.json { machine_line(scene) } else { self.line(scene) };
        if let Some(line) = line {
            put(&line);
        }
    }

    /// Prints the end of several stories as one table; nothing for a single one, or with JSON.
    pub fn sum(&self, told: &[Told]) {
        if self.json || told.len() < 2 {
            return;
        }
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::UTF8_BORDERS_ONLY);
        table.set_header(vec!["story", "mode", "steps", "requests", ""]);
        for story in told {
            table.add_row(vec![
                story.file.clone(),
                story.mode.clone(),
                story.steps.len().to_string(),
                story.exchanges().count().to_string(),
                if story.passed() { "ok".to_owned() } else { "BROKEN".to_owned() },
            ]);
        }
        put(&table.to_string());
    }

    fn paint(&self, paint: &str, text: &str) -> String {
        if self.color { format!("\x1b[{paint}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn line(&self, scene: &Scene<'_>) -> Option<String> {
        match scene {
            Scene::Begins(story, mode) => Some(self.heading(story, mode)),
            Scene::Step(step) => Some(self.step(step)),
            Scene::Exchange(exchange) => Some(exchange.line(self.color)),
            Scene::Done(_, outcome, broken) => self.done(outcome, *broken),
            Scene::Ends(told) => Some(self.ending(told)),
        }
    }

    fn heading(&self, story: &Story, mode: &str) -> String {
        format!("{} {}", self.paint("1", &story.title), self.paint("2", &format!("[{mode}] {}", story.file)))
    }

    fn step(&self, step: &Step) -> String {
        let says = step.says.as_ref().map(|says| format!("{says} ")).unwrap_or_default();
        format!("\n{says}{}", self.paint("2", &format!("{}: {}", step.line, step.words())))
    }

    fn done(&self, outcome: &Outcome, broken: Option<&str>) -> Option<String> {
        let note = outcome.note.as_ref().map(|note| self.paint("2", &format!("        . {note}")));
        let broken = broken.map(|why| self.paint("31", &format!("BROKEN  {why}")));
        let lines: Vec<String> = note.into_iter().chain(broken).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    fn ending(&self, told: &Told) -> String {
        let figures = format!(
            "{} steps, {} requests, {} ms",
            told.steps.len(),
            told.exchanges().count(),
            told.took.as_millis()
        );
        match &told.broken {
            None => format!("\n{} {figures}\n", self.paint("32", "ok")),
            Some(broken) => {
                let place = format!("{}:{}: {}", told.file, broken.line, broken.step);
                let wire =
                    broken.exchange.as_ref().map(|exchange| format!("\n{}", exchange.line(self.color)));
                let why = &broken.why;
                let mark = self.paint("31", "BROKEN");
                format!("\n{mark} at {place}\n        {why}{}\n        {figures}\n", wire.unwrap_or_default())
            }
        }
    }
}

fn machine_line(scene: &Scene<'_>) -> Option<String> {
    let (noun, data) = match scene {
        Scene::Begins(..) | Scene::Step(_) => return None,
        Scene::Exchange(exchange) => ("exchange", json!(exchange)),
        Scene::Done(step, outcome, broken) => ("step", step_data(step, outcome, *broken)),
        Scene::Ends(told) => ("story", story_data(told)),
    };
    Some(json!({"schema": format!("seatbridge/{noun}/v1"), "data": data}).to_string())
}

fn step_data(step: &Step, outcome: &Outcome, broken: Option<&str>) -> Value {
    json!({
        "line": step.line, "do": step.verb, "who": step.who, "with": step.with, "says": step.says,
        "outcome": Came::of(outcome), "requests": outcome.exchanges.len(), "note": outcome.note,
        "broken": broken,
    })
}

fn story_data(told: &Told) -> Value {
    let exchanges: Vec<_> = told.exchanges().cloned().collect();
    let sum = verdict_of(&exchanges);
    let broken = told.broken.as_ref().map(|broken| {
        json!({"line": broken.line, "step": broken.step, "why": broken.why, "exchange": broken.exchange})
    });
    json!({
        "file": told.file, "title": told.title, "idp": told.idp, "mode": told.mode, "passed": told.passed(),
        "steps": told.steps.len(), "as_expected": sum.as_expected, "refused": sum.refused, "wrong": sum.wrong,
        "took_ms": u64::try_from(told.took.as_millis()).unwrap_or(u64::MAX), "broken": broken,
    })
}

/// A closed pipe is the reader's choice, not a failure of the story.
fn put(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
