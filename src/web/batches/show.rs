//! What came of a list, line by line, and taking it back.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};
use entity::{batch::Kind, interview::Status};
use serde::Serialize;

use super::pages::what;
use crate::{
    app::App,
    domain::{
        batches::{
            self, Line, Outcome, Shown,
            undo::{self, Undone},
        },
        companies,
        interviews::Line as InterviewLine,
    },
    times,
    web::{
        errors::Result,
        flash::Flash,
        labels,
        page::Page,
        stamp::Stamp,
        viewer::{Recruiter, Viewer},
    },
};

/// GET /batches/{id}: one line for each line of the list.
pub async fn show(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let shown = batches::show(&app.db, viewer.company_id, *id).await?;
    let undo_seconds = match shown.batch.row.kind {
        Kind::Bookings => {
            companies::find(&app.db, viewer.company_id)
                .await?
                .undo_seconds
        }
        Kind::Candidates | Kind::Jobs => 0,
    };
    viewer.page(&ShowPage::new(
        &viewer,
        &shown,
        undo_seconds,
        app.clock.now(),
    ))
}

/// POST /batches/{id}/undo: takes back what was booked.
pub async fn create_undo(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let undone = undo::undo(&app.db, &viewer.actor(), *id, app.clock.now()).await?;
    let flash = match undone {
        Undone::Done {
            cancelled,
            unscheduled,
            kept,
            candidates,
        } => {
            app.wake.notify_one();
            let undone = taken_back(cancelled, unscheduled);
            let stays = stay(candidates).map_or(String::new(), |words| format!(" {words}"));
            match kept {
                0 => Flash::done(format!("Undone: {undone}.{stays}")),
                1 => Flash::problem(format!(
                    "Undone: {undone}; 1 was changed since and stays.{stays}"
                )),
                many => Flash::problem(format!(
                    "Undone: {undone}; {many} were changed since and stay.{stays}"
                )),
            }
        }
        Undone::Before => Flash::done("This was undone before."),
        Undone::TooLate => Flash::problem(
            "It's too late to undo this: the invitations have left. Cancel interviews one by one.",
        ),
    };
    viewer.see_other(&format!("/batches/{id}"), flash)
}

/// What is said of the candidates who were added.
fn stay(candidates: usize) -> Option<String> {
    Some(match candidates {
        0 => return None,
        1 => "The candidate who was added stays.".into(),
        many => format!("The {many} candidates who were added stay."),
    })
}

fn taken_back(cancelled: usize, unscheduled: usize) -> String {
    let again = match unscheduled {
        0 => return format!("{} cancelled", interviews(cancelled)),
        1 => "1 interview is unscheduled again, as before".to_owned(),
        many => format!("{many} interviews are unscheduled again, as before"),
    };
    match cancelled {
        0 => again,
        some => format!("{} cancelled; {again}", interviews(some)),
    }
}

fn interviews(count: usize) -> String {
    match count {
        1 => "1 interview".into(),
        many => format!("{many} interviews"),
    }
}

/// What came of a list.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    heading: String,
    lead: String,
    rows: Vec<Row>,
    /// Until when it can be taken back; none when it cannot be.
    undo_until: Option<Stamp>,
    /// What that leaves, and has left where it was done; may be empty.
    stays: String,
    back: (&'static str, &'static str),
}

#[derive(Serialize)]
struct Row {
    number: usize,
    name: String,
    small: String,
    href: String,
    when: String,
    tone: &'static str,
    state: String,
}

impl ShowPage {
    fn new(viewer: &Viewer, shown: &Shown, undo_seconds: i32, now: DateTime<Utc>) -> Self {
        let zone = viewer.zone();
        let row = &shown.batch.row;
        let made = shown
            .batch
            .lines
            .iter()
            .filter(|line| is_made(&line.outcome))
            .count();
        let can_be_undone = shown.batch.can_be_undone(undo_seconds, now);
        let until = shown.batch.undo_until(undo_seconds);
        let mut lead = times::day_and_clock(row.created_at, zone);
        if let Some(at) = row.undone_at {
            lead = format!("{lead} · undone at {}", times::clock(at, zone));
        }
        Self {
            id: row.id,
            heading: format!("{}: {made}", what(row.kind)),
            lead,
            rows: shown
                .batch
                .lines
                .iter()
                .map(|line| Row::new(line, shown, viewer))
                .collect(),
            undo_until: can_be_undone.then(|| {
                Stamp::new(
                    until,
                    until.with_timezone(&zone).format("%H:%M:%S").to_string(),
                )
            }),
            stays: match can_be_undone || row.undone_at.is_some() {
                true => stay(shown.batch.added_candidates()).unwrap_or_default(),
                false => String::new(),
            },
            back: back(row.kind),
        }
    }
}

fn back(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Candidates => ("/candidates", "Candidates"),
        Kind::Jobs => ("/jobs", "Jobs"),
        Kind::Bookings => ("/interviews", "Interviews"),
    }
}

fn is_made(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::CandidateAdded { .. } | Outcome::JobAdded { .. } | Outcome::Booked { .. }
    )
}

impl Row {
    fn new(line: &Line, shown: &Shown, viewer: &Viewer) -> Self {
        let plain = |name: String, tone, state: &str| Self {
            number: line.number,
            name,
            small: String::new(),
            href: String::new(),
            when: String::new(),
            tone,
            state: state.into(),
        };
        let somebody = |id: &i64, tone, state| {
            let named = shown.candidates.get(id);
            Self {
                small: named.map(|named| named.email.clone()).unwrap_or_default(),
                href: format!("/candidates/{id}"),
                ..plain(
                    named.map(|named| named.name.clone()).unwrap_or_default(),
                    tone,
                    state,
                )
            }
        };
        let job = |id: &i64, tone, state| Self {
            href: format!("/jobs/{id}"),
            ..plain(shown.jobs.get(id).cloned().unwrap_or_default(), tone, state)
        };
        match &line.outcome {
            Outcome::CandidateAdded { candidate_id } => somebody(candidate_id, "good", "Added"),
            Outcome::CandidateThere { candidate_id } => {
                somebody(candidate_id, "quiet", "Already there")
            }
            Outcome::JobAdded { job_id } => job(job_id, "good", "Added"),
            Outcome::JobThere { job_id } => job(job_id, "quiet", "Already there"),
            Outcome::LeftOut { why } => plain(format!("Line {}", line.number), "quiet", why),
            Outcome::Booked {
                interview_id,
                is_new,
                ..
            } => match shown.interviews.get(interview_id) {
                Some(interview) => Self::booked(
                    plain(interview.candidate.clone(), "good", ""),
                    interview,
                    *is_new,
                    viewer,
                ),
                None => plain(
                    format!("Interview {interview_id}"),
                    "quiet",
                    "Can't be read",
                ),
            },
        }
    }

    fn booked(self, interview: &InterviewLine, is_new: bool, viewer: &Viewer) -> Self {
        let slot = interview.slot.as_ref();
        let (tone, state) = match (interview.status, interview.mail()) {
            (Status::Scheduled, Some(mail)) => {
                let words = labels::email_status(mail.status);
                (
                    labels::email_tone(mail.status),
                    format!("Booked · invitation: {}", words.to_lowercase()),
                )
            }
            (Status::Scheduled, None) => ("wait", "Booked".into()),
            (status, _) => ("quiet", labels::interview_status(status).into()),
        };
        Self {
            small: if is_new {
                "New candidate".into()
            } else {
                String::new()
            },
            href: format!("/interviews/{}", interview.id),
            when: slot
                .map(|slot| times::day_and_clock(slot.starts_at, viewer.zone()))
                .unwrap_or_default(),
            tone,
            state,
            ..self
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "batches/show.html";

    fn title(&self) -> String {
        self.heading.clone()
    }

    fn sample() -> Self {
        Self {
            id: 1,
            heading: "Interviews booked: 10".into(),
            lead: "Tue 5 January 2027, 10:00".into(),
            rows: vec![Row {
                number: 1,
                name: "John Doe".into(),
                small: "New candidate".into(),
                href: "/interviews/1".into(),
                when: "Tue 5 January 2027, 10:00".into(),
                tone: "good",
                state: "Booked".into(),
            }],
            undo_until: Some(Stamp::sample()),
            stays: "The candidate who was added stays.".into(),
            back: ("/interviews", "Interviews"),
        }
    }
}
