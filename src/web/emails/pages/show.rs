//! One message: what became of it, what it said, what can be done.
use chrono::{DateTime, Utc};
use entity::{
    email::{self, Kind, Status},
    logo, transport,
};
use serde::Serialize;

use crate::{
    domain::{
        alerts::{self, Reachability},
        emails::{self, Story},
        interviews::Details,
        mail_servers,
    },
    mail::{
        LINK_PLACEHOLDER,
        invite::{self, Method},
    },
    mailing::letter::Draft,
    web::{
        emails::{
            meaning,
            story::{self, Step},
        },
        facts::Facts,
        forms::Ticket,
        labels,
        page::Page,
        stamp::Stamp,
    },
    zones::Tz,
};

/// Stands where the candidate's own link stood in the mail.
const HIDDEN_LINK: &str = "[the candidate's join link, hidden here]";

/// The message as it was sent, link hidden.
#[derive(Serialize)]
pub struct AsSent {
    /// None of what cannot be made into a mail.
    headers: Option<String>,
    text: String,
    invitation: Option<Invitation>,
}

#[derive(Serialize)]
struct Invitation {
    meaning: &'static str,
    /// As calendars read it, its lines not folded.
    calendar: String,
}

impl AsSent {
    /// Of a message; none until it is composed.
    pub fn of(
        email: &email::Model,
        details: Option<&Details>,
        logo: Option<&logo::Model>,
    ) -> Option<Self> {
        let text = email.text.as_ref()?;
        // What could not be made when it was to leave cannot be made now; its page says that it failed.
        let made = Draft::of(email, details, logo).and_then(|draft| draft.masked());
        let headers = made.ok().and_then(|bytes| {
            let whole = String::from_utf8(bytes).ok()?;
            Some(whole.split_once("\r\n\r\n")?.0.to_owned())
        });
        let hidden = |text: &str| text.replace(LINK_PLACEHOLDER, HIDDEN_LINK);
        Some(Self {
            headers,
            text: hidden(text),
            invitation: email.ics.as_deref().map(|ics| Invitation {
                meaning: match (Method::of(email.kind), email.kind.is_for_interviewers()) {
                    (Some(Method::Cancel), false) => {
                        "Removes the interview from the candidate's calendar."
                    }
                    (Some(Method::Cancel), true) => {
                        "Removes the interview from the interviewer's calendar."
                    }
                    (_, false) => "Adds the interview to the candidate's calendar or updates it.",
                    (_, true) => "Adds the interview to the interviewer's calendar or updates it.",
                },
                calendar: invite::filled(ics, HIDDEN_LINK, None)
                    .map(|line| line + "\n")
                    .collect(),
            }),
        })
    }

    fn sample() -> Self {
        Self {
            headers: Some("Subject: Interview Scheduled".into()),
            text: format!("Dear John Doe,\n{HIDDEN_LINK}"),
            invitation: Some(Invitation {
                meaning: "Adds the interview to the candidate's calendar.",
                calendar: "BEGIN:VCALENDAR".into(),
            }),
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
    /// Why no more is known than that a mail server took it; empty where more is.
    no_report: &'static str,
    /// Why it is held back; empty when it is not.
    held_because: String,
    /// The message that came back.
    held_by: Option<i64>,
    telling: Telling,
    steps: Vec<Step>,
    facts: Facts,
    /// None until it is written.
    as_sent: Option<AsSent>,
    /// The key of the form that sends it again; none while that would be wrong.
    repeat: Option<Ticket>,
    /// What to know before it is sent again.
    doubt: &'static str,
    can_retry_now: bool,
    /// Is it held back, so that somebody may let it go?
    can_be_released: bool,
    /// What it means for the candidate when it is cancelled; none when it cannot be.
    cancelling: Option<String>,
    can_be_corrected: bool,
    next_look: Option<u32>,
}

impl ShowPage {
    /// As it stands now, in the viewer's zone.
    pub fn new(
        story: Story,
        as_sent: Option<AsSent>,
        servers: &[transport::Model],
        no_report: &'static str,
        zone: Tz,
        now: DateTime<Utc>,
    ) -> Self {
        let email = &story.email;
        let next_try = mail_servers::next_try(servers, email.due_at, now);
        Self {
            id: email.id,
            heading: heading(email),
            lead: lead(&story),
            tone: labels::email_tone(email.status),
            status: labels::email_status(email.status),
            meaning: match (&story.details, email.kind.is_for_interviewers()) {
                (Some(_), false) => meaning::to_a_candidate(email.status),
                (Some(_), true) => meaning::to_an_interviewer(email.status),
                (None, _) => meaning::to_a_user(email.status),
            },
            no_report,
            telling: Telling::of(email),
            held_because: match email.status {
                Status::Held => email.reason.clone(),
                _ => String::new(),
            },
            held_by: story.held_by,
            steps: story::steps(&story, next_try, zone, now),
            facts: facts(&story, zone),
            as_sent,
            repeat: story.can_be_repeated(now).then(Ticket::fresh),
            doubt: doubt(&story),
            can_retry_now: emails::can_retry_now(email, now),
            can_be_released: email.status == Status::Held && now < email.expires_at,
            cancelling: emails::can_be_cancelled(email.status)
                .then(|| meaning::of_cancelling(&story)),
            can_be_corrected: story.can_be_corrected(now),
            next_look: story::next_look(email.status, next_try, now),
        }
    }
}

/// May somebody note that the recipient was told another way, or take that back?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Telling {
    Needless,
    Open,
    Done,
}

impl Telling {
    fn of(email: &email::Model) -> Self {
        let is_settled = alerts::reachability(email.status) == Reachability::Settled;
        match email.told_at {
            Some(_) => Self::Done,
            None if is_settled || !may_be_told(email.kind) => Self::Needless,
            None => Self::Open,
        }
    }
}

/// Does it tell of a change, so that its recipient has to learn of it?
fn may_be_told(kind: Kind) -> bool {
    kind.tells_of_change() || kind.tells_interviewers_of_change()
}

/// The subject, once it has one.
fn heading(email: &email::Model) -> String {
    let kind = labels::email_kind(email.kind);
    let subject = email.subject.clone();
    subject.unwrap_or_else(|| format!("{kind} for {}", email.recipient_name))
}

fn lead(story: &Story) -> String {
    let to = format!("to {}", story.email.recipient);
    let email = &story.email;
    match (&story.queued_by, email.resend_of, email.corrects) {
        (Some(name), Some(_), _) => format!("{to} · sent again by {name}"),
        (Some(name), _, Some(_)) => format!("{to} · address corrected by {name}"),
        (Some(name), None, None) => format!("{to} · {} by {name}", story::cause(email.kind).0),
        (None, ..) => to,
    }
}

fn facts(story: &Story, zone: Tz) -> Facts {
    let email = &story.email;
    // Until it is composed it has none.
    let date = email.text.as_ref().map(|_| email.date);
    let message_id = email.sender.as_ref().map_or("", |_| &email.message_id);
    let facts = about_interview(story.details.as_ref())
        .text(
            "To",
            format!("{} <{}>", email.recipient_name, email.recipient),
        )
        .text("From", email.sender.as_deref().unwrap_or_default())
        .text("Reply-To", email.reply_to.as_deref().unwrap_or_default())
        .text("Subject", email.subject.as_deref().unwrap_or_default())
        .at("Date", date.map(|at| Stamp::day_and_clock(at, zone)))
        .text("Message-ID", message_id)
        .text("Attempts", story.attempts.len().to_string())
        .at(
            "Expires",
            Some(Stamp::day_and_clock(email.expires_at, zone)),
        );
    about_other_emails(facts, story)
}

fn about_interview(details: Option<&Details>) -> Facts {
    let Some(details) = details else {
        return Facts::new();
    };
    let name = &details.candidate.name;
    let words = match &details.job {
        Some(job) => format!("{name}, {}", job.title),
        None => name.clone(),
    };
    let page = format!("/interviews/{}", details.interview.id);
    Facts::new().link("Interview", words, page)
}

/// Those that it repeats or corrects, and those that do so with it.
fn about_other_emails(facts: Facts, story: &Story) -> Facts {
    let others = [
        ("Copy of", story.email.resend_of),
        ("Sent again as", story.repeated_by),
        ("Corrects", story.email.corrects),
        ("Corrected by", story.corrected_by),
    ];
    let known = others
        .into_iter()
        .filter_map(|(label, id)| Some((label, id?)));
    known.fold(facts, |facts, (label, id)| {
        facts.link(label, format!("Email {id}"), format!("/emails/{id}"))
    })
}

fn doubt(story: &Story) -> &'static str {
    match story.email.status {
        Status::Accepted | Status::Delivered | Status::Complained => TAKEN,
        _ if story.may_have_arrived() => IN_DOUBT,
        _ => "",
    }
}

const TAKEN: &str = "A mail server already accepted this email. A second copy goes to the same address with the same content. It does no harm, but may confuse the candidate. If the address is wrong, correct it instead.";
const IN_DOUBT: &str = "This email may have arrived: the connection broke just before the mail server confirmed it. A second copy does no harm.";

impl Page for ShowPage {
    const TEMPLATE: &'static str = "emails/show.html";

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
            meaning: meaning::to_a_candidate(Status::Retrying),
            no_report: "No report has come back yet.",
            telling: Telling::Open,
            held_because: "An earlier email to this address came back.".into(),
            held_by: Some(2),
            steps: vec![Step::sample()],
            facts: Facts::sample(),
            as_sent: Some(AsSent::sample()),
            repeat: Some(Ticket::fresh()),
            doubt: TAKEN,
            can_retry_now: true,
            can_be_released: true,
            cancelling: Some("John Doe is not invited.".into()),
            can_be_corrected: true,
            next_look: Some(2),
        }
    }
}
