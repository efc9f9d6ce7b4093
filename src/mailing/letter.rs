//! A row of the queue as a letter: for the worker that sends it, and for the log that shows what was sent.
use entity::{email, logo};

use crate::{
    domain::interviews::Details,
    error::{Error, Result},
    mail::{
        LINK_PLACEHOLDER,
        invite::Method,
        mailbox::Mailbox,
        messages::content_id,
        mime::{self, Calendar, Letter, Picture},
    },
};

/// What a letter is made of, read back from its row: nothing else, so that it is always the same.
pub struct Draft<'a> {
    /// The From header.
    pub sender: Mailbox,
    /// The To header.
    pub recipient: Mailbox,
    reply_to: Option<Mailbox>,
    thread: String,
    email: &'a email::Model,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
    logo: Option<&'a logo::Model>,
    content_id: String,
    calendar: Option<Calendar<'a>>,
}

impl<'a> Draft<'a> {
    /// Of a message that is composed, and its interview, if it is about one.
    /// `logo` is the one that the row names.
    pub fn of(
        email: &'a email::Model,
        details: Option<&Details>,
        logo: Option<&'a logo::Model>,
    ) -> Result<Self> {
        let missing = || Error::Stored(format!("email {} is not whole", email.id));
        let method = Method::of(email.kind);
        let calendar = email
            .ics
            .as_deref()
            .map(|ics| {
                Some(Calendar {
                    method: method?,
                    ics,
                    short: None,
                })
            })
            .map(|calendar| calendar.ok_or_else(missing))
            .transpose()?;
        let (_, domain) = email.message_id.split_once('@').ok_or_else(missing)?;
        let thread = match details {
            Some(details) => format!("itv-{}@{domain}", details.interview.public_id),
            None => email.message_id.clone(),
        };
        Ok(Self {
            sender: Mailbox::parse(email.sender.as_deref().ok_or_else(missing)?)?,
            recipient: Mailbox::new(&email.recipient_name, &email.recipient)?,
            reply_to: email.reply_to.as_deref().map(Mailbox::parse).transpose()?,
            thread,
            email,
            subject: email.subject.as_deref().ok_or_else(missing)?,
            text: email.text.as_deref().ok_or_else(missing)?,
            html: email.html.as_deref().ok_or_else(missing)?,
            logo,
            content_id: logo.map_or_else(String::new, |logo| content_id(&logo.content_hash)),
            calendar,
        })
    }

    /// With a short link in the place of the calendar.
    pub fn with_short(mut self, link: Option<&'a str>) -> Self {
        if let Some(calendar) = &mut self.calendar {
            calendar.short = link;
        }
        self
    }

    /// All that it is made of.
    pub fn letter(&self) -> Letter<'_> {
        Letter {
            message_id: &self.email.message_id,
            thread: &self.thread,
            date: self.email.date,
            sender: &self.sender,
            reply_to: self.reply_to.as_ref(),
            recipient: &self.recipient,
            subject: self.subject,
            text: self.text,
            html: self.html,
            picture: self.logo.map(|logo| Picture::of((logo, &self.content_id))),
            ics: self.calendar,
        }
    }

    /// The message as it goes to a mail server, but for the link: the placeholder stays in every part.
    pub fn masked(&self) -> Result<Vec<u8>> {
        mime::bytes(&self.letter(), LINK_PLACEHOLDER)
    }

    /// The row's key.
    pub fn email_id(&self) -> i64 {
        self.email.id
    }
}
