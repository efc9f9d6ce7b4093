//! What is done every hour, beside the delivery of mail.
use std::time::Duration;

use actix_web::web::Data;
use tokio::time;

use crate::{
    app::App,
    db,
    domain::{
        delivery, known_devices, logos, one_time_keys, rate_limits, sessions, suppressions,
        unsent_forms, zone_changes,
    },
    error::Result,
};

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Keeps house for as long as it is polled.
pub async fn run(app: Data<App>) {
    let mut hours = time::interval(EVERY);
    loop {
        hours.tick().await;
        if let Err(error) = keep_house(&app).await {
            tracing::warn!(%error, "Upkeep was not finished; it is tried again in an hour");
        }
    }
}

/// Finds slots whose local time means another start, and removes what nobody can use any more.
pub async fn keep_house(app: &App) -> Result<()> {
    let now = app.clock.now();
    db::transaction(&app.db, async |txn| delivery::set_all_aside(txn, now).await).await?;
    db::transaction(&app.db, async |txn| {
        sessions::clear(txn, now).await?;
        known_devices::clear(txn, now).await?;
        unsent_forms::clear(txn, now).await?;
        rate_limits::clear(txn, now).await?;
        suppressions::clear(txn, now).await?;
        one_time_keys::purge(txn, now).await?;
        logos::clear(txn, now).await
    })
    .await?;
    zone_changes::check(&app.db, now).await
}
