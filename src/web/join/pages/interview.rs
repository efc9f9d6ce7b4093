//! What the pages tell of an interview, in the candidate's language and by their clock.
use entity::InstructionLine;
use sea_orm::ActiveEnum;
use serde::Serialize;

use super::path;
use crate::{
    domain::interviews::{admission::Admission, join_window::JoinWindow},
    error::{Error, Result},
    mail::{language::Language, mailbox},
    times,
    web::alerts::dial,
    zones::Tz,
};

/// What every page tells of the interview.
#[derive(Serialize)]
pub(super) struct Interview {
    heading: String,
    lead: String,
    starts_at: String,
    when: String,
    /// The same in large: the day, and from when to when; none where it ends on another day.
    clocks: Option<Clocks>,
    time_zone: &'static str,
    zone_path: String,
    /// Does the candidate have one of their own?
    is_own_zone: bool,
    /// None where the zone is UTC itself.
    utc: Option<String>,
    duration: String,
    interviewer: String,
    notes: Vec<String>,
    contact_name: String,
    contact_email: String,
    contact_uri: String,
    /// None where no number was given.
    call: Option<Call>,
}

/// A time in large.
#[derive(Serialize)]
struct Clocks {
    day: String,
    span: String,
}

impl Clocks {
    fn of(window: JoinWindow, language: &Language, zone: Tz) -> Result<Option<Self>> {
        let (starts, ends) = (window.starts_at, window.ends_at);
        let day = language.day(starts, zone);
        if day != language.day(ends, zone) {
            return Ok(None);
        }
        let span = [
            ("from", &*language.clock(starts, zone)),
            ("until", &*language.clock(ends, zone)),
        ];
        let span = language.say("amounts", "span", &span)?;
        Ok(Some(Self { day, span }))
    }
}

/// A number, as it was typed and as it is dialled.
#[derive(Serialize)]
struct Call {
    phone: String,
    uri: String,
}

impl Call {
    fn at(phone: &str) -> Option<Self> {
        let dial = dial(phone);
        (!dial.is_empty()).then(|| Self {
            phone: phone.to_owned(),
            uri: format!("tel:{dial}"),
        })
    }
}

impl Interview {
    pub fn of(admission: &Admission, language: &Language) -> Result<Self> {
        let details = &admission.details;
        let slot = details.slot.as_ref().ok_or(Error::NotFound)?;
        let window = admission.window;
        let zone = details.candidate_zone();
        let kind = slot.interview_type.to_value();
        let kind = language.say("interview_types", &kind, &[])?;
        let lead = [
            ("interview_type", &*kind),
            ("candidate_name", &*details.candidate.name),
        ];
        let contact = details.contact();
        Ok(Self {
            heading: match &details.job {
                Some(job) => job.title.clone(),
                None => language.say("page_interview", "your_interview", &[])?,
            },
            lead: language.say("page_interview", "lead", &lead)?,
            starts_at: times::rfc3339(window.starts_at),
            when: language.span(window.starts_at, window.ends_at, zone)?,
            clocks: Clocks::of(window, language, zone)?,
            time_zone: zone.name(),
            zone_path: format!("{}/zone", path(&admission.token)),
            is_own_zone: details.candidate.time_zone.as_deref() == Some(zone.name()),
            utc: (zone != Tz::UTC).then(|| language.moment_in_utc(window.starts_at)),
            duration: language.minutes(slot.duration_minutes)?,
            interviewer: slot.interviewer.clone(),
            notes: details
                .interview
                .booking_notes
                .lines()
                .map(String::from)
                .collect(),
            contact_name: contact.name.to_owned(),
            contact_email: contact.email.to_owned(),
            contact_uri: mailbox::mailto(contact.email),
            call: Call::at(contact.phone),
        })
    }

    /// What it is for.
    pub fn heading(&self) -> &str {
        &self.heading
    }

    /// What the tab of a page about it says, by the name of the page's phrases.
    pub fn title(&self, language: &Language, page: &str) -> Result<String> {
        language.say(page, "title", &[("heading", &self.heading)])
    }

    pub fn sample() -> Self {
        Self {
            heading: "Senior Cloud Architect".into(),
            lead: "Technical interview for John Doe".into(),
            starts_at: "2025-10-15T08:00:00Z".into(),
            when: "Wednesday, October 15, 2025 at 10:00 AM to 11:00 AM (UTC+02:00)".into(),
            clocks: Some(Clocks {
                day: "Wednesday, October 15, 2025".into(),
                span: "10:00 AM to 11:00 AM".into(),
            }),
            time_zone: "Europe/Berlin",
            zone_path: "/interview/token/zone".into(),
            is_own_zone: true,
            utc: Some("Wednesday, October 15, 2025 at 08:00 UTC".into()),
            duration: "60 minutes".into(),
            interviewer: "Ida Sommer".into(),
            notes: vec!["Please ensure you have a stable internet connection.".into()],
            contact_name: "Dana Whitfield".into(),
            contact_email: "dana@sample-company.example".into(),
            contact_uri: "mailto:dana@sample-company.example".into(),
            call: Call::at("+49 30 1234567"),
        }
    }
}

/// What the candidate does about the instructions; the page itself sees to the others.
pub(super) fn checks(admission: &Admission, language: &Language) -> Result<Vec<String>> {
    let lines = admission.details.instructions()?.into_iter();
    lines
        .filter(|line| match line {
            InstructionLine::JoinEarly
            | InstructionLine::StableInternet
            | InstructionLine::CameraMicrophone
            | InstructionLine::GovernmentId => true,
            InstructionLine::OnlyAtTime | InstructionLine::OpensBefore => false,
        })
        .map(|line| language.say("page_checks", line.name(), &[]))
        .collect()
}
