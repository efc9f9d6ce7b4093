//! What was read a moment ago.
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::Db;
use crate::error::Result;

/// What another process wrote is seen after this time at the latest.
const STALE: TimeDelta = TimeDelta::seconds(1);

/// Answers that pages ask for again and again, by key. One counts for as long as this process has
/// committed nothing since, and for a second at most.
#[derive(Debug)]
pub struct Recent<K, T>(Mutex<HashMap<K, Answer<T>>>);

#[derive(Clone, Debug)]
struct Answer<T> {
    value: T,
    commits: u64,
    at: DateTime<Utc>,
}

impl<K, T> Default for Recent<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, T: Clone> Recent<K, T> {
    /// The answer that counts, else the one that `read` gives.
    pub async fn get(
        &self,
        db: &Db,
        key: K,
        now: DateTime<Utc>,
        read: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // What is committed while it is read may not be in it.
        let Some(commits) = db.commits() else {
            return read.await;
        };
        let last = self.with(|answers| answers.get(&key).cloned());
        if let Some(last) = last.filter(|last| last.commits == commits && last.is_fresh(now)) {
            return Ok(last.value);
        }
        let value = read.await?;
        let answer = Answer {
            value: value.clone(),
            commits,
            at: now,
        };
        self.with(|answers| answers.insert(key, answer));
        Ok(value)
    }

    fn with<R>(&self, work: impl FnOnce(&mut HashMap<K, Answer<T>>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> Answer<T> {
    /// Clocks may be set back: what was read in the future does not count either.
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        self.at <= now && now - self.at < STALE
    }
}
