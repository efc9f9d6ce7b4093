//! A mail as the candidate will read it, without the link that would let the reader in.
use serde::Serialize;

use crate::{
    domain::interviews::Details,
    error::Result,
    mail::{LINK_PLACEHOLDER, compose::Composer},
    notices,
};

/// The texts of a mail, for pages.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    to: String,
    subject: String,
    text: String,
}

impl Preview {
    /// Of the invitation to an interview as it stands; `link` stands where the personal link goes.
    pub fn of(composer: &Composer, details: &Details, link: &str) -> Result<Self> {
        let mail = composer.compose(&notices::invitation(details)?)?;
        Ok(Self {
            to: details.candidate.email.clone(),
            subject: mail.subject,
            text: mail.text.replace(LINK_PLACEHOLDER, link),
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            to: "john@example.com".into(),
            subject: "Interview Scheduled - Cloud Architect at Sample Company".into(),
            text: "Dear John Doe,".into(),
        }
    }
}
