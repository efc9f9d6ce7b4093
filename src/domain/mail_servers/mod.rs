//! The ways that mail leaves: how each mail server is, for every process to see.
//!
//! The circuit breaker of a server that fails again and again opens: the server is only probed now and then, with the mail
//! that waits longest. Nothing else is spent on it, and what waits leaves by itself when it takes messages again.
mod circuit_breaker;
mod lately;
mod rate_limit;

use chrono::{DateTime, Utc};
use entity::transport::{self, Name};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType, OnConflict},
};

pub use self::{
    circuit_breaker::{BreakerChange, Failure, Finding},
    lately::{Asked, Trouble, asked, free_now, troubles},
    rate_limit::{Route, waits_until},
};
pub(super) use self::{
    circuit_breaker::{Noted, glance, is_its_own, note},
    rate_limit::{Quota, quotas, settle},
};
use crate::{
    db::{self, Db},
    domain::rows,
    error::Result,
};

/// Every mail server that was ever set up, the first one first.
pub async fn all(db: &Db) -> Result<Vec<transport::Model>> {
    let all = transport::Entity::find().order_by_desc(transport::Column::Name);
    rows::readable(all, db.read(), "mail server").await
}

/// Is the circuit breaker of every one of these mail servers open, with these settings?
pub(super) async fn all_are_open(db: &Db, routes: &[Route]) -> Result<bool> {
    let servers = all(db).await?;
    let is_open = |route: &Route| {
        let is_it = |row: &&transport::Model| {
            row.name == route.name && row.fingerprint == route.fingerprint
        };
        servers.iter().find(is_it).is_some_and(|row| row.is_open())
    };
    Ok(!routes.is_empty() && routes.iter().all(is_open))
}

/// When a message that is due is tried: not before one of the servers may be asked again.
pub fn next_try(
    servers: &[transport::Model],
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let free_from = servers.iter().map(|server| waits_until(server, now));
    match free_from.min().flatten() {
        Some(until) => due_at.max(until),
        None => due_at,
    }
}

/// Lets every server whose circuit breaker is open be tried at once: somebody mended something.
pub async fn try_at_once(db: &Db) -> Result<()> {
    db::transaction(db, async |txn| end_waits(txn).await).await
}

/// The same within a transaction: one message then shows how each server is. Before any message is touched, because
/// whoever claims messages locks the servers first.
pub(super) async fn end_waits(txn: &impl ConnectionTrait) -> Result<()> {
    transport::Entity::update_many()
        .col_expr(
            transport::Column::WaitUntil,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(transport::COLUMN.wait_until.is_not_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// Lets a server be probed at once whose probe came back without having asked it.
pub(super) async fn take_back_probe(txn: &impl ConnectionTrait, name: Name) -> Result<()> {
    transport::Entity::update_many()
        .col_expr(
            transport::Column::WaitUntil,
            Expr::value(None::<DateTime<Utc>>),
        )
        .filter(transport::Column::Name.eq(name))
        .filter(transport::COLUMN.failures.gt(0))
        .exec(txn)
        .await?;
    Ok(())
}

/// The rows of these servers, locked until the transaction ends; made or begun anew where the settings are new.
async fn locked(txn: &impl ConnectionTrait, routes: &[Route]) -> Result<Vec<transport::Model>> {
    if routes.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<Name> = routes.iter().map(|route| route.name).collect();
    // In the order in which they are written everywhere: else two processes could each wait for what the other has locked.
    let found = transport::Entity::find()
        .filter(transport::Column::Name.is_in(names))
        .order_by_desc(transport::Column::Name)
        .lock(LockType::NoKeyUpdate);
    // How a server is that cannot be read is found out anew.
    let found = rows::readable(found, txn, "mail server").await?;
    let mut rows = Vec::new();
    for route in routes {
        let known = found.iter().find(|row| row.name == route.name);
        let is_same = |row: &&transport::Model| row.fingerprint == route.fingerprint;
        match known.filter(is_same) {
            Some(row) => rows.push(row.clone()),
            None => rows.push(begin_anew(txn, route).await?),
        }
    }
    Ok(rows)
}

async fn begin_anew(txn: &impl ConnectionTrait, route: &Route) -> Result<transport::Model> {
    let row = transport::Model {
        name: route.name,
        host: route.host.clone(),
        fingerprint: route.fingerprint.clone(),
        failures: 0,
        scope: None,
        reason: String::new(),
        opened_at: None,
        wait_until: None,
        failed_email_id: None,
        accepted_at: None,
        paced_until: None,
    };
    transport::Entity::insert(written(&row))
        .on_conflict(
            OnConflict::column(transport::Column::Name)
                .update_columns(COLUMNS)
                .to_owned(),
        )
        .exec_without_returning(txn)
        .await?;
    Ok(row)
}

/// Writes a row that [`locked`] gave.
async fn write(txn: &impl ConnectionTrait, row: &transport::Model) -> Result<()> {
    transport::Entity::update_many()
        .set(written(row))
        .filter(transport::Column::Name.eq(row.name))
        .exec(txn)
        .await?;
    Ok(())
}

const COLUMNS: [transport::Column; 10] = [
    transport::Column::Host,
    transport::Column::Fingerprint,
    transport::Column::Failures,
    transport::Column::Scope,
    transport::Column::Reason,
    transport::Column::OpenedAt,
    transport::Column::WaitUntil,
    transport::Column::FailedEmailId,
    transport::Column::AcceptedAt,
    transport::Column::PacedUntil,
];

fn written(row: &transport::Model) -> transport::ActiveModel {
    transport::ActiveModel {
        name: Set(row.name),
        host: Set(row.host.clone()),
        fingerprint: Set(row.fingerprint.clone()),
        failures: Set(row.failures),
        scope: Set(row.scope),
        reason: Set(row.reason.clone()),
        opened_at: Set(row.opened_at),
        wait_until: Set(row.wait_until),
        failed_email_id: Set(row.failed_email_id),
        accepted_at: Set(row.accepted_at),
        paced_until: Set(row.paced_until),
    }
}
