//! The key of this installation, and the directory that holds it.
use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use super::Secret;
use crate::crypto;

/// Reads the key of this installation, or makes it: readable by its owner alone.
pub(super) fn kept_key(path: &Path) -> std::io::Result<Secret> {
    match fs::read_to_string(path) {
        Ok(key) if key.trim().len() >= 32 => return Ok(Secret::new(key.trim())),
        Ok(_) => {
            return Err(std::io::Error::other(format!(
                "{} is damaged",
                path.display()
            )));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
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
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return kept_key(path),
        Err(error) => return Err(error),
    }
    Ok(Secret::new(key))
}

/// Makes a directory that only its owner may enter.
pub fn make_private_dir(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}
