//! The delivery log, a page at a time.
use chrono::{DateTime, Utc};
use entity::{email::Status, transport};
use serde::Serialize;

use super::Overview;
use crate::{
    domain::{emails::Shown, mail_servers, page::Page as List},
    times,
    web::{
        choices::{self, Choice},
        emails::form::Filters,
        forms::FormErrors,
        labels,
        lists::{self, At, Pager},
        page::Page,
    },
    zones::Tz,
};

/// Who reads the log, when, and what can be chosen.
pub struct Reader {
    /// Times are shown in it.
    pub zone: Tz,
    /// Now.
    pub now: DateTime<Utc>,
    /// The jobs to choose from.
    pub jobs: Vec<(i64, String, bool)>,
    /// The mail servers that what waits is waiting for.
    pub servers: Vec<transport::Model>,
}

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    statuses: Vec<Choice>,
    kinds: Vec<Choice>,
    jobs: Vec<Choice>,
    overview: Option<Overview>,
    /// Where the same messages can be downloaded; none where the filters cannot be read.
    export: Option<String>,
    emails: Vec<Row>,
    is_narrowed: bool,
    pager: Pager,
    zone: String,
}

/// Flat, because a page has many of them.
#[derive(Serialize)]
struct Row {
    id: i64,
    queued_at: String,
    queued: String,
    kind: &'static str,
    subject: String,
    recipient: String,
    recipient_name: String,
    tone: &'static str,
    status: &'static str,
    reason: String,
    attempts: i32,
    /// When it is tried next, for machines and in words; empty where it is not.
    next_at: String,
    next: String,
}

impl IndexPage {
    /// A page of the list; above the first one stands what there is in all.
    pub fn new(
        form: Filters,
        at: &At,
        found: List<Shown>,
        overview: Option<Overview>,
        reader: Reader,
    ) -> Self {
        Self {
            pager: Pager::new("/emails", &form, at, &found),
            emails: found
                .rows
                .into_iter()
                .map(|line| Row::new(line, &reader))
                .collect(),
            export: Some(form.export()),
            overview,
            ..Self::refused(form, FormErrors::new(), reader)
        }
    }

    /// Filters that cannot be read.
    pub fn refused(form: Filters, errors: FormErrors, reader: Reader) -> Self {
        Self {
            is_narrowed: lists::is_narrowed(&form),
            form,
            errors,
            statuses: choices::of(labels::email_status),
            kinds: choices::of(labels::email_kind),
            jobs: choices::jobs(reader.jobs),
            zone: reader.zone.name().into(),
            ..Default::default()
        }
    }
}

impl Row {
    fn new(line: Shown, reader: &Reader) -> Self {
        let waits = matches!(line.status, Status::Queued | Status::Retrying);
        let next = waits.then(|| {
            let at = mail_servers::next_try(&reader.servers, line.due_at, reader.now);
            (times::rfc3339(at), times::ahead(at, reader.now))
        });
        let (next_at, next) = next.unwrap_or_default();
        Self {
            id: line.id,
            queued_at: times::rfc3339(line.created_at),
            queued: times::day_and_clock(line.created_at, reader.zone),
            kind: labels::email_kind(line.kind),
            subject: line.subject.unwrap_or_default(),
            recipient: line.recipient,
            recipient_name: line.recipient_name,
            tone: labels::email_tone(line.status),
            status: labels::email_status(line.status),
            reason: match line.status {
                Status::Accepted | Status::Delivered | Status::Printed => String::new(),
                _ => line.reason,
            },
            attempts: line.attempts,
            next_at,
            next,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "emails/index.html";

    fn title(&self) -> String {
        "Delivery log".into()
    }

    fn sample() -> Self {
        Self {
            emails: vec![Row {
                id: 1,
                queued_at: "2027-01-05T09:00:00Z".into(),
                queued: "Tue 5 January 2027, 10:00".into(),
                kind: "Invitation",
                subject: "Interview Scheduled - Cloud Architect at Sample Company".into(),
                recipient: "john@example.com".into(),
                recipient_name: "John Doe".into(),
                tone: "wait",
                status: "Retrying",
                reason: "A normal anti-spam delay.".into(),
                attempts: 2,
                next_at: "2027-01-05T09:00:00Z".into(),
                next: "in 5 min".into(),
            }],
            pager: Pager::sample(),
            overview: Some(Overview::sample()),
            export: Some("/emails.csv".into()),
            ..Self::refused(
                Filters::default(),
                FormErrors::one("from", "Use a date such as 2027-01-05, year first."),
                Reader {
                    zone: Tz::UTC,
                    now: DateTime::UNIX_EPOCH,
                    jobs: vec![(1, "Cloud Architect".into(), true)],
                    servers: Vec::new(),
                },
            )
        }
    }
}
