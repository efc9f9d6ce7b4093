//! What the delivery log is asked for.
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{emails::Filter, one_time_keys::Once, page::Cursor},
    web::{
        forms::{self, FormErrors},
        lists::At,
    },
};

/// Which messages to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    status: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    recipient: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    to: String,
}

impl Filters {
    /// Is the list narrowed at all?
    pub fn narrow(&self) -> bool {
        [
            &self.status,
            &self.kind,
            &self.recipient,
            &self.from,
            &self.to,
        ]
        .into_iter()
        .any(|typed| !typed.trim().is_empty())
    }

    /// What the list is asked for; the last day is part of it.
    pub fn parse(&self, zone: Tz, at: &At) -> Result<(Filter, Option<Cursor>), FormErrors> {
        let mut errors = FormErrors::new();
        let status = errors.optional(&self.status, |e, text| e.choice("status", text));
        let kind = errors.optional(&self.kind, |e, text| e.choice("kind", text));
        // Addresses are stored in lower case.
        let recipient = errors.optional(&self.recipient, |_, text| Some(text.to_lowercase()));
        let (from, until) = errors.days((&self.from, &self.to), zone);
        let cursor = at.cursor(&mut errors);
        let filter = Filter {
            status,
            kind,
            recipient,
            from,
            until,
            ..Default::default()
        };
        match errors.is_empty() {
            true => Ok((filter, cursor)),
            false => Err(errors),
        }
    }
}

/// The wish to send a message again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResendForm {
    key: String,
}

impl ResendForm {
    /// Its one-time key, for this message.
    pub fn once(&self, id: i64) -> Option<Once> {
        forms::once("resend", &self.key, &id)
    }
}
