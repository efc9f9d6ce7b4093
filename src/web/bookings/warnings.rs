//! What a recruiter should know before the mail leaves.
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::interviews::Details,
    settings::{Backend, Settings},
    times, words,
};

/// A mail may wait in queues for about as long as this.
const SHORT_NOTICE: TimeDelta = TimeDelta::minutes(60);

/// All there is to warn of; of the booking itself only as far as it can be seen already.
pub fn of(draft: Option<&Details>, settings: &Settings, now: DateTime<Utc>) -> Vec<String> {
    let mut warnings = of_mail(settings);
    warnings.extend(
        draft
            .map(|draft| of_booking(draft, now))
            .unwrap_or_default(),
    );
    warnings
}

fn of_mail(settings: &Settings) -> Vec<String> {
    match settings.mail.backend {
        Backend::Console => {
            vec!["Mail is printed to the console: nobody receives the invitation.".into()]
        }
        Backend::Smtp(_) if settings.base_url.is_loopback() => vec![format!(
            "The link in the mail leads to {}, which only this machine can open.",
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
    let zone = words::zone_for(&draft.candidate, Some(slot), &draft.company);
    if times::is_night(slot.starts_at, zone) {
        let clock = times::clock(slot.starts_at, zone);
        warnings.push(format!("It is night for the candidate: {clock} in {zone}."));
    }
    if draft.candidate.time_zone.is_none() {
        warnings.push(format!(
            "Nobody knows the candidate's time zone: the mail tells times in {zone}."
        ));
    }
    if draft.meeting_url().is_none() {
        warnings.push(
            "There is no meeting URL: the candidate could open the link and find no room.".into(),
        );
    }
    if slot.starts_at - now < SHORT_NOTICE {
        let start = times::relative(slot.starts_at, now);
        warnings.push(format!("It starts {start}: the mail may be read too late."));
    }
    warnings
}
