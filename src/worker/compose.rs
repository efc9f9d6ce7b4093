//! From rows of the queue to messages that stay as they are from now on.
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::email::{self, Audience};

use super::{
    Stop,
    batch_writer::BatchWriter,
    catch_panic::catch_panic,
    outcome,
    record::{self, Done},
};
use crate::{
    app::App,
    domain::{
        accounts::users,
        delivery::{self, Claimed, Ended, Fixed},
        emails,
        interviews::{Details, short_link},
    },
    error::{Error, Result},
    mail::{
        invite::{self, Method, People},
        mailbox::{self, Mailbox},
        messages::Message,
    },
    mailing::message,
};

/// Composes those that are not yet, and keeps what they say; answers with those that can be sent. What cannot be
/// made is written down as that, and stops nobody else.
pub(super) async fn compose_all(
    app: &App,
    writer: &BatchWriter,
    claimed: Vec<Claimed>,
    stop: &Stop,
) -> Vec<Claimed> {
    let order: Vec<i64> = claimed.iter().map(|claimed| claimed.email.id).collect();
    let (mut ready, new): (Vec<_>, Vec<_>) = claimed
        .into_iter()
        .partition(|claimed| claimed.email.text.is_some());
    let (mut composed, mut failed) = (Vec::with_capacity(new.len()), Vec::new());
    for claimed in new {
        let id = claimed.email.id;
        match catch_panic(compose(app, &claimed)).await {
            Ok(Ok(fixed)) => composed.push((claimed, fixed)),
            Ok(Err(error)) => failed.push((claimed, outcome::from_error(id, error))),
            Err(panic) => failed.push((claimed, outcome::from_panic(id, &panic, false))),
        }
        // Others have something to do on this thread.
        tokio::task::yield_now().await;
    }
    for (claimed, ended) in failed {
        record::record(app, writer, done(claimed, ended), stop.clone()).await;
    }
    ready.extend(fix(app, writer, composed, stop).await);
    // As they were claimed: the most urgent one first.
    ready.sort_by_key(|claimed| order.iter().position(|id| *id == claimed.email.id));
    ready
}

async fn fix(
    app: &App,
    writer: &BatchWriter,
    composed: Vec<(Claimed, Fixed)>,
    stop: &Stop,
) -> Vec<Claimed> {
    if composed.is_empty() {
        return Vec::new();
    }
    let error = match delivery::fix(&app.db, &composed).await {
        Ok(kept) => return kept,
        Err(error) => error,
    };
    if composed.len() > 1 && !matches!(error, Error::Unavailable(_)) {
        // One that the database refuses must not keep the others from being sent.
        let mut kept = Vec::new();
        for one in composed {
            kept.extend(Box::pin(fix(app, writer, vec![one], stop)).await);
        }
        return kept;
    }
    let why = error.to_string();
    for (claimed, _) in composed {
        let id = claimed.email.id;
        let ended = outcome::from_error(id, Error::System(why.clone()));
        record::record(app, writer, done(claimed, ended), stop.clone()).await;
    }
    Vec::new()
}

fn done(claimed: Claimed, ended: Ended) -> Done {
    Done {
        claimed: Arc::new(claimed),
        ended,
    }
}

/// Writes the message from its row and its interview.
pub(super) async fn compose(app: &App, claimed: &Claimed) -> Result<Fixed> {
    let email = &claimed.email;
    let details = about(claimed)?;
    let message = write(app, email, details).await?;
    let composed = app.composer.compose(&message)?;
    let contact = details.contact();
    let configured = mailbox::parse_address(app.settings.mail.from.email.as_ref())?;
    let sender = mailbox::sender(&configured, contact.name, &details.company.name)?;
    let domain = configured.domain().to_owned();
    // Not when it was queued: a reminder waits for days, and mail that looks old is taken for junk.
    let date = app.clock.now();
    Ok(Fixed {
        ics: calendar(app, claimed, &message, (&sender, &domain), date).await?,
        date,
        sender: sender.to_string(),
        reply_to: Some(Mailbox::new(contact.name, contact.email)?.to_string()),
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        logo_id: details.own.logo.as_ref().map(|logo| logo.id),
        short_link: takes_short_link(email).then(|| {
            let (_, kept) = short_link::made(&app.keys, &details.interview);
            kept
        }),
        domain,
    })
}

/// Only the candidate's calendars have the join link.
pub(super) fn takes_short_link(email: &email::Model) -> bool {
    Method::of(email.kind) == Some(Method::Request) && email.audience == Audience::Candidate
}

async fn write(app: &App, email: &email::Model, details: &Details) -> Result<Message> {
    if !email.kind.is_for_interviewers() {
        return message::message(&app.composer, email, details);
    }
    let user_id = email.user_id.ok_or(Error::NotFound)?;
    let user = users::find(&app.db, email.company_id, user_id).await?;
    let page = app.settings.base_url.join(&message::own_page(details));
    let reader = (user.time_zone.as_deref(), page);
    message::to_interviewer(&app.composer, email, details, reader)
}

fn about(claimed: &Claimed) -> Result<&Details> {
    let missing = || Error::Stored(format!("email {} is about no interview", claimed.email.id));
    claimed.details.as_ref().ok_or_else(missing)
}

async fn calendar(
    app: &App,
    claimed: &Claimed,
    message: &Message,
    (sender, domain): (&Mailbox, &str),
    date: DateTime<Utc>,
) -> Result<Option<String>> {
    let email = &claimed.email;
    let Some(method) = Method::of(email.kind) else {
        return Ok(None);
    };
    let details = about(claimed)?;
    // Whether an interviewer was told before is not known here.
    let known = match claimed.follows_others || email.kind.is_for_interviewers() {
        true => {
            let interview_id = details.interview.id;
            emails::first_calendar(app.db.read(), email.company_id, interview_id).await?
        }
        false => None,
    };
    let (known_domain, first) = known.unzip();
    let domain = known_domain.unwrap_or_else(|| domain.to_owned());
    let event = message::event(
        &app.composer,
        message,
        (details, email.user_id),
        &domain,
        date,
    )?;
    let attendee = Mailbox::new(&email.recipient_name, &email.recipient)?;
    let (organizer, is_answer_read) = organizer(app, email, sender, first.as_deref())?;
    let people = People {
        organizer: &organizer,
        attendee: &attendee,
        is_answer_read,
    };
    Ok(Some(invite::message(method, &event, people)))
}

/// Whom a calendar answers, and whether that is read. A calendar that knows the interview takes changes of it from the
/// same organizer only.
fn organizer(
    app: &App,
    email: &email::Model,
    sender: &Mailbox,
    first: Option<&str>,
) -> Result<(Mailbox, bool)> {
    if email.kind.is_for_interviewers() {
        return Ok((sender.clone(), false));
    }
    let ours = app.return_address.as_ref();
    let read = ours.map(|ours| ours.for_answers(&sender.address));
    let read = read.transpose()?;
    let known = first.and_then(invite::organizer);
    let address = known.or_else(|| read.clone());
    let address = address.unwrap_or_else(|| sender.address.clone());
    let is_answer_read = read.is_some_and(|read| read == address);
    let name = sender.name.clone();
    Ok((Mailbox { name, address }, is_answer_read))
}
