//! Telling a candidate another way.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use serde::Deserialize;

use crate::{
    app::App,
    domain::told_by_phone,
    web::{
        errors::Result, flash::Flash, respond::see_other, return_path::safe_path, viewer::Recruiter,
    },
};

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TellingForm {
    next: String,
}

/// POST /emails/{id}/telling: notes that the candidate was told by phone.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<TellingForm>,
) -> Result<HttpResponse> {
    told_by_phone::create(&app.db, &viewer.actor(), *id, app.clock.now()).await?;
    viewer.flash(Flash::done("Marked as told by phone."))?;
    Ok(see_other(safe_path(&form.next)))
}

/// POST /emails/{id}/telling/withdrawal: the candidate was not told after all.
pub async fn destroy(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    told_by_phone::destroy(&app.db, &viewer.actor(), *id, app.clock.now()).await?;
    viewer.flash(Flash::done("No longer marked as told by phone."))?;
    Ok(see_other(&format!("/emails/{id}")))
}
