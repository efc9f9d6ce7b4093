//! A limit that costs no write for each try: a process counts by itself, and settles with the others in batches.
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use entity::rate_limit;
use sea_orm::{ActiveValue::Set, EntityTrait};
use tokio::sync::Notify;

use super::{Limit, Turn, add_or_start_afresh, key, seconds_left};
use crate::{
    db::{self, Db},
    error::Result,
};

/// What a process has counted for one limit. Between two settlements processes do not know of each other's tries, so that
/// together they may let that many more through; one that dies takes no more than these with it.
#[derive(Debug)]
pub struct Tally {
    limit: Limit,
    counters: Mutex<BTreeMap<String, Counter>>,
    counted: Notify,
}

/// Of one key, in its latest window.
#[derive(Clone, Copy, Debug)]
struct Counter {
    /// By this process's clock.
    window_started_at: DateTime<Utc>,
    /// By all processes, as of the last settlement.
    settled: i32,
    /// By this one, on its way to the database.
    settling: i32,
    /// By this one since.
    unsettled: i32,
}

impl Counter {
    fn begun(now: DateTime<Utc>) -> Self {
        Self {
            window_started_at: now,
            settled: 0,
            settling: 0,
            unsettled: 0,
        }
    }

    fn count(&self) -> i32 {
        let own = self.settling.saturating_add(self.unsettled);
        self.settled.saturating_add(own)
    }
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(limit: Limit) -> Self {
        Self {
            limit,
            counters: Mutex::default(),
            counted: Notify::new(),
        }
    }

    /// Counts one try by `who` and says whether it may go on; a refused one does not count.
    pub fn take(&self, who: &str, now: DateTime<Utc>) -> Turn {
        let mut counters = self.lock();
        let counter = counters.entry(key(self.limit, who));
        let counter = counter.or_insert_with(|| Counter::begun(now));
        match seconds_left(self.limit, counter.window_started_at, now) {
            Some(seconds) if counter.count() >= self.limit.most => return Turn::Limited(seconds),
            Some(_) => {}
            None => *counter = Counter::begun(now),
        }
        counter.unsettled += 1;
        self.counted.notify_one();
        Turn::Allowed
    }

    /// Waits until something was counted.
    pub async fn counted(&self) {
        self.counted.notified().await;
    }

    /// Adds to the database what was counted since the last time, in one statement, and learns what all processes have
    /// counted there. When it fails nothing is forgotten: the next time adds it.
    pub async fn settle(&self, db: &Db, now: DateTime<Utc>) -> Result<()> {
        let shared_now = db.shared_now(now).await?;
        let batch = self.begin(now);
        if batch.is_empty() {
            return Ok(());
        }
        let rows = batch.iter().map(|(key, counter)| rate_limit::ActiveModel {
            key: Set(key.clone()),
            count: Set(counter.settling),
            window_started_at: Set(shared_now - (now - counter.window_started_at)),
        });
        let added = db::transaction(db, async |txn| -> Result<_> {
            Ok(rate_limit::Entity::insert_many(rows)
                .on_conflict(add_or_start_afresh(self.limit, shared_now))
                .exec_with_returning(txn)
                .await?)
        });
        match added.await {
            Ok(rows) => {
                self.end(&batch, &rows, |at| now - (shared_now - at));
                Ok(())
            }
            Err(error) => {
                self.take_back(&batch);
                Err(error)
            }
        }
    }

    /// What is to be settled, in the order of its keys: so no two processes wait for each other's rows crosswise.
    fn begin(&self, now: DateTime<Utc>) -> BTreeMap<String, Counter> {
        let mut counters = self.lock();
        counters.retain(|_, it| seconds_left(self.limit, it.window_started_at, now).is_some());
        let mut batch = BTreeMap::new();
        for (key, counter) in counters.iter_mut().filter(|(_, it)| it.unsettled > 0) {
            counter.settling = std::mem::take(&mut counter.unsettled);
            batch.insert(key.clone(), *counter);
        }
        batch
    }

    /// The rows say what all have counted, and since when; `own` is that instant by the clock of this process.
    fn end(
        &self,
        batch: &BTreeMap<String, Counter>,
        rows: &[rate_limit::Model],
        own: impl Fn(DateTime<Utc>) -> DateTime<Utc>,
    ) {
        let mut counters = self.lock();
        for row in rows {
            if let Some(counter) = settling(&mut counters, batch, &row.key) {
                counter.settling = 0;
                counter.settled = row.count;
                counter.window_started_at = own(row.window_started_at);
            }
        }
    }

    fn take_back(&self, batch: &BTreeMap<String, Counter>) {
        let mut counters = self.lock();
        for key in batch.keys() {
            if let Some(counter) = settling(&mut counters, batch, key) {
                counter.unsettled += std::mem::take(&mut counter.settling);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Counter>> {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counter that a batch was taken from, unless another window has begun since.
fn settling<'a>(
    counters: &'a mut BTreeMap<String, Counter>,
    batch: &BTreeMap<String, Counter>,
    key: &str,
) -> Option<&'a mut Counter> {
    let window = batch.get(key)?.window_started_at;
    let counter = counters.get_mut(key)?;
    (counter.window_started_at == window).then_some(counter)
}
