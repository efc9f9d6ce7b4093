//! That a recruiter or interviewer saw to a candidate who cannot get into the meeting.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::interviews::trouble,
    web::{bell, errors::Result, respond::see_other, viewer::SignedIn},
};

/// POST /interviews/{id}/trouble: the bell stops.
pub async fn update(app: Data<App>, viewer: SignedIn, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    trouble::handle(&app.db, &actor, bell::whose(&viewer), *id, now).await?;
    Ok(see_other("/"))
}
