//! From the rows of an interview to the message that tells of it: for the worker, the preview and downloads.
use chrono::{DateTime, Utc};
use entity::{
    company,
    email::{self, InterviewSnapshot, Kind},
};
use sea_orm::ActiveEnum;

use crate::{
    domain::{
        companies, emails, interviews::Details, logos::Shown, mail_texts::Own,
        notifications::PendingChange,
    },
    error::{Error, Result},
    mail::{
        compose::Composer,
        invite::{Event, Meeting},
        messages::{Brand, Interviewer, Logo, Message},
        wording::Wording,
    },
    zones::Tz,
};

/// The message that a row of the queue stands for.
pub fn message(composer: &Composer, email: &email::Model, details: &Details) -> Result<Message> {
    let snapshot = match email.facts {
        Some(_) => emails::snapshot_of(email)?,
        None => emails::snapshot(details)?,
    };
    let before = emails::previous_snapshot_of(email)?;
    tell_unusable_words(composer, email, details)?;
    write(
        composer,
        email.kind,
        &email.locale,
        snapshot,
        before,
        details,
    )
}

/// The same where it goes to a user who holds the interview: in their own zone, if they have one, with the address of their page
/// of it.
pub fn to_interviewer(
    composer: &Composer,
    email: &email::Model,
    details: &Details,
    (own_zone, page): (Option<&str>, String),
) -> Result<Message> {
    let message = message(composer, email, details)?;
    let zones = [own_zone, Some(details.company.time_zone.as_str())];
    let zone = zones
        .into_iter()
        .flatten()
        .find_map(|name| name.parse().ok())
        .unwrap_or(Tz::UTC);
    let name = email.recipient_name.clone();
    Ok(Message {
        interviewer: Some(Interviewer { name, page }),
        zone,
        ..message
    })
}

/// The path of the page where interviewers see an interview that they hold.
pub fn own_page(details: &Details) -> String {
    format!("/my-interviews/{}", details.interview.id)
}

/// The message that would tell these change.
pub fn draft(composer: &Composer, change: PendingChange, details: &Details) -> Result<Message> {
    let locale = &details.candidate.locale;
    write(
        composer,
        change.kind,
        locale,
        change.snapshot,
        change.previous_snapshot,
        details,
    )
}

/// The message that tells of a booking as it stands.
pub fn invitation(composer: &Composer, details: &Details) -> Result<Message> {
    let snapshot = emails::snapshot(details)?;
    write(
        composer,
        Kind::Scheduled,
        &details.candidate.locale,
        snapshot,
        None,
        details,
    )
}

/// What a message of a kind would say of an interview, in a language: for a preview, so what it tells of a
/// change or a reason is imagined.
pub fn imagined(
    composer: &Composer,
    kind: Kind,
    locale: &str,
    details: &Details,
) -> Result<Message> {
    let snapshot = InterviewSnapshot {
        is_cancelled: kind.has_last_word(),
        ..emails::snapshot(details)?
    };
    let before = Message::imagined_before(kind, &snapshot);
    let message = write(composer, kind, locale, snapshot, before, details)?;
    Ok(Message {
        cancel_reason: Message::sample(kind).cancel_reason,
        ..message
    })
}

/// The same of no interview at all: what a new company sees.
pub fn sample(kind: Kind, locale: &str, company: &company::Model, own: &Own) -> Result<Message> {
    Ok(Message {
        locale: locale.to_owned(),
        company_name: company.name.clone(),
        brand: Brand::new(&company.brand_colour),
        logo: own.logo.as_ref().map(logo),
        join_window_minutes: company.join_window_minutes,
        instructions: companies::instructions(company)?,
        contact_name: company.name.clone(),
        contact_email: company.contact_email.clone(),
        ..Message::sample(kind)
    })
}

/// What calendars get of an interview: the candidate's, or a user's who holds it. The domain is the one under which they
/// know it.
pub fn event(
    composer: &Composer,
    message: &Message,
    (details, user_id): (&Details, Option<i64>),
    domain: &str,
    stamp: DateTime<Utc>,
) -> Result<Event> {
    let entry = composer.entry(message)?;
    let interview = &details.interview;
    let (of_whom, sequence) = match user_id {
        // Their interview changes when they are put on it or taken off, too.
        Some(user_id) => (format!("-{user_id}"), interview.version),
        None => (String::new(), interview.ics_sequence),
    };
    Ok(Event {
        uid: format!("itv-{}{of_whom}@{domain}", interview.public_id),
        sequence,
        stamp,
        starts_at: message.snapshot.starts_at,
        ends_at: message.ends_at(),
        summary: entry.summary,
        description: entry.description,
        place: entry.place,
        meeting: message.interviewer.as_ref().map(|interviewer| Meeting {
            url: message.snapshot.place.clone(),
            page: interviewer.page.clone(),
        }),
    })
}

/// A mail is not held up by words that do not fit any more: it has the usual ones there, and the log says so.
fn tell_unusable_words(composer: &Composer, email: &email::Model, details: &Details) -> Result<()> {
    let language = composer.languages().choose(&email.locale)?.tag();
    let (_, unusable) = Wording::of(details.own.words(email.kind, language));
    for name in unusable {
        tracing::warn!(
            company.id = email.company_id,
            "A company's own words for {name} in {} ({language}) cannot be used; the usual ones are",
            email.kind.to_value(),
        );
    }
    Ok(())
}

fn logo(shown: &Shown) -> Logo {
    Logo::new(&shown.content_hash, shown.width, shown.height)
}

fn write(
    composer: &Composer,
    kind: Kind,
    locale: &str,
    snapshot: InterviewSnapshot,
    before: Option<InterviewSnapshot>,
    details: &Details,
) -> Result<Message> {
    let Details {
        interview,
        candidate,
        company,
        job,
        own,
        ..
    } = details;
    let job = job
        .as_ref()
        .ok_or_else(|| Error::Mail(format!("interview {} is for no job", interview.id)))?;
    let contact = details.contact();
    Ok(Message {
        kind,
        locale: locale.to_owned(),
        snapshot,
        before,
        candidate_name: candidate.name.clone(),
        interviewer: None,
        job_title: job.title.clone(),
        company_name: company.name.clone(),
        brand: Brand::new(&company.brand_colour),
        logo: own.logo.as_ref().map(logo),
        wording: wording(composer, kind, locale, own)?,
        zone: details.candidate_zone(),
        join_window_minutes: company.join_window_minutes,
        instructions: details.instructions()?,
        cancel_reason: interview.cancel_reason.clone(),
        contact_name: contact.name.to_owned(),
        contact_email: contact.email.to_owned(),
    })
}

/// The company's own words, in the language that the message is written in.
fn wording(composer: &Composer, kind: Kind, locale: &str, own: &Own) -> Result<Wording> {
    let language = composer.languages().choose(locale)?.tag();
    let (wording, _) = Wording::of(own.words(kind, language));
    Ok(wording)
}
