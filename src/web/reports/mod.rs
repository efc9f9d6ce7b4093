//! Reports: what came of interviews, as a table with bars and as a file.
pub mod export;
mod form;
pub mod pages;

use std::collections::BTreeMap;

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

use self::{
    form::{Filters, Report},
    pages::{Group, IndexPage},
};
use super::{choices, errors::Result, viewer::Recruiter};
use crate::{
    app::App,
    domain::reports::{self, By, Numbers},
    error,
};

/// GET /reports: the numbers of the interviews of a period.
pub async fn index(
    app: Data<App>,
    viewer: Recruiter,
    Query(filters): Query<Filters>,
) -> Result<HttpResponse> {
    let (company_id, zone) = (viewer.company_id, viewer.zone());
    let filters = filters.with_defaults(zone, app.clock.now());
    let jobs = choices::asked_jobs(&app, company_id, filters.job_id()).await?;
    match filters.parse(zone) {
        Ok(report) => {
            let found = groups(&app, company_id, &report).await?;
            viewer.page(&IndexPage::new(filters, jobs, found, zone))
        }
        Err(errors) => viewer.unprocessable(&IndexPage::refused(filters, jobs, errors, zone)),
    }
}

/// The groups with their names, spans as time goes, all others the largest first; and the numbers of all together.
async fn groups(
    app: &App,
    company_id: i64,
    report: &Report,
) -> error::Result<(Vec<Group>, Numbers)> {
    let counted = reports::report(&app.db, company_id, &report.by, &report.filter).await?;
    let mut numbers = counted.groups;
    if let By::Time(begins) = &report.by {
        // A span without interviews is told, too.
        for place in 0_i64.. {
            match usize::try_from(place) {
                Ok(at) if at < begins.len() => numbers.entry(Some(place)).or_default(),
                _ => break,
            };
        }
    }
    let keys = || numbers.keys().copied().flatten();
    let jobs: Vec<i64> = match report.by {
        By::Job => keys().collect(),
        _ => Vec::new(),
    };
    let mut users: Vec<i64> = match report.by {
        By::Recruiter | By::Interviewer => keys().collect(),
        _ => Vec::new(),
    };
    let cancelled = numbers.values().flat_map(|it| it.cancelled_by.keys());
    users.extend(cancelled.copied().flatten());
    users.sort_unstable();
    users.dedup();
    let (titles, names) = reports::names(&app.db, company_id, (jobs, users)).await?;
    let mut groups: Vec<Group> = numbers
        .into_iter()
        .map(|(key, numbers)| Group {
            name: name(report, key, (&titles, &names)),
            cancelled_by: cancelled_by(&numbers, &names),
            key,
            numbers,
        })
        .collect();
    if !matches!(report.by, By::Time(_)) {
        groups.sort_by(|a, b| {
            let most_first = b.numbers.booked.cmp(&a.numbers.booked);
            most_first.then_with(|| a.name.cmp(&b.name))
        });
    }
    Ok((groups, counted.total))
}

type Names = BTreeMap<i64, String>;

fn name(report: &Report, key: Option<i64>, (titles, names): (&Names, &Names)) -> String {
    let of = |names: &Names, nobody: &str| match key {
        Some(key) => names
            .get(&key)
            .cloned()
            .unwrap_or_else(|| format!("Number {key}")),
        None => nobody.to_owned(),
    };
    match report.by {
        By::Job => of(titles, "No job"),
        By::Recruiter => of(names, "Nobody who signs in"),
        By::Interviewer => of(names, "No interviewer"),
        By::Time(_) => {
            let place = key.and_then(|key| usize::try_from(key).ok());
            let span = place.and_then(|place| report.spans.get(place));
            span.cloned().unwrap_or_default()
        }
    }
}

/// `Rita Recruiter 2, Greenroom 1`.
fn cancelled_by(numbers: &Numbers, names: &Names) -> String {
    let mut all: Vec<(&Option<i64>, &i64)> = numbers.cancelled_by.iter().collect();
    all.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let all = all.into_iter().map(|(who, count)| {
        let name = who.and_then(|id| names.get(&id));
        format!("{} {count}", name.map_or("Greenroom", String::as_str))
    });
    all.collect::<Vec<_>>().join(", ")
}
