//! The email about a new time as mail programs will show it, before anything is moved: alone in its frame.
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use entity::email::Kind;

use super::form::RescheduleForm;
use crate::{
    app::App,
    domain::interviews,
    web::{errors::Result, mail_html, viewer::Recruiter},
};

/// GET /interviews/{id}/reschedule/html: of the move that the address describes; nothing is written.
pub async fn show(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Query<RescheduleForm>,
) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    let draft = super::draft(&app, &viewer, &details, &form).await?;
    let Some(draft) = draft else {
        return Ok(mail_html::nothing(
            "Choose a new time to preview the email.",
        ));
    };
    Ok(mail_html::change(&app, Kind::Rescheduled, &draft).await?)
}
