//! The key of this installation, and the directory that holds it.
use std::{
    fs,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use super::Secret;
use crate::{crypto, passwords};

/// The shortest key for others than this machine, in characters.
pub(super) const MIN_CHARS: usize = 32;
/// Random keys need more guesses than can be counted; sequences, words and repeats do not.
const MIN_GUESSES_LOG10: f64 = 19.0;
/// Fewer different characters have neither hexadecimal digits nor anything else that was made at random.
const MIN_DIFFERENT_CHARS: usize = 8;
/// What stands in examples, in place of a key.
const SAMPLES: [&str; 9] = [
    "changeme",
    "changethis",
    "replaceme",
    "yoursecret",
    "secretkey",
    "insecure",
    "placeholder",
    "password",
    "example",
];

/// Could somebody guess it?
pub(super) fn is_guessable(key: &str) -> bool {
    let mut different: Vec<char> = key.chars().collect();
    different.sort_unstable();
    different.dedup();
    let bare = key.chars().filter(|c| c.is_alphanumeric());
    let bare = bare.collect::<String>().to_lowercase();
    different.len() < MIN_DIFFERENT_CHARS
        || SAMPLES.iter().any(|sample| bare.contains(sample))
        || passwords::weigh(key, &SAMPLES).guesses_log10() < MIN_GUESSES_LOG10
}

/// Reads the key of this installation, or makes it: readable by its owner alone.
pub(super) fn kept(path: &Path) -> io::Result<Secret> {
    if let Some(key) = present(path)? {
        return Ok(key);
    }
    if let Some(parent) = path.parent() {
        make_private_dir(parent)?;
    }
    let key = crypto::random_token();
    match fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(mut file) => file.write_all(key.as_bytes())?,
        // Another process was quicker; its key is the one.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return kept(path),
        Err(error) => return Err(error),
    }
    Ok(Secret::new(key))
}

/// The key of this installation, if one was made.
pub(super) fn present(path: &Path) -> io::Result<Option<Secret>> {
    let key = match fs::read_to_string(path) {
        Ok(key) => key,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let (key, path) = (key.trim(), path.display());
    if key.len() < MIN_CHARS {
        return Err(io::Error::other(format!("{path} is damaged")));
    }
    if is_guessable(key) {
        return Err(io::Error::other(format!(
            "the key in {path} can be guessed, and with it anyone could create join links. \
             Delete the file, and Greenroom creates a random key at the next start. \
             Join links that candidates already have stop working then, so send their invitations again",
        )));
    }
    Ok(Some(Secret::new(key)))
}

/// Makes a directory that only its owner may enter.
pub fn make_private_dir(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_sequences_and_repeats_can_be_guessed() {
        for key in [
            "a",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abababababababababababababababababababab",
            "changemechangemechangemechangeme",
            "change-me-please-before-production-9f86d081",
            "your-secret-key-here-your-secret-key-here",
            "django-insecure-4b@0m^2x$n!q9z&w7r+e5t_y3u1i",
            "0123456789abcdef0123456789abcdef",
            "01234567890123456789012345678901",
            "abcdefghijklmnopqrstuvwxyz012345",
            "zyxwvutsrqponmlkjihgfedcba987654",
            "qwertyuiopasdfghjklzxcvbnm123456",
            "passwordpasswordpasswordpassword",
            "00000000000000000000000000000001",
            "deadbeefdeadbeefdeadbeefdeadbeef",
        ] {
            assert!(is_guessable(key), "{key}");
        }
    }

    #[test]
    fn what_was_made_at_random_cannot() {
        for _ in 0..50 {
            assert!(!is_guessable(&crypto::random_token()));
            let hex = crypto::random_id();
            assert!(!is_guessable(&hex), "{hex}");
        }
        assert!(!is_guessable(
            "a secret that only tests have, 32 characters"
        ));
    }
}
