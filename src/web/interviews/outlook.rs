//! What the candidate hears of a change, in words for the recruiter: before it is made, and after.
use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use entity::email::{self, Kind, Status};

use crate::{
    app::App,
    domain::{interviews::Details, notifications},
    error::Result,
    times,
    web::{errors, flash::Flash, labels, viewer::Viewer},
    zones::Tz,
};

/// What would be told of such a change.
pub async fn outlook(app: &App, details: &Details, kind: Kind) -> Result<String> {
    let was_told = notifications::was_notified(&app.db, details).await?;
    Ok(before(kind, was_told, &details.candidate.email))
}

/// 303 to the interview, which says what was done and what is told of it.
pub async fn tell(
    app: &App,
    viewer: &Viewer,
    done: &str,
    now: &Details,
) -> errors::Result<HttpResponse> {
    app.wake.notify_one();
    if let Some(reason) = &now.interview.not_told_reason {
        let text = format!("{done} {} Reason: {reason}", silence(now));
        return viewer.see_other(
            &format!("/interviews/{}", now.interview.id),
            Flash::done(text),
        );
    }
    let newest = notifications::newest(&app.db, now).await?;
    let told = after(newest.as_ref(), viewer.zone(), app.clock.now());
    let text = format!("{done} {told}");
    let flash = match newest.is_some_and(|email| email.status == Status::Held) {
        true => Flash::problem(text),
        false => Flash::done(text),
    };
    viewer.see_other(&format!("/interviews/{}", now.interview.id), flash)
}

/// What becomes of a candidate who is not to be told.
pub fn silence(details: &Details) -> String {
    format!(
        "{} will not be emailed about this, and gets no reminders.",
        details.candidate.email
    )
}

fn before(kind: Kind, was_told: bool, recipient: &str) -> String {
    match was_told {
        true => goes(kind, recipient),
        false if kind.has_last_word() => {
            format!("{recipient} has not been emailed yet and won't be.")
        }
        false => format!(
            "The invitation to {recipient} has not gone out yet; it will include your changes."
        ),
    }
}

fn after(newest: Option<&email::Model>, zone: Tz, now: DateTime<Utc>) -> String {
    let Some(email) = newest else {
        return "No email needed; the candidate is up to date.".into();
    };
    if email.status == Status::Held {
        return format!(
            "The email to {} is held back because an earlier one bounced. See Emails for what to do.",
            email.recipient
        );
    }
    if email.status.is_final() {
        return format!("The latest email to {} already says so.", email.recipient);
    }
    let goes = goes(email.kind, &email.recipient);
    if email.due_at <= now {
        return goes;
    }
    let clock = times::clock(email.due_at, zone);
    format!("{goes} It goes out at {clock} and includes anything you change before then.")
}

fn goes(kind: Kind, recipient: &str) -> String {
    format!(
        "{recipient} will get {}.",
        labels::email_in_a_sentence(kind)
    )
}
