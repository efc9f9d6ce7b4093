//! What one process knows of access tokens: the last one, and which renewals of its own go on.
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{runtime::Handle, sync::watch, task::JoinHandle, time};

use super::AccessToken;

/// The last token, so that not every message looks into the database, and the renewals that go on. A clone is the same.
#[derive(Clone, Debug)]
pub struct Held {
    last: Arc<Mutex<Option<AccessToken>>>,
    underway: Arc<watch::Sender<HashSet<String>>>,
    /// Of the process's main thread, which ends last.
    runtime: Option<Handle>,
}

impl Held {
    /// Nothing yet. Renewals go on where this is called, for as long as that goes on.
    pub fn here() -> Self {
        Self {
            last: Arc::default(),
            underway: Arc::new(watch::Sender::new(HashSet::new())),
            runtime: Handle::try_current().ok(),
        }
    }

    /// Waits until what issuers gave is stored, but no longer than this: a process that ends sooner may lose a sign-in.
    pub async fn settled(&self, longest: Duration) {
        let mut underway = self.underway.subscribe();
        let settled = underway.wait_for(HashSet::is_empty);
        let is_settled = time::timeout(longest, settled).await.is_ok();
        if !is_settled {
            tracing::error!("A new access token could not be stored before Greenroom stopped");
        }
    }

    pub(super) fn get(&self) -> Option<AccessToken> {
        self.last().clone()
    }

    pub(super) fn set(&self, token: &AccessToken) {
        *self.last() = Some(token.clone());
    }

    /// Does this process renew for these settings? Then what its database says of it is not all.
    pub(super) fn is_underway(&self, fingerprint: &str) -> bool {
        self.underway.borrow().contains(fingerprint)
    }

    /// Runs a renewal in a task of its own: whoever waits for it may stop waiting, and it goes on.
    pub(super) fn run<T: Send + 'static>(
        &self,
        fingerprint: &str,
        renewal: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.underway.send_modify(|underway| {
            underway.insert(fingerprint.to_owned());
        });
        let begun = Begun {
            held: self.clone(),
            fingerprint: fingerprint.to_owned(),
        };
        let renewal = async move {
            let _begun = begun;
            renewal.await
        };
        match &self.runtime {
            Some(runtime) => runtime.spawn(renewal),
            None => tokio::spawn(renewal),
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<AccessToken>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A renewal, until it has ended in whatever way.
struct Begun {
    held: Held,
    fingerprint: String,
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.held.underway.send_modify(|underway| {
            underway.remove(&self.fingerprint);
        });
    }
}
