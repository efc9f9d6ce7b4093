//! What is typed to book somebody.
use serde::{Deserialize, Serialize};

use super::{Person, Whom};
use crate::{
    domain::interviews::{
        booking::{NewBooking, Who},
        slot_choice::SlotChoice,
    },
    error::{Error, Result},
    mail::language::FALLBACK,
    text,
    web::{
        forms::{FormErrors, Ticket},
        overlap, preview,
    },
};

/// Stands for a candidate who is not there yet.
const SOMEBODY_NEW: &str = "new";
/// Before the key of a candidate: the button that takes the one who has the typed address.
const TAKE: &str = "take-";

/// Which button was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Nothing is done but the search.
    Search,
    /// Nothing is done but the preview.
    Preview,
    /// It is booked.
    Book,
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opening {
    /// None where the page is opened, some where a candidate is looked up.
    q: Option<String>,
    #[serde(flatten)]
    whom: Whom,
}

impl Opening {
    /// What the request is for.
    pub fn act(&self) -> Act {
        match self.q {
            Some(_) => Act::Search,
            None => Act::Book,
        }
    }
}

/// A booking as it is typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct BookingForm {
    /// The key of somebody who is there, or [`SOMEBODY_NEW`].
    candidate: String,
    /// The key of an interview that waits for its time; then nobody else is asked for.
    interview: String,
    name: String,
    email: String,
    phone: String,
    time_zone: String,
    #[serde(default = "fallback")]
    locale: String,
    notes: String,
    /// The other interviews at this time of which somebody was warned.
    overlap: String,
    q: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
    act: String,
    /// Who has the typed address already.
    #[serde(skip_deserializing)]
    taken_by: Option<i64>,
}

impl BookingForm {
    /// As the page begins.
    pub fn opened(opening: Opening) -> Self {
        Self {
            candidate: opening.whom.candidate,
            interview: opening.whom.interview,
            q: opening.q.unwrap_or_default(),
            locale: fallback(),
            ticket: Ticket::fresh(),
            ..Default::default()
        }
    }

    /// Which button was pressed; the one that takes a candidate who is there is a preview of that.
    pub fn act(&mut self) -> Act {
        if let Some(id) = self.act.strip_prefix(TAKE) {
            self.candidate = id.to_owned();
            return Act::Preview;
        }
        match self.act.as_str() {
            "search" => Act::Search,
            "preview" => Act::Preview,
            _ => Act::Book,
        }
    }

    /// The booking, or what is wrong in the order of the page.
    pub fn parse(&self, slot_id: i64) -> Result<NewBooking, FormErrors> {
        let mut errors = FormErrors::new();
        let who = self.who(&mut errors);
        let notes = errors.check("notes", text::lines(&self.notes, 2000));
        let request = (
            slot_id,
            (&self.candidate, &self.interview),
            (&self.name, &self.email, &self.phone, &self.time_zone),
            &self.notes,
        );
        let parsed = (|| {
            Some(NewBooking {
                slot: SlotChoice::Existing(slot_id),
                who: who?,
                notes: notes?,
                overlaps: overlap::confirmed(&self.overlap),
                idempotency_key: self.ticket.idempotency_key("booking", &request),
            })
        })();
        errors.or(parsed)
    }

    /// The interview that waits for its time. What is no key is nobody's interview.
    pub fn interview_id(&self) -> Result<Option<i64>> {
        match self.interview.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Error::NotFound),
        }
    }

    /// What was confirmed.
    pub fn overlap(&self) -> &str {
        &self.overlap
    }

    /// Where the mail is shown as mail programs do; none where the address would be too long for a proxy.
    pub fn letter_address(&self, slot_id: i64) -> Option<String> {
        let letter = Letter {
            candidate: &self.candidate,
            interview: &self.interview,
            name: &self.name,
            email: &self.email,
            time_zone: &self.time_zone,
            locale: &self.locale,
            notes: &self.notes,
        };
        preview::address(&format!("/slots/{slot_id}/booking/html"), &letter)
    }

    /// What is searched for.
    pub fn search(&self) -> &str {
        &self.q
    }

    /// The chosen language, whatever was typed.
    pub fn locale(&self) -> &str {
        &self.locale
    }

    /// The candidates that the page must offer whatever is searched for.
    pub fn candidates(&self) -> Vec<i64> {
        let chosen = self.candidate.trim().parse().ok();
        chosen.into_iter().chain(self.taken_by).collect()
    }

    /// Is this one chosen?
    pub fn chooses(&self, candidate_id: i64) -> bool {
        self.candidate.trim() == candidate_id.to_string()
    }

    /// Is it about somebody who is not there yet?
    pub fn is_about_somebody_new(&self) -> bool {
        self.candidate == SOMEBODY_NEW
    }

    /// The typed address is another candidate's.
    pub fn taken_by(&mut self, id: i64) -> FormErrors {
        self.taken_by = Some(id);
        FormErrors::one("email", "Another candidate already has this email address.")
    }

    /// The button that takes the candidate who has the typed address: its value and their key.
    pub fn take(&self) -> Option<(String, i64)> {
        self.taken_by.map(|id| (format!("{TAKE}{id}"), id))
    }

    fn who(&self, errors: &mut FormErrors) -> Option<Who> {
        if !self.interview.trim().is_empty() {
            let id = errors.number("interview", &self.interview, 1, i64::MAX);
            return id.map(Who::Interview);
        }
        match self.candidate.trim() {
            "" => errors.check("candidate", Err("Choose a candidate.")),
            SOMEBODY_NEW => {
                let person = Person {
                    name: &self.name,
                    email: &self.email,
                    phone: &self.phone,
                    time_zone: &self.time_zone,
                    locale: &self.locale,
                };
                person.parse(errors).map(Who::New)
            }
            id => errors
                .number("candidate", id, 1, i64::MAX)
                .map(Who::Candidate),
        }
    }
}

/// What the mail depends on.
#[derive(Serialize)]
struct Letter<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    candidate: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    interview: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    email: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    time_zone: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    locale: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    notes: &'a str,
}

fn fallback() -> String {
    FALLBACK.into()
}

#[cfg(test)]
mod tests;
