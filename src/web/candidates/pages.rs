//! What the pages of candidates show.
use entity::{candidate, job};
use serde::Serialize;

use super::form::{CandidateForm, Choices, Filters};
use crate::{
    domain::{
        interviews::Line,
        page::{Cursor, Page as List},
    },
    mail::mailbox,
    times,
    web::{
        facts::Facts,
        forms::{FormErrors, Sheet},
        interviews::{Reader, Row as InterviewRow},
        lists::{At, Pager},
        page::Page,
        slots::Whom,
        stamp::Stamp,
    },
    zones::Tz,
};

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    candidates: Vec<Row>,
    is_search: bool,
    pager: Pager,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    email: String,
    phone: String,
    zone: String,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(form: Filters, at: &At, found: List<candidate::Model>) -> Self {
        let pager = Pager::new("/candidates", &form, at, &found);
        let newest = found.rows.first().map(|row| Cursor {
            at: row.created_at,
            id: row.id,
        });
        Self {
            pager: match form.beyond_its_day().filter(|_| at.is_first()) {
                Some(all) => pager.with_newer("/candidates", &all, newest),
                None => pager,
            },
            candidates: found.rows.into_iter().map(Row::new).collect(),
            // Where nothing is newer there are candidates all the same.
            is_search: form.searches() || !at.is_first(),
            ..Self::refused(form, FormErrors::new())
        }
    }

    /// A search that cannot be read.
    pub fn refused(form: Filters, errors: FormErrors) -> Self {
        Self {
            is_search: form.searches(),
            form,
            errors,
            ..Default::default()
        }
    }
}

impl Row {
    fn new(candidate: candidate::Model) -> Self {
        Self {
            id: candidate.id,
            name: candidate.name,
            email: candidate.email,
            phone: candidate.phone,
            zone: candidate.time_zone.unwrap_or_default(),
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "candidates/index.html";

    fn title(&self) -> String {
        "Candidates".into()
    }

    fn sample() -> Self {
        Self {
            candidates: vec![Row {
                id: 1,
                name: "John Doe".into(),
                email: "john@example.com".into(),
                phone: "+1 555 0100".into(),
                zone: "America/New_York".into(),
            }],
            pager: Pager::sample(),
            ..Self::refused(Filters::default(), FormErrors::one("q", "Unreadable."))
        }
    }
}

/// The form for a new candidate.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<CandidateForm>,
    #[serde(flatten)]
    choices: Choices,
}

impl NewPage {
    /// With the form as it stands.
    pub fn new(sheet: Sheet<CandidateForm>, choices: Choices) -> Self {
        Self { sheet, choices }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "candidates/new.html";

    fn title(&self) -> String {
        "Add candidate".into()
    }

    fn sample() -> Self {
        let mut form = CandidateForm::blank();
        let errors = form.taken_by(1);
        Self::new(Sheet::refused(form, errors), Choices::sample())
    }
}

/// The form for a candidate who is there.
#[derive(Serialize)]
pub struct EditPage {
    id: i64,
    #[serde(flatten)]
    sheet: Sheet<CandidateForm>,
    #[serde(flatten)]
    choices: Choices,
}

impl EditPage {
    /// With the form as it stands.
    pub fn new(id: i64, sheet: Sheet<CandidateForm>, choices: Choices) -> Self {
        Self { id, sheet, choices }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "candidates/edit.html";

    fn title(&self) -> String {
        "Edit candidate".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one("phone", "This is no number.");
        let sheet = Sheet::sample(CandidateForm::blank(), errors);
        Self::new(1, sheet, Choices::sample())
    }
}

/// A candidate.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    name: String,
    facts: Facts,
    interviews: Vec<InterviewRow>,
    book: String,
}

impl ShowPage {
    /// With their interviews, newest first.
    pub fn new(
        candidate: candidate::Model,
        job: Option<job::Model>,
        language: &str,
        held: List<Line>,
        reader: &Reader,
    ) -> Self {
        Self {
            id: candidate.id,
            facts: facts(&candidate, job.as_ref(), language, reader.zone),
            book: Whom::candidate(candidate.id).slots_address(),
            name: candidate.name,
            interviews: held
                .rows
                .into_iter()
                .map(|line| InterviewRow::new(line, reader))
                .collect(),
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "candidates/show.html";

    fn title(&self) -> String {
        self.name.clone()
    }

    fn sample() -> Self {
        Self {
            id: 1,
            name: "John Doe".into(),
            facts: Facts::sample(),
            interviews: vec![InterviewRow::sample()],
            book: "/slots?candidate=1&state=open".into(),
        }
    }
}

fn facts(
    candidate: &candidate::Model,
    job: Option<&job::Model>,
    language: &str,
    zone: Tz,
) -> Facts {
    let address = mailbox::mailto(&candidate.email);
    let their_zone = candidate.time_zone.as_deref();
    let added = times::day(candidate.created_at, zone);
    Facts::new()
        .link("Email", &candidate.email, address)
        .text("Phone", &candidate.phone)
        .text("Time zone", their_zone.unwrap_or(NO_ZONE))
        .text("Language", language)
        .job("Applied for", job)
        .text("Notes", &candidate.notes)
        .at("Added", Some(Stamp::new(candidate.created_at, added)))
}

const NO_ZONE: &str = "Unknown; emails use the slot's time zone";
