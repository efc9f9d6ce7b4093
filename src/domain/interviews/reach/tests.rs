//! How far a candidate is reached, at the edges of each step.
use super::*;

/// So many minutes after the start.
fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + minutes * 60, 0).expect("an instant")
}

fn message(status: email::Status) -> Message {
    Message {
        id: 1,
        status,
        reason: String::new(),
        created_at: at(-3000),
        first_due_at: at(-3000),
        due_at: at(-3000),
        finished_at: status.is_final().then(|| at(-2999)),
        told_at: None,
        attempts: 1,
    }
}

fn facts(message: Option<&Message>) -> Facts<'_> {
    Facts {
        status: Status::Scheduled,
        starts_at: at(0),
        ends_at: at(60),
        is_untold: false,
        message,
        opened_at: None,
        answer: None,
        is_answer_handled: false,
        joined_at: None,
    }
}

/// The marks of the steps so many minutes after the start.
fn marks(facts: Facts<'_>, minutes: i64) -> [Mark; 4] {
    of(facts, at(minutes)).map(|step| step.mark)
}

#[test]
fn a_good_day_has_no_late_step() {
    let accepted = message(Mail::Accepted);
    let opened = Facts {
        opened_at: Some(at(-2000)),
        ..facts(Some(&accepted))
    };
    for minutes in [-2000, -240, -90, 0, 4] {
        let [queued, accepted, opened, joined] = marks(opened, minutes);
        assert_eq!(queued, Mark::Done(at(-3000)));
        assert_eq!(accepted, Mark::Done(at(-2999)));
        assert_eq!(opened, Mark::Done(at(-2000)));
        assert_eq!(joined, Mark::ToCome, "{minutes}");
    }
    let joined = Facts {
        joined_at: Some(at(2)),
        ..opened
    };
    assert_eq!(marks(joined, 30)[3], Mark::Done(at(2)));
}

#[test]
fn a_page_that_nobody_opened_turns_late_and_then_overdue() {
    let accepted = message(Mail::Accepted);
    let opened = |minutes| marks(facts(Some(&accepted)), minutes)[2];
    assert_eq!(opened(-241), Mark::ToCome);
    assert_eq!(opened(-240), Mark::Late);
    assert_eq!(opened(-91), Mark::Late);
    assert_eq!(opened(-90), Mark::Overdue);
}

#[test]
fn whoever_was_told_a_moment_ago_has_time_to_read() {
    let accepted = Message {
        created_at: at(-40),
        finished_at: Some(at(-40)),
        ..message(Mail::Accepted)
    };
    let opened = |minutes| marks(facts(Some(&accepted)), minutes)[2];
    assert_eq!(opened(-11), Mark::ToCome);
    assert_eq!(opened(-10), Mark::Overdue);
}

#[test]
fn only_the_first_late_step_is_called_late() {
    let lost = message(Mail::Failed);
    for minutes in [-500, 20] {
        let expected = [
            Mark::Done(at(-3000)),
            Mark::Overdue,
            Mark::ToCome,
            Mark::ToCome,
        ];
        assert_eq!(marks(facts(Some(&lost)), minutes), expected);
    }
}

#[test]
fn whoever_is_not_told_is_late_at_once() {
    assert_eq!(marks(facts(None), -600)[0], Mark::Late);
    assert_eq!(marks(facts(None), -59)[0], Mark::Overdue);
    let found_it = Facts {
        opened_at: Some(at(-50)),
        ..facts(None)
    };
    assert_eq!(marks(found_it, -40)[0], Mark::ToCome);
}

#[test]
fn an_earlier_email_tells_nothing_of_a_change_that_was_kept_back() {
    let accepted = message(Mail::Accepted);
    let untold = Facts {
        is_untold: true,
        ..facts(Some(&accepted))
    };
    let to_come = Mark::ToCome;
    assert_eq!(marks(untold, -600), [Mark::Late, to_come, to_come, to_come]);
    assert_eq!(marks(untold, -59)[0], Mark::Overdue);
}

#[test]
fn an_email_that_waits_is_late_when_the_alerts_say_so() {
    let fresh = |status| Message {
        created_at: at(-600),
        first_due_at: at(-600),
        ..message(status)
    };
    let queued = fresh(Mail::Queued);
    assert_eq!(marks(facts(Some(&queued)), -571)[1], Mark::ToCome);
    assert_eq!(marks(facts(Some(&queued)), -570)[1], Mark::Late);
    let retrying = fresh(Mail::Retrying);
    assert_eq!(marks(facts(Some(&retrying)), -599)[1], Mark::Late);
    assert_eq!(marks(facts(Some(&retrying)), -59)[1], Mark::Overdue);
    let told = Message {
        told_at: Some(at(-580)),
        ..retrying
    };
    assert_eq!(marks(facts(Some(&told)), -570)[1], Mark::Done(at(-580)));
}

#[test]
fn a_candidate_is_late_five_minutes_after_the_start() {
    let accepted = message(Mail::Accepted);
    let opened = Facts {
        opened_at: Some(at(-2000)),
        ..facts(Some(&accepted))
    };
    assert_eq!(marks(opened, 4)[3], Mark::ToCome);
    assert_eq!(marks(opened, 5)[3], Mark::Late);
    assert_eq!(marks(opened, 9)[3], Mark::Late);
    assert_eq!(marks(opened, 10)[3], Mark::Overdue);
    assert_eq!(
        late(&of(opened, at(10))).map(|step| step.name),
        Some(Name::Joined)
    );
}

#[test]
fn nothing_is_late_once_nobody_is_awaited() {
    let lost = message(Mail::Failed);
    let over = facts(Some(&lost));
    assert_eq!(late(&of(over, at(60))), None);
    for status in [Status::Completed, Status::NoShow, Status::Cancelled] {
        let closed = Facts { status, ..over };
        assert_eq!(late(&of(closed, at(20))), None);
    }
    let joined = Facts {
        joined_at: Some(at(1)),
        ..over
    };
    assert_eq!(late(&of(joined, at(20))), None);
}

#[test]
fn what_the_candidate_says_stands_in_place_of_that_they_read_it() {
    let accepted = message(Mail::Accepted);
    let third = |answer, is_answer_handled, minutes| {
        let facts = Facts {
            answer: Some((answer, at(-1000))),
            is_answer_handled,
            ..facts(Some(&accepted))
        };
        let step = of(facts, at(minutes))[2];
        (step.name, step.mark)
    };
    let done = Mark::Done(at(-1000));
    for minutes in [-900, -60, 0] {
        assert_eq!(
            third(Answer::Confirmed, false, minutes),
            (Name::Confirmed, done)
        );
        assert_eq!(
            third(Answer::Declined, false, minutes),
            (Name::Declined, Mark::Overdue)
        );
        assert_eq!(
            third(Answer::AnotherTime, false, minutes),
            (Name::AnotherTime, Mark::Late)
        );
    }
    for (answer, name) in [
        (Answer::Declined, Name::Declined),
        (Answer::AnotherTime, Name::AnotherTime),
    ] {
        assert_eq!(third(answer, true, -60), (name, done), "seen to");
        assert_eq!(third(answer, false, 61), (name, Mark::ToCome), "over");
    }
}
