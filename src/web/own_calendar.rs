//! The calendar that a user keeps elsewhere: its address, which is never shown again, and what came of reading it.
use actix_web::{
    HttpResponse,
    web::{Data, Form},
};
use entity::calendar;
use serde::{Deserialize, Serialize};

use super::{
    errors::Result,
    flash::Flash,
    forms::{FormErrors, Sheet},
    page::Page,
    stamp::Stamp,
    viewer::{SignedIn, Viewer},
};
use crate::{app::App, calendars as reading, domain::calendars};

const PATH: &str = "/account/own-calendar";

/// GET /account/own-calendar: what is read, and the form.
pub async fn edit(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    let page = EditPage::read(&app, &viewer, Sheet::new(CalendarForm::default())).await?;
    viewer.page(&page)
}

/// POST /account/own-calendar: has it read from now on; what comes of the first time is told at once.
pub async fn update(
    app: Data<App>,
    viewer: SignedIn,
    form: Form<CalendarForm>,
) -> Result<HttpResponse> {
    let key = (viewer.company_id, viewer.user_id);
    let address = match reading::seal(&app, key, &form.calendar_address) {
        Ok(address) => address,
        Err(wrong) => {
            let errors = FormErrors::one("calendar_address", wrong);
            let sheet = Sheet::refused(CalendarForm::default(), errors);
            let page = EditPage::read(&app, &viewer, sheet).await?;
            return viewer.unprocessable(&page);
        }
    };
    calendars::connect(
        &app.db,
        &viewer.actor(),
        viewer.user_id,
        address,
        app.clock.now(),
    )
    .await?;
    let flash = match reading::failure_of_first(&app, key).await {
        Some(why) => Flash::problem(format!("Saved, but the calendar can't be read. {why}")),
        None => Flash::done("Your calendar was read. Greenroom reads it every ten minutes."),
    };
    viewer.see_other(PATH, flash)
}

/// POST /account/own-calendar/removal: forgets it and all that it said.
pub async fn destroy(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    calendars::disconnect(&app.db, &viewer.actor(), viewer.user_id, app.clock.now()).await?;
    viewer.see_other(PATH, Flash::done("Your calendar is no longer read."))
}

/// The address as typed, which is never shown again.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub struct CalendarForm {
    #[serde(skip_serializing)]
    calendar_address: String,
}

/// What is read, and the form.
#[derive(Serialize)]
pub struct EditPage {
    #[serde(flatten)]
    sheet: Sheet<CalendarForm>,
    connected: Option<Connected>,
}

#[derive(Serialize)]
struct Connected {
    host: String,
    /// None before it was read for the first time.
    as_of: Option<Stamp>,
    failure: String,
    /// How many events could not be understood.
    skipped: i32,
}

impl EditPage {
    async fn read(app: &App, viewer: &Viewer, sheet: Sheet<CalendarForm>) -> Result<Self> {
        let found = calendars::find(&app.db, (viewer.company_id, viewer.user_id)).await?;
        Ok(Self {
            connected: found.map(|row| Connected::of(row, viewer)),
            sheet,
        })
    }
}

impl Connected {
    fn of(row: calendar::Model, viewer: &Viewer) -> Self {
        let as_of = row.succeeded_at;
        Self {
            as_of: as_of.map(|at| Stamp::day_and_clock(at, viewer.zone())),
            host: row.host,
            failure: row.failure,
            skipped: row.skipped,
        }
    }
}

impl Page for EditPage {
    const TEMPLATE: &'static str = "own_calendar/edit.html";

    fn title(&self) -> String {
        "Your own calendar".into()
    }

    fn sample() -> Self {
        Self {
            sheet: Sheet::sample(
                CalendarForm::default(),
                FormErrors::one("calendar_address", reading::NO_ADDRESS),
            ),
            connected: Some(Connected {
                host: "calendar.example.com".into(),
                as_of: Some(Stamp::sample()),
                failure: "Its server didn't answer in time.".into(),
                skipped: 2,
            }),
        }
    }
}
