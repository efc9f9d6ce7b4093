//! A list as it is sent: the text, and what somebody said of its lines.
use std::collections::HashMap;

use actix_web::HttpRequest;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    crypto,
    domain::{batches::check::Choice, idempotency_keys::IdempotencyKey},
    imports::{encoding, people::Answers},
    mail::language::FALLBACK,
    text::Refusal,
    web::{forms::Ticket, upload::Fields},
};

/// Before the address in the name of a select.
const SLOT: &str = "slot:";
/// What a select sends that leaves its row out.
pub const NOBODY: &str = "none";

/// Which button was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing is done but the look at it.
    Look,
    /// The same, with slots that are proposed anew.
    Propose,
    /// What the page showed is carried out: its fingerprint.
    CarryOut(String),
}

/// What a button carries out, in a few characters: another fingerprint is another list.
pub fn fingerprint(lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().collect();
    crypto::sha256_hex(&lines.join("\n"))
}

/// A list as it is sent.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListForm {
    /// As it was pasted, or as it stands in the file.
    text: String,
    /// Why the file cannot be read.
    #[serde(skip)]
    unreadable: Option<Refusal>,
    job: String,
    locale: String,
    notes: String,
    /// Addresses that were corrected, as the text has them.
    corrected: Vec<String>,
    /// Addresses that are right although they look mistyped.
    confirmed: Vec<String>,
    /// The chosen slots, by address.
    slots: HashMap<String, String>,
    #[serde(flatten)]
    pub(in crate::web) ticket: Ticket,
    #[serde(skip)]
    act: String,
}

/// From the fields of a form without a file: what was typed before its user was signed out.
impl<'de> Deserialize<'de> for ListForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Vec::<(String, String)>::deserialize(deserializer)?;
        let all = |name: &str| -> Vec<String> {
            let named = fields.iter().filter(|(field, _)| field == name);
            named.map(|(_, value)| value.clone()).collect()
        };
        let one = |name| all(name).into_iter().next().unwrap_or_default();
        let slots = fields
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(SLOT)?.to_owned(), value.clone())));
        Ok(Self {
            text: one("text"),
            unreadable: None,
            job: one("job"),
            locale: one("locale"),
            notes: one("notes"),
            corrected: all("corrected"),
            confirmed: all("confirmed"),
            slots: slots.collect(),
            ticket: Ticket::of_key(one("key")),
            act: String::new(),
        })
    }
}

impl ListForm {
    /// For a list that is not there yet.
    pub fn blank(job: Option<i64>) -> Self {
        Self {
            job: job.map(|id| id.to_string()).unwrap_or_default(),
            locale: FALLBACK.into(),
            ticket: Ticket::fresh(),
            ..Default::default()
        }
    }

    /// As it came.
    pub fn read(request: &HttpRequest, body: &[u8]) -> Self {
        let fields = Fields::read(request, body);
        let file = match fields.bytes("file") {
            [] => None,
            bytes => Some(encoding::decode(bytes)),
        };
        let (text, unreadable) = match file {
            Some(Ok(text)) => (text, None),
            Some(Err(why)) => (fields.text("text"), Some(why)),
            None => (fields.text("text"), None),
        };
        let mut form = Self {
            text,
            unreadable,
            job: fields.text("job"),
            locale: fields.text("locale"),
            notes: fields.text("notes"),
            corrected: fields.all("corrected"),
            confirmed: fields.all("confirmed"),
            slots: fields.beginning(SLOT).into_iter().collect(),
            ticket: Ticket::of_key(fields.text("key")),
            act: fields.text("act"),
        };
        if form.ticket.key().is_none() {
            form.ticket = Ticket::fresh();
        }
        form.answer();
        form
    }

    /// The buttons beside an address that looks mistyped are answers, which the form carries from now on. The slot that
    /// was chosen for the wrong address is the right one's.
    fn answer(&mut self) {
        if let Some(email) = self.act.strip_prefix("confirm:") {
            self.confirmed.push(email.to_owned());
        } else if let Some(both) = self.act.strip_prefix("correct:")
            && let Some((wrong, right)) = both.split_once(' ')
        {
            if let Some(slot) = self.slots.remove(wrong) {
                self.slots.insert(right.to_owned(), slot);
            }
            self.corrected.push(wrong.to_owned());
        }
    }

    /// Which button was pressed.
    pub fn act(&self) -> Act {
        match self.act.split_once(':') {
            Some(("add" | "book", seen)) => Act::CarryOut(seen.to_owned()),
            _ if self.act == "propose" => Act::Propose,
            _ => Act::Look,
        }
    }

    /// The text, unless its file cannot be read.
    pub fn text(&self) -> Result<&str, Refusal> {
        self.unreadable.map_or(Ok(&self.text), Err)
    }

    /// What was said of addresses.
    pub fn answers(&self) -> Answers {
        Answers {
            corrected: self.corrected.clone(),
            confirmed: self.confirmed.clone(),
        }
    }

    /// The slot that was chosen for somebody. What is no key is no slot's.
    pub fn chosen(&self, email: &str) -> Choice {
        match self.slots.get(email).map(String::as_str) {
            None | Some("") => Choice::Unsaid,
            Some(NOBODY) => Choice::Nothing,
            Some(id) => Choice::Slot(id.parse().unwrap_or(0)),
        }
    }

    /// Nothing is chosen any more.
    pub fn forget_slots(&mut self) {
        self.slots.clear();
    }

    /// The job, as it was typed.
    pub fn job(&self) -> &str {
        &self.job
    }

    /// The chosen job, as far as it can be one.
    pub fn job_id(&self) -> Option<i64> {
        self.job.trim().parse().ok()
    }

    /// The language of those who name none.
    pub fn locale(&self) -> &str {
        &self.locale
    }

    /// For all candidates, as typed.
    pub fn notes(&self) -> &str {
        &self.notes
    }

    /// The form's idempotency key.
    pub fn idempotency_key(&self, scope: &'static str) -> Option<IdempotencyKey> {
        let mut slots: Vec<_> = self.slots.iter().collect();
        slots.sort_unstable();
        let request = (
            (&self.text, &self.job, &self.locale, &self.notes),
            (&self.corrected, &self.confirmed, slots),
        );
        self.ticket.idempotency_key(scope, &request)
    }
}
