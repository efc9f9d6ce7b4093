//! What stands in the places of phrases, written for the medium that it is printed in.
use std::collections::BTreeMap;

use sea_orm::ActiveEnum;
use tera::Value;

use super::{
    LINK_PLACEHOLDER,
    language::{Direction, Language},
    mailbox::{clean_line, clean_paragraphs, mailto},
    messages::Message,
    pattern::Pattern,
    plain_text,
};
use crate::{error::Result, zones::Tz};

/// Where something is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// A header or a calendar: the words alone.
    Plain,
    /// The plain part: words of the other direction are kept in their place by marks.
    Text,
    /// The HTML part: escaped, words of the other direction in `<bdi>` as well.
    Html,
}

impl Medium {
    /// As templates print it: HTML that is written here is escaped already.
    pub fn printed(self, text: &str) -> Value {
        match self {
            Self::Html => Value::safe_string(text),
            Self::Plain | Self::Text => Value::from(text),
        }
    }
}

/// What the places of a message's phrases stand for.
#[derive(Clone, Debug)]
pub struct Values {
    direction: Direction,
    by_name: BTreeMap<&'static str, Item>,
}

#[derive(Clone, Debug)]
enum Item {
    Text(String),
    Address(String),
}

impl Values {
    /// Of a message, in a language. What people typed is cleaned.
    pub fn of(message: &Message, language: &Language) -> Result<Self> {
        let Message { snapshot, .. } = message;
        let text = |text: &str| Item::Text(typed_line(text));
        let interview_type = language
            .phrase("interview_types", &snapshot.interview_type.to_value())?
            .fill(str::to_owned, |_| String::new());
        let duration = language.minutes(snapshot.duration_minutes)?;
        let join_window = language.minutes(message.join_window_minutes)?;
        let contact_email = typed_line(&message.contact_email);
        let (interviewer_name, page) = match &message.interviewer {
            Some(interviewer) => (&*interviewer.name, &*interviewer.page),
            None => ("", ""),
        };
        let meeting = match &snapshot.place {
            Some(url) => text(url),
            None => Item::Text(language.say("interviewer", "no_meeting", &[])?),
        };
        let mut by_name = times(message, language);
        by_name.extend([
            ("candidate_name", text(&message.candidate_name)),
            ("interviewer_name", text(interviewer_name)),
            ("meeting_url", meeting),
            ("page", text(page)),
            ("job_title", text(&message.job_title)),
            ("company_name", text(&message.company_name)),
            ("contact_name", text(&message.contact_name)),
            ("contact_email", Item::Address(contact_email)),
            ("interview_type", Item::Text(interview_type)),
            ("duration", Item::Text(duration)),
            ("join_window", Item::Text(join_window)),
            ("link", Item::Text(LINK_PLACEHOLDER.into())),
        ]);
        Ok(Self {
            direction: language.direction(),
            by_name,
        })
    }

    /// A phrase with what its places stand for. A place without a meaning stays empty; the languages
    /// were checked against that.
    pub fn fill(&self, phrase: &Pattern, medium: Medium) -> String {
        let words = |text: &str| match medium {
            Medium::Html => escaped(text).replace('\n', "<br>"),
            Medium::Plain | Medium::Text => text.to_owned(),
        };
        phrase.fill(words, |name| {
            let item = self.by_name.get(name);
            item.map_or_else(String::new, |item| self.item(item, medium))
        })
    }

    /// All of them, by their names.
    pub fn all(&self, medium: Medium) -> impl Iterator<Item = (&'static str, String)> {
        self.by_name
            .iter()
            .map(move |(name, item)| (*name, self.item(item, medium)))
    }

    /// One line of text of its own.
    pub fn text(&self, text: &str, medium: Medium) -> String {
        let isolated = plain_text::isolate(text, self.direction);
        match medium {
            Medium::Plain => text.to_owned(),
            Medium::Text => isolated,
            Medium::Html if isolated == text => escaped(text),
            // The marks stay inside: Gmail and Outlook do not know the element.
            Medium::Html => format!("<bdi>{}</bdi>", escaped(&isolated)),
        }
    }

    fn item(&self, item: &Item, medium: Medium) -> String {
        match (item, medium) {
            (Item::Address(address), Medium::Html) => {
                let (uri, address) = (escaped(&mailto(address)), escaped(address));
                format!(
                    "<a class=\"link\" href=\"{uri}\" dir=\"ltr\" style=\"color:#1d4f91\">{address}</a>"
                )
            }
            (Item::Address(text) | Item::Text(text), _) => self.text(text, medium),
        }
    }
}

/// Lines that people typed: they may not turn around, or pass for the link.
pub fn typed_lines(text: &str) -> Vec<String> {
    let text = clean_paragraphs(text).replace(LINK_PLACEHOLDER, "");
    text.lines().map(str::to_owned).collect()
}

/// The same of one line.
pub fn typed_line(text: &str) -> String {
    clean_line(text).replace(LINK_PLACEHOLDER, "")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// When it is, in the zone of the message and in UTC.
fn times(message: &Message, language: &Language) -> BTreeMap<&'static str, Item> {
    let Message { zone, .. } = message;
    let here = |at| Item::Text(language.moment(at, *zone));
    let utc = |at| match *zone {
        // There the time itself is in UTC.
        Tz::UTC => Item::Text(String::new()),
        _ => Item::Text(language.moment_in_utc(at)),
    };
    let starts_at = message.snapshot.starts_at;
    BTreeMap::from([
        ("start", here(starts_at)),
        ("end", here(message.ends_at())),
        ("start_in_utc", utc(starts_at)),
        ("end_in_utc", utc(message.ends_at())),
        ("time_zone", Item::Text(zone.name().into())),
        ("link_opens", here(message.opens_at())),
    ])
}
