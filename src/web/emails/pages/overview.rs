//! What stands above the log: counters, the last days, and how the mail servers are.
use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use entity::{email::Status, transport};
use sea_orm::{ActiveEnum, Iterable};
use serde::Serialize;

use super::chart::Chart;
use crate::{
    domain::emails::{Count, Counts},
    times,
    web::{labels, stamp::Stamp},
    zones::Tz,
};

/// So many days are counted, today among them.
const DAYS: u64 = 14;

/// What stands above the first page of the log.
#[derive(Serialize)]
pub struct Overview {
    counters: Vec<Counter>,
    /// None above a narrowed list: there one came for the list.
    state: Option<State>,
}

#[derive(Serialize)]
struct State {
    chart: Chart,
    servers: Vec<Server>,
    /// When the queue will be empty; none where that is not worth a word.
    outlook: Option<String>,
}

/// How many messages stand in one status, and where they are listed.
#[derive(Serialize)]
struct Counter {
    label: &'static str,
    count: i64,
    href: String,
    note: String,
}

#[derive(Serialize)]
struct Server {
    host: String,
    tone: &'static str,
    state: &'static str,
    reason: String,
    /// When it last took a message.
    accepted: Option<Stamp>,
}

/// The days that are counted, in a zone: the first one first.
pub fn days(zone: Tz, now: DateTime<Utc>) -> Vec<NaiveDate> {
    let today = now.with_timezone(&zone).date_naive();
    let back = (0..DAYS).rev();
    back.filter_map(|days| today.checked_sub_days(Days::new(days)))
        .collect()
}

impl Overview {
    /// Of what ended on [`days`], and of what has not ended.
    pub fn new(counts: &Counts) -> Self {
        Self {
            counters: counters(&counts.by_day, &counts.waiting),
            state: None,
        }
    }

    /// With the days one by one, and the mail servers; none where mail is printed.
    pub fn with_state(
        self,
        days: &[NaiveDate],
        counts: &[Count],
        servers: Option<Vec<transport::Model>>,
        outlook: Option<String>,
        now: DateTime<Utc>,
    ) -> Self {
        let servers = match servers {
            None => vec![Server::console()],
            Some(servers) if servers.is_empty() => vec![Server::unknown()],
            Some(servers) => servers.into_iter().map(|it| Server::of(it, now)).collect(),
        };
        let chart = Chart::new(days, counts);
        Self {
            state: Some(State {
                chart,
                servers,
                outlook,
            }),
            ..self
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        let days = days(Tz::UTC, DateTime::UNIX_EPOCH);
        let counts = [
            (12, Status::Accepted, 8),
            (13, Status::Retrying, 1),
            (13, Status::Failed, 2),
        ];
        let counts = counts.map(|(day, status, count)| Count { day, status, count });
        let counts = Counts {
            by_day: counts.into(),
            waiting: vec![(Status::Retrying, 1)],
        };
        let server = transport::Model {
            name: transport::Name::Primary,
            host: "smtp.example.com:587".into(),
            fingerprint: String::new(),
            failures: 3,
            scope: Some(transport::Scope::Server),
            reason: "The mail server does not answer.".into(),
            opened_at: Some(DateTime::UNIX_EPOCH),
            wait_until: None,
            failed_email_id: None,
            accepted_at: Some(DateTime::UNIX_EPOCH),
            paced_until: None,
        };
        Self::new(&counts).with_state(
            &days,
            &counts.by_day,
            Some(vec![server]),
            Some("In an hour.".into()),
            DateTime::UNIX_EPOCH,
        )
    }
}

/// What waits is counted however old it is; what has ended, in the days of the chart.
fn counters(counts: &[Count], waiting: &[(Status, i64)]) -> Vec<Counter> {
    let mut ended: BTreeMap<String, i64> = BTreeMap::new();
    for count in counts {
        *ended.entry(count.status.to_value()).or_default() += count.count;
    }
    let counters = Status::iter().map(|status| {
        let name = status.to_value();
        let (count, href, note) = if status.is_final() {
            (
                ended.get(&name).copied().unwrap_or_default(),
                format!("/emails?status={name}&days={DAYS}"),
                format!("last {DAYS} days"),
            )
        } else {
            let count = waiting.iter().find(|(other, _)| *other == status);
            (
                count.map_or(0, |(_, count)| *count),
                format!("/emails?status={name}"),
                "now".into(),
            )
        };
        Counter {
            label: labels::email_status(status),
            count,
            href,
            note,
        }
    });
    let always = [
        Status::Queued,
        Status::Retrying,
        Status::Accepted,
        Status::Failed,
    ];
    let always = always.map(labels::email_status);
    counters
        .filter(|counter| counter.count > 0 || always.contains(&counter.label))
        .collect()
}

impl Server {
    fn of(server: transport::Model, now: DateTime<Utc>) -> Self {
        Self {
            tone: labels::mail_server_tone(&server),
            state: labels::mail_server(&server),
            accepted: server
                .accepted_at
                .map(|at| Stamp::new(at, times::relative(at, now))),
            host: server.host,
            reason: server.reason,
        }
    }

    fn unknown() -> Self {
        Self {
            host: "The mail server".into(),
            tone: "quiet",
            state: "No emails yet",
            reason: "Its status appears here after the first email.".into(),
            accepted: None,
        }
    }

    fn console() -> Self {
        Self {
            host: "No mail server".into(),
            tone: "bad",
            state: "Printed to console",
            reason: "Nobody receives these emails. Ask an admin to set up a mail server.".into(),
            accepted: None,
        }
    }
}
