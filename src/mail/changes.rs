//! What is different from what was told before, line by line.
use entity::email::InterviewSnapshot;
use sea_orm::ActiveEnum;

use super::{
    language::{INTERVIEWER, Language},
    messages::Message,
    values::{Medium, Values},
};
use crate::error::Result;

/// One difference, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is that changed: `Duration`.
    pub label: String,
    /// How it was, where that can be said in a line.
    pub was: Option<String>,
    /// How it is, or what to do about it.
    pub is: String,
}

/// The differences that a message tells of, the greatest first.
pub fn of(
    message: &Message,
    language: &Language,
    values: &Values,
    medium: Medium,
) -> Result<Vec<Change>> {
    let Some(comparison) = Comparison::of(message, language, values, medium) else {
        return Ok(Vec::new());
    };
    let before = comparison.before;
    // Taken apart, so that a fact whose change is not told is named here.
    let InterviewSnapshot {
        starts_at,
        duration_minutes,
        interview_type,
        place,
        notes,
        link_version,
        // A cancellation lists no changes.
        is_cancelled: _,
        // Why it moved, not that it did.
        former_offset_minutes: _,
    } = &message.snapshot;
    let mut changes = Vec::new();
    if before.starts_at != *starts_at {
        changes.push(comparison.both("date_and_time", |it| Ok(comparison.start(it)))?);
    }
    if before.duration_minutes != *duration_minutes {
        changes.push(comparison.both("duration", |it| language.minutes(it.duration_minutes))?);
    }
    if before.interview_type != *interview_type {
        changes.push(comparison.both("interview_type", |it| comparison.interview_type(it))?);
    }
    if before.notes != *notes {
        let is = match notes.is_empty() {
            true => "no_longer",
            false => "new_below",
        };
        changes.push(comparison.noted("notes", is)?);
    }
    if before.place != *place {
        let is = match (&message.interviewer, place) {
            (Some(_), None) => "no_longer",
            (Some(_), Some(_)) => "new_below",
            (None, _) => "elsewhere",
        };
        changes.push(comparison.noted("meeting_place", is)?);
    }
    // Where it is the news itself it is told already.
    if before.link_version != *link_version && !message.kind.is_about_the_link() {
        changes.push(comparison.noted("join_link", "link_is_new")?);
    }
    Ok(changes)
}

/// How an interview was and is, and in which words that is said.
struct Comparison<'a> {
    message: &'a Message,
    before: &'a InterviewSnapshot,
    language: &'a Language,
    values: &'a Values,
    medium: Medium,
}

impl<'a> Comparison<'a> {
    /// None where a message compares nothing.
    fn of(
        message: &'a Message,
        language: &'a Language,
        values: &'a Values,
        medium: Medium,
    ) -> Option<Self> {
        if message.kind.has_last_word() {
            return None;
        }
        Some(Self {
            message,
            before: message.before.as_ref()?,
            language,
            values,
            medium,
        })
    }

    /// A difference that can be said in a line: how it was, and how it is.
    fn both(
        &self,
        label: &str,
        say: impl Fn(&InterviewSnapshot) -> Result<String>,
    ) -> Result<Change> {
        Ok(Change {
            label: self.word(label)?,
            was: Some(self.values.text(&say(self.before)?, self.medium)),
            is: self.values.text(&say(&self.message.snapshot)?, self.medium),
        })
    }

    /// A difference of which only that it is there is said.
    fn noted(&self, label: &str, is: &str) -> Result<Change> {
        Ok(Change {
            label: self.word(label)?,
            was: None,
            is: self.word(is)?,
        })
    }

    fn word(&self, name: &str) -> Result<String> {
        let own = self.message.interviewer.as_ref();
        let own = own.and_then(|_| self.language.phrase(INTERVIEWER, name).ok());
        let phrase = own.map_or_else(|| self.language.phrase("mail", name), Ok)?;
        Ok(self.values.fill(phrase, self.medium))
    }

    fn start(&self, snapshot: &InterviewSnapshot) -> String {
        match self.message.former_offset() {
            Some(offset) if snapshot.starts_at == self.before.starts_at => {
                self.language.moment_by(snapshot.starts_at, offset)
            }
            _ => self.language.moment(snapshot.starts_at, self.message.zone),
        }
    }

    fn interview_type(&self, snapshot: &InterviewSnapshot) -> Result<String> {
        let name = snapshot.interview_type.to_value();
        let words = self.language.phrase("interview_types", &name)?;
        Ok(self.values.fill(words, Medium::Plain))
    }
}
