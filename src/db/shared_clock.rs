//! The clock that all processes on one database go by where they depend on each other.
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, Statement};

use super::Db;
use crate::{
    clock::Clock,
    error::{Error, Result},
};

/// Between two questions the time passes by this machine's monotonic clock, which nobody can set.
const ASKED_EVERY: Duration = Duration::from_secs(2);

/// What the server said, and when.
type Asked = (DateTime<Utc>, Instant);

#[derive(Clone, Debug)]
pub(super) enum SharedClock {
    /// The process's own: the machine's clock is the database's.
    Own,
    /// The server's, and when it was asked last.
    Server(Arc<Mutex<Option<Asked>>>),
    /// One that a test holds.
    Held(Clock),
}

impl SharedClock {
    pub(super) fn server() -> Self {
        Self::Server(Arc::default())
    }
}

impl Db {
    /// The time by the clock that all processes on this database share; `own` is what this one's says. Leases, pacing
    /// and limits go by it, so that a machine whose clock is wrong takes nothing from the others.
    pub async fn shared_now(&self, own: DateTime<Utc>) -> Result<DateTime<Utc>> {
        let last = match &self.clock {
            SharedClock::Own => return Ok(own),
            SharedClock::Held(clock) => return Ok(clock.now()),
            SharedClock::Server(last) => last,
        };
        let known = *last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((then, asked)) = known
            && asked.elapsed() < ASKED_EVERY
            && let Ok(since) = TimeDelta::from_std(asked.elapsed())
        {
            return Ok((then + since).trunc_subsecs(6));
        }
        let now = server_now(self.read()).await?;
        // Not when it was asked: the wait for a connection would put all that follows ahead of the server.
        let asked = Instant::now();
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, asked));
        Ok(now)
    }

    /// The same database by another clock, for tests: the process's own, or one that they hold.
    pub fn with_clock(self, held: Option<Clock>) -> Self {
        Self {
            clock: held.map_or(SharedClock::Own, SharedClock::Held),
            ..self
        }
    }
}

async fn server_now(db: &impl ConnectionTrait) -> Result<DateTime<Utc>> {
    let asked = Statement::from_string(
        db.get_database_backend(),
        "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT) AS micros",
    );
    let row = db.query_one_raw(asked).await?;
    let micros = match row {
        Some(row) => row.try_get("", "micros")?,
        None => return Err(Error::System("PostgreSQL does not tell the time".into())),
    };
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| Error::System("PostgreSQL tells an impossible time".into()))
}
