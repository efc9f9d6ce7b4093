//! Sending once more what was printed.
use actix_web::{
    HttpResponse,
    web::{Data, Form},
};

use crate::{
    app::App,
    crypto,
    domain::resendings,
    web::{errors::Result, forms::Ticket, render::Flash, viewer::Recruiter},
};

/// POST /alerts/resending: queues every printed message that still helps once more.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    ticket: Form<Ticket>,
) -> Result<HttpResponse> {
    let flash = if super::prints(&app) {
        Flash::problem("Nothing was sent: mail is still printed to the console here.")
    } else {
        let (actor, now) = (viewer.actor(), app.clock.now());
        let key = ticket.key().map_or_else(crypto::random_id, str::to_owned);
        let queued = resendings::create(&app.db, &actor, &key, now).await?;
        app.wake.notify_one();
        Flash::done(match queued {
            0 => "There was nothing left to send.".into(),
            1 => "1 message is on its way once more.".into(),
            many => format!("{many} messages are on their way once more."),
        })
    };
    viewer.see_other("/alerts", flash)
}
