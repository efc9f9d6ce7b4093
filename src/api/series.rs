//! Series: many slots at once, looked at first or made.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{NaiveDate, NaiveTime, Weekday};
use entity::series;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Recruiter},
    fields::{Body, Fields, boolean, choice, id, number, text},
    idempotency,
    interviewers::Warning,
    problem::{Problem, Result},
    slots::{interviewer, read_interviewers},
};
use crate::{
    app::App,
    domain::{
        availability::{self, Warnings, hours::WEEKDAYS},
        idempotency_keys::Answer,
        references,
        series::{
            self as domain, Refusal, Undone,
            plan::{
                self, BesideOpen, DaysRefusal, MOST_DAYS, MOST_SLOTS, MOST_SPANS, OnHolidays, Plan,
                Seating, Span, SpansRefusal, TooMany,
            },
            preview::{self, LeftOut, Planned, Preview, With},
        },
    },
    error::Reference,
    text as typed, times,
};

/// A series that was made, as it goes out.
#[derive(Debug, Serialize)]
struct Series {
    id: i64,
    job: i64,
    count: i32,
    slots: Vec<i64>,
    created_at: String,
    undo_until: Option<String>,
    undone_at: Option<String>,
}

impl Series {
    async fn shown(app: &App, company_id: i64, id: i64) -> Result<Self> {
        let row = domain::find(app.db.read(), company_id, id).await?;
        let slots = domain::slot_ids(app.db.read(), company_id, id).await?;
        Ok(Self::new(row, slots))
    }

    fn new(row: series::Model, slots: Vec<i64>) -> Self {
        let undo_until = domain::undo_until(&row).map(times::rfc3339);
        Self {
            id: row.id,
            job: row.job_id,
            count: row.slots,
            slots,
            created_at: times::rfc3339(row.created_at),
            undo_until,
            undone_at: row.undone_at.map(times::rfc3339),
        }
    }
}

/// What a series would make.
#[derive(Debug, Serialize)]
struct Looked {
    count: usize,
    fingerprint: String,
    slots: Vec<Made>,
    left_out: Vec<Left>,
}

#[derive(Debug, Serialize)]
struct Made {
    interview_date: String,
    start_time: String,
    starts_at: String,
    interviewers: Vec<i64>,
    /// What the time of the interviewers says against it.
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct Left {
    interview_date: String,
    start_time: String,
    interviewers: Vec<i64>,
    reason: &'static str,
    /// With `clash`: who is busy, and with which of the two.
    interviewer: Option<i64>,
    slot: Option<i64>,
    interview: Option<i64>,
    /// With `holiday`: which one.
    holiday: Option<&'static str>,
}

impl Looked {
    async fn read(app: &App, company_id: i64, (preview, plan): (&Preview, &Plan)) -> Result<Self> {
        let (seats, now) = (preview.seats(plan), app.clock.now());
        let warnings = availability::warnings(app.db.read(), company_id, &seats, now).await?;
        Ok(Self::new((preview, plan), &warnings))
    }

    fn new((preview, plan): (&Preview, &Plan), warnings: &Warnings) -> Self {
        let mut looked = Self {
            count: 0,
            fingerprint: preview.fingerprint(),
            slots: Vec::new(),
            left_out: Vec::new(),
        };
        for planned in &preview.slots {
            let Planned {
                local_start,
                interviewers,
                verdict,
            } = planned.clone();
            let interview_date = local_start.date().to_string();
            let start_time = local_start.time().format("%H:%M:%S").to_string();
            match verdict {
                Ok(at) => {
                    let found = warnings.of(&interviewers, (at, at + plan.length()));
                    looked.slots.push(Made {
                        interview_date,
                        start_time,
                        starts_at: times::rfc3339(at),
                        warnings: found.map(|found| Warning::new(found, plan.zone)).collect(),
                        interviewers,
                    });
                }
                Err(why) => {
                    let (interviewer, slot, interview) = clash(&why);
                    looked.left_out.push(Left {
                        interview_date,
                        start_time,
                        interviewers,
                        reason: reason(&why),
                        interviewer,
                        slot,
                        interview,
                        holiday: match why {
                            LeftOut::Holiday(name) => Some(name),
                            _ => None,
                        },
                    });
                }
            }
        }
        looked.count = looked.slots.len();
        looked
    }
}

fn clash(why: &LeftOut) -> (Option<i64>, Option<i64>, Option<i64>) {
    match why {
        LeftOut::Clash(clash) => match clash.with {
            With::Slot(id) => (clash.user_id, Some(id), None),
            With::Interview(id) => (clash.user_id, None, Some(id)),
        },
        _ => (None, None, None),
    }
}

fn reason(why: &LeftOut) -> &'static str {
    match why {
        LeftOut::Past => "past",
        LeftOut::TooFar => "too_far",
        LeftOut::Skipped { .. } => "skipped",
        LeftOut::Twice => "twice",
        LeftOut::Runs => "clock_change",
        LeftOut::Holiday(_) => "holiday",
        LeftOut::Clash(_) => "clash",
    }
}

/// POST /api/interviews/series/: makes the slots; with `dry_run` says only what it would make.
pub async fn create(app: Data<App>, caller: Recruiter, body: Body) -> Result<HttpResponse> {
    let mut fields = body.fields()?;
    let idempotency_key = caller.idempotency_key("api.series", fields.request())?;
    idempotency::answer(&app, &caller, idempotency_key, async |idempotency_key| {
        let is_dry = fields.optional("dry_run", boolean).unwrap_or_default();
        let seen = fields.optional("expected", text(fingerprint));
        let plan = read(&mut fields, &caller);
        let plan = fields.finish(plan)?;
        if is_dry {
            return look(&app, &caller, &plan).await;
        }
        let (actor, now) = (caller.actor(), app.clock.now());
        let how = (seen.as_deref(), idempotency_key.as_ref());
        let made = match domain::create(&app.db, &actor, &plan, how, now).await {
            Ok(made) => made,
            Err(error) => {
                return Err(Problem::of_call(error, &app, caller.company_id, &named(&plan)).await);
            }
        };
        match made {
            Ok(id) => {
                let series = Series::shown(&app, caller.company_id, id).await?;
                idempotency::created(format!("/api/interviews/series/{id}/"), &series)
            }
            Err(refusal) => Err(refused(&app, &caller, &plan, refusal).await?),
        }
    })
    .await
}

async fn look(app: &App, caller: &Caller, plan: &Plan) -> Result<Answer> {
    let (company_id, now) = (caller.company_id, app.clock.now());
    let missing = references::missing(app.db.read(), company_id, &named(plan)).await?;
    if !missing.is_empty() {
        return Err(Problem::no_such(&missing));
    }
    match preview::decide(app.db.read(), company_id, plan, now).await? {
        Ok(preview) => idempotency::ok(&Looked::read(app, company_id, (&preview, plan)).await?),
        Err(too_many) => Err(refused(app, caller, plan, Refusal::TooMany(too_many)).await?),
    }
}

async fn refused(app: &App, caller: &Caller, plan: &Plan, refusal: Refusal) -> Result<Problem> {
    let looked = async |preview: &Preview| {
        let looked = Looked::read(app, caller.company_id, (preview, plan)).await?;
        Ok::<_, Problem>(json!(looked))
    };
    Ok(match refusal {
        Refusal::Changed(preview) => Problem::conflict(
            "series_changed",
            "These are no longer the slots that you expected. See `preview` for what would be added now.",
        )
        .with("preview", looked(&preview).await?),
        Refusal::Nothing(preview) => Problem::conflict(
            "nothing_to_add",
            "There is no slot to add. See `preview` for why each was left out.",
        )
        .with("preview", looked(&preview).await?),
        Refusal::TooMany(TooMany(count)) => Problem::invalid_field(
            "spans",
            &format!("These are {count} slots. Add at most {MOST_SLOTS} at once."),
        ),
        Refusal::KeyConflict => Problem::key_reused(),
    })
}

/// GET /api/interviews/series/{id}/: the slots of a series.
pub async fn show(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let series = Series::shown(&app, caller.company_id, *id).await?;
    Ok(HttpResponse::Ok().json(series))
}

/// DELETE /api/interviews/series/{id}/: removes the slots again, within ten minutes and unless one was booked.
pub async fn destroy(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    Fields::of_query(&caller.query)?.finish(Some(()))?;
    match domain::undo(&app.db, &caller.actor(), *id, app.clock.now()).await? {
        Undone::Done(_) | Undone::Already => Ok(HttpResponse::NoContent().finish()),
        Undone::TooLate => Err(Problem::conflict(
            "undo_expired",
            "A series can be removed for ten minutes. Close or delete its slots one by one.",
        )),
        Undone::Booked(slots) => {
            let ids: Vec<i64> = slots.iter().map(|slot| slot.id).collect();
            Err(Problem::conflict(
                "series_booked",
                "Interviews were booked into some of these slots, so none was removed. `booked_slots` says which.",
            )
            .with("booked_slots", json!(ids)))
        }
    }
}

/// What the fields of a series name.
fn named(plan: &Plan) -> Vec<(Reference, i64)> {
    let interviewers = plan.interviewers.iter();
    let interviewers = interviewers.map(|id| (Reference::Interviewer, *id));
    std::iter::once((Reference::Job, plan.job_id))
        .chain(interviewers)
        .collect()
}

fn read(fields: &mut Fields, caller: &Caller) -> Option<Plan> {
    let job_id = fields.required("job", id);
    let days = days(fields);
    let duration_minutes = fields.required("duration_minutes", number(5..=720));
    let gap_minutes = fields.optional("gap_minutes", number(0..=720));
    let spans = spans(fields, duration_minutes);
    let zone_is_given = fields.has("time_zone");
    let zone = fields.optional("time_zone", text(typed::zone));
    let zone = zone.or((!zone_is_given).then_some(caller.zone));
    let interview_type = fields.required("ai_interview_type", choice);
    let difficulty_level = fields.optional("difficulty_level", choice);
    let meeting_url = fields.optional("meeting_url", text(typed::https_url));
    let interviewer = fields.optional("interviewer", text(interviewer));
    let interviewers = fields.optional("interviewers", read_interviewers);
    let together = fields.optional("together", boolean).unwrap_or_default();
    let beside_open = fields.optional("beside_open", boolean).unwrap_or_default();
    let on_holidays = fields.optional("on_holidays", boolean).unwrap_or_default();
    Some(Plan {
        job_id: job_id?,
        days: days?,
        spans: spans?,
        duration_minutes: duration_minutes?,
        gap_minutes: gap_minutes.unwrap_or_default(),
        zone: zone?,
        interview_type: interview_type?,
        difficulty_level,
        meeting_url,
        interviewer: interviewer.unwrap_or_default(),
        interviewers: interviewers.unwrap_or_default(),
        seating: match together {
            true => Seating::Panel,
            false => Seating::Each,
        },
        beside_open: match beside_open {
            true => BesideOpen::Add,
            false => BesideOpen::LeaveOut,
        },
        on_holidays: match on_holidays {
            true => OnHolidays::Add,
            false => OnHolidays::LeaveOut,
        },
    })
}

/// Days by themselves, or weekdays from one day to another.
fn days(fields: &mut Fields) -> Option<Vec<NaiveDate>> {
    const OTHERS: [&str; 3] = ["weekdays", "from", "until"];
    let is_listed = fields.has("dates");
    let is_whole = OTHERS.iter().all(|name| fields.has(name));
    let dates = fields.optional("dates", dates);
    let weekdays = fields.optional("weekdays", weekdays);
    let from = fields.optional("from", text(typed::date));
    let until = fields.optional("until", text(typed::date));
    if is_listed {
        return dates;
    }
    if !is_whole {
        fields.refuse("dates", "Send this, or `weekdays` with `from` and `until`.");
        return None;
    }
    let found = plan::days(&weekdays?, from?, until?);
    found
        .map_err(|why| {
            let field = match why {
                DaysRefusal::None => "weekdays",
                DaysRefusal::Backwards | DaysRefusal::TooMany => "until",
            };
            fields.refuse(field, &days_refused(why));
        })
        .ok()
}

fn days_refused(why: DaysRefusal) -> String {
    match why {
        DaysRefusal::Backwards => "Must not be before `from`.".into(),
        DaysRefusal::TooMany => format!("Must be at most {MOST_DAYS} days."),
        DaysRefusal::None => "There must be at least one such day.".into(),
    }
}

fn dates(value: &Value) -> Result<Vec<NaiveDate>, String> {
    let items = value.as_array().ok_or("Must be a list of dates.")?;
    let days = items.iter().map(|item| text(typed::date)(item));
    let days = days.collect::<Result<Vec<_>, _>>()?;
    plan::in_order(days).map_err(days_refused)
}

fn weekdays(value: &Value) -> Result<Vec<Weekday>, String> {
    const WRONG: &str = "Must be a list of mon, tue, wed, thu, fri, sat and sun.";
    let items = value
        .as_array()
        .filter(|items| (1..=7).contains(&items.len()));
    let weekday = |item: &Value| {
        let found = WEEKDAYS
            .iter()
            .find(|(name, _)| item.as_str() == Some(name));
        found.map(|(_, weekday)| *weekday)
    };
    let weekdays = items.ok_or(WRONG)?.iter().map(weekday);
    weekdays.collect::<Option<_>>().ok_or_else(|| WRONG.into())
}

fn spans(fields: &mut Fields, duration_minutes: Option<i32>) -> Option<Vec<Span>> {
    let typed = fields.required("spans", pairs)?;
    let spans = plan::spans(typed, duration_minutes?);
    spans
        .map_err(|why| fields.refuse("spans", spans_refused(why)))
        .ok()
}

fn spans_refused(why: SpansRefusal) -> &'static str {
    match why {
        SpansRefusal::None => "Must have at least one entry.",
        SpansRefusal::Backwards => "`until` must be after `from`; 00:00 is midnight.",
        SpansRefusal::Overlap => "Must not overlap.",
        SpansRefusal::TooShort => "Must be at least as long as one slot.",
    }
}

fn pairs(value: &Value) -> Result<Vec<(NaiveTime, NaiveTime)>, String> {
    const WRONG: &str = "Must be a list of objects with `from` and `until`, times such as 09:00.";
    let items = value.as_array().ok_or(WRONG)?;
    if !(1..=MOST_SPANS).contains(&items.len()) {
        return Err(format!("Must have 1 to {MOST_SPANS} entries."));
    }
    let pair = |item: &Value| {
        let members = item.as_object().filter(|members| members.len() == 2)?;
        let time = |name| typed::time(members.get(name)?.as_str()?).ok();
        Some((time("from")?, time("until")?))
    };
    let pairs = items.iter().map(pair);
    pairs.collect::<Option<_>>().ok_or_else(|| WRONG.into())
}

fn fingerprint(text: &str) -> Result<String, &'static str> {
    let is_one = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_one {
        true => Ok(text.to_owned()),
        false => Err("Must be the `fingerprint` of a dry run."),
    }
}
