//! Proofs: mails to a user of ours, who wants to see how candidates' mails look.
//!
//! They are no `emails` rows: those tell candidates of interviews, and what was told is counted on. A proof is
//! tried once, because the person who wants it is there and can ask again.
use chrono::{DateTime, TimeDelta, Utc};
use entity::proof::{self, Status};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::{
    actions::Actor,
    one_time_keys::{self, Once, Seen},
    rate_limits::Limit,
    rows::{self, Stored},
};
use crate::{
    crypto,
    db::{self, Db},
    error::Result,
};

/// So many each user may have sent.
pub const LIMIT: Limit = Limit {
    name: "proof",
    most: 10,
    window: TimeDelta::hours(1),
};

/// What they hold of candidates is not kept for longer.
const KEPT_DAYS: i64 = 7;
/// Longer than the longest conversation with a mail server.
const LONGEST_ATTEMPT_MINUTES: i64 = 15;

/// A proof to send.
#[derive(Clone, Debug)]
pub struct NewProof {
    /// The user's own address.
    pub recipient: String,
    /// The user's name.
    pub recipient_name: String,
    /// From header.
    pub sender: String,
    /// Domain of the Message-ID.
    pub domain: String,
    /// Subject.
    pub subject: String,
    /// Plain part with the placeholder for the link.
    pub text: String,
    /// HTML part with the placeholder for the link.
    pub html: String,
    /// The logo that the HTML part shows.
    pub logo_id: Option<i64>,
    /// The form's one-time key.
    pub once: Option<Once>,
}

/// What became of a wish for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queued {
    /// It waits for a worker, now or since an earlier call with the same key.
    Proof(i64),
    /// The one-time key stands for another wish.
    KeyReused,
}

/// Queues a proof to the actor.
pub async fn queue(
    db: &Db,
    actor: &Actor,
    user_id: i64,
    new: NewProof,
    now: DateTime<Utc>,
) -> Result<Queued> {
    db::transaction(db, async |txn| {
        match one_time_keys::look_up(txn, actor.company_id, new.once.as_ref()).await? {
            Seen::Done(id) => return Ok(Queued::Proof(id)),
            Seen::Reused => return Ok(Queued::KeyReused),
            Seen::New => {}
        }
        let row = proof::ActiveModel {
            company_id: Set(actor.company_id),
            user_id: Set(user_id),
            recipient: Set(new.recipient),
            recipient_name: Set(new.recipient_name),
            sender: Set(new.sender),
            message_id: Set(format!("proof-{}@{}", crypto::random_id(), new.domain)),
            subject: Set(new.subject),
            text: Set(new.text),
            html: Set(new.html),
            logo_id: Set(new.logo_id),
            status: Set(Status::Queued),
            reason: Set(String::new()),
            created_at: Set(now),
            ..Default::default()
        };
        let id = proof::Entity::insert(row).exec(txn).await?.last_insert_id;
        one_time_keys::keep(txn, actor.company_id, new.once.as_ref(), id, now).await?;
        Ok(Queued::Proof(id))
    })
    .await
}

/// The newest that a user asked for.
pub async fn newest(db: &Db, company_id: i64, user_id: i64) -> Result<Option<proof::Model>> {
    Ok(proof::Entity::find()
        .filter(proof::COLUMN.company_id.eq(company_id))
        .filter(proof::COLUMN.user_id.eq(user_id))
        .order_by_desc(proof::Column::Id)
        .one(db.read())
        .await?)
}

/// Takes the oldest that waits; none when there is none, or another worker was quicker. Ends those whose
/// worker died.
pub async fn claim(db: &Db, now: DateTime<Utc>) -> Result<Option<proof::Model>> {
    let waits = proof::Entity::find()
        .filter(proof::Column::Status.is_in([Status::Queued, Status::Sending]))
        .limit(1)
        .count(db.read())
        .await?;
    if waits == 0 {
        return Ok(None);
    }
    let now = db.shared_now(now).await?;
    db::transaction(db, async |txn| {
        give_up_lost(txn, now).await?;
        let oldest = proof::Entity::find()
            .filter(proof::Column::Status.eq(Status::Queued))
            .order_by_asc(proof::Column::Id);
        let proof = match rows::one(oldest, txn).await? {
            None => return Ok(None),
            Some(Stored::Read(proof)) => proof,
            Some(Stored::Unreadable(row)) => {
                row.log("proof");
                set_aside(txn, row.id, now).await?;
                return Ok(None);
            }
        };
        let taken = proof::Entity::update_many()
            .col_expr(
                proof::Column::Status,
                Expr::value(Status::Sending.to_value()),
            )
            .col_expr(proof::Column::BegunAt, Expr::value(now))
            .filter(proof::COLUMN.id.eq(proof.id))
            .filter(proof::Column::Status.eq(Status::Queued))
            .exec(txn)
            .await?
            .rows_affected;
        Ok((taken == 1).then_some(proof))
    })
    .await
}

/// One that cannot be read must not keep the others from being sent.
async fn set_aside(txn: &impl ConnectionTrait, id: Option<i64>, now: DateTime<Utc>) -> Result<()> {
    let row = proof::ActiveModel {
        status: Set(Status::Failed),
        reason: Set("Greenroom cannot read this message.".into()),
        finished_at: Set(Some(now)),
        ..Default::default()
    };
    proof::Entity::update_many()
        .set(row)
        .filter(proof::COLUMN.id.eq(id.unwrap_or_default()))
        .exec(txn)
        .await?;
    Ok(())
}

async fn give_up_lost(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let row = proof::ActiveModel {
        status: Set(Status::Uncertain),
        reason: Set("Greenroom stopped while it was being sent; it may have arrived.".into()),
        finished_at: Set(Some(now)),
        ..Default::default()
    };
    let longest = TimeDelta::minutes(LONGEST_ATTEMPT_MINUTES);
    proof::Entity::update_many()
        .set(row)
        .filter(proof::Column::Status.eq(Status::Sending))
        .filter(
            Condition::any()
                .add(proof::COLUMN.begun_at.lte(now - longest))
                // By a clock that was wrong.
                .add(proof::COLUMN.begun_at.gt(now + longest)),
        )
        .exec(txn)
        .await?;
    Ok(())
}

/// Writes what became of a claimed one.
pub async fn record(
    db: &Db,
    id: i64,
    status: Status,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    db::transaction(db, async |txn| {
        let row = proof::ActiveModel {
            status: Set(status),
            reason: Set(reason.to_owned()),
            finished_at: Set(status.is_final().then_some(now)),
            ..Default::default()
        };
        proof::Entity::update_many()
            .set(row)
            .filter(proof::COLUMN.id.eq(id))
            .filter(proof::Column::Status.eq(Status::Sending))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Removes those that nobody looks at any more.
pub async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    proof::Entity::delete_many()
        .filter(
            proof::COLUMN
                .created_at
                .lt(now - TimeDelta::days(KEPT_DAYS)),
        )
        .exec(txn)
        .await?;
    Ok(())
}
