//! What the candidate says to the time of the interview: yes, no, another one. It is about the time that they saw: whoever
//! answers to one that was changed meanwhile has not answered.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    candidate,
    interview::{self, Answer, AnswerReason, Status},
    slot,
};
use sea_orm::{
    Condition, ConnectionTrait, DerivePartialModel, EntityTrait, JoinType, PartialModelTrait,
    QueryFilter, QueryOrder, QuerySelect, RelationTrait, Select, sea_query::Expr,
};

use super::{
    admission::{self, Admission, State},
    details,
    join_link::Keys,
    line::job_title,
};
use crate::{
    db::{self, Db, constant::Constant},
    domain::{
        actions::Actor,
        events::{self, Event, Via},
        rate_limits::{self, Limit, Turn},
        reminders,
        rows::{self, Stored},
    },
    error::Result,
};

/// The most characters of a candidate's own words.
pub const MOST_WORDS: usize = 1000;
/// Nobody changes their mind so often; each time is a line of the history.
const ANSWERS: Limit = Limit {
    name: "interview-answer",
    most: 20,
    window: TimeDelta::hours(1),
};
/// Nobody sees to more at once.
const MOST_OPEN: u64 = 50;

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which.
    pub answer: Answer,
    /// Why; none for a yes.
    pub reason: Option<AnswerReason>,
    /// In the candidate's own words, at most [`MOST_WORDS`] characters; may be empty.
    pub words: String,
    /// To which revision of the interview.
    pub revision: i32,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is kept, or was said before.
    Kept,
    /// The interview was changed, or is over: it was not an answer to what is now.
    Outdated,
    /// There were so many that it waits; for so many seconds.
    TooOften(i64),
}

/// Keeps what whoever has the link says. Anything else than [`State::Early`] and [`State::Open`] in the answer means that
/// nothing was kept.
pub async fn give(
    db: &Db,
    keys: &Keys,
    token: &str,
    (said, ip): (&Said, &str),
    now: DateTime<Utc>,
) -> Result<(Admission, Recorded)> {
    let admission = admission::admit(db, keys, token, now).await?;
    if !is_awaited(&admission) {
        return Ok((admission, Recorded::Outdated));
    }
    let row = &admission.details.interview;
    let actor = admission::candidate(row, ip);
    let recorded = record(db, row, (said, Via::Page), &actor, now).await?;
    Ok((admission::admit(db, keys, token, now).await?, recorded))
}

/// Is there something to answer to?
pub fn is_awaited(admission: &Admission) -> bool {
    matches!(admission.state, State::Early | State::Open)
}

/// Keeps an answer to an interview as it was read. Said once more, it writes nothing.
pub async fn record(
    db: &Db,
    row: &interview::Model,
    (said, via): (&Said, Via),
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Recorded> {
    // Whoever was offered times may want others.
    let is_about_times = row.status == Status::Unscheduled && said.answer == Answer::AnotherTime;
    let can_answer = row.status == Status::Scheduled || is_about_times;
    if !can_answer || row.revision != said.revision {
        return Ok(Recorded::Outdated);
    }
    if is_same(row, said) {
        return Ok(Recorded::Kept);
    }
    if let Turn::Limited(seconds) = rate_limits::take(db, ANSWERS, &row.public_id, now).await? {
        return Ok(Recorded::TooOften(seconds));
    }
    db::transaction(db, async |txn| {
        write(txn, row, (said, via, now), actor, now).await
    })
    .await
}

/// Keeps what the candidate's calendar says of an interview that is to come, in the transaction that notes that it came. A
/// calendar that only repeats what was said takes nothing of it back: it gives no reasons. Nor does one that answered before
/// the candidate said otherwise: mailboxes are read minutes later.
pub(in crate::domain) async fn record_of_calendar(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    (said, stamped_at): (&Said, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<Recorded> {
    let only_repeats = row.answer == Some(said.answer) && said.words.is_empty();
    if only_repeats || is_same(row, said) {
        return Ok(Recorded::Kept);
    }
    let is_older = stamped_at
        .zip(row.answered_at)
        .is_some_and(|(stamped, answered)| stamped < answered);
    if is_older {
        return Ok(Recorded::Outdated);
    }
    let actor = Actor::system(row.company_id);
    // It was said when the calendar says so, and never later than now.
    let said_at = stamped_at.filter(|at| *at < now).unwrap_or(now);
    write(txn, row, (said, Via::Calendar, said_at), &actor, now).await
}

async fn write(
    txn: &impl ConnectionTrait,
    row: &interview::Model,
    (said, via, said_at): (&Said, Via, DateTime<Utc>),
    actor: &Actor,
    now: DateTime<Utc>,
) -> Result<Recorded> {
    let nobody_yet = Expr::value(None::<DateTime<Utc>>);
    let written = interview::Entity::update_many()
        .col_expr(interview::Column::Answer, Expr::value(said.answer))
        .col_expr(interview::Column::AnsweredAt, Expr::value(said_at))
        .col_expr(interview::Column::AnswerReason, Expr::value(said.reason))
        .col_expr(
            interview::Column::AnswerWords,
            Expr::value(said.words.as_str()),
        )
        .col_expr(interview::Column::AnswerHandledAt, nobody_yet)
        .filter(interview::COLUMN.id.eq(row.id))
        .filter(interview::COLUMN.company_id.eq(row.company_id))
        .filter(interview::COLUMN.revision.eq(said.revision))
        .filter(interview::Column::Status.eq_const(row.status))
        .exec(txn)
        .await?
        .rows_affected;
    if written == 0 {
        return Ok(Recorded::Outdated);
    }
    reminders::drop_confirmation(txn, row.id, now).await?;
    let event = Event::CandidateAnswered {
        interview_id: row.id,
        answer: said.answer,
        reason: said.reason,
        words: said.words.clone(),
        via,
    };
    events::record(txn, actor, event, now).await?;
    Ok(Recorded::Kept)
}

fn is_same(row: &interview::Model, said: &Said) -> bool {
    (row.answer, row.answer_reason) == (Some(said.answer), said.reason)
        && row.answer_words == said.words
}

/// Does somebody of the company have to see to it still?
pub fn is_open(row: &interview::Model) -> bool {
    matches!(row.status, Status::Scheduled | Status::Unscheduled)
        && row.answer_handled_at.is_none()
        && matches!(row.answer, Some(Answer::AnotherTime | Answer::Declined))
}

/// An answer that somebody has to see to.
#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "interview::Entity")]
pub struct Open {
    /// The interview.
    pub id: i64,
    /// What was said.
    pub answer: Option<Answer>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
    /// Why, from the list,
    pub answer_reason: Option<AnswerReason>,
    /// and in words; may be empty.
    pub answer_words: String,
    /// By whom, by name.
    #[sea_orm(from_expr = "candidate::Column::Name")]
    pub candidate: String,
    /// The number at which they can be called; may be empty.
    #[sea_orm(from_expr = "candidate::Column::Phone")]
    pub phone: String,
    /// For which job, when there is one: its title.
    #[sea_orm(from_expr = "job_title()")]
    pub job: Option<String>,
    /// The instant it starts; none while it waits for a time.
    #[sea_orm(from_expr = "slot::Column::StartsAt")]
    pub starts_at: Option<DateTime<Utc>>,
}

/// The company's answers that somebody has to see to, those whose interview is nearest first.
pub async fn open(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<Vec<Open>> {
    let rows = interview::Entity::find().select_only();
    let rows = Open::select_cols(unhandled(rows, company_id, now))
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
    rows::count(unhandled(interview::Entity::find(), company_id, now))
}

/// What begins later than now: of an earlier one nothing can be done any more.
fn unhandled(
    rows: Select<interview::Entity>,
    company_id: i64,
    now: DateTime<Utc>,
) -> Select<interview::Entity> {
    let is_no_yes = Condition::any()
        .add(interview::Column::Answer.eq_const(Answer::AnotherTime))
        .add(interview::Column::Answer.eq_const(Answer::Declined));
    let is_live = Condition::any()
        .add(interview::Column::Status.eq_const(Status::Scheduled))
        .add(interview::Column::Status.eq_const(Status::Unscheduled));
    let is_to_come = Condition::any()
        .add(slot::COLUMN.starts_at.is_null())
        .add(slot::COLUMN.starts_at.gt(now));
    rows.join(JoinType::LeftJoin, interview::Relation::Slot.def())
        .filter(interview::COLUMN.company_id.eq(company_id))
        .filter(is_live)
        .filter(is_no_yes)
        .filter(interview::COLUMN.answer_handled_at.is_null())
        .filter(is_to_come)
}

/// Keeps that somebody saw to it; only the first counts. `NotFound` for an interview that is not the company's.
pub async fn handle(db: &Db, actor: &Actor, interview_id: i64, now: DateTime<Utc>) -> Result<()> {
    let row = details::find(db.read(), actor.company_id, interview_id).await?;
    let (true, Some(answered_at)) = (is_open(&row), row.answered_at) else {
        return Ok(());
    };
    db::transaction(db, async |txn| {
        let written = interview::Entity::update_many()
            .col_expr(interview::Column::AnswerHandledAt, Expr::value(now))
            .filter(interview::COLUMN.id.eq(interview_id))
            .filter(interview::COLUMN.company_id.eq(actor.company_id))
            // Answered otherwise since, nobody has seen that.
            .filter(interview::COLUMN.answered_at.eq(answered_at))
            .filter(interview::COLUMN.answer_handled_at.is_null())
            .exec(txn)
            .await?
            .rows_affected;
        if written == 1 {
            events::record(txn, actor, Event::AnswerHandled { interview_id }, now).await?;
        }
        Ok(())
    })
    .await
}
