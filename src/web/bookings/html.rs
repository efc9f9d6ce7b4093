//! The invitation as mail programs will show it, before anybody is booked: alone in its frame.
use actix_web::{
    HttpResponse,
    web::{Data, Path, Query},
};

use super::form::BookingForm;
use crate::{
    app::App,
    domain::slots,
    mailing::message,
    web::{errors::Result, mail_html, viewer::Recruiter},
};

/// GET /slots/{id}/booking/html: of the booking that the address describes; nothing is written.
pub async fn show(
    app: Data<App>,
    viewer: Recruiter,
    slot_id: Path<i64>,
    form: Query<BookingForm>,
) -> Result<HttpResponse> {
    let draft = super::draft(&app, &viewer, *slot_id, &form).await?;
    let Some(draft) = draft else {
        slots::find(app.db.read(), viewer.company_id, *slot_id).await?;
        return Ok(mail_html::nothing(
            "Choose a candidate to preview the email.",
        ));
    };
    let message = message::invitation(&app.composer, &draft)?;
    Ok(mail_html::draft(&app, &message, &draft.company).await?)
}
