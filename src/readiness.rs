//! Whether this process can serve: the schema is ours, and what is written is kept.
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;

use crate::{
    db::{self, Db},
    error::{Error, Result},
};

/// A proof costs a wait for the disk: in between, the last one counts.
const PROVE_EVERY: TimeDelta = TimeDelta::seconds(3);

/// What a look at the database came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It can be read and written.
    Ready,
    /// It has the schema of another version.
    OtherSchema,
    /// It cannot be used, and why.
    Unusable(&'static str),
}

/// Remembers the last proof.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<(DateTime<Utc>, Verdict)>>);

impl Readiness {
    /// Looks, unless trouble was found a moment ago, and writes if the last proof is older than a few seconds. One caller does, others wait for it.
    pub async fn check(&self, db: &Db, now: DateTime<Utc>) -> Verdict {
        let mut last = self.0.lock().await;
        let is_recent = |at: DateTime<Utc>| (TimeDelta::zero()..PROVE_EVERY).contains(&(now - at));
        let recent = last
            .filter(|(at, _)| is_recent(*at))
            .map(|(_, verdict)| verdict);
        // While the database is silent each look takes seconds, and all callers wait for it.
        if let Some(verdict @ Verdict::Unusable(_)) = recent {
            return verdict;
        }
        let verdict = match (db::is_migrated(db).await, recent) {
            (Ok(false), _) => return Verdict::OtherSchema,
            (Ok(true), Some(verdict)) => return verdict,
            (Ok(true), None) => judge(db::prove_writable(db).await),
            (Err(error), _) => unusable(&error),
        };
        let before = last.replace((now, verdict)).map(|(_, before)| before);
        if verdict == Verdict::Ready && before.is_some_and(|before| before != Verdict::Ready) {
            tracing::info!("The database can be written again");
        }
        verdict
    }
}

fn judge(proof: Result<()>) -> Verdict {
    match proof {
        Ok(()) => Verdict::Ready,
        Err(error) => unusable(&error),
    }
}

fn unusable(error: &Error) -> Verdict {
    tracing::error!(%error, "The database can't be used; /ready reports it");
    Verdict::Unusable(match error {
        Error::Unavailable(error) | Error::Db(error) => db::reason(error),
        _ => "it does not keep what is written",
    })
}
