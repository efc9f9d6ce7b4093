//! What a series would make, and what it leaves out. Decided alike for the preview and in the transaction that writes.
use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use entity::{slot, slot_interviewer};
use sea_orm::{
    ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::plan::{BesideOpen, OnHolidays, Plan, TooMany};
use crate::{
    crypto,
    domain::{
        availability::Seat,
        busy::{self, Cause},
        companies,
        slots::{self, LONGEST, Timing},
    },
    error::Result,
    holidays::Region,
    zones::local_time::NotAnInstant,
};

/// A series as it would be made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its slots, by start; those that are left out are among them.
    pub slots: Vec<Planned>,
}

/// A slot of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What the clock on the wall shows.
    pub local_start: NaiveDateTime,
    /// Who is on it.
    pub interviewers: Vec<i64>,
    /// The instant, or why there is no slot.
    pub verdict: Result<DateTime<Utc>, LeftOut>,
}

/// Why a slot of a series is not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It would have begun already.
    Past,
    /// It would begin more than five years from now.
    TooFar,
    /// The clocks go forward and skip its start.
    Skipped {
        /// The first time after it.
        next: NaiveDateTime,
    },
    /// The clocks go back, and its start comes twice.
    Twice,
    /// The clocks are changed while the slot before it lasts, which would still go on.
    Runs,
    /// It would be on this public holiday.
    Holiday(&'static str),
    /// Something else is at this time.
    Clash(Clash),
}

/// What is at the time of a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Which interviewer is busy; none where the job has a slot without one.
    pub user_id: Option<i64>,
    /// What with.
    pub with: With,
    /// When that begins.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
}

/// What else is at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    /// This open slot.
    Slot(i64),
    /// This interview.
    Interview(i64),
}

impl With {
    fn is_interview(self) -> bool {
        matches!(self, Self::Interview(_))
    }
}

impl Preview {
    /// The slots that are made: local start, instant and interviewers.
    pub fn made(&self) -> impl Iterator<Item = (NaiveDateTime, DateTime<Utc>, &[i64])> {
        self.slots.iter().filter_map(|slot| {
            let at = slot.verdict.as_ref().ok()?;
            Some((slot.local_start, *at, slot.interviewers.as_slice()))
        })
    }

    /// Who would hold which of the slots that are made.
    pub fn seats(&self, plan: &Plan) -> Vec<Seat> {
        let seats = self.made().flat_map(|(_, from, interviewers)| {
            interviewers.iter().map(move |user_id| Seat {
                user_id: *user_id,
                from,
                until: from + plan.length(),
            })
        });
        seats.collect()
    }

    /// What would be made, in a few characters: another fingerprint is another preview.
    pub fn fingerprint(&self) -> String {
        let mut made = String::new();
        for (local, at, interviewers) in self.made() {
            made.push_str(&format!("{local} {} {interviewers:?}\n", at.timestamp()));
        }
        crypto::sha256_hex(&made)
    }
}

/// Decides over each slot of a series by what there is now.
pub async fn decide(
    db: &impl ConnectionTrait,
    company_id: i64,
    plan: &Plan,
    now: DateTime<Utc>,
) -> Result<Result<Preview, TooMany>> {
    let starts = match plan.starts() {
        Ok(starts) => starts,
        Err(too_many) => return Ok(Err(too_many)),
    };
    let region = match plan.on_holidays {
        OnHolidays::LeaveOut => companies::holiday_region(db, company_id).await?,
        OnHolidays::Add => None,
    };
    let holidays = region.map(Region::holidays);
    let holiday = |day| holidays.as_ref().and_then(|all| all.on(day));
    let length = plan.length();
    let instants = || starts.iter().filter_map(|start| start.at.ok());
    let taken = match (instants().min(), instants().max()) {
        (Some(first), Some(last)) => taken(db, company_id, plan, (first, last + length)).await?,
        _ => Taken::default(),
    };
    let mut slots = Vec::with_capacity(starts.len() * plan.seats().len());
    let mut ends: Option<DateTime<Utc>> = None;
    for start in starts {
        let verdict =
            instant(start.at, ends, now).and_then(|at| match holiday(start.local.date()) {
                Some(name) => Err(LeftOut::Holiday(name)),
                None => Ok(at),
            });
        for interviewers in plan.seats() {
            let verdict = verdict.clone().and_then(|at| {
                let clash = taken.clash(&interviewers, (at, at + length), plan.beside_open);
                clash.map_or(Ok(at), |clash| Err(LeftOut::Clash(clash)))
            });
            slots.push(Planned {
                local_start: start.local,
                interviewers,
                verdict,
            });
        }
        if let Ok(at) = verdict {
            ends = Some(at + length);
        }
    }
    Ok(Ok(Preview { slots }))
}

/// The instant of a slot; the one before it ends at `ends`.
fn instant(
    at: Result<DateTime<Utc>, NotAnInstant>,
    ends: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, LeftOut> {
    let at = at.map_err(|why| match why {
        NotAnInstant::Skipped { next } => LeftOut::Skipped { next },
        NotAnInstant::Twice { .. } => LeftOut::Twice,
    })?;
    match slots::timing(at, now) {
        Timing::Past => Err(LeftOut::Past),
        Timing::TooFar => Err(LeftOut::TooFar),
        Timing::Ahead if ends.is_some_and(|ends| at < ends) => Err(LeftOut::Runs),
        Timing::Ahead => Ok(at),
    }
}

/// What there is already, by interviewer and by start; under none what has no interviewer.
#[derive(Default)]
struct Taken(HashMap<Option<i64>, Vec<Clash>>);

impl Taken {
    fn add(&mut self, clash: Clash) {
        self.0.entry(clash.user_id).or_default().push(clash);
    }

    /// What is at this time of one of these people, or of nobody when there are none: an interview before an open slot,
    /// because it cannot be meant.
    fn clash(
        &self,
        interviewers: &[i64],
        (from, until): (DateTime<Utc>, DateTime<Utc>),
        beside_open: BesideOpen,
    ) -> Option<Clash> {
        let near = |user_id: Option<i64>| {
            let all = self.0.get(&user_id).map_or(&[][..], Vec::as_slice);
            let before = &all[..all.partition_point(|clash| clash.from < until)];
            // What lasts longer than anything can is over.
            let near = before
                .iter()
                .rev()
                .take_while(move |clash| clash.from > from - LONGEST * 2);
            near.filter(move |clash| clash.until > from)
        };
        let whose: Vec<Option<i64>> = match interviewers {
            [] => vec![None],
            users => users.iter().copied().map(Some).collect(),
        };
        let of = |is_interview: bool| {
            let all = whose.iter().flat_map(|user_id| near(*user_id));
            let all = all.filter(move |clash| clash.with.is_interview() == is_interview);
            all.min_by_key(|clash| clash.from).cloned()
        };
        let open = || match beside_open {
            BesideOpen::LeaveOut => of(false),
            BesideOpen::Add => None,
        };
        of(true).or_else(open)
    }
}

#[derive(FromQueryResult)]
struct Existing {
    id: i64,
    user_id: Option<i64>,
    starts_at: DateTime<Utc>,
    duration_minutes: i32,
    interview_id: Option<i64>,
}

async fn taken(
    db: &impl ConnectionTrait,
    company_id: i64,
    plan: &Plan,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Taken> {
    let mut taken = Taken::default();
    for row in db
        .query_all(&existing(company_id, plan, (from, until)))
        .await?
    {
        let row = Existing::from_query_result(&row, "")?;
        taken.add(Clash {
            user_id: row.user_id,
            with: row.interview_id.map_or(With::Slot(row.id), With::Interview),
            from: row.starts_at,
            until: row.starts_at + TimeDelta::minutes(row.duration_minutes.into()),
        });
    }
    for span in busy::spans(db, company_id, &plan.interviewers, (from, until)).await? {
        let Cause::Interview(interview_id) = span.cause;
        taken.add(Clash {
            user_id: Some(span.user_id),
            with: With::Interview(interview_id),
            from: span.from,
            until: span.until,
        });
    }
    for all in taken.0.values_mut() {
        all.sort_by_key(|clash| clash.from);
    }
    Ok(taken)
}

/// The slots of these interviewers, or those of the job that have none.
fn existing(
    company_id: i64,
    plan: &Plan,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> SelectStatement {
    let slot_id = (slot_interviewer::Entity, slot_interviewer::Column::SlotId);
    let rows = slot::Entity::find()
        .select_only()
        .column(slot::Column::Id)
        .column(slot::Column::StartsAt)
        .column(slot::Column::DurationMinutes)
        .expr_as(slots::live_interview_id(), "interview_id")
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.starts_at.gt(from - LONGEST))
        .filter(slot::COLUMN.starts_at.lt(until))
        .filter(slot::COLUMN.closed_at.is_null());
    if plan.interviewers.is_empty() {
        let anybody = Query::select()
            .expr(Expr::value(1))
            .from(slot_interviewer::Entity)
            .and_where(Expr::col(slot_id).equals((slot::Entity, slot::Column::Id)))
            .to_owned();
        return rows
            .filter(slot::COLUMN.job_id.eq(plan.job_id))
            .filter(slot::COLUMN.interviewer.eq(plan.interviewer.as_str()))
            .filter(Expr::exists(anybody).not())
            .expr_as(Expr::value(None::<i64>), "user_id")
            .into_query();
    }
    let user_id = (slot_interviewer::Entity, slot_interviewer::Column::UserId);
    let mut rows = rows.expr_as(Expr::col(user_id), "user_id").into_query();
    rows.inner_join(
        slot_interviewer::Entity,
        Expr::col(slot_id).equals((slot::Entity, slot::Column::Id)),
    )
    .and_where(slot_interviewer::COLUMN.company_id.eq(company_id))
    .and_where(Expr::col(user_id).is_in(plan.interviewers.iter().copied()));
    rows
}
