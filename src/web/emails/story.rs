//! A message's story in words: what happened step by step.
use chrono::{DateTime, Utc};
use entity::{
    attempt::{self, Outcome, Stage},
    bounce::{self, Action},
    email::{self, Kind, Status},
};
use serde::Serialize;

use crate::{
    domain::{actions::Entry, emails::Story, events::Event},
    times,
    web::{labels, stamp::Stamp},
    zones::Tz,
};

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    tone: &'static str,
    what: String,
    at: Stamp,
    /// How long it took, if it took time.
    milliseconds: Option<i64>,
    /// With whom, and how far it came.
    circumstances: String,
    /// The other side's own words.
    reply: String,
    /// What it means.
    hint: String,
    /// All that was said, a line each.
    transcript: String,
}

impl Step {
    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            tone: "wait",
            what: "Attempt 1 deferred".into(),
            at: Stamp::sample(),
            milliseconds: Some(182),
            circumstances: "smtp.example.com · 192.0.2.1:587 · TLS 1.3 · reached: recipient".into(),
            reply: "451 4.7.1 Greylisting in action, please come back later".into(),
            hint: "A normal anti-spam delay.".into(),
            transcript: "     12 < 220 smtp.example.com".into(),
        }
    }
}

/// Everything, first to last; `next_try` is when it is tried if it waits.
pub fn steps(story: &Story, next_try: DateTime<Utc>, zone: Tz, now: DateTime<Utc>) -> Vec<Step> {
    let teller = Teller {
        first_day: story.email.created_at,
        zone,
    };
    let tried = story.attempts.iter();
    let tried = tried.map(|attempt| (attempt.started_at, teller.tried(attempt)));
    let acts = story.acts.iter();
    let acts = acts.filter_map(|entry| Some((entry.action.at, teller.acted(entry)?)));
    let reported = story.bounces.iter();
    let reported = reported.map(|bounce| (bounce.reported_at, teller.reported(bounce)));
    let mut between: Vec<(DateTime<Utc>, Step)> = tried.chain(acts).chain(reported).collect();
    between.sort_by_key(|(at, _)| *at);
    let mut steps = vec![teller.queued(story)];
    steps.extend(between.into_iter().map(|(_, step)| step));
    steps.extend(teller.next(&story.email, next_try, now));
    steps.extend(teller.end(story));
    steps.extend(teller.told(story));
    steps
}

/// How soon there may be more to tell, in seconds; none when the story is over.
pub fn next_look(status: Status, next_try: DateTime<Utc>, now: DateTime<Utc>) -> Option<u32> {
    match status {
        status if status.is_final() => None,
        Status::Sending => Some(2),
        Status::Held => Some(30),
        _ if (next_try - now).num_seconds() < 60 => Some(2),
        _ => Some(30),
    }
}

/// What a user did that queued a message of this kind, and to what.
pub fn cause(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Scheduled | Kind::Reminder | Kind::Confirm | Kind::InterviewerReminder => {
            ("booked", "the interview")
        }
        Kind::Rescheduled | Kind::InterviewerRescheduled => ("rescheduled", "the interview"),
        Kind::Updated | Kind::InterviewerUpdated => ("changed", "the details"),
        Kind::Cancelled => ("cancelled", "the interview"),
        // The interview was booked or cancelled, or other interviewers were put on its slot.
        Kind::InterviewerScheduled | Kind::InterviewerCancelled => ("changed", "the interview"),
        Kind::Choose => ("offered", "a choice of times"),
        Kind::Nudge => ("nudged", "the candidate"),
        Kind::RequestAnswered => ("answered", "a private request"),
        Kind::LinkReplaced => ("replaced", "the join link"),
        Kind::ForwardedReply => ("forwarded", "a reply"),
        Kind::Test => ("requested", "it"),
    }
}

const SERVER_RESTS: &str = "The mail server hasn't accepted email lately. Greenroom retries then with the email that has waited longest; once the server accepts it, the rest follows.";

struct Teller {
    first_day: DateTime<Utc>,
    zone: Tz,
}

impl Teller {
    fn queued(&self, story: &Story) -> Step {
        let by = story.queued_by.as_deref();
        let done = |what: &str| match by {
            Some(name) => format!("{what} by {name}"),
            None => what.into(),
        };
        Step {
            hint: match (story.email.resend_of, story.email.corrects) {
                (Some(_), _) if by.is_none() => {
                    "Sent again: the candidate asked for the link".into()
                }
                (Some(_), _) => done("Sent again"),
                (None, Some(_)) => done("Address corrected"),
                (None, None) if story.email.kind == Kind::ForwardedReply => {
                    "A reply came to the bounce mailbox".into()
                }
                (None, None) if story.details.is_none() => done("Requested"),
                (None, None) => {
                    let (did, what) = cause(story.email.kind);
                    by.map_or_else(String::new, |name| {
                        format!("Queued when {name} {did} {what}")
                    })
                }
            },
            ..self.plain("quiet", "Queued".into(), story.email.created_at)
        }
    }

    fn tried(&self, attempt: &attempt::Model) -> Step {
        let number = attempt.number;
        let (tone, what) = match attempt.outcome {
            None => ("live", format!("Attempt {number} is under way")),
            Some(Outcome::Accepted) => ("good", format!("Accepted by {}", attempt.host)),
            Some(Outcome::Deferred) => ("wait", format!("Attempt {number} deferred")),
            Some(Outcome::Refused) => ("bad", format!("Attempt {number} refused")),
            Some(Outcome::Uncertain) => ("wait", format!("Attempt {number} not confirmed")),
            Some(Outcome::Printed) => ("bad", "Printed to console (nobody received it)".into()),
            Some(Outcome::Released) => ("quiet", format!("Attempt {number} interrupted")),
        };
        let ended_at = attempt.ended_at;
        Step {
            milliseconds: ended_at.map(|at| (at - attempt.started_at).num_milliseconds()),
            circumstances: circumstances(attempt),
            reply: attempt.reply.clone().unwrap_or_default(),
            hint: attempt.hint.clone().unwrap_or_default(),
            transcript: attempt.transcript.clone().unwrap_or_default(),
            ..self.plain(tone, what, attempt.started_at)
        }
    }

    /// What somebody did about it; what made another message is told by that one.
    fn acted(&self, entry: &Entry) -> Option<Step> {
        let what = match entry.event.as_ref()? {
            Event::EmailRetriedNow { .. } => "Retried now",
            Event::EmailCancelled { .. } => "Cancellation requested",
            Event::EmailResent { .. } => "Sent again",
            Event::EmailCorrected { .. } => "Address corrected",
            _ => return None,
        };
        let by = entry.by.as_deref().map(|name| format!("By {name}."));
        Some(Step {
            hint: by.unwrap_or_default(),
            ..self.plain("quiet", what.into(), entry.action.at)
        })
    }

    fn reported(&self, bounce: &bounce::Model) -> Step {
        let host = match bounce.host.as_str() {
            "" => "a mail server",
            host => host,
        };
        let (tone, what) = match bounce.action {
            Action::Failed => ("bad", format!("Sent back by {host}")),
            Action::Delayed => ("wait", format!("Reported as delayed by {host}")),
            Action::Delivered => ("good", format!("Reported as delivered by {host}")),
            Action::Relayed => ("good", format!("Reported as passed on by {host}")),
            Action::Complained => ("bad", format!("Marked as spam, as {host} reports")),
            Action::Dropped => ("bad", format!("Not sent by {host}")),
            Action::Noted => ("wait", format!("Something came back from {host}")),
            Action::Answered => ("live", "Answered from a calendar".into()),
            Action::Forwarded => ("live", "Reply forwarded".into()),
        };
        let code = bounce.code.as_ref().map(|code| format!("code {code}"));
        Step {
            circumstances: code.unwrap_or_default(),
            reply: bounce.diagnostic.clone(),
            hint: bounce.hint.clone(),
            ..self.plain(tone, what, bounce.reported_at)
        }
    }

    fn next(
        &self,
        email: &email::Model,
        next_try: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Option<Step> {
        let waits = matches!(email.status, Status::Queued | Status::Retrying);
        waits.then(|| {
            let what = format!("Next attempt {}", times::ahead(next_try, now));
            let waits_for_server = email.due_at < next_try && now < next_try;
            Step {
                hint: match waits_for_server {
                    true => SERVER_RESTS.into(),
                    false => String::new(),
                },
                ..self.plain("quiet", what, next_try)
            }
        })
    }

    /// How it ended, where the last attempt does not say so itself.
    fn end(&self, story: &Story) -> Option<Step> {
        let email = &story.email;
        use Status::{Accepted, Bounced, Complained, Delivered, Printed};
        let told = matches!(
            email.status,
            Accepted | Bounced | Complained | Delivered | Printed
        );
        let at = email.finished_at.filter(|_| !told)?;
        let last = story
            .attempts
            .last()
            .and_then(|attempt| attempt.hint.as_deref());
        let hint = match last == Some(email.reason.as_str()) {
            true => String::new(),
            false => email.reason.clone(),
        };
        let what = labels::email_status(email.status).into();
        Some(Step {
            hint,
            ..self.plain(labels::email_tone(email.status), what, at)
        })
    }

    /// Somebody told the candidate another way; the message itself went on as it did.
    fn told(&self, story: &Story) -> Option<Step> {
        let at = story.email.told_at?;
        let hint = match &story.told_by {
            Some(name) => format!("{name} told the candidate by phone."),
            None => String::new(),
        };
        Some(Step {
            hint,
            ..self.plain("good", "Told by phone".into(), at)
        })
    }

    fn plain(&self, tone: &'static str, what: String, at: DateTime<Utc>) -> Step {
        Step {
            tone,
            what,
            at: Stamp::new(at, self.moment(at)),
            milliseconds: None,
            circumstances: String::new(),
            reply: String::new(),
            hint: String::new(),
            transcript: String::new(),
        }
    }

    /// The day stands where it is not the one on which the story began.
    fn moment(&self, at: DateTime<Utc>) -> String {
        let day = times::day(at, self.zone);
        let clock = times::clock_to_the_millisecond(at, self.zone);
        match day == times::day(self.first_day, self.zone) && at != self.first_day {
            true => clock,
            false => format!("{day}, {clock}"),
        }
    }
}

/// With whom, and how far it came.
fn circumstances(attempt: &attempt::Model) -> String {
    let is_taken = attempt.outcome == Some(Outcome::Accepted);
    let is_by_mail = !attempt.host.is_empty() && attempt.host != "console";
    let reached =
        (!is_taken && is_by_mail).then(|| format!("got as far as: {}", stage(attempt.stage)));
    let host = (!is_taken).then(|| attempt.host.clone());
    let codes = attempt.code.map(|code| match &attempt.enhanced_code {
        Some(enhanced) => format!("code {code}, {enhanced}"),
        None => format!("code {code}"),
    });
    let parts = [
        host,
        attempt.peer.clone(),
        attempt.tls.clone(),
        reached,
        codes,
    ];
    let parts = parts.into_iter().flatten();
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Compose => "writing the message",
        Stage::Connect => "connecting",
        Stage::Tls => "encryption",
        Stage::Banner => "greeting",
        Stage::Ehlo => "introduction (EHLO)",
        Stage::Starttls => "encryption (STARTTLS)",
        Stage::Auth => "login",
        Stage::MailFrom => "sender (MAIL FROM)",
        Stage::RcptTo => "recipient (RCPT TO)",
        Stage::Data => "start of the message (DATA)",
        Stage::Body => "the message itself",
    }
}
