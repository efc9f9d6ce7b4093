//! Showing the short join link to somebody who passes it on.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};

use super::pages::ShortLinkPage;
use crate::{
    app::App,
    domain::interviews::short_link,
    mailing::message,
    web::{errors::Result, flash::Flash, preview::Preview, viewer::Recruiter},
};

/// POST /interviews/{id}/short-link: shows it, and the invitation's text with it. The history says who was shown it.
pub async fn create(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let (details, code) = short_link::show(&app.db, &app.keys, &actor, *id, now).await?;
    let Some(code) = code else {
        return viewer.see_other(
            &format!("/interviews/{id}"),
            Flash::problem(
                "There is no join link to show: this interview is not booked, or it is over.",
            ),
        );
    };
    let link = app.settings.base_url.join(&format!("/i/{code}"));
    let message = message::invitation(&app.composer, &details)?;
    let letter = Preview::composed(&app.composer, &message, &details.candidate.email, &link)?;
    viewer.page(&ShortLinkPage::new(&details, link, letter.into_text()))
}
