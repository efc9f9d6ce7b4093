//! What a recruiter should know today: some numbers, and what needs somebody's attention.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company, email,
    interview::{self, Status},
    slot,
};
use sea_orm::{
    Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SelectTwo,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use crate::{
    db::{Db, constant::Constant},
    domain::{
        alerts::{self, Reachability},
        emails::{self, Line},
        interviews::{self, Listed},
        slots::{self, State},
    },
    error::Result,
};

/// How far ahead a worry is one of today's.
pub const HORIZON_DAYS: i64 = 14;
/// Mail that still waits this long after it was to leave is late.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);
/// The longest that an interview may take: what began earlier than this is over.
const LONGEST: TimeDelta = TimeDelta::hours(12);

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
    pub listed: Listed,
    /// Its newest message, when that is what is wrong.
    pub mail: Option<Line>,
    /// Does it take place nowhere?
    pub has_no_meeting_url: bool,
}

/// The numbers of a week that begins at the first and ends at the second instant; slots and messages
/// are those of the seven days after and before now.
pub async fn numbers(
    db: &Db,
    company_id: i64,
    week: (DateTime<Utc>, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Result<Numbers> {
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
    let ends = emails::count_by_status(db, company_id, &ENDS, now - TimeDelta::days(7)).await?;
    let of = |wanted: &[email::Status]| {
        let counts = ends.iter().filter(|(status, _)| wanted.contains(status));
        counts.map(|(_, count)| count.unsigned_abs()).sum()
    };
    Ok(Numbers {
        booked: slots::count(db, company_id, &booked, now).await?,
        open: slots::count(db, company_id, &open, now).await?,
        accepted: of(&[email::Status::Accepted]),
        ended: of(&ENDS),
    })
}

/// Coming interviews whose newest message is late, lost or doubtful, or that have no meeting URL;
/// earliest first, at most `limit`.
pub async fn worries(
    db: &Db,
    company: &company::Model,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Worry>> {
    // What has begun may be over, which its row alone cannot tell: it is sorted out before the limit counts.
    let rows = troubled(company, now)
        .filter(slot::COLUMN.starts_at.gt(now - LONGEST))
        .filter(slot::COLUMN.starts_at.lte(now));
    let mut listed = readable(rows, db).await?;
    listed.retain(|row| row.slot.as_ref().is_some_and(|slot| now < slot.ends_at()));
    let horizon = now + TimeDelta::days(HORIZON_DAYS);
    let coming = troubled(company, now)
        .filter(slot::COLUMN.starts_at.gt(now))
        .filter(slot::COLUMN.starts_at.lt(horizon))
        .limit(limit);
    listed.extend(readable(coming, db).await?);
    listed.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let ids = listed.iter().map(|row| row.interview.id).collect();
    let mails = emails::about(db, company.id, ids).await?;
    let worries = listed.into_iter().map(|listed| Worry {
        mail: mails
            .iter()
            .filter(|mail| mail.interview_id == Some(listed.interview.id))
            .rfind(|mail| mail.kind.tells_of_change() && mail.status != email::Status::Superseded)
            .filter(|mail| is_worrying(mail, now))
            .cloned(),
        has_no_meeting_url: company.default_meeting_url.is_none()
            && listed
                .slot
                .as_ref()
                .is_some_and(|slot| slot.meeting_url.is_none()),
        listed,
    });
    Ok(worries.collect())
}

/// Those that can be read. Whoever waits for mail about one that cannot be is an alert.
async fn readable(
    query: SelectTwo<interview::Entity, slot::Entity>,
    db: &Db,
) -> Result<Vec<Listed>> {
    let rows = interviews::named(query, db.read()).await?.into_iter();
    Ok(rows.filter_map(|row| row.or_log("interview")).collect())
}

/// What became of messages that were meant to arrive; one that was made needless is none of them.
const ENDS: [email::Status; 6] = [
    email::Status::Accepted,
    email::Status::Uncertain,
    email::Status::Printed,
    email::Status::Failed,
    email::Status::Expired,
    email::Status::Bounced,
];

/// Booked interviews with something wrong, earliest first.
fn troubled(
    company: &company::Model,
    now: DateTime<Utc>,
) -> SelectTwo<interview::Entity, slot::Entity> {
    let mut wrong = Condition::any().add(Expr::exists(worrying_mail(now)));
    if company.default_meeting_url.is_none() {
        wrong = wrong.add(slot::COLUMN.meeting_url.is_null());
    }
    interview::Entity::find()
        .find_also_related(slot::Entity)
        .filter(slot::COLUMN.company_id.eq(company.id))
        .filter(interview::Column::Status.eq_const(Status::Scheduled))
        .filter(wrong)
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(interview::Column::Id)
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
fn is_worrying(mail: &Line, now: DateTime<Utc>) -> bool {
    let is_late = mail.first_due_at < now - PATIENCE;
    let is_wrong = match alerts::reachability(mail.status) {
        Reachability::Settled => false,
        Reachability::Lost => true,
        Reachability::Leaving => is_late,
        Reachability::Delayed => true,
    };
    is_wrong && mail.told_at.is_none()
}
