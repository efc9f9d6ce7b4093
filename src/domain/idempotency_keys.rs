//! Idempotency keys: a form or API call that comes twice is carried out once, and answered alike.
use chrono::{DateTime, TimeDelta, Utc};
use entity::one_time_key;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    crypto,
    db::{self, Db},
    error::{Error, Result},
};

const KEPT: TimeDelta = TimeDelta::days(7);
/// In place of the key of what came of a call: nothing did.
const NOTHING: i64 = 0;

/// The key of one call.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    /// Which operation.
    pub scope: &'static str,
    /// The caller's key.
    pub key: String,
    /// SHA-256 of what is asked: the same key with another request is a mistake.
    pub fingerprint: String,
}

impl IdempotencyKey {
    /// `request` is what is asked, in any stable text form.
    pub fn new(scope: &'static str, key: impl Into<String>, request: &str) -> Self {
        Self {
            scope,
            key: key.into(),
            fingerprint: crypto::sha256_hex(request),
        }
    }

    fn row(
        &self,
        company_id: i64,
        object_id: i64,
        now: DateTime<Utc>,
    ) -> one_time_key::ActiveModel {
        one_time_key::ActiveModel {
            company_id: Set(company_id),
            scope: Set(self.scope.into()),
            key: Set(self.key.clone()),
            fingerprint: Set(self.fingerprint.clone()),
            object_id: Set(object_id),
            created_at: Set(now),
            ..Default::default()
        }
    }
}

/// What is known of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Never seen: go on.
    New,
    /// Carried out already; the key of what came of it.
    Done(i64),
    /// Seen with another request.
    Conflict,
}

/// Why a command is refused whose key stands for another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyConflict;

/// Looks a key up, inside the transaction that would carry the call out.
pub async fn look_up(
    txn: &impl ConnectionTrait,
    company_id: i64,
    key: Option<&IdempotencyKey>,
) -> Result<Seen> {
    let Some(key) = key else {
        return Ok(Seen::New);
    };
    match find(txn, company_id, key).await? {
        None => Ok(Seen::New),
        Some(row) if row.fingerprint != key.fingerprint => Ok(Seen::Conflict),
        // The same call, sent twice at one moment; its answer is there.
        Some(row) if row.object_id == NOTHING => {
            Err(Error::Conflict("this call was answered meanwhile"))
        }
        Some(row) => Ok(Seen::Done(row.object_id)),
    }
}

async fn find(
    db: &impl ConnectionTrait,
    company_id: i64,
    key: &IdempotencyKey,
) -> Result<Option<one_time_key::Model>> {
    Ok(one_time_key::Entity::find()
        .filter(one_time_key::COLUMN.company_id.eq(company_id))
        .filter(one_time_key::COLUMN.scope.eq(key.scope))
        .filter(one_time_key::COLUMN.key.eq(&key.key))
        .one(db)
        .await?)
}

/// Marks a call as carried out, inside its transaction. The unique index refuses a second one.
pub async fn insert(
    txn: &impl ConnectionTrait,
    company_id: i64,
    key: Option<&IdempotencyKey>,
    object_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    match key {
        Some(key) => insert_row(txn, key.row(company_id, object_id, now)).await,
        None => Ok(()),
    }
}

async fn insert_row(txn: &impl ConnectionTrait, row: one_time_key::ActiveModel) -> Result<()> {
    one_time_key::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// What was answered to a call, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where what was made is.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

impl Answer {
    fn of(row: one_time_key::Model) -> Result<Option<Self>> {
        let Some(status) = row.answer_status else {
            return Ok(None);
        };
        let status = u16::try_from(status);
        Ok(Some(Self {
            status: status.map_err(|_| Error::Stored("the status of an answer".into()))?,
            location: row.answer_location,
            body: row.answer_body.unwrap_or_default(),
        }))
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn columns(&self) -> one_time_key::ActiveModel {
        one_time_key::ActiveModel {
            answer_status: Set(Some(self.status.into())),
            answer_location: Set(self.location.clone()),
            answer_body: Set(Some(self.body.clone())),
            ..Default::default()
        }
    }
}

/// What an earlier call with a key came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// There is no answer yet: carry the call out. What was done already is found then, by [`look_up`].
    Unanswered,
    /// This was answered.
    Answered(Answer),
    /// The key stands for another request.
    Conflict,
}

/// What was answered to the same call before. A key whose time is over counts no longer.
pub async fn earlier(
    db: &Db,
    company_id: i64,
    key: &IdempotencyKey,
    now: DateTime<Utc>,
) -> Result<Earlier> {
    match find(db.read(), company_id, key).await? {
        None => Ok(Earlier::Unanswered),
        Some(row) if row.created_at <= now - KEPT => {
            db::transaction(db, async |txn| purge(txn, now).await).await?;
            Ok(Earlier::Unanswered)
        }
        Some(row) if row.fingerprint != key.fingerprint => Ok(Earlier::Conflict),
        Some(row) => Ok(Answer::of(row)?.map_or(Earlier::Unanswered, Earlier::Answered)),
    }
}

/// Keeps what is about to be answered, and says what is to be answered: that, or what the same call was
/// answered at the same moment. A refusal of what the same call did just now is no answer: `Unanswered`.
pub async fn insert_answer(
    db: &Db,
    company_id: i64,
    key: &IdempotencyKey,
    answer: &Answer,
    now: DateTime<Utc>,
) -> Result<Earlier> {
    db::transaction_retrying_duplicates(db, async |txn| {
        let Some(row) = find(txn, company_id, key).await? else {
            let row = key.row(company_id, NOTHING, now);
            insert_row(txn, with_answer(row, answer)).await?;
            return Ok(Earlier::Answered(answer.clone()));
        };
        if row.fingerprint != key.fingerprint {
            return Ok(Earlier::Conflict);
        }
        if answer.is_success() {
            one_time_key::Entity::update_many()
                .set(answer.columns())
                .filter(one_time_key::COLUMN.id.eq(row.id))
                .filter(one_time_key::COLUMN.answer_status.is_null())
                .exec(txn)
                .await?;
        }
        let row = find(txn, company_id, key).await?;
        let first = row.map(Answer::of).transpose()?.flatten();
        Ok(first.map_or(Earlier::Unanswered, Earlier::Answered))
    })
    .await
}

fn with_answer(row: one_time_key::ActiveModel, answer: &Answer) -> one_time_key::ActiveModel {
    let columns = answer.columns();
    one_time_key::ActiveModel {
        answer_status: columns.answer_status,
        answer_location: columns.answer_location,
        answer_body: columns.answer_body,
        ..row
    }
}

/// Forgets keys that nobody repeats any more.
pub async fn purge(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    one_time_key::Entity::delete_many()
        .filter(one_time_key::COLUMN.created_at.lte(now - KEPT))
        .exec(txn)
        .await?;
    Ok(())
}
