//! E-mails: queued with what they tell of, listed as the delivery log. One file for each thing that is done with one.
mod addressee;
mod cancel;
mod correct;
mod counts;
mod forward;
mod kinds;
pub mod lifecycle;
mod line;
mod list;
mod queue;
mod recipient;
mod resend;
mod retry_now;
mod snapshot;
mod speak;
mod story;
mod test_email;
mod undelivered;

use chrono::{DateTime, Utc};
use entity::email::{self, Kind};
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

pub(in crate::domain) use self::kinds::{of_kinds, of_kinds_in};
pub use self::{
    addressee::Addressee,
    cancel::{Cancelled, can_be_cancelled, cancel},
    correct::{Corrected, can_be_corrected, correct, link_correction},
    counts::{Count, Counts, counts},
    forward::{Forward, queue_forward},
    line::{Line, Shown, about},
    list::{Filter, list, log},
    queue::{Enqueued, NewEmail, queue, queue_again, queue_to, supersede},
    resend::{Again, Resent, resend},
    retry_now::{RetryNow, can_retry_now, retry_now},
    snapshot::{calendar_domain, first_calendar, previous_snapshot_of, snapshot, snapshot_of},
    speak::speak,
    story::{Story, story},
    test_email::{LIMIT as TEST_LIMIT, NewTestEmail, Queued, newest_test, queue_test},
};
use crate::{
    db::Db,
    domain::{interviews::Details, rows},
    error::{Error, Result},
};

/// The message, if one of the company's.
pub async fn find(db: &impl ConnectionTrait, company_id: i64, id: i64) -> Result<email::Model> {
    let found = email::Entity::find_by_id(id).filter(email::COLUMN.company_id.eq(company_id));
    let found = rows::strictly_one(found, db).await?;
    found.ok_or(Error::NotFound)
}

/// Which interview a message of the company's is about, if any, whatever else of it can be read.
pub async fn interview_of(
    db: &impl ConnectionTrait,
    company_id: i64,
    id: i64,
) -> Result<Option<i64>> {
    let found: Option<Option<i64>> = email::Entity::find_by_id(id)
        .select_only()
        .column(email::Column::InterviewId)
        .filter(email::COLUMN.company_id.eq(company_id))
        .into_tuple()
        .one(db)
        .await?;
    found.ok_or(Error::NotFound)
}

/// Why a message of the company's stands where it stands, whatever else of it can be read.
pub async fn reason_of(db: &Db, company_id: i64, id: i64) -> Result<String> {
    let found: Option<String> = email::Entity::find_by_id(id)
        .select_only()
        .column(email::Column::Reason)
        .filter(email::COLUMN.company_id.eq(company_id))
        .into_tuple()
        .one(db.read())
        .await?;
    found.ok_or(Error::NotFound)
}

/// Is what the message tells still so? A message about another revision would mislead.
pub fn tells_the_present(email: &email::Model, details: &Details) -> bool {
    let is_so = details.interview.status == email.kind.is_true_of();
    let is_newest = details.interview.revision == email.revision;
    if email.kind.is_for_interviewers() {
        // Who holds the interview is looked up when it leaves: of somebody who no longer does, the last word is true.
        return email.kind.has_last_word() || (is_so && is_newest);
    }
    // Whoever has answered is not asked to, nor reminded to choose.
    let asks = match email.kind {
        Kind::Confirm => true,
        kind => kind == Kind::Choose && email.lead_minutes.is_some(),
    };
    let is_needless = asks && details.interview.answer.is_some();
    is_so
        && (is_newest || email.kind.outlives_changes())
        && !is_needless
        && details.interview.link_version == email.link_version
        && details.candidate.email == email.recipient
}

/// The window of the interview, while a message that tells of it is still true and in time.
fn is_of_use(email: &email::Model, details: &Details, now: DateTime<Utc>) -> bool {
    tells_the_present(email, details) && now < email.expires_at
}
