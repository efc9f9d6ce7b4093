//! Calling off a message that has not left.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::emails::{self, Cancelled},
    web::{errors::Result, render::Flash, respond::see_other, viewer::Recruiter},
    words,
};

/// POST /emails/{id}/cancellation: the message does not leave.
pub async fn create(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let flash = match emails::cancel(&app.db, &actor, *id, now).await? {
        Cancelled::Done => {
            // What waited behind it may leave now.
            app.wake.notify_one();
            Flash::done("It does not leave. Nothing else tells the candidate what it was to tell.")
        }
        Cancelled::Underway => Flash::problem(
            "It was not called off: a mail server is being asked to take it at this moment. Look again shortly.",
        ),
        Cancelled::Ended(status) => Flash::problem(format!(
            "It was not called off: it came to its end meanwhile ({}).",
            words::email_status(status)
        )),
    };
    viewer.flash(flash)?;
    Ok(see_other(&format!("/emails/{id}")))
}
