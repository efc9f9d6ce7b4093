//! Candidates who cannot come, or not at that time.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Serialize;

use super::dial;
use crate::{
    app::App,
    domain::interviews::answer::{self, Open},
    web::{errors::Result, flash::Flash, labels, stamp::Stamp, viewer::Recruiter},
    zones::Tz,
};

/// POST /interviews/{id}/answer: somebody saw to it.
pub async fn update(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    answer::handle(&app.db, &actor, *id, now).await?;
    viewer.see_other("/alerts", Flash::done("Marked as handled."))
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct Answered {
    id: i64,
    candidate: String,
    job: Option<String>,
    /// When the interview would be; none while it waits for a time.
    when: Option<Stamp>,
    /// `Can't come`.
    answer: &'static str,
    tone: &'static str,
    answered: Option<Stamp>,
    reason: Option<&'static str>,
    words: String,
    /// As it was typed; may be empty.
    phone: String,
    /// The same for `tel:`.
    dial: String,
}

impl Answered {
    /// In the viewer's zone.
    pub fn new(open: Open, zone: Tz) -> Self {
        Self {
            id: open.id,
            candidate: open.candidate,
            job: open.job,
            when: open.starts_at.map(|at| Stamp::day_and_clock(at, zone)),
            answer: open.answer.map_or("", labels::answer),
            tone: open.answer.map_or("", labels::answer_tone),
            answered: open.answered_at.map(|at| Stamp::day_and_clock(at, zone)),
            reason: open.answer_reason.map(labels::answer_reason),
            words: open.answer_words,
            dial: dial(&open.phone),
            phone: open.phone,
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            candidate: "Jane Roe".into(),
            job: Some("Cloud Architect".into()),
            when: Some(Stamp::sample()),
            answer: "Can't come",
            tone: "bad",
            answered: Some(Stamp::sample()),
            reason: Some("Ill"),
            words: "I am sorry.".into(),
            phone: "+49 (30) 1234".into(),
            dial: "+49301234".into(),
        }
    }
}
