//! What a recruiter should know today besides the day's interviews: how far the company is, and what needs attention later.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company, email,
    interview::{self, Status},
    slot,
};
use sea_orm::{
    Condition, EntityTrait, FromQueryResult, JsonValue as Json, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use crate::{
    db::{Db, constant::Constant},
    domain::{
        alerts::{self, Reachability},
        companies,
        first_steps::{self, Progress, Standing},
        interviews::{self, Line, Mail},
    },
    error::{Error, Result},
};

/// How far ahead a worry is one of today's.
pub const HORIZON_DAYS: i64 = 14;
/// Mail that still waits this long after it was to leave is late.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// A coming interview that something is wrong with.
#[derive(Clone, Debug)]
pub struct Worry {
    /// Which.
    pub line: Line,
    /// Its newest message, when that is what is wrong.
    pub mail: Option<Mail>,
    /// Does it take place nowhere?
    pub has_no_meeting_url: bool,
}

#[derive(FromQueryResult)]
struct Progressed {
    default_meeting_url: Option<String>,
    version: i32,
    outcomes: Json,
    has_slots: bool,
    has_jobs: bool,
}

/// What the page of a day needs of its company.
#[derive(Clone, Debug)]
pub struct Company {
    /// How far it has come.
    pub standing: Standing,
    /// Where its interviews take place that do not say.
    pub meeting_url: Option<String>,
    /// What can come of an interview.
    pub outcomes: Vec<String>,
}

/// Of the company with this key.
pub async fn company(db: &Db, company_id: i64) -> Result<Company> {
    let (slots, jobs) = first_steps::slots_and_jobs(company_id);
    let found = company::Entity::find_by_id(company_id)
        .select_only()
        .columns([
            company::Column::DefaultMeetingUrl,
            company::Column::Version,
            company::Column::Outcomes,
        ])
        .expr_as(Expr::exists(slots), "has_slots")
        .expr_as(Expr::exists(jobs), "has_jobs")
        .into_model::<Progressed>()
        .one(db.read())
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Company {
        standing: Standing {
            has_meeting_url: found.default_meeting_url.is_some(),
            version: found.version,
            progress: Progress::of(found.has_slots, found.has_jobs),
        },
        meeting_url: found.default_meeting_url,
        outcomes: companies::stored_outcomes(company_id, &found.outcomes)?,
    })
}

/// Interviews from an instant on whose newest message is late, lost or doubtful, or that have no meeting URL, which the
/// company's may make up for; earliest first, at most `limit`.
pub async fn worries(
    db: &Db,
    company_id: i64,
    has_meeting_url: bool,
    (from, limit): (DateTime<Utc>, u64),
    now: DateTime<Utc>,
) -> Result<Vec<Worry>> {
    let coming = troubled(company_id, has_meeting_url, now)
        .filter(slot::COLUMN.starts_at.gte(from))
        .filter(
            slot::COLUMN
                .starts_at
                .lt(now + TimeDelta::days(HORIZON_DAYS)),
        )
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .limit(limit);
    let lines = interviews::each(&coming.into_query(), db.read())
        .await?
        .into_iter();
    // Whoever waits for mail about one that cannot be read is an alert.
    let lines = lines.filter_map(|line| line.or_log("interview"));
    Ok(lines
        .map(|line| Worry {
            mail: line.mail().filter(|mail| is_worrying(mail, now)).cloned(),
            has_no_meeting_url: !has_meeting_url
                && line
                    .slot
                    .as_ref()
                    .is_some_and(|slot| slot.meeting_url.is_none()),
            line,
        })
        .collect())
}

/// Booked interviews with something wrong.
fn troubled(
    company_id: i64,
    has_meeting_url: bool,
    now: DateTime<Utc>,
) -> Select<interview::Entity> {
    let mut wrong = Condition::any().add(Expr::exists(worrying_mail(now)));
    if !has_meeting_url {
        wrong = wrong.add(slot::COLUMN.meeting_url.is_null());
    }
    interviews::lines_without_needless()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(interview::Column::Status.eq_const(Status::Scheduled))
        .filter(wrong)
}

/// The same rule as [`is_worrying`], for the message that decides what the candidate of the outer
/// query's interview knows.
fn worrying_mail(now: DateTime<Utc>) -> SelectStatement {
    let leaving = [email::Status::Queued, email::Status::Sending];
    let is_worrying = Condition::any()
        .add(email::Column::Status.not_in_const(leaving))
        .add(email::COLUMN.first_due_at.lt(now - PATIENCE));
    Query::select()
        .expr(Expr::value(1))
        .from(email::Entity)
        .and_where(
            Expr::col((email::Entity, email::Column::InterviewId))
                .equals((interview::Entity, interview::Column::Id)),
        )
        .cond_where(alerts::may_alert())
        .and_where(alerts::decides())
        .cond_where(is_worrying)
        .to_owned()
}

/// Sooner than an alert on every page, because it is looked at here only.
fn is_worrying(mail: &Mail, now: DateTime<Utc>) -> bool {
    let is_late = mail.first_due_at < now - PATIENCE;
    let is_wrong = match alerts::reachability(mail.status) {
        Reachability::Settled => false,
        Reachability::Lost => true,
        Reachability::Leaving => is_late,
        Reachability::Delayed => true,
    };
    is_wrong && mail.told_at.is_none()
}
