//! A message of which something cannot be read.
use serde::Serialize;

use crate::web::page::Page;

/// What is known of it, and what to do.
#[derive(Serialize)]
pub struct UnreadablePage {
    id: i64,
    /// None where nobody can read which.
    interview_id: Option<i64>,
    /// Why it stands where it stands; may be empty.
    reason: String,
}

impl UnreadablePage {
    /// Of a message of the viewer's company.
    pub fn new(id: i64, interview_id: Option<i64>, reason: String) -> Self {
        Self {
            id,
            interview_id,
            reason,
        }
    }
}

impl Page for UnreadablePage {
    const TEMPLATE: &'static str = "emails/unreadable.html";

    fn title(&self) -> String {
        format!("Email {}", self.id)
    }

    fn sample() -> Self {
        Self::new(5, Some(1), "Greenroom can't read it.".into())
    }
}
