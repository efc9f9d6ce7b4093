//! How many messages leave for one address within an hour: a company's limit, so that a mistake floods nobody.
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Status};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    QuerySelect,
    sea_query::{Expr, ExprTrait},
};

use super::is_sending;
use crate::{
    db::constant::Constant,
    domain::{emails::lifecycle::stands_in, rows::Stored},
    error::Result,
};

/// Within this time the messages are counted.
pub(super) const WINDOW: TimeDelta = TimeDelta::hours(1);
/// Where those that count are still on their way, it is worth another look this much later.
const SOON: TimeDelta = TimeDelta::minutes(5);

/// A company and an address.
type Recipient = (i64, String);

/// What each address may still get now.
pub(super) struct Allowances {
    handed: HashMap<Recipient, Handed>,
    now: DateTime<Utc>,
}

#[derive(Default)]
struct Handed {
    count: usize,
    oldest: Option<DateTime<Utc>>,
}

/// A message that an address got, or is getting.
#[derive(FromQueryResult)]
struct Row {
    company_id: i64,
    recipient: String,
    finished_at: Option<DateTime<Utc>>,
}

impl Allowances {
    /// Of everybody to whom one of these messages goes.
    pub(super) async fn of<'a>(
        txn: &impl ConnectionTrait,
        emails: impl Iterator<Item = &'a email::Model>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let mut companies: HashMap<i64, HashSet<&str>> = HashMap::new();
        for email in emails {
            let addresses = companies.entry(email.company_id).or_default();
            addresses.insert(&email.recipient);
        }
        let mut handed: HashMap<Recipient, Handed> = HashMap::new();
        for (company_id, addresses) in companies {
            let rows = handed_to(txn, company_id, addresses, now).await?;
            for row in rows {
                let of_address = handed.entry((row.company_id, row.recipient)).or_default();
                of_address.count += 1;
                // A clock that was ahead frees nothing later than an hour from now.
                let at = row.finished_at.map(|at| Ord::min(at, now));
                of_address.oldest = [of_address.oldest, at].into_iter().flatten().min();
            }
        }
        Ok(Self { handed, now })
    }

    /// Counts a message that leaves; when its address has had the most that the company allows, the answer is when it
    /// may be looked at again.
    pub(super) fn take(&mut self, email: &email::Model, limit: i32) -> Result<(), DateTime<Utc>> {
        let key = (email.company_id, email.recipient.clone());
        let handed = self.handed.entry(key).or_default();
        // What is no limit that anybody can set holds nothing back for ever.
        let limit = usize::try_from(limit).unwrap_or_default().max(1);
        if handed.count >= limit {
            let free = handed.oldest.map(|oldest| oldest + WINDOW);
            return Err(free.unwrap_or(self.now + SOON));
        }
        handed.count += 1;
        Ok(())
    }
}

/// What these addresses of a company got in the last hour, or are getting.
async fn handed_to(
    txn: &impl ConnectionTrait,
    company_id: i64,
    addresses: HashSet<&str>,
    now: DateTime<Utc>,
) -> Result<Vec<Row>> {
    let ended = email::Column::Status.in_const([
        Status::Accepted,
        Status::Delivered,
        Status::Complained,
        Status::Printed,
        Status::Uncertain,
        Status::Bounced,
    ]);
    let ended_lately = ended.and(Expr::expr(email::COLUMN.finished_at.gt(now - WINDOW)));
    let rows = email::Entity::find()
        .select_only()
        .columns([
            email::Column::Id,
            email::Column::CompanyId,
            email::Column::Recipient,
            email::Column::FinishedAt,
        ])
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(email::Column::Recipient.is_in(addresses))
        .filter(Condition::any().add(is_sending()).add(ended_lately))
        .into_model::<Stored<Row>>()
        .all(txn)
        .await?;
    let rows = rows.into_iter();
    Ok(rows.filter_map(|row| row.or_log("email")).collect())
}

/// Lets a message wait until its address may get another one; where it waits, it says why.
pub(super) async fn put_off(
    txn: &impl ConnectionTrait,
    email: &email::Model,
    limit: i32,
    until: DateTime<Utc>,
) -> Result<()> {
    let reason = format!(
        "This address got {limit} emails within an hour, the limit in the company settings. This one waits."
    );
    email::Entity::update_many()
        .col_expr(
            email::Column::DueAt,
            Expr::value(Ord::min(until, email.expires_at)),
        )
        .col_expr(email::Column::Reason, Expr::value(reason))
        .filter(email::COLUMN.id.eq(email.id))
        .filter(email::COLUMN.fence.eq(email.fence))
        .filter(email::Column::Status.in_const([Status::Queued, Status::Retrying]))
        .exec(txn)
        .await?;
    Ok(())
}

/// Makes a company's messages due that wait for their address: it may get more from now on.
pub(in crate::domain) async fn revalidate(
    txn: &impl ConnectionTrait,
    company_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let waits_for_address =
        Expr::col(email::Column::DueAt).gt(Expr::col(email::Column::FirstDueAt));
    email::Entity::update_many()
        .col_expr(email::Column::DueAt, Expr::value(now))
        .filter(email::COLUMN.company_id.eq(company_id))
        .filter(stands_in(&[Status::Queued]))
        .filter(waits_for_address)
        .filter(email::COLUMN.due_at.gt(now))
        .exec(txn)
        .await?;
    Ok(())
}
