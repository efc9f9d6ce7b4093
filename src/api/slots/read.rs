//! What a call says about a slot.
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;

use super::super::{
    auth::Caller,
    fields::{Fields, choice, id, ids, number, text},
    problem::{Problem, Result},
};
use crate::{
    domain::slots::NewSlot,
    text as typed, times,
    zones::{
        Tz,
        local_time::{self, Fold, NotAnInstant},
    },
};

const LONGEST_INTERVIEWER: usize = 200;
/// A panel is no assembly.
pub const MOST_INTERVIEWERS: usize = 20;

/// What is given, over what is stored. A time that is not touched stays the same instant.
pub(super) fn read_change(
    fields: &mut Fields,
    caller: &Caller,
    stored: NewSlot,
) -> Option<NewSlot> {
    let moves = ["interview_date", "start_time", "time_zone", "fold"];
    let moves = moves.iter().any(|name| fields.has(name));
    let date = fields.optional("interview_date", text(typed::date));
    let time = fields.optional("start_time", text(typed::time));
    let zone = fields.optional("time_zone", text(typed::zone));
    let fold = fields.optional("fold", fold);
    let duration = fields.optional("duration_minutes", number(5..=720));
    let job_id = fields.optional("job", id);
    fields.optional("company", |value| own_company(value, caller));
    let interview_type = fields.optional("ai_interview_type", choice);
    let difficulty_level = fields.clearable("difficulty_level", choice);
    let meeting_url = fields.clearable("meeting_url", text(typed::https_url));
    let interviewer = fields.optional("interviewer", text(interviewer));
    let interviewers = fields.optional("interviewers", interviewers);
    let zone = zone.unwrap_or(stored.zone);
    let date = date.unwrap_or(stored.local_start.date());
    let local_start = date.and_time(time.unwrap_or(stored.local_start.time()));
    let stays = fold.is_none() && (local_start, zone) == (stored.local_start, stored.zone);
    let starts_at = match moves && !stays {
        true => instant(fields, local_start, zone, fold)?,
        false => stored.starts_at,
    };
    Some(NewSlot {
        job_id: job_id.unwrap_or(stored.job_id),
        starts_at,
        local_start,
        zone,
        duration_minutes: duration.unwrap_or(stored.duration_minutes),
        interview_type: interview_type.unwrap_or(stored.interview_type),
        difficulty_level: difficulty_level.unwrap_or(stored.difficulty_level),
        meeting_url: meeting_url.unwrap_or(stored.meeting_url),
        interviewer: interviewer.unwrap_or(stored.interviewer),
        interviewers: interviewers.unwrap_or(stored.interviewers),
    })
}

/// 422: the slot would have begun already.
pub fn past() -> Problem {
    Problem::invalid_field("start_time", "Must not be in the past.")
}

/// 422: the slot would begin in a year that nobody plans for.
pub fn too_far() -> Problem {
    Problem::invalid_field("interview_date", typed::TOO_FAR)
}

/// The fields of a new slot.
pub fn read(fields: &mut Fields, caller: &Caller) -> Option<NewSlot> {
    let date = fields.required("interview_date", text(typed::date));
    let time = fields.required("start_time", text(typed::time));
    let duration_minutes = fields.required("duration_minutes", number(5..=720));
    let job_id = fields.required("job", id);
    fields.optional("company", |value| own_company(value, caller));
    let interview_type = fields.required("ai_interview_type", choice);
    let difficulty_level = fields.optional("difficulty_level", choice);
    let zone_is_given = fields.has("time_zone");
    let zone = fields.optional("time_zone", text(typed::zone));
    let zone = zone.or((!zone_is_given).then_some(caller.zone));
    let fold = fields.optional("fold", fold);
    let meeting_url = fields.optional("meeting_url", text(typed::https_url));
    let interviewer = fields.optional("interviewer", text(interviewer));
    let interviewers = fields.optional("interviewers", interviewers);
    let (local_start, zone) = (date?.and_time(time?), zone?);
    let starts_at = instant(fields, local_start, zone, fold)?;
    Some(NewSlot {
        job_id: job_id?,
        starts_at,
        local_start,
        zone,
        duration_minutes: duration_minutes?,
        interview_type: interview_type?,
        difficulty_level,
        meeting_url,
        interviewer: interviewer.unwrap_or_default(),
        interviewers: interviewers.unwrap_or_default(),
    })
}

fn instant(
    fields: &mut Fields,
    local_start: NaiveDateTime,
    zone: Tz,
    fold: Option<Fold>,
) -> Option<DateTime<Utc>> {
    local_time::resolve(local_start, zone, fold)
        .map_err(|why| fields.refuse("start_time", &explained(why, zone)))
        .ok()
}

/// A name; empty where there is none.
pub fn interviewer(name: &str) -> Result<String, typed::Refusal> {
    typed::optional_line(name, LONGEST_INTERVIEWER)
}

/// Users; each once, in the order of their keys.
pub fn interviewers(value: &Value) -> Result<Vec<i64>, String> {
    let mut ids = ids(MOST_INTERVIEWERS)(value)?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn own_company(value: &Value, caller: &Caller) -> Result<(), String> {
    match id(value)? {
        id if id == caller.company_id => Ok(()),
        _ => Err("Not the company of your token. Leave this field out.".into()),
    }
}

fn fold(value: &Value) -> Result<Fold, String> {
    match number::<i64>(0..=1)(value)? {
        0 => Ok(Fold::Earlier),
        _ => Ok(Fold::Later),
    }
}

fn explained(why: NotAnInstant, zone: Tz) -> String {
    match why {
        NotAnInstant::Skipped { next } => format!(
            "This time doesn't exist in {zone} because clocks go forward. The next valid time is {}.",
            wall_clock(next)
        ),
        NotAnInstant::Twice { earlier, later } => format!(
            "This time occurs twice in {zone} because clocks go back: at {} and at {}. Set `fold` to 0 for the first or 1 for the second.",
            times::rfc3339(earlier),
            times::rfc3339(later)
        ),
    }
}

fn wall_clock(local: NaiveDateTime) -> String {
    times::clock(local.and_utc(), Tz::UTC)
}
