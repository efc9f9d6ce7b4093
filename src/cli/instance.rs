//! The lock that keeps a second process off an SQLite file.
use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Held as long as this process works on the file; the system lets go of it even after a crash.
#[derive(Debug)]
pub struct Instance {
    _lock: File,
}

/// Who may work on the file.
#[derive(Debug)]
pub enum Claim {
    /// This process, until the value is dropped.
    Ours(Instance),
    /// Another process, with its id as far as it is known.
    Theirs(String),
}

/// Asks to be the one process that works on `database`.
pub fn claim(database: &Path) -> io::Result<Claim> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(lock_path(database))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            write!(file, "{}", std::process::id())?;
            Ok(Claim::Ours(Instance { _lock: file }))
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)?;
            Ok(Claim::Theirs(holder))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_process_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("greenroom.db");
        let first = claim(&database).unwrap();
        assert!(matches!(first, Claim::Ours(_)));
        let Claim::Theirs(holder) = claim(&database).unwrap() else {
            panic!("a second claim was granted");
        };
        assert_eq!(holder, std::process::id().to_string());
        drop(first);
        assert!(matches!(claim(&database).unwrap(), Claim::Ours(_)));
    }
}
