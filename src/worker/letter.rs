//! A row of the queue as a letter.
use entity::logo;

use crate::{
    domain::delivery::Claimed,
    error::{Error, Result},
    mail::{
        invite::Method,
        mailbox::Mailbox,
        messages::content_id,
        mime::{Calendar, Letter, Picture},
    },
};

/// What a letter is made of, read back from its row: nothing else, so that it is always the same.
pub(super) struct Draft<'a> {
    pub(super) sender: Mailbox,
    pub(super) recipient: Mailbox,
    reply_to: Option<Mailbox>,
    thread: String,
    claimed: &'a Claimed,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
    logo: Option<&'a logo::Model>,
    content_id: String,
    calendar: Option<Calendar<'a>>,
}

impl<'a> Draft<'a> {
    /// `logo` is the one that the row names.
    pub(super) fn of(claimed: &'a Claimed, logo: Option<&'a logo::Model>) -> Result<Self> {
        let email = &claimed.email;
        let missing = || Error::Stored(format!("email {} is not whole", email.id));
        let method = Method::of(email.kind);
        let calendar = email
            .ics
            .as_deref()
            .map(|ics| {
                Some(Calendar {
                    method: method?,
                    ics,
                })
            })
            .map(|calendar| calendar.ok_or_else(missing))
            .transpose()?;
        let (_, domain) = email.message_id.split_once('@').ok_or_else(missing)?;
        Ok(Self {
            sender: Mailbox::parse(email.sender.as_deref().ok_or_else(missing)?)?,
            recipient: Mailbox::new(&email.recipient_name, &email.recipient)?,
            reply_to: email.reply_to.as_deref().map(Mailbox::parse).transpose()?,
            thread: format!("itv-{}@{domain}", claimed.details.interview.public_id),
            claimed,
            subject: email.subject.as_deref().ok_or_else(missing)?,
            text: email.text.as_deref().ok_or_else(missing)?,
            html: email.html.as_deref().ok_or_else(missing)?,
            logo,
            content_id: logo.map_or_else(String::new, |logo| content_id(&logo.content_hash)),
            calendar,
        })
    }

    pub(super) fn letter(&self) -> Letter<'_> {
        Letter {
            message_id: &self.claimed.email.message_id,
            thread: &self.thread,
            date: self.claimed.email.date,
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

    pub(super) fn email_id(&self) -> i64 {
        self.claimed.email.id
    }

    pub(super) fn is_first_attempt(&self) -> bool {
        self.claimed.email.attempts == 0
    }
}
