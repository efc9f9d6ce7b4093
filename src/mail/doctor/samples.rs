//! The messages that the doctor sends: a short one, and an interview that nobody has.
use chrono::{DateTime, TimeDelta, Utc};
use entity::email::{InterviewSnapshot, Kind};
use lettre::Address;

use crate::{
    crypto,
    error::{Error, Result},
    mail::{
        compose::Composer,
        invite::{self, Event, Method, People},
        mailbox::{self, Mailbox},
        messages::Message,
        mime::{self, Calendar, Letter},
        smtp::Envelope,
    },
    settings::BaseUrl,
};

/// Gmail cuts off what is longer than about 100 kB.
const LONGEST_HTML: usize = 60_000;
/// RFC 5322 §2.1.1, without the end of line.
const LONGEST_LINE: usize = 998;

/// A message to send, and what it must not tell anybody.
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    pub(super) link: String,
    /// What is wrong with it; nothing, if Greenroom is well.
    pub(super) faults: Vec<String>,
}

/// From whom and to whom.
pub(super) struct Ends<'a> {
    pub(super) from: &'a Address,
    /// MAIL FROM, as that of every message.
    pub(super) comes_back_to: &'a Address,
    pub(super) to: &'a Address,
}

impl<'a> Ends<'a> {
    pub(super) fn envelope(&self, link: &'a str) -> Envelope<'a> {
        Envelope {
            from: self.comes_back_to,
            to: self.to,
            link,
            short_link: None,
            envelope_id: None,
        }
    }
}

/// Says that mail leaves.
pub(super) fn test_message(ends: &Ends<'_>, now: DateTime<Utc>) -> Result<Vec<u8>> {
    let id = format!("{}@{}", crypto::random_id(), ends.from.domain());
    let sender = Mailbox::new("Greenroom", ends.from.as_ref())?;
    let recipient = Mailbox::new("", ends.to.as_ref())?;
    let letter = Letter {
        message_id: &id,
        thread: &id,
        date: now,
        sender: &sender,
        reply_to: None,
        recipient: &recipient,
        subject: "Test email from Greenroom",
        text: "This email shows that Greenroom can send email and that it arrives.\n\nIf you found it in your spam folder, candidates' emails may land there too.\nCheck SPF, DKIM and DMARC for the sender's domain.\n",
        html: TEST_HTML,
        picture: None,
        ics: None,
    };
    mime::bytes(&letter, "")
}

const TEST_HTML: &str = "<!doctype html><html lang=\"en\"><head><title>Test email from Greenroom</title></head><body><p>This email shows that Greenroom can send email and that it arrives.</p><p>If you found it in your spam folder, candidates' emails may land there too. Check SPF, DKIM and DMARC for the sender's domain.</p></body></html>";

/// An invitation and its cancellation, made as those of candidates are.
pub(super) fn interview(
    composer: &Composer,
    base_url: &BaseUrl,
    ends: &Ends<'_>,
    now: DateTime<Utc>,
) -> Result<[Sample; 2]> {
    let id = crypto::random_id();
    let link = base_url.join(&format!("/interview/sample-{}", crypto::random_token()));
    let sample = |kind, sequence| -> Result<Sample> {
        let message = message(kind, now, ends.to.as_ref());
        make(composer, &message, &id, sequence, &link, ends, now)
    };
    Ok([sample(Kind::Scheduled, 0)?, sample(Kind::Cancelled, 1)?])
}

fn message(kind: Kind, now: DateTime<Utc>, contact: &str) -> Message {
    let sample = Message::sample(kind);
    let at = |snapshot: InterviewSnapshot| {
        InterviewSnapshot {
        starts_at: now + TimeDelta::days(7),
        notes: "This is a sample sent by the email check. The interview doesn't exist, and its link doesn't work.".into(),
        ..snapshot
    }
    };
    Message {
        snapshot: at(sample.snapshot.clone()),
        before: sample.before.clone().map(at),
        candidate_name: "Zoë Ångström 山田".into(),
        company_name: "Greenroom email check".into(),
        logo: None,
        cancel_reason: match kind.has_last_word() {
            true => "This was only an email check.".into(),
            false => String::new(),
        },
        contact_name: "Greenroom".into(),
        contact_email: contact.into(),
        ..sample
    }
}

fn make(
    composer: &Composer,
    message: &Message,
    id: &str,
    sequence: i32,
    link: &str,
    ends: &Ends<'_>,
    now: DateTime<Utc>,
) -> Result<Sample> {
    let domain = ends.from.domain();
    let composed = composer.compose(message)?;
    let entry = composer.entry(message)?;
    let method = Method::of(message.kind)
        .ok_or_else(|| Error::Mail("a sample has no calendar part".into()))?;
    let sender = mailbox::sender(ends.from, &message.contact_name, &message.company_name)?;
    let recipient = Mailbox::new(&message.candidate_name, ends.to.as_ref())?;
    let event = Event {
        uid: format!("itv-{id}@{domain}"),
        sequence,
        stamp: now,
        starts_at: message.snapshot.starts_at,
        ends_at: message.ends_at(),
        summary: entry.summary,
        description: entry.description,
        place: entry.place,
        meeting: None,
    };
    let people = People {
        organizer: &sender,
        attendee: &recipient,
        is_answer_read: false,
    };
    let ics = invite::message(method, &event, people);
    let bytes = mime::bytes(
        &Letter {
            message_id: &format!("{id}.{sequence}@{domain}"),
            thread: &format!("itv-{id}@{domain}"),
            date: now,
            sender: &sender,
            reply_to: None,
            recipient: &recipient,
            subject: &composed.subject,
            text: &composed.text,
            html: &composed.html,
            picture: None,
            ics: Some(Calendar {
                method,
                ics: &ics,
                short: None,
            }),
        },
        link,
    )?;
    let mut faults = faults(&bytes, ends.to);
    if composed.html.len() >= LONGEST_HTML {
        faults.push(format!("its HTML part has {} bytes", composed.html.len()));
    }
    faults.extend(calendar_fault(
        &invite::finished(&ics, link, None),
        method,
        &event.uid,
    ));
    Ok(Sample {
        bytes,
        link: link.to_owned(),
        faults,
    })
}

/// What no mail server must see; an address beyond ASCII is its owner's affair.
fn faults(bytes: &[u8], to: &Address) -> Vec<String> {
    let mut faults = Vec::new();
    if AsRef::<str>::as_ref(to).is_ascii() && !bytes.is_ascii() {
        faults.push("it contains bytes beyond ASCII".into());
    }
    let longest = bytes.split(|b| *b == b'\n').map(<[u8]>::len).max();
    if longest.is_some_and(|length| length > LONGEST_LINE + 1) {
        faults.push("a line is longer than 998 bytes".into());
    }
    faults
}

/// Reads the calendar back as a program would: unfolded, one event, and the method that the mail says.
fn calendar_fault(ics: &str, method: Method, uid: &str) -> Option<String> {
    let unfolded = ics.replace("\r\n ", "");
    let lines: Vec<&str> = unfolded.split_terminator("\r\n").collect();
    let count = |line: &str| lines.iter().filter(|found| **found == line).count();
    let begins = |name: &str| lines.iter().filter(|line| line.starts_with(name)).count();
    let is_whole = lines.first() == Some(&"BEGIN:VCALENDAR")
        && lines.last() == Some(&"END:VCALENDAR")
        && count("BEGIN:VEVENT") == 1
        && count("END:VEVENT") == 1
        && count(&format!("METHOD:{}", method.name())) == 1
        && count(&format!("UID:{uid}")) == 1
        && [
            "DTSTART:",
            "DTEND:",
            "DTSTAMP:",
            "SEQUENCE:",
            "SUMMARY:",
            "ORGANIZER;",
            "ATTENDEE;",
        ]
        .iter()
        .all(|name| begins(name) == 1);
    let is_folded = ics.split("\r\n").all(|line| line.len() <= 75);
    (!is_whole || !is_folded).then(|| "its calendar part can't be read back".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn samples_have_no_faults() {
        let (from, to) = ("jobs@example.com", "ada@example.org");
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        let ends = Ends {
            from: &from,
            comes_back_to: &from,
            to: &to,
        };
        let base_url: BaseUrl = "https://jobs.example.com".parse().unwrap();
        let composer = Composer::new().unwrap();
        let now = Clock::System.now();
        for sample in interview(&composer, &base_url, &ends, now).unwrap() {
            assert_eq!(sample.faults, Vec::<String>::new());
            assert!(sample.bytes.len() > 2000);
        }
        assert_eq!(
            faults(&test_message(&ends, now).unwrap(), &to),
            Vec::<String>::new()
        );
    }

    #[test]
    fn faults_are_seen() {
        let to = "ada@example.org".parse().unwrap();
        assert_eq!(faults("é".as_bytes(), &to).len(), 1);
        assert_eq!(faults(&[b'x'; 999], &to).len(), 0);
        assert_eq!(faults(&[b'x'; 1000], &to).len(), 1);
        let half = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n";
        assert!(calendar_fault(half, Method::Request, "u").is_some());
    }
}
