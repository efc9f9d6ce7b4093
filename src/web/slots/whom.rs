//! Who is to be booked, carried from page to page until a slot is found.
use serde::{Deserialize, Serialize};

use crate::web::lists;

/// A candidate or an interview that waits for its time, if any.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Whom {
    /// A candidate who is to get a new interview.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub candidate: String,
    /// An interview that waits for its time.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub interview: String,
}

impl Whom {
    /// This candidate.
    pub fn candidate(id: i64) -> Self {
        Self {
            candidate: id.to_string(),
            ..Default::default()
        }
    }

    /// This interview.
    pub fn interview(id: i64) -> Self {
        Self {
            interview: id.to_string(),
            ..Default::default()
        }
    }

    /// Where their booking into a slot begins.
    pub fn booking_address(&self, slot_id: i64) -> String {
        lists::address(&format!("/slots/{slot_id}/booking"), self)
    }

    /// Where a slot is looked for.
    pub fn slots_address(&self) -> String {
        format!("{}&state=open", lists::address("/slots", self))
    }
}
