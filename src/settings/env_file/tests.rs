//! What becomes of a `.env`.
use std::os::unix::fs::PermissionsExt;

use super::*;

/// As the program reads it at start.
fn read(text: &str) -> Vec<(String, String)> {
    dotenvy::from_read_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .expect("readable")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    owned.collect()
}

#[test]
fn every_value_is_read_back_exactly() {
    for value in [
        "",
        "plain",
        "two words",
        "# no comment",
        "a #b",
        "pa$$word",
        "$HOME",
        "${HOME}",
        "it's",
        "\"quoted\"",
        "'quoted'",
        "both ' and \"",
        "back\\slash",
        "ends with \\",
        "\\",
        "'\\",
        "\\$'\"# \\n",
        "a=b",
        "Grüße, 山田",
        "`date`",
        "Acme <jobs@acme.io>",
    ] {
        let text = format!("BEFORE=1\nX={}\nAFTER=2\n", lines::quoted(value));
        assert_eq!(
            read(&text),
            pairs(&[("BEFORE", "1"), ("X", value), ("AFTER", "2")]),
            "{text}"
        );
    }
}

#[test]
fn other_lines_stay_as_they_are() {
    let old = "\
# The company's own remark: don't touch EMAIL_HOST=\n\
\n\
  SECRET_KEY = 'it is # long'   \n\
export EMAIL_HOST=old.acme.io # it's the old one\n\
NOTE=\"two\n\
EMAIL_HOST=not-a-setting\n\
lines\"\n\
EMAIL_PORT=587\n\
EMAIL_HOST=doubled.acme.io\n\
# EMAIL_USE_TLS=false\n\
BASE_URL=https://${EMAIL_HOST}/";
    let new = lines::with(
        old,
        &[
            ("EMAIL_HOST", "smtp.acme.io".into()),
            ("EMAIL_PORT", "587".into()),
            ("EMAIL_HOST_PASSWORD", "pa$$ 'word'".into()),
        ],
    );
    let expected = "\
# The company's own remark: don't touch EMAIL_HOST=\n\
\n\
  SECRET_KEY = 'it is # long'   \n\
export EMAIL_HOST=smtp.acme.io\n\
NOTE=\"two\n\
EMAIL_HOST=not-a-setting\n\
lines\"\n\
EMAIL_PORT=587\n\
# EMAIL_USE_TLS=false\n\
BASE_URL=https://${EMAIL_HOST}/\n\
EMAIL_HOST_PASSWORD=\"pa\\$\\$ 'word'\"\n";
    assert_eq!(new, expected);
}

#[test]
fn a_second_time_changes_nothing() {
    let variables = [
        ("EMAIL_HOST", "smtp.acme.io".into()),
        ("EMAIL_HOST_PASSWORD", "a$b".to_owned()),
    ];
    let written = lines::with("A=1", &variables);
    assert_eq!(
        written,
        "A=1\n\n# Email settings, saved by greenroom mail setup\nEMAIL_HOST=smtp.acme.io\nEMAIL_HOST_PASSWORD='a$b'\n"
    );
    assert_eq!(lines::with(&written, &variables), written);
    assert_eq!(
        lines::with("A=1\r\nEMAIL_HOST=x\r\n", &variables[..1]),
        "A=1\r\nEMAIL_HOST=smtp.acme.io\r\n"
    );
}

#[test]
fn lines_that_nobody_can_read_are_found_and_silenced() {
    let text = "A=1\n2nd line\nB='open\nC=two words\nD=\"a\nb\"\nE=\\q\nF=1 ";
    assert_eq!(lines::unreadable(text), [2, 3, 4, 7]);
    let silenced = lines::with_unreadable_silenced(text);
    assert_eq!(
        silenced,
        "A=1\n# 2nd line\n# B='open\n# C=two words\nD=\"a\nb\"\n# E=\\q\nF=1 "
    );
    let set = lines::with(&silenced, &[("F", "1".into()), ("G", "2".into())]);
    assert_eq!(
        read(&set),
        pairs(&[("A", "1"), ("D", "a\nb"), ("F", "1"), ("G", "2")])
    );
}

#[test]
fn comments_with_quotes_hide_no_line() {
    for comment in ["# it's", " # it's", "#it's", "#"] {
        let text = format!("A=1 {comment}\nEMAIL_HOST=x\nB=2\n");
        let set = lines::with(&text, &[("EMAIL_HOST", "y".into())]);
        assert!(set.contains("\nEMAIL_HOST=y\n"), "{set}");
    }
}

#[test]
fn the_new_file_replaces_the_old_one_for_its_owner_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let target = directory.path().join("real.env");
    let link = directory.path().join(".env");
    fs::write(&target, "A=1\n").expect("written");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).expect("a mode");
    std::os::unix::fs::symlink(&target, &link).expect("a link");

    let mut file = EnvFile::open(&link).expect("it opens");
    file.set(&[("A", "2".into())]);
    assert_eq!(
        fs::read_to_string(&target).expect("it is there"),
        "A=1\n",
        "not before it is written"
    );
    file.write().expect("it can be written");

    assert_eq!(fs::read_to_string(&target).expect("it is there"), "A=2\n");
    let mode = fs::metadata(&target)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        fs::symlink_metadata(&link)
            .expect("it is there")
            .is_symlink()
    );
    assert_eq!(
        fs::read_dir(directory.path()).expect("it is there").count(),
        2,
        "nothing is left over"
    );
}

#[test]
fn a_file_that_cannot_be_written_stays_as_it_was() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("gone").join(".env");
    let file = EnvFile {
        path: path.clone(),
        text: "A=1\n".into(),
    };
    assert!(file.write().is_err());
    assert!(!path.exists());
}
