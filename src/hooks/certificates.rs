//! Certificates that posts are signed with, each fetched once.
use std::sync::{Arc, Mutex, PoisonError};

use crate::http_client::{Failure, HttpClient, HttpsUrl};

/// Amazon has one a region, and replaces it once a year.
const MOST: usize = 8;

/// Those that have verified a post.
#[derive(Debug, Default)]
pub struct Certificates(Mutex<Vec<(HttpsUrl, Arc<[u8]>)>>);

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum Missing {
    #[error(transparent)]
    Unreachable(#[from] Failure),
    #[error("the server answered {0}")]
    Refused(u16),
}

impl Certificates {
    /// What is at this address, as PEM.
    pub(super) async fn of(&self, http: &HttpClient, url: &HttpsUrl) -> Result<Arc<[u8]>, Missing> {
        if let Some(known) = self.known(url) {
            return Ok(known);
        }
        let answer = http.get(url).await?;
        match answer.status {
            200 => Ok(answer.body.into()),
            status => Err(Missing::Refused(status)),
        }
    }

    /// Keeps one that has verified a post: anything else is asked for again. The oldest makes room.
    pub fn keep(&self, url: HttpsUrl, certificate: Arc<[u8]>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.iter().any(|(known, _)| *known == url) {
            return;
        }
        if all.len() >= MOST {
            all.remove(0);
        }
        all.push((url, certificate));
    }

    fn known(&self, url: &HttpsUrl) -> Option<Arc<[u8]>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().find(|(known, _)| known == url);
        found.map(|(_, certificate)| Arc::clone(certificate))
    }
}
