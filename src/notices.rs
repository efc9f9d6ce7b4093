//! From the rows of an interview to the message that tells of it: for the worker and for the preview.
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::email::Kind;

use crate::{
    domain::interviews::Details,
    error::{Error, Result},
    mail::messages::{Brand, Message, Moment, Scheduled},
    times, words,
};

/// The message of one kind.
pub fn message(kind: Kind, details: &Details) -> Result<Message> {
    match kind {
        Kind::Scheduled => scheduled(details),
        other => Err(Error::Mail(format!("no message is written for {other:?}"))),
    }
}

/// The message that tells a candidate of a booking. The interview must be booked and have a job.
pub fn scheduled(details: &Details) -> Result<Message> {
    let Details {
        interview,
        candidate,
        company,
        slot,
        job,
        ..
    } = details;
    let (Some(slot), Some(job), Some(window)) = (slot, job, details.join_window()) else {
        return Err(Error::Mail(format!(
            "interview {} is not booked, or for no job",
            interview.id
        )));
    };
    let zone = words::zone_for(candidate, Some(slot), company);
    let contact = details.contact();
    Ok(Message::Scheduled(Scheduled {
        candidate_name: candidate.name.clone(),
        job_title: job.title.clone(),
        company_name: company.name.clone(),
        brand: Brand::new(&company.brand_colour),
        interview_type: words::interview_type(slot.interview_type).into(),
        duration_minutes: slot.duration_minutes,
        starts: moment(window.starts_at, zone),
        ends: moment(window.ends_at, zone),
        time_zone: zone.name().into(),
        link_opens: moment(window.opens_at, zone),
        join_window_minutes: company.join_window_minutes,
        instructions: details.instructions()?,
        booking_notes: Some(interview.booking_notes.clone()).filter(|notes| !notes.is_empty()),
        contact_name: contact.name.to_owned(),
        contact_email: contact.email.to_owned(),
    }))
}

fn moment(at: DateTime<Utc>, zone: Tz) -> Moment {
    Moment {
        local: times::date_at_time(at, zone),
        offset: times::offset(at, zone),
        utc: (zone != Tz::UTC).then(|| format!("{} UTC", times::date_at_24h(at))),
    }
}
