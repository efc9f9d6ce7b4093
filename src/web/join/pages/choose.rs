//! The free times, day by day in the candidate's zone.
use chrono::{DateTime, Utc};
use entity::slot;
use serde::Serialize;

use super::{
    path,
    times::{Day, by_day},
};
use crate::{
    domain::interviews::offered::Offered,
    error::Result,
    mail::{language::Language, mailbox},
    times,
    web::{forms::FormErrors, join::choosing::ChoiceForm, page::Page},
};

const GROUP: &str = "page_choose";

/// What came of a press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Somebody was quicker.
    Taken,
    /// No time was chosen.
    Nothing,
    /// The words are too long.
    TooLong,
    /// The recruiter knows that none suits.
    Told,
}

impl Said {
    /// The group and the name of the phrase for what is wrong.
    pub fn mistake(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Taken => Some((GROUP, "taken")),
            Self::Nothing => Some((GROUP, "pick")),
            Self::TooLong => Some(("page_answer", "too_long")),
            Self::Told => None,
        }
    }
}

/// The times to choose from.
#[derive(Serialize)]
pub struct ChoosePage {
    #[serde(skip)]
    title: String,
    path: String,
    job: String,
    until: String,
    zone: String,
    is_open: bool,
    is_told: bool,
    days: Vec<Day>,
    form: ChoiceForm,
    errors: FormErrors,
    contact_name: String,
    contact_email: String,
    contact_uri: String,
}

impl ChoosePage {
    /// With what was typed.
    pub fn new(
        (token, offered, slots): (&str, &Offered, &[slot::Model]),
        (form, errors, said): (ChoiceForm, FormErrors, Option<Said>),
        language: &Language,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let details = &offered.details;
        let zone = details.candidate_zone();
        let job = details.job.as_ref().map(|job| job.title.clone());
        let job = job.unwrap_or_default();
        let contact = details.contact();
        Ok(Self {
            title: language.say(GROUP, "title", &[("heading", &job)])?,
            path: path(token),
            job,
            until: language.moment(offered.offer.choose_by, zone),
            zone: times::zone_with_offset(now, zone),
            is_open: offered.is_open(now),
            is_told: said == Some(Said::Told),
            days: by_day(slots, language, zone)?,
            form,
            errors,
            contact_name: contact.name.to_owned(),
            contact_email: contact.email.to_owned(),
            contact_uri: mailbox::mailto(contact.email),
        })
    }
}

impl Page for ChoosePage {
    const TEMPLATE: &'static str = "join/choose.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn sample() -> Self {
        Self {
            title: "Choose your time: Senior Cloud Architect".into(),
            path: path("token"),
            job: "Senior Cloud Architect".into(),
            until: "Wednesday, October 15, 2025 at 10:00 AM (UTC+02:00)".into(),
            zone: "Europe/Berlin, UTC+02:00".into(),
            is_open: true,
            is_told: true,
            days: vec![Day::sample()],
            form: ChoiceForm::default(),
            errors: FormErrors::one("form", "Choose one of the times."),
            contact_name: "Dana Whitfield".into(),
            contact_email: "dana@sample-company.example".into(),
            contact_uri: "mailto:dana@sample-company.example".into(),
        }
    }
}
