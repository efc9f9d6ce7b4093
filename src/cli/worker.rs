//! `greenroom worker`: the delivery of mail alone.
use std::{process::ExitCode, time::Duration};

use actix_web::web::Data;
use anyhow::Result;
use tokio::{sync::watch, time};

use super::{stopping, terminal};
use crate::{app::App, settings::Settings, worker};

/// What an issuer of access tokens gave at the last moment gets so long to be stored.
pub const LONGEST_TO_SETTLE: Duration = Duration::from_secs(15);

/// Only send email; run as many workers as you like with PostgreSQL
#[derive(Debug, clap::Args)]
pub struct Worker {}

impl Worker {
    /// Carries the command out.
    pub async fn run(self, settings: Settings) -> Result<ExitCode> {
        let running = super::open(settings).await?;
        let app = &running.app;
        let (stop, stopped) = watch::channel(false);
        terminal::say("Greenroom is sending email");
        tokio::join!(deliver(app.clone(), stopped), async {
            stopping::asked().await;
            stop.send_replace(true);
        });
        app.held_token.settled(LONGEST_TO_SETTLE).await;
        app.db.clone().close().await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Delivers until told to stop, and then for as long as patience lasts: whatever is still under way then is taken up
/// by the next worker.
pub async fn deliver(app: Data<App>, stopped: watch::Receiver<bool>) {
    let mut told = stopped.clone();
    let impatient = async {
        // Whoever could tell is gone: that tells it, too.
        told.wait_for(|stop| *stop).await.ok();
        time::sleep(stopping::PATIENCE).await;
    };
    tokio::select! {
        () = worker::run(app, stopped) => {}
        () = impatient => log::warn!("An email is still being handed over; the next worker takes it up"),
    }
}
