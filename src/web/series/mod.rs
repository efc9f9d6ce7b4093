//! The pages of series: many slots that are looked at and made at once.
mod form;
pub mod pages;
mod words;

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form, Path, Query},
};

use serde::Deserialize;

use self::pages::{Choices, NewPage, ShowPage, Shown};
pub use self::{
    form::SeriesForm,
    pages::{Made, Summary},
    words::{left_out, notes},
};
use super::{
    errors::Result,
    flash::Flash,
    forms::FormErrors,
    return_path::safe_path,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    domain::{
        accounts::users,
        availability::{self, Warnings},
        jobs,
        series::{
            self, Refusal, Undone,
            plan::{MOST_SLOTS, Plan},
            preview::{self, Preview},
        },
        slots::{self, Filter},
    },
    error::{Error, Reference},
};

/// GET /series/new: the form, and what it would make, as the address says.
pub async fn new(
    app: Data<App>,
    viewer: Recruiter,
    form: Query<SeriesForm>,
) -> Result<HttpResponse> {
    let form = viewer.typed(form.into_inner());
    let form = form.painted(viewer.company_zone(), app.clock.now());
    if !form.wants_preview() {
        let form = form.with_defaults(viewer.company_zone(), app.clock.now());
        return show(&app, &viewer, StatusCode::OK, Shown::of(form)).await;
    }
    match form.parse() {
        Ok(plan) => match read(&app, viewer.company_id, &plan).await? {
            Ok(preview) => {
                let shown = Shown::of(form).with(preview, plan);
                show(&app, &viewer, StatusCode::OK, shown).await
            }
            Err(errors) => refused(&app, &viewer, form, errors).await,
        },
        Err(errors) => refused(&app, &viewer, form, errors).await,
    }
}

/// The series as it would be made now, or what is wrong with it as a whole.
pub async fn read(app: &App, company_id: i64, plan: &Plan) -> Result<Result<Preview, FormErrors>> {
    let decided = preview::decide(app.db.read(), company_id, plan, app.clock.now()).await?;
    Ok(decided.map_err(|too_many| words::too_many(&too_many)))
}

/// POST /series/new: makes what the preview showed, all or nothing.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    form: Form<SeriesForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    let plan = match form.parse() {
        Ok(plan) => plan,
        Err(errors) => return refused(&app, &viewer, form, errors).await,
    };
    let (actor, now, key) = (viewer.actor(), app.clock.now(), form.idempotency_key());
    let how = (Some(form.seen()), key.as_ref());
    let made = match series::create(&app.db, &actor, &plan, how, now).await {
        Err(Error::NoSuch(reference)) => {
            let errors = words::missing(reference);
            return refused(&app, &viewer, form, errors).await;
        }
        made => made?,
    };
    match made {
        Ok(id) => {
            let series = series::find(app.db.read(), viewer.company_id, id).await?;
            let done = Flash::done(words::added(series.slots));
            viewer.see_other(&form.next(id), done)
        }
        Err(Refusal::Changed(preview) | Refusal::Nothing(preview)) => {
            let shown = Shown::of(form).with(preview, plan).changed();
            show(&app, &viewer, StatusCode::CONFLICT, shown).await
        }
        Err(Refusal::TooMany(too_many)) => {
            refused(&app, &viewer, form, words::too_many(&too_many)).await
        }
        Err(Refusal::KeyConflict) => {
            let errors = form.ticket.sent_before();
            refused(&app, &viewer, form, errors).await
        }
    }
}

async fn refused(
    app: &App,
    viewer: &Viewer,
    form: SeriesForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let shown = Shown::of(form).refused(errors);
    show(app, viewer, StatusCode::UNPROCESSABLE_ENTITY, shown).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    status: StatusCode,
    shown: Shown,
) -> Result<HttpResponse> {
    let warnings = match shown.preview() {
        Some((preview, plan)) => warnings(app, viewer.company_id, (preview, plan)).await?,
        None => Warnings::default(),
    };
    let choices = Choices {
        jobs: jobs::choices(&app.db, viewer.company_id).await?,
        users: users::interviewers(&app.db, viewer.company_id).await?,
        has_holidays: viewer.holiday_region()?.is_some(),
    };
    viewer.respond(status, &NewPage::new(shown, &warnings, choices))
}

/// What the time of the interviewers says against the slots that would be made.
pub async fn warnings(
    app: &App,
    company_id: i64,
    (preview, plan): (&Preview, &Plan),
) -> Result<Warnings> {
    let (seats, now) = (preview.seats(plan), app.clock.now());
    Ok(availability::warnings(app.db.read(), company_id, &seats, now).await?)
}

/// GET /series/{id}: the slots that were made, and the button that takes them back.
pub async fn show_made(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let (company_id, now) = (viewer.company_id, app.clock.now());
    let series = series::find(app.db.read(), company_id, *id).await?;
    let filter = Filter {
        series_id: Some(*id),
        ..Filter::default()
    };
    let slots = slots::lines(&app.db, company_id, &filter, None, MOST_SLOTS as u64, now).await?;
    viewer.page(&ShowPage::new(&series, slots, (viewer.zone(), now)))
}

/// POST /series/{id}/removal: takes them back, unless somebody was booked into one.
pub async fn create_removal(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    button: Form<RemovalForm>,
) -> Result<HttpResponse> {
    let undone = series::undo(&app.db, &viewer.actor(), *id, app.clock.now()).await?;
    let flash = match undone {
        Undone::Done(count) => Flash::done(words::removed(count)),
        Undone::Already => Flash::done("These slots were already removed."),
        Undone::TooLate => Flash::problem(words::TOO_LATE),
        Undone::Booked(slots) => Flash::problem(words::booked(&slots, viewer.zone())),
    };
    match button.next.as_str() {
        "" => viewer.see_other(&format!("/series/{id}"), flash),
        next => viewer.see_other(safe_path(next), flash),
    }
}

/// The button that takes a series back: where to go on, if not to its page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RemovalForm {
    next: String,
}
