//! The interview as a file for a calendar.
use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path},
};
use chrono::{DateTime, Utc};

use super::{known, present, refuse};
use crate::{
    app::App,
    domain::{
        emails,
        interviews::{
            admission::{self, Admission, State},
            join_link::Ticket,
            short_link,
        },
    },
    mail::{
        invite::{self, Event},
        mailbox,
    },
    mailing::message,
    web::errors::Result,
};

/// GET /interview/{token}/invite.ics: to keep, while the interview is to come. It changes nothing.
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    match known(admission::admit(&app.db, &app.keys, &token, now).await)? {
        Some(admission) if matches!(admission.state, State::Early | State::Open) => {
            let file = file(&app, &admission, now).await?;
            Ok(HttpResponse::Ok()
                .content_type("text/calendar; charset=utf-8; method=PUBLISH")
                .insert_header((
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"invite.ics\"",
                ))
                .body(file))
        }
        Some(admission) => present(&app, &token, &admission, now),
        None => refuse(&app, &request, now).await,
    }
}

async fn file(
    app: &App,
    admission: &Admission,
    now: DateTime<Utc>,
) -> crate::error::Result<String> {
    let (event, link) = event(app, admission, now).await?;
    let row = &admission.details.interview;
    let short = short_link::kept(&app.db, &app.keys, row).await?;
    let short = short.map(|code| app.settings.base_url.join(&format!("/i/{code}")));
    Ok(invite::finished(
        &invite::file(&event),
        &link,
        short.as_deref(),
    ))
}

/// What calendars get of the interview, and the link that stands in it.
pub(super) async fn event(
    app: &App,
    admission: &Admission,
    now: DateTime<Utc>,
) -> crate::error::Result<(Event, String)> {
    let details = &admission.details;
    let interview = &details.interview;
    let known = emails::calendar_domain(app.db.read(), interview.company_id, interview.id);
    let domain = match known.await? {
        Some(domain) => domain,
        None => mailbox::parse_address(app.settings.mail.from.email.as_ref())?
            .domain()
            .to_owned(),
    };
    let message = message::invitation(&app.composer, details)?;
    let event = message::event(&app.composer, &message, (details, None), &domain, now)?;
    // Not the link that was asked with: that one may be of a mail that tells another time.
    let token = app.keys.token(&Ticket {
        public_id: &interview.public_id,
        link_version: interview.link_version,
        revision: interview.revision,
    })?;
    let link = app.settings.base_url.join(&format!("/interview/{token}"));
    Ok((event, link))
}
