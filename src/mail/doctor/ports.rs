//! Two ways to begin encryption, and settings that say the wrong one: both look like silence or noise.
use entity::attempt::Stage;

use super::{Examined, check::Found, ways};
use crate::{
    mail::smtp::{Outcome, Report, Sighting},
    settings::{Security, SmtpSettings},
};

/// Tries the other way, if what happened looks like it: none when nothing answers to that either.
pub(super) async fn mistaken(
    patient: &Examined<'_>,
    smtp: &SmtpSettings,
    report: &Report,
) -> Option<Found> {
    let is_noise = match (smtp.security, report.stage, &report.outcome) {
        (Security::Implicit, Stage::Tls, Outcome::Tls(text)) => text.contains("InvalidContentType"),
        (Security::Implicit, Stage::Tls, Outcome::Timeout(_) | Outcome::Closed) => true,
        (
            Security::Plain | Security::Starttls,
            Stage::Banner,
            Outcome::Timeout(_) | Outcome::Closed,
        ) => true,
        _ => false,
    };
    match is_noise {
        true => begins_otherwise(patient, smtp).await,
        false => None,
    }
}

/// Does the port begin the other way? Says so, and what was tried with success.
pub(super) async fn begins_otherwise(patient: &Examined<'_>, smtp: &SmtpSettings) -> Option<Found> {
    match smtp.security {
        Security::Implicit => speaks_first(patient, smtp).await,
        Security::Plain | Security::Starttls => waits_for_tls(patient, smtp).await,
    }
}

async fn speaks_first(patient: &Examined<'_>, smtp: &SmtpSettings) -> Option<Found> {
    let seen = look(patient, smtp, Security::Plain).await;
    let banner = seen.iter().find_map(|sighting| match sighting {
        Sighting::Banner(banner) => Some(banner.text()),
        _ => None,
    })?;
    let offers_starttls = seen
        .iter()
        .any(|sighting| matches!(sighting, Sighting::Offers(_, offers) if offers.starttls));
    let cause = match offers_starttls {
        true => {
            "EMAIL_USE_SSL=true starts encrypted, but this port starts unencrypted and offers STARTTLS."
        }
        false => {
            "EMAIL_USE_SSL=true starts encrypted, but this port starts unencrypted and offers no encryption."
        }
    };
    Some(Found::fail(cause, ways::advice(patient, smtp).await).saw(banner))
}

async fn waits_for_tls(patient: &Examined<'_>, smtp: &SmtpSettings) -> Option<Found> {
    let seen = look(patient, smtp, Security::Implicit).await;
    let answers = seen
        .iter()
        .any(|sighting| matches!(sighting, Sighting::Certificates(_) | Sighting::Encrypted(_)));
    if !answers {
        return None;
    }
    let cause =
        "This port expects encryption from the first byte, but Greenroom starts unencrypted.";
    let found = Found::fail(cause, ways::advice(patient, smtp).await);
    Some(found.saw("silent without encryption; answers a TLS handshake"))
}

/// What is seen of a connection that begins otherwise. Nobody logs in: the wrong way may be an unsafe one.
async fn look(patient: &Examined<'_>, smtp: &SmtpSettings, security: Security) -> Vec<Sighting> {
    let settings = SmtpSettings {
        security,
        login: None,
        ..smtp.clone()
    };
    let (client, mut sightings) = patient.client(&settings).watched();
    if let Ok(connection) = client.connect(patient.token()).await {
        connection.quit().await;
    }
    let mut seen = Vec::new();
    while let Ok(sighting) = sightings.try_recv() {
        seen.push(sighting);
    }
    seen
}
