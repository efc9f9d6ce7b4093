//! Letting a message go that was held back.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::suppressions::{self, Released},
    web::{errors::Result, flash::Flash, respond::see_other, viewer::Recruiter},
};

/// POST /emails/{id}/release: sends it after all. A second press finds nothing held.
pub async fn create(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let flash = match suppressions::release(&app.db, &actor, *id, now).await? {
        Released::Queued => {
            app.wake.notify_one();
            Flash::done(
                "Released. The email is sent when it is due, and this address gets emails again.",
            )
        }
        Released::NotHeld => Flash::problem("This email is no longer held back."),
        Released::TooLate => Flash::problem("Nothing was sent: this email has expired."),
    };
    viewer.flash(flash)?;
    Ok(see_other(&format!("/emails/{}", *id)))
}
