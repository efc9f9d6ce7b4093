//! What the pages of jobs show.
use chrono::{DateTime, Utc};
use entity::job;
use serde::Serialize;

use super::form::{Filters, JobForm};
use crate::{
    domain::{
        interviews::progress::Progress,
        jobs,
        page::{Cursor, Page as List},
        slots,
    },
    error::Result,
    times,
    web::{
        choices::{self, Choice},
        facts::Facts,
        forms::{FormErrors, Sheet},
        interviews::offer::OfferForm,
        labels,
        lists::{self, At, Pager},
        markdown,
        page::Page,
        slots::{Row as SlotRow, Whom},
        stamp::Stamp,
    },
    zones::Tz,
};

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    statuses: Vec<Choice>,
    jobs: Vec<Row>,
    is_narrowed: bool,
    pager: Pager,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    title: String,
    domain: String,
    location: String,
    positions: i32,
    salary: String,
    status: &'static str,
    tone: &'static str,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(form: Filters, at: &At, jobs: List<job::Model>) -> Self {
        let pager = Pager::new("/jobs", &form, at, &jobs);
        let newest = jobs.rows.first().map(|row| Cursor {
            at: row.created_at,
            id: row.id,
        });
        Self {
            pager: match form.beyond_its_day().filter(|_| at.is_first()) {
                Some(all) => pager.with_newer("/jobs", &all, newest),
                None => pager,
            },
            jobs: jobs.rows.into_iter().map(Row::new).collect(),
            // Where nothing is newer there are jobs all the same.
            is_narrowed: lists::is_narrowed(&form) || !at.is_first(),
            ..Self::refused(form, FormErrors::new())
        }
    }

    /// Filters that cannot be read.
    pub fn refused(form: Filters, errors: FormErrors) -> Self {
        Self {
            is_narrowed: lists::is_narrowed(&form),
            form,
            errors,
            statuses: choices::of(labels::job_status),
            ..Default::default()
        }
    }
}

impl Row {
    fn new(job: job::Model) -> Self {
        Self {
            id: job.id,
            salary: salary(&job),
            positions: job.positions_to_fill,
            status: labels::job_status(job.status),
            tone: tone(job.status),
            title: job.title,
            domain: job.domain,
            location: job.location,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "jobs/index.html";

    fn title(&self) -> String {
        "Jobs".into()
    }

    fn sample() -> Self {
        Self {
            jobs: vec![Row::new(sample())],
            pager: Pager::sample(),
            ..Self::refused(Filters::default(), FormErrors::one("status", "Unknown."))
        }
    }
}

/// The form for a new job.
#[derive(Serialize)]
pub struct NewPage {
    #[serde(flatten)]
    sheet: Sheet<JobForm>,
    statuses: Vec<Choice>,
}

impl NewPage {
    /// With the form as it stands.
    pub fn new(sheet: Sheet<JobForm>) -> Self {
        Self {
            sheet,
            statuses: choices::of(labels::job_status),
        }
    }
}

impl Page for NewPage {
    const TEMPLATE: &'static str = "jobs/new.html";

    fn title(&self) -> String {
        "Add job".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one("title", "Fill this in.");
        Self::new(Sheet::refused(JobForm::blank(), errors))
    }
}

/// The form for a job that is there.
#[derive(Serialize)]
pub struct EditPage {
    id: i64,
    #[serde(flatten)]
    sheet: Sheet<JobForm>,
    statuses: Vec<Choice>,
}

impl EditPage {
    /// With the form as it stands.
    pub fn new(id: i64, sheet: Sheet<JobForm>) -> Self {
        Self {
            id,
            sheet,
            statuses: choices::of(labels::job_status),
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "jobs/edit.html";

    fn title(&self) -> String {
        "Edit job".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one("form", "Mistake.");
        Self::new(1, Sheet::sample(JobForm::blank(), errors))
    }
}

/// A job.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    name: String,
    status: &'static str,
    tone: &'static str,
    description_html: String,
    facts: Facts,
    slots: Vec<SlotRow>,
    all_slots: String,
    interviews: String,
    /// `Ask 3 candidates to choose a time`; empty where nobody waits to be asked.
    ask: String,
    /// `4 asked · 3 opened · 1 chose`; empty where nobody was asked.
    progress: String,
    terms: OfferForm,
}

impl ShowPage {
    /// With how many of its candidates can be asked to choose their time, and how far those are who were.
    pub fn with_offers(self, count: usize, progress: Progress) -> Self {
        Self {
            progress: match progress {
                Progress { asked: 0, .. } => String::new(),
                Progress {
                    asked,
                    opened,
                    chosen,
                } => format!("{asked} asked · {opened} opened · {chosen} chose"),
            },
            ask: match count {
                0 => String::new(),
                1 => "Ask 1 candidate to choose a time".into(),
                many => format!("Ask {many} candidates to choose a time"),
            },
            ..self
        }
    }

    /// With its coming slots.
    pub fn new(
        job: job::Model,
        slots: List<slots::Line>,
        (zone, now): (Tz, DateTime<Utc>),
    ) -> Result<Self> {
        let entered = Stamp::new(job.created_at, times::day(job.created_at, zone));
        let facts = Facts::new()
            .text("Field of work", &job.domain)
            .text("Location", &job.location)
            .text("Team", &job.team_size)
            .text("Positions", job.positions_to_fill.to_string())
            .text("Salary", salary(&job))
            .text("Key skills", jobs::skills(&job)?.join(", "))
            .at("Added", Some(entered));
        Ok(Self {
            id: job.id,
            status: labels::job_status(job.status),
            tone: tone(job.status),
            description_html: markdown::to_html(&job.description),
            facts,
            all_slots: format!("/slots?job={}", job.id),
            interviews: format!("/interviews?job={}", job.id),
            ask: String::new(),
            progress: String::new(),
            terms: OfferForm::default(),
            slots: slots
                .rows
                .into_iter()
                .map(|slot| SlotRow::new(slot, (zone, now), &Whom::default()))
                .collect(),
            name: job.title,
        })
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "jobs/show.html";

    fn title(&self) -> String {
        self.name.clone()
    }

    fn sample() -> Self {
        let job = sample();
        Self {
            id: job.id,
            name: job.title,
            status: "Open",
            tone: "good",
            description_html: markdown::to_html(&job.description),
            facts: Facts::sample(),
            slots: vec![SlotRow::sample()],
            all_slots: "/slots?job=1".into(),
            interviews: "/interviews?job=1".into(),
            ask: "Ask 2 candidates to choose a time".into(),
            progress: "4 asked · 3 opened · 1 chose".into(),
            terms: OfferForm::default(),
        }
    }
}

fn tone(status: job::Status) -> &'static str {
    match status {
        job::Status::Open => "good",
        job::Status::Closed => "quiet",
    }
}

/// `120,000–150,000 USD`, `from 120,000 USD`, or nothing.
fn salary(job: &job::Model) -> String {
    let money = |amount: i64| format!("{} {}", grouped(amount), job.salary_currency);
    match (job.salary_min, job.salary_max) {
        (Some(least), Some(most)) if least != most => format!("{}–{}", grouped(least), money(most)),
        (Some(_), Some(amount)) => money(amount),
        (Some(least), None) => format!("from {}", money(least)),
        (None, Some(most)) => format!("up to {}", money(most)),
        (None, None) => String::new(),
    }
}

fn grouped(amount: i64) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn sample() -> job::Model {
    job::Model {
        id: 1,
        company_id: 1,
        title: "Senior Cloud Architect".into(),
        description: "Design **resilient** systems.".into(),
        domain: "Cloud".into(),
        team_size: "15-20 engineers".into(),
        positions_to_fill: 2,
        key_skills: serde_json::json!(["AWS"]),
        salary_min: Some(150_000),
        salary_max: Some(200_000),
        salary_currency: "USD".into(),
        location: "Remote".into(),
        status: job::Status::Open,
        version: 1,
        created_at: chrono::DateTime::UNIX_EPOCH,
    }
}

#[cfg(test)]
mod tests;
