//! All checks of mail together: what the doctor finds, and what the queue says.
use chrono::{DateTime, TimeDelta, Utc};
use entity::transport;
use sea_orm::ActiveEnum;
use tokio::{
    sync::mpsc::unbounded_channel,
    time::{Instant, timeout_at},
};

use crate::{
    db::Db,
    domain::queue_health::{self, QueueHealth, Whose},
    mail::doctor::{self, Check, Examined, Found, NO_TIME, Step},
    times,
    zones::Tz,
};

/// So many checks are told at once at most.
const AT_ONCE: usize = 64;
/// A worker takes up what is due within seconds.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(10);

/// Runs every check and answers with all of them in order; `told` hears of those that are done
/// whenever there are more. `queue` is the last check.
pub async fn run(
    patient: &Examined<'_>,
    queue: impl Future<Output = Found>,
    mut told: impl AsyncFnMut(&[Check]),
) -> Vec<Check> {
    let begun = Instant::now();
    let deadline = begun + patient.longest;
    let (sender, mut receiver) = unbounded_channel();
    let servers = doctor::servers(patient.mail);
    let work = async move {
        let queue = async {
            let found = timeout_at(deadline, queue).await;
            let found = found.unwrap_or_else(|_| Found::skipped(NO_TIME));
            let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            let check = Check::new(Step::Queue, None, found, milliseconds);
            // The one who listens is below, and stays.
            sender.send(check).ok();
        };
        tokio::join!(doctor::examine(patient, &servers, deadline, &sender), queue);
    };
    let listen = async {
        let mut checks = Vec::new();
        while receiver.recv_many(&mut checks, AT_ONCE).await > 0 {
            doctor::sort(&mut checks);
            told(&checks).await;
        }
        checks
    };
    let ((), checks) = tokio::join!(work, listen);
    checks
}

/// Looks at the queue, and says what there is to see to.
pub async fn queue(db: &Db, whose: Whose, now: DateTime<Utc>) -> Found {
    match queue_health::look(db, whose, now).await {
        Ok(health) => judge(&health, now),
        Err(_) => Found::skipped("The database does not answer."),
    }
}

fn judge(health: &QueueHealth, now: DateTime<Utc>) -> Found {
    let found = Found::pass().saw(format!("due: {}", health.due));
    let found = health.transports.iter().map(server).fold(found, Found::and);
    found.and(waiting(health, now)).and(ended(health))
}

fn server(transport: &transport::Model) -> Found {
    let (name, host) = (transport.name.to_value(), &transport.host);
    let Some(since) = transport.opened_at else {
        let state = match transport.accepted_at {
            Some(at) => format!("last accepted an email {}", in_utc(at)),
            None => "no email handed over yet".into(),
        };
        return Found::pass().saw(format!("{name} ({host}): {state}"));
    };
    let (since, reason) = (in_utc(since), &transport.reason);
    Found::warn(
        format!("{host} has not accepted email since {since}: {reason}"),
        "Follow the advice of the checks above. Waiting emails are sent once those checks pass.",
    )
    .saw(format!("{name} ({host}): retrying from time to time"))
}

fn waiting(health: &QueueHealth, now: DateTime<Utc>) -> Found {
    let late = health.oldest_due_at.filter(|at| now - *at > LONGEST_WAIT);
    let Some(oldest) = late else {
        return Found::pass();
    };
    let mut servers = health.transports.iter();
    let fix = match servers.any(|transport| transport.is_open()) {
        true => "It is sent once the mail server above accepts email again.",
        false => "Check that greenroom serve or greenroom worker is running.",
    };
    let since = in_utc(oldest);
    Found::warn(
        format!("An email has been due since {since} and has not been sent."),
        fix,
    )
}

fn ended(health: &QueueHealth) -> Found {
    let kinds = [
        (
            health.uncertain_lately,
            "ended unconfirmed",
            "Check them in the delivery log and decide whether to send them again.",
        ),
        (
            health.failed_lately,
            "failed",
            "See the reason in the delivery log and contact the candidates another way.",
        ),
    ];
    let found = kinds.into_iter().map(|(count, what, fix)| {
        let found = match count {
            0 => Found::pass(),
            _ => Found::warn(
                format!("{count} of the emails of the last 24 hours {what}."),
                fix,
            ),
        };
        found.saw(format!("{what} in the last 24 hours: {count}"))
    });
    found.fold(Found::pass(), Found::and)
}

fn in_utc(at: DateTime<Utc>) -> String {
    format!("{} UTC", times::day_and_clock(at, Tz::UTC))
}

#[cfg(test)]
mod tests {
    use entity::transport::{Name, Scope};

    use super::*;
    use crate::mail::doctor::Grade;

    fn health() -> QueueHealth {
        QueueHealth {
            due: 0,
            oldest_due_at: None,
            uncertain_lately: 0,
            failed_lately: 0,
            transports: Vec::new(),
        }
    }

    fn transport(opened_at: Option<DateTime<Utc>>) -> transport::Model {
        transport::Model {
            name: Name::Primary,
            host: "mail.example.com:587".into(),
            fingerprint: "f".into(),
            failures: 3,
            scope: opened_at.map(|_| Scope::Server),
            reason: "It is busy.".into(),
            opened_at,
            wait_until: None,
            failed_email_id: None,
            accepted_at: None,
            paced_until: None,
        }
    }

    #[test]
    fn a_queue_that_moves_is_well() {
        let now = DateTime::UNIX_EPOCH;
        let health = QueueHealth {
            due: 2,
            oldest_due_at: Some(now - LONGEST_WAIT),
            transports: vec![transport(None)],
            ..health()
        };
        assert_eq!(judge(&health, now).grade, Grade::Pass);
    }

    #[test]
    fn a_server_is_not_said_to_take_messages_before_it_took_one() {
        let now = DateTime::UNIX_EPOCH;
        let seen = |accepted_at| {
            let transports = vec![transport::Model {
                accepted_at,
                ..transport(None)
            }];
            let health = QueueHealth {
                transports,
                ..health()
            };
            judge(&health, now).evidence[1].clone()
        };
        assert!(seen(None).ends_with("no email handed over yet"));
        assert!(seen(Some(now)).contains("last accepted an email"));
    }

    #[test]
    fn what_waits_too_long_wants_a_worker_unless_the_server_is_to_blame() {
        let now = DateTime::UNIX_EPOCH;
        let late = Some(now - LONGEST_WAIT - TimeDelta::seconds(1));
        let health = QueueHealth {
            due: 1,
            oldest_due_at: late,
            ..health()
        };
        let found = judge(&health, now);
        assert!(found.fix.contains("greenroom worker"), "{found:?}");
        let health = QueueHealth {
            transports: vec![transport(late)],
            ..health
        };
        let found = judge(&health, now);
        assert!(!found.fix.contains("greenroom worker"), "{found:?}");
        assert!(found.cause.contains("It is busy."), "{found:?}");
    }

    #[test]
    fn messages_that_did_not_arrive_are_counted() {
        let health = QueueHealth {
            uncertain_lately: 1,
            failed_lately: 2,
            ..health()
        };
        let found = judge(&health, DateTime::UNIX_EPOCH);
        assert_eq!(found.grade, Grade::Warn);
        assert!(
            found
                .evidence
                .contains(&"failed in the last 24 hours: 2".into()),
            "{found:?}"
        );
        assert!(found.cause.contains("1 of the emails"), "{found:?}");
    }
}
