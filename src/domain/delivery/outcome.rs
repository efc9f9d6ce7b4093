//! Where a message stands after an attempt.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    attempt::{Outcome, Stage},
    email::{self, Status},
    transport::Scope,
};
use sea_orm::ActiveValue::Set;

use super::{
    Ended, Next, Setback,
    attempts::{Earlier, Open},
};
use crate::{
    crypto,
    domain::mail_servers::{Failure, Finding},
};

/// After the connection died between our last byte and the reply, the message may have been taken.
const UNCERTAIN_PAUSE_MINUTES: i64 = 10;
/// A message that was put off so often will not be taken at the next try either.
const MOST_REFUSALS: i32 = 40;
/// Minutes to wait for the recipient's side, the longer the oftener; the last goes on.
const RECIPIENT_MINUTES: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];
/// Seconds before a message knocks again where the server took no more, and how often they double.
const LIMIT_SECONDS: i64 = 5;
const LIMIT_DOUBLINGS: i32 = 5;
/// No pause between two attempts is longer.
pub(super) const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(5);
/// How soon a problem of our own is looked at again.
const OUR_SECONDS: i64 = 15;

/// Where a message stands after an attempt.
pub(super) struct After {
    pub(super) status: Status,
    pub(super) reason: String,
    due_at: DateTime<Utc>,
    attempts: i32,
    put_off: i32,
    server_failures: i32,
    /// Is it composed anew, because it never came to its first attempt?
    is_unmade: bool,
}

impl After {
    /// As before an attempt that never began. One that was never tried is composed anew when it is: its date is that
    /// of its first attempt, and it tells what is so then.
    pub(super) fn given_back(email: &email::Model) -> Self {
        Self {
            is_unmade: email.kind.is_written_when_tried()
                && email.attempts + email.server_failures == 0,
            ..Self::untried(email)
        }
    }

    fn untried(email: &email::Model) -> Self {
        Self {
            status: match email.attempts + email.server_failures {
                0 => Status::Queued,
                _ => Status::Retrying,
            },
            reason: email.reason.clone(),
            due_at: email.due_at,
            attempts: email.attempts,
            put_off: email.put_off,
            server_failures: email.server_failures,
            is_unmade: false,
        }
    }

    /// Where it stands, and what else to write; `now` is needed where this may be the end.
    pub(super) fn into_row(self, now: Option<DateTime<Utc>>) -> (Status, email::ActiveModel) {
        let made = match self.is_unmade {
            true => email::ActiveModel {
                sender: Set(None),
                reply_to: Set(None),
                subject: Set(None),
                text: Set(None),
                html: Set(None),
                ics: Set(None),
                logo_id: Set(None),
                ..Default::default()
            },
            false => email::ActiveModel::default(),
        };
        let row = email::ActiveModel {
            finished_at: Set(now.filter(|_| self.status.is_final())),
            reason: Set(self.reason),
            due_at: Set(self.due_at),
            attempts: Set(self.attempts),
            put_off: Set(self.put_off),
            server_failures: Set(self.server_failures),
            lease_until: Set(None),
            ..made
        };
        (self.status, row)
    }
}

/// What follows for the message. A server that takes nobody's costs it nothing, not even its place.
pub(super) fn follow(
    email: &email::Model,
    ended: &Ended,
    earlier: &Earlier,
    now: DateTime<Utc>,
) -> After {
    let tried = Tried {
        email,
        reason: reason(ended),
        now,
    };
    match &ended.next {
        Next::Accepted => tried.end(Status::Accepted),
        Next::Printed => tried.end(Status::Printed),
        Next::FailForPolicy if earlier.others_refused => tried.uncounted(),
        Next::Fail | Next::FailAsDead | Next::FailForPolicy => tried.end(Status::Failed),
        Next::Uncertain if earlier.uncertain == 0 && email.kind.is_worth_repeating() => {
            tried.again(TimeDelta::minutes(UNCERTAIN_PAUSE_MINUTES))
        }
        Next::Uncertain => tried.end(Status::Uncertain),
        Next::Release => After {
            reason: tried.reason,
            ..After::given_back(email)
        },
        Next::Retry(setback) => tried.set_back(setback, earlier),
    }
}

/// A message whose attempt is over: what each way to go on makes of it.
struct Tried<'a> {
    email: &'a email::Model,
    reason: String,
    now: DateTime<Utc>,
}

impl Tried<'_> {
    fn set_back(&self, setback: &Setback, earlier: &Earlier) -> After {
        let email = self.email;
        match setback {
            Setback::Ours => After {
                due_at: self.in_time(TimeDelta::seconds(OUR_SECONDS)),
                ..self.uncounted()
            },
            Setback::Server(_) => After {
                server_failures: email.server_failures + 1,
                ..self.uncounted()
            },
            Setback::Limit(_) => After {
                server_failures: email.server_failures + 1,
                due_at: self.in_time(limit_pause(email)),
                ..self.uncounted()
            },
            Setback::Recipient => self.put_off(recipient_pause(email)),
            Setback::For(pause) => self.put_off(*pause),
            Setback::ForAtMost(limit) => {
                match earlier
                    .first_so
                    .is_some_and(|first| self.now - first >= *limit)
                {
                    true => self.end(Status::Failed),
                    false => self.put_off(recipient_pause(email)),
                }
            }
            Setback::OnceMore(_) if email.put_off > 0 => self.end(Status::Failed),
            Setback::OnceMore(pause) => self.put_off(*pause),
        }
    }

    /// It is tried again, and this attempt does not count.
    fn uncounted(&self) -> After {
        After {
            status: Status::Retrying,
            reason: self.reason.clone(),
            ..After::untried(self.email)
        }
    }

    fn end(&self, status: Status) -> After {
        After {
            status,
            attempts: self.email.attempts + 1,
            server_failures: 0,
            reason: self.reason.clone(),
            ..After::untried(self.email)
        }
    }

    fn again(&self, pause: TimeDelta) -> After {
        After {
            due_at: self.in_time(pause.min(LONGEST_PAUSE)),
            ..self.end(Status::Retrying)
        }
    }

    fn put_off(&self, pause: TimeDelta) -> After {
        let after = match self.email.put_off + 1 < MOST_REFUSALS {
            true => self.again(pause),
            false => self.end(Status::Failed),
        };
        After {
            put_off: self.email.put_off + 1,
            ..after
        }
    }

    /// After this pause, or when it expires.
    fn in_time(&self, pause: TimeDelta) -> DateTime<Utc> {
        Ord::min(self.now + pause, self.email.expires_at)
    }
}

/// What an end tells of the mail server; none when it was not asked.
pub(super) fn finding(ended: &Ended, earlier: &Earlier) -> Option<Finding> {
    match &ended.next {
        Next::Accepted => Some(Finding::Took),
        Next::Retry(Setback::Server(failure) | Setback::Limit(failure)) => {
            Some(Finding::Fails(failure.clone()))
        }
        Next::FailForPolicy if earlier.others_refused => Some(Finding::Fails(Failure {
            scope: Scope::Settings,
            reason: reason(ended),
            pause: None,
        })),
        // We hung up, not the server.
        Next::Uncertain if ended.reply.is_none() => None,
        Next::Uncertain => Some(Finding::LeavesADoubt(reason(ended))),
        Next::Retry(Setback::Ours) | Next::Printed | Next::Release => None,
        Next::Retry(_) | Next::Fail | Next::FailAsDead | Next::FailForPolicy => {
            Some(Finding::Answers)
        }
    }
}

/// What the attempt was after all, once it is known where the message stands.
pub(super) fn outcome_after(ended: &Ended, after: &After) -> Outcome {
    match (&ended.next, after.status) {
        (Next::Fail | Next::FailAsDead | Next::FailForPolicy, Status::Retrying) => {
            Outcome::Deferred
        }
        (Next::Retry(_), Status::Failed) => Outcome::Refused,
        _ => ended.outcome,
    }
}

fn reason(ended: &Ended) -> String {
    let words = ended.hint.clone().or_else(|| ended.reply.clone());
    words.unwrap_or_default()
}

/// A server that takes no more at this moment may take others meanwhile: without this the message would knock without end.
fn limit_pause(email: &email::Model) -> TimeDelta {
    let doublings = email.server_failures.clamp(0, LIMIT_DOUBLINGS);
    TimeDelta::seconds(LIMIT_SECONDS << doublings)
}

/// ±20 % so that a crowd does not come back at once.
fn recipient_pause(email: &email::Model) -> TimeDelta {
    let step = usize::try_from(email.put_off).unwrap_or(0);
    let minutes = RECIPIENT_MINUTES[step.min(RECIPIENT_MINUTES.len() - 1)];
    let digest = crypto::hmac_sha256(&email.id.to_be_bytes(), &email.put_off.to_be_bytes());
    let spread = i64::from(digest[0]) - 128;
    TimeDelta::milliseconds(minutes * 60_000 + minutes * 12_000 * spread / 128)
}

impl Ended {
    /// Of an attempt whose worker died: in doubt if its last byte may have been sent.
    pub(super) fn by_a_dead_worker(open: Option<&Open>) -> Self {
        let (outcome, next, hint) = match open {
            Some(_) => (
                Outcome::Uncertain,
                Next::Uncertain,
                "Greenroom stopped while the mail server was accepting the email. It may have arrived.",
            ),
            None => (
                Outcome::Released,
                Next::Release,
                "Greenroom stopped before anything was sent. Nothing is lost.",
            ),
        };
        Self {
            host: open.map_or_else(String::new, |attempt| attempt.host.clone()),
            peer: None,
            tls: None,
            // An attempt is written before it ends with its last byte only.
            stage: open.map_or(Stage::Compose, |_| Stage::Body),
            outcome,
            code: None,
            enhanced_code: None,
            reply: None,
            hint: Some(hint.into()),
            transcript: None,
            dsn: None,
            next,
        }
    }
}
