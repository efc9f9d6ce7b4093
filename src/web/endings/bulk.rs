//! Several interviews that ended alike: chosen by boxes, here or in the list of all interviews.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Query},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    form::BulkForm,
    pages::{self, IndexPage, Row},
    why_not,
};
use crate::{
    app::App,
    domain::{
        interviews::{
            self, Details, Filter,
            change::Done,
            ending::{self, Extent, Refusal as NotEnded},
        },
        page::{PAGE_SIZE, Sort},
    },
    web::{
        errors::Result,
        flash::Flash,
        forms::{self, FormErrors},
        interviews::Reader,
        labels,
        lists::{Asked, At},
        return_path::safe_path,
        stamp::Stamp,
        viewer::{Recruiter, Viewer},
    },
    zones::Tz,
};

/// Which boxes are ticked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Select {
    select: String,
}

/// GET /interviews/endings: what is over and needs an outcome, the latest first.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(Asked { filters, at }): Query<Asked<Select>>,
) -> Result<HttpResponse> {
    let is_all = filters.select == "all";
    let form = (BulkForm::default(), FormErrors::new(), Vec::new());
    show(&app, &viewer, form, (&at, is_all)).await
}

/// POST /interviews/endings: says the same of all that are chosen; what cannot be closed is told one by one.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    form: Form<BulkForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let all = match form.parse() {
        Ok(parsed) => parsed,
        Err(errors) => {
            return show(
                &app,
                &viewer,
                (form, errors, Vec::new()),
                (&At::default(), false),
            )
            .await;
        }
    };
    let (actor, now) = (viewer.actor(), app.clock.now());
    let ended = ending::end_all(&app.db, &actor, &all, Extent::Each, now).await?;
    if ended.iter().all(|ended| ended.is_ok()) {
        let next = match safe_path(&form.next) {
            "/" => pages::ADDRESS,
            next => next,
        };
        return viewer.see_other(next, Flash::done(saved(&ended)));
    }
    let mut rows = Vec::with_capacity(ended.len());
    for ((target, _), ended) in all.iter().zip(ended) {
        let id = target.interview_id;
        rows.push(row(&app, &viewer, id, ended).await?);
    }
    show(
        &app,
        &viewer,
        (form, FormErrors::new(), rows),
        (&At::default(), false),
    )
    .await
}

/// `2 interviews saved as Completed: Advance.`
fn saved(ended: &[std::result::Result<Done, NotEnded>]) -> String {
    let first = ended.iter().find_map(|ended| ended.as_ref().ok());
    let what = first.map_or(String::new(), |done| {
        let row = &done.details.interview;
        labels::interview_state(row.status, row.outcome.as_deref())
    });
    match ended.len() {
        1 => format!("1 interview saved as {what}."),
        many => format!("{many} interviews saved as {what}."),
    }
}

async fn row(
    app: &App,
    viewer: &Viewer,
    id: i64,
    ended: std::result::Result<Done, NotEnded>,
) -> Result<Row> {
    let (tone, what, details) = match ended {
        Ok(done) => {
            let row = &done.details.interview;
            let what = labels::interview_state(row.status, row.outcome.as_deref());
            ("good", format!("Saved as {what}."), *done.details)
        }
        Err(refusal) => {
            let what = why_not(&refusal, viewer.zone());
            let details = match refusal {
                NotEnded::Interview(refusal) => refusal.into_details(),
                NotEnded::NotStarted(details) => *details,
                _ => interviews::details(app.db.read(), viewer.company_id, id).await?,
            };
            ("bad", what, details)
        }
    };
    Ok(about(&details, (tone, what), viewer.zone()))
}

fn about(details: &Details, (tone, what): (&'static str, String), zone: Tz) -> Row {
    let slot = details.slot.as_ref();
    Row {
        href: format!("/interviews/{}", details.interview.id),
        candidate: details.candidate.name.clone(),
        when: slot.map(|slot| Stamp::span(slot, zone)),
        tone,
        what,
    }
}

async fn show(
    app: &App,
    viewer: &Viewer,
    (form, mut errors, results): (BulkForm, FormErrors, Vec<Row>),
    (at, is_all): (&At, bool),
) -> Result<HttpResponse> {
    let reader = Reader::of(app, viewer);
    let seek = at.seek(&mut errors);
    let filter = waiting(reader.now);
    let found = interviews::lines(&app.db, viewer.company_id, &filter, seek, PAGE_SIZE).await?;
    let status = forms::status(!results.is_empty(), &errors);
    let outcomes = viewer.outcomes()?;
    let page = IndexPage::new(
        &outcomes,
        (form, errors, results),
        (at, is_all),
        found,
        &reader,
    );
    viewer.respond(status, &page)
}

fn waiting(now: DateTime<Utc>) -> Filter {
    Filter {
        unclosed_by: Some(now),
        sort: Sort::Descending,
        ..Filter::default()
    }
}
