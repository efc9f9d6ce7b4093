//! What stops a start, and how it is told.
use crate::support::Installation;

#[test]
fn mistakes_are_told_together_and_nothing_starts() {
    let installation = Installation::with(vec![
        ("BASE_URL", "greenroom.example.com".into()),
        ("EMAIL_BACKEND", "smtp".into()),
        ("EMAIL_PORT", "many".into()),
    ]);
    let refused = installation.run(&["serve"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    for name in ["BASE_URL", "EMAIL_HOST", "EMAIL_PORT", "DEFAULT_FROM_EMAIL"] {
        assert!(said.contains(name), "{name} is not in {said}");
    }
    assert!(!installation.path("data/greenroom.db").exists());
}

#[test]
fn a_port_that_is_taken_is_told() {
    let installation = Installation::new();
    let first = installation.serve();
    let other = Installation::new();
    let second = other
        .command(&["serve"])
        .env("LISTEN", first.address().to_string())
        .output()
        .expect("it runs");
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(said.contains(&first.address().to_string()), "{said}");
}
