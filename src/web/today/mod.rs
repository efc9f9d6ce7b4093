//! The page that a day begins with.
pub mod first_steps;
pub mod interviewer;
pub mod pages;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Query},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use self::{
    first_steps::FirstSteps,
    interviewer::HeldPage,
    pages::{Board, ShowPage},
};
use super::{
    alerts,
    errors::Result,
    forms::FormErrors,
    interviews::Reader,
    viewer::{SignedIn, Viewer},
};
use crate::{
    app::App,
    domain::{
        first_steps::Standing,
        interviews::{self, held},
        today,
    },
    times,
};

/// How many interviews of one day are shown; the list has them all.
const MOST: u64 = 200;
/// How many worries are shown.
const WORRIES: u64 = 10;

/// GET /: a day's interviews, the numbers of the week, and what needs attention. For interviewers none of it.
pub async fn show(
    app: Data<App>,
    viewer: SignedIn,
    request: HttpRequest,
    form: Query<DayForm>,
) -> Result<HttpResponse> {
    if !viewer.role.is_recruiting() {
        let (now, whose) = (app.clock.now(), (viewer.company_id, viewer.user_id));
        let held = held::held(&app.db, whose, now, now + interviewer::AHEAD).await?;
        return viewer.page(&HeldPage::new(&held, now, viewer.zone()));
    }
    let reader = Reader::of(&app, &viewer);
    let today = reader.now.with_timezone(&reader.zone).date_naive();
    let mut errors = FormErrors::new();
    let day = errors.optional(&form.day, |errors, text| errors.date("day", text));
    let (board, standing) = read(&app, &viewer, day.unwrap_or(today), &reader).await?;
    let steps = FirstSteps::of(&app, &viewer, &request, standing);
    let is_readable = errors.is_empty();
    let page = ShowPage::new(form.into_inner(), errors, board, &reader).with(steps);
    match is_readable {
        true => viewer.page(&page),
        false => viewer.unprocessable(&page),
    }
}

async fn read(
    app: &App,
    viewer: &Viewer,
    day: NaiveDate,
    reader: &Reader,
) -> Result<(Board, Standing)> {
    let (company_id, now) = (viewer.company_id, reader.now);
    let (from, until) = times::bounds_of_day(day, reader.zone);
    let on_that_day = interviews::Filter {
        from: Some(from),
        until: Some(until),
        ..Default::default()
    };
    let held = interviews::lines(&app.db, company_id, &on_that_day, None, MOST).await?;
    let week = times::bounds_of_week(now, reader.zone);
    let (numbers, standing) = today::numbers(&app.db, company_id, week, now).await?;
    let has_meeting_url = standing.has_meeting_url;
    let board = Board {
        day,
        held,
        numbers,
        worries: today::worries(&app.db, company_id, has_meeting_url, WORRIES + 1, now).await?,
        alerts: alerts::first(app, company_id, reader.zone, now).await?,
        has_zone_changes: viewer.has_zone_changes(),
    };
    Ok((board, standing))
}

/// Which day.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DayForm {
    day: String,
}
