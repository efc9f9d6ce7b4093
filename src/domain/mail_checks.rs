//! Examinations of mail: one at a time for a company, the last one kept. What is checked is not known here.
use chrono::{DateTime, TimeDelta, Utc};
use entity::mail_check::{self, Health};
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, EntityTrait, QueryFilter, sea_query::Expr,
};
use serde_json::{Value, json};

use super::{
    actions::Actor,
    events::{self, Event},
};
use crate::{
    db::{self, Db},
    domain::{
        idempotency_keys::{self, IdempotencyKey, Seen},
        mail_servers,
    },
    error::{Error, Result},
};

/// An examination that takes longer has died with its process.
const LONGEST: TimeDelta = TimeDelta::seconds(30);

/// Whether an examination may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Yes, under this number.
    Run(i32),
    /// Another one goes on.
    Underway,
    /// The same form was sent before.
    Repeated,
}

/// Begins an examination, unless one goes on.
pub async fn begin(
    db: &Db,
    actor: &Actor,
    user_id: i64,
    idempotency_key: Option<&IdempotencyKey>,
    now: DateTime<Utc>,
) -> Result<Begun> {
    let company_id = actor.company_id;
    db::transaction_retrying_duplicates(db, async |txn| {
        if idempotency_keys::look_up(txn, company_id, idempotency_key).await? != Seen::New {
            return Ok(Begun::Repeated);
        }
        let begun = match by_company(company_id).one(txn).await? {
            None => Some(first(txn, company_id, user_id, now).await?),
            Some(last) => anew(txn, &last, user_id, now).await?,
        };
        let Some(run) = begun else {
            return Ok(Begun::Underway);
        };
        idempotency_keys::insert(txn, company_id, idempotency_key, company_id, now).await?;
        let event = Event::MailChecked {
            company_id,
            sends: idempotency_key.is_some(),
        };
        events::record(txn, actor, event, now).await?;
        Ok(Begun::Run(run))
    })
    .await
}

/// Keeps what is done so far.
pub async fn note(db: &Db, company_id: i64, run: i32, checks: Value) -> Result<()> {
    db::transaction(db, async |txn| {
        mail_check::Entity::update_many()
            .col_expr(mail_check::Column::Checks, Expr::value(checks))
            .filter(goes_on(company_id, run))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await
}

/// Ends an examination with what came of it. Where mail can be sent, every circuit breaker is probed at once.
pub async fn end(
    db: &Db,
    company_id: i64,
    run: i32,
    checks: Value,
    health: Health,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = mail_check::ActiveModel {
        checks: Set(checks),
        health: Set(Some(health)),
        ended_at: Set(Some(now)),
        ..Default::default()
    };
    db::transaction(db, async |txn| {
        mail_check::Entity::update_many()
            .set(row)
            .filter(goes_on(company_id, run))
            .exec(txn)
            .await?;
        match health {
            Health::Well | Health::Warnings => mail_servers::end_waits(txn).await,
            Health::Broken => Ok(()),
        }
    })
    .await
}

/// The last examination; none when nobody asked for any.
pub async fn last(db: &Db, company_id: i64) -> Result<Option<mail_check::Model>> {
    Ok(by_company(company_id).one(db.read()).await?)
}

fn by_company(company_id: i64) -> sea_orm::Select<mail_check::Entity> {
    mail_check::Entity::find().filter(mail_check::COLUMN.company_id.eq(company_id))
}

fn goes_on(company_id: i64, run: i32) -> Condition {
    Condition::all()
        .add(mail_check::COLUMN.company_id.eq(company_id))
        .add(mail_check::COLUMN.run.eq(run))
        .add(mail_check::COLUMN.ended_at.is_null())
}

async fn first(
    txn: &impl ConnectionTrait,
    company_id: i64,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<i32> {
    let row = mail_check::ActiveModel {
        company_id: Set(company_id),
        run: Set(1),
        started_by: Set(user_id),
        started_at: Set(now),
        ends_by: Set(now + LONGEST),
        ended_at: Set(None),
        health: Set(None),
        checks: Set(json!([])),
    };
    mail_check::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(1)
}

/// In place of the last one, if that has ended or died, and nobody was quicker.
async fn anew(
    txn: &impl ConnectionTrait,
    last: &mail_check::Model,
    user_id: i64,
    now: DateTime<Utc>,
) -> Result<Option<i32>> {
    let run = last
        .run
        .checked_add(1)
        .ok_or_else(|| Error::Stored("so many examinations of mail".into()))?;
    let row = mail_check::ActiveModel {
        run: Set(run),
        started_by: Set(user_id),
        started_at: Set(now),
        ends_by: Set(now + LONGEST),
        ended_at: Set(None),
        health: Set(None),
        checks: Set(json!([])),
        ..Default::default()
    };
    let is_over = Condition::any()
        .add(mail_check::COLUMN.ended_at.is_not_null())
        .add(mail_check::COLUMN.ends_by.lte(now))
        // By a clock that was wrong.
        .add(mail_check::COLUMN.ends_by.gt(now + LONGEST));
    let begun = mail_check::Entity::update_many()
        .set(row)
        .filter(mail_check::COLUMN.company_id.eq(last.company_id))
        .filter(mail_check::COLUMN.run.eq(last.run))
        .filter(is_over)
        .exec(txn)
        .await?;
    Ok((begun.rows_affected == 1).then_some(run))
}
