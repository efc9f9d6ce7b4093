//! The rows of attempts: begun with the last byte of a message, or written when they are over.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    attempt::{self, Outcome, Stage},
    email,
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, OnConflict, SelectStatement},
};

use super::{Claimed, Ended, Next, POLICY_CODES, Setback};
use crate::{
    db::constant::Constant,
    domain::rows::{self, Stored},
    error::Result,
};

/// Refusals of one sender to so many different people within this time are no chance.
const POLICY_MINUTES: i64 = 10;

/// What earlier attempts have to do with what follows this one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Earlier {
    /// How many of this message ended in doubt.
    pub(super) uncertain: u64,
    /// When this message was first put off for the same reason.
    pub(super) first_so: Option<DateTime<Utc>>,
    /// Was somebody else's message refused for its sender or its words just before?
    pub(super) others_refused: bool,
}

impl Earlier {
    /// Looks up what matters after such an end, and nothing else.
    pub(super) async fn of(
        txn: &impl ConnectionTrait,
        email: &email::Model,
        ended: &Ended,
    ) -> Result<Self> {
        Ok(match ended.next {
            Next::Uncertain => Self {
                uncertain: uncertain(txn, email.id).await?,
                ..Self::default()
            },
            Next::Retry(Setback::ForAtMost(_)) => Self {
                first_so: first_so(txn, email.id, ended).await?,
                ..Self::default()
            },
            Next::FailForPolicy => Self {
                others_refused: others_refused(txn, email, &ended.host).await?,
                ..Self::default()
            },
            _ => Self::default(),
        })
    }
}

/// What is known of an attempt that has begun and not ended.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Open {
    pub(super) started_at: DateTime<Utc>,
    pub(super) host: String,
}

/// The attempt of a message that has begun and not ended. One that cannot be read may have arrived as well.
pub(super) async fn open(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    now: DateTime<Utc>,
) -> Result<Option<Open>> {
    let found = unended(email.id)
        .select_only()
        .columns([attempt::Column::StartedAt, attempt::Column::Host])
        .order_by_desc(attempt::Column::Number)
        .into_model::<Stored<Open>>()
        .one(txn)
        .await?;
    Ok(found.map(|open| {
        open.or_log("attempt").unwrap_or_else(|| Open {
            started_at: now,
            host: String::new(),
        })
    }))
}

/// Has an attempt of a message begun and not ended?
pub(super) async fn is_open(txn: &impl ConnectionTrait, email_id: i64) -> Result<bool> {
    Ok(unended(email_id).count(txn).await? > 0)
}

fn unended(email_id: i64) -> Select<attempt::Entity> {
    attempt::Entity::find()
        .filter(attempt::COLUMN.email_id.eq(email_id))
        .filter(attempt::COLUMN.ended_at.is_null())
}

/// Writes that the last byte of these messages is about to be sent.
pub(super) async fn begin(txn: &impl ConnectionTrait, begun: &[&Claimed]) -> Result<()> {
    if begun.is_empty() {
        return Ok(());
    }
    let rows = begun.iter().map(|claimed| attempt::ActiveModel {
        stage: Set(Stage::Body),
        host: Set(String::new()),
        ..blank(&claimed.email, claimed.started_at)
    });
    attempt::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// What is written of an attempt that is over.
pub(super) fn ended(
    email: &email::Model,
    started_at: DateTime<Utc>,
    ended: Ended,
    now: DateTime<Utc>,
) -> attempt::ActiveModel {
    attempt::ActiveModel {
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
        dsn: Set(ended.dsn),
        ..blank(email, started_at)
    }
}

/// Writes attempts that are over, whether it was written that they began or not.
pub(super) async fn end(txn: &impl ConnectionTrait, rows: Vec<attempt::ActiveModel>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    attempt::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::columns([attempt::Column::EmailId, attempt::Column::Number])
                .update_columns([
                    attempt::Column::EndedAt,
                    attempt::Column::Host,
                    attempt::Column::Peer,
                    attempt::Column::Tls,
                    attempt::Column::Stage,
                    attempt::Column::Outcome,
                    attempt::Column::Code,
                    attempt::Column::EnhancedCode,
                    attempt::Column::Reply,
                    attempt::Column::Hint,
                    attempt::Column::Transcript,
                    attempt::Column::Dsn,
                ])
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

fn blank(email: &email::Model, started_at: DateTime<Utc>) -> attempt::ActiveModel {
    attempt::ActiveModel {
        company_id: Set(email.company_id),
        email_id: Set(email.id),
        number: Set(email.fence),
        started_at: Set(started_at),
        ..Default::default()
    }
}

/// The attempts of a message, in a query of messages, after which nobody knows whether it was taken.
pub(in crate::domain) fn in_doubt() -> SelectStatement {
    attempt::Entity::find()
        .select_only()
        .column(attempt::Column::Id)
        .filter(
            Expr::col((attempt::Entity, attempt::Column::EmailId))
                .equals((email::Entity, email::Column::Id)),
        )
        .filter(attempt::Column::Outcome.eq_const(Outcome::Uncertain))
        .into_query()
}

async fn uncertain(txn: &impl ConnectionTrait, email_id: i64) -> Result<u64> {
    Ok(attempt::Entity::find()
        .filter(attempt::COLUMN.email_id.eq(email_id))
        .filter(attempt::Column::Outcome.eq_const(Outcome::Uncertain))
        .count(txn)
        .await?)
}

async fn first_so(
    txn: &impl ConnectionTrait,
    email_id: i64,
    ended: &Ended,
) -> Result<Option<DateTime<Utc>>> {
    let all = attempt::Entity::find()
        .filter(attempt::COLUMN.email_id.eq(email_id))
        .filter(attempt::Column::Outcome.eq_const(Outcome::Deferred))
        .filter(attempt::Column::Code.eq(ended.code))
        .order_by_asc(attempt::Column::Number);
    let first = rows::readable(all, txn, "attempt")
        .await?
        .into_iter()
        .next();
    Ok(first.map(|attempt| attempt.started_at))
}

async fn others_refused(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    host: &str,
) -> Result<bool> {
    let same_person = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::COLUMN.recipient.eq(&email.recipient));
    let begun = email.lease_until.unwrap_or(email.created_at);
    let since = begun - TimeDelta::minutes(POLICY_MINUTES + super::LEASE_MINUTES);
    let other = attempt::Entity::find()
        .filter(attempt::COLUMN.started_at.gte(since))
        .filter(attempt::Column::EnhancedCode.is_in(POLICY_CODES))
        .filter(attempt::COLUMN.host.eq(host))
        .filter(attempt::Column::Stage.is_in([Stage::Data, Stage::Body]))
        // In a constant: else SQLite does not see that the index of refusals is the one.
        .filter(
            Expr::col((attempt::Entity, attempt::Column::Outcome))
                .eq(Expr::Constant(Outcome::Refused.to_value().into())),
        )
        .filter(
            Expr::col((attempt::Entity, attempt::Column::EmailId))
                .in_subquery(same_person.into_query())
                .not(),
        )
        .limit(1)
        .count(txn)
        .await?;
    Ok(other > 0)
}
