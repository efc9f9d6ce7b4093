//! E-mails: the delivery log. What a message says stays on its page: it holds the place of a join link.
use actix_web::web::{Data, Json, Path};
use entity::{
    attempt::{self, Dsn, Outcome, Stage},
    bounce::{self, Action},
    email::{Kind, Status},
};
use serde::Serialize;

use super::{
    auth::Recruiter,
    fields::{Fields, choice},
    lists::{self, List},
    problem::Result,
};
use crate::{
    app::App,
    domain::emails::{self, Filter, Line, Story},
    times,
};

/// A message of a list.
#[derive(Debug, Serialize)]
pub struct Email {
    id: i64,
    kind: Kind,
    status: Status,
    reason: String,
    /// None where it is about no interview.
    interview: Option<i64>,
    recipient: String,
    recipient_name: String,
    subject: Option<String>,
    attempts: i32,
    due_at: String,
    created_at: String,
    finished_at: Option<String>,
}

impl From<Line> for Email {
    fn from(line: Line) -> Self {
        Self {
            id: line.id,
            kind: line.kind,
            status: line.status,
            reason: line.reason,
            interview: line.interview_id,
            recipient: line.recipient,
            recipient_name: line.recipient_name,
            subject: line.subject,
            attempts: line.attempts,
            due_at: times::rfc3339(line.due_at),
            created_at: times::rfc3339(line.created_at),
            finished_at: line.finished_at.map(times::rfc3339),
        }
    }
}

/// A message with its attempts.
#[derive(Debug, Serialize)]
pub struct Whole {
    #[serde(flatten)]
    email: Email,
    message_id: String,
    expires_at: String,
    resend_of: Option<i64>,
    corrects: Option<i64>,
    history: Vec<Attempt>,
    reports: Vec<Report>,
}

impl From<Story> for Whole {
    fn from(
        Story {
            email,
            attempts,
            bounces,
            ..
        }: Story,
    ) -> Self {
        Self {
            message_id: email.message_id,
            expires_at: times::rfc3339(email.expires_at),
            resend_of: email.resend_of,
            corrects: email.corrects,
            history: attempts.into_iter().map(Attempt::from).collect(),
            reports: bounces.into_iter().map(Report::from).collect(),
            email: Email {
                id: email.id,
                kind: email.kind,
                status: email.status,
                reason: email.reason,
                interview: email.interview_id,
                recipient: email.recipient,
                recipient_name: email.recipient_name,
                subject: email.subject,
                attempts: email.attempts,
                due_at: times::rfc3339(email.due_at),
                created_at: times::rfc3339(email.created_at),
                finished_at: email.finished_at.map(times::rfc3339),
            },
        }
    }
}

/// One try to hand the message to a mail server.
#[derive(Debug, Serialize)]
struct Attempt {
    number: i32,
    started_at: String,
    ended_at: Option<String>,
    /// How long it took.
    milliseconds: Option<i64>,
    host: String,
    peer: Option<String>,
    tls: Option<String>,
    stage: Stage,
    outcome: Option<Outcome>,
    code: Option<i32>,
    enhanced_code: Option<String>,
    reply: Option<String>,
    hint: Option<String>,
    dsn: Option<Dsn>,
}

impl From<attempt::Model> for Attempt {
    fn from(attempt: attempt::Model) -> Self {
        Self {
            number: attempt.number,
            started_at: times::rfc3339(attempt.started_at),
            ended_at: attempt.ended_at.map(times::rfc3339),
            milliseconds: attempt
                .ended_at
                .map(|at| (at - attempt.started_at).num_milliseconds()),
            host: attempt.host,
            peer: attempt.peer,
            tls: attempt.tls,
            stage: attempt.stage,
            outcome: attempt.outcome,
            code: attempt.code,
            enhanced_code: attempt.enhanced_code,
            reply: attempt.reply,
            hint: attempt.hint,
            dsn: attempt.dsn,
        }
    }
}

/// What a mail server reported after one had accepted the message.
#[derive(Debug, Serialize)]
struct Report {
    action: Action,
    code: Option<String>,
    host: String,
    diagnostic: String,
    hint: String,
    reported_at: String,
}

impl From<bounce::Model> for Report {
    fn from(bounce: bounce::Model) -> Self {
        Self {
            action: bounce.action,
            code: bounce.code,
            host: bounce.host,
            diagnostic: bounce.diagnostic,
            hint: bounce.hint,
            reported_at: times::rfc3339(bounce.reported_at),
        }
    }
}

/// GET /api/emails/: newest first.
pub async fn index(app: Data<App>, caller: Recruiter) -> Result<Json<List<Email>>> {
    let mut query = Fields::of_query(&caller.query)?;
    let span = lists::span(&mut query, &caller);
    let filter = Filter {
        status: query.optional("status", choice),
        job_id: lists::job(&mut query),
        from: span.from,
        until: span.until,
        ..Filter::default()
    };
    let place = lists::position(&mut query);
    let place = query.finish(place)?;
    let page = emails::list(&app.db, caller.company_id, &filter, place.seek, place.limit).await?;
    Ok(Json(List::of(page, (&app, &caller), |line| {
        Ok(line.into())
    })?))
}

/// GET /api/emails/{id}/: one message and what became of it.
pub async fn show(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<Json<Whole>> {
    let story = emails::story(&app.db, caller.company_id, *id).await?;
    Ok(Json(story.into()))
}
