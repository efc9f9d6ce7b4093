//! The page that a day begins with.
pub mod first_steps;
pub mod interviewer;
mod next;
mod owed;
pub mod pages;
mod remedy;
mod row;

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
    errors::Result,
    forms::FormErrors,
    interviews::Reader,
    viewer::{SignedIn, Viewer},
};
use crate::{
    app::App,
    domain::{
        first_steps::Standing,
        interviews::{self, board, held},
        slots, today,
    },
    times,
};

/// How many interviews of one day are shown; the list has them all.
const MOST: u64 = 200;
/// How many worries are shown.
const WORRIES: u64 = 10;

/// How many earlier interviews without an outcome are read: one more than is shown.
const OWED: u64 = 5;

/// GET /: a day's interviews, how far each candidate is reached, and what needs attention. For interviewers their own.
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
    let mut errors = FormErrors::new();
    let day = errors.optional(&form.day, |errors, text| errors.date("day", text));
    let (board, standing) = read(&app, &viewer, day.unwrap_or(reader.today()), &reader).await?;
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
    let bounds = times::bounds_of_day(day, reader.zone);
    let held = board::appointments(&app.db, company_id, bounds, MOST + 1).await?;
    let slot_ids: Vec<i64> = held.iter().map(|interview| interview.slot_id).collect();
    let interviewers = slots::interviewers::names_by_slot(app.db.read(), company_id, slot_ids);
    let interviewers = interviewers.await?;
    let company = today::company(&app.db, company_id).await?;
    let owing = (company_id, reader.zone);
    // What is wrong today is said beside its row.
    let (_, tomorrow) = times::bounds_of_day(reader.today(), reader.zone);
    let few = (tomorrow, WORRIES + 1);
    let board = Board {
        day,
        held,
        interviewers,
        worries: today::worries(&app.db, company_id, company.meeting_url.is_some(), few, now)
            .await?,
        owed: match day == reader.today() {
            true => interviews::unclosed(&app.db, owing, OWED, now).await?.rows,
            false => Vec::new(),
        },
        outcomes: company.outcomes,
        meeting_url: company.meeting_url,
        has_zone_changes: viewer.has_zone_changes(),
    };
    Ok((board, company.standing))
}

/// Which day.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct DayForm {
    day: String,
}
