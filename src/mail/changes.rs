//! What is different from what was told before, line by line.
use entity::email::{InterviewSnapshot, Kind};
use sea_orm::ActiveEnum;

use super::{
    language::Language,
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
    let Some(before) = message
        .before
        .as_ref()
        .filter(|_| !message.kind.has_last_word())
    else {
        return Ok(Vec::new());
    };
    let now = &message.facts;
    let word =
        |name: &str| -> Result<String> { Ok(values.fill(language.phrase("mail", name)?, medium)) };
    let compared =
        |label: &str, say: &dyn Fn(&InterviewSnapshot) -> Result<String>| -> Result<Change> {
            Ok(Change {
                label: word(label)?,
                was: Some(values.text(&say(before)?, medium)),
                is: values.text(&say(now)?, medium),
            })
        };
    let noted = |label: &str, is: &str| -> Result<Change> {
        Ok(Change {
            label: word(label)?,
            was: None,
            is: word(is)?,
        })
    };
    let mut changes = Vec::new();
    if before.starts_at != now.starts_at {
        let former = message.former_offset();
        changes.push(compared("date_and_time", &|facts| {
            Ok(match former {
                Some(offset) if facts.starts_at == before.starts_at => {
                    language.moment_by(facts.starts_at, offset)
                }
                _ => language.moment(facts.starts_at, message.zone),
            })
        })?);
    }
    if before.duration_minutes != now.duration_minutes {
        changes.push(compared("duration", &|facts| {
            language.minutes(facts.duration_minutes)
        })?);
    }
    if before.interview_type != now.interview_type {
        changes.push(compared("interview_type", &|facts| {
            let name = facts.interview_type.to_value();
            let words = language.phrase("interview_types", &name)?;
            Ok(values.fill(words, Medium::Plain))
        })?);
    }
    if before.notes != now.notes {
        let is = match now.notes.is_empty() {
            true => "no_longer",
            false => "new_below",
        };
        changes.push(noted("notes", is)?);
    }
    if before.place != now.place {
        changes.push(noted("meeting_place", "elsewhere")?);
    }
    // Where it is the news itself it is told already.
    if before.link_version != now.link_version && message.kind != Kind::LinkReplaced {
        changes.push(noted("join_link", "link_is_new")?);
    }
    Ok(changes)
}
