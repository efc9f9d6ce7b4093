//! A sentence that survives one redirect.
use serde::{Deserialize, Serialize};

/// What the next page has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub kind: FlashKind,
    /// The sentence.
    pub text: String,
}

/// How a flash is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlashKind {
    /// It is done.
    Done,
    /// It is not, or not wholly.
    Problem,
}

impl Flash {
    /// Says that something is done.
    pub fn done(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Done,
            text: text.into(),
        }
    }

    /// Says what went wrong.
    pub fn problem(text: impl Into<String>) -> Self {
        Self {
            kind: FlashKind::Problem,
            text: text.into(),
        }
    }
}
