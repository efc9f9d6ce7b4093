//! Takes e-mails from the queue to the mail server.
mod attempt;
mod caught;
mod compose;
mod desk;
mod ledger;
mod letter;
mod outcome;
mod routes;
mod tell;
pub mod upkeep;

use std::time::Duration;

use actix_web::web::Data;
use tokio::sync::watch;

use self::{compose::compose_all, ledger::Ledger, routes::routes};
use crate::{app::App, domain::delivery, error::Result};

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
    let ledger = Ledger::default();
    let claimed = delivery::claim(&app.db, &routes(app), 1, app.clock.now()).await?;
    let turn = match claimed.is_empty() {
        true => Turn::Idle,
        false => Turn::Delivered,
    };
    for claimed in compose_all(app, &ledger, claimed, &stop).await {
        attempt::deliver(app, &ledger, claimed, stop.clone()).await;
    }
    Ok(turn)
}

/// Delivers until `stop` says true. Then nothing new is begun; what is before its last byte is given
/// back, and what is after it gets some time for the reply.
pub async fn run(app: Data<App>, stop: watch::Receiver<bool>) {
    run_with_patience(app, stop, PATIENCE).await;
}

/// The same, with another time for the last replies.
pub async fn run_with_patience(app: Data<App>, asked: watch::Receiver<bool>, patience: Duration) {
    let upkeep = tokio::task::spawn_local(upkeep::run(app.clone()));
    desk::run(app.clone(), Stop { asked, patience }).await;
    upkeep.abort();
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
