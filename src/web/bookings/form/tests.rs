//! What is typed to book somebody.
use super::*;

fn typed() -> BookingForm {
    BookingForm {
        candidate: SOMEBODY_NEW.into(),
        name: "Zoë".into(),
        email: "zoe@example.com".into(),
        locale: fallback(),
        ticket: Ticket::fresh(),
        ..Default::default()
    }
}

#[test]
fn somebody_there_somebody_new_or_an_interview_is_booked() {
    assert!(matches!(typed().parse(7).expect("one").who, Who::New(_)));
    let there = BookingForm {
        candidate: "5".into(),
        ..typed()
    };
    assert!(matches!(
        there.parse(7).expect("one").who,
        Who::Candidate(5)
    ));
    let waiting = BookingForm {
        interview: "9".into(),
        ..there
    };
    assert!(matches!(
        waiting.parse(7).expect("one").who,
        Who::Interview(9)
    ));
    assert_eq!(waiting.interview_id().expect("a key"), Some(9));
}

#[test]
fn nobody_is_booked_by_mistake() {
    for (candidate, interview, field) in [
        ("", "", "candidate"),
        ("somebody", "", "candidate"),
        ("-1", "", "candidate"),
        ("5", "x", "interview"),
    ] {
        let form = BookingForm {
            candidate: candidate.into(),
            interview: interview.into(),
            ..typed()
        };
        assert!(form.parse(7).expect_err("a mistake").of(field).is_some());
    }
}

#[test]
fn searching_and_previewing_are_no_part_of_what_is_asked() {
    let idempotency_key = |form: BookingForm| {
        form.parse(7)
            .expect("a booking")
            .idempotency_key
            .expect("a key")
    };
    let plain = idempotency_key(typed());
    let searched = idempotency_key(BookingForm {
        q: "zoe".into(),
        act: "preview".into(),
        ..typed()
    });
    assert_eq!(plain.fingerprint, searched.fingerprint);
    let other = idempotency_key(BookingForm {
        notes: "Bring a pen.".into(),
        ..typed()
    });
    assert_ne!(plain.fingerprint, other.fingerprint);
}

#[test]
fn the_candidate_who_has_the_address_is_taken_with_a_button() {
    let mut form = typed();
    assert!(form.taken_by(5).of("email").is_some());
    form.act = form.take().expect("a button").0;
    assert_eq!(form.act(), Act::Preview);
    assert!(form.chooses(5));
}
