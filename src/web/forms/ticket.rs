//! The hidden fields of forms: which sending of a form it is, and which version of a row its page showed.
use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::FormErrors;
use crate::{
    crypto,
    domain::{
        idempotency_keys::IdempotencyKey,
        versions::{NEWEST, Target},
    },
    text::Refusal,
};

/// Beside a form whose idempotency key stands for something else already.
pub const SENT_BEFORE: Refusal =
    "You already sent this form with different content. Check it and send it again.";

/// Beside a form that does not say which version it shows: what it would overwrite is not known.
pub const NO_VERSION: Refusal =
    "Nothing was saved because this page is out of date. Reload it and make your changes again.";

/// What the component `ticket` hides in a form, flattened into its struct; by itself the form of a button.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Ticket {
    /// One-time; empty where a second sending does no harm.
    key: String,
    /// As the page showed it; empty for what is new.
    version: String,
}

impl Ticket {
    /// With a fresh idempotency key.
    pub fn fresh() -> Self {
        Self::default().with_new_key()
    }

    /// Of a form that came with this key.
    pub fn of_key(key: String) -> Self {
        Self {
            key,
            version: String::new(),
        }
    }

    /// Of a form that shows a row in this version.
    pub fn of_version(version: impl Display) -> Self {
        Self {
            key: String::new(),
            version: version.to_string(),
        }
    }

    /// The same with a fresh idempotency key.
    pub fn with_new_key(self) -> Self {
        Self {
            key: crypto::random_id(),
            ..self
        }
    }

    /// From now on about the row in this version.
    pub fn show(&mut self, version: i32) {
        self.version = version.to_string();
    }

    /// The same with a key that a test knows.
    #[cfg(test)]
    pub fn with_key(self, key: &str) -> Self {
        Self {
            key: key.into(),
            ..self
        }
    }

    /// Does it say nothing?
    pub fn is_blank(&self) -> bool {
        self.key.is_empty() && self.version.is_empty()
    }

    /// The version; none for what is no version.
    pub fn version(&self) -> Option<i32> {
        let version = self.version.trim().parse().ok();
        version.filter(|version| (0..=NEWEST).contains(version))
    }

    /// The version as it came.
    pub fn typed_version(&self) -> &str {
        &self.version
    }

    /// The row that the form is meant for; none when it does not say in which version.
    pub fn target(&self, id: i64) -> Option<Target> {
        let (version, idempotency_key) = (self.version()?, None);
        Some(Target {
            id,
            version,
            idempotency_key,
        })
    }

    /// The idempotency key, if it can be one that we put there.
    pub fn key(&self) -> Option<&str> {
        let key = self.key.trim();
        let is_key =
            (1..=64).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        is_key.then_some(key)
    }

    /// The idempotency key for all that the form asks for, which is `request`; without a key the form is carried out
    /// as often as it comes.
    pub fn idempotency_key(
        &self,
        scope: &'static str,
        request: &impl Serialize,
    ) -> Option<IdempotencyKey> {
        let request = serde_json::to_string(request).ok()?;
        Some(IdempotencyKey::new(scope, self.key()?, &request))
    }

    /// The key stands for something else: the form gets a new one, and says why.
    pub fn sent_before(&mut self) -> FormErrors {
        self.key = crypto::random_id();
        FormErrors::one("form", SENT_BEFORE)
    }
}

impl FormErrors {
    /// The version of the row that a form shows; without one the form as a whole is refused.
    pub fn version(&mut self, ticket: &Ticket) -> Option<i32> {
        self.check("form", ticket.version().ok_or(NO_VERSION))
    }

    /// The row that a form is meant for; without its version the form as a whole is refused.
    pub fn target(&mut self, ticket: &Ticket, id: i64) -> Option<Target> {
        self.check("form", ticket.target(id).ok_or(NO_VERSION))
    }
}
