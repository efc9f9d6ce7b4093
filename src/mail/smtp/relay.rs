//! A mail server that is spoken to again and again: connections are kept for the next message.
use std::sync::{Mutex, PoisonError};

use super::{Client, Connection, Envelope, Report};
use crate::secret::Secret;

/// A mail server and the open connections to it. A connection is out of here while a message uses it,
/// so one whose message was cancelled is gone with it.
pub struct Relay {
    client: Client,
    idle: Mutex<Vec<Connection>>,
    keeps: bool,
}

impl Relay {
    /// Connects at the first message.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            idle: Mutex::default(),
            keeps: true,
        }
    }

    /// One connection for each message: where connections are counted, an idle one takes another's place.
    pub fn without_idle_connections(self) -> Self {
        Self {
            keeps: false,
            ..self
        }
    }

    /// The server by name.
    pub fn host(&self) -> &str {
        self.client.host()
    }

    /// Hands over one message, on a kept connection or a new one; see [`Connection::send`]. A new one logs in with
    /// `token`, if the login is one with access tokens.
    pub async fn send(
        &self,
        envelope: &Envelope<'_>,
        message: &[u8],
        token: Option<&Secret>,
        before_dot: impl AsyncFnOnce() -> bool,
    ) -> Report {
        let connection = match self.kept().await {
            Some(connection) => connection,
            None => match self.client.connect(token).await {
                Ok(connection) => connection,
                Err(report) => return *report,
            },
        };
        let (report, connection) = connection.send(envelope, message, before_dot).await;
        match connection {
            Some(connection) if !self.keeps => connection.quit().await,
            connection => self.idle().extend(connection),
        }
        report
    }

    /// Closes the connections that nobody has used for a while.
    pub async fn close_stale(&self) {
        let stale: Vec<_> = self.idle().extract_if(.., |kept| kept.is_stale()).collect();
        for connection in stale {
            connection.quit().await;
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        let all: Vec<_> = self.idle().drain(..).collect();
        for connection in all {
            connection.quit().await;
        }
    }

    async fn kept(&self) -> Option<Connection> {
        loop {
            let connection = self.idle().pop()?;
            if let Some(connection) = connection.refresh().await {
                return Some(connection);
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
