//! What a report means: whose fault it was, what to do next, and how to say that to a person.
//!
//! The first digit of a reply is not enough: Mailgun refuses its sandbox for ever with 421, and Gmail's
//! 550 for a used-up quota heals by itself. Words go before enhanced codes, those before the digits.
mod by_cause;
pub mod cause;
mod known;
mod told_wait;
mod unreached;

use std::time::Duration;

use entity::attempt::Stage;

use self::told_wait::told_wait;
use super::smtp::{Outcome, Reply, Report};

const HOUR: Duration = Duration::from_secs(3600);
/// A server that remembers a first try wants a second one after some minutes.
const GREYLISTED: Duration = Duration::from_secs(5 * 60);
/// A reply that nobody has explained yet may be a hiccup: it gets one more try.
const UNKNOWN: Duration = Duration::from_secs(15 * 60);

/// A hint about the second mail server: it names that one's variables.
pub fn of_the_fallback(hint: &str) -> String {
    ["HOST", "PORT", "USE_"]
        .iter()
        .fold(hint.to_owned(), |hint, rest| {
            hint.replace(&format!("EMAIL_{rest}"), &format!("EMAIL_FALLBACK_{rest}"))
        })
}

/// What an attempt means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whom it concerns: only what concerns the recipient or the message is this message's own affair.
    pub scope: Scope,
    /// What to do.
    pub course: Course,
    /// Cause and remedy in plain words.
    pub hint: String,
    /// Is there no such mailbox, for sure? Nothing more should go there.
    pub is_dead: bool,
}

/// Whom the outcome of an attempt concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This recipient.
    Recipient,
    /// This message.
    Message,
    /// Every message, until somebody changes our settings.
    Settings,
    /// Every message, until the mail server is well again.
    Server,
}

/// What to do after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Nothing: a mail server has it.
    Accepted,
    /// Nobody knows whether a mail server has it.
    Uncertain,
    /// Try again, at the pace that fits the scope.
    Again,
    /// Try again when the server takes more: however often it says so, it is not for this message.
    WhenThereIsRoom,
    /// Try again after this long.
    AgainAfter(Duration),
    /// Try again, but not for longer than this.
    AgainFor(Duration),
    /// One more try after this long, then give up.
    OnceAfter(Duration),
    /// Give up: the next answer would be the same.
    Never,
}

/// Says what a report means.
pub fn judge(report: &Report) -> Verdict {
    if report.is_uncertain() {
        return verdict(
            Scope::Server,
            Course::Uncertain,
            "The connection broke after the email was sent and before the mail server confirmed it. It may or may not have arrived.",
        );
    }
    match &report.outcome {
        Outcome::Accepted(_) => verdict(
            Scope::Message,
            Course::Accepted,
            "The mail server accepted the email.",
        ),
        Outcome::Refused(reply) => refused(report, reply),
        Outcome::TokenRefused(reply) => token_refused(report, reply),
        Outcome::Missing(missing) => unreached::lacks(missing),
        Outcome::Tls(text) => unreached::untrusted(text),
        _ => unreached::out_of_reach(report),
    }
}

fn verdict(scope: Scope, course: Course, hint: impl Into<String>) -> Verdict {
    Verdict {
        scope,
        course,
        hint: hint.into(),
        is_dead: false,
    }
}

fn refused(report: &Report, reply: &Reply) -> Verdict {
    let text = reply.text();
    let code = precise_code(reply);
    let cause = cause::find(code.as_deref(), &text);
    let judged = known::find(report, reply)
        .or_else(|| by_cause::judge(report.stage, reply, cause.as_ref()?))
        .or_else(|| by_stage(report.stage, reply))
        .or_else(|| by_enhanced_code(code.as_deref()?, &text))
        .unwrap_or_else(|| by_code(report.stage, reply.code));
    let is_final = (judged.scope, judged.course) == (Scope::Recipient, Course::Never);
    Verdict {
        is_dead: is_final && cause::is_dead(code.as_deref(), cause.as_ref()),
        ..judged
    }
}

/// Another token was tried already. What is wrong with both is told by whoever knows where they come from.
fn token_refused(report: &Report, reply: &Reply) -> Verdict {
    let known = known::find(report, reply).filter(|known| known.scope == Scope::Settings);
    verdict(
        Scope::Settings,
        Course::Again,
        match known {
            Some(known) if !known.hint.contains("assword") => known.hint,
            _ => "The mail server refuses our access token. Check EMAIL_HOST_USER, and run greenroom mail doctor to find out what the token lacks.".into(),
        },
    )
}

/// The code that says most, among those that agree with the reply's own digits.
fn precise_code(reply: &Reply) -> Option<String> {
    let code = cause::precise(reply.enhanced_code(), &reply.text())?;
    let class = (reply.code / 100).to_string();
    code.starts_with(&class).then_some(code)
}

/// Before the recipient is named, a refusal concerns every message.
fn by_stage(stage: Stage, reply: &Reply) -> Option<Verdict> {
    let is_temporary = reply.code < 500;
    let refuses_login = matches!(reply.code, 530 | 534 | 535 | 538);
    match stage {
        _ if matches!(reply.code, 421 | 454) => Some(unwell()),
        Stage::Auth if is_temporary => Some(unwell()),
        _ if stage == Stage::Auth || refuses_login => Some(verdict(
            Scope::Settings,
            Course::Again,
            "The mail server refuses our login. Check EMAIL_HOST_USER and EMAIL_HOST_PASSWORD.",
        )),
        Stage::Banner | Stage::Ehlo | Stage::Starttls | Stage::MailFrom if is_temporary => {
            Some(unwell())
        }
        Stage::Banner | Stage::Ehlo | Stage::Starttls => Some(verdict(
            Scope::Settings,
            Course::Again,
            "The mail server refuses connections from this machine: its address may be blocked, or the server only serves other machines.",
        )),
        Stage::MailFrom if reply.code == 552 => None,
        Stage::MailFrom => Some(verdict(
            Scope::Settings,
            Course::Again,
            "The mail server refuses our sender address. This login must be allowed to send as DEFAULT_FROM_EMAIL, and as EMAIL_BOUNCE_ADDRESS if that is set.",
        )),
        _ => None,
    }
}

/// What an enhanced code (RFC 3463) that a refusal ends with means; none when it says nothing of use.
pub fn of_code(code: &str) -> Option<String> {
    Some(by_enhanced_code(code, "")?.hint)
}

/// RFC 3463.
fn by_enhanced_code(code: &str, text: &str) -> Option<Verdict> {
    let (class, detail) = code.split_once('.')?;
    let subject = detail.split('.').next()?;
    let found = match (class, subject, detail) {
        (_, _, "2.2") => full(),
        ("5", _, "1.7" | "1.8") => verdict(
            Scope::Settings,
            Course::Again,
            "The receiving side refuses our sender address. Check DEFAULT_FROM_EMAIL and its domain.",
        ),
        ("5", "1", "1.0") => unexplained(),
        ("5", "1", _) => no_such_address(),
        ("5", _, "2.1") => closed(),
        ("5", _, "2.3" | "3.4") => too_big(),
        ("5", "6", _) => verdict(
            Scope::Message,
            Course::Never,
            "The receiving server can't read this email. This is a bug in Greenroom. Please report it.",
        ),
        ("5", "4", _) => verdict(
            Scope::Recipient,
            Course::Never,
            "Email to this address can't be routed to its mailbox. Check the address with the candidate.",
        ),
        ("5", "7", _) => verdict(
            Scope::Message,
            Course::Never,
            "The receiving server refuses this email because of a policy. Contact the candidate another way, and ask an admin to read the reply.",
        ),
        ("4", "3" | "4", _) => unwell(),
        ("4", _, _) => come_back(text),
        _ => return None,
    };
    Some(found)
}

fn by_code(stage: Stage, code: u16) -> Verdict {
    match (stage, code) {
        // RFC 5321 §4.5.3.1.10: at RCPT it means too many recipients.
        (Stage::RcptTo, 552) => verdict(Scope::Recipient, Course::Again, LATER),
        (_, 552) => too_big(),
        (_, 400..500) => verdict(Scope::Recipient, Course::Again, LATER),
        (Stage::RcptTo, 550 | 551 | 553) => unexplained(),
        _ => verdict(
            Scope::Message,
            Course::OnceAfter(UNKNOWN),
            "The mail server refuses this email for a reason that Greenroom doesn't recognize. Greenroom tries once more in 15 minutes. If that fails, contact the candidate another way.",
        ),
    }
}

const LATER: &str =
    "The receiving server asks us to try again later. Greenroom does so automatically.";

fn unwell() -> Verdict {
    verdict(
        Scope::Server,
        Course::Again,
        "The mail server is busy or has a problem. Greenroom keeps trying.",
    )
}

fn no_such_address() -> Verdict {
    verdict(
        Scope::Recipient,
        Course::Never,
        "This address does not exist or doesn't accept email. Check it with the candidate and correct it.",
    )
}

/// A refusal of this recipient that may have any reason.
fn unexplained() -> Verdict {
    verdict(
        Scope::Recipient,
        Course::Never,
        "The receiving server refuses email to this recipient for a reason that Greenroom doesn't recognize. Read its reply, check the address with the candidate, or contact them another way.",
    )
}

fn closed() -> Verdict {
    verdict(
        Scope::Recipient,
        Course::Never,
        "The recipient's mailbox is closed. Ask them for another address.",
    )
}

fn too_big() -> Verdict {
    verdict(
        Scope::Message,
        Course::Never,
        "This email is too big for the mail server. Shorten the notes.",
    )
}

fn full() -> Verdict {
    verdict(
        Scope::Recipient,
        Course::AgainFor(4 * HOUR),
        "The recipient's mailbox is full. Greenroom retries for four hours; after that, ask the candidate for another address.",
    )
}

fn come_back(text: &str) -> Verdict {
    let course = match told_wait(text) {
        Some(wait) => Course::AgainAfter(wait),
        None => Course::Again,
    };
    verdict(Scope::Recipient, course, LATER)
}

#[cfg(test)]
mod tests;
