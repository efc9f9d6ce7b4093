//! What the delivery log shows.
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::email::{self, Kind, Status};
use serde::Serialize;

use super::{
    form::Filters,
    story::{self, Step},
};
use crate::{
    domain::{
        alerts::{self, Fate},
        emails::{Line, Story},
        page::Page as List,
    },
    mail::LINK_PLACEHOLDER,
    times,
    web::{
        choices,
        facts::Facts,
        forms::{self, FormErrors},
        lists::{At, Pager},
        render::{Choice, Page},
        stamp::Stamp,
    },
    words,
};

/// Stands where the candidate's own link stood in the mail.
const HIDDEN_LINK: &str = "[the candidate's personal link; hidden here]";

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    statuses: Vec<Choice>,
    kinds: Vec<Choice>,
    emails: Vec<Row>,
    is_narrowed: bool,
    pager: Pager,
    zone: String,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    queued: Stamp,
    kind: &'static str,
    subject: String,
    recipient: String,
    recipient_name: String,
    tone: &'static str,
    status: &'static str,
    reason: String,
    attempts: i32,
    next: Option<Stamp>,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(form: Filters, at: &At, found: List<Line>, zone: Tz, now: DateTime<Utc>) -> Self {
        Self {
            pager: Pager::new("/emails", &form, at, found.next),
            emails: found
                .rows
                .into_iter()
                .map(|line| Row::new(line, zone, now))
                .collect(),
            ..Self::refused(form, FormErrors::new(), zone)
        }
    }

    /// Filters that cannot be read.
    pub fn refused(form: Filters, errors: FormErrors, zone: Tz) -> Self {
        Self {
            is_narrowed: form.narrow(),
            form,
            errors,
            statuses: choices::of(words::email_status),
            kinds: choices::of(words::email_kind),
            zone: zone.name().into(),
            ..Default::default()
        }
    }
}

impl Row {
    fn new(line: Line, zone: Tz, now: DateTime<Utc>) -> Self {
        let waits = matches!(line.status, Status::Queued | Status::Retrying);
        let next = waits.then(|| match line.due_at > now {
            true => Stamp::new(line.due_at, times::relative(line.due_at, now)),
            false => Stamp::new(line.due_at, "at once"),
        });
        Self {
            id: line.id,
            queued: Stamp::day_and_clock(line.created_at, zone),
            kind: words::email_kind(line.kind),
            subject: line.subject.unwrap_or_default(),
            recipient: line.recipient,
            recipient_name: line.recipient_name,
            tone: words::email_tone(line.status),
            status: words::email_status(line.status),
            reason: match line.status {
                Status::Accepted | Status::Printed => String::new(),
                _ => line.reason,
            },
            attempts: line.attempts,
            next,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "delivery/index.html";

    fn title(&self) -> String {
        "Delivery log".into()
    }

    fn sample() -> Self {
        Self {
            emails: vec![Row {
                id: 1,
                queued: Stamp::sample(),
                kind: "Invitation",
                subject: "Interview Scheduled - Cloud Architect at Sample Company".into(),
                recipient: "john@example.com".into(),
                recipient_name: "John Doe".into(),
                tone: "wait",
                status: "Retrying",
                reason: "A normal anti-spam delay.".into(),
                attempts: 2,
                next: Some(Stamp::sample()),
            }],
            pager: Pager::sample(),
            ..Self::refused(
                Filters::default(),
                FormErrors::one("from", "This is no date."),
                Tz::UTC,
            )
        }
    }
}

/// A message.
#[derive(Serialize)]
pub struct ShowPage {
    id: i64,
    heading: String,
    lead: String,
    tone: &'static str,
    status: &'static str,
    meaning: &'static str,
    telling: Telling,
    steps: Vec<Step>,
    facts: Facts,
    /// None until it is written.
    text: Option<String>,
    has_html: bool,
    /// The key of the form that sends it again; none while that would be wrong.
    repeat_key: Option<String>,
    /// What to ask before it is sent again.
    doubt: &'static str,
    next_look: Option<u32>,
}

impl ShowPage {
    /// As it stands now, in the viewer's zone.
    pub fn new(story: Story, zone: Tz, now: DateTime<Utc>) -> Self {
        let email = &story.email;
        Self {
            id: email.id,
            heading: email.subject.clone().unwrap_or_else(|| {
                let kind = words::email_kind(email.kind);
                format!("{kind} for {}", email.recipient_name)
            }),
            lead: lead(&story),
            tone: words::email_tone(email.status),
            status: words::email_status(email.status),
            meaning: story::meaning(email.status),
            telling: Telling::of(email),
            steps: story::steps(&story, zone, now),
            facts: facts(&story, zone),
            text: email
                .text
                .as_ref()
                .map(|text| text.replace(LINK_PLACEHOLDER, HIDDEN_LINK)),
            has_html: email.html.is_some(),
            repeat_key: story.can_be_repeated(now).then(forms::new_key),
            doubt: doubt(email.status),
            next_look: story::next_look(email, now),
        }
    }
}

/// May somebody note that the candidate was told another way, or take that back?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Telling {
    Needless,
    Open,
    Done,
}

impl Telling {
    fn of(email: &email::Model) -> Self {
        let is_settled = alerts::fate(email.status) == Fate::Settled;
        match email.told_at {
            Some(_) => Self::Done,
            None if is_settled || email.kind == Kind::Reminder => Self::Needless,
            None => Self::Open,
        }
    }
}

fn lead(story: &Story) -> String {
    let to = format!("to {}", story.email.recipient);
    match (&story.queued_by, story.email.resend_of) {
        (Some(name), None) => format!("{to} · booked by {name}"),
        (Some(name), Some(_)) => format!("{to} · sent again by {name}"),
        (None, _) => to,
    }
}

fn facts(story: &Story, zone: Tz) -> Facts {
    let (email, details) = (&story.email, &story.details);
    let interview = match &details.job {
        Some(job) => format!("{}, {}", details.candidate.name, job.title),
        None => details.candidate.name.clone(),
    };
    let other = |id: Option<i64>| match id {
        Some(id) => (format!("Message {id}"), format!("/emails/{id}")),
        None => Default::default(),
    };
    let (repeats, repeated_by) = (other(email.resend_of), other(story.repeated_by));
    Facts::new()
        .link(
            "Interview",
            interview,
            format!("/interviews/{}", email.interview_id),
        )
        .text(
            "To",
            format!("{} <{}>", email.recipient_name, email.recipient),
        )
        .text("From", email.sender.as_deref().unwrap_or_default())
        .text(
            "Answers go to",
            email.reply_to.as_deref().unwrap_or_default(),
        )
        .text("Subject", email.subject.as_deref().unwrap_or_default())
        .at("Date", Some(Stamp::day_and_clock(email.date, zone)))
        .text(
            "Message-ID",
            email.sender.as_ref().map_or("", |_| &email.message_id),
        )
        .text("Attempts", email.attempts.to_string())
        .at(
            "Of use until",
            Some(Stamp::day_and_clock(email.expires_at, zone)),
        )
        .link("Repeats", repeats.0, repeats.1)
        .link("Repeated by", repeated_by.0, repeated_by.1)
}

fn doubt(status: Status) -> &'static str {
    match status {
        Status::Accepted => "A mail server has taken this message already. Send it once more?",
        Status::Uncertain => "This message may have arrived. Send it once more?",
        _ => "",
    }
}

impl Page for ShowPage {
    const TEMPLATE: &'static str = "delivery/show.html";

    fn title(&self) -> String {
        self.heading.clone()
    }

    fn sample() -> Self {
        Self {
            id: 1,
            heading: "Interview Scheduled - Cloud Architect at Sample Company".into(),
            lead: "to john@example.com · booked by Dana Whitfield".into(),
            tone: "wait",
            status: "Retrying",
            meaning: story::meaning(Status::Retrying),
            telling: Telling::Open,
            steps: vec![Step::sample()],
            facts: Facts::sample(),
            text: Some(format!("Dear John Doe,\n{HIDDEN_LINK}")),
            has_html: true,
            repeat_key: Some("key".into()),
            doubt: doubt(Status::Accepted),
            next_look: Some(2),
        }
    }
}
