//! Which message a change needs, against what was told last.
use entity::slot::InterviewType;

use super::*;

fn at(minutes: i64) -> InterviewSnapshot {
    InterviewSnapshot {
        starts_at: DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).expect("an instant"),
        duration_minutes: 60,
        interview_type: InterviewType::Technical,
        place: None,
        notes: String::new(),
        link_version: 1,
        is_cancelled: false,
        former_offset_minutes: None,
    }
}

#[test]
fn what_was_never_told_is_told_from_the_beginning() {
    for kind in [
        Kind::Scheduled,
        Kind::Rescheduled,
        Kind::Updated,
        Kind::LinkReplaced,
    ] {
        assert_eq!(
            kind_for(kind, &at(0), &LastNotified::Never),
            Some(Kind::Scheduled)
        );
        let called_off = InterviewSnapshot {
            is_cancelled: true,
            ..at(0)
        };
        assert_eq!(
            kind_for(kind, &at(0), &LastNotified::With(called_off.clone())),
            Some(Kind::Scheduled)
        );
    }
}

#[test]
fn a_cancellation_is_told_to_those_who_were_invited_only() {
    let called_off = InterviewSnapshot {
        is_cancelled: true,
        ..at(0)
    };
    assert_eq!(
        kind_for(Kind::Cancelled, &called_off, &LastNotified::Never),
        None
    );
    assert_eq!(
        kind_for(Kind::Cancelled, &called_off, &LastNotified::With(at(0))),
        Some(Kind::Cancelled)
    );
    assert_eq!(
        kind_for(
            Kind::Cancelled,
            &called_off,
            &LastNotified::With(called_off.clone())
        ),
        None
    );
}

#[test]
fn what_is_again_as_it_was_told_needs_no_message() {
    assert_eq!(
        kind_for(Kind::Rescheduled, &at(0), &LastNotified::With(at(0))),
        None
    );
}

#[test]
fn the_message_is_named_after_the_greatest_difference() {
    let noted = InterviewSnapshot {
        notes: "Bring a pen".into(),
        ..at(0)
    };
    let relinked = InterviewSnapshot {
        link_version: 2,
        ..at(0)
    };
    assert_eq!(
        kind_for(Kind::Updated, &noted, &LastNotified::With(at(0))),
        Some(Kind::Updated)
    );
    assert_eq!(
        kind_for(
            Kind::Updated,
            &InterviewSnapshot {
                notes: "x".into(),
                ..at(30)
            },
            &LastNotified::With(at(0))
        ),
        Some(Kind::Rescheduled)
    );
    assert_eq!(
        kind_for(Kind::LinkReplaced, &relinked, &LastNotified::With(at(0))),
        Some(Kind::LinkReplaced)
    );
    assert_eq!(
        kind_for(Kind::Rescheduled, &noted, &LastNotified::With(at(0))),
        Some(Kind::Updated),
        "moved there and back"
    );
}
