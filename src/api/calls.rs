//! How often programs call: counted at each call, settled with the other processes beside the calls.
use std::{convert::Infallible, time::Duration};

use tokio::time;

use crate::app::App;

/// So long a process may not know of what the others have counted.
const EVERY: Duration = Duration::from_millis(500);

/// Settles for as long as it is polled, and asks the database nothing while nobody calls.
pub async fn keep_settled(app: &App) -> Infallible {
    let mut was_settled = true;
    loop {
        if was_settled {
            app.calls.counted().await;
        }
        time::sleep(EVERY).await;
        was_settled = settle(app, was_settled).await;
    }
}

/// The last time, so that the limit outlives the process; nobody waits for it who wants to stop.
pub async fn settle_last(app: &App) {
    let _ = time::timeout(EVERY, settle(app, true)).await;
}

/// False when it failed; the log is told of the first time.
async fn settle(app: &App, was_settled: bool) -> bool {
    let settled = app.calls.settle(&app.db, app.clock.now()).await;
    if let Err(error) = &settled
        && was_settled
    {
        tracing::warn!(%error, "Calls of the API are counted in this process alone for now");
    }
    settled.is_ok()
}
