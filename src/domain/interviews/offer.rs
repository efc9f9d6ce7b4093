//! Asking a candidate to choose the time of their interview.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{InterviewSnapshot, Kind},
    interview::{self, Status},
    offer,
    slot::InterviewType,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, sea_query::OnConflict,
};

use super::{
    change::{self, Done, Refusal, Target},
    details::{Details, details},
    list::of_job,
};
use crate::{
    db::{Db, constant::Constant},
    domain::{
        actions::Actor,
        commands::Abort,
        emails::{self, Enqueued, NewEmail},
        events::Event,
        reminders,
    },
    error::Result,
};

/// The longest that a candidate may take to choose.
pub const MOST_DAYS: i32 = 30;
/// The longest notice.
pub const MOST_NOTICE_HOURS: i32 = 336;
/// The farthest horizon.
pub const MOST_HORIZON_DAYS: i32 = 180;
/// Who has not chosen is reminded so long before it is too late.
const REMINDED_BEFORE: TimeDelta = TimeDelta::hours(24);
/// Nobody is asked and reminded in so short a time.
const LEAST_BETWEEN: TimeDelta = TimeDelta::hours(12);
/// So many are asked by one press.
const MOST_AT_ONCE: u64 = 200;

/// What may be chosen, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// So many days from now; at most [`MOST_DAYS`].
    pub days: i32,
    /// What begins earlier than so many hours from the moment of choosing is not offered; at most [`MOST_NOTICE_HOURS`].
    pub notice_hours: i32,
    /// Nor what begins later than so many days from it; at most [`MOST_HORIZON_DAYS`].
    pub horizon_days: i32,
}

/// The offer of an interview, if there was one.
pub async fn find(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<Option<offer::Model>> {
    Ok(offer::Entity::find_by_id(interview_id)
        .filter(offer::COLUMN.company_id.eq(company_id))
        .one(db)
        .await?)
}

/// May its candidate be asked? It must wait for a time, and say for which job.
pub fn can_be_offered(details: &Details) -> bool {
    details.interview.status == Status::Unscheduled && details.job.is_some()
}

/// Asks the candidate of an interview that waits for a time. Asked once more, the terms are the new ones.
pub async fn make(
    db: &Db,
    actor: &Actor,
    target: &Target,
    terms: &Terms,
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        carry_out(txn, actor, (target, terms), now).await
    })
    .await
}

/// Asks the candidates of all the job's interviews that wait for a time and whom nobody asked who can still choose: how
/// many were asked.
pub async fn make_many(
    db: &Db,
    actor: &Actor,
    job_id: i64,
    terms: &Terms,
    now: DateTime<Utc>,
) -> Result<usize> {
    let mut asked = 0;
    for (interview_id, version) in unasked(db, actor.company_id, job_id, now).await? {
        let target = Target {
            interview_id,
            version: Some(version),
            idempotency_key: None,
        };
        // One that was booked or asked meanwhile needs no asking.
        asked += usize::from(make(db, actor, &target, terms, now).await?.is_ok());
    }
    Ok(asked)
}

/// How many [`make_many`] would ask.
pub async fn count_unasked(
    db: &Db,
    company_id: i64,
    job_id: i64,
    now: DateTime<Utc>,
) -> Result<usize> {
    Ok(unasked(db, company_id, job_id, now).await?.len())
}

async fn unasked(
    db: &Db,
    company_id: i64,
    job_id: i64,
    now: DateTime<Utc>,
) -> Result<Vec<(i64, i32)>> {
    let asked = offer::Entity::find()
        .select_only()
        .column(offer::Column::InterviewId)
        .filter(offer::COLUMN.company_id.eq(company_id))
        .filter(offer::COLUMN.choose_by.gt(now))
        .into_query();
    let waiting = interview::Entity::find()
        .select_only()
        .columns([interview::Column::Id, interview::Column::Version])
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Status.eq_const(Status::Unscheduled))
        .filter(of_job(company_id, job_id))
        .filter(interview::Column::Id.not_in_subquery(asked))
        .order_by_asc(interview::Column::Id)
        .limit(MOST_AT_ONCE);
    Ok(waiting.into_tuple().all(db.read()).await?)
}

async fn carry_out(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    (target, terms): (&Target, &Terms),
    now: DateTime<Utc>,
) -> Result<Done, Abort<Refusal>> {
    let before = change::open(txn, actor, target, can_be_offered).await?;
    let row = &before.interview;
    let choose_by = now + TimeDelta::days(terms.days.into());
    write(txn, actor, row, (terms, choose_by), now).await?;
    let nothing_said = interview::ActiveModel {
        // Whom the candidate writes to.
        booked_by: Set(actor.user_id),
        answer: Set(None),
        answered_at: Set(None),
        answer_reason: Set(None),
        answer_words: Set(String::new()),
        answer_handled_at: Set(None),
        ..Default::default()
    };
    if !change::write(txn, row, nothing_said).await? {
        return change::changed(txn, actor, row.id).await;
    }
    let offered = details(txn, actor.company_id, row.id).await?;
    let queued = queue(txn, actor, &offered, choose_by, now).await?;
    let done = Done {
        email: queued.first().copied(),
        details: Box::new(offered),
    };
    let event = Event::TimeOffered {
        interview_id: row.id,
        choose_by,
        version: Some(done.details.interview.version),
        email_id: done.email_id(),
    };
    let what = (row.id, target.idempotency_key.as_ref());
    change::record(txn, actor, what, event, now).await?;
    Ok(done)
}

/// Asks once more at a new address, after the link in what was sent to the old one died: until the same day as before.
pub(super) async fn ask_again(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    interview_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let offered = details(txn, actor.company_id, interview_id).await?;
    let offer = find(txn, actor.company_id, interview_id).await?;
    if let Some(offer) = offer.filter(|offer| now < offer.choose_by) {
        queue(txn, actor, &offered, offer.choose_by, now).await?;
    }
    Ok(())
}

/// The mail that asks, and the one that reminds, in place of those that were queued before.
async fn queue(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    offered: &Details,
    choose_by: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Enqueued>> {
    let row = &offered.interview;
    reminders::drop_waiting(txn, row.id, now).await?;
    let undo = TimeDelta::seconds(offered.company.undo_seconds.into());
    let mut all = vec![mail(row, choose_by, now + undo, None)];
    let reminded_at = choose_by - REMINDED_BEFORE;
    if reminded_at > now + LEAST_BETWEEN {
        let lead = i32::try_from(REMINDED_BEFORE.num_minutes()).ok();
        all.push(mail(row, choose_by, reminded_at, lead));
    }
    emails::queue(txn, actor, offered, all, now).await
}

async fn write(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    row: &interview::Model,
    (terms, choose_by): (&Terms, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<()> {
    use offer::Column as Its;
    let newest = OnConflict::column(Its::InterviewId)
        .update_columns([
            Its::ChooseBy,
            Its::NoticeHours,
            Its::HorizonDays,
            Its::OfferedBy,
            Its::OfferedAt,
            Its::OpenedAt,
            Its::ChosenAt,
        ])
        .to_owned();
    offer::Entity::insert(offer::ActiveModel {
        interview_id: Set(row.id),
        company_id: Set(row.company_id),
        choose_by: Set(choose_by),
        notice_hours: Set(terms.notice_hours),
        horizon_days: Set(terms.horizon_days),
        offered_by: Set(actor.user_id),
        offered_at: Set(now),
        opened_at: Set(None),
        chosen_at: Set(None),
    })
    .on_conflict(newest)
    .exec_without_returning(txn)
    .await?;
    Ok(())
}

/// There is no time to tell of yet: in its place stands until when to choose.
fn mail(
    row: &interview::Model,
    choose_by: DateTime<Utc>,
    due_at: DateTime<Utc>,
    lead_minutes: Option<i32>,
) -> NewEmail {
    NewEmail {
        kind: Kind::Choose,
        snapshot: InterviewSnapshot {
            starts_at: choose_by,
            duration_minutes: 0,
            interview_type: InterviewType::Screening,
            place: None,
            notes: String::new(),
            link_version: row.link_version,
            is_cancelled: false,
            former_offset_minutes: None,
        },
        previous_snapshot: None,
        due_at,
        expires_at: choose_by,
        lead_minutes,
    }
}
