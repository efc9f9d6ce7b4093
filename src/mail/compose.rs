//! Message struct to texts: subject, plain text and HTML, the join link still a placeholder.
use std::borrow::Cow;

use rust_embed::RustEmbed;
use serde_json::Value;
use tera::{Context, Tera};

use super::{
    LINK_PLACEHOLDER,
    mailbox::{clean_line, clean_paragraphs, header_text},
    messages::Message,
    plain_text,
};
use crate::error::{Error, Result};

/// Fields that may have several lines; all others are printed on one.
const PARAGRAPHS: &[&str] = &["booking_notes"];

#[derive(RustEmbed)]
#[folder = "templates/emails/"]
struct Templates;

/// The texts of one e-mail, with [`LINK_PLACEHOLDER`] where the join link goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// One line.
    pub subject: String,
    /// Plain part, lines of at most [`plain_text::WIDTH`] columns, ends of lines `\n`.
    pub text: String,
    /// HTML part, a whole document.
    pub html: String,
}

/// Writes e-mails from their templates.
#[derive(Clone, Debug)]
pub struct Composer {
    tera: Tera,
}

impl Composer {
    /// Reads and checks every template.
    pub fn new() -> Result<Self> {
        Ok(Self {
            tera: read_templates()?,
        })
    }

    /// Writes one e-mail. What people typed is cleaned here once more, whoever let it in.
    pub fn compose(&self, message: &Message) -> Result<Composed> {
        // In development a changed template shows at once.
        let tera = match cfg!(debug_assertions) {
            true => Cow::Owned(read_templates()?),
            false => Cow::Borrowed(&self.tera),
        };
        let mut fields = serde_json::to_value(message)
            .map_err(|error| Error::Mail(format!("a message cannot be read: {error}")))?;
        clean(&mut fields, false);
        let name = message.name();
        let html = context(&fields)?;
        let subject = tera.render(&format!("{name}/subject.txt"), &html)?;
        let html = tera.render(&format!("{name}/body.html"), &html)?;
        isolate(&mut fields);
        let text = tera.render(&format!("{name}/body.txt"), &context(&fields)?)?;
        Ok(Composed {
            subject: header_text(&subject),
            text: plain_text::wrap(text.trim()),
            html,
        })
    }
}

fn read_templates() -> Result<Tera> {
    let mut tera = Tera::default();
    let files = Templates::iter().map(|name| {
        let file = Templates::get(&name).ok_or_else(|| missing(&name))?;
        let text = String::from_utf8(file.data.into_owned()).map_err(|_| missing(&name))?;
        Ok((name, text))
    });
    tera.add_raw_templates(files.collect::<Result<Vec<_>>>()?)?;
    Ok(tera)
}

fn missing(name: &str) -> Error {
    Error::Mail(format!("templates/emails/{name} cannot be read"))
}

fn context(fields: &Value) -> Result<Context> {
    let mut context = Context::from_serialize(fields)?;
    context.insert("link", LINK_PLACEHOLDER);
    Ok(context)
}

/// Text that people typed may not break lines, turn around, or pass for the link.
fn clean(value: &mut Value, paragraphs: bool) {
    match value {
        Value::String(text) => {
            let cleaned = match paragraphs {
                true => clean_paragraphs(text),
                false => clean_line(text),
            };
            *text = cleaned.replace(LINK_PLACEHOLDER, "");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| clean(item, paragraphs)),
        Value::Object(fields) => {
            for (name, field) in fields {
                clean(field, PARAGRAPHS.contains(&name.as_str()));
            }
        }
        _ => {}
    }
}

fn isolate(value: &mut Value) {
    match value {
        Value::String(text) => *text = plain_text::isolate(text),
        Value::Array(items) => items.iter_mut().for_each(isolate),
        Value::Object(fields) => fields.values_mut().for_each(isolate),
        _ => {}
    }
}
