//! Group commit: what several messages have to write at one moment is written in one transaction, because each
//! costs a wait for the disk.
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::{
    app::App,
    domain::{
        delivery::{self, Entry, Recorded},
        mail_servers::BreakerChange,
    },
    error::{Error, Result},
};

/// Whoever comes while others write waits, and is then written together with all who wait.
#[derive(Default)]
pub(super) struct BatchWriter {
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
}

struct Waiting {
    entry: Entry,
    told: oneshot::Sender<Result<Recorded>>,
}

impl BatchWriter {
    /// Writes an entry; when this answers, it is on the disk.
    pub(super) async fn write(&self, app: &App, entry: Entry) -> Result<Recorded> {
        let (told, mut answer) = oneshot::channel();
        self.waiting().push(Waiting { entry, told });
        let turn = self.turn.lock().await;
        // Whoever had the turn before may have written it already.
        if let Ok(done) = answer.try_recv() {
            return done;
        }
        let all = std::mem::take(&mut *self.waiting());
        write_all(app, all).await;
        drop(turn);
        answer
            .await
            .unwrap_or_else(|_| Err(Error::System("an entry was not written".into())))
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write_all(app: &App, all: Vec<Waiting>) {
    let (entries, told): (Vec<_>, Vec<_>) = all
        .into_iter()
        .map(|waiting| (waiting.entry, waiting.told))
        .unzip();
    let answers = match write(app, &entries).await {
        Ok(recorded) => recorded.into_iter().map(Ok).collect(),
        Err(error) if entries.len() == 1 => vec![Err(error)],
        Err(error @ Error::Unavailable(_)) => {
            let away = |_| Err(Error::System(error.to_string()));
            entries.iter().map(away).collect()
        }
        // One entry that the database refuses must not keep the others from being written.
        Err(_) => one_by_one(app, &entries).await,
    };
    for (told, answer) in told.into_iter().zip(answers) {
        // Whoever is gone needs no answer.
        let _: Result<(), _> = told.send(answer);
    }
}

async fn one_by_one(app: &App, entries: &[Entry]) -> Vec<Result<Recorded>> {
    let mut answers = Vec::with_capacity(entries.len());
    for entry in entries {
        let written = write(app, std::slice::from_ref(entry)).await;
        answers.push(written.map(|mut recorded| recorded.pop().unwrap_or(Recorded::Stale)));
    }
    answers
}

async fn write(app: &App, entries: &[Entry]) -> Result<Vec<Recorded>> {
    let written = delivery::write(&app.db, entries, app.clock.now()).await?;
    for change in written.breaker_changes {
        match change {
            BreakerChange::Opened(row) => tracing::warn!(
                server = row.host,
                "A mail server doesn't accept email; circuit breaker open, retrying from time to time: {}",
                row.reason
            ),
            BreakerChange::Closed(row) => {
                tracing::info!(server = row.host, "A mail server accepts email again")
            }
        }
    }
    Ok(written.recorded)
}
