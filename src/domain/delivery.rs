//! Delivery: which message is next, and what became of an attempt.
//!
//! A worker claims messages (one transaction), speaks to the mail server (none), and records what
//! came of it (one transaction). A claim is a lease: when its holder dies, it runs out and another
//! worker goes on; the fence keeps the one that was thought dead from writing afterwards.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    attempt::{self, Outcome, Stage},
    email::{self, Kind, Status},
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, Select,
    sea_query::{Alias, Expr, Query},
};

use crate::{
    crypto,
    db::{self, Db},
    domain::{
        emails,
        interviews::{self, Details},
        notifications, suppressions,
    },
    error::Result,
};

/// How long a claim holds; longer than the longest conversation, in which the last reply may take ten minutes.
const LEASE_MINUTES: i64 = 15;
/// After the connection died between our last byte and the reply, the message may have been taken.
const UNCERTAIN_PAUSE_MINUTES: i64 = 10;
/// A message that was put off so often will not be taken at the next try either.
const MOST_REFUSALS: i32 = 40;

const OUTDATED: &str = "The interview or the address changed before it left.";
pub(super) const NO_NEWS: &str =
    "What it was to change had not reached the candidate: there is nothing to tell.";

/// A message in the hands of one worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The message; `text` is none until [`fix`].
    pub email: email::Model,
    /// Its interview, as it is now.
    pub details: Details,
    /// The attempt that was begun.
    pub attempt_id: i64,
}

/// A message as it will be sent, now and at every later attempt.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// Domain of the Message-ID.
    pub domain: String,
    /// From header.
    pub sender: String,
    /// Reply-To header.
    pub reply_to: Option<String>,
    /// Subject.
    pub subject: String,
    /// Plain part with the placeholder for the link.
    pub text: String,
    /// HTML part with the placeholder for the link.
    pub html: String,
    /// Calendar part.
    pub ics: Option<String>,
}

/// What came of an attempt.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The server by name, or `console`.
    pub host: String,
    /// Its address and port.
    pub peer: Option<String>,
    /// Protocol version and cipher.
    pub tls: Option<String>,
    /// The last stage reached.
    pub stage: Stage,
    /// What came of it.
    pub outcome: Outcome,
    /// SMTP reply code.
    pub code: Option<i32>,
    /// RFC 3463 code.
    pub enhanced_code: Option<String>,
    /// The server's words, or the error's.
    pub reply: Option<String>,
    /// What it means and what to do.
    pub hint: Option<String>,
    /// What was said, a line each, nothing secret in it.
    pub transcript: Option<String>,
    /// What follows.
    pub next: Next,
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A mail server took it.
    Accepted,
    /// It was printed; nobody received it.
    Printed,
    /// Try again: how soon depends on whose fault it was.
    Retry(Setback),
    /// Refused for good; the hint says why.
    Fail,
    /// Nobody knows: one more try, then a person decides.
    Uncertain,
    /// Given back unsent; it counts as no attempt.
    Release,
}

/// Whose fault a temporary failure was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setback {
    /// The recipient's side wants us to come back later.
    Recipient,
    /// The mail server cannot be reached or is unwell.
    Server,
    /// Our settings are wrong; a person must mend them.
    Settings,
    /// The other side said how long, or the cause is known to pass in this time.
    For(TimeDelta),
}

/// Was the result of an attempt written?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Yes; the message now stands here.
    As(Status),
    /// No: the claim had run out and the message is somebody else's.
    Stale,
}

/// Claims up to `limit` messages that are due. Ends those that are of no more use, and takes back
/// those whose worker died.
pub async fn claim(db: &Db, limit: u64, now: DateTime<Utc>) -> Result<Vec<Claimed>> {
    db::transaction(db, async |txn| {
        expire(txn, now).await?;
        take_back(txn, now).await?;
        let mut claimed: Vec<Claimed> = Vec::new();
        // More than one round, because a message that is superseded makes room for another.
        loop {
            let free = limit - claimed.len() as u64;
            let due = due(now).limit(free).all(txn).await?;
            if due.is_empty() {
                return Ok(claimed);
            }
            for email in due {
                claimed.extend(begin(txn, email, now).await?);
            }
        }
    })
    .await
}

/// Ends every claim. Only for a process that knows itself alone: whoever held one is dead, so nothing
/// is gained by waiting until it runs out.
pub async fn end_claims(db: &Db, now: DateTime<Utc>) -> Result<()> {
    db::transaction(db, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::LeaseUntil, Expr::value(now))
            .filter(email::Column::Status.eq(Status::Sending))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// When the next message is due or the next lease ends; none when nothing waits.
pub async fn next_due(db: &Db) -> Result<Option<DateTime<Utc>>> {
    let waiting: Option<Option<DateTime<Utc>>> = email::Entity::find()
        .select_only()
        .column_as(email::Column::DueAt.min(), "at")
        .filter(waits())
        .filter(email::Column::Kind.is_in(Kind::iter()))
        .into_tuple()
        .one(db.read())
        .await?;
    Ok(waiting.flatten())
}

/// Keeps the message as composed, while the claim holds.
pub async fn fix(db: &Db, claimed: &mut Claimed, fixed: Fixed) -> Result<Recorded> {
    let email = &mut claimed.email;
    let message_id = format!("{}@{}", email.message_id, fixed.domain);
    let row = email::ActiveModel {
        message_id: Set(message_id.clone()),
        sender: Set(Some(fixed.sender.clone())),
        reply_to: Set(fixed.reply_to.clone()),
        subject: Set(Some(fixed.subject.clone())),
        text: Set(Some(fixed.text.clone())),
        html: Set(Some(fixed.html.clone())),
        ics: Set(fixed.ics.clone()),
        ..Default::default()
    };
    let written = db::transaction(db, async |txn| {
        Ok(email::Entity::update_many()
            .set(row)
            .filter(still_ours(email))
            .exec(txn)
            .await?
            .rows_affected)
    })
    .await?;
    if written == 0 {
        return Ok(Recorded::Stale);
    }
    email.message_id = message_id;
    email.sender = Some(fixed.sender);
    email.reply_to = fixed.reply_to;
    email.subject = Some(fixed.subject);
    email.text = Some(fixed.text);
    email.html = Some(fixed.html);
    email.ics = fixed.ics;
    Ok(Recorded::As(email.status))
}

/// Keeps that the last byte is about to be sent: if nothing is heard after this, the message may
/// have been taken. False when the claim has run out: then it must not be sent. The claim begins
/// anew, to outlast the wait for the reply.
pub async fn enter_body(db: &Db, claimed: &Claimed, now: DateTime<Utc>) -> Result<bool> {
    db::transaction(db, async |txn| {
        let lease_until = now + TimeDelta::minutes(LEASE_MINUTES);
        let written = email::Entity::update_many()
            .col_expr(email::Column::LeaseUntil, Expr::value(lease_until))
            .filter(still_ours(&claimed.email))
            .exec(txn)
            .await?
            .rows_affected;
        let ours = written == 1;
        if ours {
            attempt::Entity::update_many()
                .col_expr(attempt::Column::Stage, Expr::value(Stage::Body.to_value()))
                .filter(attempt::COLUMN.id.eq(claimed.attempt_id))
                .exec(txn)
                .await?;
        }
        Ok(ours)
    })
    .await
}

/// Writes what came of an attempt.
pub async fn record(
    db: &Db,
    claimed: &Claimed,
    ended: Ended,
    now: DateTime<Utc>,
) -> Result<Recorded> {
    db::transaction(db, async |txn| {
        let email = &claimed.email;
        let uncertain_before = if ended.next == Next::Uncertain {
            uncertain_attempts(txn, email.id).await?
        } else {
            0
        };
        let verdict = follow(email, &ended, uncertain_before, now);
        let status = verdict.status;
        let code = ended
            .enhanced_code
            .clone()
            .filter(|_| status == Status::Failed);
        let reason = verdict.reason.clone();
        let written = email::Entity::update_many()
            .set(verdict.into_row(now))
            .filter(still_ours(email))
            .exec(txn)
            .await?
            .rows_affected;
        if written == 0 {
            return Ok(Recorded::Stale);
        }
        end_attempt(txn, claimed.attempt_id, ended, now).await?;
        if code.is_some_and(|code| suppressions::is_dead(&code)) {
            suppressions::add(txn, email, &reason, now).await?;
        }
        Ok(Recorded::As(status))
    })
    .await
}

async fn expire(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    email::Entity::update_many()
        .col_expr(
            email::Column::Status,
            Expr::value(Status::Expired.to_value()),
        )
        .col_expr(
            email::Column::Reason,
            Expr::value("No mail server took it before it was of no more use."),
        )
        .col_expr(email::Column::FinishedAt, Expr::value(now))
        .filter(waits())
        .filter(email::COLUMN.due_at.lte(now))
        .filter(email::COLUMN.expires_at.lte(now))
        .exec(txn)
        .await?;
    suppressions::expire_held(txn, now).await
}

/// A worker that dies before the last byte has sent nothing; one that dies after it leaves a doubt.
async fn take_back(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let lost = email::Entity::find()
        .filter(is_sending())
        .filter(email::Column::Kind.is_in(Kind::iter()))
        .filter(email::COLUMN.lease_until.lte(now))
        .all(txn)
        .await?;
    for email in lost {
        let open = attempt::Entity::find()
            .filter(attempt::COLUMN.email_id.eq(email.id))
            .filter(attempt::COLUMN.ended_at.is_null())
            .all(txn)
            .await?;
        let in_doubt = open.iter().any(|attempt| attempt.stage == Stage::Body);
        let ended = Ended::by_a_dead_worker(in_doubt);
        let before = uncertain_attempts(txn, email.id).await?;
        let taken_back = email::Entity::update_many()
            .set(follow(&email, &ended, before, now).into_row(now))
            .filter(still_ours(&email))
            .exec(txn)
            .await?
            .rows_affected;
        if taken_back == 0 {
            // Its worker lives after all, or another was quicker: the attempts are theirs.
            continue;
        }
        for attempt in open {
            end_attempt(
                txn,
                attempt.id,
                Ended {
                    stage: attempt.stage,
                    host: attempt.host,
                    ..ended.clone()
                },
                now,
            )
            .await?;
        }
    }
    Ok(())
}

/// Due messages, the longest waiting first, each only when no older one to the same person about the
/// same interview is on its way: a later message never overtakes an earlier one.
fn due(now: DateTime<Utc>) -> Select<email::Entity> {
    let older = Alias::new("older");
    let col = |column: email::Column| Expr::col((older.clone(), column));
    let on_its_way = Condition::any()
        .add(
            col(email::Column::Status)
                .is_in([Status::Sending.to_value(), Status::Retrying.to_value()]),
        )
        .add(
            col(email::Column::Status)
                .eq(Status::Queued.to_value())
                .and(col(email::Column::DueAt).lte(now)),
        );
    let blocked = Query::select()
        .expr(Expr::value(1))
        .from_as(email::Entity, older.clone())
        .and_where(
            col(email::Column::InterviewId).equals((email::Entity, email::Column::InterviewId)),
        )
        .and_where(col(email::Column::Recipient).equals((email::Entity, email::Column::Recipient)))
        .and_where(col(email::Column::Id).lt(Expr::col((email::Entity, email::Column::Id))))
        .cond_where(on_its_way)
        .to_owned();
    email::Entity::find()
        .filter(waits())
        // What a newer Greenroom queued waits for it.
        .filter(email::Column::Kind.is_in(Kind::iter()))
        .filter(email::COLUMN.due_at.lte(now))
        .filter(Expr::exists(blocked).not())
        .order_by_asc(email::Column::DueAt)
        .order_by_asc(email::Column::Id)
}

/// Holds for messages that wait for their first or another attempt. In constants instead of parameters:
/// else SQLite does not see that the index of what waits is the one, and reads the whole log.
fn waits() -> Expr {
    let waiting = [Status::Queued, Status::Retrying];
    Expr::col((email::Entity, email::Column::Status))
        .is_in(waiting.map(|status| Expr::Constant(status.to_value().into())))
}

/// Holds for messages that a worker has; in a constant for the same reason.
fn is_sending() -> Expr {
    Expr::col((email::Entity, email::Column::Status))
        .eq(Expr::Constant(Status::Sending.to_value().into()))
}

/// Takes one message, unless another worker was quicker or it no longer tells the present.
async fn begin(
    txn: &impl ConnectionTrait,
    mut email: email::Model,
    now: DateTime<Utc>,
) -> Result<Option<Claimed>> {
    let details = interviews::details(txn, email.company_id, email.interview_id).await?;
    if !emails::tells_the_present(&email, &details) {
        supersede(txn, &email, OUTDATED, now).await?;
        return Ok(None);
    }
    if !notifications::look_again(txn, &mut email).await? {
        supersede(txn, &email, NO_NEWS, now).await?;
        return Ok(None);
    }
    let lease_until = now + TimeDelta::minutes(LEASE_MINUTES);
    let taken = email::Entity::update_many()
        .col_expr(
            email::Column::Status,
            Expr::value(Status::Sending.to_value()),
        )
        .col_expr(email::Column::LeaseUntil, Expr::value(lease_until))
        .col_expr(email::Column::Fence, Expr::col(email::Column::Fence).add(1))
        .filter(email::COLUMN.id.eq(email.id))
        .filter(email::COLUMN.fence.eq(email.fence))
        .filter(email::Column::Status.is_in([Status::Queued, Status::Retrying]))
        .exec(txn)
        .await?
        .rows_affected;
    if taken == 0 {
        return Ok(None);
    }
    email.status = Status::Sending;
    email.lease_until = Some(lease_until);
    email.fence += 1;
    let row = attempt::ActiveModel {
        company_id: Set(email.company_id),
        email_id: Set(email.id),
        number: Set(email.fence),
        started_at: Set(now),
        host: Set(String::new()),
        stage: Set(Stage::Compose),
        ..Default::default()
    };
    let attempt_id = attempt::Entity::insert(row).exec(txn).await?.last_insert_id;
    Ok(Some(Claimed {
        email,
        details,
        attempt_id,
    }))
}

/// Ends a message that has not left because another one tells more, or there is nothing to tell.
pub(super) async fn supersede(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    email::Entity::update_many()
        .col_expr(
            email::Column::Status,
            Expr::value(Status::Superseded.to_value()),
        )
        .col_expr(email::Column::Reason, Expr::value(reason))
        .col_expr(email::Column::FinishedAt, Expr::value(now))
        .filter(email::COLUMN.id.eq(email.id))
        .filter(email::Column::Status.is_in([Status::Queued, Status::Retrying]))
        .exec(txn)
        .await?;
    Ok(())
}

async fn uncertain_attempts(txn: &impl ConnectionTrait, email_id: i64) -> Result<usize> {
    let earlier = attempt::Entity::find()
        .filter(attempt::COLUMN.email_id.eq(email_id))
        .filter(attempt::Column::Outcome.eq(Outcome::Uncertain))
        .all(txn)
        .await?;
    Ok(earlier.len())
}

async fn end_attempt(
    txn: &impl ConnectionTrait,
    id: i64,
    ended: Ended,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = attempt::ActiveModel {
        ended_at: Set(Some(now)),
        host: Set(ended.host),
        peer: Set(ended.peer),
        tls: Set(ended.tls),
        stage: Set(ended.stage),
        outcome: Set(Some(ended.outcome)),
        code: Set(ended.code),
        enhanced_code: Set(ended.enhanced_code),
        reply: Set(ended.reply),
        hint: Set(ended.hint),
        transcript: Set(ended.transcript),
        ..Default::default()
    };
    attempt::Entity::update_many()
        .set(row)
        .filter(attempt::COLUMN.id.eq(id))
        .exec(txn)
        .await?;
    Ok(())
}

fn still_ours(email: &email::Model) -> Condition {
    Condition::all()
        .add(email::COLUMN.id.eq(email.id))
        .add(email::COLUMN.fence.eq(email.fence))
        .add(email::Column::Status.eq(Status::Sending))
}

impl Ended {
    fn by_a_dead_worker(in_doubt: bool) -> Self {
        let (outcome, next, hint) = if in_doubt {
            (
                Outcome::Uncertain,
                Next::Uncertain,
                "Greenroom stopped while the mail server was taking the message; it may have arrived.",
            )
        } else {
            (
                Outcome::Released,
                Next::Release,
                "Greenroom stopped before anything was sent; nothing is lost.",
            )
        };
        Self {
            host: String::new(),
            peer: None,
            tls: None,
            stage: Stage::Compose,
            outcome,
            code: None,
            enhanced_code: None,
            reply: None,
            hint: Some(hint.into()),
            transcript: None,
            next,
        }
    }
}

/// Where a message stands after an attempt.
struct After {
    status: Status,
    reason: String,
    due_at: DateTime<Utc>,
    attempts: i32,
    put_off: i32,
}

impl After {
    fn into_row(self, now: DateTime<Utc>) -> email::ActiveModel {
        email::ActiveModel {
            finished_at: Set(self.status.is_final().then_some(now)),
            status: Set(self.status),
            reason: Set(self.reason),
            due_at: Set(self.due_at),
            attempts: Set(self.attempts),
            put_off: Set(self.put_off),
            lease_until: Set(None),
            ..Default::default()
        }
    }
}

fn follow(
    email: &email::Model,
    ended: &Ended,
    uncertain_before: usize,
    now: DateTime<Utc>,
) -> After {
    let tried = email.attempts + 1;
    // A server that is away for long is no message's fault.
    let put_off = match ended.next {
        Next::Retry(Setback::Recipient | Setback::For(_)) => email.put_off + 1,
        _ => email.put_off,
    };
    let reason = ended
        .hint
        .clone()
        .or_else(|| ended.reply.clone())
        .unwrap_or_default();
    let end = |status| After {
        status,
        reason: reason.clone(),
        due_at: email.due_at,
        attempts: tried,
        put_off,
    };
    let again = |pause: TimeDelta| After {
        status: Status::Retrying,
        reason: reason.clone(),
        due_at: Ord::min(now + pause, email.expires_at),
        attempts: tried,
        put_off,
    };
    match ended.next {
        Next::Accepted => end(Status::Accepted),
        Next::Printed => end(Status::Printed),
        Next::Fail => end(Status::Failed),
        Next::Uncertain if uncertain_before == 0 => {
            again(TimeDelta::minutes(UNCERTAIN_PAUSE_MINUTES))
        }
        Next::Uncertain => end(Status::Uncertain),
        Next::Retry(_) if put_off >= MOST_REFUSALS => end(Status::Failed),
        Next::Retry(setback) => again(pause(setback, email)),
        Next::Release => After {
            status: if email.attempts == 0 {
                Status::Queued
            } else {
                Status::Retrying
            },
            reason,
            due_at: now,
            attempts: email.attempts,
            put_off,
        },
    }
}

/// The longer it fails the longer the pause, ±20 % so that a crowd does not come back at once.
fn pause(setback: Setback, email: &email::Model) -> TimeDelta {
    let (steps, earlier): (&[i64], i32) = match setback {
        Setback::For(pause) => return pause,
        Setback::Recipient => (&[60, 300, 900, 1800, 3600, 7200, 14_400], email.put_off),
        Setback::Server => (&[15, 30, 60, 120, 300], email.attempts - email.put_off),
        Setback::Settings => (&[300], 0),
    };
    let step = usize::try_from(earlier).unwrap_or(0).min(steps.len() - 1);
    let seconds = steps[step];
    let spread =
        i64::from(crypto::hmac_sha256(&email.id.to_be_bytes(), &email.attempts.to_be_bytes())[0])
            - 128;
    TimeDelta::milliseconds(seconds * 1000 + seconds * 200 * spread / 128)
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, QueryTrait};

    use super::*;

    #[actix_web::test]
    async fn the_next_message_is_found_by_an_index_however_long_the_log_is() {
        let dir = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        db::migrate(&url).await.expect("migrated");
        let db = db::connect(&url).await.expect("a database");
        let now = DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
        let mut query = due(now).limit(1).build(DbBackend::Sqlite);
        query.sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
        let plan: Vec<String> = db
            .read()
            .query_all_raw(query)
            .await
            .expect("a plan")
            .iter()
            .map(|step| step.try_get("", "detail").expect("a step"))
            .collect();
        assert!(plan[0].contains("ix_emails_due"), "{plan:?}");
        assert!(
            !plan.iter().any(|step| step.contains("ORDER BY")),
            "{plan:?}"
        );
    }
}
