//! Messages as mail programs read them: texts, headers, bytes.
use entity::email::{InterviewSnapshot, Kind};
use greenroom::mail::{
    LINK_PLACEHOLDER,
    mailbox::{self, Mailbox},
    messages::Message,
    mime, plain_text,
    wording::{Block, Wording},
};
use mail_parser::{MessageParser, MimeHeaders, PartType};

use crate::support::letters::{
    LINK, NASTY, People, bytes, compose, head, in_own_words, letter, named,
};

/// The kinds of message that bring a link.
const WITH_LINK: [Kind; 9] = [
    Kind::Scheduled,
    Kind::Rescheduled,
    Kind::Updated,
    Kind::Reminder,
    Kind::Nudge,
    Kind::LinkReplaced,
    Kind::Choose,
    Kind::Confirm,
    Kind::RequestAnswered,
];

#[test]
fn every_mail_keeps_the_limits_of_mail_programs() {
    for message in samples_in(&["en", "de", "ar"]) {
        let composed = compose(&message);
        for line in composed
            .text
            .lines()
            .filter(|line| *line != LINK_PLACEHOLDER)
        {
            // Marks of direction and of vowels take no room.
            let seen = line.chars().filter(|c| !is_mark(*c));
            assert!(seen.count() <= plain_text::WIDTH, "{line}");
        }
        assert!(!composed.text.contains("\n\n\n"), "{}", composed.text);
        assert!(composed.html.len() < 60_000, "Gmail cuts long messages");
        let opening = format!(
            "<!doctype html>\n<html lang=\"{}\" dir=\"{}\">",
            message.locale,
            if message.locale == "ar" { "rtl" } else { "ltr" },
        );
        assert!(composed.html.starts_with(&opening));
        for never in ["<img", "<script", "url(", "var(", "http://"] {
            assert!(!composed.html.contains(never), "{never}");
        }
    }
}

#[test]
fn the_longest_words_of_ones_own_keep_the_limits_of_mail_programs() {
    for kind in Message::samples().map(|message| message.kind) {
        let longest = Block::ALL.map(|block| {
            let places = "{company_name} {contact_email} ".repeat(4);
            let words = "Wörter \u{1f980} <b> ".repeat(300);
            let text = format!("{places}{words}");
            let text: String = text.chars().take(block.most_chars()).collect();
            (block.name(), text)
        });
        let (wording, unusable) = Wording::of(longest.iter().map(|(n, text)| (*n, text.as_str())));
        assert!(unusable.is_empty(), "{unusable:?}");
        let composed = compose(&Message {
            wording,
            ..named(kind, &"& n".repeat(33))
        });
        for line in composed
            .text
            .lines()
            .filter(|line| *line != LINK_PLACEHOLDER)
        {
            assert!(line.chars().count() <= plain_text::WIDTH, "{line}");
        }
        assert!(
            composed.html.len() < 60_000,
            "{} bytes",
            composed.html.len()
        );
        assert!(!composed.html.contains("<b>"));
    }
}

#[test]
fn words_of_ones_own_are_text_and_leave_the_link_where_it_is() {
    for kind in Message::samples().map(|message| message.kind) {
        for nasty in NASTY.iter().chain(&[LINK_PLACEHOLDER]) {
            let kept = Block::ALL.map(|block| (block.name(), *nasty));
            let (wording, _) = Wording::of(kept);
            let composed = compose(&Message {
                wording,
                ..Message::sample(kind)
            });
            assert!(!composed.subject.contains(['\r', '\n', '\0']));
            for never in ["<script", "<h1"] {
                assert!(!composed.html.contains(never), "{nasty}");
            }
            let links = usize::from(WITH_LINK.contains(&kind));
            assert_eq!(lines_with_the_link(&composed.text).len(), links, "{nasty}");
            assert_eq!(composed.html.matches(LINK_PLACEHOLDER).count(), 3 * links);
        }
    }
}

#[test]
fn a_logo_belongs_to_the_html_alone_and_nothing_else_changes() {
    for kind in Message::samples().map(|message| message.kind) {
        let plain = tree_of(&bytes(&Message::sample(kind)));
        let mut expected = plain.clone();
        let html = expected.iter().position(|part| part == "text/html");
        expected.insert(html.expect("HTML"), "multipart/related".into());
        expected.insert(html.expect("HTML") + 2, "image/gif".into());
        let raw = bytes(&in_own_words(kind));
        assert_eq!(tree_of(&raw), expected, "{kind:?}");
        assert_eq!(raw, bytes(&in_own_words(kind)), "the same at every attempt");
        let head = String::from_utf8_lossy(&raw).into_owned();
        let id = "Content-ID: <logo-0a1b0a1b0a1b0a1b0a1b0a1b0a1b0a1b@greenroom.invalid>\r\n";
        assert_eq!(head.matches(id).count(), 1);
        assert_eq!(
            head.matches("Content-Disposition: inline; filename=\"logo.gif\"\r\n")
                .count(),
            1
        );
        assert_eq!(
            head.matches("multipart/related; type=\"text/html\"")
                .count(),
            1,
            "{head}"
        );
        for line in head.split("\r\n") {
            assert!(line.len() <= 998 && line.is_ascii());
        }
    }
}

#[test]
fn the_link_stands_alone_on_its_line_where_there_is_one() {
    for message in samples_in(&["en", "de"]) {
        let composed = compose(&message);
        let in_text = lines_with_the_link(&composed.text);
        let in_html = composed.html.matches(LINK_PLACEHOLDER).count();
        if WITH_LINK.contains(&message.kind) {
            assert_eq!(in_text, [LINK_PLACEHOLDER]);
            assert_eq!(in_html, 3, "a button and a copy");
        } else {
            assert_eq!((in_text.len(), in_html), (0, 0), "{:?}", message.kind);
        }
    }
}

#[test]
fn a_new_time_is_told_with_the_old_one_before_anything_else() {
    let composed = compose(&Message::sample(Kind::Rescheduled));
    let told = "Date & Time: Monday, October 13, 2025 at 4:00 PM (UTC+02:00) → Wednesday, October 15, 2025 at 10:00 AM (UTC+02:00)\n";
    let unwrapped = composed.text.replace("\n  ", " ");
    let (before, after) = unwrapped.split_once(told).expect(&unwrapped);
    assert!(before.ends_with("🔄 What has changed:\n• "), "{before}");
    assert!(!before.contains("Interview Details"));
    assert!(after.contains("Interview Details"));
    assert!(composed.html.contains(
        "<s class=\"quiet\" style=\"color:#555555\">Monday, October 13, 2025 at 4:00 PM (UTC+02:00)</s> →<br>\
         <strong>Wednesday, October 15, 2025 at 10:00 AM (UTC+02:00)</strong>"
    ));
}

/// The invitation's plain text has them in both of its blocks, as it always had.
#[test]
fn start_duration_and_type_are_said_once() {
    for message in samples_in(&["en", "de"]) {
        let composed = compose(&message);
        let german = message.locale == "de";
        let labels = match german {
            true => ["Beginn", "Dauer", "Art des Gesprächs"],
            false => ["Start Time", "Duration", "Interview Type"],
        };
        for label in labels {
            let kind = message.kind;
            // What has changed stands above as well, with what it was.
            let most = match kind {
                Kind::Updated | Kind::InterviewerUpdated => 2,
                _ => 1,
            };
            let in_html = format!("\">{label}</td>");
            let in_html = composed.html.matches(&in_html).count();
            assert!(in_html <= most, "{kind:?} {label}: {}", composed.html);
            let most = if kind == Kind::Scheduled { 2 } else { most };
            let in_text = format!("• {label}: ");
            let in_text = composed.text.matches(&in_text).count();
            assert!(in_text <= most, "{kind:?} {label}: {}", composed.text);
        }
        if matches!(
            message.kind,
            Kind::Scheduled | Kind::Rescheduled | Kind::Updated
        ) {
            for label in labels {
                assert!(
                    composed.html.contains(&format!("\">{label}</td>")),
                    "{label}"
                );
                assert!(composed.text.contains(&format!("• {label}: ")), "{label}");
            }
        }
    }
}

#[test]
fn every_other_change_is_told_line_by_line() {
    let composed = compose(&Message::sample(Kind::Updated));
    for line in [
        "• Duration: 45 minutes → 60 minutes\n",
        "• Interview Type: Screening → Technical\n",
        "• Booking Notes: new, see below\n",
        "• Meeting link: changed; your join link takes you to the new one\n",
    ] {
        assert!(composed.text.contains(line), "{line} in {}", composed.text);
    }
    assert!(!composed.text.contains("• Join link"), "{}", composed.text);
    assert!(
        !composed.text.contains("meet.example.com"),
        "the place itself is on the join page"
    );
    let told = Message::sample(Kind::Updated);
    let without_notes = InterviewSnapshot {
        notes: String::new(),
        link_version: 2,
        ..told.snapshot.clone()
    };
    let composed = compose(&Message {
        before: Some(told.snapshot),
        snapshot: without_notes,
        ..told
    });
    for line in [
        "• Booking Notes: removed\n",
        "• Join link: The link in earlier emails no longer works; use the one below\n",
    ] {
        assert!(composed.text.contains(line), "{line} in {}", composed.text);
    }
    assert!(
        !composed.text.contains("• Duration: 60 minutes →"),
        "{}",
        composed.text
    );
}

#[test]
fn what_changed_along_with_the_link_is_told_too() {
    let mut message = Message::sample(Kind::LinkReplaced);
    let composed = compose(&message);
    assert!(
        !composed.text.contains("What has changed"),
        "{}",
        composed.text
    );
    if let Some(before) = &mut message.before {
        before.duration_minutes = 30;
    }
    let composed = compose(&message);
    assert!(
        composed
            .text
            .contains("• Duration: 30 minutes → 60 minutes\n")
    );
    assert!(!composed.text.contains("• Join link"), "{}", composed.text);
}

#[test]
fn a_cancellation_gives_its_reason_when_there_is_one() {
    let mut message = Message::sample(Kind::Cancelled);
    let composed = compose(&message);
    for part in [&composed.text, &composed.html] {
        assert!(part.contains("The position has been filled."), "{part}");
    }
    message.cancel_reason = String::new();
    let composed = compose(&message);
    assert!(!composed.text.contains("Reason") && !composed.html.contains("Reason"));
    assert!(!composed.text.contains("\n\n\n"), "{}", composed.text);
}

#[test]
fn notes_and_instructions_that_are_not_there_leave_no_heading() {
    let mut bare = scheduled();
    bare.instructions.clear();
    bare.snapshot.notes = String::new();
    let composed = compose(&bare);
    for heading in ["Important Instructions", "Booking Notes"] {
        assert!(!composed.text.contains(heading));
        assert!(!composed.html.contains(heading));
    }
    assert!(!composed.text.contains("\n\n\n"), "{}", composed.text);
}

#[test]
fn text_that_people_typed_stays_text() {
    for (kind, nasty) in every_kind_with(NASTY) {
        let composed = compose(&Message {
            cancel_reason: (*nasty).into(),
            ..named(kind, nasty)
        });
        assert!(!composed.subject.contains(['\r', '\n', '\0']));
        assert!(!composed.html.contains("<script"), "{nasty}");
        assert!(!composed.html.contains("<h1"), "{nasty}");
        for part in [&composed.text, &composed.html] {
            let odd = part
                .chars()
                .find(|c| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(odd, None, "{nasty}");
        }
        let links = lines_with_the_link(&composed.text).len();
        assert_eq!(links, usize::from(WITH_LINK.contains(&kind)));
    }
}

#[test]
fn nobody_can_type_the_place_of_the_link() {
    let mut message = named(Kind::Scheduled, &format!("Eve {LINK_PLACEHOLDER}"));
    message.snapshot.notes = format!("see\n{LINK_PLACEHOLDER}");
    let composed = compose(&message);
    assert_eq!(composed.text.matches(LINK_PLACEHOLDER).count(), 1);
    assert_eq!(composed.html.matches(LINK_PLACEHOLDER).count(), 3);
}

#[test]
fn a_message_is_the_same_at_every_attempt() {
    for message in Message::samples() {
        assert_eq!(bytes(&message), bytes(&message));
    }
}

#[test]
fn the_headers_are_what_other_systems_need() {
    let head = head(&bytes(&scheduled()));
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
        let message = named(Kind::Scheduled, nasty);
        let (composed, raw) = (compose(&message), bytes(&message));
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
        let message = named(Kind::Scheduled, nasty);
        let (composed, raw) = (compose(&message), bytes(&message));
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
    let composed = compose(&scheduled());
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
    let composed = compose(&scheduled());
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
    for (kind, method) in [
        (Kind::Scheduled, "REQUEST"),
        (Kind::Rescheduled, "REQUEST"),
        (Kind::Updated, "REQUEST"),
        (Kind::LinkReplaced, "REQUEST"),
        (Kind::Cancelled, "CANCEL"),
    ] {
        let raw = bytes(&Message::sample(kind));
        let parsed = MessageParser::default().parse(&raw).expect("a message");
        assert_eq!(
            tree(&parsed),
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
        let declared = calendar
            .content_type()
            .and_then(|kind| kind.attribute("method"));
        assert_eq!(declared, Some(method));
        assert!(calendar.content_disposition().is_none() && calendar.content_id().is_none());
        assert_eq!(calendar.content_transfer_encoding(), Some("base64"));
        let text = calendar.text_contents().expect("a calendar");
        assert!(text.contains(&format!("\r\nMETHOD:{method}\r\n")), "{text}");
        let unfolded = text.replace("\r\n ", "");
        let has_link = unfolded.contains(&format!("\r\nLOCATION:{LINK}\r\n"));
        assert_eq!(has_link, kind != Kind::Cancelled);
        assert!(!unfolded.contains("join.invalid"));
        let attachment = &parsed.parts[5];
        assert_eq!(attachment.attachment_name(), Some("invite.ics"));
        assert!(matches!(&attachment.body, PartType::Binary(bytes) if **bytes == *text.as_bytes()));
    }
}

#[test]
fn a_reminder_asks_no_calendar_anything() {
    let raw = bytes(&Message::sample(Kind::Reminder));
    let parsed = MessageParser::default().parse(&raw).expect("a message");
    assert_eq!(
        tree(&parsed),
        ["multipart/alternative", "text/plain", "text/html"]
    );
}

#[test]
fn a_link_that_is_no_plain_url_is_refused() {
    let composed = compose(&scheduled());
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
    let composed = compose(&scheduled());
    let people = People::new("John");
    let mut letter = letter(&composed, &people, None);
    letter.message_id = "a\r\nBcc: x@example.com";
    assert!(mime::bytes(&letter, LINK).is_err());
}

fn scheduled() -> Message {
    Message::sample(Kind::Scheduled)
}

fn lines_with_the_link(text: &str) -> Vec<&str> {
    text.lines()
        .filter(|line| line.contains(LINK_PLACEHOLDER))
        .collect()
}

fn tree_of(raw: &[u8]) -> Vec<String> {
    tree(&MessageParser::default().parse(raw).expect("a message"))
}

fn tree(message: &mail_parser::Message<'_>) -> Vec<String> {
    let types = message.parts.iter().map(|part| {
        let kind = part.content_type().expect("a type");
        let subtype = kind.c_subtype.as_deref().unwrap_or_default();
        format!("{}/{subtype}", kind.c_type)
    });
    types.collect()
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}' | '\u{64b}'..='\u{652}')
}

fn samples_in<'a>(locales: &'a [&'a str]) -> impl Iterator<Item = Message> + 'a {
    Message::samples().flat_map(|message| {
        locales.iter().map(move |locale| Message {
            locale: (*locale).into(),
            ..message.clone()
        })
    })
}

fn every_kind_with<'a>(names: &'a [&'a str]) -> impl Iterator<Item = (Kind, &'a &'a str)> {
    let kinds = Message::samples().map(|message| message.kind);
    kinds.flat_map(|kind| names.iter().map(move |name| (kind, name)))
}
