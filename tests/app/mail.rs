//! Messages as mail programs read them: texts, headers, bytes.
use chrono::{DateTime, Utc};
use greenroom::mail::{
    LINK_PLACEHOLDER,
    compose::{Composed, Composer},
    mailbox::{self, Mailbox},
    messages::{self, Message, Scheduled},
    mime::{self, Calendar, Letter},
    plain_text,
};
use mail_parser::{MessageParser, MimeHeaders, PartType};

const LINK: &str = "https://jobs.example.com/interview/eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiI0NWU4IiwidmVyIjoxfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const NASTY: &[&str] = &[
    "O'Brien, \"Bob\" \\ Co; <b@example.com>",
    "Eve\r\nBcc: all@example.com\r\n\r\n<h1>body</h1>",
    "nul\0 tab\t bell\u{7}",
    "ليلى أحمد \u{202e}gpj.exe",
    "山田 太郎",
    "🦀 Zoë Ångström (née Dœ)",
    "=?utf-8?q?Boss?= <boss@example.com>",
    "{{ link }} {% raw %} ${x} <script>alert(1)</script> & 'x'",
];

#[test]
fn every_mail_reads_as_it_should() {
    let composer = Composer::new().expect("templates");
    for sample in messages::ALL {
        let message = sample();
        let Composed {
            subject,
            text,
            html,
        } = composer.compose(&message).expect("a mail");
        insta::assert_snapshot!(
            message.name(),
            format!("{subject}\n\n======== plain text\n{text}\n======== HTML\n{html}")
        );
    }
}

#[test]
fn every_mail_keeps_the_limits_of_mail_programs() {
    let composer = Composer::new().expect("templates");
    for sample in messages::ALL {
        let composed = composer.compose(&sample()).expect("a mail");
        let link_lines: Vec<_> = lines_with_the_link(&composed.text);
        assert_eq!(
            link_lines,
            [LINK_PLACEHOLDER],
            "the link stands once, alone on its line"
        );
        for line in composed
            .text
            .lines()
            .filter(|line| *line != LINK_PLACEHOLDER)
        {
            assert!(line.chars().count() <= plain_text::WIDTH, "{line}");
        }
        assert!(composed.html.len() < 60_000, "Gmail cuts long messages");
        assert_eq!(
            composed.html.matches(LINK_PLACEHOLDER).count(),
            3,
            "a button and a copy"
        );
        assert!(
            composed
                .html
                .starts_with("<!doctype html>\n<html lang=\"en\" dir=\"ltr\">")
        );
        for never in ["<img", "<script", "url(", "var(", "http://"] {
            assert!(!composed.html.contains(never), "{never}");
        }
    }
}

#[test]
fn notes_and_instructions_that_are_not_there_leave_no_heading() {
    let mut bare = Scheduled::sample();
    bare.instructions.clear();
    bare.booking_notes = None;
    let composed = compose(bare);
    for heading in ["Important Instructions", "Booking Notes"] {
        assert!(!composed.text.contains(heading));
        assert!(!composed.html.contains(heading));
    }
    assert!(!composed.text.contains("\n\n\n"), "{}", composed.text);
}

#[test]
fn text_that_people_typed_stays_text() {
    for nasty in NASTY {
        let composed = compose(named(nasty));
        assert!(!composed.subject.contains(['\r', '\n', '\0']));
        assert!(!composed.html.contains("<script"), "{nasty}");
        assert!(!composed.html.contains("<h1"), "{nasty}");
        for part in [&composed.text, &composed.html] {
            let odd = part
                .chars()
                .find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(odd, None, "{nasty}");
        }
        assert_eq!(lines_with_the_link(&composed.text), [LINK_PLACEHOLDER]);
    }
}

#[test]
fn nobody_can_type_the_place_of_the_link() {
    let mut message = named(&format!("Eve {LINK_PLACEHOLDER}"));
    message.booking_notes = Some(format!("see\n{LINK_PLACEHOLDER}"));
    let composed = compose(message);
    assert_eq!(composed.text.matches(LINK_PLACEHOLDER).count(), 1);
    assert_eq!(composed.html.matches(LINK_PLACEHOLDER).count(), 3);
}

#[test]
fn a_message_is_the_same_at_every_attempt() {
    let composed = compose(Scheduled::sample());
    assert_eq!(
        bytes(&composed, "John Doe", None),
        bytes(&composed, "John Doe", None)
    );
}

#[test]
fn the_headers_are_what_other_systems_need() {
    let composed = compose(Scheduled::sample());
    let raw = bytes(&composed, "John Doe", None);
    let head = head(&raw);
    for line in [
        "From: \"Dana Whitfield (Sample Company)\" <jobs@mail.example.com>",
        "To: \"John Doe\" <john@example.org>",
        "Reply-To: \"Dana Whitfield\" <dana@example.com>",
        "Subject: Interview Scheduled - Senior Cloud Architect at Sample Company",
        "Date: Sat, 21 Nov 2026 09:30:00 +0000",
        "Message-ID: <0af7.1@mail.example.com>",
        "In-Reply-To: <itv-77@mail.example.com>",
        "References: <itv-77@mail.example.com>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "MIME-Version: 1.0",
    ] {
        assert_eq!(head.matches(line).count(), 1, "{line} in\n{head}");
    }
}

#[test]
fn the_link_is_intact_in_both_parts_and_nowhere_else() {
    for nasty in NASTY.iter().chain(&["John Doe"]) {
        let composed = compose(named(nasty));
        let raw = bytes(&composed, nasty, None);
        let parsed = MessageParser::default().parse(&raw).expect("a message");
        let text = parsed.body_text(0).expect("a plain part");
        let html = parsed.body_html(0).expect("an HTML part");
        assert_eq!(
            text.replace("\r\n", "\n"),
            composed.text.replace(LINK_PLACEHOLDER, LINK)
        );
        assert_eq!(
            html.replace("\r\n", "\n"),
            composed.html.replace(LINK_PLACEHOLDER, LINK)
        );
        assert_eq!(text.matches(LINK).count(), 1);
        assert_eq!(html.matches(LINK).count(), 3);
        assert!(!head(&raw).contains("interview/"));
    }
}

#[test]
fn whatever_a_name_is_headers_are_ascii_and_one_recipient_stays_one() {
    let long = "n".repeat(10_000);
    let long_words = "naïve 10 kB ".repeat(900);
    for nasty in NASTY
        .iter()
        .copied()
        .chain([long.as_str(), &long_words, ""])
    {
        let composed = compose(named(nasty));
        let raw = bytes(&composed, nasty, None);
        assert!(raw.is_ascii(), "{nasty}");
        let all = String::from_utf8(raw.clone()).expect("ASCII");
        for line in all.split("\r\n") {
            assert!(line.len() <= 998, "{} octets in a line", line.len());
            assert!(!line.contains(['\r', '\n']), "{line:?}");
        }
        let parsed = MessageParser::default().parse(&raw).expect("a message");
        assert_eq!(parsed.bcc(), None, "{nasty}");
        let to = parsed.to().expect("To").as_list().expect("a list");
        assert_eq!(to.len(), 1, "{nasty}");
        assert_eq!(to[0].address(), Some("john@example.org"), "{nasty}");
        let expected = mailbox::header_text(nasty);
        assert_eq!(to[0].name().unwrap_or_default(), expected, "{nasty}");
        assert_eq!(parsed.subject(), Some(composed.subject.as_str()), "{nasty}");
        let from = parsed.from().expect("From").as_list().expect("a list");
        assert_eq!(
            from.iter().map(|a| a.address()).collect::<Vec<_>>(),
            [Some("jobs@mail.example.com")],
            "{nasty}"
        );
    }
}

#[test]
fn whoever_invites_the_sender_is_the_configured_address() {
    let composed = compose(Scheduled::sample());
    let configured = mailbox::parse_address("jobs@mail.example.com").expect("an address");
    for nasty in NASTY {
        let mut people = People::new("John");
        people.sender = mailbox::sender(&configured, nasty, "Sample Company").expect("a sender");
        people.reply_to = Mailbox::new(nasty, "dana@example.com").expect("a mailbox");
        let raw = mime::bytes(&letter(&composed, &people, None), LINK).expect("bytes");
        let parsed = MessageParser::default().parse(&raw).expect("a message");
        for (header, name, address) in [
            (parsed.from(), people.sender.name, "jobs@mail.example.com"),
            (parsed.reply_to(), people.reply_to.name, "dana@example.com"),
        ] {
            let list = header.expect("a header").as_list().expect("a list");
            assert_eq!(list.len(), 1, "{nasty}");
            assert_eq!(list[0].address(), Some(address), "{nasty}");
            assert_eq!(list[0].name(), Some(name.as_str()), "{nasty}");
        }
    }
}

#[test]
fn an_address_beyond_ascii_keeps_its_local_part_only() {
    let composed = compose(Scheduled::sample());
    let mut people = People::new("Jürgen");
    for (typed, in_header) in [
        ("ann@bücher.example", "<ann@xn--bcher-kva.example>"),
        ("jürgen@bücher.example", "<jürgen@xn--bcher-kva.example>"),
    ] {
        people.recipient = Mailbox::new("Jürgen", typed).expect("a mailbox");
        let raw = mime::bytes(&letter(&composed, &people, None), LINK).expect("bytes");
        assert!(head(&raw).contains(in_header), "{}", head(&raw));
    }
}

#[test]
fn a_calendar_is_the_last_alternative_and_an_attachment() {
    let ics =
        format!("BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nURL:{LINK_PLACEHOLDER}\r\nEND:VCALENDAR\r\n");
    let calendar = Calendar {
        method: "REQUEST",
        ics: &ics,
    };
    let composed = compose(Scheduled::sample());
    let raw = bytes(&composed, "John Doe", Some(calendar));
    assert_eq!(raw, bytes(&composed, "John Doe", Some(calendar)));
    let parsed = MessageParser::default().parse(&raw).expect("a message");
    let kinds: Vec<_> = parsed
        .parts
        .iter()
        .map(|part| {
            let kind = part.content_type().expect("a type");
            format!(
                "{}/{}",
                kind.c_type,
                kind.c_subtype.as_deref().unwrap_or("")
            )
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "text/html",
            "text/calendar",
            "application/ics"
        ]
    );
    let calendar = &parsed.parts[4];
    assert_eq!(
        calendar
            .content_type()
            .and_then(|kind| kind.attribute("method")),
        Some("REQUEST")
    );
    assert!(calendar.content_disposition().is_none());
    assert_eq!(calendar.content_transfer_encoding(), Some("base64"));
    let filled = ics.replace(LINK_PLACEHOLDER, LINK);
    assert_eq!(calendar.text_contents(), Some(filled.as_str()));
    let attachment = &parsed.parts[5];
    assert_eq!(attachment.attachment_name(), Some("invite.ics"));
    assert!(matches!(&attachment.body, PartType::Binary(bytes) if **bytes == *filled.as_bytes()));
}

#[test]
fn a_link_that_is_no_plain_url_is_refused() {
    let composed = compose(Scheduled::sample());
    let people = People::new("John");
    for wrong in [
        "https://x.example/\"><script>",
        "https://x.example/a\r\nb",
        "https://x.example/&",
    ] {
        assert!(mime::bytes(&letter(&composed, &people, None), wrong).is_err());
    }
}

#[test]
fn ids_that_would_break_a_header_are_refused() {
    let composed = compose(Scheduled::sample());
    let people = People::new("John");
    let mut letter = letter(&composed, &people, None);
    letter.message_id = "a\r\nBcc: x@example.com";
    assert!(mime::bytes(&letter, LINK).is_err());
}

fn named(name: &str) -> Scheduled {
    let mut message = Scheduled::sample();
    message.candidate_name = name.into();
    message.company_name = name.into();
    message.contact_name = name.into();
    message.job_title = name.into();
    message
}

fn compose(message: Scheduled) -> Composed {
    Composer::new()
        .and_then(|composer| composer.compose(&Message::Scheduled(message)))
        .expect("a mail")
}

fn bytes(composed: &Composed, recipient: &str, calendar: Option<Calendar<'_>>) -> Vec<u8> {
    let people = People::new(recipient);
    mime::bytes(&letter(composed, &people, calendar), LINK).expect("bytes")
}

struct People {
    sender: Mailbox,
    reply_to: Mailbox,
    recipient: Mailbox,
}

impl People {
    fn new(recipient_name: &str) -> Self {
        let configured = mailbox::parse_address("jobs@mail.example.com").expect("an address");
        Self {
            sender: mailbox::sender(&configured, "Dana Whitfield", "Sample Company")
                .expect("a sender"),
            reply_to: Mailbox::new("Dana Whitfield", "dana@example.com").expect("a mailbox"),
            recipient: Mailbox::new(recipient_name, "john@example.org").expect("a mailbox"),
        }
    }
}

fn letter<'a>(composed: &'a Composed, people: &'a People, ics: Option<Calendar<'a>>) -> Letter<'a> {
    Letter {
        message_id: "0af7.1@mail.example.com",
        thread: "itv-77@mail.example.com",
        date: date(),
        sender: &people.sender,
        reply_to: Some(&people.reply_to),
        recipient: &people.recipient,
        subject: &composed.subject,
        text: &composed.text,
        html: &composed.html,
        ics,
    }
}

fn date() -> DateTime<Utc> {
    "2026-11-21T09:30:00Z".parse().expect("an instant")
}

fn head(raw: &[u8]) -> String {
    let all = String::from_utf8_lossy(raw);
    all.split("\r\n\r\n").next().unwrap_or_default().to_owned()
}

fn lines_with_the_link(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.contains(LINK_PLACEHOLDER))
        .collect()
}
