//! The page that finds everything and books in a few words; the palette shows its results over other pages.
mod booking;
mod places;

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use serde::{Deserialize, Serialize};

use super::{
    errors::Result,
    forms::FormErrors,
    page::Page,
    viewer::{Recruiter, Viewer},
};
use crate::{
    app::App,
    booking_phrase,
    domain::{candidates, jobs},
    text,
};

/// How many people and jobs are offered.
const OFFERED: u64 = 6;

/// What is searched for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Filters {
    q: String,
}

/// GET /search: people, jobs, pages and what can be done; or a booking in a few words.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    form: Query<Filters>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let mut errors = FormErrors::new();
    let Some(typed) = errors.check("q", text::optional_line(&form.q, 200)) else {
        return viewer.unprocessable(&IndexPage::new(form, errors, Vec::new()));
    };
    let groups = match booking_phrase::read(&typed) {
        Some(phrase) => booking::groups(&app, &viewer, &phrase).await?,
        None => groups(&app, &viewer, &typed).await?,
    };
    viewer.page(&IndexPage::new(form, errors, groups))
}

async fn groups(app: &App, viewer: &Viewer, typed: &str) -> Result<Vec<Group>> {
    let words = text::search_words(typed);
    let mut found = Vec::new();
    if !words.is_empty() {
        found.push(Group::new("Candidates", people(app, viewer, typed).await?));
        found.push(Group::new("Jobs", positions(app, viewer, typed).await?));
    }
    found.push(Group::new("Go to", places::pages(&words, viewer.role)));
    found.push(Group::new("Do", places::actions(&words)));
    found.retain(|group| !group.options.is_empty());
    Ok(found)
}

async fn people(app: &App, viewer: &Viewer, typed: &str) -> Result<Vec<Found>> {
    let filter = candidates::Filter {
        search: typed.to_owned(),
        ..Default::default()
    };
    let list = candidates::list(&app.db, viewer.company_id, &filter, None, OFFERED).await?;
    let found = list.rows.into_iter().map(|person| Found {
        label: person.name,
        small: person.email,
        ..Found::to(format!("/candidates/{}", person.id))
    });
    Ok(found.collect())
}

async fn positions(app: &App, viewer: &Viewer, typed: &str) -> Result<Vec<Found>> {
    let filter = jobs::Filter {
        search: typed.to_owned(),
        ..Default::default()
    };
    let list = jobs::list(&app.db, viewer.company_id, &filter, None, OFFERED).await?;
    let found = list.rows.into_iter().map(|job| Found {
        label: job.title,
        small: job.location,
        ..Found::to(format!("/jobs/{}", job.id))
    });
    Ok(found.collect())
}

/// Results of one kind.
#[derive(Debug, Serialize)]
pub struct Group {
    heading: String,
    options: Vec<Found>,
}

impl Group {
    fn new(heading: impl Into<String>, options: Vec<Found>) -> Self {
        Self {
            heading: heading.into(),
            options,
        }
    }
}

/// Something that was found.
#[derive(Debug, Default, Serialize)]
pub struct Found {
    label: String,
    small: String,
    /// Where it leads; empty where there is nothing to see.
    href: String,
    /// The page there shows an email in a frame, and is loaded.
    is_framing: bool,
    /// What books at once.
    form: Option<BookForm>,
    /// It cannot be chosen.
    is_disabled: bool,
}

/// The hidden fields that book one person into one slot, as the page for several does.
#[derive(Debug, Serialize)]
pub struct BookForm {
    email: String,
    job: i64,
    slot: i64,
    locale: String,
    key: String,
    /// Exactly this is booked.
    seen: String,
}

impl Found {
    fn to(href: String) -> Self {
        Self {
            href,
            ..Default::default()
        }
    }
}

/// The results.
#[derive(Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    groups: Vec<Group>,
}

impl IndexPage {
    fn new(form: Filters, errors: FormErrors, groups: Vec<Group>) -> Self {
        Self {
            form,
            errors,
            groups,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "search/index.html";

    fn title(&self) -> String {
        "Search or book".into()
    }

    fn sample() -> Self {
        let book = Found {
            label: "Book Ada Brandt · Tue 19 May, 10:00–11:00".into(),
            small: "Cloud Architect · 09:00 for Ada Brandt".into(),
            is_framing: true,
            form: Some(BookForm {
                email: "ada@example.com".into(),
                job: 1,
                slot: 1,
                locale: "en".into(),
                key: "key".into(),
                seen: "f".into(),
            }),
            ..Found::to("/slots/1/booking?candidate=1".into())
        };
        let taken = Found {
            label: "Tue 12 May, 10:00 · Booked".into(),
            is_disabled: true,
            ..Default::default()
        };
        let groups = vec![
            Group::new("Book Ada Brandt", vec![book, taken]),
            Group::new("Go to", places::pages(&[], entity::user::Role::Admin)),
        ];
        Self::new(
            Filters::default(),
            FormErrors::one("q", "Too long."),
            groups,
        )
    }
}
