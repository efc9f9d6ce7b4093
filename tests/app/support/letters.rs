//! Messages as they leave, of samples and of whatever people may type.
use chrono::{DateTime, Utc};
use entity::email::Kind;
use greenroom::mail::{
    compose::{Composed, Composer},
    invite::{self, Event, Meeting, Method},
    mailbox::{self, Mailbox},
    messages::{Logo, Message},
    mime::{self, Calendar, Letter, Picture},
    wording::Wording,
};

use super::builders::DOT;

/// A link of the usual length.
pub const LINK: &str = "https://jobs.example.com/interview/eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiI0NWU4IiwidmVyIjoxfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// What people may type where a name is asked for.
pub const NASTY: &[&str] = &[
    "O'Brien, \"Bob\" \\ Co; <b@example.com>",
    "Eve\r\nBcc: all@example.com\r\n\r\n<h1>body</h1>",
    "nul\0 tab\t bell\u{7}",
    "ليلى أحمد \u{202e}gpj.exe",
    "山田 太郎",
    "🦀 Zoë Ångström (née Dœ)",
    "=?utf-8?q?Boss?= <boss@example.com>",
    "{{ link }} {company_name} {% raw %} ${x} <script>alert(1)</script> & 'x'",
    "END:VEVENT\nATTACH;X=\":\":https://evil.example/;,\\n\\",
];

/// A message in which every name is this.
pub fn named(kind: Kind, name: &str) -> Message {
    Message {
        candidate_name: name.into(),
        company_name: name.into(),
        contact_name: name.into(),
        job_title: name.into(),
        ..Message::sample(kind)
    }
}

/// The sample with a logo, and with words of the company's own in all parts that may have some.
pub fn in_own_words(kind: Kind) -> Message {
    let words = [
        ("subject", "{company_name}: your talk about {job_title}"),
        ("greeting", "Hello {candidate_name}!"),
        (
            "opening",
            "We look forward to meeting you.\nIt is on {start}.",
        ),
        (
            "paragraph",
            "Enter at the back; the bell says {company_name}.\n\nDress as you like & bring <nothing>.",
        ),
        ("contact", "Ask {contact_name}: {contact_email}"),
        ("regards", "See you,"),
        ("signature", "The people of {company_name}"),
    ];
    let (wording, unusable) = Wording::of(words);
    assert!(unusable.is_empty(), "{unusable:?}");
    Message {
        wording,
        logo: Some(Logo::new(&"0a1b".repeat(16), 480, 120)),
        ..Message::sample(kind)
    }
}

/// Its texts.
pub fn compose(message: &Message) -> Composed {
    Composer::new()
        .and_then(|composer| composer.compose(message))
        .expect("a mail")
}

/// Who writes to whom.
pub struct People {
    pub sender: Mailbox,
    pub reply_to: Mailbox,
    pub recipient: Mailbox,
}

impl People {
    /// Those of the sample, with a recipient of another name.
    pub fn new(recipient_name: &str) -> Self {
        let message = Message {
            candidate_name: recipient_name.into(),
            ..Message::sample(Kind::Scheduled)
        };
        Self::of(&message)
    }

    /// Those of a message.
    pub fn of(message: &Message) -> Self {
        let configured = mailbox::parse_address("jobs@mail.example.com").expect("an address");
        let mailbox = |name, address| Mailbox::new(name, address).expect("a mailbox");
        let contact = &message.contact_name;
        Self {
            sender: mailbox::sender(&configured, contact, &message.company_name).expect("a sender"),
            reply_to: mailbox(contact, "dana@example.com"),
            recipient: match &message.interviewer {
                Some(interviewer) => mailbox(&interviewer.name, "kim@example.com"),
                None => mailbox(&message.candidate_name, "john@example.org"),
            },
        }
    }
}

/// What the sample's calendar entry says, of this message.
pub fn event(message: &Message) -> Event {
    let composer = Composer::new().expect("templates");
    let entry = composer.entry(message).expect("an entry");
    Event {
        uid: "itv-77@mail.example.com".into(),
        sequence: 3,
        stamp: date(),
        starts_at: message.snapshot.starts_at,
        ends_at: message.ends_at(),
        summary: entry.summary,
        description: entry.description,
        place: entry.place,
        meeting: message.interviewer.as_ref().map(|interviewer| Meeting {
            url: message.snapshot.place.clone(),
            page: interviewer.page.clone(),
        }),
    }
}

/// Its calendar, as it is stored.
pub fn calendar(message: &Message, people: &People) -> Option<(Method, String)> {
    let method = Method::of(message.kind)?;
    let people = invite::People {
        organizer: &people.sender,
        attendee: &people.recipient,
        is_answer_read: false,
    };
    Some((method, invite::message(method, &event(message), people)))
}

/// As a row has it.
pub fn letter<'a>(
    composed: &'a Composed,
    people: &'a People,
    ics: Option<Calendar<'a>>,
) -> Letter<'a> {
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
        picture: None,
        ics,
    }
}

/// As it leaves.
pub fn bytes(message: &Message) -> Vec<u8> {
    let (composed, people) = (compose(message), People::of(message));
    let calendar = calendar(message, &people);
    let ics = calendar.as_ref().map(|(method, ics)| Calendar {
        method: *method,
        ics,
        short: None,
    });
    let picture = message.logo.as_ref().map(|logo| Picture {
        content_id: &logo.content_id,
        media_type: "image/gif",
        bytes: DOT,
    });
    let letter = Letter {
        picture,
        ..letter(&composed, &people, ics)
    };
    mime::bytes(&letter, LINK).expect("bytes")
}

/// The headers of a message.
pub fn head(raw: &[u8]) -> String {
    let all = String::from_utf8_lossy(raw);
    all.split("\r\n\r\n").next().unwrap_or_default().to_owned()
}

fn date() -> DateTime<Utc> {
    "2026-11-21T09:30:00Z".parse().expect("an instant")
}
