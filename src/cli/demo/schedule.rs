//! Candidates of the sample company, slots around now, and who is booked into them.
use anyhow::{Result, bail};
use chrono::{DateTime, Datelike, Days, DurationRound, TimeDelta, Utc, Weekday};
use entity::slot::{DifficultyLevel, InterviewType};

use super::{ZONE, jobs::Jobs};
use crate::{
    db::{self, Db},
    domain::{
        actions::Actor,
        candidates::{self, NewCandidate},
        interviews::{
            booking::{self, NewBooking, Who},
            creation,
            overlap::Overlaps,
            slot_choice::SlotChoice,
        },
        slots::{self, NewSlot},
    },
    zones::{
        Tz,
        local_time::{self, Fold},
    },
};

/// The key of the interview that can be booked by the calls that are written down for the system before this one.
const UNSCHEDULED: i64 = 123;
const WORKING_DAYS: usize = 5;
const HOURS: [u32; 4] = [9, 11, 14, 16];
const MEETING_URL: &str = "https://meet.sample-company.example/room";

/// A candidate of the sample company.
struct Candidate {
    name: &'static str,
    email: &'static str,
    zone: &'static str,
    job: fn(Jobs) -> i64,
}

const SENIOR: fn(Jobs) -> i64 = |jobs| jobs.senior;
const ARCHITECT: fn(Jobs) -> i64 = |jobs| jobs.architect;

/// The last one waits for a slot.
const CANDIDATES: [Candidate; 6] = [
    Candidate {
        name: "John Doe",
        email: "john.doe@example.com",
        zone: "America/New_York",
        job: SENIOR,
    },
    Candidate {
        name: "Zoë Núñez",
        email: "zoe.nunez@example.com",
        zone: "Europe/Madrid",
        job: ARCHITECT,
    },
    Candidate {
        name: "李 雷",
        email: "li.lei@example.com",
        zone: "Asia/Shanghai",
        job: SENIOR,
    },
    Candidate {
        name: "Jane Roe",
        email: "jane.roe@example.com",
        zone: "Europe/Berlin",
        job: ARCHITECT,
    },
    Candidate {
        name: "Amara Okafor",
        email: "amara.okafor@example.com",
        zone: "Africa/Lagos",
        job: SENIOR,
    },
    Candidate {
        name: "Søren Dahl",
        email: "soren.dahl@example.com",
        zone: "Europe/Copenhagen",
        job: SENIOR,
    },
];

/// Enters everybody and everything. The first interview of today begins in a few minutes, so that its link lets one in.
/// The interviewer holds what comes for one of the jobs.
pub async fn enter(
    db: &Db,
    actor: &Actor,
    (jobs, interviewer): (Jobs, i64),
    now: DateTime<Utc>,
) -> Result<()> {
    let candidates = add_candidates(db, actor, jobs, now).await?;
    let free = add_slots(db, actor, (jobs, interviewer), now).await?;
    let Some((waiting, invited)) = candidates.split_last() else {
        bail!("there are no candidates to invite");
    };
    unscheduled(db, actor, *waiting, jobs.senior, now).await?;
    let soon = today(jobs, now).into_iter().map(SlotChoice::New);
    let later = free.into_iter().skip(1).step_by(3);
    let choices = soon.chain(later.map(SlotChoice::Existing));
    for (slot, candidate) in choices.zip(invited) {
        book(db, actor, slot, *candidate, now).await?;
    }
    Ok(())
}

/// Their keys, in their order.
async fn add_candidates(
    db: &Db,
    actor: &Actor,
    jobs: Jobs,
    now: DateTime<Utc>,
) -> Result<Vec<i64>> {
    let mut ids = Vec::with_capacity(CANDIDATES.len());
    for candidate in &CANDIDATES {
        match candidates::create(db, actor, candidate.new_candidate(jobs), None, now).await? {
            Ok(id) => ids.push(id),
            Err(refusal) => bail!("a candidate could not be added: {refusal:?}"),
        }
    }
    Ok(ids)
}

/// The keys of those of the coming days, earliest first.
async fn add_slots(
    db: &Db,
    actor: &Actor,
    (jobs, interviewer): (Jobs, i64),
    now: DateTime<Utc>,
) -> Result<Vec<i64>> {
    let mut ids = Vec::new();
    for mut new in coming_days(jobs, now) {
        if new.job_id == jobs.architect {
            new.interviewer = String::new();
            new.interviewers = vec![interviewer];
        }
        match slots::create(db, actor, new, None, now).await? {
            Ok(id) => ids.push(id),
            Err(refusal) => bail!("a slot could not be added: {refusal:?}"),
        }
    }
    Ok(ids)
}

/// An interview that waits for a slot, with the key that goes with the jobs' keys.
async fn unscheduled(
    db: &Db,
    actor: &Actor,
    candidate_id: i64,
    job_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    db::transaction(db, async |txn| {
        db::begin_keys_at(txn, "interviews", UNSCHEDULED).await?;
        creation::insert(txn, actor, candidate_id, Some(job_id), now).await
    })
    .await?;
    Ok(())
}

async fn book(
    db: &Db,
    actor: &Actor,
    slot: SlotChoice,
    candidate_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let new = NewBooking {
        slot,
        who: Who::Candidate(candidate_id),
        notes: "Please ensure you have a stable internet connection".into(),
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    match booking::book(db, actor, new, now).await? {
        Ok(_) => Ok(()),
        Err(refusal) => bail!("a candidate could not be booked: {refusal:?}"),
    }
}

impl Candidate {
    fn new_candidate(&self, jobs: Jobs) -> NewCandidate {
        NewCandidate {
            name: self.name.into(),
            email: self.email.into(),
            phone: String::new(),
            time_zone: Some(self.zone.into()),
            locale: "en".into(),
            job_id: Some((self.job)(jobs)),
            notes: String::new(),
        }
    }
}

/// The first in six to eleven minutes, the others if they still fall on this day.
fn today(jobs: Jobs, now: DateTime<Utc>) -> Vec<NewSlot> {
    let five = TimeDelta::minutes(5);
    let soon = (now + TimeDelta::minutes(6) + five)
        .duration_trunc(five)
        .unwrap_or(now + five);
    let day = soon.with_timezone(&Tz::known(ZONE)).date_naive();
    [
        (0, 60, jobs.senior),
        (100, 45, jobs.architect),
        (200, 60, jobs.senior),
    ]
    .into_iter()
    .map(|(minutes, length, job)| slot(soon + TimeDelta::minutes(minutes), length, job))
    .filter(|slot| slot.local_start.date() == day)
    .collect()
}

/// Four on each of the next working days, from tomorrow.
fn coming_days(jobs: Jobs, now: DateTime<Utc>) -> Vec<NewSlot> {
    let today = now.with_timezone(&Tz::known(ZONE)).date_naive();
    let days = (1..)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .take(WORKING_DAYS);
    days.flat_map(|day| HOURS.map(|hour| day.and_hms_opt(hour, 0, 0)))
        .flatten()
        .zip([jobs.senior, jobs.architect].into_iter().cycle())
        .filter_map(|(local, job)| {
            let starts_at =
                local_time::resolve(local, Tz::known(ZONE), Some(Fold::Earlier)).ok()?;
            Some(slot(starts_at, 60, job))
        })
        .collect()
}

fn slot(starts_at: DateTime<Utc>, duration_minutes: i32, job_id: i64) -> NewSlot {
    let (interview_type, difficulty_level) = match duration_minutes {
        45 => (InterviewType::Behavioral, DifficultyLevel::Easy),
        _ => (InterviewType::Technical, DifficultyLevel::Medium),
    };
    NewSlot {
        job_id,
        starts_at,
        local_start: starts_at.with_timezone(&Tz::known(ZONE)).naive_local(),
        zone: Tz::known(ZONE),
        duration_minutes,
        interview_type,
        difficulty_level: Some(difficulty_level),
        meeting_url: Some(MEETING_URL.into()),
        interviewer: "Robin Weiss".into(),
        interviewers: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOBS: Jobs = Jobs {
        senior: 1,
        architect: 2,
    };

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_first_interview_begins_while_its_link_is_open() {
        for now in [
            "2026-11-21T09:00:00Z",
            "2026-11-21T09:03:59Z",
            "2026-11-21T22:50:00Z",
        ] {
            let first = &today(JOBS, at(now))[0];
            let wait = first.starts_at - at(now);
            assert!((6..=11).contains(&wait.num_minutes()), "{now}: {wait}");
        }
        assert_eq!(today(JOBS, at("2026-11-21T09:00:00Z")).len(), 3);
        assert_eq!(today(JOBS, at("2026-11-21T22:40:00Z")).len(), 1);
    }

    #[test]
    fn the_coming_days_are_working_days() {
        let slots = coming_days(JOBS, at("2026-11-20T09:00:00Z"));
        assert_eq!(slots.len(), WORKING_DAYS * HOURS.len());
        assert_eq!(slots[0].local_start.to_string(), "2026-11-23 09:00:00");
        assert_eq!(slots[0].starts_at, at("2026-11-23T08:00:00Z"));
    }
}
