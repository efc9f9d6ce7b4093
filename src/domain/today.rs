//! What a recruiter should know today: some numbers, and what needs somebody's attention.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company, email,
    interview::{self, Status},
    slot,
};
use sea_orm::{
    Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
    sea_query::{Asterisk, Expr, ExprTrait, Query, SelectStatement, UnionType},
};

use crate::{
    db::{Db, constant::Constant},
    domain::{
        alerts::{self, Reachability},
        first_steps::{self, Progress, Standing},
        interviews::{self, Line, Mail},
        rows,
        slots::{self, State},
    },
    error::{Error, Result},
};

/// How far ahead a worry is one of today's.
pub const HORIZON_DAYS: i64 = 14;
/// Mail that still waits this long after it was to leave is late.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Counts; each over a range of an index, however many rows there are besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Interviews in the week.
    pub booked: u64,
    /// Slots of the next days that can be booked.
    pub open: u64,
    /// Messages queued in the last days that a mail server took.
    pub accepted: u64,
    /// Messages queued in the last days that came to their end, for better or worse.
    pub ended: u64,
}

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
struct Counted {
    default_meeting_url: Option<String>,
    version: i32,
    booked: i64,
    open: i64,
    accepted: i64,
    lost: i64,
    has_slots: bool,
    has_jobs: bool,
}

/// The numbers of a week that begins at the first and ends at the second instant, and how far the company is; slots and
/// messages are those of the seven days after and before now.
pub async fn numbers(
    db: &Db,
    company_id: i64,
    week: (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<(Numbers, Standing)> {
    let booked = slots::Filter {
        state: Some(State::Booked),
        from: Some(week.0),
        until: Some(week.1),
        ..Default::default()
    };
    let open = slots::Filter {
        state: Some(State::Open),
        from: Some(now),
        until: Some(now + TimeDelta::days(7)),
        ..Default::default()
    };
    let lately = |statuses: &[email::Status]| {
        email::Entity::find()
            .filter(email::COLUMN.company_id.eq(company_id))
            .filter(email::Column::Status.in_const(statuses.iter().copied()))
            .filter(email::COLUMN.created_at.gte(now - TimeDelta::days(7)))
    };
    let (slots, jobs) = first_steps::slots_and_jobs(company_id);
    let counted = company::Entity::find_by_id(company_id)
        .select_only()
        .columns([company::Column::DefaultMeetingUrl, company::Column::Version])
        .expr_as(
            rows::count(slots::filtered(company_id, &booked, now)),
            "booked",
        )
        .expr_as(rows::count(slots::filtered(company_id, &open, now)), "open")
        .expr_as(rows::count(lately(&TAKEN)), "accepted")
        .expr_as(rows::count(lately(&LOST)), "lost")
        .expr_as(Expr::exists(slots), "has_slots")
        .expr_as(Expr::exists(jobs), "has_jobs")
        .into_model::<Counted>()
        .one(db.read())
        .await?
        .ok_or(Error::NotFound)?;
    let numbers = Numbers {
        booked: counted.booked.unsigned_abs(),
        open: counted.open.unsigned_abs(),
        accepted: counted.accepted.unsigned_abs(),
        ended: (counted.accepted + counted.lost).unsigned_abs(),
    };
    let standing = Standing {
        has_meeting_url: counted.default_meeting_url.is_some(),
        version: counted.version,
        progress: Progress::of(counted.has_slots, counted.has_jobs),
    };
    Ok((numbers, standing))
}

/// Coming interviews whose newest message is late, lost or doubtful, or that have no meeting URL, which the company's may
/// make up for; earliest first, at most `limit`.
pub async fn worries(
    db: &Db,
    company_id: i64,
    has_meeting_url: bool,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Worry>> {
    let troubled = || troubled(company_id, has_meeting_url, now);
    let horizon = now + TimeDelta::days(HORIZON_DAYS);
    let coming = troubled()
        .filter(slot::COLUMN.starts_at.gt(now))
        .filter(slot::COLUMN.starts_at.lt(horizon))
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
        .limit(limit);
    let coming = Query::select()
        .column(Asterisk)
        .from_subquery(coming.into_query(), "coming")
        .to_owned();
    // What has begun may be over, which its row alone cannot tell: it is sorted out before the limit counts.
    let begun = troubled()
        .filter(slot::COLUMN.starts_at.gt(now - slots::LONGEST))
        .filter(slot::COLUMN.starts_at.lte(now))
        .into_query()
        .union(UnionType::All, coming)
        .to_owned();
    let lines = interviews::each(&begun, db.read()).await?.into_iter();
    // Whoever waits for mail about one that cannot be read is an alert.
    let lines = lines.filter_map(|line| line.or_log("interview"));
    let mut worries: Vec<Worry> = lines
        .filter(|line| line.slot.as_ref().is_some_and(|slot| now < slot.ends_at()))
        .map(|line| Worry {
            mail: line.mail().filter(|mail| is_worrying(mail, now)).cloned(),
            has_no_meeting_url: !has_meeting_url
                && line
                    .slot
                    .as_ref()
                    .is_some_and(|slot| slot.meeting_url.is_none()),
            line,
        })
        .collect();
    worries
        .sort_by_key(|Worry { line, .. }| (line.slot.as_ref().map(|slot| slot.starts_at), line.id));
    worries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(worries)
}

/// Where messages stand that a mail server took, whatever more is known of them.
const TAKEN: [email::Status; 3] = [
    email::Status::Accepted,
    email::Status::Delivered,
    email::Status::Complained,
];

/// What became of messages that were meant to arrive and did not, or may not have; one that was made needless is none of them.
const LOST: [email::Status; 5] = [
    email::Status::Uncertain,
    email::Status::Printed,
    email::Status::Failed,
    email::Status::Expired,
    email::Status::Bounced,
];

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
