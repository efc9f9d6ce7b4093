//! Candidates who moved their interview by themselves.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use serde::Serialize;

use crate::{
    app::App,
    domain::interviews::{
        self,
        moved::{self, Moved},
    },
    web::{errors::Result, flash::Flash, stamp::Stamp, viewer::Recruiter},
    zones::Tz,
};

/// POST /interviews/{id}/move: somebody saw it.
pub async fn update(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    interviews::find(app.db.read(), viewer.company_id, *id).await?;
    moved::see(&app.db, &actor, *id, now).await?;
    viewer.see_other("/alerts", Flash::done("Marked as seen."))
}

/// One of them.
#[derive(Clone, Debug, Serialize)]
pub struct MovedBy {
    id: i64,
    candidate: String,
    when: Stamp,
    moved: Option<Stamp>,
}

impl MovedBy {
    /// In the viewer's zone.
    pub fn new(moved: Moved, zone: Tz) -> Self {
        Self {
            id: moved.id,
            candidate: moved.candidate,
            when: Stamp::day_and_clock(moved.starts_at, zone),
            moved: moved.moved_at.map(|at| Stamp::day_and_clock(at, zone)),
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            id: 1,
            candidate: "Jane Roe".into(),
            when: Stamp::sample(),
            moved: Some(Stamp::sample()),
        }
    }
}
