//! What is typed about candidates.
use entity::candidate;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        candidates::{Filter, NewCandidate},
        idempotency_keys::IdempotencyKey,
        page::Seek,
        versions::Target,
    },
    mail::language::FALLBACK,
    text, times,
    web::{
        choices::Choice,
        conflict::Reading,
        forms::{FormErrors, Ticket},
        lists::{self, At},
    },
    zones::Tz,
};

/// What the forms offer.
#[derive(Serialize)]
pub struct Choices {
    /// For which job.
    pub jobs: Vec<Choice>,
    /// In which language.
    pub languages: Vec<Choice>,
}

impl Choices {
    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            jobs: vec![Choice::new(1, "Cook")],
            languages: vec![Choice::new("en", "English"), Choice::new("de", "Deutsch")],
        }
    }
}

/// Which candidates to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    /// A day: those who were added on it or before.
    #[serde(skip_serializing_if = "String::is_empty")]
    until: String,
}

impl Filters {
    /// What the list is asked for.
    pub fn parse(&self, at: &At, zone: Tz) -> Result<(Filter, Option<Seek>), FormErrors> {
        let mut errors = FormErrors::new();
        let search = errors.check("q", text::optional_line(&self.q, 200));
        let until = errors.optional(&self.until, |e, text| e.date("until", text));
        let seek = at.seek(&mut errors);
        let filter = search.map(|search| Filter {
            search,
            until: until.map(|day| times::bounds_of_day(day, zone).1),
            ..Default::default()
        });
        errors.or(filter.map(|filter| (filter, seek)))
    }

    /// The list that begins nowhere; none where this one begins nowhere itself.
    pub fn beyond_its_day(&self) -> Option<Self> {
        let begins = !self.until.trim().is_empty();
        begins.then(|| Self {
            until: String::new(),
            ..self.clone()
        })
    }

    /// Is anybody searched for?
    pub fn searches(&self) -> bool {
        lists::is_narrowed(self)
    }
}

/// A candidate as one is typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CandidateForm {
    name: String,
    email: String,
    phone: String,
    time_zone: String,
    locale: String,
    job: String,
    notes: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
    /// Who has the typed address already.
    #[serde(skip_deserializing)]
    taken_by: Option<i64>,
}

impl CandidateForm {
    /// For a new candidate.
    pub fn blank() -> Self {
        Self {
            locale: FALLBACK.into(),
            ticket: Ticket::fresh(),
            ..Default::default()
        }
    }

    /// Filled with a candidate as they are.
    pub fn of(candidate: candidate::Model) -> Self {
        Self {
            ticket: Ticket::of_version(candidate.version),
            ..Self::filled(NewCandidate::of(candidate))
        }
    }

    /// Filled with what was typed, in canonical form.
    pub fn filled(new: NewCandidate) -> Self {
        Self {
            name: new.name,
            email: new.email,
            phone: new.phone,
            time_zone: new.time_zone.unwrap_or_default(),
            locale: new.locale,
            job: new.job_id.map(|id| id.to_string()).unwrap_or_default(),
            notes: new.notes,
            ..Default::default()
        }
    }

    /// As a person reads it.
    pub fn reading(&self, choices: &Choices) -> Reading {
        Reading::new()
            .text("name", "Name", &self.name)
            .text("email", "Email", &self.email)
            .text("phone", "Phone", &self.phone)
            .text("time_zone", "Time zone", &self.time_zone)
            .choice("job", "Applied for", &self.job, &choices.jobs)
            .choice("locale", "Language", &self.locale, &choices.languages)
            .text("notes", "Notes", &self.notes)
    }

    /// A change of the candidate, or what is wrong in the order of the page.
    pub fn parse_change(&self, id: i64) -> Result<(Target, NewCandidate), FormErrors> {
        let mut errors = FormErrors::new();
        let new = self.read(&mut errors);
        let target = errors.target(&self.ticket, id);
        errors.or(target.zip(new))
    }

    /// The candidate, or what is wrong in the order of the page.
    pub fn parse(&self) -> Result<NewCandidate, FormErrors> {
        let mut errors = FormErrors::new();
        let new = self.read(&mut errors);
        errors.or(new)
    }

    fn read(&self, errors: &mut FormErrors) -> Option<NewCandidate> {
        let person = Person {
            name: &self.name,
            email: &self.email,
            phone: &self.phone,
            time_zone: &self.time_zone,
            locale: &self.locale,
        };
        let person = person.parse(errors);
        let job_id = errors.optional(&self.job, |e, text| e.number("job", text, 1, i64::MAX));
        let notes = errors.check("notes", text::lines(&self.notes, 5000));
        Some(NewCandidate {
            job_id,
            notes: notes?,
            ..person?
        })
    }

    /// The form's idempotency key.
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.ticket.idempotency_key("candidate", self)
    }

    /// The typed address is another candidate's.
    pub fn taken_by(&mut self, id: i64) -> FormErrors {
        self.taken_by = Some(id);
        FormErrors::one("email", "Another candidate already has this email address.")
    }

    /// The chosen language, whatever was typed.
    pub fn locale(&self) -> &str {
        &self.locale
    }

    /// The chosen job, as far as it can be one.
    pub fn job_id(&self) -> Option<i64> {
        self.job.trim().parse().ok()
    }
}

/// What must be known of anybody who is to be interviewed; two forms ask for it.
pub struct Person<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub phone: &'a str,
    pub time_zone: &'a str,
    pub locale: &'a str,
}

impl Person<'_> {
    /// A candidate of whom no more is known; none with the mistakes noted.
    pub fn parse(&self, errors: &mut FormErrors) -> Option<NewCandidate> {
        let name = errors.check("name", text::line(self.name, 200));
        let email = errors.check("email", text::email(self.email));
        let phone = errors.check("phone", text::phone(self.phone));
        let zone = errors.optional(self.time_zone, |errors, text| {
            errors.zone("time_zone", text)
        });
        let locale = errors.check("locale", text::locale(self.locale));
        if !self.time_zone.trim().is_empty() && zone.is_none() {
            return None;
        }
        Some(NewCandidate {
            name: name?,
            email: email?,
            phone: phone?,
            time_zone: zone.map(|zone| zone.name().to_owned()),
            locale: locale?,
            job_id: None,
            notes: String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut CandidateForm);

    fn typed() -> CandidateForm {
        CandidateForm {
            name: " Zoe\u{308} Núñez ".into(),
            email: "Zoe@Bücher.Example".into(),
            phone: "+49 (30) 123-45".into(),
            time_zone: "America/New_York".into(),
            ..CandidateForm::blank()
        }
    }

    #[test]
    fn a_candidate_is_read_in_canonical_form() {
        let new = typed().parse().expect("a candidate");
        assert_eq!(new.name, "Zoë Núñez");
        assert_eq!(new.email, "zoe@xn--bcher-kva.example");
        assert_eq!(new.time_zone.as_deref(), Some("America/New_York"));
    }

    #[test]
    fn each_mistake_stands_beside_its_field() {
        let cases: [(&str, Change); 9] = [
            ("name", |form| form.name = String::new()),
            ("name", |form| form.name = "Jane\u{0}".into()),
            ("name", |form| form.name = "Jane\u{202e}enaJ".into()),
            ("email", |form| form.email = "a@b.c, d@e.f".into()),
            ("phone", |form| form.phone = "call me".into()),
            ("time_zone", |form| form.time_zone = "Bonn".into()),
            ("locale", |form| form.locale = "english please".into()),
            ("job", |form| form.job = "cook".into()),
            ("notes", |form| form.notes = "x".repeat(5001)),
        ];
        for (field, change) in cases {
            let mut form = typed();
            change(&mut form);
            let errors = form.parse().expect_err("a mistake");
            assert!(errors.of(field).is_some(), "{field}");
        }
    }
}
