//! Reports as servers write them, and as nobody should.
use super::*;

const MESSAGE_ID: &str = "0123456789abcdef0123456789abcdef.0@sample-company.example";
const RETURN_ADDRESS: &str = "bounces+42-aaaaaaaaaaaaaaaaaaaa@sample-company.example";

macro_rules! letter {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/bounces/", $name, ".eml"))
    };
}

const REPORTS: [&[u8]; 11] = [
    letter!("postfix"),
    letter!("exim"),
    letter!("exim-plain"),
    letter!("microsoft365"),
    letter!("gmail"),
    letter!("ses"),
    letter!("full"),
    letter!("many"),
    letter!("delayed"),
    letter!("non-ascii"),
    letter!("qmail"),
];

#[test]
fn servers_of_many_makes_are_understood() {
    for (letter, host, code, words) in [
        (
            &letter!("postfix")[..],
            "mail.sample-company.example",
            "5.1.1",
            "550 5.1.1 <zoe@example.net>: Recipient address rejected: User unknown in virtual mailbox table",
        ),
        (
            letter!("exim"),
            "mail.sample-company.example",
            "5.1.1",
            "550 5.1.1 No such user here",
        ),
        (
            letter!("exim-plain"),
            "old.sample-company.example",
            "5.1.1",
            "SMTP error from remote mail server after RCPT TO:<zoe@example.net>: host mx.example.net [192.0.2.25]: 550 5.1.1 <zoe@example.net>: Recipient address rejected: User unknown",
        ),
        (
            letter!("microsoft365"),
            "BL0PR01MB0002.prod.exchangelabs.com",
            "5.1.10",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        ),
        (
            letter!("gmail"),
            "googlemail.com",
            "5.1.1",
            "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos or 550 5.1.1 unnecessary spaces.",
        ),
        (
            letter!("ses"),
            "a1-2.smtp-out.eu-west-1.amazonses.com",
            "5.1.1",
            "550 5.1.1 user unknown",
        ),
        (
            letter!("full"),
            "mx.example.net",
            "5.2.2",
            "552 5.2.2 Over quota, see [link] for what it was",
        ),
    ] {
        let report = read(letter).expect(host);
        assert_eq!(report.host, host);
        let [recipient] = report.recipients.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!(recipient.addresses[0], "zoe@example.net", "{host}");
        assert_eq!(recipient.action, Some(Action::Failed), "{host}");
        assert_eq!(recipient.code.as_deref(), Some(code), "{host}");
        assert_eq!(recipient.diagnostic, words);
    }
}

#[test]
fn a_report_names_the_message_and_the_address_that_it_came_back_to() {
    for letter in REPORTS {
        let report = read(letter).expect("a report");
        let to = &report.delivered_to;
        assert!(
            to.iter().any(|header| header.contains(RETURN_ADDRESS)),
            "{report:?}"
        );
        let ids = &report.message_ids;
        let renamed =
            "0102018f3a5b7c9d-11112222-3333-4444-5555-666677778888-000000@eu-west-1.amazonses.com";
        assert!(ids[0] == MESSAGE_ID || ids[0] == renamed, "{report:?}");
    }
}

#[test]
fn a_delay_is_not_the_end() {
    let report = read(letter!("delayed")).expect("a report");
    assert_eq!(report.recipients[0].action, Some(Action::Delayed));
    assert_eq!(report.recipients[0].code.as_deref(), Some("4.4.1"));
    let good_news = read(letter!("delivered")).expect("a report");
    assert_eq!(good_news.recipients[0].action, Some(Action::Delivered));
}

#[test]
fn good_news_is_what_the_standard_calls_so() {
    let of = |action: &str, status: &str| {
        let letter = String::from_utf8_lossy(letter!("delivered"))
            .replace("Action: delivered", &format!("Action: {action}"))
            .replace("Status: 2.0.0", &format!("Status: {status}"));
        let report = read(letter.as_bytes()).expect("a report");
        report.recipients[0].action
    };
    for (action, status, expected) in [
        ("delivered", "2.0.0", Some(Action::Delivered)),
        ("Delivered (to mailbox)", "2.1.5", Some(Action::Delivered)),
        ("delivered", "", Some(Action::Delivered)),
        ("relayed", "2.0.0", Some(Action::Relayed)),
        ("expanded", "2.0.0", Some(Action::Relayed)),
        // What contradicts itself, or has words of its own, proves nothing.
        ("delivered", "4.4.7", None),
        ("delivered", "5.1.1", None),
        ("relayed", "5.0.0", None),
        ("completed", "2.0.0", None),
        ("undelivered", "2.0.0", Some(Action::Failed)),
    ] {
        assert_eq!(of(action, status), expected, "{action} {status}");
    }
}

#[test]
fn reports_on_success_say_which_message_they_are_about() {
    for (letter, action, host) in [
        (
            &letter!("postfix-delivered")[..],
            Action::Delivered,
            "mx.example.net",
        ),
        (
            letter!("postfix-relayed"),
            Action::Relayed,
            "mail.sample-company.example",
        ),
        (
            letter!("exchange-delivered"),
            Action::Delivered,
            "EX01.example.net",
        ),
        (
            letter!("exchange-relayed"),
            Action::Relayed,
            "AM0PR01MB0001.eurprd01.prod.exchangelabs.example",
        ),
    ] {
        let report = read(letter).expect("a report");
        assert_eq!(report.host, host);
        assert_eq!(
            report.envelope_id.as_deref(),
            Some("42-aaaaaaaaaaaaaaaaaaaa"),
            "{host}"
        );
        let [recipient] = report.recipients.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!(recipient.action, Some(action), "{host}");
        let names = &recipient.addresses;
        assert!(names.contains(&"zoe@example.net".to_owned()), "{names:?}");
    }
}

#[test]
fn each_recipient_has_a_fate_of_its_own() {
    let report = read(letter!("many")).expect("a report");
    let [first, second] = report.recipients.as_slice() else {
        panic!("{report:?}")
    };
    assert_eq!(
        (first.action, first.addresses[0].as_str()),
        (Some(Action::Delivered), "another@example.net")
    );
    assert_eq!(second.action, Some(Action::Failed));
    assert_eq!(second.addresses, ["ZOE@EXAMPLE.NET"]);
    assert_eq!(second.diagnostic, "no route; not even a small one");
}

#[test]
fn addresses_need_not_be_ascii() {
    let report = read(letter!("non-ascii")).expect("a report");
    assert_eq!(
        report.recipients[0].addresses,
        ["jürgen@bücher.example", "jürgen@xn--bcher-kva.example"]
    );
    assert_eq!(
        report.recipients[0].diagnostic,
        "550 5.1.1 Kein solches Postfach für jürgen"
    );
}

#[test]
fn other_mail_is_no_report() {
    for (name, letter) in [
        ("nothing", &b""[..]),
        ("a header", b"Subject: hello\n"),
        ("a text", b"\n\nAction: failed\nFinal-Recipient: rfc822; a@b.c\n"),
        (
            "a status for a whole message",
            b"Content-Type: message/delivery-status\n\nAction: failed\nFinal-Recipient: rfc822; a@b.c\n",
        ),
    ] {
        assert_eq!(read(letter), None, "{name}");
    }
}

#[test]
fn a_machine_that_reports_no_failure_is_kept_in_its_words() {
    for (name, letter, words, hint) in [
        (
            "an automatic reply with a report in it",
            &letter!("auto-reply")[..],
            "Automatic reply: Interview Scheduled: I am away until Monday.",
            "automatic reply",
        ),
        (
            "a receipt",
            letter!("receipt"),
            "Your message was read.",
            "receipt",
        ),
    ] {
        let report = read(letter).expect(name);
        assert_eq!(report.recipients, [], "{name}");
        let note = report.note.expect(name);
        assert!(note.words.contains(words), "{name}: {note:?}");
        assert!(note.hint.contains(hint), "{name}: {note:?}");
    }
}

#[test]
fn lines_may_end_as_they_like() {
    for letter in REPORTS {
        let text = str::from_utf8(letter).expect("text");
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(read(crlf.as_bytes()), read(letter));
    }
}

/// A small generator of our own, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn no_bytes_whatever_stop_it() {
    let mut dice = Dice(7);
    for round in 0..4000 {
        let mut letter = REPORTS[round % REPORTS.len()].to_vec();
        for _ in 0..=dice.roll(40) {
            let (at, length) = (dice.roll(letter.len()), dice.roll(60));
            let end = (at + length).min(letter.len());
            match dice.roll(4) {
                0 => letter[at] = dice.roll(256) as u8,
                1 => drop(letter.drain(at..end)),
                2 => letter.insert(at, b"\n\r\t;:=-<>\\{}\0\xff"[dice.roll(14)]),
                _ => letter.extend_from_within(at..end),
            }
            if letter.is_empty() {
                break;
            }
        }
        // That it ends, and soon, is all that can be asked for.
        read(&letter);
        let noise: Vec<u8> = (0..dice.roll(300)).map(|_| dice.roll(256) as u8).collect();
        assert_eq!(read(&noise), None);
    }
}

#[test]
fn what_is_huge_or_deep_is_cut_short() {
    let mut nested = String::new();
    for depth in 0..50_000 {
        nested += &format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n");
    }
    assert_eq!(read(nested.as_bytes()), None);
    let mut long = letter!("postfix").to_vec();
    long.resize(30 * LONGEST, b'x');
    assert_eq!(read(&long).expect("a report").message_ids[0], MESSAGE_ID);
    let crowd = "Action: failed\nFinal-Recipient: rfc822; a@b.c\n\n".repeat(10_000);
    let crowded = format!(
        "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n{crowd}"
    );
    assert_eq!(
        read(crowded.as_bytes()).expect("a report").recipients.len(),
        100
    );
}
