//! What lies on the disk is for its owner alone.
use std::fs;

use crate::support::{self, Installation};

#[test]
fn data_is_for_its_owner_alone() {
    let installation = Installation::new();
    installation.token();
    let _server = installation.serve();
    assert_eq!(support::mode(&installation.path("data")), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(installation.path("data")).expect("a directory") {
        let entry = entry.expect("an entry");
        assert_eq!(support::mode(&entry.path()), 0o600, "{:?}", entry.path());
        names.push(entry.file_name().into_string().expect("text"));
    }
    for name in [
        "greenroom.db",
        "greenroom.db-wal",
        "greenroom.db.lock",
        "secret_key",
    ] {
        assert!(
            names.iter().any(|found| found == name),
            "{name} is not among {names:?}"
        );
    }
}
