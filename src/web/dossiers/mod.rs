//! All that happened to an interview: to print, and for programs.
use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Path},
};
use entity::{attempt, email};
use sea_orm::ActiveEnum;
use serde::Serialize;
use serde_json::Value;

use super::{
    actions::labels as action_labels, errors::Result, labels, page::Page, stamp::Stamp,
    viewer::Recruiter,
};
use crate::{
    app::App,
    domain::{
        events::Verb,
        interviews::dossier::{self, Dossier, Entry, Kind},
    },
    times,
    zones::Tz,
};

/// GET /interviews/{id}/dossier: to print.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let dossier = dossier::read(&app.db, viewer.company_id, *id).await?;
    let printed = times::day_and_clock(app.clock.now(), viewer.zone());
    viewer.page(&ShowPage::new(&dossier, printed, viewer.zone()))
}

/// GET /interviews/{id}/dossier.json: the same as a file.
pub async fn show_json(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let dossier = dossier::read(&app.db, viewer.company_id, *id).await?;
    let name = format!(
        "attachment; filename=\"interview-{}.json\"",
        dossier.interview
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, name))
        .json(&dossier))
}

/// All that happened.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    candidate: String,
    lead: String,
    state: String,
    printed: String,
    zone: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    at: Stamp,
    actor: String,
    what: String,
    /// A line each.
    details: Vec<String>,
}

impl ShowPage {
    fn new(dossier: &Dossier, printed: String, zone: Tz) -> Self {
        let when = dossier.starts_at.zip(dossier.ends_at);
        let when = when.map(|(from, until)| times::span(from, until, zone));
        let lead = [dossier.job.clone(), when];
        let lead: Vec<String> = lead.into_iter().flatten().collect();
        Self {
            id: dossier.interview,
            candidate: dossier.candidate.clone(),
            lead: lead.join(" · "),
            state: labels::interview_state(dossier.status, dossier.outcome.as_deref()),
            printed,
            zone: zone.name().into(),
            lines: dossier
                .entries
                .iter()
                .map(|entry| Line::of(entry, zone))
                .collect(),
        }
    }
}

impl Line {
    fn of(entry: &Entry, zone: Tz) -> Self {
        Self {
            at: Stamp::day_and_clock(entry.at, zone),
            actor: entry.actor.clone(),
            what: what(entry),
            details: action_labels::details(&entry.details),
        }
    }
}

fn what(entry: &Entry) -> String {
    let email = || match email::Kind::try_from_value(&entry.name) {
        Ok(kind) => labels::email_kind(kind).to_owned(),
        Err(_) => entry.name.clone(),
    };
    let number = entry.email.unwrap_or_default();
    match entry.kind {
        Kind::Event => match Verb::read(&entry.name) {
            Some(verb) => action_labels::verb(verb).into(),
            None => entry.name.clone(),
        },
        Kind::EmailQueued => format!("{} queued (email {number})", email()),
        Kind::EmailAttempt => {
            let known = attempt::Outcome::try_from_value(&entry.name).is_ok();
            let outcome = if known {
                entry.name.replace('_', " ")
            } else {
                "still running".into()
            };
            format!("Attempt to send email {number}: {outcome}")
        }
        Kind::EmailEnded => {
            let status = entry.details.get("status").and_then(Value::as_str);
            let status = status.and_then(|it| email::Status::try_from_value(&it.to_owned()).ok());
            let status = status.map_or("ended", labels::email_status);
            format!("{} (email {number}): {status}", email())
        }
        Kind::PageOpened => "Candidate opened the join page".into(),
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "dossiers/show.html";

    fn title(&self) -> String {
        format!("Dossier of the interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            lead: "Cloud Architect · Tue 5 January 2027, 10:00–11:00".into(),
            state: "Completed: Advance".into(),
            printed: "Wed 6 January 2027, 09:00".into(),
            zone: "Europe/Berlin".into(),
            lines: vec![Line {
                at: Stamp::sample(),
                actor: "Rita Recruiter".into(),
                what: "Interview booked".into(),
                details: vec!["slot: 7".into()],
            }],
        }
    }
}
