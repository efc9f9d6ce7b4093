//! What the candidate's pages say. The meeting's address is in one of them only.
mod accommodation;
mod answer;
mod check;
mod choose;
mod entry;
mod interview;
mod link_request;
mod lost;
mod times;
mod zone;

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::interview::Interview;
pub use self::{
    accommodation::AccommodationPage,
    answer::AnswerPage,
    check::CheckPage,
    choose::{ChoosePage, Said},
    entry::{EarlyPage, JoinedPage, OpenPage},
    link_request::{LinkForm, LinkPage},
    lost::{BlankPage, TooOftenPage, UnknownPage},
    zone::ZonePage,
};
use crate::{
    domain::interviews::{admission::Admission, join_window::Moment},
    error::Result,
    mail::language::Language,
    web::page::Page,
};

/// After the end.
#[derive(Serialize)]
pub struct OverPage {
    #[serde(skip)]
    title: String,
    /// Somebody has said so before the time was over.
    is_early: bool,
    #[serde(flatten)]
    interview: Interview,
}

impl OverPage {
    pub(super) fn new(
        admission: &Admission,
        language: &Language,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        Ok(Self {
            title: language.say("page_over", "heading", &[])?,
            is_early: admission.window.at(now) != Moment::Over,
            interview: Interview::of(admission, language)?,
        })
    }
}

impl Page for OverPage {
    const TEMPLATE: &'static str = "join/over.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "This interview is over".into(),
            is_early: true,
            interview: Interview::sample(),
        }
    }
}

/// Called off.
#[derive(Serialize)]
pub struct CancelledPage {
    #[serde(skip)]
    title: String,
    #[serde(flatten)]
    interview: Interview,
}

impl CancelledPage {
    pub(super) fn new(admission: &Admission, language: &Language) -> Result<Self> {
        Ok(Self {
            title: language.say("page_cancelled", "heading", &[])?,
            interview: Interview::of(admission, language)?,
        })
    }
}

impl Page for CancelledPage {
    const TEMPLATE: &'static str = "join/cancelled.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "This interview was cancelled".into(),
            interview: Interview::sample(),
        }
    }
}

/// Of the page that a token leads to.
pub(super) fn path(token: &str) -> String {
    format!("/interview/{token}")
}
