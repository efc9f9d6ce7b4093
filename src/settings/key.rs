//! The key of this installation, and the directory that holds it.
use std::{
    collections::HashSet,
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
/// Of two characters that follow each other, the second is of another kind so often in what is random.
const MIN_CHANGES_PERCENT: usize = 45;
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
        || !is_noise(key) && passwords::weigh(key, &SAMPLES).guesses_log10() < MIN_GUESSES_LOG10
}

/// Is it surely neither words nor a pattern, as the keys are that Greenroom makes? All others are weighed, for which
/// dictionaries are read that take several megabytes as long as the process runs.
fn is_noise(key: &str) -> bool {
    let key = key.as_bytes();
    let kind = |byte: &u8| match byte {
        b'0'..=b'9' => 1,
        b'a'..=b'z' => 2,
        b'A'..=b'Z' => 3,
        b'-' | b'_' => 4,
        _ => 0,
    };
    let has = |wanted| key.iter().any(|byte| kind(byte) == wanted);
    // In words letters follow letters.
    let changes = key.windows(2).filter(|two| kind(&two[0]) != kind(&two[1]));
    let is_mixed = changes.count() * 100 >= key.len() * MIN_CHANGES_PERCENT;
    let triples = key.windows(3);
    let all = triples.len();
    let different: HashSet<&[u8]> = triples.collect();
    let repeats = (all - different.len()) * 8 > all;
    // `1a2b3c` goes on by steps, if not from each character to the next.
    let goes_on = (1..=4).any(|ahead| {
        let two = key.iter().zip(key.iter().skip(ahead));
        two.filter(|(one, other)| one.abs_diff(**other) <= 1)
            .count()
            * 6
            > key.len()
    });
    key.len() >= MIN_CHARS && (1..=3).all(has) && !has(0) && is_mixed && !repeats && !goes_on
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
            assert!(!is_noise(key), "{key} is weighed");
        }
    }

    #[test]
    fn words_and_patterns_are_weighed_and_most_random_keys_are_not() {
        for key in [
            "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
            "1a2a3a4a5a6a7a8a9a1b2b3b4b5b6b7b",
            "aA1bB2cC3dD4eE5fF6gG7hH8iI9jJ0kK1",
            "Summer2024Winter2025Spring2026Autumn2027",
            "P4ssw0rdP4ssw0rdP4ssw0rdP4ssw0rd",
            "x7Kp2x7Kp2x7Kp2x7Kp2x7Kp2x7Kp2x7Kp2",
            "correct horse battery staple 1234",
            "q1w2e3r4t5y6u7i8q1w2e3r4t5y6u7i8",
        ] {
            assert!(!is_noise(key), "{key}");
        }
        let tokens = (0..200).filter(|_| is_noise(&crypto::random_token()));
        assert!(tokens.count() > 150);
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
