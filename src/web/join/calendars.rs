//! The interview in the calendars that people keep in their browser.
use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};

use super::{invite, known, present, refuse};
use crate::{
    app::App,
    domain::interviews::admission::{self, State},
    error::{Error as AppError, Result as AppResult},
    mail::{LINK_PLACEHOLDER, invite::Event},
    web::{errors::Result, respond::see_other},
};

/// GET /interview/{token}/calendar/google: leads to the form that takes it, filled. The link goes there only by this press.
pub async fn show_google(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    lead(&app, &request, &token, Calendar::Google).await
}

/// GET /interview/{token}/calendar/outlook: the same.
pub async fn show_outlook(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    lead(&app, &request, &token, Calendar::Outlook).await
}

async fn lead(
    app: &App,
    request: &HttpRequest,
    token: &str,
    calendar: Calendar,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    match known(admission::admit(&app.db, &app.keys, token, now).await)? {
        Some(admission) if matches!(admission.state, State::Early | State::Open) => {
            let (event, link) = invite::event(app, &admission, now).await?;
            Ok(see_other(&calendar.address(&event, &link)?))
        }
        Some(admission) => present(app, token, &admission, now),
        None => refuse(app, request, now).await,
    }
}

/// A calendar that is filled by an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calendar {
    /// Google Calendar.
    Google,
    /// Outlook on the web.
    Outlook,
}

impl Calendar {
    fn address(self, event: &Event, link: &str) -> AppResult<String> {
        let description = event.description.replace(LINK_PLACEHOLDER, link);
        let at = |at: DateTime<Utc>, form: &str| at.format(form).to_string();
        let (page, fields) = match self {
            Self::Google => {
                let form = "%Y%m%dT%H%M%SZ";
                let dates = [at(event.starts_at, form), at(event.ends_at, form)].join("/");
                let fields = vec![
                    ("action", "TEMPLATE".to_owned()),
                    ("text", event.summary.clone()),
                    ("dates", dates),
                    ("details", description),
                    ("location", event.place.clone()),
                ];
                ("https://calendar.google.com/calendar/render", fields)
            }
            Self::Outlook => {
                let form = "%Y-%m-%dT%H:%M:%SZ";
                let fields = vec![
                    ("path", "/calendar/action/compose".to_owned()),
                    ("rru", "addevent".to_owned()),
                    ("subject", event.summary.clone()),
                    ("startdt", at(event.starts_at, form)),
                    ("enddt", at(event.ends_at, form)),
                    ("body", description),
                    ("location", event.place.clone()),
                ];
                (
                    "https://outlook.live.com/calendar/0/deeplink/compose",
                    fields,
                )
            }
        };
        let query = serde_urlencoded::to_string(fields);
        let query = query.map_err(|error| AppError::System(error.to_string()))?;
        // Outlook shows a plus as one.
        Ok(format!("{page}?{}", query.replace('+', "%20")))
    }
}
