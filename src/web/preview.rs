//! A mail as the candidate will read it, without the link that would let the reader in.
use entity::email::Kind;
use serde::Serialize;

use crate::{
    app::App,
    domain::{interviews::Details, notifications},
    error::Result,
    mail::{LINK_PLACEHOLDER, compose::Composer, messages::Message},
    notices,
};

/// Stands where the candidate's own link will be.
pub const LINK: &str = "(here stands the candidate's personal link)";

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
        let message = notices::invitation(composer, details)?;
        Self::composed(composer, &message, &details.candidate.email, link)
    }

    /// Of what would be told of a change that leaves the interview like this; none when nothing would be.
    pub async fn of_change(app: &App, kind: Kind, after: &Details) -> Result<Option<Self>> {
        if after.slot.is_none() || after.job.is_none() {
            return Ok(None);
        }
        let Some(news) = notifications::news(app.db.read(), kind, after).await? else {
            return Ok(None);
        };
        let message = notices::draft(&app.composer, news, after)?;
        Self::composed(&app.composer, &message, &after.candidate.email, LINK).map(Some)
    }

    /// Of any message.
    pub fn composed(composer: &Composer, message: &Message, to: &str, link: &str) -> Result<Self> {
        let mail = composer.compose(message)?;
        Ok(Self {
            to: to.to_owned(),
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
