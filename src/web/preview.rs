//! A mail as the candidate will read it, without the link that would let the reader in.
use entity::email::{self, Kind};
use serde::Serialize;

use crate::{
    app::App,
    domain::{interviews::Details, notifications},
    error::Result,
    mail::{LINK_PLACEHOLDER, compose::Composer, messages::Message},
    mailing::message,
    web::lists,
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
    /// Where it is shown as mail programs do; none where nothing shows it.
    html: Option<String>,
}

/// As long as an address may be that every proxy passes on.
const LONGEST_ADDRESS: usize = 6000;

/// The address of a mail that was not written yet, which says all that the mail depends on; none where it is too long.
pub fn address(path: &str, letter: &impl Serialize) -> Option<String> {
    let address = lists::address(path, letter);
    (address.len() <= LONGEST_ADDRESS).then_some(address)
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

    /// The same of one to an interviewer.
    pub fn to_tell_interviewer(app: &App, email: &email::Model, details: &Details) -> Result<Self> {
        let composer = &app.composer;
        let page = app.settings.base_url.join(&message::own_page(details));
        // Where they live is not looked up for it: the text says of which zone it speaks.
        let message = message::to_interviewer(composer, email, details, (None, page))?;
        Self::composed(composer, &message, &email.recipient, LINK)
    }

    /// Of what would be told of a change that leaves the interview like this; none when nothing would be.
    pub async fn of_change(app: &App, kind: Kind, after: &Details) -> Result<Option<Self>> {
        let Some(message) = message_of_change(app, kind, after).await? else {
            return Ok(None);
        };
        Self::composed(&app.composer, &message, &after.candidate.email, LINK).map(Some)
    }

    /// The same of a change that is typed but may be wrong still, shown at this address.
    pub async fn of_draft(
        app: &App,
        kind: Kind,
        draft: Option<&Details>,
        html: Option<String>,
    ) -> Result<Option<Self>> {
        let Some(draft) = draft else {
            return Ok(None);
        };
        let preview = Self::of_change(app, kind, draft).await?;
        Ok(preview.map(|preview| preview.shown_at(html)))
    }

    /// Of any message.
    pub fn composed(composer: &Composer, message: &Message, to: &str, link: &str) -> Result<Self> {
        let mail = composer.compose(message)?;
        Ok(Self {
            to: to.to_owned(),
            subject: mail.subject,
            text: mail.text.replace(LINK_PLACEHOLDER, link),
            html: None,
        })
    }

    /// The same, shown at this address.
    pub fn shown_at(self, html: Option<String>) -> Self {
        Self { html, ..self }
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
            html: Some("/slots/1/booking/html?candidate=1".into()),
        }
    }
}

/// What would be told of a change that leaves the interview like this; none when nothing would be.
pub async fn message_of_change(app: &App, kind: Kind, after: &Details) -> Result<Option<Message>> {
    if after.slot.is_none() || after.job.is_none() {
        return Ok(None);
    }
    let news = notifications::pending_change(app.db.read(), kind, after).await?;
    news.map(|news| message::draft(&app.composer, news, after))
        .transpose()
}
