//! Calling off a message that has not left.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::emails::{self, Cancelled},
    web::{errors::Result, flash::Flash, labels, respond::see_other, viewer::Recruiter},
};

/// POST /emails/{id}/cancellation: the message does not leave.
pub async fn create(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let flash = match emails::cancel(&app.db, &actor, *id, now).await? {
        Cancelled::Done => {
            // What waited behind it may leave now.
            app.wake.notify_one();
            Flash::done("Cancelled. The candidate will not be told about this change.")
        }
        Cancelled::Underway => Flash::problem(
            "Not cancelled: the email is being handed to a mail server right now. Check again in a moment.",
        ),
        Cancelled::Ended(status) => Flash::problem(format!(
            "Not cancelled: the email was no longer waiting to be sent ({}).",
            labels::email_status(status)
        )),
    };
    viewer.flash(flash)?;
    Ok(see_other(&format!("/emails/{id}")))
}
