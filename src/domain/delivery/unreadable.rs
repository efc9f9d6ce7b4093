//! Messages that cannot be read: set aside as failed, with the reason, so that they keep nobody else's and are seen.
use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Status};
use sea_orm::{
    ActiveEnum, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult,
    IdenStatic, Iterable, QueryFilter, QueryOrder, QueryResult, QuerySelect, TryGetable,
    prelude::Json,
    sea_query::{Expr, SimpleExpr},
};

use super::{attempts, is_sending, waits};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        emails::lifecycle,
        rows::{Stored, Unreadable},
    },
    error::{Error, Result},
};

/// When nobody knows any more how long a message is of use, it is an alert for so long.
const ALERTS_FOR: TimeDelta = TimeDelta::days(14);
/// So long an older Greenroom leaves alone what only a newer one may be able to read.
const LEFT_FOR: TimeDelta = TimeDelta::minutes(2);
const LEFT_TO_NEWER: &str = "Waiting while Greenroom is being updated.";

/// Sets a message aside that cannot be read. Whatever only delivery needs of it is mended, so that people can read it.
pub(super) async fn set_aside(
    txn: &impl ConnectionTrait,
    row: &Unreadable,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(id) = row.id else {
        return Err(Error::Stored(row.why.clone()));
    };
    tracing::error!(email.id = id, why = row.why, "An email cannot be read");
    // What was begun may have arrived.
    let status = match attempts::is_open(txn, id).await? {
        true => Status::Uncertain,
        false => Status::Failed,
    };
    let health = email::Entity::find_by_id(id).into_model::<Health>();
    let broken = health.one(txn).await?.map_or_else(Vec::new, |it| it.broken);
    let names: Vec<&str> = broken.iter().map(IdenStatic::as_str).collect();
    let reason = format!(
        "Greenroom can't read the stored data of this email ({}). Contact the candidate another way and ask an admin to check the server log.",
        names.join(", ")
    );
    let mended = broken.into_iter();
    let mended = mended.filter_map(|column| Some((column, mended_value(column, now)?)));
    lifecycle::set_aside(txn, id, status, mended.collect(), &reason, now).await
}

/// The same, unless a newer Greenroom may be able to read it.
pub(super) async fn set_aside_or_leave(
    txn: &impl ConnectionTrait,
    row: &Unreadable,
    now: DateTime<Utc>,
) -> Result<()> {
    if let Some(id) = row.id
        && leave_to_newer(txn, id, now).await?
    {
        return Ok(());
    }
    set_aside(txn, row, now).await
}

/// While a newer Greenroom has migrated the database, what this one cannot read is that one's: true when it was left to
/// it. What waits is put off for a moment, so that the others have their turn here.
pub(super) async fn leave_to_newer(
    txn: &impl ConnectionTrait,
    id: i64,
    now: DateTime<Utc>,
) -> Result<bool> {
    if !db::is_ahead(txn).await? {
        return Ok(false);
    }
    tracing::warn!(
        email.id = id,
        "An email that this version cannot read is left to the newer one that migrated the database"
    );
    email::Entity::update_many()
        .col_expr(email::Column::DueAt, Expr::value(now + LEFT_FOR))
        .col_expr(email::Column::Reason, Expr::value(LEFT_TO_NEWER))
        .filter(email::COLUMN.id.eq(id))
        .filter(waits())
        .exec(txn)
        .await?;
    Ok(true)
}

/// Sets those aside that are of an unknown kind, which no question about what is due finds.
pub(super) async fn set_strangers_aside(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_known = email::Column::Kind.in_const(email::Kind::iter());
    let is_due = waits().and(email::COLUMN.due_at.lte(now));
    let is_lost = is_sending().and(email::COLUMN.lease_until.lte(now));
    let mut strange = ids(txn, is_due.and(is_known.clone().not())).await?;
    strange.extend(ids(txn, is_lost.and(is_known.not())).await?);
    // What a newer Greenroom queued waits for it, while there is one.
    if strange.is_empty() || db::is_ahead(txn).await? {
        return Ok(());
    }
    set_each_aside(txn, strange, "it is of no kind that is known", now).await
}

/// Sets those aside that are due at no instant: whoever looks at what is due finds them always or never.
pub(super) async fn set_timeless_aside(
    txn: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<()> {
    // On SQLite an instant is a text, and any other text may stand there.
    let last = DateTime::<Utc>::from_timestamp(253_370_764_800, 0);
    let last = last.ok_or_else(|| Error::System("there is no year 9999".into()))?;
    let mut timeless = ids(txn, waits().and(email::COLUMN.due_at.gte(last))).await?;
    timeless.extend(ids(txn, is_sending().and(email::COLUMN.lease_until.gte(last))).await?);
    set_each_aside(txn, timeless, "it is due at no instant", now).await
}

async fn set_each_aside(
    txn: &impl ConnectionTrait,
    ids: Vec<i64>,
    why: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    for id in ids {
        let row = Unreadable {
            id: Some(id),
            why: why.into(),
        };
        set_aside(txn, &row, now).await?;
    }
    Ok(())
}

/// Sets all that waits aside that cannot be read, and what stands nowhere: long before it is due. Nobody who writes waits
/// while it looks.
pub async fn set_all_aside(db: &Db, now: DateTime<Utc>) -> Result<()> {
    if db::is_ahead(db.read()).await? {
        // A newer Greenroom reads more.
        return Ok(());
    }
    let stands_nowhere = email::Column::Status.not_in_const(Status::iter());
    let lost = ids(db.read(), stands_nowhere).await?;
    if !lost.is_empty() {
        db::transaction(db, async |txn| -> Result<_> {
            set_each_aside(txn, lost.clone(), "its status is unknown", now).await
        })
        .await?;
    }
    let is_waiting = Expr::col((email::Entity, email::Column::Status)).eq(Status::Held.to_value());
    let is_waiting = is_waiting.or(waits());
    let mut after = 0;
    loop {
        let piece = email::Entity::find()
            .filter(is_waiting.clone())
            .filter(email::COLUMN.id.gt(after))
            .order_by_asc(email::Column::Id)
            .limit(PIECE)
            .into_model::<Stored<email::Model>>()
            .all(db.read())
            .await?;
        let is_last = (piece.len() as u64) < PIECE;
        for row in piece {
            match row {
                Stored::Read(email) => after = email.id,
                Stored::Unreadable(row) => {
                    after = row.id.unwrap_or(i64::MAX);
                    db::transaction(db, async |txn| set_aside(txn, &row, now).await).await?;
                }
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

/// So many are read at a time.
const PIECE: u64 = 500;

async fn ids(txn: &impl ConnectionTrait, which: impl Into<Condition>) -> Result<Vec<i64>> {
    Ok(email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(which.into())
        .into_tuple()
        .all(txn)
        .await?)
}

/// Which columns of a message cannot be read.
struct Health {
    broken: Vec<email::Column>,
}

impl FromQueryResult for Health {
    fn from_query_result(row: &QueryResult, _: &str) -> std::result::Result<Self, DbErr> {
        let columns = email::Column::iter();
        Ok(Self {
            broken: columns.filter(|column| is_broken(row, *column)).collect(),
        })
    }
}

fn is_broken(row: &QueryResult, column: email::Column) -> bool {
    use email::Column::*;
    let name = column.as_str();
    match column {
        Id | CompanyId => fails::<i64>(row, name),
        Kind => fails::<email::Kind>(row, name),
        Audience => fails::<email::Audience>(row, name),
        Status => fails::<email::Status>(row, name),
        Revision | LinkVersion | Fence | Attempts | PutOff | ServerFailures => {
            fails::<i32>(row, name)
        }
        Recipient | RecipientName | Locale | IdemKey | MessageId | Reason => {
            fails::<String>(row, name)
        }
        Sender | ReplyTo | Subject | Text | Html | Ics => fails::<Option<String>>(row, name),
        Date | DueAt | FirstDueAt | ExpiresAt | CreatedAt => fails::<DateTime<Utc>>(row, name),
        LeaseUntil | FinishedAt | PrintedAt | ToldAt => fails::<Option<DateTime<Utc>>>(row, name),
        InterviewId | UserId | LogoId | ResendOf | Corrects | CreatedBy | ToldBy => {
            fails::<Option<i64>>(row, name)
        }
        LeadMinutes => fails::<Option<i32>>(row, name),
        Facts | FactsBefore => fails::<Option<Json>>(row, name),
    }
}

fn fails<T: TryGetable>(row: &QueryResult, name: &str) -> bool {
    matches!(Stored::<One<T>>::of(row, name), Stored::Unreadable(_))
}

/// One column.
struct One<T>(std::marker::PhantomData<T>);

impl<T: TryGetable> FromQueryResult for One<T> {
    fn from_query_result(row: &QueryResult, name: &str) -> std::result::Result<Self, DbErr> {
        row.try_get::<T>("", name)?;
        Ok(Self(std::marker::PhantomData))
    }
}

impl<T: TryGetable> Stored<One<T>> {
    fn of(row: &QueryResult, name: &str) -> Self {
        Self::from_query_result(row, name).unwrap_or_else(|error| {
            Self::Unreadable(Unreadable {
                id: None,
                why: error.to_string(),
            })
        })
    }
}

/// What stands for a value that is lost, where only delivery needed it; none where people would be misled.
fn mended_value(column: email::Column, now: DateTime<Utc>) -> Option<SimpleExpr> {
    use email::Column::*;
    match column {
        Date | DueAt | FirstDueAt | CreatedAt => Some(Expr::value(now)),
        ExpiresAt => Some(Expr::value(now + ALERTS_FOR)),
        Fence | Attempts | PutOff | ServerFailures => Some(Expr::value(0)),
        LeaseUntil | PrintedAt | ToldAt | ToldBy | UserId | LogoId | ResendOf | Corrects
        | CreatedBy | LeadMinutes | Sender | ReplyTo | Subject | Text | Html | Ics | Facts
        | FactsBefore => Some(Expr::cust("NULL")),
        Id | CompanyId | InterviewId | Kind | Audience | Status | Revision | LinkVersion
        | Recipient | RecipientName | Locale | IdemKey | MessageId | Reason | FinishedAt => None,
    }
}
