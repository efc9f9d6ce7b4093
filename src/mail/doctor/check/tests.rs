//! Checks in order, and how a finding reads.
use super::*;

fn check(step: Step, server: Option<Name>, found: Found) -> Check {
    Check::new(step, server, found, 0)
}

#[test]
fn all_steps_have_their_numbers() {
    assert_eq!(Step::Transport.number(), 1);
    assert_eq!(Step::Greeting.number(), 9);
    assert_eq!(Step::Queue.number(), 21);
    let numbers: Vec<u8> = Step::ALL.iter().map(|step| step.number()).collect();
    assert_eq!(numbers, (1..=21).collect::<Vec<_>>());
    assert_eq!(Step::OF_A_SERVER.first(), Some(&Step::Addresses));
    assert_eq!(Step::OF_A_SERVER.last(), Some(&Step::SampleMessages));
}

#[test]
fn servers_come_one_after_the_other() {
    let mut checks = vec![
        check(Step::Queue, None, Found::pass()),
        check(Step::Encryption, Some(Name::Fallback), Found::pass()),
        check(Step::Encryption, Some(Name::Primary), Found::pass()),
        check(Step::Greeting, Some(Name::Primary), Found::pass()),
        check(Step::Transport, None, Found::pass()),
    ];
    sort(&mut checks);
    let order = checks.iter().map(|check| (check.number, check.server));
    assert_eq!(
        order.collect::<Vec<_>>(),
        [
            (1, None),
            (9, Some(Name::Primary)),
            (12, Some(Name::Primary)),
            (12, Some(Name::Fallback)),
            (21, None)
        ]
    );
}

#[test]
fn two_findings_become_one() {
    let both = Found::pass()
        .saw("a")
        .and(Found::warn("One.", "Do it."))
        .and(Found::warn("Two.", "Do that.").saw("b"));
    assert_eq!(both.grade, Grade::Warn);
    assert_eq!(both.evidence, ["a", "b"]);
    assert_eq!(
        (both.cause.as_str(), both.fix.as_str()),
        ("One. Two.", "Do it. Do that.")
    );
}
