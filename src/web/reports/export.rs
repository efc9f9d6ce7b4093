//! A report as a table to download.
use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

use super::{
    form::Filters,
    groups,
    pages::{Group, share},
};
use crate::{
    app::App,
    domain::page::Page,
    web::{csv, errors::Result, lists, respond::see_other, viewer::Recruiter},
};

const HEADINGS: [&str; 11] = [
    "Group",
    "Booked",
    "Completed",
    "No-shows",
    "No-show share",
    "Rescheduled",
    "Cancelled",
    "Cancelled by",
    "Median minutes to booking",
    "Median minutes to interview",
    "Emails not accepted",
];

/// GET /reports.csv: all groups of the report.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(filters): Query<Filters>,
) -> Result<HttpResponse> {
    let filters = filters.with_defaults(viewer.zone(), app.clock.now());
    let Ok(report) = filters.parse(viewer.zone()) else {
        // The page says what is wrong, beside the field.
        return Ok(see_other(&lists::address("/reports", &filters)));
    };
    let company_id = viewer.company_id;
    Ok(csv::download("report", &HEADINGS, move |_| {
        let (app, report) = (app.clone(), report.clone());
        async move {
            let (found, _) = groups(&app, company_id, &report).await?;
            Ok(Page {
                rows: found.iter().map(line).collect(),
                previous: None,
                next: None,
                unreadable: Vec::new(),
            })
        }
    }))
}

fn line(group: &Group) -> String {
    let numbers = &group.numbers;
    let minutes = |it: Option<i64>| it.map(|it| it.to_string()).unwrap_or_default();
    csv::line(&[
        &group.name,
        &numbers.booked.to_string(),
        &numbers.completed.to_string(),
        &numbers.no_shows.to_string(),
        &share(numbers),
        &numbers.moved.to_string(),
        &numbers.cancelled.to_string(),
        &group.cancelled_by,
        &minutes(numbers.minutes_to_booking),
        &minutes(numbers.minutes_to_interview),
        &numbers.mails_not_taken.to_string(),
    ])
}
