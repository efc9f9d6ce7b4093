//! The email about corrected details as mail programs will show it, before anything is saved: alone in its frame.
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};
use entity::email::Kind;

use super::form::EditForm;
use crate::{
    app::App,
    domain::interviews,
    web::{errors::Result, mail_html, viewer::Recruiter},
};

/// GET /interviews/{id}/edit/html: of the correction that the address describes; nothing is written.
pub async fn show(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Query<EditForm>,
) -> Result<HttpResponse> {
    let details = interviews::details(app.db.read(), viewer.company_id, *id).await?;
    match super::draft(&details, &form) {
        Some(draft) => Ok(mail_html::change(&app, Kind::Updated, &draft).await?),
        None => Ok(mail_html::nothing("Correct the form to preview the email.")),
    }
}
