//! Takes e-mails from the queue to the mail server.
mod attempt;
pub mod bounces;
mod caught;
mod letter;
mod tell;
pub mod upkeep;

use std::time::Duration;

use actix_web::web::Data;
use tokio::{sync::watch, task::JoinSet, time};

use crate::{app::App, domain::delivery, error::Result};

/// So many messages are on their way at a time; mail servers want few connections.
const LANES: usize = 4;
/// How long a message may be overlooked that another process queued.
const ROUND: Duration = Duration::from_secs(5);
/// Even when something is due: it may wait behind another message to the same person.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);

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
    match delivery::claim(&app.db, 1, app.clock.now()).await?.pop() {
        Some(claimed) => {
            attempt::deliver(app, claimed, stop).await;
            Ok(Turn::Delivered)
        }
        None => Ok(Turn::Idle),
    }
}

/// Delivers until `stop` says true. Then nothing new is begun; what is before its last byte is given
/// back, and what is after it gets some time for the reply.
pub async fn run(app: Data<App>, stop: watch::Receiver<bool>) {
    run_with_patience(app, stop, PATIENCE).await;
}

/// The same, with another time for the last replies.
pub async fn run_with_patience(app: Data<App>, asked: watch::Receiver<bool>, patience: Duration) {
    let mut stop = Stop { asked, patience };
    let mut on_their_way = JoinSet::new();
    let upkeep = tokio::task::spawn_local(upkeep::run(app.clone()));
    let bounces = tokio::task::spawn_local(bounces::run(app.clone()));
    let mut is_away = false;
    loop {
        let free = LANES.saturating_sub(on_their_way.len());
        let claimed = delivery::claim(&app.db, free as u64, app.clock.now()).await;
        let pause = match claimed {
            Ok(claimed) => {
                is_away = false;
                for claimed in claimed {
                    let (app, stop) = (app.clone(), stop.clone());
                    on_their_way
                        .spawn_local(async move { attempt::deliver(&app, claimed, stop).await });
                }
                until_next_due(&app).await
            }
            Err(error) => {
                if !is_away {
                    tracing::error!(%error, "The queue of e-mails cannot be read; trying again until it can");
                }
                is_away = true;
                ROUND
            }
        };
        tokio::select! {
            // A lane that is free again may have something to do at once.
            Some(_) = on_their_way.join_next() => {}
            () = app.wake.notified(), if on_their_way.len() < LANES => {}
            () = time::sleep(pause), if on_their_way.len() < LANES => {}
            () = stop.asked() => break,
        }
        if let Some(relay) = &app.mailer.relay {
            relay.close_stale().await;
        }
    }
    upkeep.abort();
    bounces.abort();
    while on_their_way.join_next().await.is_some() {}
    if let Some(relay) = &app.mailer.relay {
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

async fn until_next_due(app: &App) -> Duration {
    let due = delivery::next_due(&app.db).await.ok().flatten();
    let pause = due.and_then(|due| (due - app.clock.now()).to_std().ok());
    match due {
        Some(_) => pause.unwrap_or_default().clamp(SHORTEST_PAUSE, ROUND),
        None => ROUND,
    }
}
