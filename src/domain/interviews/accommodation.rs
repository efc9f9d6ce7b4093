//! What a candidate asks for in private: more time, captions, another format. Recruiters read it and answer; interviewers
//! learn of it what a recruiter passes on, and nothing else.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{accommodation, candidate, email::Kind, interview, slot};
use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, DerivePartialModel, EntityTrait, JoinType, PartialModelTrait, QueryFilter,
    QueryOrder, QuerySelect, RelationTrait, Select,
    sea_query::{Expr, OnConflict},
};

use super::{
    admission::{self, Admission, MOST_LOOKS, State},
    change::{self, Done, InterviewRefusal, Target},
    correction::{self, Correction},
    details::{Details, details},
    join_link::Keys,
    overlap::{Overlaps, Unconfirmed},
    telling::Telling,
};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        busy::Clashes,
        commands::{Abort, refuse},
        emails::{self, NewEmail},
        events::{self, Event},
        idempotency_keys::KeyConflict,
        rate_limits::{self, Limit, Turn},
        rows::{self, Stored},
    },
    error::{Error, Result},
};

/// The most characters of a request and of an answer.
pub const MOST_WORDS: usize = 1000;
/// The most of the notes for the interviewers.
const MOST_NOTES: usize = 2000;
/// Each is a line of the history.
const REQUESTS: Limit = Limit {
    name: "accommodation",
    most: 10,
    window: TimeDelta::hours(1),
};
/// Nobody sees to more at once.
const MOST_OPEN: u64 = 50;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is kept, or was before.
    Kept,
    /// The interview is over or called off.
    Over,
    /// Not before so many seconds have passed.
    TooOften(i64),
}

/// Why a request was not answered or passed on.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// The interview, or what was asked, is not as it was seen.
    Changed,
    /// The notes for the interviewers would be too long.
    TooLong,
}

impl From<InterviewRefusal> for Refusal {
    fn from(_: InterviewRefusal) -> Self {
        Self::Changed
    }
}

impl From<KeyConflict> for Refusal {
    fn from(_: KeyConflict) -> Self {
        Self::Changed
    }
}

impl From<Unconfirmed> for Refusal {
    fn from(_: Unconfirmed) -> Self {
        Self::Changed
    }
}

impl From<Clashes> for Refusal {
    fn from(_: Clashes) -> Self {
        Self::Changed
    }
}

/// What the candidate of an interview asked for, if they did.
pub async fn find(
    db: &impl ConnectionTrait,
    company_id: i64,
    interview_id: i64,
) -> Result<Option<accommodation::Model>> {
    Ok(accommodation::Entity::find_by_id(interview_id)
        .filter(accommodation::COLUMN.company_id.eq(company_id))
        .one(db)
        .await?)
}

/// Can the candidate read what was answered?
pub fn can_be_read(admission: &Admission) -> bool {
    matches!(admission.state, State::Early | State::Open)
}

/// Can the candidate still ask? What has begun is for the people in it to settle.
pub fn can_be_asked(admission: &Admission, now: DateTime<Utc>) -> bool {
    can_be_read(admission) && now < admission.window.starts_at
}

/// Keeps what the candidate asks for. In other words than before, it was not answered and not passed on.
pub async fn ask(
    db: &Db,
    keys: &Keys,
    token: &str,
    (words, ip): (&str, &str),
    now: DateTime<Utc>,
) -> Result<Recorded> {
    for _ in 0..MOST_LOOKS {
        let admission = admission::admit(db, keys, token, now).await?;
        if !can_be_asked(&admission, now) {
            return Ok(Recorded::Over);
        }
        let row = &admission.details.interview;
        let asked = find(db.read(), row.company_id, row.id).await?;
        if asked.is_some_and(|asked| asked.words == words) {
            return Ok(Recorded::Kept);
        }
        let turn = rate_limits::take(db, REQUESTS, &row.public_id, now).await?;
        if let Turn::Limited(seconds) = turn {
            return Ok(Recorded::TooOften(seconds));
        }
        if write(db, row, (words, ip), now).await? {
            return Ok(Recorded::Kept);
        }
        // Somebody changed the interview in between: look again.
    }
    Err(Error::Conflict("the interview is being changed"))
}

/// The interview's version rises: a recruiter who answers has seen these words. False when it was changed meanwhile.
async fn write(
    db: &Db,
    row: &interview::Model,
    (words, ip): (&str, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let actor = admission::candidate(row, ip);
    db::transaction(db, async |txn| {
        if !change::write(txn, row, interview::ActiveModel::default()).await? {
            return Ok(false);
        }
        use accommodation::Column as Its;
        let newest = OnConflict::column(Its::InterviewId)
            .update_columns([
                Its::Words,
                Its::AskedAt,
                Its::Answer,
                Its::AnsweredAt,
                Its::AnsweredBy,
                Its::ReleasedAt,
            ])
            .to_owned();
        accommodation::Entity::insert(accommodation::ActiveModel {
            interview_id: Set(row.id),
            company_id: Set(row.company_id),
            words: Set(words.to_owned()),
            asked_at: Set(now),
            answer: Set(String::new()),
            answered_at: Set(None),
            answered_by: Set(None),
            released_at: Set(None),
        })
        .on_conflict(newest)
        .exec_without_returning(txn)
        .await?;
        let event = Event::AccommodationRequested {
            interview_id: row.id,
            version: Some(row.version + 1),
        };
        events::record(txn, &actor, event, now).await?;
        Ok(true)
    })
    .await
}

/// Answers, and queues a message that says so without saying what: it is on the candidate's page.
pub async fn answer(
    db: &Db,
    actor: &Actor,
    (target, words): (&Target, &str),
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        let is_to_come = |details: &Details| details.is_to_come(now);
        let before = change::open(txn, actor, target, is_to_come).await?;
        let row = &before.interview;
        if !change::write(txn, row, interview::ActiveModel::default()).await? {
            return change::changed(txn, actor, row.id).await;
        }
        let answering = accommodation::Entity::update_many()
            .col_expr(accommodation::Column::Answer, Expr::value(words))
            .col_expr(accommodation::Column::AnsweredAt, Expr::value(now))
            .col_expr(
                accommodation::Column::AnsweredBy,
                Expr::value(actor.user_id),
            );
        if !touch(txn, row, answering).await? {
            return refuse(Refusal::Changed);
        }
        let answered = details(txn, actor.company_id, row.id).await?;
        let queued = emails::queue(txn, actor, &answered, vec![mail(&answered, now)?], now).await?;
        let done = Done {
            email: queued.first().copied(),
            details: Box::new(answered),
        };
        let event = Event::AccommodationAnswered {
            interview_id: row.id,
            version: Some(done.details.interview.version),
            email_id: done.email_id(),
        };
        let what = (row.id, target.idempotency_key.as_ref());
        change::record(txn, actor, what, event, now).await?;
        Ok(done)
    })
    .await
}

fn mail(details: &Details, now: DateTime<Utc>) -> Result<NewEmail> {
    let slot = details.slot.as_ref().ok_or(Error::NotFound)?;
    Ok(NewEmail {
        kind: Kind::RequestAnswered,
        snapshot: emails::snapshot(details)?,
        previous_snapshot: None,
        due_at: now,
        expires_at: slot.ends_at(),
        lead_minutes: None,
    })
}

/// Adds to the notes for the interviewers what a recruiter lets them know; they are told of it.
pub async fn release(
    db: &Db,
    actor: &Actor,
    (target, words): (&Target, &str),
    now: DateTime<Utc>,
) -> Result<Result<Done, Refusal>> {
    change::run(db, actor, target, async |txn| {
        let before = details(txn, actor.company_id, target.interview_id).await?;
        let Some(mut correction) = Correction::of(&before) else {
            return refuse(Refusal::Changed);
        };
        let notes = [correction.interviewer_notes.trim_end(), words];
        let notes = notes.into_iter().filter(|part| !part.is_empty());
        correction.interviewer_notes = notes.collect::<Vec<_>>().join("\n");
        if correction.interviewer_notes.chars().count() > MOST_NOTES {
            return refuse(Refusal::TooLong);
        }
        let everybody = Telling::everybody();
        let new = (&correction, &Overlaps::Any, &everybody);
        // The interview first, as whoever asks does it: two that wait for each other would wait for ever.
        let done = correction::carry_out(txn, actor, target, new, now).await?;
        let releasing = accommodation::Entity::update_many()
            .col_expr(accommodation::Column::ReleasedAt, Expr::value(now));
        if !touch(txn, &before.interview, releasing).await? {
            return refuse(Refusal::Changed);
        }
        let event = Event::AccommodationReleased {
            interview_id: before.interview.id,
        };
        events::record(txn, actor, event, now).await?;
        Ok(done)
    })
    .await
}

/// False where nothing was asked.
async fn touch(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    change: sea_orm::UpdateMany<accommodation::Entity>,
) -> Result<bool, Abort<Refusal>> {
    let touched = change
        .filter(accommodation::COLUMN.interview_id.eq(row.id))
        .filter(accommodation::COLUMN.company_id.eq(row.company_id))
        .exec(txn)
        .await
        .map_err(Error::from)?;
    Ok(touched.rows_affected == 1)
}

/// A request that nobody has answered. What was asked is on the interview's page.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "interview::Entity")]
pub struct Open {
    /// The interview.
    pub id: i64,
    /// Whose request it is, by name.
    #[sea_orm(from_expr = "candidate::Column::Name")]
    pub candidate: String,
    /// When it was made.
    #[sea_orm(from_expr = "accommodation::Column::AskedAt")]
    pub asked_at: DateTime<Utc>,
    /// The instant the interview starts.
    #[sea_orm(from_expr = "slot::Column::StartsAt")]
    pub starts_at: DateTime<Utc>,
}

/// The company's requests that nobody has answered, those whose interview is nearest first.
pub async fn open(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<Vec<Open>> {
    let rows = interview::Entity::find().select_only();
    let rows = Open::select_cols(unanswered(rows, company_id, now))
        .join(JoinType::InnerJoin, interview::Relation::Candidate.def())
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .limit(MOST_OPEN);
    let rows = rows.into_model::<Stored<Open>>().all(db.read()).await?;
    let rows = rows.into_iter().filter_map(|row| row.or_log("interview"));
    Ok(rows.collect())
}

/// How many there are.
pub(in crate::domain) fn count_open(company_id: i64, now: DateTime<Utc>) -> Expr {
    rows::count(unanswered(interview::Entity::find(), company_id, now))
}

/// What has begun is for the people in it to settle.
fn unanswered(
    rows: Select<interview::Entity>,
    company_id: i64,
    now: DateTime<Utc>,
) -> Select<interview::Entity> {
    let of_interview = accommodation::Entity::belongs_to(interview::Entity)
        .from(accommodation::Column::InterviewId)
        .to(interview::Column::Id)
        .into();
    rows.join_rev(JoinType::InnerJoin, of_interview)
        .join(JoinType::InnerJoin, interview::Relation::Slot.def())
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(accommodation::COLUMN.company_id.eq(company_id))
        .filter(accommodation::COLUMN.answered_at.is_null())
        .filter(interview::Column::Status.eq_const(interview::Status::Scheduled))
        .filter(slot::COLUMN.starts_at.gt(now))
}
