//! Hashes passwords (argon2id) without letting a crowd of sign-ins take the machine.
mod choice;
mod guesses;

use std::{borrow::Cow, sync::Arc};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use unicode_normalization::UnicodeNormalization;

pub use self::{
    choice::{About, NewPassword, Weakness},
    guesses::weigh,
};
use crate::error::{Error, Result};

/// The longest password, in bytes: hashing must not be a way to keep us busy.
pub const MAX_BYTES: usize = 1024;

/// OWASP asks for 19 MiB and two passes at least. It is more than 32 MiB because glibc gives memory
/// back at once only above that; what is smaller every thread would keep for its next hash.
const MEMORY_KIB: u32 = 33 * 1024;
const PASSES: u32 = 2;
const MAX_WAITING: usize = 16;

/// The pool that hashes: as many at once as there are cores, a short queue, then [`Error::Busy`]. What
/// strangers ask for has a queue of its own and, where there are two cores, never all of them, so that
/// any number of strangers keeps nobody waiting who is known.
pub struct Passwords {
    argon2: Argon2<'static>,
    known: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    strangers_running: Arc<Semaphore>,
    running: Arc<Semaphore>,
    nobodys_hash: String,
}

/// Whose work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Of somebody who is signed in, or who has signed in before in the same browser.
    Known,
    /// Of anybody.
    Strangers,
}

/// How a password compares with a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// Another password, or nobody's.
    Wrong,
    /// The password.
    Right,
    /// The password, but hashed with other parameters than today's: hash it anew.
    RightButOutdated,
}

impl Passwords {
    /// A pool as it should be outside tests.
    pub fn new() -> Result<Self> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, None)
            .map_err(|error| Error::System(format!("hashing passwords: {error}")))?;
        Self::with_params(params)
    }

    /// A pool with other parameters.
    pub fn with_params(params: Params) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys_hash = hash(&argon2, &crate::crypto::random_token())?;
        Ok(Self {
            argon2,
            known: Arc::new(Semaphore::new(cores + MAX_WAITING)),
            strangers: Arc::new(Semaphore::new(cores + MAX_WAITING)),
            strangers_running: Arc::new(Semaphore::new(Ord::max(1, cores - 1))),
            running: Arc::new(Semaphore::new(cores)),
            nobodys_hash,
        })
    }

    /// The password as [`NewPassword`], or why it may not be chosen. In the pool, because a hostile
    /// one takes as long as a hash.
    pub async fn choose(&self, typed: &str, about: About) -> Result<Result<NewPassword, Weakness>> {
        let typed = typed.to_owned();
        self.run(Share::Known, move |_| {
            Ok(NewPassword::parse(&typed, &about))
        })
        .await
    }

    /// The hash to store. What is new comes from [`Self::choose`].
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = composed(password).into_owned();
        self.run(Share::Known, move |argon2| hash(argon2, &password))
            .await
    }

    /// Compares a password with the stored hash; without one it works as hard, and answers `Wrong`.
    pub async fn verify(
        &self,
        stored: Option<&str>,
        password: &str,
        share: Share,
    ) -> Result<Match> {
        if password.len() > MAX_BYTES {
            return Ok(Match::Wrong);
        }
        let is_somebody = stored.is_some();
        let stored = stored.unwrap_or(&self.nobodys_hash).to_owned();
        let password = password.to_owned();
        let found = self
            .run(share, move |argon2| {
                let normal = composed(&password);
                match verify(argon2, &stored, &normal)? {
                    // Hashes from before passwords were composed are of what was typed then.
                    Match::Wrong if *normal != *password => verify(argon2, &stored, &password),
                    found => Ok(found),
                }
            })
            .await?;
        Ok(if is_somebody { found } else { Match::Wrong })
    }

    /// The permits travel with the work, because it goes on when the request is dropped.
    async fn run<T: Send + 'static>(
        &self,
        share: Share,
        work: impl FnOnce(&Argon2<'static>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let queue = match share {
            Share::Known => &self.known,
            Share::Strangers => &self.strangers,
        };
        let admitted = queue.clone().try_acquire_owned();
        let admitted: OwnedSemaphorePermit = admitted.map_err(|_| Error::Busy)?;
        let of_strangers = match share {
            Share::Known => None,
            Share::Strangers => Some(one_of(&self.strangers_running).await?),
        };
        let running = one_of(&self.running).await?;
        let argon2 = self.argon2.clone();
        tokio::task::spawn_blocking(move || {
            let _held = (admitted, of_strangers, running);
            work(&argon2)
        })
        .await
        .map_err(|error| Error::System(format!("hashing a password: {error}")))?
    }
}

async fn one_of(permits: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
    let permit = permits.clone().acquire_owned().await;
    permit.map_err(|_| Error::Busy)
}

/// One form for what looks the same (RFC 8265): some keyboards send `e´` where others send `é`.
fn composed(password: &str) -> Cow<'_, str> {
    match password.is_ascii() {
        true => Cow::Borrowed(password),
        false => Cow::Owned(password.nfc().collect()),
    }
}

fn hash(argon2: &Argon2<'static>, password: &str) -> Result<String> {
    argon2
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::System(format!("hashing a password: {error}")))
}

fn verify(argon2: &Argon2<'static>, stored: &str, password: &str) -> Result<Match> {
    let unreadable = |error| Error::Stored(format!("a password hash: {error}"));
    let stored = PasswordHash::new(stored).map_err(unreadable)?;
    if argon2
        .verify_password(password.as_bytes(), &stored)
        .is_err()
    {
        return Ok(Match::Wrong);
    }
    let params = Params::try_from(&stored)
        .map_err(|error| Error::Stored(format!("a password hash: {error}")))?;
    let now = argon2.params();
    let is_current = params.m_cost() == now.m_cost()
        && params.t_cost() == now.t_cost()
        && params.p_cost() == now.p_cost();
    Ok(if is_current {
        Match::Right
    } else {
        Match::RightButOutdated
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(passes: u32) -> Passwords {
        Passwords::with_params(Params::new(8, passes, 1, None).expect("parameters")).expect("pool")
    }

    const PASSWORD: &str = "seven tall giraffes";

    #[actix_web::test]
    async fn only_the_password_itself_matches() {
        let pool = pool(1);
        let stored = pool.hash(PASSWORD).await.unwrap();
        for (typed, expected) in [
            ("seven tall giraffes", Match::Right),
            ("seven tall giraffe", Match::Wrong),
            ("", Match::Wrong),
        ] {
            assert_eq!(
                pool.verify(Some(&stored), typed, Share::Known)
                    .await
                    .unwrap(),
                expected
            );
        }
    }

    #[actix_web::test]
    async fn nobodys_password_is_never_right() {
        let pool = pool(1);
        assert_eq!(
            pool.verify(None, PASSWORD, Share::Strangers).await.unwrap(),
            Match::Wrong
        );
    }

    #[actix_web::test]
    async fn a_hash_with_other_parameters_is_right_but_outdated() {
        let stored = pool(1).hash(PASSWORD).await.unwrap();
        let found = pool(2).verify(Some(&stored), PASSWORD, Share::Known).await;
        assert_eq!(found.unwrap(), Match::RightButOutdated);
    }

    #[actix_web::test]
    async fn a_crowd_is_turned_away_instead_of_queued_without_end() {
        let pool = pool(2);
        let tries = (0..200).map(|_| pool.verify(None, PASSWORD, Share::Strangers));
        let outcomes = futures_util::future::join_all(tries).await;
        assert!(outcomes.iter().any(|o| matches!(o, Err(Error::Busy))));
        assert!(outcomes.iter().any(|o| matches!(o, Ok(Match::Wrong))));
        assert!(pool.verify(None, PASSWORD, Share::Strangers).await.is_ok());
    }

    #[actix_web::test]
    async fn a_crowd_of_strangers_keeps_out_nobody_who_is_known() {
        let pool = pool(2);
        let stored = pool.hash(PASSWORD).await.unwrap();
        let strangers = (0..200).map(|_| pool.verify(None, PASSWORD, Share::Strangers));
        let strangers = futures_util::future::join_all(strangers);
        let known = async {
            let verified = pool.verify(Some(&stored), PASSWORD, Share::Known).await;
            (verified, pool.hash(PASSWORD).await)
        };
        // In this order: the strangers have come first.
        let (strangers, (verified, hashed)) = futures_util::future::join(strangers, known).await;
        assert!(strangers.iter().any(|o| matches!(o, Err(Error::Busy))));
        assert_eq!(verified.unwrap(), Match::Right);
        assert!(hashed.is_ok());
    }

    #[actix_web::test]
    async fn a_password_is_the_same_however_a_keyboard_composes_it() {
        let pool = pool(1);
        let (composed, apart) = ("sieben große Löwen", "sieben große Lo\u{308}wen");
        for chosen in [composed, apart] {
            let stored = pool.hash(chosen).await.unwrap();
            for typed in [composed, apart] {
                let found = pool.verify(Some(&stored), typed, Share::Known).await;
                assert_eq!(found.unwrap(), Match::Right, "{chosen:?} {typed:?}");
            }
        }
        let older = hash(&pool.argon2, apart).unwrap();
        let found = pool.verify(Some(&older), apart, Share::Known).await;
        assert_eq!(found.unwrap(), Match::Right, "as it was hashed before");
    }
}
