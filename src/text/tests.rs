//! What people type, cleaned or refused.
use super::*;

#[test]
fn addresses_have_one_form() {
    assert_eq!(
        email(" John.Doe@Example.COM "),
        Ok("john.doe@example.com".into())
    );
    assert_eq!(
        email("jo@bücher.example"),
        Ok("jo@xn--bcher-kva.example".into())
    );
}

#[test]
fn what_is_no_single_address_is_refused() {
    for text in [
        "",
        "john",
        "a@b",
        "a@b.c, d@e.f",
        "a@b.c>\r\nRCPT TO:<x@y.zz>",
        "a b@example.com",
        "x@[127.0.0.1]",
        "x@localhost",
        "\"a\"@example.com",
        "a@b@example.com",
        ".a@example.com",
        "a@example.com\u{202e}",
        "a@127.0.0.1",
        "a\u{61c}@example.com",
        "a\u{3164}@example.com",
        "\u{2800}@example.com",
        "a\u{ad}@example.com",
        "a\u{200d}@example.com",
        "a@\u{3164}.example",
    ] {
        assert!(email(text).is_err(), "{text:?}");
    }
}

#[test]
fn lines_refuse_what_could_break_a_header_or_turn_text_around() {
    for text in [
        "Jane\r\nBcc: v@x.yz",
        "Jane\u{0}",
        "Jane\u{202e}enaJ",
        "a\u{2066}b",
        "a\u{85}b",
        "a\u{61c}b",
        "a\u{180e}b",
    ] {
        assert!(line(text, 100).is_err(), "{text:?}");
        assert!(optional_line(text, 100).is_err(), "{text:?}");
    }
    assert_eq!(line("  Zoe\u{308} Núñez ", 100), Ok("Zoë Núñez".into()));
    assert_eq!(lines("one\r\ntwo", 100), Ok("one\ntwo".into()));
}

#[test]
fn what_nobody_can_see_is_no_text() {
    for c in [
        ' ',
        '\u{a0}',
        '\u{3000}',
        '\u{ad}',
        '\u{34f}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180b}',
        '\u{200c}',
        '\u{200d}',
        '\u{2800}',
        '\u{3164}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{ffa0}',
        '\u{1d159}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e0100}',
    ] {
        let text = format!("{c}{c} {c}");
        assert_eq!(line(&text, 100), Err("Please fill this in."), "{c:?}");
        assert_eq!(optional_line(&text, 100), Ok(String::new()), "{c:?}");
        assert_eq!(
            lines(&format!("{text}\n{c}"), 100),
            Ok(String::new()),
            "{c:?}"
        );
    }
    for text in ["ㅤ김", "می\u{200c}خواهم", "👩\u{200d}💻", "❤\u{fe0f}", "-"] {
        assert_eq!(line(text, 100).as_deref(), Ok(text));
    }
}

#[test]
fn only_https_addresses_are_meeting_places() {
    assert!(https_url("https://meet.example.com/abc?x=1").is_ok());
    for text in [
        "http://meet.example.com",
        "javascript:alert(1)",
        "https://a@b.example/",
        "https://",
        "//x.example",
        "https://x.example/a b",
    ] {
        assert!(https_url(text).is_err(), "{text}");
    }
}

#[test]
fn masks_keep_the_first_letters() {
    assert_eq!(masked("john.doe@example.com"), "j***@e***.com");
    assert_eq!(masked("nonsense"), "***");
}

#[test]
fn words_are_found_without_case_and_accents() {
    assert_eq!(
        search_words("Zoë NÚÑEZ zoe@x.org"),
        ["nunez", "org", "x", "zoe"]
    );
}

#[test]
fn days_and_times_have_one_form() {
    for right in ["2027-01-05", "1900-01-01", "9998-12-31"] {
        assert!(date(right).is_ok(), "{right}");
    }
    for wrong in [
        "",
        "5.1.2027",
        "2027-02-30",
        "+12027-01-05",
        "2027-1-5",
        "20277-1-05",
        "-227-01-05",
        "+227-01-05",
        "0207-01-05",
        "1899-12-31",
        "9999-01-01",
    ] {
        assert!(date(wrong).is_err(), "{wrong}");
    }
    assert_eq!(time("09:30"), time("09:30:00"));
    for right in ["00:00", "23:59:59"] {
        assert!(time(right).is_ok(), "{right}");
    }
    for wrong in [
        "",
        "24:00",
        "9",
        "9:30",
        "9.30",
        "noon",
        "23:59:60",
        "09:30:00Z",
    ] {
        assert!(time(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn currencies_and_languages_are_codes() {
    assert_eq!(currency(" usd "), Ok("USD".into()));
    for wrong in ["", "Euro", "€", "U5D", "ÄÖÜ"] {
        assert!(currency(wrong).is_err(), "{wrong}");
    }
    for right in ["en", "pt-BR", "zh-Hant-TW", "de-1996"] {
        assert_eq!(locale(right), Ok(right.into()));
    }
    for wrong in ["", "e", "en_US", "en-", "-en", "12", "en\r\nx"] {
        assert!(locale(wrong).is_err(), "{wrong}");
    }
}
