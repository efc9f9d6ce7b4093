//! E-mails: queued with what they tell of, listed as the delivery log.
use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use entity::{
    attempt,
    email::{self, Facts, Kind, Status},
    interview,
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func, OnConflict, SimpleExpr},
};
use serde_json::json;

use crate::{
    crypto,
    db::{self, Db},
    domain::{
        actions::{self, Act, Actor},
        interviews::{self, Details},
        one_time_keys::{self, Once, Seen},
        page::{self, Cursor, Page},
        users,
    },
    error::{Error, Result},
};

/// So many messages are sorted by us.
const FEW: u64 = 2000;

/// A message to queue.
#[derive(Clone, Debug)]
pub struct NewEmail<'a> {
    /// What it tells.
    pub kind: Kind,
    /// The interview as it is after the change that is told.
    pub details: &'a Details,
    /// What it tells.
    pub facts: Facts,
    /// What the candidate was told before.
    pub facts_before: Option<Facts>,
    /// Not before this instant.
    pub due_at: DateTime<Utc>,
    /// Of a reminder.
    pub lead_minutes: Option<i32>,
    /// Of no more use from this instant.
    pub expires_at: DateTime<Utc>,
}

/// Which messages the log shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only in this status.
    pub status: Option<Status>,
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only to addresses that begin with this.
    pub recipient: Option<String>,
    /// Only those about interviews for this job.
    pub job_id: Option<i64>,
    /// Only those queued at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only those queued before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// A line of the log, without the message itself.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "email::Entity")]
pub struct Line {
    /// Key.
    pub id: i64,
    /// What it tells.
    pub kind: Kind,
    /// Which interview.
    pub interview_id: i64,
    /// To whom.
    pub recipient: String,
    /// Whom it greets.
    pub recipient_name: String,
    /// None until it is composed.
    pub subject: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// When it is tried next, while it waits.
    pub due_at: DateTime<Utc>,
    /// When it was to leave.
    pub first_due_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// When somebody told the candidate another way.
    pub told_at: Option<DateTime<Utc>>,
}

/// A message with its story.
#[derive(Clone, Debug)]
pub struct Story {
    /// The message.
    pub email: email::Model,
    /// The attempts, first to last.
    pub attempts: Vec<attempt::Model>,
    /// What it is about.
    pub details: Details,
    /// The name of the user whose act queued it.
    pub queued_by: Option<String>,
    /// The name of the user who told the candidate another way.
    pub told_by: Option<String>,
    /// The message that repeats this one.
    pub repeated_by: Option<i64>,
}

impl Story {
    /// Would [`resend`] queue it once more?
    pub fn can_be_repeated(&self, now: DateTime<Utc>) -> bool {
        self.email.status.is_final()
            && self.repeated_by.is_none()
            && is_of_use(&self.email, &self.details, now)
    }
}

/// What became of the wish to send a message again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resent {
    /// A new message is queued.
    Queued(i64),
    /// The interview was moved, called off or is over: this message would be wrong.
    Outdated,
    /// It has not ended yet: it will be tried by itself.
    Underway,
    /// It was repeated before, by this one: that is the one to look at.
    Repeated(i64),
    /// The one-time key stands for another wish.
    KeyReused,
}

/// The message, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<email::Model> {
    email::Entity::find_by_id(id)
        .filter(email::COLUMN.company_id.eq(company_id))
        .one(db)
        .await?
        .ok_or(Error::NotFound)
}

/// The message, its attempts and its interview.
pub async fn story(db: &Db, company_id: i64, id: i64) -> Result<Story> {
    let email = find(db.read(), company_id, id).await?;
    let attempts = attempt::Entity::find()
        .filter(attempt::COLUMN.company_id.eq(company_id))
        .filter(attempt::COLUMN.email_id.eq(id))
        .order_by_asc(attempt::Column::Number)
        .all(db.read())
        .await?;
    let details = interviews::details(db.read(), company_id, email.interview_id).await?;
    let name_of = async |user_id: Option<i64>| match user_id {
        Some(id) => users::find(db, company_id, id)
            .await
            .map(|user| Some(user.name)),
        None => Ok(None),
    };
    Ok(Story {
        queued_by: name_of(email.created_by).await?,
        told_by: name_of(email.told_by).await?,
        repeated_by: repeated_by(db.read(), &email).await?,
        email,
        attempts,
        details,
    })
}

/// Newest first.
pub async fn list(
    db: &Db,
    company_id: i64,
    filter: &Filter,
    cursor: Option<Cursor>,
    limit: u64,
) -> Result<Page<Line>> {
    let mut lines = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(matching(company_id, filter));
    if let Some(cursor) = cursor {
        lines = lines.filter(page::before(
            email::Column::CreatedAt,
            email::Column::Id,
            cursor,
        ));
    }
    let to = match &filter.recipient {
        Some(beginning) => to(db, company_id, beginning).await?,
        None => To::Many(Condition::all()),
    };
    let lines = match to {
        To::Few(ids) => {
            let few = lines.filter(email::Column::Id.is_in(ids));
            let mut few = few.into_partial_model::<Line>().all(db.read()).await?;
            few.sort_by_key(|line| Reverse((line.created_at, line.id)));
            few.truncate(usize::try_from(limit + 1).unwrap_or(usize::MAX));
            few
        }
        To::Many(in_passing) => {
            lines
                .filter(in_passing)
                .order_by_desc(email::Column::CreatedAt)
                .order_by_desc(email::Column::Id)
                .limit(limit + 1)
                .into_partial_model::<Line>()
                .all(db.read())
                .await?
        }
    };
    Ok(Page::cut(lines, limit, |line| Cursor {
        at: line.created_at,
        id: line.id,
    }))
}

/// How many messages that were queued since then stand in each of these.
pub async fn count_by_status(
    db: &Db,
    company_id: i64,
    statuses: &[Status],
    since: DateTime<Utc>,
) -> Result<Vec<(Status, i64)>> {
    Ok(email::Entity::find()
        .select_only()
        .column(email::Column::Status)
        .column_as(email::Column::Id.count(), "count")
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::Status.is_in(statuses.iter().copied()))
        .filter(email::COLUMN.created_at.gte(since))
        .group_by(email::Column::Status)
        .into_tuple()
        .all(db.read())
        .await?)
}

/// Every message about these interviews, oldest first.
pub async fn about(db: &Db, company_id: i64, interview_ids: Vec<i64>) -> Result<Vec<Line>> {
    let mut lines = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::InterviewId.is_in(interview_ids))
        .into_partial_model::<Line>()
        .all(db.read())
        .await?;
    // Asked for this order, SQLite reads all messages of the company in it.
    lines.sort_by_key(|line| line.id);
    Ok(lines)
}

/// Queues a message in the transaction that makes the change it tells of. The same event never
/// queues two: the answer is then the key of the first.
pub async fn queue(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: NewEmail<'_>,
    now: DateTime<Utc>,
) -> Result<i64> {
    insert(txn, actor, new, None, now).await
}

/// Ends the messages of an interview that have not left, reminders aside.
pub async fn drop_unsent(
    txn: &impl ConnectionTrait,
    interview_id: i64,
    status: Status,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    email::Entity::update_many()
        .col_expr(email::Column::Status, Expr::value(status.to_value()))
        .col_expr(email::Column::Reason, Expr::value(reason))
        .col_expr(email::Column::FinishedAt, Expr::value(now))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(email::Column::Kind.ne(Kind::Reminder))
        .filter(email::Column::Status.is_in([Status::Queued, Status::Retrying, Status::Held]))
        .exec(txn)
        .await?;
    Ok(())
}

/// What a message tells, as it was kept.
pub fn facts_of(email: &email::Model) -> Result<Facts> {
    let kept = email
        .facts
        .clone()
        .ok_or_else(|| Error::Stored(format!("email {} has no facts", email.id)))?;
    serde_json::from_value(kept)
        .map_err(|error| Error::Stored(format!("facts of email {}: {error}", email.id)))
}

/// What the candidate was told before, as it was kept.
pub fn facts_before_of(email: &email::Model) -> Result<Option<Facts>> {
    let kept = email.facts_before.clone().map(serde_json::from_value);
    kept.transpose()
        .map_err(|error| Error::Stored(format!("facts before email {}: {error}", email.id)))
}

/// The domain under which calendars know an interview: that of the first message that brought it
/// there. None before there is one.
pub async fn calendar_domain(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<Option<String>> {
    let first: Option<String> = email::Entity::find()
        .select_only()
        .column(email::Column::MessageId)
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.interview_id.eq(interview_id))
        .filter(email::COLUMN.ics.is_not_null())
        .order_by_asc(email::Column::Id)
        .into_tuple()
        .one(db)
        .await?;
    Ok(first.and_then(|id| Some(id.split_once('@')?.1.to_owned())))
}

/// Queues a new message that tells the same as one that has ended.
pub async fn resend(
    db: &Db,
    actor: &Actor,
    id: i64,
    once: Option<Once>,
    now: DateTime<Utc>,
) -> Result<Resent> {
    db::transaction_with_second_look(db, async |txn| {
        match one_time_keys::look_up(txn, actor.company_id, once.as_ref()).await? {
            Seen::Done(id) => return Ok(Resent::Queued(id)),
            Seen::Reused => return Ok(Resent::KeyReused),
            Seen::New => {}
        }
        let old = find(txn, actor.company_id, id).await?;
        if !old.status.is_final() {
            return Ok(Resent::Underway);
        }
        if let Some(id) = repeated_by(txn, &old).await? {
            return Ok(Resent::Repeated(id));
        }
        let details = interviews::details(txn, actor.company_id, old.interview_id).await?;
        if !is_of_use(&old, &details, now) {
            return Ok(Resent::Outdated);
        }
        let new = NewEmail {
            kind: old.kind,
            details: &details,
            facts: facts_of(&old)?,
            facts_before: facts_before_of(&old)?,
            due_at: now,
            expires_at: old.expires_at,
            lead_minutes: old.lead_minutes,
        };
        let new_id = insert(txn, actor, new, Some(old.id), now).await?;
        let act = Act {
            verb: "email.resent",
            object_type: "email",
            object_id: old.id,
            details: json!({ "new": new_id }),
        };
        actions::record(txn, actor, act, now).await?;
        one_time_keys::keep(txn, actor.company_id, once.as_ref(), new_id, now).await?;
        Ok(Resent::Queued(new_id))
    })
    .await
}

/// Is what the message tells still so? A message about another revision would mislead.
pub fn tells_the_present(email: &email::Model, details: &Details) -> bool {
    let status = match email.kind {
        Kind::Cancelled => interview::Status::Cancelled,
        _ => interview::Status::Scheduled,
    };
    details.interview.status == status
        && details.interview.revision == email.revision
        && details.interview.link_version == email.link_version
        && details.candidate.email == email.recipient
}

/// The window of the interview, while a message that tells of it is still true and in time.
fn is_of_use(email: &email::Model, details: &Details, now: DateTime<Utc>) -> bool {
    tells_the_present(email, details) && now < email.expires_at
}

async fn repeated_by(db: &impl ConnectionTrait, email: &email::Model) -> Result<Option<i64>> {
    let repeat = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(email.company_id))
        .filter(email::COLUMN.resend_of.eq(Some(email.id)))
        .one(db)
        .await?;
    Ok(repeat.map(|repeat| repeat.id))
}

async fn insert(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    new: NewEmail<'_>,
    resend_of: Option<i64>,
    now: DateTime<Utc>,
) -> Result<i64> {
    let Details {
        interview,
        candidate,
        ..
    } = new.details;
    let idem_key = idem_key(&new, resend_of);
    let row = email::ActiveModel {
        company_id: Set(interview.company_id),
        kind: Set(new.kind),
        interview_id: Set(interview.id),
        revision: Set(interview.revision),
        link_version: Set(interview.link_version),
        recipient: Set(candidate.email.clone()),
        locale: Set(candidate.locale.clone()),
        recipient_name: Set(candidate.name.clone()),
        idem_key: Set(idem_key.clone()),
        // The worker adds the sender's domain when it composes the message.
        message_id: Set(format!("{}.{}", crypto::random_id(), interview.revision)),
        date: Set(now),
        status: Set(Status::Queued),
        reason: Set(String::new()),
        due_at: Set(new.due_at),
        first_due_at: Set(new.due_at),
        expires_at: Set(new.expires_at),
        fence: Set(0),
        attempts: Set(0),
        put_off: Set(0),
        server_failures: Set(0),
        facts: Set(Some(json!(new.facts))),
        facts_before: Set(new.facts_before.map(|facts| json!(facts))),
        lead_minutes: Set(new.lead_minutes),
        resend_of: Set(resend_of),
        created_by: Set(actor.user_id),
        created_at: Set(now),
        ..Default::default()
    };
    email::Entity::insert(row)
        .on_conflict(
            OnConflict::column(email::Column::IdemKey)
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    let queued = email::Entity::find()
        .filter(email::COLUMN.idem_key.eq(&idem_key))
        .one(txn)
        .await?;
    Ok(queued.ok_or(Error::NotFound)?.id)
}

/// One event, one key: the interview's version rises with every change, and a reminder has its own hour.
fn idem_key(new: &NewEmail<'_>, resend_of: Option<i64>) -> String {
    let Details {
        interview,
        candidate,
        ..
    } = new.details;
    let recipient = &crypto::sha256_hex(&candidate.email)[..16];
    let lead = new
        .lead_minutes
        .map(|lead| format!(":{lead}min"))
        .unwrap_or_default();
    let again = resend_of
        .map(|id| format!(":again{id}"))
        .unwrap_or_default();
    format!(
        "itv:{}:v{}:{}{lead}:{recipient}{again}",
        interview.id,
        interview.version,
        new.kind.to_value()
    )
}

fn matching(company_id: i64, filter: &Filter) -> Condition {
    Condition::all()
        .add_option(filter.status.map(|status| email::Column::Status.eq(status)))
        .add_option(filter.kind.map(|kind| email::Column::Kind.eq(kind)))
        .add_option(filter.job_id.map(|id| about_job(company_id, id)))
        .add_option(filter.from.map(|from| email::COLUMN.created_at.gte(from)))
        .add_option(filter.until.map(|until| email::COLUMN.created_at.lt(until)))
}

/// Messages to addresses that begin in one way.
enum To {
    /// These are all: quickly looked up and sorted.
    Few(Vec<i64>),
    /// So many that they are soon met on the way through the log, by this condition.
    Many(Condition),
}

/// Chooses the way, which a database would do by guessing: some sort all messages, others read the
/// whole log for a few.
async fn to(db: &Db, company_id: i64, beginning: &str) -> Result<To> {
    let ids: Vec<i64> = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::COLUMN.recipient.gte(beginning))
        .filter(email::COLUMN.recipient.lt(format!("{beginning}\u{10FFFF}")))
        .limit(FEW + 1)
        .into_tuple()
        .all(db.read())
        .await?;
    if ids.len() as u64 <= FEW {
        return Ok(To::Few(ids));
    }
    let length = i32::try_from(beginning.chars().count()).unwrap_or(i32::MAX);
    let its_beginning = Func::cust("SUBSTR").args([
        Expr::col(email::Column::Recipient),
        Expr::value(1),
        Expr::value(length),
    ]);
    let in_passing = Expr::expr(its_beginning).eq(beginning);
    Ok(To::Many(Condition::all().add(in_passing)))
}

fn about_job(company_id: i64, job_id: i64) -> SimpleExpr {
    let interviews = interview::Entity::find()
        .select_only()
        .column(interview::Column::Id)
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interviews::of_job(company_id, job_id));
    email::Column::InterviewId.in_subquery(interviews.into_query())
}
