//! What is over before the next messages are chosen: expired ones, waits that are too long, claims of dead workers.
use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{self, Kind, Status};
use sea_orm::{
    ActiveEnum, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, Iterable,
    QueryFilter, QuerySelect,
    sea_query::{CaseStatement, Expr},
};

use super::{
    super::{
        CLOCK_TOLERANCE, Ended, LEASE_MINUTES, attempts, is_sending,
        outcome::{LONGEST_PAUSE, follow},
        per_address, still_ours, unreadable, waits,
    },
    or_set_aside,
};
use crate::{
    db::constant::Constant,
    domain::{
        bounces,
        companies::MAX_UNDO_SECONDS,
        emails::{self, lifecycle},
        rows::{self, Stored},
        suppressions,
    },
    error::Result,
};

const LATE: &str = "No mail server accepted it in time.";
const LATE_IN_DOUBT: &str =
    "A mail server may have accepted it. It expired before it could be sent again.";

/// Ends, puts right and takes back, in this order.
pub(super) async fn clear(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    end_impossible_waits(txn, now).await?;
    expire(txn, now).await?;
    take_back(txn, now).await
}

/// Whoever gave it an instant that is farther away than any pause had a wrong clock: it is due.
async fn end_impossible_waits(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let constant = |status: Status| Expr::Constant(status.to_value().into());
    let status = || Expr::col((email::Entity, email::Column::Status));
    let untried = emails::of_kinds(|kind| !kind.waits_for_its_hour())
        // What reminds of an earlier message waits for its hour, whatever its kind.
        .add(email::COLUMN.lead_minutes.is_null())
        .add(status().eq(constant(Status::Queued)));
    // Only what waits for its address is due later than it was to leave.
    let was_put_off = Expr::col(email::Column::DueAt).gt(Expr::col(email::Column::FirstDueAt));
    let tried = Condition::all().add(status().eq(constant(Status::Retrying)));
    for (which, longest) in [
        (
            untried.clone().add(was_put_off.clone().not()),
            TimeDelta::seconds(MAX_UNDO_SECONDS.into()),
        ),
        (untried.add(was_put_off), per_address::WINDOW),
        (tried, LONGEST_PAUSE),
    ] {
        email::Entity::update_many()
            .col_expr(email::Column::DueAt, Expr::value(now))
            .col_expr(
                email::Column::FirstDueAt,
                CaseStatement::new()
                    .case(email::COLUMN.first_due_at.gt(now), Expr::value(now))
                    .finally(Expr::col(email::Column::FirstDueAt))
                    .into(),
            )
            .filter(which)
            .filter(email::COLUMN.due_at.gt(now + longest + CLOCK_TOLERANCE))
            .exec(txn)
            .await?;
    }
    Ok(())
}

async fn expire(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let over = email::Entity::find()
        .select_only()
        .columns([email::Column::Id, email::Column::ExpiresAt])
        .filter(waits())
        .filter(email::COLUMN.due_at.lte(now))
        .filter(email::COLUMN.expires_at.lte(now))
        .into_model::<Stored<Expiring>>()
        .all(txn)
        .await?;
    for row in over {
        if let Stored::Unreadable(row) = row {
            unreadable::set_aside_or_leave(txn, &row, now).await?;
        }
    }
    let in_doubt = Expr::exists(attempts::in_doubt());
    for (status, reason, which) in [
        (Status::Uncertain, LATE_IN_DOUBT, in_doubt.clone()),
        (Status::Expired, LATE, in_doubt.not()),
    ] {
        let which = Condition::all()
            .add(waits())
            .add(email::COLUMN.due_at.lte(now))
            .add(email::COLUMN.expires_at.lte(now))
            .add(which);
        lifecycle::end(txn, status, which, reason, now).await?;
    }
    suppressions::expire_held(txn, now).await
}

/// Only to see whether that can be read: on SQLite any text may be earlier than now.
#[derive(FromQueryResult)]
struct Expiring {
    #[expect(dead_code, reason = "it is read, which is what matters")]
    expires_at: DateTime<Utc>,
}

/// A worker that dies before the last byte has sent nothing; one that dies after it leaves a doubt.
async fn take_back(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<()> {
    let lost = email::Entity::find()
        .filter(is_sending())
        .filter(email::Column::Kind.in_const(Kind::iter()))
        .filter(has_run_out(now));
    let lost = or_set_aside(txn, rows::all(lost, txn).await?, now).await?;
    for email in lost {
        let open = attempts::open(txn, &email, now).await?;
        let ended = Ended::by_a_dead_worker(open.as_ref());
        let earlier = attempts::Earlier::of(txn, &email, &ended).await?;
        let (status, row) = follow(&email, &ended, &earlier, now).into_row(Some(now));
        // It may be begun anew at this moment, with the last byte.
        let which = still_ours(&email).add(has_run_out(now));
        // Else its worker lives after all, or another was quicker: the attempts are theirs.
        if lifecycle::record(txn, which, status, row, Some(now)).await? {
            let started_at = open.map_or(now, |attempt| attempt.started_at);
            let row = attempts::ended(&email, started_at, ended, now);
            attempts::end(txn, vec![row]).await?;
            bounces::apply(txn, &[email.id], now).await?;
        }
    }
    Ok(())
}

/// Holds for claims that are over: past, or farther away than any claim lasts, by a clock that was wrong.
fn has_run_out(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(email::COLUMN.lease_until.lte(now))
        .add(
            email::COLUMN
                .lease_until
                .gt(now + TimeDelta::minutes(LEASE_MINUTES) + CLOCK_TOLERANCE),
        )
}
