//! A PostgreSQL server that a test may stop.
use std::{fs, os::unix::fs::PermissionsExt, process::Command};

use tempfile::TempDir;

/// Stopped, and gone, when dropped.
pub struct Postgres {
    directory: TempDir,
    pub url: String,
}

impl Postgres {
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        // The server runs as a user of its own when the tests run as root.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o711))
            .expect("it is ours");
        let mut postgres = Self {
            directory,
            url: String::new(),
        };
        postgres.url = postgres.control("start");
        postgres
    }

    pub fn stop(&self) {
        self.control("stop");
    }

    pub fn start_again(&self) {
        assert_eq!(self.control("start"), self.url);
    }

    fn control(&self, what: &str) -> String {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres");
        let done = Command::new(script)
            .arg(what)
            .arg(self.directory.path().join("server"))
            .output()
            .expect("the script runs");
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout)
            .expect("text")
            .trim()
            .to_owned()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.control("stop");
    }
}
