//! What candidates find out about camera, sound, connection and clock of their device. The newest check counts.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    device_check::{Browser, DeviceCheck, Part},
    interview::{self, Status},
};
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use super::admission::{self, Admission, State};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        events::{self, Event},
        rate_limits::{self, Limit, Turn},
    },
    error::Result,
};

/// Each is a line of the history.
const CHECKS: Limit = Limit {
    name: "device-check",
    most: 20,
    window: TimeDelta::hours(1),
};
/// The same result within this time was sent twice.
const REPEATED_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// In which browser.
    pub browser: Browser,
    /// What does not work, in the order of [`Part`].
    pub failed: Vec<Part>,
}

/// Is there an interview to be ready for?
pub fn is_of_use(admission: &Admission) -> bool {
    matches!(admission.state, State::Early | State::Open)
}

/// Keeps what was found, in place of what was found before. Nothing is written when the same is sent twice, and when the
/// interview is no longer to come.
pub async fn keep(
    db: &Db,
    admission: &Admission,
    found: &Found,
    now: DateTime<Utc>,
) -> Result<Turn> {
    let row = &admission.details.interview;
    if !is_of_use(admission) || is_repeated(row.device_check.as_ref(), found, now) {
        return Ok(Turn::Allowed);
    }
    let turn = rate_limits::take(db, CHECKS, &row.public_id, now).await?;
    if turn == Turn::Allowed {
        write(db, row, found, now).await?;
    }
    Ok(turn)
}

fn is_repeated(before: Option<&DeviceCheck>, found: &Found, now: DateTime<Utc>) -> bool {
    before.is_some_and(|before| {
        (before.browser, &before.failed) == (found.browser, &found.failed)
            && now - before.checked_at < REPEATED_WITHIN
    })
}

/// A device is what it is at any time: a move in between changes nothing of it.
async fn write(db: &Db, row: &interview::Model, found: &Found, now: DateTime<Utc>) -> Result<()> {
    // The page promises that nothing else is kept, so not even from where.
    let actor = admission::candidate(row, "");
    let check = DeviceCheck {
        checked_at: now,
        browser: found.browser,
        failed: found.failed.clone(),
    };
    db::transaction(db, async |txn| {
        let written = interview::Entity::update_many()
            .col_expr(interview::Column::DeviceCheck, Expr::value(check))
            .filter(interview::COLUMN.id.eq(row.id))
            .filter(interview::COLUMN.company_id.eq(row.company_id))
            .filter(interview::Column::Status.eq_const(Status::Scheduled))
            .exec(txn)
            .await?
            .rows_affected;
        if written == 1 {
            let event = Event::DeviceChecked {
                interview_id: row.id,
                browser: found.browser,
                failed: found.failed.clone(),
            };
            events::record(txn, &actor, event, now).await?;
        }
        Ok(())
    })
    .await
}
