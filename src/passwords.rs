//! Hashes passwords (argon2id) without letting a crowd of sign-ins take the machine.
use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// The shortest password, in characters.
pub const MIN_CHARS: usize = 12;
/// The longest password, in bytes: hashing must not be a way to keep us busy.
pub const MAX_BYTES: usize = 1024;

/// OWASP asks for 19 MiB and two passes at least. It is more than 32 MiB because glibc gives memory
/// back at once only above that; what is smaller every thread would keep for its next hash.
const MEMORY_KIB: u32 = 33 * 1024;
const PASSES: u32 = 2;
const MAX_WAITING: usize = 16;

/// The pool that hashes: as many at once as there are cores, a short queue, then [`Error::Busy`].
pub struct Passwords {
    argon2: Argon2<'static>,
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
    nobodys_hash: String,
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
            admitted: Arc::new(Semaphore::new(cores + MAX_WAITING)),
            running: Arc::new(Semaphore::new(cores)),
            nobodys_hash,
        })
    }

    /// The hash to store. What is new passes [`NewPassword::parse`] first.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.run(move |argon2| hash(argon2, &password)).await
    }

    /// Compares a password with the stored hash; without one it works as hard, and answers `Wrong`.
    pub async fn verify(&self, stored: Option<&str>, password: &str) -> Result<Match> {
        if password.len() > MAX_BYTES {
            return Ok(Match::Wrong);
        }
        let is_somebody = stored.is_some();
        let stored = stored.unwrap_or(&self.nobodys_hash).to_owned();
        let password = password.to_owned();
        let found = self
            .run(move |argon2| verify(argon2, &stored, &password))
            .await?;
        Ok(if is_somebody { found } else { Match::Wrong })
    }

    /// Both permits travel with the work, because it goes on when the request is dropped.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let admitted = self.admitted.clone().try_acquire_owned();
        let admitted: OwnedSemaphorePermit = admitted.map_err(|_| Error::Busy)?;
        let running = self.running.clone().acquire_owned().await;
        let running = running.map_err(|_| Error::Busy)?;
        let argon2 = self.argon2.clone();
        tokio::task::spawn_blocking(move || {
            let _held = (admitted, running);
            work(&argon2)
        })
        .await
        .map_err(|error| Error::System(format!("hashing a password: {error}")))?
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

/// A password that may be chosen.
#[derive(Clone)]
pub struct NewPassword(String);

/// Why a password may not be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer than [`MIN_CHARS`] characters.
    TooShort,
    /// More than [`MAX_BYTES`] bytes.
    TooLong,
    /// Among the first that anybody tries.
    Common,
}

impl NewPassword {
    /// Takes a password as typed. Any characters will do; length and rarity decide.
    pub fn parse(typed: &str) -> Result<Self, Weakness> {
        if typed.len() > MAX_BYTES {
            return Err(Weakness::TooLong);
        }
        if typed.chars().count() < MIN_CHARS {
            return Err(Weakness::TooShort);
        }
        if is_common(typed) {
            return Err(Weakness::Common);
        }
        Ok(Self(typed.to_owned()))
    }

    /// A random one, to be told once: 130 bits in groups that can be read aloud.
    pub fn generate() -> Self {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let random: [u8; 26] = rand::random();
        let letters: Vec<char> = random
            .iter()
            .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
            .collect();
        let groups: Vec<String> = letters
            .chunks(6)
            .map(|group| group.iter().collect())
            .collect();
        Self(groups.join("-"))
    }

    /// The password itself, to show it once to the person who gave it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Weakness {
    /// What to tell the person who chose it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::TooShort => "Use at least 12 characters; a few words are easy to remember.",
            Self::TooLong => "Use at most 1024 bytes.",
            Self::Common => "This is among the first passwords that anybody tries. Choose another.",
        }
    }
}

/// Is it a well-known password, or a short thing said again and again?
fn is_common(typed: &str) -> bool {
    static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| {
        include_str!("common_passwords.txt")
            .lines()
            .filter(|line| !line.is_empty())
            .collect()
    });
    let folded = typed.to_lowercase();
    let bare: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    COMMON.contains(&folded.as_str())
        || COMMON.contains(&bare.as_str())
        || (1..=4).any(|unit| repeats(&folded, unit))
}

fn repeats(text: &str, unit: usize) -> bool {
    let chars: Vec<char> = text.chars().collect();
    chars
        .iter()
        .zip(chars.iter().skip(unit))
        .all(|(a, b)| a == b)
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
            assert_eq!(pool.verify(Some(&stored), typed).await.unwrap(), expected);
        }
    }

    #[actix_web::test]
    async fn nobodys_password_is_never_right() {
        let pool = pool(1);
        assert_eq!(
            pool.verify(None, "seven tall giraffes").await.unwrap(),
            Match::Wrong
        );
    }

    #[actix_web::test]
    async fn a_hash_with_other_parameters_is_right_but_outdated() {
        let stored = pool(1).hash(PASSWORD).await.unwrap();
        let found = pool(2).verify(Some(&stored), PASSWORD).await;
        assert_eq!(found.unwrap(), Match::RightButOutdated);
    }

    #[actix_web::test]
    async fn a_crowd_is_turned_away_instead_of_queued_without_end() {
        let pool = pool(2);
        let tries = (0..200).map(|_| pool.verify(None, "seven tall giraffes"));
        let outcomes = futures_util::future::join_all(tries).await;
        assert!(outcomes.iter().any(|o| matches!(o, Err(Error::Busy))));
        assert!(outcomes.iter().any(|o| matches!(o, Ok(Match::Wrong))));
        assert!(pool.verify(None, "seven tall giraffes").await.is_ok());
    }

    #[test]
    fn length_and_rarity_decide() {
        let weak = |typed: &str| NewPassword::parse(typed).err();
        assert_eq!(weak("elevenchars"), Some(Weakness::TooShort));
        assert_eq!(weak("twelve chars"), None);
        assert_eq!(
            weak("äöüßäöüßäöü"),
            Some(Weakness::TooShort),
            "characters, not bytes"
        );
        assert_eq!(weak(&"qx7 ".repeat(256)), Some(Weakness::Common));
        assert_eq!(weak(&format!("{}x", "ab3 9zk".repeat(146))), None);
        assert_eq!(weak(&"x".repeat(1025)), Some(Weakness::TooLong));
        for common in [
            "Password1234",
            "123456789012",
            "aaaaaaaaaaaaa",
            "qwertyuiop123",
            "Pass-word-1234",
        ] {
            assert_eq!(weak(common), Some(Weakness::Common), "{common}");
        }
    }

    #[test]
    fn a_generated_password_is_strong_and_never_printed_by_accident() {
        let (one, two) = (NewPassword::generate(), NewPassword::generate());
        assert!(NewPassword::parse(one.expose()).is_ok());
        assert_ne!(one.expose(), two.expose());
        assert_eq!(format!("{one:?}"), "***");
    }
}
