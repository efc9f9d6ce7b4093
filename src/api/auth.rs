//! Who calls: the bearer of a token in the header, and nobody else.
use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap},
    web::Data,
};
use chrono::TimeDelta;
use entity::user::Role;

use super::problem::{Problem, Result};
use crate::{
    access::{Access, Who},
    app::App,
    client_ip,
    domain::{
        accounts::api_tokens,
        actions::Actor,
        idempotency_keys::IdempotencyKey,
        rate_limits::{Limit, Turn},
    },
    error::Error,
    zones::Tz,
};

/// More than any program needs that means well.
pub const CALLS_PER_TOKEN: Limit = Limit {
    name: "api.token",
    most: 1200,
    window: TimeDelta::minutes(1),
};
const LONGEST_KEY: usize = 255;

/// The user on whose behalf a program calls. A handler gets one from [`Recruiter`].
#[derive(Debug)]
pub struct Caller {
    /// Whose rows can be seen and changed.
    pub company_id: i64,
    /// The company's zone.
    pub zone: Tz,
    /// What the user may do.
    pub role: Role,
    /// What is asked for.
    pub path: String,
    /// What stands behind the question mark.
    pub query: String,
    user_id: i64,
    ip: String,
    /// As sent; not yet looked at.
    idempotency_key: Option<Vec<u8>>,
}

impl Caller {
    /// Who that user is.
    pub fn user_id(&self) -> i64 {
        self.user_id
    }

    /// On whose behalf the domain acts.
    pub fn actor(&self) -> Actor {
        Actor {
            company_id: self.company_id,
            user_id: Some(self.user_id),
            ip: self.ip.clone(),
        }
    }

    /// The call's idempotency key, if it came with one. `request` is all that the call asks for.
    pub fn idempotency_key(
        &self,
        scope: &'static str,
        request: &str,
    ) -> Result<Option<IdempotencyKey>> {
        let Some(key) = &self.idempotency_key else {
            return Ok(None);
        };
        let is_key = (1..=LONGEST_KEY).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
        match std::str::from_utf8(key) {
            Ok(key) if is_key => Ok(Some(IdempotencyKey::new(scope, key, request))),
            _ => Err(Problem::malformed(
                "invalid_idempotency_key",
                "An Idempotency-Key must have 1 to 255 visible ASCII characters.",
            )),
        }
    }
}

/// A [`Caller`] whose user may have tokens. For the tokens of everybody else nothing is there.
#[derive(Debug)]
pub struct Recruiter(Caller);

impl Access for Recruiter {
    const ASKS: Option<Who> = Some(Who::Api);

    async fn admit(request: &HttpRequest) -> Result<(), actix_web::Error> {
        let caller = find(request, Role::may_have_tokens).await?;
        request.extensions_mut().insert(Self(caller));
        Ok(())
    }
}

impl Deref for Recruiter {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl FromRequest for Recruiter {
    type Error = Problem;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitted = request.extensions_mut().remove::<Self>();
        ready(admitted.ok_or_else(Problem::not_found))
    }
}

async fn find(request: &HttpRequest, admits: fn(Role) -> bool) -> Result<Caller> {
    let app = request
        .app_data::<Data<App>>()
        .ok_or_else(|| Error::System("routes without their app".into()))?;
    let token = token(request.headers()).ok_or_else(Problem::unauthorized)?;
    let now = app.clock.now();
    let bearer = api_tokens::find(&app.db, token, now).await?;
    let bearer = bearer.ok_or_else(Problem::unauthorized)?;
    let who = bearer.token_id.to_string();
    if let Turn::Limited(seconds) = app.calls.take(&who, now) {
        return Err(Problem::too_often(seconds));
    }
    if let Err(error) = api_tokens::touch(&app.db, &bearer, now).await {
        tracing::warn!(%error, "A token's last use was not noted");
    }
    if !admits(bearer.role) {
        return Err(Problem::not_found());
    }
    let zone = bearer.company_time_zone.parse();
    let key = request.headers().get("idempotency-key");
    Ok(Caller {
        company_id: bearer.company_id,
        zone: zone
            .map_err(|_| Error::Stored(format!("time zone {:?}", bearer.company_time_zone)))?,
        role: bearer.role,
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        user_id: bearer.user_id,
        ip: client_ip::of(request, &app.settings.trusted_proxies).to_string(),
        idempotency_key: key.map(|key| key.as_bytes().to_owned()),
    })
}

/// Is there a token that counts? For what must be decided before the call itself is looked at.
pub async fn is_known(app: &App, headers: &HeaderMap) -> Result<bool, Error> {
    match token(headers) {
        Some(token) => Ok(api_tokens::find(&app.db, token, app.clock.now())
            .await?
            .is_some()),
        None => Ok(false),
    }
}

/// The key in `Authorization: Token <key>`. Nothing else counts: an address ends up in logs, and
/// cookies come by themselves.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let value = values.next()?.to_str().ok()?;
    let (scheme, key) = value.trim().split_once(' ')?;
    let is_alone = values.next().is_none();
    (is_alone && scheme.eq_ignore_ascii_case("token")).then(|| key.trim_start())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn key(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = HeaderValue::from_str(value).expect("a header");
            headers.append(header::AUTHORIZATION, value);
        }
        token(&headers).map(str::to_owned)
    }

    #[test]
    fn the_scheme_is_token_in_any_case() {
        for value in ["Token abc", "token abc", "TOKEN  abc", " Token abc "] {
            assert_eq!(key(&[value]).as_deref(), Some("abc"), "{value:?}");
        }
    }

    #[test]
    fn other_schemes_and_two_headers_are_no_token() {
        for values in [
            &[][..],
            &["abc"],
            &["Token"],
            &["Bearer abc"],
            &["Basic YWJj"],
            &["Tokenabc"],
            &["Token abc", "Token abc"],
        ] {
            assert_eq!(key(values), None, "{values:?}");
        }
    }
}
