//! From the rows of an interview to the message that tells of it: for the worker, the preview and downloads.
use chrono::{DateTime, Utc};
use entity::email::{self, Facts, Kind};

use crate::{
    domain::{
        emails,
        interviews::Details,
        notifications::{self, News},
    },
    error::{Error, Result},
    mail::{
        compose::Composer,
        invite::Event,
        messages::{Brand, Message},
    },
    words,
};

/// The message that a row of the queue stands for.
pub fn message(email: &email::Model, details: &Details) -> Result<Message> {
    let facts = match email.facts {
        Some(_) => emails::facts_of(email)?,
        None => notifications::facts(details)?,
    };
    let before = emails::facts_before_of(email)?;
    write(email.kind, &email.locale, facts, before, details)
}

/// The message that would tell these news.
pub fn draft(news: News, details: &Details) -> Result<Message> {
    let locale = &details.candidate.locale;
    write(news.kind, locale, news.facts, news.before, details)
}

/// The message that tells of a booking as it stands.
pub fn invitation(details: &Details) -> Result<Message> {
    let facts = notifications::facts(details)?;
    write(
        Kind::Scheduled,
        &details.candidate.locale,
        facts,
        None,
        details,
    )
}

/// What calendars get of an interview. The domain is the one under which they know it.
pub fn event(
    composer: &Composer,
    message: &Message,
    details: &Details,
    domain: &str,
    stamp: DateTime<Utc>,
) -> Result<Event> {
    let entry = composer.entry(message)?;
    Ok(Event {
        uid: format!("itv-{}@{domain}", details.interview.public_id),
        sequence: details.interview.ics_sequence,
        stamp,
        starts_at: message.facts.starts_at,
        ends_at: message.ends_at(),
        summary: entry.summary,
        description: entry.description,
    })
}

fn write(
    kind: Kind,
    locale: &str,
    facts: Facts,
    before: Option<Facts>,
    details: &Details,
) -> Result<Message> {
    let Details {
        interview,
        candidate,
        company,
        slot,
        job,
        ..
    } = details;
    let job = job
        .as_ref()
        .ok_or_else(|| Error::Mail(format!("interview {} is for no job", interview.id)))?;
    let contact = details.contact();
    Ok(Message {
        kind,
        locale: locale.to_owned(),
        facts,
        before,
        candidate_name: candidate.name.clone(),
        job_title: job.title.clone(),
        company_name: company.name.clone(),
        brand: Brand::new(&company.brand_colour),
        zone: words::zone_for(candidate, slot.as_ref(), company),
        join_window_minutes: company.join_window_minutes,
        instructions: details.instructions()?,
        cancel_reason: interview.cancel_reason.clone(),
        contact_name: contact.name.to_owned(),
        contact_email: contact.email.to_owned(),
    })
}
