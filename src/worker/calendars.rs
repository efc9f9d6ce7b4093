//! Reads users' own calendars when they are due.
use std::time::Duration;

use actix_web::web::Data;
use tokio::time;

use super::catch_panic::catch_panic;
use crate::{app::App, calendars};

/// How often it is looked which are.
const EVERY: Duration = Duration::from_secs(60);

/// Does it for as long as it is polled.
pub async fn run(app: Data<App>) {
    let mut rounds = time::interval(EVERY);
    rounds.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        // As long as there are any: each is due again in ten minutes.
        loop {
            match catch_panic(calendars::read_due(&app)).await {
                Ok(Ok(0)) => break,
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "Users' own calendars can't be read; retrying in a minute");
                    break;
                }
                Err(panic) => {
                    tracing::error!(panic, "Reading users' own calendars ended early");
                    break;
                }
            }
        }
    }
}
