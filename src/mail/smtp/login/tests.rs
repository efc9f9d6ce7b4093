//! Which mechanisms are tried, and in which order.
use super::*;

fn offers(auth: &[&str]) -> Offers {
    Offers {
        auth: auth.iter().map(|name| (*name).to_owned()).collect(),
        ..Offers::default()
    }
}

fn refused(code: u16) -> Outcome {
    Outcome::Refused(Reply {
        code,
        lines: vec!["no".into()],
    })
}

#[test]
fn the_digest_is_that_of_the_rfc() {
    let challenge = b"<1896.697170952@postoffice.reston.mci.net>";
    assert_eq!(
        cram_md5("tanstaaftanstaaf", challenge),
        "b913a602c7eda7a495b4e6e7334d3890"
    );
}

#[test]
fn in_clear_the_way_goes_first_that_does_not_give_the_password_away() {
    let all = offers(&["CRAM-MD5", "LOGIN", "PLAIN", "XOAUTH2"]);
    let tries = Tries::new(true);
    assert_eq!(tries.next(&all, true, None), Some(Mechanism::Plain));
    assert_eq!(tries.next(&all, false, None), Some(Mechanism::CramMd5));
    let remembered = Some(Mechanism::Login);
    assert_eq!(tries.next(&all, true, remembered), remembered);
    assert_eq!(
        tries.next(&offers(&["PLAIN"]), true, remembered),
        Some(Mechanism::Plain)
    );
    assert_eq!(tries.next(&offers(&["XOAUTH2"]), true, None), None);
}

#[test]
fn a_refused_way_is_followed_by_the_next_until_none_is_left() {
    let all = offers(&["CRAM-MD5", "LOGIN", "PLAIN"]);
    let mut tries = Tries::new(false);
    for (mechanism, has_another) in [
        (Mechanism::Plain, true),
        (Mechanism::Login, true),
        (Mechanism::CramMd5, false),
    ] {
        assert_eq!(tries.next(&all, true, None), Some(mechanism));
        tries.note(mechanism, &refused(535), &all, true);
        assert_eq!(tries.has_another, has_another, "{mechanism:?}");
    }
    for (outcome, has_another) in [
        (refused(504), true),
        (refused(454), false),
        (Outcome::Closed, true),
        (Outcome::Timeout(std::time::Duration::ZERO), false),
    ] {
        let mut tries = Tries::new(false);
        tries.note(Mechanism::Plain, &outcome, &all, true);
        assert_eq!(tries.has_another, has_another, "{outcome:?}");
    }
}

#[test]
fn a_password_that_was_kept_back_in_clear_is_not_told_after_a_refusal() {
    let all = offers(&["CRAM-MD5", "LOGIN", "PLAIN"]);
    let mut tries = Tries::new(true);
    tries.note(Mechanism::CramMd5, &refused(535), &all, false);
    assert!(!tries.has_another);
    let mut here = Tries::new(false);
    here.note(Mechanism::CramMd5, &refused(535), &all, false);
    assert_eq!(here.next(&all, false, None), Some(Mechanism::Plain));
    // It is no secret any more, unless the server wants it encrypted.
    let both = offers(&["LOGIN", "PLAIN"]);
    for (code, has_another) in [(535, true), (538, false), (530, false)] {
        let mut tries = Tries::new(true);
        tries.note(Mechanism::Plain, &refused(code), &both, false);
        assert_eq!(tries.has_another, has_another, "{code}");
    }
}
