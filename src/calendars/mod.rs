//! Reading the calendars that users keep elsewhere: from their servers to when somebody is busy.
pub mod ics;

use std::time::Duration;

use actix_web::{rt, web::Data};
use chrono::{DateTime, TimeDelta, Utc};
use entity::calendar;
use futures_util::future::join_all;
use tokio::{task, time};

use crate::{
    app::App,
    domain::{
        calendars::{self, Key, Outcome},
        companies,
    },
    error::Result,
    http_client::{Failure, HttpsUrl, Limits},
    secret::Secret,
    zones::Tz,
};

pub use crate::domain::calendars::Whose;

/// What sealed addresses are for.
pub const PURPOSE: &str = "calendars";

/// How much a calendar's server may ask of us.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(10),
    connect: Duration::from_secs(5),
    body: 2 * 1024 * 1024,
};
/// So many are read side by side.
const AT_ONCE: u64 = 8;
/// What was read longer ago than this is read again when somebody books.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// So long a booking waits for that.
const PATIENCE: Duration = Duration::from_secs(3);
/// From so long ago on.
const PAST: TimeDelta = TimeDelta::days(1);
/// So far ahead.
const AHEAD: TimeDelta = TimeDelta::days(366);
/// A calendar that stays as it is moves into sight day by day.
const WHOLE_EVERY: TimeDelta = TimeDelta::hours(12);

/// Why an address is none.
pub const NO_ADDRESS: &str =
    "Paste the calendar's secret address. It starts with https:// or webcal://.";

/// The address of a calendar, as it was typed; `webcal://` means `https://`.
pub fn address(typed: &str) -> std::result::Result<HttpsUrl, &'static str> {
    let typed = typed.trim();
    let scheme = typed
        .get(..9)
        .filter(|it| it.eq_ignore_ascii_case("webcal://"));
    let https = match scheme {
        Some(_) => format!("https://{}", &typed[9..]),
        None => typed.to_owned(),
    };
    if https.len() > 2_000 {
        return Err(NO_ADDRESS);
    }
    https.parse().map_err(|_| NO_ADDRESS)
}

/// Seals an address for its user.
pub fn seal(
    app: &App,
    key: Key,
    typed: &str,
) -> std::result::Result<calendars::Address, &'static str> {
    let url = address(typed)?;
    Ok(calendars::Address {
        sealed: app
            .calendar_seal
            .close(&place(key), &Secret::new(typed.trim())),
        host: url.host().to_owned(),
    })
}

fn place((company_id, user_id): Key) -> String {
    format!("calendar {company_id} {user_id}")
}

/// Reads the calendars that are due; answers how many there were.
pub async fn read_due(app: &App) -> Result<usize> {
    let due = calendars::claim_due(&app.db, AT_ONCE, app.clock.now()).await?;
    Ok(read_all(app, due).await)
}

/// Reads these again before somebody is booked, with no transaction open. Whatever comes of it, and however slow their
/// servers are, the booking goes on.
pub async fn read_again(app: &Data<App>, company_id: i64, whose: Whose) {
    let (reader, wanted) = (app.clone(), whose.clone());
    // By itself: what comes too late for the booking is kept all the same.
    let reading = rt::spawn(async move {
        let now = reader.clock.now();
        match calendars::claim_again(&reader.db, company_id, &wanted, FRESH, now).await {
            Ok(due) => {
                read_all(&reader, due).await;
            }
            Err(error) => tracing::warn!(%error, "Calendars of interviewers can't be looked up"),
        }
    });
    if time::timeout(PATIENCE, reading).await.is_err() {
        tracing::info!(
            ?whose,
            "Calendars of interviewers are slow; the booking goes on"
        );
    }
}

/// Reads one that was just given, and says why it can't be read. Its address is kept whatever comes of this: no failure of
/// ours may sound as if it were not.
pub async fn failure_of_first(app: &App, key: Key) -> Option<String> {
    let reading = async {
        let due = calendars::claim_of(&app.db, key, app.clock.now()).await?;
        read_all(app, due).await;
        calendars::find(&app.db, key).await
    };
    match reading.await {
        Ok(Some(row)) => Some(row.failure).filter(|why| !why.is_empty()),
        Ok(None) => None,
        Err(error) => {
            tracing::warn!(user.id = key.1, %error, "A user's own calendar isn't read yet");
            Some("Greenroom tries again within ten minutes.".into())
        }
    }
}

async fn read_all(app: &App, due: Vec<(calendar::Model, Option<String>)>) -> usize {
    let reading = due.iter().map(|(row, zone)| async {
        let outcome = read(app, row, zone.as_deref()).await;
        if let Outcome::Failed(why) = &outcome {
            tracing::warn!(user.id = row.user_id, why, "A user's own calendar can't be read");
        }
        if let Err(error) = calendars::keep(&app.db, row, outcome, app.clock.now()).await {
            tracing::warn!(user.id = row.user_id, %error, "What a user's own calendar says can't be kept");
        }
    });
    join_all(reading).await.len()
}

async fn read(app: &App, row: &calendar::Model, own_zone: Option<&str>) -> Outcome {
    let key = (row.company_id, row.user_id);
    let sealed = app.calendar_seal.open(&place(key), &row.address);
    // Exposed to be asked for.
    let url = sealed.and_then(|typed| address(typed.expose()).ok());
    let Some(url) = url else {
        return failed("Its address can't be read any more. Add it again.");
    };
    let now = app.clock.now();
    let is_recent = row.read_at.is_some_and(|at| now - at < WHOLE_EVERY);
    let etag = row.etag.as_deref().filter(|_| is_recent);
    let client = app.http.clone().with_limits(LIMITS);
    let answer = match client.get_unless(&url, etag).await {
        Ok(answer) => answer,
        Err(failure) => return failed(&words(&failure)),
    };
    match answer.status {
        200 => {}
        304 if etag.is_some() => return Outcome::Same,
        300..=399 => {
            return failed("The server sends us to another address. Paste that one instead.");
        }
        401 | 403 => {
            return failed("The server wants a sign-in. Use the calendar's secret address.");
        }
        404 | 410 => return failed("There is no calendar at this address any more."),
        status => return failed(&format!("The server answered with error {status}.")),
    }
    let etag = answer.header("etag").filter(|etag| etag.len() <= 255);
    let etag = etag.map(str::to_owned);
    let zone = match zone(app, row, own_zone).await {
        Ok(zone) => zone,
        Err(error) => return failed(&error.to_string()),
    };
    match parse(answer.body, zone, now).await {
        Some(busy) => Outcome::Read {
            spans: busy
                .spans
                .into_iter()
                .map(|span| (span.starts_at, span.ends_at))
                .collect(),
            skipped: i32::try_from(busy.skipped).unwrap_or(i32::MAX),
            etag,
        },
        None => failed("What is at this address is not a calendar."),
    }
}

/// Others go on meanwhile. A reader that panics has read nothing.
async fn parse(body: Vec<u8>, zone: Tz, now: DateTime<Utc>) -> Option<ics::Busy> {
    let window = (now - PAST, now + AHEAD);
    let reading = task::spawn_blocking(move || ics::read(&body, zone, window));
    match reading.await {
        Ok(read) => read.ok(),
        Err(error) => {
            tracing::error!(%error, "A calendar made its reader panic");
            None
        }
    }
}

/// The user's own zone, else the company's.
async fn zone(app: &App, row: &calendar::Model, own: Option<&str>) -> Result<Tz> {
    if let Some(zone) = own.and_then(|name| name.parse().ok()) {
        return Ok(zone);
    }
    let company = companies::find(&app.db, row.company_id).await?;
    Ok(company.time_zone.parse().unwrap_or(Tz::UTC))
}

fn failed(why: &str) -> Outcome {
    Outcome::Failed(why.to_owned())
}

/// Without addresses: they are secret, and what is behind our firewall is nobody's business.
fn words(failure: &Failure) -> String {
    match failure {
        Failure::NoAddress(_) => "Its server can't be found. Check the address.".into(),
        Failure::Private(_) => {
            "Its server is on a private network, which Greenroom doesn't ask.".into()
        }
        Failure::Network(_) | Failure::Closed => "Its server can't be reached.".into(),
        Failure::Tls(_) => "Its server has no trusted certificate.".into(),
        Failure::Timeout(_) => "Its server didn't answer in time.".into(),
        Failure::Invalid(_) => "Its server's answer can't be understood.".into(),
        Failure::TooLong => "The calendar is larger than 2 MB.".into(),
    }
}
