//! An interview as its interviewers see it: who, when, where, what recruiters noted for them, and nothing else.
use actix_web::{
    HttpResponse,
    web::{Data, Path},
};
use entity::interview::Status;
use serde::Serialize;

use super::{errors::Result, facts::Facts, labels, page::Page, stamp::Stamp, viewer::SignedIn};
use crate::{
    app::App,
    domain::interviews::{self, Details, held},
    error::Error,
    zones::Tz,
};

/// GET /my-interviews/{id}: one that the viewer holds; recruiters may see what interviewers see.
pub async fn show(app: Data<App>, viewer: SignedIn, id: Path<i64>) -> Result<HttpResponse> {
    let details = interviews::shown(app.db.read(), viewer.company_id, *id).await?;
    let may_see =
        viewer.role.is_recruiting() || held::holds(&app.db, &details, viewer.user_id).await?;
    if !may_see {
        return Err(Error::NotFound.into());
    }
    viewer.page(&ShowPage::new(&details, viewer.zone()))
}

/// An interview, to its interviewer.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    candidate: String,
    lead: String,
    tone: &'static str,
    status: &'static str,
    facts: Facts,
    /// None where there is none, or none is needed any more.
    meeting_url: Option<String>,
    lacks_url: bool,
    notes: Vec<String>,
}

impl ShowPage {
    fn new(details: &Details, zone: Tz) -> Self {
        let interview = &details.interview;
        let slot = details.slot.as_ref();
        let is_on = interview.status == Status::Scheduled;
        let meeting_url = details.meeting_url().filter(|_| is_on && slot.is_some());
        let facts = Facts::new()
            .at("Your time", slot.map(|slot| Stamp::span(slot, zone)))
            .text("Candidate", &details.candidate.name)
            .text("Job", details.job.as_ref().map_or("", |job| &job.title));
        let facts = match slot {
            Some(slot) => facts.kind_of(slot),
            None => facts,
        };
        let contact = details.contact();
        Self {
            id: interview.id,
            candidate: details.candidate.name.clone(),
            lead: slot.map_or_else(String::new, |slot| {
                Stamp::span(slot, zone).text().to_owned()
            }),
            tone: labels::interview_tone(interview.status),
            status: labels::interview_status(interview.status),
            facts: facts.link(
                "Questions to",
                format!("{}, {}", contact.name, contact.email),
                format!("mailto:{}", contact.email),
            ),
            lacks_url: is_on && meeting_url.is_none(),
            meeting_url: meeting_url.map(str::to_owned),
            notes: interview
                .interviewer_notes
                .lines()
                .map(str::to_owned)
                .collect(),
        }
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "held/show.html";

    fn title(&self) -> String {
        format!("Interview with {}", self.candidate)
    }

    fn sample() -> Self {
        Self {
            id: 1,
            candidate: "John Doe".into(),
            lead: "Tuesday 5 January, 10:00–11:00".into(),
            tone: "live",
            status: "Scheduled",
            facts: Facts::sample(),
            meeting_url: Some("https://meet.example/1".into()),
            lacks_url: true,
            notes: vec!["Ask about the last project.".into()],
        }
    }
}
