//! Candidates who moved their interview by themselves.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use serde::Serialize;

use crate::{
    app::App,
    domain::interviews::{
        self,
        moved::{self, Moved},
    },
    web::{errors::Result, flash::Flash, forms::Ticket, stamp::Stamp, viewer::Recruiter},
    zones::Tz,
};

/// POST /interviews/{id}/move: somebody saw it, as their page showed it.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    seen: Form<Ticket>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    interviews::find(app.db.read(), viewer.company_id, *id).await?;
    let is_seen = match seen.version() {
        Some(revision) => moved::see(&app.db, &actor, (*id, revision), now).await?,
        None => false,
    };
    let flash = match is_seen {
        true => Flash::done("Marked as seen."),
        false => Flash::problem(
            "Nothing was marked: it was marked before, or the interview was moved again.",
        ),
    };
    viewer.see_other("/alerts", flash)
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct MovedBy {
    id: i64,
    revision: i32,
    candidate: String,
    when: Stamp,
    moved: Option<Stamp>,
}

impl MovedBy {
    /// In the viewer's zone.
    pub fn new(moved: Moved, zone: Tz) -> Self {
        Self {
            id: moved.id,
            revision: moved.revision,
            candidate: moved.candidate,
            when: Stamp::day_and_clock(moved.starts_at, zone),
            moved: moved.moved_at.map(|at| Stamp::day_and_clock(at, zone)),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            revision: 2,
            candidate: "Jane Roe".into(),
            when: Stamp::sample(),
            moved: Some(Stamp::sample()),
        }
    }
}
