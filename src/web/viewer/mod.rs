//! Who is signed in, and the pages that they are answered with.
mod extractors;

use std::net::IpAddr;

use actix_session::{Session, SessionExt};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web::Data};
use chrono::{DateTime, Utc};
use entity::user::Role;
use serde::de::DeserializeOwned;

pub use self::extractors::{Admin, Recruiter, SignedIn};
use super::{
    alerts::{answered, moved_by, not_notified, requested},
    bell,
    errors::{Error, Result},
    flash::Flash,
    frame::{Frame, SignedInFrame},
    page::Page,
    respond, return_path, sessions as cookie,
    unsent::Unsent,
};
use crate::{
    app::App,
    client_ip,
    domain::{
        accounts::sessions,
        actions::Actor,
        attention::{self, Attention},
        companies,
    },
    error::Error as AppError,
    holidays::Region,
    mail::doctor,
    zones::Tz,
};

/// The signed-in user, as the database knows them at this request. A handler gets one from [`SignedIn`], [`Recruiter`]
/// or [`Admin`]: signed out it is 303 to the sign-in page, with another role 404.
pub struct Viewer {
    /// Who.
    pub user_id: i64,
    /// Whose rows they may see: every look-up takes it.
    pub company_id: i64,
    /// Their canonical address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The zone that they chose for themselves, as it is stored.
    pub own_zone: Option<String>,
    /// The language of emails to them.
    pub locale: String,
    /// Where candidates can call; may be empty.
    pub phone: String,
    /// The version of their row.
    pub version: i32,
    /// Their company's name.
    pub company_name: String,
    /// How long before the start the company's links open.
    pub join_window_minutes: i32,
    /// The client's address, for the audit log.
    pub ip: IpAddr,
    /// The hash of their session's key.
    pub key_hash: String,
    zone: Tz,
    company_zone: Tz,
    brand_colour: String,
    outcomes: serde_json::Value,
    holiday_region: Option<String>,
    path: String,
    attention: Attention,
    flash: Option<Flash>,
    unsent: Option<Unsent>,
    session: Session,
    app: Data<App>,
}

impl Viewer {
    /// The zone in which to show them times: their own, else the company's.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The company's zone: what new slots begin with.
    pub fn company_zone(&self) -> Tz {
        self.company_zone
    }

    /// What can come of the company's interviews.
    pub fn outcomes(&self) -> Result<Vec<String>> {
        Ok(companies::stored_outcomes(self.company_id, &self.outcomes)?)
    }

    /// Whose public holidays the company keeps; none for no holidays.
    pub fn holiday_region(&self) -> Result<Option<Region>> {
        let stored = self.holiday_region.as_deref();
        Ok(companies::stored_region(self.company_id, stored)?)
    }

    /// Do slots of the company start at another instant than their local time means?
    pub fn has_zone_changes(&self) -> bool {
        self.attention.has_zone_changes
    }

    /// Does a candidate wait for an answer to a private request?
    pub fn has_requests(&self) -> bool {
        self.attention.requests > 0
    }

    /// Has a candidate moved an interview, and nobody has seen it?
    pub fn has_moves(&self) -> bool {
        self.attention.moves > 0
    }

    /// Does the mail need somebody's attention?
    pub fn is_mail_unwell(&self) -> bool {
        self.attention.is_mail_unwell
    }

    /// On whose behalf the domain acts.
    pub fn actor(&self) -> Actor {
        Actor {
            company_id: self.company_id,
            user_id: Some(self.user_id),
            ip: self.ip.to_string(),
        }
    }

    /// What was typed on this page before its user was signed out, else what the page begins with.
    pub fn typed<F: DeserializeOwned>(&self, fresh: F) -> F {
        let typed = self
            .unsent
            .as_ref()
            .and_then(|unsent| unsent.typed(&self.path));
        typed.unwrap_or(fresh)
    }

    /// 200 with a page.
    pub fn page<P: Page>(&self, page: &P) -> Result<HttpResponse> {
        self.respond(StatusCode::OK, page)
    }

    /// 422 with the form as typed.
    pub fn unprocessable<P: Page>(&self, page: &P) -> Result<HttpResponse> {
        self.respond(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    /// 303 to a page that says something.
    pub fn see_other(&self, path: &str, flash: Flash) -> Result<HttpResponse> {
        self.flash(flash)?;
        Ok(respond::see_other(path))
    }

    /// 409 with the page that says who came first.
    pub fn conflict<P: Page>(&self, page: &P) -> Result<HttpResponse> {
        self.respond(StatusCode::CONFLICT, page)
    }

    /// Says something on the next page.
    pub fn flash(&self, flash: Flash) -> Result<()> {
        Ok(cookie::keep_flash(&self.session, &flash)?)
    }

    /// A page in this user's frame.
    pub fn respond<P: Page>(&self, status: StatusCode, page: &P) -> Result<HttpResponse> {
        if self.flash.is_some() {
            cookie::drop_flash(&self.session);
        }
        let frame = Frame::SignedIn(SignedInFrame {
            company_name: self.company_name.clone(),
            brand_colour: Some(self.brand_colour.clone()),
            user_name: self.name.clone(),
            role: self.role,
            path: self.path.clone(),
            not_notified: not_notified(self.attention, &self.path),
            answered: answered(self.attention, &self.path),
            requested: requested(self.attention, &self.path),
            moved: moved_by(self.attention, &self.path),
            // Only admins have the line in the menu.
            is_mail_unwell: self.attention.is_mail_unwell && self.role.is_admin(),
            flash: self.notice(),
        });
        respond::html(&self.app, status, &frame, page)
    }

    fn notice(&self) -> Option<Flash> {
        let unsent = self.unsent.as_ref();
        let unsent = unsent.map(|unsent| unsent.notice(&self.path));
        unsent.or_else(|| self.flash.clone())
    }
}

/// Who is signed in, if `admits` lets their role in. Nothing is looked up or changed for anybody else.
async fn find(request: &HttpRequest, admits: fn(Role) -> bool) -> Result<Viewer> {
    let app = request
        .app_data::<Data<App>>()
        .ok_or_else(|| AppError::System("routes without their app".into()))?
        .clone();
    let session = request.get_session();
    let now = app.clock.now();
    let (key_hash, found) = signed_in(&app, request, &session, now).await?;
    if !admits(found.role) {
        return Err(AppError::NotFound.into());
    }
    // Nobody need sit there: their time runs on, and what the last request had to say is for the page that they ask for.
    let asks_by_itself = request.path() == bell::PATH;
    if !asks_by_itself && let Err(error) = sessions::touch(&app.db, &key_hash, &found, now).await {
        // A database that cannot write just now can still be read.
        tracing::warn!(%error, "A session's last use was not noted");
    }
    let company_zone = zone_of(&found.company_time_zone)?;
    let own_zone = found.time_zone.as_deref();
    let zone = own_zone.map_or(Ok(company_zone), zone_of)?;
    Ok(Viewer {
        user_id: found.user_id,
        company_id: found.company_id,
        attention: attention(&app, &found, now).await?,
        zone,
        company_zone,
        flash: cookie::flash_in(&found.state).filter(|_| !asks_by_itself),
        unsent: Unsent::of(&app, request, (found.company_id, found.user_id)).await?,
        email: found.email,
        name: found.name,
        role: found.role,
        own_zone: found.time_zone,
        locale: found.locale,
        phone: found.phone,
        version: found.version,
        company_name: found.company_name,
        brand_colour: found.brand_colour,
        outcomes: found.outcomes,
        holiday_region: found.holiday_region,
        join_window_minutes: found.join_window_minutes,
        ip: client_ip::of(request, &app.settings.trusted_proxies),
        path: request.path().to_owned(),
        key_hash,
        session,
        app,
    })
}

/// Whose session it is, with the hash of its key.
async fn signed_in(
    app: &App,
    request: &HttpRequest,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<(String, sessions::SignedIn)> {
    let sign_in_first = || Error::SignInFirst(return_path::of(request));
    let key_hash = cookie::key_hash(session).ok_or_else(sign_in_first)?;
    let found = sessions::find(&app.db, &key_hash, now).await?;
    Ok((key_hash, found.ok_or_else(sign_in_first)?))
}

fn zone_of(name: &str) -> Result<Tz> {
    let unknown = |_| AppError::Stored(format!("time zone {name:?}"));
    Ok(name.parse().map_err(unknown)?)
}

/// What a role is told of the mail: interviewers nothing.
async fn attention(app: &App, found: &sessions::SignedIn, now: DateTime<Utc>) -> Result<Attention> {
    if !found.role.is_recruiting() {
        return Ok(Attention::default());
    }
    let servers = doctor::servers(&app.settings.mail).into_iter();
    let servers = servers.map(|(name, _)| name);
    let company_id = found.company_id;
    let look = attention::look(&app.db, company_id, servers, now);
    Ok(app.attention.get(&app.db, company_id, now, look).await?)
}
