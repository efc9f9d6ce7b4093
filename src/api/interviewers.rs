//! Interviewers: when they want to hold interviews, the calendar that they keep elsewhere, and the address of their feed.
use actix_web::{
    HttpResponse,
    web::{Data, Json, Path},
};
use chrono::{NaiveTime, Timelike};
use entity::{calendar, user::Role};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Recruiter},
    fields::{Body, Fields, number, text},
    idempotency,
    lists::{self, List},
    problem::{Problem, Result},
};
use crate::{
    app::App,
    calendars as reading,
    domain::{
        availability::{
            Availability, Finding, Found, HIGHEST_LIMIT, LONGEST_BUFFER, WorkingHours,
            hours::{self, MOST_SPANS, Span, WEEKDAYS},
            interviewers::{self, Change, Refusal, Updated},
        },
        feeds,
        idempotency_keys::{Answer, IdempotencyKey},
        versions::Target,
    },
    text as typed, times,
    web::interviewers::note,
    zones::Tz,
};

/// What `null` empties in a change; elsewhere it is as good as left out.
const CLEARABLE: &[&str] = &["weekly_limit", "calendar_address"];
const MOST_HOURS: usize = 7 * MOST_SPANS;
const NO_ADDRESS: &str = "Must be a URL that starts with https:// or webcal://.";

/// An interviewer as they go out.
#[derive(Debug, Serialize)]
pub struct Interviewer {
    id: i64,
    name: String,
    role: Role,
    time_zone: String,
    buffer_before_minutes: i32,
    buffer_after_minutes: i32,
    weekly_limit: Option<i32>,
    working_hours: Value,
    own_calendar: Option<OwnCalendar>,
    version: i32,
}

/// The calendar that they keep elsewhere; never its address.
#[derive(Debug, Serialize)]
struct OwnCalendar {
    host: String,
    as_of: Option<String>,
    failure: Option<String>,
    skipped_events: i32,
}

impl Interviewer {
    fn new(found: interviewers::Interviewer, company_zone: Tz) -> Self {
        let interviewers::Interviewer {
            user,
            availability,
            calendar,
        } = found;
        Self {
            id: user.id,
            name: user.name,
            role: user.role,
            time_zone: user.time_zone.unwrap_or_else(|| company_zone.name().into()),
            buffer_before_minutes: availability.buffer_before_minutes,
            buffer_after_minutes: availability.buffer_after_minutes,
            weekly_limit: availability.weekly_limit,
            working_hours: availability.working_hours.to_json(),
            own_calendar: calendar.map(OwnCalendar::from),
            version: user.version,
        }
    }
}

impl From<calendar::Model> for OwnCalendar {
    fn from(row: calendar::Model) -> Self {
        Self {
            host: row.host,
            as_of: row.succeeded_at.map(times::rfc3339),
            failure: Some(row.failure).filter(|why| !why.is_empty()),
            skipped_events: row.skipped,
        }
    }
}

/// What speaks against a time for an interviewer, as it goes out.
#[derive(Debug, Serialize)]
pub struct Warning {
    interviewer: i64,
    code: &'static str,
    detail: String,
}

impl Warning {
    /// With its times in this zone.
    pub fn new(found: &Found, zone: Tz) -> Self {
        Self {
            interviewer: found.user_id,
            code: code(&found.finding),
            detail: format!("{}.", note(found, zone)),
        }
    }
}

/// By which programs tell findings apart.
pub fn code(finding: &Finding) -> &'static str {
    match finding {
        Finding::Busy { .. } => "own_calendar_busy",
        Finding::Stale { .. } => "own_calendar_stale",
        Finding::Free { .. } => "own_calendar_free",
        Finding::OutsideHours { .. } => "outside_working_hours",
        Finding::Buffer { .. } => "within_buffer",
        Finding::OverLimit { .. } => "over_weekly_limit",
    }
}

/// GET /api/interviewers/: those who can be put on slots, newest first.
pub async fn index(app: Data<App>, caller: Recruiter) -> Result<Json<List<Interviewer>>> {
    let mut query = Fields::of_query(&caller.query)?;
    let place = lists::position(&mut query);
    let place = query.finish(place)?;
    let found = interviewers::list(&app.db, caller.company_id, place.seek, place.limit).await?;
    let list = List::of(found, (&app, &caller), |row| {
        Ok(Interviewer::new(row, caller.zone))
    });
    Ok(Json(list?))
}

/// GET /api/interviewers/{id}/: one of them.
pub async fn show(app: Data<App>, caller: Recruiter, id: Path<i64>) -> Result<Json<Interviewer>> {
    let found = interviewers::find(&app.db, caller.company_id, *id).await?;
    Ok(Json(Interviewer::new(found, caller.zone)))
}

/// PATCH /api/interviewers/{id}/: changes what is given, of oneself or, as an admin, of anybody.
pub async fn update(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    let mut fields = body.change(CLEARABLE)?;
    let request = format!("{id} {}", fields.request());
    let key = caller.idempotency_key("api.interviewer.patch", &request)?;
    idempotency::answer(&app, &caller, key, async |key| {
        let asked = read(&mut fields);
        let asked = fields.finish(asked)?;
        change(&app, &caller, (*id, key), asked).await
    })
    .await
}

/// What a change gives; what it leaves out stays.
struct Asked {
    version: i32,
    before: Option<i32>,
    after: Option<i32>,
    limit: Option<Option<i32>>,
    hours: Option<WorkingHours>,
    calendar: Option<Option<String>>,
}

fn read(fields: &mut Fields) -> Option<Asked> {
    let buffer = || number(0..=i64::from(LONGEST_BUFFER));
    let version = fields.version();
    let asked = Asked {
        version: version.unwrap_or_default(),
        before: fields.optional("buffer_before_minutes", buffer()),
        after: fields.optional("buffer_after_minutes", buffer()),
        limit: fields.clearable("weekly_limit", number(1..=i64::from(HIGHEST_LIMIT))),
        hours: fields.optional("working_hours", working_hours),
        calendar: fields.clearable("calendar_address", text(address)),
    };
    version.map(|_| asked)
}

fn address(typed: &str) -> Result<String, &'static str> {
    let typed = typed.trim();
    let checked = reading::address(typed).map_err(|_| NO_ADDRESS);
    checked.map(|_| typed.to_owned())
}

fn working_hours(value: &Value) -> Result<WorkingHours, String> {
    const WRONG: &str = "Must be a list of objects with `weekday` (mon to sun), `from` and `until`, times such as 09:00.";
    let items = value.as_array().ok_or(WRONG)?;
    if items.len() > MOST_HOURS {
        return Err(format!("Must have at most {MOST_HOURS} entries."));
    }
    let time = |value: &Value| {
        let time = typed::time(value.as_str()?).ok();
        time.filter(|time: &NaiveTime| time.second() == 0)
    };
    let span = |item: &Value| {
        let members = item.as_object().filter(|members| members.len() == 3)?;
        let name = members.get("weekday")?.as_str()?;
        Some(Span {
            weekday: WEEKDAYS.iter().find(|(known, _)| *known == name)?.1,
            from: time(members.get("from")?)?,
            until: time(members.get("until")?)?,
        })
    };
    let spans: Option<Vec<Span>> = items.iter().map(span).collect();
    WorkingHours::new(spans.ok_or(WRONG)?).map_err(|refusal| match refusal {
        hours::Refusal::Backwards => "`until` must be after `from`; 00:00 is midnight.".into(),
        hours::Refusal::Overlap => "Must not overlap.".into(),
        hours::Refusal::TooMany => format!("Must have at most {MOST_SPANS} entries a weekday."),
    })
}

async fn change(
    app: &App,
    caller: &Caller,
    (id, idempotency_key): (i64, Option<IdempotencyKey>),
    asked: Asked,
) -> Result<Answer> {
    let company_id = caller.company_id;
    let before = interviewers::find(&app.db, company_id, id).await?;
    require_own(caller, id)?;
    let stored = &before.availability;
    let availability = Availability {
        buffer_before_minutes: asked.before.unwrap_or(stored.buffer_before_minutes),
        buffer_after_minutes: asked.after.unwrap_or(stored.buffer_after_minutes),
        weekly_limit: asked.limit.unwrap_or(stored.weekly_limit),
        working_hours: asked.hours.unwrap_or_else(|| stored.working_hours.clone()),
    };
    let seal = |typed: String| reading::seal(app, (company_id, id), &typed);
    let calendar = match asked.calendar {
        Some(Some(typed)) => {
            Some(Some(seal(typed).map_err(|_| {
                Problem::invalid_field("calendar_address", NO_ADDRESS)
            })?))
        }
        Some(None) => Some(None),
        None => None,
    };
    let target = Target {
        id,
        version: asked.version,
        idempotency_key,
    };
    let reads = matches!(calendar, Some(Some(_)));
    let change = Change {
        availability,
        calendar,
    };
    let now = app.clock.now();
    match interviewers::update(&app.db, &caller.actor(), &target, &change, now).await? {
        Ok(Updated::Done) => {}
        Ok(Updated::Same) if before.user.version == target.version => {}
        Ok(Updated::Same) => return Err(stale(app, caller, id).await?),
        Err(Refusal::Stale(_)) => return Err(stale(app, caller, id).await?),
        Err(Refusal::KeyConflict) => return Err(Problem::key_reused()),
    }
    if reads {
        reading::failure_of_first(app, (company_id, id)).await;
    }
    let row = interviewers::find(&app.db, company_id, id).await?;
    idempotency::ok(&Interviewer::new(row, caller.zone))
}

async fn stale(app: &App, caller: &Caller, id: i64) -> Result<Problem> {
    let row = interviewers::find(&app.db, caller.company_id, id).await?;
    let row = Interviewer::new(row, caller.zone);
    Ok(Problem::stale("interviewer", json!(row)))
}

/// Of others only admins change anything.
fn require_own(caller: &Caller, id: i64) -> Result<()> {
    match caller.role.is_admin() || caller.user_id() == id {
        true => Ok(()),
        false => Err(Problem::forbidden()),
    }
}

/// POST /api/interviewers/{id}/feed/: makes an address of their interviews, or another one, and tells it once.
pub async fn create_feed(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
    body: Body,
) -> Result<HttpResponse> {
    body.fields()?.finish(Some(()))?;
    interviewers::find(&app.db, caller.company_id, *id).await?;
    require_own(&caller, *id)?;
    let token = feeds::create(&app.db, &caller.actor(), *id, app.clock.now()).await?;
    // Exposed to whom it belongs, once.
    let path = format!("/feeds/{}/interviews.ics", token.expose());
    let address = app.settings.base_url.join(&path);
    Ok(HttpResponse::Created().json(json!({ "address": address })))
}

/// DELETE /api/interviewers/{id}/feed/: the address opens nothing any more.
pub async fn destroy_feed(
    app: Data<App>,
    caller: Recruiter,
    id: Path<i64>,
) -> Result<HttpResponse> {
    Fields::of_query(&caller.query)?.finish(Some(()))?;
    interviewers::find(&app.db, caller.company_id, *id).await?;
    require_own(&caller, *id)?;
    feeds::end(&app.db, &caller.actor(), *id, app.clock.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
