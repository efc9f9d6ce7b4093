//! The bell: candidates who wait, told above every page within seconds.
use actix_web::{HttpResponse, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    alerts::dial,
    errors::Result,
    page::Page,
    stamp::Stamp,
    viewer::{SignedIn, Viewer},
};
use crate::{
    app::App,
    domain::interviews::attendance::{self, Waiting},
    times,
    zones::Tz,
};

/// Where pages ask who waits. They ask by themselves, so that it is no sign that somebody sits there.
pub const PATH: &str = "/bell";

/// GET /bell: who waits now.
pub async fn index(app: Data<App>, viewer: SignedIn) -> Result<HttpResponse> {
    let now = app.clock.now();
    let waiting = attendance::waiting(&app.db, whose(&viewer), now).await?;
    viewer.page(&IndexPage::new(waiting, &viewer, now))
}

/// Whose bell rings.
pub fn whose(viewer: &Viewer) -> attendance::Viewer {
    attendance::Viewer {
        company_id: viewer.company_id,
        user_id: viewer.user_id,
        role: viewer.role,
    }
}

/// Who waits.
#[derive(Serialize)]
pub struct IndexPage {
    waiting: Vec<Ring>,
}

/// One who waits.
#[derive(Serialize)]
struct Ring {
    id: i64,
    candidate: String,
    starts: Stamp,
    /// `has been waiting since 10:15`, or what keeps them out.
    since: String,
    /// Has the candidate said that the meeting does not let them in?
    is_stuck: bool,
    /// Where the viewer can call the candidate who is stuck.
    call: Option<Call>,
    meeting_url: Option<String>,
    /// Has nobody come?
    is_alone: bool,
    /// May the viewer say where it takes place?
    can_edit: bool,
}

/// A number, as it was typed and as it is dialled.
#[derive(Serialize)]
struct Call {
    phone: String,
    dial: String,
}

impl IndexPage {
    fn new(waiting: Vec<Waiting>, viewer: &Viewer, now: DateTime<Utc>) -> Self {
        let can_edit = viewer.role.is_recruiting();
        let ring = |waiting| Ring::new(waiting, can_edit, viewer.zone(), now);
        Self {
            waiting: waiting.into_iter().map(ring).collect(),
        }
    }
}

impl Ring {
    fn new(waiting: Waiting, can_edit: bool, zone: Tz, now: DateTime<Utc>) -> Self {
        let waited = (now - waiting.joined_at).num_minutes();
        let since = times::clock(waiting.joined_at, zone);
        let stuck_at = waiting.stuck_at().map(|at| times::clock(at, zone));
        let dial = dial(&waiting.phone);
        let can_call = stuck_at.is_some() && can_edit && !dial.is_empty();
        Self {
            id: waiting.id,
            candidate: waiting.candidate,
            starts: Stamp::clock(waiting.starts_at, zone),
            since: match (&stuck_at, waited) {
                (Some(at), _) => format!("can't get into the meeting since {at}"),
                (None, ..1) => "has just arrived".into(),
                (None, _) => format!("has been waiting since {since}"),
            },
            is_stuck: stuck_at.is_some(),
            call: can_call.then_some(Call {
                phone: waiting.phone,
                dial,
            }),
            is_alone: waiting.attended_at.is_none(),
            meeting_url: waiting.meeting_url,
            can_edit,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "bell/index.html";

    fn title(&self) -> String {
        "Waiting now".into()
    }

    fn sample() -> Self {
        Self {
            waiting: vec![Ring {
                id: 1,
                candidate: "John Doe".into(),
                starts: Stamp::sample(),
                since: "has been waiting since 09:52".into(),
                meeting_url: Some("https://meet.example.com/room-7".into()),
                is_stuck: true,
                call: Some(Call {
                    phone: "+49 30 1234".into(),
                    dial: "+49301234".into(),
                }),
                is_alone: true,
                can_edit: true,
            }],
        }
    }
}
