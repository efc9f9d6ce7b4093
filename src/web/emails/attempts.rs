//! Trying a message now.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use crate::{
    app::App,
    domain::emails::{self, Hurried},
    error,
    web::{errors::Result, mail_servers, render::Flash, respond::see_other, viewer::Recruiter},
    words,
};

/// POST /emails/{id}/attempts: the next attempt is made at once instead of at its time.
pub async fn create(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let flash = match emails::hurry(&app.db, &actor, *id, now).await? {
        Hurried::Due => {
            app.wake.notify_one();
            due(&app).await?
        }
        Hurried::TooEarly => Flash::problem("A reminder leaves at its hour and not before."),
        Hurried::PutOff => Flash::problem(
            "This email can't leave yet: its address has had as many emails within an hour as the company settings allow. It leaves as soon as the limit allows, or when an admin raises the limit.",
        ),
        Hurried::Underway => {
            Flash::done("A mail server is being asked at this moment: there is nothing to hurry.")
        }
        Hurried::Held => Flash::problem("It is kept back: it has to be released first."),
        Hurried::Ended(status) => Flash::problem(format!(
            "It is tried no more: it ended meanwhile ({}).",
            words::email_status(status)
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
        false => "It is tried at once; this page shows what comes of it.",
    }))
}

const AS_SOON_AS_IT_CAN: &str = "The mail server took nothing lately. It is tried at once; this message leaves as soon as the mail server takes mail.";
