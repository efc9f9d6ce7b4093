//! What a recruiter should know before the mail leaves.
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::interviews::Details,
    settings::{Backend, Settings},
    times,
};

/// A mail may wait in queues for about as long as this.
const SHORT_NOTICE: TimeDelta = TimeDelta::minutes(60);

/// Where mail is sent, but not taken.
pub const UNWELL: &str = "There's a problem with sending email right now, so invitations may wait. Ask an admin to check Email.";

/// All there is to warn of; of the booking itself only as far as it can be seen already.
pub fn of(
    draft: Option<&Details>,
    (settings, is_mail_unwell): (&Settings, bool),
    now: DateTime<Utc>,
) -> Vec<String> {
    let mut warnings = of_mail(settings);
    if is_mail_unwell {
        warnings.push(UNWELL.into());
    }
    warnings.extend(
        draft
            .map(|draft| of_booking(draft, now))
            .unwrap_or_default(),
    );
    warnings
}

/// What is wrong with all mail.
pub fn of_mail(settings: &Settings) -> Vec<String> {
    match settings.mail.backend {
        Backend::Console => {
            vec!["Emails are only printed to the server's console, so the candidate won't get this email. Ask an admin to set up a mail server.".into()]
        }
        Backend::Smtp(_) if settings.base_url.is_loopback() => vec![format!(
            "The join link in the email points to {}, which only opens on this computer. Ask an admin to set a public address.",
            settings.base_url.host()
        )],
        Backend::Smtp(_) => Vec::new(),
    }
}

fn of_booking(draft: &Details, now: DateTime<Utc>) -> Vec<String> {
    let mut warnings = Vec::new();
    let Some(slot) = &draft.slot else {
        return warnings;
    };
    let zone = draft.candidate_zone();
    if times::is_night(slot.starts_at, zone) {
        let clock = times::clock(slot.starts_at, zone);
        warnings.push(format!("It's night for the candidate: {clock} in {zone}."));
    }
    if draft.candidate.time_zone.is_none() {
        warnings.push(format!("Time zone unknown. The email will use {zone}."));
    }
    if draft.meeting_url().is_none() {
        warnings.push("No meeting link yet. Add one afterwards under Edit details.".into());
    }
    if slot.starts_at - now < SHORT_NOTICE {
        let start = times::relative(slot.starts_at, now);
        warnings.push(format!(
            "It starts {start}; the candidate may see the email too late."
        ));
    }
    warnings
}
