//! The circuit breaker of a mail server: closed while it takes messages, open once it fails again and again, half-open
//! while one message probes it. What became of the messages that it was given moves it.
use chrono::{DateTime, TimeDelta, Utc};
use entity::transport::{self, Scope};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::{Route, locked, rate_limit::LONGEST_WAIT, write};
use crate::{crypto, domain::rows, error::Result};

/// The breaker of a server that fails so often in a row opens. One failure is enough where a person has to mend something.
const OPENS_AFTER: i32 = 3;
/// Seconds between probes; the last one goes on.
const PROBE_SECONDS: [i64; 5] = [15, 30, 60, 120, 300];
/// Wrong settings do not mend themselves.
const SETTINGS_SECONDS: i64 = 300;
/// A message that met a failing server so often may be what makes it fail.
const SUSPICIOUS: i32 = 2;
/// That a server takes messages is noted once in this time.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What an attempt tells of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It took a message.
    Took,
    /// It refused a message for reasons of the message's own.
    Answers,
    /// It hung up where it should have said whether it took a message, for this reason in plain words.
    LeavesADoubt(String),
    /// It would take nobody's message.
    Fails(Failure),
}

/// Why a server takes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whose fault it is.
    pub scope: Scope,
    /// What is wrong and what to do, in plain words.
    pub reason: String,
    /// How long it is known to last.
    pub pause: Option<TimeDelta>,
}

/// A finding, and whose it is.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Noted {
    pub(in crate::domain) email_id: i64,
    /// Was the message a probe of a server that failed?
    pub(in crate::domain) is_probe: bool,
    pub(in crate::domain) finding: Finding,
}

/// The breaker of a server opened or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BreakerChange {
    /// The server took nothing: it is only probed now.
    Opened(transport::Model),
    /// It takes messages again.
    Closed(transport::Model),
}

/// Is the failure the message's own? It met failing servers before, and now fails where others just passed.
pub(in crate::domain) fn is_its_own(row: Option<&transport::Model>, server_failures: i32) -> bool {
    server_failures >= SUSPICIOUS && row.is_some_and(|row| row.failures == 0)
}

/// Notes what attempts of a server told of it, in their order; answers with how the breaker changed.
pub(in crate::domain) async fn note(
    txn: &impl ConnectionTrait,
    row: &transport::Model,
    findings: &[Noted],
    now: DateTime<Utc>,
) -> Result<Option<BreakerChange>> {
    let all_is_well = row.failures == 0 && findings.iter().all(|noted| is_known(row, noted, now));
    if all_is_well {
        return Ok(None);
    }
    let route = Route {
        name: row.name,
        host: row.host.clone(),
        fingerprint: row.fingerprint.clone(),
        per_second: None,
        burst: 0,
        connections: None,
    };
    let seen = glance(txn, row.name).await?;
    // Another process began anew with other settings meanwhile: this was told by the server before.
    if seen.is_none_or(|seen| seen.fingerprint != row.fingerprint) {
        return Ok(None);
    }
    let Some(mut row) = locked(txn, &[route]).await?.pop() else {
        return Ok(None);
    };
    let was_open = row.is_open();
    for noted in findings {
        apply(&mut row, noted, now);
    }
    write(txn, &row).await?;
    Ok(match (was_open, row.is_open()) {
        (false, true) => Some(BreakerChange::Opened(row)),
        (true, false) => Some(BreakerChange::Closed(row)),
        _ => None,
    })
}

/// Does the row of a server that takes messages say this already?
fn is_known(row: &transport::Model, noted: &Noted, now: DateTime<Utc>) -> bool {
    match noted.finding {
        Finding::Took => row.accepted_at.is_some_and(|at| now - at < NOTED_EVERY),
        Finding::Answers => true,
        Finding::LeavesADoubt(_) | Finding::Fails(_) => false,
    }
}

fn apply(row: &mut transport::Model, noted: &Noted, now: DateTime<Utc>) {
    let Noted {
        email_id,
        is_probe,
        finding,
    } = noted;
    // What was on its way when it fell ill says nothing new: only a probe makes the next one wait longer.
    if row.is_open() && !is_probe && !matches!(finding, Finding::Took | Finding::Answers) {
        return;
    }
    match finding {
        Finding::Took => {
            recover(row);
            row.accepted_at = Some(now);
        }
        Finding::Answers => recover(row),
        Finding::Fails(failure) => {
            fail(row, *email_id, failure, now);
            row.wait_until = Some(now + pause(row, failure));
        }
        Finding::LeavesADoubt(reason) => {
            let failure = Failure {
                scope: Scope::Server,
                reason: reason.clone(),
                pause: None,
            };
            fail(row, *email_id, &failure, now);
            // This message waits by itself; that others have to is not known yet.
            row.wait_until = row.opened_at.map(|_| now + pause(row, &failure));
        }
    }
}

/// The row of a server, not locked.
pub(in crate::domain) async fn glance(
    txn: &impl ConnectionTrait,
    name: transport::Name,
) -> Result<Option<transport::Model>> {
    let row = transport::Entity::find().filter(transport::Column::Name.eq(name));
    let row = rows::one(row, txn).await?;
    Ok(row.and_then(|row| row.or_log("mail server")))
}

fn recover(row: &mut transport::Model) {
    row.failures = 0;
    row.scope = None;
    row.reason = String::new();
    row.opened_at = None;
    row.wait_until = None;
}

fn fail(row: &mut transport::Model, email_id: i64, failure: &Failure, now: DateTime<Utc>) {
    row.failures += 1;
    row.scope = Some(failure.scope);
    row.reason = failure.reason.clone();
    row.failed_email_id = Some(email_id);
    let opens =
        failure.scope == Scope::Settings || failure.pause.is_some() || row.failures >= OPENS_AFTER;
    if opens && row.opened_at.is_none() {
        row.opened_at = Some(now);
    }
}

/// The longer it fails the longer the pause, ±20 % so that many installations do not come back at once.
fn pause(row: &transport::Model, failure: &Failure) -> TimeDelta {
    if let Some(pause) = failure.pause {
        return pause.min(LONGEST_WAIT);
    }
    if !row.is_open() {
        return TimeDelta::seconds(row.failures.into());
    }
    let seconds = match failure.scope {
        Scope::Settings => SETTINGS_SECONDS,
        Scope::Server => {
            let step = usize::try_from(row.failures - OPENS_AFTER).unwrap_or(0);
            PROBE_SECONDS[step.min(PROBE_SECONDS.len() - 1)]
        }
    };
    spread(seconds, &row.fingerprint, row.failures)
}

fn spread(seconds: i64, who: &str, which: i32) -> TimeDelta {
    let digest = crypto::hmac_sha256(who.as_bytes(), &which.to_be_bytes());
    let spread = i64::from(digest[0]) - 128;
    TimeDelta::milliseconds(seconds * 1000 + seconds * 200 * spread / 128)
}
