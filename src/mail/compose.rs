//! Message to texts: subject, plain text and HTML, the join link still a placeholder.
mod files;

use std::collections::BTreeMap;

use sea_orm::ActiveEnum;
use tera::{Context, Tera, Value};

use self::files::files;
use super::{
    LINK_PLACEHOLDER, changes,
    language::{INTERVIEWER, Language, Languages},
    mailbox::header_text,
    messages::Message,
    pattern::Pattern,
    plain_text,
    values::{self, Medium, Values},
    wording::Block,
};
use crate::error::{Error, Result};

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
    /// Where it is, in words: for a link that is too long to stand there.
    pub place: String,
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
        written(&tera, self.languages.choose(&message.locale)?, message)
    }

    /// Writes what a calendar shows.
    pub fn entry(&self, message: &Message) -> Result<Entry> {
        let language = self.languages.choose(&message.locale)?;
        let values = Values::of(message, language)?;
        let say = |name| -> Result<String> {
            Ok(values.fill(language.phrase("calendar", name)?, Medium::Plain))
        };
        let (summary, description) = match message.interviewer {
            Some(_) => ("interviewer_summary", "interviewer_description"),
            None => ("summary", "description"),
        };
        Ok(Entry {
            summary: header_text(&say(summary)?),
            description: say(description)?,
            place: header_text(&say("place")?),
        })
    }
}

fn written(tera: &Tera, language: &Language, message: &Message) -> Result<Composed> {
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
        let writing = Writing {
            message,
            language,
            values: &values,
            medium,
        };
        let mut context = writing.context()?;
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

/// Can each kind be written in each language? What a template lacks is found at the start, not by the first
/// candidate whose mail needs it.
fn check(tera: &Tera, languages: &Languages) -> Result<()> {
    for (tag, _) in languages.list() {
        for message in Message::samples() {
            written(tera, languages.choose(tag)?, &message).map_err(|error| {
                let kind = message.kind.to_value();
                Error::Mail(format!("templates/messages/{kind}/ in {tag}: {error}"))
            })?;
        }
    }
    Ok(())
}

fn read_templates() -> Result<Tera> {
    let tera = parsed(files()?)?;
    check(&tera, &Languages::new()?)?;
    Ok(tera)
}

fn parsed(files: Vec<(String, String)>) -> Result<Tera> {
    let mut tera = Tera::default();
    tera.add_raw_templates(files)?;
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

    use super::{files::Templates, *};
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

/// A message as it is written for one medium: in HTML, all of it is escaped already.
struct Writing<'a> {
    message: &'a Message,
    language: &'a Language,
    values: &'a Values,
    medium: Medium,
}

impl Writing<'_> {
    /// What templates know: `say`, the kind's own phrases; `words`, those of all kinds; `value`, what they
    /// are about; and lists.
    fn context(&self) -> Result<Context> {
        let Self {
            message, language, ..
        } = self;
        let mut context = Context::new();
        context.insert_value("say", map(self.phrases(&message.kind.to_value())?));
        context.insert_value("words", map(self.words()?));
        context.insert_value("value", self.values());
        context.insert_value("changes", self.changes()?);
        context.insert_value("reason", self.typed(&message.cancel_reason));
        context.insert_value("notes", self.typed(&message.snapshot.notes));
        context.insert_value("instructions", self.instructions()?);
        context.insert_value("paragraph", self.paragraph());
        context.insert("brand", &message.brand);
        context.insert("logo", &message.logo);
        context.insert("alt", &values::typed_line(&message.company_name));
        context.insert("link", LINK_PLACEHOLDER);
        if let Some(interviewer) = &message.interviewer {
            let meeting_url = message.snapshot.place.as_deref().unwrap_or_default();
            context.insert("meeting_url", &values::typed_line(meeting_url));
            context.insert("page", &interviewer.page);
        }
        context.insert("lang", language.tag());
        context.insert("dir", &language.direction());
        Ok(context)
    }

    /// Those of all kinds, as their reader is spoken to.
    fn words(&self) -> Result<BTreeMap<&str, Value>> {
        let mut words = self.phrases("mail")?;
        if self.message.interviewer.is_some() {
            words.extend(self.phrases(INTERVIEWER)?);
        }
        Ok(words)
    }

    fn phrases(&self, group: &str) -> Result<BTreeMap<&str, Value>> {
        let Message { kind, wording, .. } = self.message;
        let same_clock = self.message.former_offset();
        let all = self.language.group(group)?;
        let phrases = all.iter().map(|(name, phrase)| {
            let own = wording.instead_of(*kind, group, name);
            let same_clock = same_clock.and_then(|_| all.get(&format!("{name}_same_clock")));
            let phrase = same_clock.or(own).unwrap_or(phrase);
            (name.as_str(), self.filled(phrase))
        });
        Ok(phrases.collect())
    }

    fn values(&self) -> Value {
        let all = self.values.all(self.medium);
        map(all.map(|(name, text)| (name, self.medium.printed(&text))))
    }

    fn changes(&self) -> Result<Value> {
        let changes = changes::of(self.message, self.language, self.values, self.medium)?;
        let changes = changes.into_iter().map(|change| {
            map([
                ("label", self.medium.printed(&change.label)),
                ("was", self.medium.printed(&change.was.unwrap_or_default())),
                ("is", self.medium.printed(&change.is)),
            ])
        });
        Ok(changes.collect::<Vec<_>>().into())
    }

    fn typed(&self, text: &str) -> Value {
        let lines = values::typed_lines(text).into_iter();
        let lines = lines.map(|line| self.medium.printed(&self.values.text(&line, self.medium)));
        lines.collect::<Vec<_>>().into()
    }

    fn instructions(&self) -> Result<Value> {
        let instructions = self.message.instructions.iter().map(|line| {
            let phrase = self.language.phrase("instructions", line.name())?;
            Ok(self.filled(phrase))
        });
        Ok(instructions.collect::<Result<Vec<_>>>()?.into())
    }

    /// The company's own, if it has one.
    fn paragraph(&self) -> Value {
        match self.message.wording.of_block(Block::Paragraph) {
            Some(own) => self.filled(own),
            None => self.medium.printed(""),
        }
    }

    fn filled(&self, phrase: &Pattern) -> Value {
        self.medium.printed(&self.values.fill(phrase, self.medium))
    }
}

fn map<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.into_iter();
    Value::from(
        fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<BTreeMap<_, _>>(),
    )
}

#[cfg(test)]
mod tests;
