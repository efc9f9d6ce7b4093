//! What a company's emails met at the mail servers of late.
use chrono::{DateTime, Utc};
use entity::{
    attempt::{self, Dsn, Outcome},
    email,
    transport::{self, Name},
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use super::rate_limit;
use crate::{
    db::{Db, constant::Constant},
    domain::rows::Stored,
    error::Result,
};

/// So many emails of late are looked at for what a mail server offers.
const LATELY: u64 = 20;

/// An attempt that did not go well.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Trouble {
    /// Of which email.
    pub email_id: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// What it means and what to do, in plain words.
    pub hint: Option<String>,
    /// The server's words, or the error's.
    pub reply: Option<String>,
}

/// The last attempts of a company's emails at a mail server that did not go well, newest first.
pub async fn troubles(db: &Db, company_id: i64, host: &str, most: u64) -> Result<Vec<Trouble>> {
    let bad = [Outcome::Deferred, Outcome::Refused, Outcome::Uncertain];
    let rows = attempt::Entity::find()
        .select_only()
        .columns([
            attempt::Column::Id,
            attempt::Column::EmailId,
            attempt::Column::StartedAt,
            attempt::Column::Outcome,
            attempt::Column::Hint,
            attempt::Column::Reply,
        ])
        .filter(attempt::COLUMN.company_id.eq(company_id))
        .filter(attempt::Column::Outcome.in_const(bad))
        .filter(attempt::COLUMN.host.eq(host))
        .order_by_desc(attempt::Column::Id)
        .limit(most)
        .into_model::<Stored<Trouble>>()
        .all(db.read())
        .await?;
    let rows = rows.into_iter();
    Ok(rows.filter_map(|row| row.or_log("attempt")).collect())
}

/// Whether a mail server was asked for reports when it was last given an email.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Asked {
    /// The server by name.
    pub host: String,
    /// Was it, and if not, why?
    pub dsn: Option<Dsn>,
}

/// The same of each server that the company's last emails went to, the newest first.
pub async fn asked(db: &Db, company_id: i64) -> Result<Vec<Asked>> {
    let last = email::Entity::find()
        .select_only()
        .column(email::Column::Id)
        .filter(email::COLUMN.company_id.eq(company_id))
        .order_by_desc(email::Column::Id)
        .limit(LATELY)
        .into_query();
    let rows = attempt::Entity::find()
        .select_only()
        .columns([
            attempt::Column::Id,
            attempt::Column::Host,
            attempt::Column::Dsn,
        ])
        .filter(
            Condition::all()
                .add(attempt::Column::EmailId.in_subquery(last))
                .add(attempt::COLUMN.company_id.eq(company_id))
                .add(attempt::COLUMN.dsn.is_not_null()),
        )
        .order_by_desc(attempt::Column::Id)
        .into_model::<Stored<Asked>>()
        .all(db.read())
        .await?;
    let rows = rows.into_iter();
    Ok(rows.filter_map(|row| row.or_log("attempt")).collect())
}

/// How many messages a mail server may be given at this moment, of `burst` at the most; none where it has no limit.
pub fn free_now(
    row: Option<&transport::Model>,
    per_second: Option<f64>,
    burst: u32,
    now: DateTime<Utc>,
) -> Option<u64> {
    let route = super::Route {
        name: row.map_or(Name::Primary, |row| row.name),
        host: String::new(),
        fingerprint: String::new(),
        per_second,
        burst: i32::try_from(burst).unwrap_or(i32::MAX),
        connections: None,
    };
    rate_limit::free_now(row, &route, now)
}
