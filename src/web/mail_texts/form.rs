//! The words as typed.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::target::Target;
use crate::{
    app::App,
    domain::{
        companies,
        idempotency_keys::IdempotencyKey,
        interviews::{self, Details},
        mail_texts::{self, Kept, Own},
    },
    error::{Error, Result},
    mail::{
        messages::Message,
        wording::{Block, Wording},
    },
    mailing::message,
    text,
    web::{
        conflict::Reading,
        forms::{FormErrors, Ticket},
        labels,
        viewer::Viewer,
    },
};

/// Stands for the imagined interview where a real one could be chosen.
pub const SAMPLE: &str = "sample";

/// What to do with what was typed.
pub enum Act {
    /// Keep it.
    Save,
    /// Show a mail with it.
    Preview,
    /// Send that mail to whoever typed it.
    Test,
}

/// The words as typed, and with which interview to look at them.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TextsForm {
    #[serde(flatten)]
    pub(super) ticket: Ticket,
    act: String,
    pub(super) interview: String,
    /// By the names of [`Block`].
    #[serde(flatten)]
    texts: BTreeMap<String, String>,
}

impl TextsForm {
    /// As they are kept, the usual ones where there are none.
    pub fn kept(target: &Target, own: &Own) -> Self {
        let kept: BTreeMap<&str, &str> = own.words(target.kind, &target.locale).collect();
        Self::with(target, |block| kept.get(block.name()).copied())
    }

    /// The same of what a change met.
    pub fn stored(target: &Target, kept: &Kept) -> Self {
        Self::with(target, |block| {
            kept.texts.get(block.name()).map(String::as_str)
        })
    }

    /// With the usual words.
    pub fn usual(target: &Target) -> Self {
        Self::with(target, |_| None)
    }

    fn with<'a>(target: &'a Target, own: impl Fn(Block) -> Option<&'a str>) -> Self {
        let texts = Block::ALL.map(|block| {
            let text = own(block).unwrap_or_else(|| target.usual(block));
            (block.name().to_owned(), text.to_owned())
        });
        Self {
            texts: texts.into(),
            ..Default::default()
        }
    }

    /// About the words in this version.
    pub fn of_version(mut self, version: i32) -> Self {
        self.ticket.show(version);
        self
    }

    /// The version of the words that the form showed.
    pub fn parse_version(&self) -> Result<i32, FormErrors> {
        let mut errors = FormErrors::new();
        errors.version(&self.ticket).ok_or(errors)
    }

    /// As a person reads it; line breaks as they are stored.
    pub fn reading(&self) -> Reading {
        Block::ALL.into_iter().fold(Reading::new(), |read, block| {
            let text = parsed(block, self.text(block));
            let text = text.unwrap_or_else(|_| self.text(block).to_owned());
            read.text(block.name(), labels::mail_block(block), &text)
        })
    }

    /// With a fresh idempotency key.
    pub fn with_new_key(self) -> Self {
        Self {
            ticket: self.ticket.with_new_key(),
            ..self
        }
    }

    /// What the button said; a preview when there was none, because it changes nothing.
    pub fn act(&self) -> Act {
        match self.act.as_str() {
            "save" => Act::Save,
            "test" => Act::Test,
            _ => Act::Preview,
        }
    }

    /// What was typed for a part.
    pub fn text(&self, block: Block) -> &str {
        self.texts.get(block.name()).map_or("", String::as_str)
    }

    /// The words that are not the usual ones.
    pub fn parse(&self, target: &Target) -> Result<BTreeMap<&'static str, String>, FormErrors> {
        let mut errors = FormErrors::new();
        let mut own = BTreeMap::new();
        for block in Block::ALL {
            let (name, typed) = (block.name(), self.text(block));
            if let Some(text) = errors.check(name, parsed(block, typed))
                && text != target.usual(block)
            {
                own.insert(name, text);
            }
        }
        errors.or(Some(own))
    }

    /// A mail with what was typed, of the interview that was chosen; where there is a mistake, with the
    /// usual words. The mistake, when there is no such interview.
    pub async fn message(
        &self,
        app: &App,
        viewer: &Viewer,
        target: &Target,
    ) -> Result<Result<Message, FormErrors>> {
        let message = match self.interview.trim() {
            "" | SAMPLE => sample(app, viewer, target).await?,
            id => match details(app, viewer, id).await {
                Ok(details) => {
                    message::imagined(&app.composer, target.kind, &target.locale, &details)?
                }
                Err(Error::NotFound) => return Ok(Err(FormErrors::one("interview", CHOOSE))),
                Err(error) => return Err(error),
            },
        };
        let typed = Block::ALL.map(|block| (block.name(), self.text(block)));
        let said = typed
            .into_iter()
            .filter(|(_, text)| !text.trim().is_empty());
        let (wording, _) = Wording::of(said);
        Ok(Ok(Message { wording, ..message }))
    }

    /// So that a second press sends no second test.
    pub fn idempotency_key(&self, target: &Target) -> Option<IdempotencyKey> {
        let request = (target.address(), &self.interview, &self.texts);
        self.ticket.idempotency_key("proof", &request)
    }
}

const CHOOSE: &str = "Choose one from the list.";

/// Every part is needed but the one that mails have not by themselves.
fn parsed(block: Block, typed: &str) -> Result<String, String> {
    let most = block.most_chars();
    let text = match block.has_lines() {
        true => text::lines(typed, most),
        false => text::line(typed, most),
    }?;
    if text.is_empty() && block != Block::Paragraph {
        return Err("Please fill this in.".into());
    }
    if text.is_empty() {
        return Ok(text);
    }
    block.check(&text)?;
    Ok(text)
}

async fn sample(app: &App, viewer: &Viewer, target: &Target) -> Result<Message> {
    let company = companies::find(&app.db, viewer.company_id).await?;
    let own = mail_texts::own(app.db.read(), &company).await?;
    message::sample(target.kind, &target.locale, &company, &own)
}

/// Of an interview that a mail can be about.
async fn details(app: &App, viewer: &Viewer, id: &str) -> Result<Details> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let details = interviews::details(app.db.read(), viewer.company_id, id).await?;
    match (&details.slot, &details.job) {
        (Some(_), Some(_)) => Ok(details),
        _ => Err(Error::NotFound),
    }
}
