//! The bell: candidates who wait, told above every page within seconds.
use actix_web::{HttpResponse, web::Data};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
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
    /// `Waiting since 10:15`.
    since: String,
    meeting_url: Option<String>,
    /// Has nobody come?
    is_alone: bool,
    /// May the viewer say where it takes place?
    can_edit: bool,
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
        Self {
            id: waiting.id,
            candidate: waiting.candidate,
            starts: Stamp::clock(waiting.starts_at, zone),
            since: match waited {
                ..1 => "has just arrived".into(),
                _ => format!("has been waiting since {since}"),
            },
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
                is_alone: true,
                can_edit: true,
            }],
        }
    }
}
