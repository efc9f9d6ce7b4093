//! The cancellation email as mail programs will show it, before anything is cancelled: alone in its frame.
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use entity::email::Kind;

use super::CancellationForm;
use crate::{
    app::App,
    domain::interviews,
    web::{errors::Result, mail_html, viewer::Recruiter},
};

/// GET /interviews/{id}/cancellation/html: of the cancellation that the address describes; nothing is written.
pub async fn show(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Query<CancellationForm>,
) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    match super::draft(&details, &form) {
        Some(draft) => Ok(mail_html::change(&app, Kind::Cancelled, &draft).await?),
        None => Ok(mail_html::nothing(
            "Correct the reason to preview the email.",
        )),
    }
}
