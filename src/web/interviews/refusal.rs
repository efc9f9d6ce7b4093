//! Why a change of an interview was not made, for the page whose form comes back.
use chrono::{DateTime, Utc};
use entity::interview::Status;
use serde::Serialize;

use super::{
    Reader,
    history::{self, Step},
};
use crate::{
    app::App,
    domain::{
        actions,
        interviews::{Details, join_window::Moment},
    },
    error::Result,
    web::viewer::Viewer,
};

/// What `interviews/_refusal.html` shows.
#[derive(Debug, Serialize)]
pub struct Refusal {
    text: String,
    /// The interview that stands in the way; empty when there is none.
    href: String,
    /// What was done meanwhile.
    events: Vec<Step>,
    /// Nothing of the kind can be done any more.
    is_final: bool,
}

impl Refusal {
    /// Somebody changed it after it was seen in this version: what they did.
    pub async fn changed(
        app: &App,
        viewer: &Viewer,
        details: &Details,
        seen: Option<i32>,
    ) -> Result<Self> {
        let reader = Reader::of(app, viewer);
        let row = &details.interview;
        let actions = actions::history(&app.db, row.company_id, "interview", row.id).await?;
        let over = Self::of_what_is_over(details, reader.now);
        let text = match &over {
            Some(over) => over.text.clone(),
            None => "This interview was changed while you had it open.".into(),
        };
        Ok(Self {
            events: history::since(actions, seen.unwrap_or_default(), &reader),
            is_final: over.is_some(),
            ..Self::because(text)
        })
    }

    /// The same of how it ended, which can be changed as long as it took place.
    pub async fn changed_end(
        app: &App,
        viewer: &Viewer,
        details: &Details,
        seen: Option<i32>,
    ) -> Result<Self> {
        let changed = Self::changed(app, viewer, details, seen).await?;
        Ok(match details.takes_place() {
            true => Self {
                text: "This interview was changed while you had it open.".into(),
                is_final: false,
                ..changed
            },
            false => changed,
        })
    }

    /// There is no time that could be changed; none when there is.
    pub fn of_what_is_over(details: &Details, now: DateTime<Utc>) -> Option<Self> {
        let is_over = details
            .join_window()
            .is_some_and(|window| window.at(now) == Moment::Over);
        let text = match details.interview.status {
            Status::Unscheduled => "This interview is not booked yet.",
            Status::Cancelled => "This interview is cancelled.",
            Status::Completed => "This interview is over and marked as completed.",
            Status::NoShow => "This interview is over and marked as a no-show.",
            Status::Scheduled if is_over => "This interview is over.",
            Status::Scheduled => return None,
        };
        Some(Self {
            is_final: true,
            ..Self::because(text)
        })
    }

    /// Somebody else has the slot.
    pub fn taken(by: &Details) -> Self {
        let whose = by.recruiter.as_ref();
        let whose = whose.map_or(String::new(), |user| format!(", booked by {}", user.name));
        Self {
            href: format!("/interviews/{}", by.interview.id),
            ..Self::because(format!(
                "{} already has that slot{whose}.",
                by.candidate.name
            ))
        }
    }

    /// For a reason that one sentence tells.
    pub fn because(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: String::new(),
            events: Vec::new(),
            is_final: false,
        }
    }

    /// For such a reason, and nothing of the kind can be done.
    pub fn at_last(text: impl Into<String>) -> Self {
        Self {
            is_final: true,
            ..Self::because(text)
        }
    }

    /// Is there nothing left to change?
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            href: "/interviews/1".into(),
            events: vec![Step::sample()],
            ..Self::because("This interview was changed while you had it open.")
        }
    }
}
