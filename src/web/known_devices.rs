//! The cookie by which a browser is known to the users who have signed in there: one mark for each.
use actix_web::{HttpRequest, cookie::Cookie};
use subtle::ConstantTimeEq;

use super::sessions;
use crate::{crypto, domain::accounts::known_devices::KEPT, settings::Settings};

/// So many people share one browser.
const MOST: usize = 5;
const SEPARATOR: char = '~';

/// The marks in a request.
pub fn of(request: &HttpRequest, settings: &Settings) -> Marks {
    Marks::of(request.cookie(cookie_name(settings)), settings)
}

/// The marks that a browser holds and that we made, whoever signed in last first.
#[derive(Default)]
pub struct Marks(Vec<Mark>);

/// That a user has signed in in this browser. Whether it still counts is for the database to say.
struct Mark {
    user_id: i64,
    random: String,
    proof: String,
}

impl Marks {
    /// The marks in a browser's cookie of [`cookie_name`].
    pub fn of(cookie: Option<Cookie<'_>>, settings: &Settings) -> Self {
        let marks = cookie
            .iter()
            .flat_map(|cookie| cookie.value().split(SEPARATOR));
        let ours = marks.filter_map(|mark| Mark::read(mark, settings));
        Self(ours.take(MOST).collect())
    }

    /// The hashes of all marks, for the database.
    pub fn hashes(&self) -> Vec<String> {
        self.0.iter().map(Mark::hash).collect()
    }

    /// Who signed in last in this browser.
    pub fn last_user(&self) -> Option<i64> {
        self.0.first().map(|mark| mark.user_id)
    }

    /// The cookie after a user has signed in: with the mark by which they were known, else with a fresh one.
    pub fn after(
        mut self,
        user_id: i64,
        known: Option<&str>,
        fresh: String,
        settings: &Settings,
    ) -> Cookie<'static> {
        let known = self
            .0
            .iter()
            .position(|mark| known == Some(mark.hash().as_str()));
        let own = match known {
            Some(known) => self.0.remove(known),
            None => Mark::new(user_id, fresh, settings),
        };
        self.0.retain(|other| other.user_id != user_id);
        self.0.insert(0, own);
        let lines: Vec<String> = self.0.iter().take(MOST).map(Mark::write).collect();
        let text = lines.join(&SEPARATOR.to_string());
        sessions::kept_cookie(cookie_name(settings), text, KEPT, settings)
    }
}

impl Mark {
    fn new(user_id: i64, random: String, settings: &Settings) -> Self {
        Self {
            proof: prove(settings, user_id, &random),
            user_id,
            random,
        }
    }

    fn read(text: &str, settings: &Settings) -> Option<Self> {
        let mut parts = text.split('.');
        let (user_id, random, proof) = (parts.next()?, parts.next()?, parts.next()?);
        let user_id = user_id.parse().ok()?;
        let expected = prove(settings, user_id, random);
        let is_ours: bool = proof.as_bytes().ct_eq(expected.as_bytes()).into();
        (is_ours && parts.next().is_none()).then(|| Self {
            user_id,
            random: random.to_owned(),
            proof: expected,
        })
    }

    fn write(&self) -> String {
        format!("{}.{}.{}", self.user_id, self.random, self.proof)
    }

    fn hash(&self) -> String {
        crypto::sha256_hex(&self.random)
    }
}

/// On https browsers keep it to this host.
pub fn cookie_name(settings: &Settings) -> &'static str {
    if settings.base_url.is_https() {
        "__Host-greenroom-known"
    } else {
        "greenroom-known"
    }
}

fn prove(settings: &Settings, user_id: i64, random: &str) -> String {
    let key = crypto::key_for(settings.secret_key.expose(), "known device");
    let message = format!("{user_id} {random}");
    crypto::hex(&crypto::hmac_sha256(&key, message.as_bytes()))
}
