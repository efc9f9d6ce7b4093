//! That a recruiter or interviewer came to an interview.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::interviews::attendance,
    web::{bell, errors::Result, respond::see_other, viewer::SignedIn},
};

/// POST /interviews/{id}/attendance: the bell stops.
pub async fn create(app: Data<App>, viewer: SignedIn, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    attendance::attend(&app.db, &actor, bell::whose(&viewer), *id, now).await?;
    Ok(see_other("/"))
}
