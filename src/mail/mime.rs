//! The bytes of a message: the same for the same row, however often they are asked for.
use chrono::{DateTime, Utc};
use entity::logo;
use lettre::{
    Message,
    address::Envelope,
    message::{
        self, Mailboxes, MultiPart, SinglePart,
        header::{
            self, ContentDisposition, ContentTransferEncoding, ContentType, Header, HeaderName,
            HeaderValue,
        },
    },
};

use super::{
    LINK_PLACEHOLDER,
    invite::{self, Method},
    mailbox::Mailbox,
    mailbox::header_text,
};
use crate::{
    crypto,
    error::{Error, Result},
};

/// All that a message is made of, but for the join link.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// Without angle brackets, equal at every attempt.
    pub message_id: &'a str,
    /// The same in every message about one interview, so that mail programs show them as one thread.
    pub thread: &'a str,
    /// Equal at every attempt.
    pub date: DateTime<Utc>,
    /// The configured mailbox: see [`super::mailbox::sender`].
    pub sender: &'a Mailbox,
    /// Who reads answers.
    pub reply_to: Option<&'a Mailbox>,
    /// The one recipient.
    pub recipient: &'a Mailbox,
    /// One line.
    pub subject: &'a str,
    /// Plain part.
    pub text: &'a str,
    /// HTML part.
    pub html: &'a str,
    /// The picture that the HTML part shows.
    pub picture: Option<Picture<'a>>,
    /// Calendar part.
    pub ics: Option<Calendar<'a>>,
}

/// A picture that travels in the message, so that nothing is loaded from anywhere.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// By what the HTML part calls it, without angle brackets.
    pub content_id: &'a str,
    /// `image/png` and the like.
    pub media_type: &'a str,
    /// The picture itself.
    pub bytes: &'a [u8],
}

/// An invitation or its cancellation.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    /// As inside.
    pub method: Method,
    /// The calendar itself, not [`invite::finished`] yet.
    pub ics: &'a str,
    /// The short link, where there is one.
    pub short: Option<&'a str>,
}

impl<'a> Picture<'a> {
    /// From a logo, and by what the HTML part calls it.
    pub fn of((logo, content_id): (&'a logo::Model, &'a str)) -> Self {
        Self {
            content_id,
            media_type: logo.format.media_type(),
            bytes: &logo.bytes,
        }
    }
}

/// The message as it goes to the mail server, with `link` in the place of [`LINK_PLACEHOLDER`].
///
/// # Errors
/// When a part cannot be put into a message whatever the server; another try would not help.
pub fn bytes(letter: &Letter<'_>, link: &str) -> Result<Vec<u8>> {
    with_headers(letter, link, &[])
}

/// The same with more headers, which are for the mail server and for nobody else.
///
/// # Errors
/// As [`bytes`].
pub fn with_headers(
    letter: &Letter<'_>,
    link: &str,
    headers: &[(&'static str, String)],
) -> Result<Vec<u8>> {
    if !link.bytes().all(is_safe_in_a_link) {
        return Err(Error::Mail("the join link is not a plain URL".into()));
    }
    let envelope = Envelope::new(
        Some(letter.sender.address.clone()),
        vec![letter.recipient.address.clone()],
    )
    .map_err(|error| Error::Mail(error.to_string()))?;
    let mut message = Message::builder()
        .envelope(envelope)
        .raw_header(mailbox_header::<header::From>(letter.sender))
        .raw_header(mailbox_header::<header::To>(letter.recipient));
    if let Some(reply_to) = letter.reply_to {
        message = message.raw_header(mailbox_header::<header::ReplyTo>(reply_to));
    }
    for (name, value) in headers {
        message = message.raw_header(fixed_header(name, value.clone()));
    }
    let message = message
        .subject(header_text(letter.subject))
        .date(letter.date.into())
        .message_id(Some(id_in_brackets(letter.message_id)?))
        .in_reply_to(id_in_brackets(letter.thread)?)
        .references(id_in_brackets(letter.thread)?)
        .raw_header(fixed_header("Auto-Submitted", "auto-generated".into()))
        .raw_header(fixed_header(
            "X-Auto-Response-Suppress",
            "OOF, AutoReply".into(),
        ))
        .multipart(body(letter, link)?)
        .map_err(|error| Error::Mail(error.to_string()))?;
    Ok(message.formatted())
}

/// The tree that Outlook, Gmail and Apple Mail each find their part in: the calendar is the last
/// alternative and, for programs that only look there, an attachment. A picture stays inside the HTML
/// alternative: beside the calendar it would keep some programs from seeing the invitation.
fn body(letter: &Letter<'_>, link: &str) -> Result<MultiPart> {
    let fill = |text: &str| text.replace(LINK_PLACEHOLDER, link);
    let texts = MultiPart::alternative()
        .boundary(boundary(letter.message_id, "texts"))
        .singlepart(SinglePart::plain(fill(letter.text)));
    let html = SinglePart::html(fill(letter.html));
    let texts = match &letter.picture {
        Some(picture) => texts.multipart(with_picture(letter.message_id, html, picture)?),
        None => texts.singlepart(html),
    };
    let Some(Calendar { method, ics, short }) = letter.ics else {
        return Ok(texts);
    };
    let (method, ics) = (method.name(), invite::finished(ics, link, short));
    let part = |content_type: &str| {
        let content_type = ContentType::parse(content_type)
            .map_err(|_| Error::Mail("a calendar's method is wrong".into()))?;
        Ok::<_, Error>(
            SinglePart::builder()
                .header(content_type)
                .header(ContentTransferEncoding::Base64),
        )
    };
    let alternative = part(&format!("text/calendar; charset=utf-8; method={method}"))?;
    let attachment = part("application/ics; name=\"invite.ics\"")?
        .header(ContentDisposition::attachment("invite.ics"));
    Ok(MultiPart::mixed()
        .boundary(boundary(letter.message_id, "parts"))
        .multipart(texts.singlepart(alternative.body(ics.clone())))
        .singlepart(attachment.body(ics)))
}

/// The HTML part and its picture, which belongs to it alone (RFC 2387).
fn with_picture(message_id: &str, html: SinglePart, picture: &Picture<'_>) -> Result<MultiPart> {
    let parse = |content_type: &str| {
        ContentType::parse(content_type).map_err(|_| Error::Mail("a picture is of no type".into()))
    };
    let related = parse(&format!(
        "multipart/related; type=\"text/html\"; boundary=\"{}\"",
        boundary(message_id, "picture")
    ))?;
    let file_name = format!("logo.{}", picture.media_type.trim_start_matches("image/"));
    let image = SinglePart::builder()
        .header(parse(picture.media_type)?)
        .header(ContentTransferEncoding::Base64)
        .header(ContentDisposition::inline_with_name(&file_name))
        .header(header::ContentId::from(id_in_brackets(picture.content_id)?))
        .body(picture.bytes.to_vec());
    let related = MultiPart::builder().header(related).build();
    Ok(related.singlepart(html).singlepart(image))
}

/// Differs from message to message; `=_` occurs in no encoded body.
fn boundary(message_id: &str, what: &str) -> String {
    format!(
        "=_{}",
        &crypto::sha256_hex(&format!("{what} {message_id}"))[..40]
    )
}

/// Names in plain ASCII are quoted, so that no filter wonders why they are encoded; others become
/// encoded words (RFC 2047). An address is never encoded.
fn mailbox_header<H: Header + From<Mailboxes>>(mailbox: &Mailbox) -> HeaderValue {
    let Mailbox { name, address } = mailbox;
    if name.is_ascii() && address.to_string().is_ascii() {
        let raw = match name.is_empty() {
            true => address.to_string(),
            false => format!(
                "\"{}\" <{address}>",
                name.replace('\\', "\\\\").replace('"', "\\\"")
            ),
        };
        return HeaderValue::new(H::name(), raw);
    }
    let name = Some(name.clone()).filter(|name| !name.is_empty());
    H::from(message::Mailbox::new(name, address.clone()).into()).display()
}

fn fixed_header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn id_in_brackets(id: &str) -> Result<String> {
    let fits = (3..=250).contains(&id.len())
        && id.contains('@')
        && id
            .bytes()
            .all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
    if !fits {
        return Err(Error::Mail("a message id is not one".into()));
    }
    Ok(format!("<{id}>"))
}

/// What a URL is made of, without what HTML would have to escape.
fn is_safe_in_a_link(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b":/?#[]@!$()*+,;=-._~%".contains(&byte)
}
