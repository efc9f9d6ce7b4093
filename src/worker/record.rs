//! The record of what came of an attempt.
use std::{sync::Arc, time::Duration};

use entity::email::Status;
use tokio::time;

use super::{Stop, batch_writer::BatchWriter};
use crate::{
    app::App,
    domain::delivery::{Claimed, Ended, Entry, Next, Recorded, Setback},
};

/// While the database is away, the outcome of an attempt is kept in mind, in seconds between tries.
const RECORD_PAUSES: [u64; 8] = [1, 2, 5, 10, 30, 60, 60, 60];

/// A message whose attempt is over, and not written down yet.
pub(super) struct Done {
    pub(super) claimed: Arc<Claimed>,
    pub(super) ended: Ended,
}

impl Done {
    /// Would the mail server take other messages, as far as this one can tell?
    pub(super) fn server_goes_on(&self) -> bool {
        !matches!(
            self.ended.next,
            Next::Retry(Setback::Server(_) | Setback::Limit(_)) | Next::Uncertain
        )
    }
}

/// Writes what came of an attempt; while the database is away, again and again.
pub(super) async fn record(app: &App, writer: &BatchWriter, done: Done, mut stop: Stop) {
    let Done { claimed, ended } = done;
    let id = claimed.email.id;
    let mut pauses = RECORD_PAUSES.into_iter();
    loop {
        let entry = Entry::End(Arc::clone(&claimed), Box::new(ended.clone()));
        let error = match writer.write(app, entry).await {
            Ok(Recorded::As(Status::Failed)) => {
                return tracing::warn!(
                    email.id = id,
                    "An email could not be delivered; its page says why"
                );
            }
            Ok(Recorded::As(_)) => return,
            Ok(Recorded::Stale) => {
                return tracing::warn!(
                    email.id = id,
                    "An email took so long that another worker took it over"
                );
            }
            Err(error) => error,
        };
        let Some(pause) = pauses.next().filter(|_| !stop.is_asked()) else {
            return tracing::error!(email.id = id, %error, "The outcome of an email can't be recorded");
        };
        tokio::select! {
            () = time::sleep(Duration::from_secs(pause)) => {}
            () = stop.asked() => {}
        }
    }
}
