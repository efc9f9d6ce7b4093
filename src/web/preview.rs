//! A mail as the candidate will read it, without the link that would let the reader in.
use entity::email::{self, Kind};
use serde::Serialize;

use crate::{
    app::App,
    domain::{interviews::Details, notifications},
    error::Result,
    mail::{LINK_PLACEHOLDER, compose::Composer, messages::Message},
    mailing::message,
};

/// Stands where the candidate's own link will be.
pub const LINK: &str = "(the candidate's personal join link goes here)";
/// What is told another way must not carry the link: whoever tells it could join.
const LINK_BY_MAIL: &str = "(your personal join link comes by email)";

/// The texts of a mail, for pages.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    to: String,
    subject: String,
    text: String,
}

impl Preview {
    /// Of the invitation to an interview as it stands.
    pub fn of(composer: &Composer, details: &Details) -> Result<Self> {
        let message = message::invitation(composer, details)?;
        Self::composed(composer, &message, &details.candidate.email, LINK)
    }

    /// Of a message that has not arrived, to be told another way.
    pub fn to_tell(composer: &Composer, email: &email::Model, details: &Details) -> Result<Self> {
        let message = message::message(composer, email, details)?;
        Self::composed(composer, &message, &details.candidate.email, LINK_BY_MAIL)
    }

    /// Of what would be told of a change that leaves the interview like this; none when nothing would be.
    pub async fn of_change(app: &App, kind: Kind, after: &Details) -> Result<Option<Self>> {
        if after.slot.is_none() || after.job.is_none() {
            return Ok(None);
        }
        let Some(news) = notifications::pending_change(app.db.read(), kind, after).await? else {
            return Ok(None);
        };
        let message = message::draft(&app.composer, news, after)?;
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

    /// The text alone.
    pub fn into_text(self) -> String {
        self.text
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
