//! Trying a message now.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::emails::{self, RetryNow},
    error,
    web::{
        errors::Result, flash::Flash, labels, mail_servers, respond::see_other, viewer::Recruiter,
    },
};

/// POST /emails/{id}/attempts: the next attempt is made at once instead of at its time.
pub async fn create(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let flash = match emails::retry_now(&app.db, &actor, *id, now).await? {
        RetryNow::Due => {
            app.wake.notify_one();
            due(&app).await?
        }
        RetryNow::TooEarly => Flash::problem("This email is sent at its set time, not before."),
        RetryNow::PutOff => Flash::problem(
            "This email can't be sent yet: its address has received as many emails this hour as the company settings allow. It is sent as soon as the limit allows, or when an admin raises the limit.",
        ),
        RetryNow::Underway => Flash::done("This email is being handed to a mail server right now."),
        RetryNow::Held => Flash::problem("This email is held back. Release it first."),
        RetryNow::Ended(status) => Flash::problem(format!(
            "This email is no longer waiting to be sent ({}).",
            labels::email_status(status)
        )),
    };
    viewer.flash(flash)?;
    Ok(see_other(&format!("/emails/{id}")))
}

async fn due(app: &App) -> error::Result<Flash> {
    let servers = mail_servers::in_force(app).await?;
    let is_left_alone = !servers.is_empty() && servers.iter().all(|server| server.is_open());
    Ok(Flash::done(match is_left_alone {
        true => AS_SOON_AS_IT_CAN,
        false => "Trying now. This page shows the result.",
    }))
}

const AS_SOON_AS_IT_CAN: &str = "The mail server hasn't accepted email lately. Greenroom tries it again now and sends this email as soon as the server accepts it.";
