//! Two ways to begin encryption, and settings that say the wrong one: both look like silence or noise.
use entity::attempt::Stage;

use super::{check::Found, visit::Visit};
use crate::{
    mail::smtp::{Outcome, Report, Sighting},
    settings::{Security, SmtpSettings},
};

/// Tries the other way, if what happened looks like it: none when that does not work either.
pub(super) async fn mistaken(visit: &Visit<'_>, report: &Report) -> Option<Found> {
    match (visit.smtp.security, report.stage, &report.outcome) {
        (Security::Implicit, Stage::Tls, Outcome::Tls(text))
            if text.contains("InvalidContentType") =>
        {
            speaks_first(visit).await
        }
        (Security::Implicit, Stage::Tls, Outcome::Timeout(_) | Outcome::Closed) => {
            speaks_first(visit).await
        }
        (
            Security::Plain | Security::Starttls,
            Stage::Banner,
            Outcome::Timeout(_) | Outcome::Closed,
        ) => waits_for_tls(visit).await,
        _ => None,
    }
}

async fn speaks_first(visit: &Visit<'_>) -> Option<Found> {
    let seen = look(visit, Security::Plain).await;
    let banner = seen.iter().find_map(|sighting| match sighting {
        Sighting::Banner(banner) => Some(banner.text()),
        _ => None,
    })?;
    let offers_starttls = seen
        .iter()
        .any(|sighting| matches!(sighting, Sighting::Offers(_, offers) if offers.starttls));
    let found = match offers_starttls {
        true => Found::fail(
            "EMAIL_USE_SSL=true begins encrypted, but this port begins in clear and offers STARTTLS.",
            "Set EMAIL_USE_TLS=true and EMAIL_USE_SSL=false for this port, or use port 465.",
        ),
        false => Found::fail(
            "EMAIL_USE_SSL=true begins encrypted, but this port begins in clear and offers no encryption.",
            "Use the provider's port for encrypted mail: 465 with EMAIL_USE_SSL=true, or 587 with EMAIL_USE_TLS=true.",
        ),
    };
    Some(found.saw(banner))
}

async fn waits_for_tls(visit: &Visit<'_>) -> Option<Found> {
    let seen = look(visit, Security::Implicit).await;
    seen.iter()
        .any(|sighting| matches!(sighting, Sighting::Certificates(_) | Sighting::Encrypted(_)))
        .then(|| {
            Found::fail(
                "This port waits for encryption from the first byte, and we begin in clear.",
                "Set EMAIL_USE_SSL=true and EMAIL_USE_TLS=false for this port, or use port 587.",
            )
            .saw("silent in clear; it answers to a TLS handshake")
        })
}

/// What is seen of a connection that begins otherwise. Nobody logs in: the wrong way may be an unsafe one.
async fn look(visit: &Visit<'_>, security: Security) -> Vec<Sighting> {
    let settings = SmtpSettings {
        security,
        login: None,
        ..visit.smtp.clone()
    };
    let (client, mut sightings) = visit.patient.client(&settings).watched();
    if let Ok(connection) = client.connect().await {
        connection.quit().await;
    }
    let mut seen = Vec::new();
    while let Ok(sighting) = sightings.try_recv() {
        seen.push(sighting);
    }
    seen
}
