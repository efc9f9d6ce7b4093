//! The calendar: a week or a day, in lanes for interviewers or jobs, with what a series would add to it.
mod blocks;
mod days;
mod elsewhere;
mod form;
mod grid;
mod names;
mod nav;
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

use self::{
    form::{CalendarForm, Lanes, Place},
    pages::{Planned, ShowPage, Shown},
};
use super::{
    errors::Result,
    forms::FormErrors,
    interviews::Reader,
    series,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{self, accounts::users, calendar},
    holidays::Region,
    times,
};

/// GET /calendar: what the address says, with the slots that a series would make when it has one.
pub async fn show(
    app: Data<App>,
    viewer: Recruiter,
    form: Query<CalendarForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let today = now.with_timezone(&viewer.zone()).date_naive();
    match form.parse(today) {
        Ok(place) => match planned(&app, &viewer, &form).await? {
            Ok(planned) => {
                let page = read(&app, &viewer, (place, &form), planned).await?;
                viewer.page(&page)
            }
            Err(errors) => viewer.unprocessable(&ShowPage::refused(place, errors)),
        },
        Err(errors) => {
            let place = CalendarForm::default()
                .parse(today)
                .unwrap_or(Place::of(today));
            viewer.unprocessable(&ShowPage::refused(place, errors))
        }
    }
}

/// What a series would make, if one is asked for.
async fn planned(
    app: &App,
    viewer: &Viewer,
    form: &CalendarForm,
) -> Result<Result<Option<Planned>, FormErrors>> {
    if !form.series.wants_preview() {
        return Ok(Ok(None));
    }
    let plan = match form.series.parse() {
        Ok(plan) => plan,
        Err(errors) => return Ok(Err(errors)),
    };
    let preview = match series::read(app, viewer.company_id, &plan).await? {
        Ok(preview) => preview,
        Err(errors) => return Ok(Err(errors)),
    };
    let warnings = series::warnings(app, viewer.company_id, (&preview, &plan)).await?;
    Ok(Ok(Some(Planned {
        preview,
        plan,
        warnings,
        users: users::interviewers(&app.db, viewer.company_id).await?,
    })))
}

async fn read(
    app: &App,
    viewer: &Viewer,
    (place, form): (Place, &CalendarForm),
    planned: Option<Planned>,
) -> Result<ShowPage> {
    let zone = viewer.zone();
    let (first, last) = place.days();
    let from = times::bounds_of_day(first, zone).0;
    let until = times::bounds_of_day(last, zone).1;
    let job_id = match planned {
        Some(_) => None,
        None => form.series.job_id(),
    };
    let asked = planned.as_ref();
    let also = asked.map_or(&[][..], |planned| planned.plan.interviewers.as_slice());
    let also = (place.lanes == Lanes::Interviewers).then_some(also);
    let which = (job_id, also);
    let calendar = calendar::read(&app.db, viewer.company_id, which, (from, until)).await?;
    let whose = (viewer.company_id, viewer.user_id);
    let made = domain::series::newest_to_undo(&app.db, whose, app.clock.now()).await?;
    let reader = Reader::of(app, viewer);
    Ok(ShowPage::new(
        Shown {
            place,
            calendar,
            planned,
            holidays: viewer.holiday_region()?.map(Region::holidays),
            made,
        },
        form,
        &reader,
    ))
}
