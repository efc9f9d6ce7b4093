//! The mail servers that the settings name, as every page reads them.
use chrono::{DateTime, TimeDelta, Utc};
use entity::transport;

use crate::{
    app::App,
    domain::{mail_servers, queue_health},
    error::Result,
    mail::{doctor, providers},
    settings::Backend,
    times,
    zones::Tz,
};

/// How each was a moment ago, the first one first; none where mail is printed.
pub async fn in_force(app: &App) -> Result<Vec<transport::Model>> {
    let set = doctor::servers(&app.settings.mail);
    let (read, now) = (mail_servers::all(&app.db), app.clock.now());
    let mut servers = app.mail_servers.get(&app.db, (), now, read).await?;
    // What was set once and is no more says nothing of how mail leaves.
    servers.retain(|server| set.iter().any(|(name, _)| *name == server.name));
    Ok(servers)
}

/// So few leave before anybody has read when.
const FEW: u64 = 5;

/// When the queue will be empty at the pace of the mail server, in words; none where nothing waits that is worth
/// a word, where the server has no limit, and where it takes nothing at all.
pub async fn outlook(
    app: &App,
    servers: &[transport::Model],
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let mail = &app.settings.mail;
    let Backend::Smtp(smtp) = &mail.backend else {
        return Ok(None);
    };
    let allowance = providers::allowance(&smtp.host, mail.max_per_second);
    let Some(per_second) = allowance.per_second else {
        return Ok(None);
    };
    if servers.iter().any(transport::Model::is_open) {
        return Ok(None);
    }
    let waiting = queue_health::backlog(&app.db, now).await?;
    Ok((waiting > FEW).then(|| in_words(waiting, per_second, zone, now)))
}

fn in_words(waiting: u64, per_second: f64, zone: Tz, now: DateTime<Utc>) -> String {
    let seconds = (waiting as f64 / per_second).ceil();
    let emptied =
        TimeDelta::try_seconds(seconds as i64).and_then(|left| now.checked_add_signed(left));
    let pace = format!("{:.0} a minute", per_second * 60.0);
    match emptied {
        Some(at) => format!(
            "{waiting} emails are waiting to be sent. At {pace}, the queue will be empty at about {}. Emails about interviews that start soon go first.",
            times::day_and_clock(at, zone)
        ),
        None => format!("{waiting} emails are waiting to be sent, at {pace}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_empty_when_the_last_message_has_left() {
        let now = DateTime::from_timestamp(1_799_139_600, 0).expect("an instant");
        let words = in_words(300, 0.5, Tz::UTC, now);
        assert!(
            words.starts_with("300 emails are waiting to be sent. At 30 a minute, the queue will be empty at about Tue 5 January 2027, 09:10."),
            "{words}"
        );
    }
}
