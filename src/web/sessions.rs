//! The session cookie: which key a browser holds, and how it comes and goes.
use std::collections::HashMap;

use actix_session::{
    Session, SessionMiddleware,
    config::{BrowserSession, CookieContentSecurity},
    storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError, generate_session_key},
};
use actix_web::{
    cookie::{Cookie, CookieJar, Key, SameSite, time::Duration},
    dev::ServiceRequest,
    web::Data,
};
use chrono::TimeDelta;
use entity::user;
use serde::de::DeserializeOwned;

use super::flash::Flash;
use crate::{
    app::App,
    crypto,
    domain::accounts::sessions::{self, NewSession},
    settings::Settings,
};

const KEY_HASH: &str = "key_hash";
const USER: &str = "user";
const COMPANY: &str = "company";
const PASSWORD_HASH: &str = "password_hash";
const FLASH: &str = "flash";

/// The middleware that reads and writes the cookie.
pub fn middleware(app: &Data<App>) -> SessionMiddleware<Store> {
    let is_https = app.settings.base_url.is_https();
    SessionMiddleware::builder(Store(app.clone()), cookie_key(&app.settings))
        .cookie_name(cookie_name(is_https).into())
        .cookie_secure(is_https)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".into())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default())
        .build()
}

/// Browsers keep `__Host-` to https, to this host and to the whole of it.
pub fn cookie_name(is_https: bool) -> &'static str {
    if is_https {
        "__Host-greenroom"
    } else {
        "greenroom"
    }
}

/// Another cookie that no script can read and that browsers keep for a while.
pub fn kept_cookie(
    name: &'static str,
    value: String,
    kept: TimeDelta,
    settings: &Settings,
) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(settings.base_url.is_https())
        .max_age(Duration::seconds(kept.num_seconds()))
        .finish()
}

fn cookie_key(settings: &Settings) -> Key {
    let half = |purpose| crypto::key_for(settings.secret_key.expose(), purpose);
    Key::from(&[half("session cookie"), half("session cookie, second half")].concat())
}

/// Signs a user in, under a new key: one that somebody planted before is worth nothing.
pub fn sign_in(session: &Session, user: &user::Model) -> Result<(), actix_web::Error> {
    session.clear();
    session.insert(USER, user.id)?;
    session.insert(COMPANY, user.company_id)?;
    session.insert(PASSWORD_HASH, &user.password_hash)?;
    session.renew();
    Ok(())
}

/// The hash of the key that the browser sent, if it sent one. Whether it counts is for the database to say.
pub fn key_hash(session: &Session) -> Option<String> {
    session.entries().get(KEY_HASH).cloned()
}

/// The same from the cookie alone, where no session is at hand: only for a cookie that we signed.
pub fn signed_key_hash(request: &ServiceRequest, settings: &Settings) -> Option<String> {
    let cookie = request.cookie(cookie_name(settings.base_url.is_https()))?;
    let key = CookieJar::new()
        .signed(&cookie_key(settings))
        .verify(cookie)?;
    Some(crypto::sha256_hex(key.value()))
}

/// Keeps a sentence for the next page.
pub fn keep_flash(session: &Session, flash: &Flash) -> Result<(), actix_web::Error> {
    Ok(session.insert(FLASH, flash)?)
}

/// Forgets the sentence, because it is being shown.
pub fn drop_flash(session: &Session) {
    session.remove(FLASH);
}

/// The sentence in the state of a session row.
pub fn flash_in(state: &serde_json::Value) -> Option<Flash> {
    serde_json::from_str(state.get(FLASH)?.as_str()?).ok()
}

/// Sessions are rows. Loading asks nothing of the database: pages for everybody work without it, and the
/// others look the sign-in up together with its user ([`sessions::find`]).
pub struct Store(Data<App>);

impl SessionStore for Store {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let hash = crypto::sha256_hex(key.as_ref());
        Ok(Some(HashMap::from([(KEY_HASH.to_owned(), hash)])))
    }

    async fn save(
        &self,
        state: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, SaveError> {
        let key = generate_session_key();
        let new = NewSession {
            company_id: value(&state, COMPANY)?,
            user_id: value(&state, USER)?,
            password_hash: value(&state, PASSWORD_HASH)?,
            key_hash: crypto::sha256_hex(key.as_ref()),
            state: kept(state),
        };
        sessions::begin(&self.0.db, new, self.0.clock.now())
            .await
            .map_err(|error| SaveError::Other(error.into()))?;
        Ok(key)
    }

    /// A lost sentence is no reason to call a request failed that has done its work.
    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let hash = crypto::sha256_hex(key.as_ref());
        if let Err(error) = sessions::keep(&self.0.db, &hash, kept(state)).await {
            tracing::warn!(%error, "A message for the next page was lost");
        }
        Ok(key)
    }

    /// The viewer does this, who knows when the session was last seen.
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = crypto::sha256_hex(key.as_ref());
        Ok(sessions::end(&self.0.db, &hash).await?)
    }
}

/// What [`sign_in`] put into the state.
fn value<T: DeserializeOwned>(state: &HashMap<String, String>, name: &str) -> Result<T, SaveError> {
    let text = state.get(name).map_or("", String::as_str);
    serde_json::from_str(text)
        .map_err(|_| SaveError::Serialization(anyhow::anyhow!("a session without its {name}")))
}

/// What a row keeps of the state: the rest is in its columns.
fn kept(state: HashMap<String, String>) -> serde_json::Value {
    let flash = state.into_iter().filter(|(name, _)| name == FLASH);
    serde_json::Value::Object(flash.map(|(name, text)| (name, text.into())).collect())
}
