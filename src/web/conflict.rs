//! A change that came too late: what is stored beside what was typed, field by field.
use serde::Serialize;

use super::{choices::Choice, stamp::Stamp, viewer::Viewer};
use crate::{
    app::App,
    domain::{
        actions::{self, Entry},
        events::Verb,
    },
    error::Result,
};

/// What the component `conflict` shows.
#[derive(Debug, Serialize)]
pub struct Conflict {
    /// What was changed meanwhile.
    what: &'static str,
    /// By whom and when, as far as the audit log knows.
    events: Vec<Edit>,
    /// Where they differ.
    differences: Vec<Difference>,
    /// What was not done, and what to do about it.
    advice: &'static str,
    /// The page that shows what is stored; empty where that is this page.
    stored_form: String,
}

/// Where everything typed is still in the form.
const SAVE_AGAIN: &str = "Your changes are not saved. They are still in the form below. Check them and save again to replace the saved version.";
/// Where a button was pressed.
const PRESS_AGAIN: &str = "Nothing was done. Check the page below, then try again.";

#[derive(Debug, Serialize)]
struct Edit {
    text: String,
    at: Stamp,
}

/// A field in which what is stored is not what was typed.
#[derive(Debug, Serialize)]
pub struct Difference {
    label: &'static str,
    stored: String,
    typed: String,
    /// Whether the stored value is new; empty when that is not known.
    note: &'static str,
}

/// The thing that was changed meanwhile.
pub struct Thing<'a> {
    /// As a sentence calls it: `candidate`.
    pub what: &'static str,
    /// As the audit log calls it.
    pub object: (&'static str, i64),
    /// Is a line of the log about it? Several things are logged under their company.
    pub is_about: &'a dyn Fn(&Entry) -> bool,
    /// The page that shows the form as it is stored.
    pub form: String,
}

impl Thing<'_> {
    /// A row that the audit log tells about under its own name.
    pub fn new(what: &'static str, id: i64, form: impl Into<String>) -> Self {
        Self {
            what,
            object: (what, id),
            is_about: &|_| true,
            form: form.into(),
        }
    }
}

/// The fields of a form as a person reads them, in the order of the page.
#[derive(Clone, Debug, Default)]
pub struct Reading(Vec<(&'static str, &'static str, String)>);

impl Reading {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A field with its label and what stands in it.
    pub fn text(mut self, name: &'static str, label: &'static str, text: &str) -> Self {
        self.0.push((name, label, text.to_owned()));
        self
    }

    /// A field that was chosen: as the choice is called.
    pub fn choice(
        self,
        name: &'static str,
        label: &'static str,
        value: &str,
        choices: &[Choice],
    ) -> Self {
        let chosen = choices.iter().find(|choice| choice.value == value);
        let text = chosen.map_or(value, |choice| choice.label.as_str());
        self.text(name, label, text)
    }

    fn label_of(&self, name: &str) -> Option<&'static str> {
        let found = self.0.iter().find(|(known, ..)| *known == name);
        found.map(|(_, label, _)| *label)
    }
}

impl Conflict {
    /// Of what is stored, and was `seen` in an older version, with what was typed.
    pub async fn new(
        app: &App,
        viewer: &Viewer,
        thing: &Thing<'_>,
        seen: i32,
        (stored, typed): (Reading, Reading),
    ) -> Result<Self> {
        let (object_type, id) = thing.object;
        let lines = actions::history(&app.db, viewer.company_id, object_type, id).await?;
        let about = |line: &Entry| (thing.is_about)(line);
        let later = since(lines.into_iter().filter(about).collect(), seen);
        let events = later.iter().map(|line| Edit::new(line, &stored, viewer));
        Ok(Self {
            what: thing.what,
            events: events.collect(),
            differences: differences(&later, stored, typed),
            advice: SAVE_AGAIN,
            stored_form: thing.form.clone(),
        })
    }

    /// The same where nothing was typed: a button was pressed on a page that was out of date.
    pub async fn of_a_button(
        app: &App,
        viewer: &Viewer,
        thing: &Thing<'_>,
        seen: i32,
    ) -> Result<Self> {
        Ok(Self {
            advice: PRESS_AGAIN,
            stored_form: String::new(),
            ..Self::new(app, viewer, thing, seen, Default::default()).await?
        })
    }

    /// The same of a thing that has no versions but is replaced as a whole: the log's newest line tells of it.
    pub async fn of_the_newest(app: &App, viewer: &Viewer, thing: &Thing<'_>) -> Result<Self> {
        let (object_type, id) = thing.object;
        let lines = actions::history(&app.db, viewer.company_id, object_type, id).await?;
        let newest = lines.iter().rfind(|line| (thing.is_about)(line));
        let event = |line| Edit::new(line, &Reading::new(), viewer);
        Ok(Self {
            what: thing.what,
            events: newest.map(event).into_iter().collect(),
            differences: Vec::new(),
            advice: PRESS_AGAIN,
            stored_form: String::new(),
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            what: "candidate",
            events: vec![Edit {
                text: "Email changed by Ada Admin".into(),
                at: Stamp::sample(),
            }],
            differences: vec![Difference::sample()],
            advice: SAVE_AGAIN,
            stored_form: "/candidates/1/edit".into(),
        }
    }
}

impl Difference {
    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            label: "Email",
            stored: "john@example.com".into(),
            typed: "jon@example.com".into(),
            note: "Changed since you opened it",
        }
    }
}

impl Edit {
    fn new(line: &Entry, fields: &Reading, viewer: &Viewer) -> Self {
        let changed = line.changed();
        let changed = changed.iter();
        let labels: Vec<&str> = changed.filter_map(|name| fields.label_of(name)).collect();
        let what = match labels.is_empty() {
            true => words_for(line).to_owned(),
            false => format!("{} changed", labels.join(", ")),
        };
        let by = match &line.by {
            Some(_) if line.action.user_id == Some(viewer.user_id) => "you",
            Some(name) => name,
            None => "Greenroom",
        };
        Self {
            text: format!("{what} by {by}"),
            at: Stamp::day_and_clock(line.action.at, viewer.zone()),
        }
    }
}

/// The fields that differ, told by the lines of the log since the form was filled. What the log does not
/// tell of is not guessed at.
pub fn differences(since: &[Entry], stored: Reading, typed: Reading) -> Vec<Difference> {
    let changed: Vec<String> = since.iter().flat_map(Entry::changed).collect();
    let both = stored.0.into_iter().zip(typed.0);
    both.filter(|((.., stored), (.., typed))| stored != typed)
        .map(|((name, label, stored), (.., typed))| Difference {
            label,
            stored,
            typed,
            note: match changed.iter().any(|it| it == name) {
                true => "Changed since you opened it",
                false if since.is_empty() => "",
                false => "Not changed since you opened it",
            },
        })
        .collect()
}

/// The lines that led to a version after the one that was seen.
pub fn since(lines: Vec<Entry>, seen: i32) -> Vec<Entry> {
    let is_later = |line: &Entry| line.version().is_some_and(|version| version > seen);
    lines.into_iter().filter(is_later).collect()
}

/// What a line tells of that names no fields.
fn words_for(line: &Entry) -> &'static str {
    match line.verb() {
        Some(Verb::LogoChosen) => "Replaced",
        Some(Verb::LogoRemoved) => "Removed",
        Some(Verb::MailTextsReset) => "Reset to default",
        Some(Verb::SlotMoved) => "Moved",
        Some(Verb::UserDisabled) => "Disabled",
        Some(Verb::UserEnabled) => "Enabled",
        Some(Verb::PasswordChanged | Verb::PasswordReset) => "Password changed",
        // True of all others: those that name the fields, those that change no version, and what a newer version wrote.
        _ => "Changed",
    }
}
