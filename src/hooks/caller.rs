//! Who posts: whoever knows the secret address of a provider that may tell.
use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use chrono::TimeDelta;

use crate::{
    access::{Access, Who},
    app::App,
    client_ip,
    domain::rate_limits::{self, Limit, Turn},
    error::Error as AppError,
    mail::events::{Proof, Provider},
    web::errors::{Error, Result},
};

/// A provider that is set up sends from many addresses and knows its own; nobody tries so many.
const WRONG_ADDRESSES: Limit = Limit {
    name: "hooks.wrong",
    most: 30,
    window: TimeDelta::minutes(1),
};

/// A provider that may tell, by its address; its post is not verified yet.
#[derive(Debug)]
pub struct Caller(Proof);

impl Caller {
    /// What proves that a post is its own.
    pub fn proof(&self) -> &Proof {
        &self.0
    }

    /// Which provider it is.
    pub fn provider(&self) -> Provider {
        self.0.provider()
    }
}

impl Access for Caller {
    const ASKS: Option<Who> = Some(Who::Provider);

    async fn admit(request: &HttpRequest) -> Result<(), actix_web::Error> {
        let app = request
            .app_data::<Data<App>>()
            .ok_or_else(|| Error::from(AppError::System("routes without their app".into())))?;
        let caller = admit(app, request).await?;
        request.extensions_mut().insert(caller);
        Ok(())
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitted = request.extensions_mut().remove::<Self>();
        ready(admitted.ok_or_else(|| AppError::NotFound.into()))
    }
}

/// Lets a provider in. Everybody else gets one answer, whatever is wrong, and is counted so that nobody tries many
/// addresses. A right one is never refused for somebody else's wrong ones.
pub async fn admit(app: &App, request: &HttpRequest) -> Result<Caller> {
    let provider = app.hooks.of_path(request.path());
    let proof = provider.and_then(|provider| app.settings.events.proof(provider));
    if let Some(proof) = proof {
        return Ok(Caller(proof.clone()));
    }
    let ip = client_ip::of(request, &app.settings.trusted_proxies);
    let (client, now) = (client_ip::block(ip), app.clock.now());
    match rate_limits::take(&app.db, WRONG_ADDRESSES, &client, now).await? {
        Turn::Limited(seconds) => Err(Error::TooOften(seconds)),
        Turn::Allowed => Err(AppError::NotFound.into()),
    }
}
