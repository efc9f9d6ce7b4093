//! How a process is asked to stop, and what must not stop it.
use std::{io, time::Duration};

use tokio::signal::unix::{SignalKind, signal};

/// How long what has begun may take to end.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The number of SIGXFSZ on every system that we run on.
const FILE_TOO_LARGE: i32 = 25;

/// Waits for SIGTERM or SIGINT.
pub async fn asked() {
    match (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        (Err(error), _) | (_, Err(error)) => {
            log::error!("can't listen for signals: {error}");
            std::future::pending().await
        }
    }
}

/// A file that may not grow makes writes fail; left alone, the signal would end the process instead.
pub fn survive_full_files() -> io::Result<()> {
    // A signal that was listened for once never has its old effect again.
    signal(SignalKind::from_raw(FILE_TOO_LARGE)).map(drop)
}
