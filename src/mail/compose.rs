//! Message to texts: subject, plain text and HTML, the join link still a placeholder.
use std::collections::BTreeMap;

use rust_embed::RustEmbed;
use sea_orm::ActiveEnum;
use tera::{Context, Tera, Value};

use super::{
    LINK_PLACEHOLDER, changes,
    language::{Language, Languages},
    mailbox::header_text,
    messages::Message,
    plain_text,
    values::{self, Medium, Values},
    wording::Block,
};
use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "templates/messages/"]
struct Templates;

/// The texts of one email, with [`LINK_PLACEHOLDER`] where the join link goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// One line.
    pub subject: String,
    /// Plain part, lines of at most [`plain_text::WIDTH`] columns, ends of lines `\n`.
    pub text: String,
    /// HTML part, a whole document.
    pub html: String,
}

/// What a calendar entry says of an interview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its title, one line.
    pub summary: String,
    /// Some lines, with [`LINK_PLACEHOLDER`] where the join link goes.
    pub description: String,
}

/// Writes emails from their templates, in the words of their language.
#[derive(Clone, Debug)]
pub struct Composer {
    templates: templates::Source,
    languages: Languages,
}

impl Composer {
    /// Reads and checks every template and every language.
    pub fn new() -> Result<Self> {
        Self::speaking(Languages::new()?)
    }

    /// The same templates in other languages.
    pub fn speaking(languages: Languages) -> Result<Self> {
        Ok(Self {
            templates: templates::Source::new()?,
            languages,
        })
    }

    /// The languages that mails can be written in.
    pub fn languages(&self) -> &Languages {
        &self.languages
    }

    /// Writes one email. What people typed is cleaned here once more, whoever let it in.
    pub fn compose(&self, message: &Message) -> Result<Composed> {
        let tera = self.templates.current()?;
        let language = self.languages.choose(&message.locale)?;
        let values = Values::of(message, language)?;
        let kind = message.kind.to_value();
        let own = message.wording.of_block(Block::Subject);
        let subject = match message.former_offset() {
            // A company's own words for a new time would be wrong.
            Some(_) => language.phrase(&kind, "subject_same_clock")?,
            None => own.map_or_else(|| language.phrase(&kind, "subject"), Ok)?,
        };
        let subject = header_text(&values.fill(subject, Medium::Plain));
        let render = |medium, file| -> Result<String> {
            let mut context = context(message, language, &values, medium)?;
            context.insert("subject", &subject);
            Ok(tera.render(&format!("{kind}/{file}"), &context)?)
        };
        let text = render(Medium::Text, "body.txt")?;
        Ok(Composed {
            text: plain_text::wrap(&text),
            html: render(Medium::Html, "body.html")?,
            subject,
        })
    }

    /// Writes what a calendar shows.
    pub fn entry(&self, message: &Message) -> Result<Entry> {
        let language = self.languages.choose(&message.locale)?;
        let values = Values::of(message, language)?;
        let say = |name| -> Result<String> {
            Ok(values.fill(language.phrase("calendar", name)?, Medium::Plain))
        };
        Ok(Entry {
            summary: header_text(&say("summary")?),
            description: say("description")?,
        })
    }
}

fn read_templates() -> Result<Tera> {
    let mut tera = Tera::default();
    let templates = Templates::iter().filter(|name| !name.ends_with(".json"));
    let files = templates.map(|name| {
        let file = Templates::get(&name).ok_or_else(|| missing(&name))?;
        let text = String::from_utf8(file.data.into_owned()).map_err(|_| missing(&name))?;
        Ok((name, text))
    });
    tera.add_raw_templates(files.collect::<Result<Vec<_>>>()?)?;
    Ok(tera)
}

/// Release: parsed once.
#[cfg(not(debug_assertions))]
mod templates {
    use super::*;

    #[derive(Clone, Debug)]
    pub struct Source(Tera);

    impl Source {
        pub fn new() -> Result<Self> {
            Ok(Self(read_templates()?))
        }

        pub fn current(&self) -> Result<&Tera> {
            Ok(&self.0)
        }
    }
}

/// Development: parsed again when a file was touched.
#[cfg(debug_assertions)]
mod templates {
    use std::sync::Arc;

    use super::*;
    use crate::fresh::Fresh;

    static PARSED: Fresh<Tera> = Fresh::new();

    #[derive(Clone, Debug)]
    pub struct Source;

    impl Source {
        pub fn new() -> Result<Self> {
            Self.current()?;
            Ok(Self)
        }

        pub fn current(&self) -> Result<Arc<Tera>> {
            PARSED.current::<Templates>("templates/messages", read_templates)
        }
    }
}

fn missing(name: &str) -> Error {
    Error::Mail(format!("templates/messages/{name} cannot be read"))
}

/// What templates know: `say`, the kind's own phrases; `words`, those of all kinds; `value`, what they
/// are about; and lists. All of it is written for the medium: in HTML it is escaped already.
fn context(
    message: &Message,
    language: &Language,
    values: &Values,
    medium: Medium,
) -> Result<Context> {
    let same_clock = message.former_offset();
    let phrases = |group: &str| -> Result<Value> {
        let all = language.group(group)?;
        Ok(map(all.iter().map(|(name, phrase)| {
            let own = message.wording.instead_of(message.kind, group, name);
            let same_clock = same_clock.and_then(|_| all.get(&format!("{name}_same_clock")));
            let phrase = same_clock.or(own).unwrap_or(phrase);
            (name.as_str(), medium.printed(&values.fill(phrase, medium)))
        })))
    };
    let typed = |text: &str| -> Value {
        let lines = values::typed_lines(text).into_iter();
        let lines = lines.map(|line| medium.printed(&values.text(&line, medium)));
        lines.collect::<Vec<_>>().into()
    };
    let changes = changes::of(message, language, values, medium)?.into_iter();
    let changes = changes.map(|change| {
        map([
            ("label", medium.printed(&change.label)),
            ("was", medium.printed(&change.was.unwrap_or_default())),
            ("is", medium.printed(&change.is)),
        ])
    });
    let instructions = message.instructions.iter().map(|line| {
        let phrase = language.phrase("instructions", line.name())?;
        Ok(medium.printed(&values.fill(phrase, medium)))
    });
    let all = values.all(medium);
    let mut context = Context::new();
    context.insert_value("say", phrases(&message.kind.to_value())?);
    context.insert_value("words", phrases("mail")?);
    context.insert_value(
        "value",
        map(all.map(|(name, text)| (name, medium.printed(&text)))),
    );
    context.insert_value("changes", changes.collect::<Vec<_>>().into());
    context.insert_value("reason", typed(&message.cancel_reason));
    context.insert_value("notes", typed(&message.facts.notes));
    context.insert_value(
        "instructions",
        instructions.collect::<Result<Vec<_>>>()?.into(),
    );
    let own = message.wording.of_block(Block::Paragraph);
    let own = own.map_or_else(String::new, |text| values.fill(text, medium));
    context.insert_value("paragraph", medium.printed(&own));
    context.insert("brand", &message.brand);
    context.insert("logo", &message.logo);
    context.insert("alt", &values::typed_line(&message.company_name));
    context.insert("link", LINK_PLACEHOLDER);
    context.insert("lang", language.tag());
    context.insert("dir", &language.direction());
    Ok(context)
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.into_iter();
    Value::from(
        fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<BTreeMap<_, _>>(),
    )
}
