//! What the candidate hears of a change, in words for the recruiter: before it is made, and after.
use chrono::{DateTime, Utc};
use entity::email::{self, Kind, Status};

use crate::{
    app::App,
    domain::{interviews::Details, notifications},
    error::Result,
    times,
    web::{errors, render::Flash, viewer::Viewer},
    zones::Tz,
};

/// What would be told of such a change.
pub async fn outlook(app: &App, details: &Details, kind: Kind) -> Result<String> {
    let was_told = notifications::has_been_told(&app.db, details).await?;
    Ok(before(kind, was_told, &details.candidate.email))
}

/// Says on the next page what was done, and what is told of it.
pub async fn flash(app: &App, viewer: &Viewer, done: &str, now: &Details) -> errors::Result<()> {
    let newest = notifications::newest(&app.db, now).await?;
    let told = after(newest.as_ref(), viewer.zone(), app.clock.now());
    let text = format!("{done} {told}");
    viewer.flash(
        match newest.is_some_and(|email| email.status == Status::Held) {
            true => Flash::problem(text),
            false => Flash::done(text),
        },
    )
}

fn before(kind: Kind, was_told: bool, recipient: &str) -> String {
    match (kind, was_told) {
        (kind, true) => goes(kind, recipient),
        (Kind::Cancelled, false) => {
            format!("Nothing has left for {recipient} yet, and nothing will.")
        }
        (_, false) => format!(
            "The invitation to {recipient} has not left yet: it goes out with what you change here."
        ),
    }
}

fn after(newest: Option<&email::Model>, zone: Tz, now: DateTime<Utc>) -> String {
    let Some(email) = newest else {
        return "No mail leaves: there is nothing that the candidate does not know.".into();
    };
    if email.status == Status::Held {
        return format!(
            "The mail to {} is held back, for mail to this address came back before: see Mail for what to do.",
            email.recipient
        );
    }
    if email.status.is_final() {
        return format!("The newest mail to {} tells it already.", email.recipient);
    }
    let goes = goes(email.kind, &email.recipient);
    if email.due_at <= now {
        return goes;
    }
    let clock = times::clock(email.due_at, zone);
    format!("{goes} It leaves at {clock}; what is changed before then goes into the same mail.")
}

fn goes(kind: Kind, recipient: &str) -> String {
    let what = match kind {
        Kind::Scheduled => "The invitation",
        Kind::Rescheduled => "A mail with the old and the new time",
        Kind::Updated => "A mail with what changed",
        Kind::Cancelled => "A cancellation",
        Kind::Reminder => "A reminder",
        Kind::LinkReplaced => "A mail with the new link",
    };
    format!("{what} goes to {recipient}.")
}
