//! Sending once more what was printed.
use actix_web::{
    HttpResponse,
    web::{Data, Form},
};

use crate::{
    app::App,
    crypto,
    domain::resendings,
    web::{errors::Result, flash::Flash, forms::Ticket, viewer::Recruiter},
};

/// POST /alerts/resending: queues every printed message that still helps once more.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    ticket: Form<Ticket>,
) -> Result<HttpResponse> {
    let flash = if super::prints(&app) {
        Flash::problem(
            "Nothing was sent. Emails are still printed to the server's console; ask an admin to set up a mail server.",
        )
    } else {
        let (actor, now) = (viewer.actor(), app.clock.now());
        let key = ticket.key().map_or_else(crypto::random_id, str::to_owned);
        let queued = resendings::create(&app.db, &actor, &key, now).await?;
        app.wake.notify_one();
        Flash::done(match queued {
            0 => "There are no emails left to send.".into(),
            1 => "1 email is on its way.".into(),
            many => format!("{many} emails are on their way."),
        })
    };
    viewer.see_other("/alerts", flash)
}
