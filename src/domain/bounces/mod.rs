//! Bounces: what mail servers report of messages that another one had taken.
mod effect;
mod pending;
mod told;

use chrono::{DateTime, Utc};
use entity::{
    attempt,
    bounce::{self, Action},
    email::{self, Status},
    interview,
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, OnConflict},
};

use self::effect::change;
pub use self::pending::apply_left;
use self::told::{Told, told};
pub(in crate::domain) use self::{pending::apply, told::PendingChange};
use crate::{
    crypto,
    db::{self, Db, constant::Constant},
    domain::rows,
    error::{Error, Result},
};

/// Nobody's message has more; whoever writes reports for fun stops mattering here.
const MOST_REPORTS: usize = 20;
/// People have more to say than servers.
const MOST_REPLIES: usize = 200;
/// A shorter word of a reply could be any word.
const SHORTEST_ID: usize = 20;
/// What the Message-ID of a thread's root begins with.
const THREAD: &str = "itv-";

/// A report, and what it says it is about. It counts only when that is a message of ours.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The message whose signed return address it came to.
    pub email_id: Option<i64>,
    /// Message-IDs that it names.
    pub message_ids: Vec<String>,
    /// The server that reports.
    pub host: String,
    /// Whom it is about.
    pub recipients: Vec<RecipientReport>,
    /// What to keep of it when it came to a signed return address and tells of no failure; none when a person wrote it.
    pub remark: Option<Remark>,
}

/// What came back and is no report of a failure.
#[derive(Clone, Debug)]
pub struct Remark {
    /// Its words.
    pub words: String,
    /// What it is, in plain words.
    pub hint: String,
    /// Of an automatic answer: the address of its sender, canonical; empty where it has none.
    pub answer_of: Option<String>,
}

/// What became of a message for one recipient.
#[derive(Clone, Debug)]
pub struct RecipientReport {
    /// Canonical; each name that the report has for it.
    pub addresses: Vec<String>,
    /// What the server did; none for good news that proves nothing.
    pub action: Option<Action>,
    /// RFC 3463 code.
    pub code: Option<String>,
    /// The server's words.
    pub diagnostic: String,
    /// What it means, in plain words.
    pub hint: String,
    /// The same if the address is one that the candidate's mailbox forwards to.
    pub elsewhere: String,
    /// Is there no such mailbox?
    pub is_dead: bool,
}

/// What a report changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The message with this key came back.
    Bounced(i64),
    /// Its recipient marked the message with this key as spam.
    Complained(i64),
    /// The recipient's own mail server has the message with this key.
    Delivered(i64),
    /// It stands in the story of this message, which goes on as before.
    Noted(i64),
    /// A calendar answered the invitation in this message.
    Answered(i64),
    /// A person answered this message, and the answer is passed on.
    Forwarded(i64),
    /// Nothing: it says nothing new of this message.
    Known(i64),
    /// Nothing: it tells of no message of ours.
    Unknown,
    /// Nothing: it tells of our message, but of another recipient.
    OtherRecipient(i64),
    /// Nothing yet: a worker has the message at this moment. It counts once the worker has recorded where the message
    /// stands.
    Kept(i64),
}

/// Takes note of a report.
pub async fn take(db: &Db, notice: &Notice, now: DateTime<Utc>) -> Result<Taken> {
    db::transaction(db, async |txn| {
        let subject = subject(txn, notice.email_id, &notice.message_ids).await?;
        let Some((email, is_signed)) = subject else {
            return Ok(Taken::Unknown);
        };
        let email = lock(txn, email.id).await?;
        let told = match told(notice, &email.recipient, is_signed) {
            Told::PendingChange(told) => told,
            Told::NothingNew => return Ok(Taken::Known(email.id)),
            Told::OfAnother => return Ok(Taken::OtherRecipient(email.id)),
            Told::Nothing => return Ok(Taken::Unknown),
        };
        note(txn, &email, &told, &notice.host, now).await
    })
    .await
}

/// Takes note of what is told of a message that is [held](lock), by whoever may: `host`.
pub(super) async fn note(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    told: &PendingChange<'_>,
    host: &str,
    now: DateTime<Utc>,
) -> Result<Taken> {
    if !keep(txn, email, told, host, now).await? {
        return Ok(Taken::Known(email.id));
    }
    if is_early(email, told.action) {
        return Ok(Taken::Kept(email.id));
    }
    let changed = change(txn, email, told.action, told.hint, told.is_dead, now).await?;
    Ok(changed.unwrap_or(Taken::Noted(email.id)))
}

/// What was reported of a message, first to last.
pub async fn of(db: &Db, company_id: i64, email_id: i64) -> Result<Vec<bounce::Model>> {
    let all = bounce::Entity::find()
        .filter(bounce::COLUMN.company_id.eq(company_id))
        .filter(bounce::COLUMN.email_id.eq(email_id))
        .order_by_asc(bounce::Column::Id);
    rows::readable(all, db.read(), "report").await
}

/// The message that a report or a reply is about, and whether its signed return address says so. Looked up without a company: such
/// an address, or a Message-ID that only its receivers have seen, is what gives access.
pub(super) async fn subject(
    txn: &impl ConnectionTrait,
    email_id: Option<i64>,
    message_ids: &[String],
) -> Result<Option<(email::Model, bool)>> {
    if let Some(id) = email_id
        && let Some(named) = email::Entity::find_by_id(id).one(txn).await?
    {
        return Ok(Some((named, true)));
    }
    for message_id in message_ids {
        let named = email::Entity::find()
            .filter(email::COLUMN.message_id.eq(message_id))
            .one(txn)
            .await?;
        if let Some(named) = named {
            return Ok(Some((named, false)));
        }
    }
    let renamed = renamed(txn, message_ids).await?;
    Ok(renamed.map(|named| (named, false)))
}

/// The message as it stands now, held until the transaction ends: no worker takes it meanwhile.
pub(super) async fn lock(txn: &impl ConnectionTrait, id: i64) -> Result<email::Model> {
    // Writing nothing keeps other processes waiting; on SQLite there is nobody to keep.
    email::Entity::update_many()
        .col_expr(email::Column::Fence, Expr::col(email::Column::Fence))
        .filter(email::COLUMN.id.eq(id))
        .exec(txn)
        .await?;
    let held = email::Entity::find_by_id(id).one(txn).await?;
    held.ok_or(Error::NotFound)
}

/// Some services (Amazon SES) send under a Message-ID of their own, which they tell as they take a
/// message; what it belongs to is still told by the thread.
async fn renamed(
    txn: &impl ConnectionTrait,
    message_ids: &[String],
) -> Result<Option<email::Model>> {
    let halves = message_ids.iter().filter_map(|id| id.split_once('@'));
    let locals: Vec<&str> = halves.map(|(local, _)| local).collect();
    let Some(thread) = locals.iter().find_map(|local| local.strip_prefix(THREAD)) else {
        return Ok(None);
    };
    let Some(interview) = interview::Entity::find()
        .filter(interview::COLUMN.public_id.eq(thread))
        .one(txn)
        .await?
    else {
        return Ok(None);
    };
    let emails = email::Entity::find()
        .filter(email::COLUMN.company_id.eq(interview.company_id))
        .filter(email::COLUMN.interview_id.eq(interview.id));
    let emails = rows::readable(emails, txn, "email").await?;
    let attempts = attempt::Entity::find()
        .filter(attempt::COLUMN.company_id.eq(interview.company_id))
        .filter(attempt::Column::EmailId.is_in(emails.iter().map(|email| email.id)))
        .filter(attempt::Column::Outcome.eq_const(attempt::Outcome::Accepted));
    let attempts = rows::readable(attempts, txn, "attempt").await?;
    let told = |attempt: &&attempt::Model| {
        let mut words = attempt.reply.as_deref().unwrap_or_default().split(' ');
        words.any(|word| word.len() >= SHORTEST_ID && locals.contains(&word))
    };
    let email_id = attempts.iter().find(told).map(|attempt| attempt.email_id);
    Ok(emails.into_iter().find(|email| Some(email.id) == email_id))
}

/// Is the report quicker than our own record, on which what it changes depends?
fn is_early(email: &email::Model, action: Action) -> bool {
    let changes_something = match action {
        Action::Failed | Action::Delivered | Action::Complained | Action::Dropped => true,
        Action::Delayed
        | Action::Relayed
        | Action::Noted
        | Action::Answered
        | Action::Forwarded => false,
    };
    email.status == Status::Sending && changes_something
}

/// Adds the report to the message's story; false when it stands there already.
async fn keep(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    told: &PendingChange<'_>,
    host: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let code = told.code.unwrap_or_default();
    // A provider may say the same words of an address that it tries again and of one that it doesn't.
    let dead = if told.is_dead { "|dead" } else { "" };
    let action = told.action.to_value();
    let key = told.key.map(|key| format!("|{key}")).unwrap_or_default();
    let words = format!("{action}|{code}|{}{dead}{key}", told.diagnostic);
    let digest = crypto::sha256_hex(&words);
    let earlier = bounce::Entity::find().filter(bounce::COLUMN.email_id.eq(email.id));
    let earlier = rows::readable(earlier, txn, "report").await?;
    // Whoever reports delays without end does not keep out the report that ends them.
    let alike = earlier.iter().filter(|kept| kept.action == told.action);
    let most = match told.action {
        Action::Answered | Action::Forwarded => MOST_REPLIES,
        _ => MOST_REPORTS,
    };
    if alike.count() >= most || earlier.iter().any(|kept| kept.digest == digest) {
        return Ok(false);
    }
    let row = bounce::ActiveModel {
        company_id: Set(email.company_id),
        email_id: Set(email.id),
        digest: Set(digest),
        action: Set(told.action),
        code: Set(told.code.map(str::to_owned)),
        host: Set(host.to_owned()),
        diagnostic: Set(told.diagnostic.to_owned()),
        hint: Set(told.hint.to_owned()),
        is_pending: Set(is_early(email, told.action)),
        is_dead: Set(told.is_dead),
        reported_at: Set(now),
        ..Default::default()
    };
    let kept = bounce::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([bounce::Column::EmailId, bounce::Column::Digest])
                .do_nothing()
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(kept == 1)
}
