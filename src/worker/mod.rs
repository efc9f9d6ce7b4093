//! Takes emails from the queue to the mail server.
mod attempt;
mod batch_writer;
pub mod bounces;
mod calendars;
mod catch_panic;
mod compose;
mod copies;
mod delivery_log;
mod dispatcher;
pub mod housekeeping;
mod logged_in;
mod outcome;
mod record;
mod relays;

use std::time::Duration;

use actix_web::web::Data;
use tokio::sync::watch;

use self::{batch_writer::BatchWriter, compose::compose_all, relays::routes};
use crate::{
    app::App,
    domain::{
        delivery::{self, Claimed},
        interviews::join_link::Ticket,
    },
    error::Result,
};

/// When the worker is to stop, a reply that may mean "taken" gets this long.
const PATIENCE: Duration = Duration::from_secs(25);

/// What a call of [`deliver_next`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// One message was tried; what came of it stands in its row.
    Delivered,
    /// Nothing is due.
    Idle,
}

/// Tries the next message that is due.
pub async fn deliver_next(app: &App) -> Result<Turn> {
    let (_go_on, asked) = watch::channel(false);
    let stop = Stop {
        asked,
        patience: PATIENCE,
    };
    let writer = BatchWriter::default();
    let claimed = delivery::claim(&app.db, &routes(app), 1, app.clock.now()).await?;
    copies::print_waiting(app).await;
    if claimed.is_empty() {
        return Ok(Turn::Idle);
    }
    for claimed in compose_all(app, &writer, claimed, &stop).await {
        let done = attempt::deliver(app, &writer, claimed, stop.clone()).await;
        record::record(app, &writer, done, stop.clone()).await;
    }
    Ok(Turn::Delivered)
}

/// Delivers until `stop` says true. Then nothing new is begun; what is before its last byte is given
/// back, and what is after it gets some time for the reply.
pub async fn run(app: Data<App>, stop: watch::Receiver<bool>) {
    run_with_patience(app, stop, PATIENCE).await;
}

/// The same, with another time for the last replies.
pub async fn run_with_patience(app: Data<App>, asked: watch::Receiver<bool>, patience: Duration) {
    let housekeeping = tokio::task::spawn_local(housekeeping::run(app.clone()));
    let bounces = tokio::task::spawn_local(bounces::run(app.clone()));
    let calendars = tokio::task::spawn_local(calendars::run(app.clone()));
    let stop = Stop { asked, patience };
    dispatcher::run(app.clone(), stop).await;
    housekeeping.abort();
    bounces.abort();
    calendars.abort();
    for relay in app.mailer.relays() {
        relay.close().await;
    }
}

/// How a worker is asked to stop, and how long it may take.
#[derive(Clone)]
struct Stop {
    asked: watch::Receiver<bool>,
    patience: Duration,
}

impl Stop {
    async fn asked(&mut self) {
        // An error means that whoever could ask is gone: that is asking, too.
        let _ = self.asked.wait_for(|asked| *asked).await;
    }

    fn is_asked(&self) -> bool {
        *self.asked.borrow()
    }
}

fn join_link(app: &App, claimed: &Claimed) -> Result<String> {
    let Some(details) = &claimed.details else {
        // It leads to the page that says that a link is none.
        return Ok(app.settings.base_url.join("/interview/proof"));
    };
    if claimed.email.kind.is_for_interviewers() {
        // The candidate's link is none of theirs, and stands nowhere in their mails.
        return Ok(app.settings.base_url.join("/"));
    }
    let token = app.keys.token(&Ticket {
        public_id: &details.interview.public_id,
        link_version: claimed.email.link_version,
        revision: claimed.email.revision,
    })?;
    Ok(app.settings.base_url.join(&format!("/interview/{token}")))
}
