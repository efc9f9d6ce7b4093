//! What is typed about jobs.
use entity::job::{self, Status};
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        idempotency_keys::IdempotencyKey,
        jobs::{Filter, NewJob},
        page::Seek,
        versions::Target,
    },
    error::Result,
    text::{self, Refusal},
    times,
    web::{
        choices,
        conflict::Reading,
        forms::{FormErrors, Ticket},
        labels,
        lists::At,
    },
    zones::Tz,
};

const MOST_SKILLS: usize = 40;
const HIGHEST_SALARY: i64 = 1_000_000_000_000;

/// Which jobs to list.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    status: String,
    /// A day: those that were added on it or before.
    #[serde(skip_serializing_if = "String::is_empty")]
    until: String,
}

impl Filters {
    pub fn parse(&self, at: &At, zone: Tz) -> Result<(Filter, Option<Seek>), FormErrors> {
        let mut errors = FormErrors::new();
        let search = errors.check("q", text::optional_line(&self.q, 200));
        let status = errors.optional(&self.status, |e, text| e.choice("status", text));
        let until = errors.optional(&self.until, |e, text| e.date("until", text));
        let seek = at.seek(&mut errors);
        let filter = search.map(|search| Filter {
            search,
            status,
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
}

/// A job as it is typed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct JobForm {
    title: String,
    description: String,
    domain: String,
    location: String,
    team_size: String,
    positions_to_fill: String,
    key_skills: String,
    salary_min: String,
    salary_max: String,
    salary_currency: String,
    status: String,
    #[serde(flatten)]
    pub(super) ticket: Ticket,
}

impl JobForm {
    /// For a new job.
    pub fn blank() -> Self {
        Self {
            positions_to_fill: "1".into(),
            status: Status::Open.to_value(),
            ticket: Ticket::fresh(),
            ..Default::default()
        }
    }

    /// Filled with a job as it is.
    pub fn of(job: job::Model) -> Result<Self> {
        Ok(Self {
            ticket: Ticket::of_version(job.version),
            ..Self::filled(NewJob::of(job)?)
        })
    }

    /// Filled with what was typed, in canonical form.
    pub fn filled(new: NewJob) -> Self {
        let amount = |amount: Option<i64>| amount.map(|n| n.to_string()).unwrap_or_default();
        Self {
            title: new.title,
            description: new.description,
            domain: new.domain,
            location: new.location,
            team_size: new.team_size,
            positions_to_fill: new.positions_to_fill.to_string(),
            key_skills: new.key_skills.join(", "),
            salary_min: amount(new.salary_min),
            salary_max: amount(new.salary_max),
            salary_currency: new.salary_currency,
            status: new.status.to_value(),
            ..Default::default()
        }
    }

    /// As a person reads it.
    pub fn reading(&self) -> Reading {
        let statuses = choices::of(labels::job_status);
        Reading::new()
            .text("title", "Title", &self.title)
            .text("description", "Description", &self.description)
            .text("key_skills", "Key skills", &self.key_skills)
            .text("domain", "Field of work", &self.domain)
            .text("location", "Location", &self.location)
            .text("team_size", "Team", &self.team_size)
            .text(
                "positions_to_fill",
                "Positions to fill",
                &self.positions_to_fill,
            )
            .text("salary_min", "Salary from", &self.salary_min)
            .text("salary_max", "Salary to", &self.salary_max)
            .text("salary_currency", "Currency", &self.salary_currency)
            .choice("status", "Status", &self.status, &statuses)
    }

    /// A change of the job, or what is wrong in the order of the page.
    pub fn parse_change(&self, id: i64) -> Result<(Target, NewJob), FormErrors> {
        let mut errors = FormErrors::new();
        let new = self.read(&mut errors);
        let target = errors.target(&self.ticket, id);
        errors.or(target.zip(new))
    }

    /// The job, or what is wrong in the order of the page.
    pub fn parse(&self) -> Result<NewJob, FormErrors> {
        let mut errors = FormErrors::new();
        let new = self.read(&mut errors);
        errors.or(new)
    }

    fn read(&self, errors: &mut FormErrors) -> Option<NewJob> {
        let title = errors.check("title", text::line(&self.title, 200));
        let description = errors.check("description", text::lines(&self.description, 20_000));
        let key_skills = errors.check("key_skills", parse_skills(&self.key_skills));
        let domain = errors.check("domain", text::optional_line(&self.domain, 200));
        let location = errors.check("location", text::optional_line(&self.location, 200));
        let team_size = errors.check("team_size", text::optional_line(&self.team_size, 200));
        let positions = errors.number("positions_to_fill", &self.positions_to_fill, 1, 9999);
        let (salary_min, salary_max) = self.salaries(errors);
        let pays = salary_min.or(salary_max).is_some();
        let salary_currency = errors.check("salary_currency", self.currency(pays));
        let status = errors.choice("status", &self.status);
        Some(NewJob {
            title: title?,
            description: description?,
            domain: domain?,
            team_size: team_size?,
            positions_to_fill: positions?,
            key_skills: key_skills?,
            salary_min,
            salary_max,
            salary_currency: salary_currency?,
            location: location?,
            status: status?,
        })
    }

    /// The form's idempotency key.
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.ticket.idempotency_key("job", self)
    }

    fn salaries(&self, errors: &mut FormErrors) -> (Option<i64>, Option<i64>) {
        let mut amount = |field, typed: &str| {
            let digits = typed.replace([',', ' ', '_', '\u{a0}', '\u{202f}'], "");
            errors.optional(&digits, |e, text| e.number(field, text, 0, HIGHEST_SALARY))
        };
        let least = amount("salary_min", &self.salary_min);
        let most = amount("salary_max", &self.salary_max);
        if let (Some(least), Some(most)) = (least, most)
            && least > most
        {
            errors.add(
                "salary_max",
                "This is less than the lower salary. Swap the two or correct one.",
            );
        }
        (least, most)
    }

    fn currency(&self, pays: bool) -> Result<String, Refusal> {
        match self.salary_currency.trim() {
            "" if pays => Err("Add a currency, such as EUR."),
            "" => Ok(String::new()),
            code => text::currency(code),
        }
    }
}

fn parse_skills(typed: &str) -> Result<Vec<String>, Refusal> {
    let mut skills: Vec<String> = Vec::new();
    for skill in typed.split([',', '\n']) {
        let skill = text::optional_line(skill, 80)?;
        if !skill.is_empty() && !skills.contains(&skill) {
            skills.push(skill);
        }
    }
    if skills.len() > MOST_SKILLS {
        return Err("Use at most 40 skills.");
    }
    Ok(skills)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change = fn(&mut JobForm);

    fn typed() -> JobForm {
        JobForm {
            title: "Cloud Architect".into(),
            key_skills: "AWS, Terraform,\r\nAWS, ".into(),
            salary_min: "120,000".into(),
            salary_max: "150 000".into(),
            salary_currency: "usd".into(),
            ..JobForm::blank()
        }
    }

    #[test]
    fn a_job_is_read_as_people_type_it() {
        let job = typed().parse().expect("a job");
        assert_eq!(job.key_skills, ["AWS", "Terraform"]);
        assert_eq!(
            (job.salary_min, job.salary_max),
            (Some(120_000), Some(150_000))
        );
        assert_eq!(job.salary_currency, "USD");
    }

    #[test]
    fn each_mistake_stands_beside_its_field() {
        let wrong = |change: Change| {
            let mut form = typed();
            change(&mut form);
            form.parse().expect_err("a mistake")
        };
        let cases: [(&str, Change); 9] = [
            ("title", |form| form.title = " ".into()),
            ("title", |form| form.title = "x\u{202e}y".into()),
            ("key_skills", |form| form.key_skills = "a\u{0}".into()),
            ("positions_to_fill", |form| {
                form.positions_to_fill = "0".into()
            }),
            ("salary_min", |form| form.salary_min = "-1".into()),
            ("salary_max", |form| form.salary_max = "1".into()),
            ("salary_currency", |form| {
                form.salary_currency = String::new()
            }),
            ("salary_currency", |form| {
                form.salary_currency = "Euro".into()
            }),
            ("status", |form| form.status = "ajar".into()),
        ];
        for (field, change) in cases {
            assert!(wrong(change).of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn a_job_without_a_salary_needs_no_currency() {
        let form = JobForm {
            salary_min: String::new(),
            salary_max: String::new(),
            salary_currency: String::new(),
            ..typed()
        };
        assert_eq!(form.parse().expect("a job").salary_min, None);
    }
}
