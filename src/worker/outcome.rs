//! What a report means for the message: what is written of the attempt, and what follows.
use entity::{
    attempt::{Outcome, Stage},
    transport::{self, Name},
};

use super::logged_in::WithoutToken;
use crate::{
    domain::{
        delivery::{Ended, Next, POLICY_CODES, Setback, UNMAKEABLE},
        mail_servers::Failure,
    },
    error::Error,
    mail::{
        smtp::{self, Report},
        verdict::{self, Course, Scope, Verdict},
    },
};

const INTERRUPTED: &str =
    "Greenroom stopped while the mail server was accepting the email. It may have arrived.";
const OUR_PROBLEM: &str = "Greenroom had an internal error. Nothing was sent.";

/// The end of an attempt, by what the mail server did.
/// `hint` is cause and remedy, where more is known of them than the mail server says.
pub(super) fn from_report(report: &Report, hint: Option<String>, name: Name) -> Ended {
    let mut verdict = verdict::judge(report);
    if let Some(hint) = hint {
        verdict.hint = hint;
    }
    if name == Name::Fallback {
        verdict.hint = verdict::of_the_fallback(&verdict.hint);
    }
    let next = match report.outcome {
        smtp::Outcome::Withheld => Next::Release,
        _ => next(report, &verdict),
    };
    let reply = report.reply();
    Ended {
        host: report.host.clone(),
        peer: report.peer.map(|peer| peer.to_string()),
        tls: report.tls.clone(),
        stage: report.stage,
        outcome: match next {
            Next::Accepted => Outcome::Accepted,
            Next::Printed => Outcome::Printed,
            Next::Retry(_) => Outcome::Deferred,
            Next::Fail | Next::FailAsDead | Next::FailForPolicy => Outcome::Refused,
            Next::Uncertain => Outcome::Uncertain,
            Next::Release => Outcome::Released,
        },
        code: reply.map(|reply| i32::from(reply.code)),
        enhanced_code: reply.and_then(|reply| reply.enhanced_code().map(str::to_owned)),
        reply: Some(report.text()),
        hint: Some(verdict.hint),
        transcript: Some(report.transcript_text()),
        dsn: report.dsn,
        next,
    }
}

/// The end of an attempt that had no access token to log in with. Nothing was said to the mail server.
pub(super) fn without_token(
    email_id: i64,
    no_token: WithoutToken,
    host: String,
    name: Name,
) -> Ended {
    let (is_setting, reply, hint, pause) = match no_token {
        WithoutToken::Refused {
            is_setting,
            reply,
            hint,
            pause,
        } => (is_setting, reply, hint, pause),
        WithoutToken::Ours(error) => {
            tracing::warn!(email.id = email_id, %error, "An access token could not be read or stored");
            return here(Outcome::Deferred, Next::Retry(Setback::Ours), OUR_PROBLEM);
        }
    };
    let hint = match name {
        Name::Primary => hint,
        Name::Fallback => verdict::of_the_fallback(&hint),
    };
    let failure = Failure {
        scope: match is_setting {
            true => transport::Scope::Settings,
            false => transport::Scope::Server,
        },
        reason: hint.clone(),
        pause: pause
            .and_then(|pause| chrono::TimeDelta::from_std(pause).ok())
            // "At once" would be asked again and again.
            .filter(|pause| !pause.is_zero()),
    };
    Ended {
        host,
        stage: Stage::Auth,
        reply: Some(reply),
        ..here(
            Outcome::Deferred,
            Next::Retry(Setback::Server(failure)),
            &hint,
        )
    }
}

fn next(report: &Report, verdict: &Verdict) -> Next {
    let is_everybodys = match verdict.scope {
        Scope::Recipient | Scope::Message => None,
        Scope::Settings => Some(transport::Scope::Settings),
        Scope::Server => Some(transport::Scope::Server),
    };
    let pause = match verdict.course {
        Course::AgainAfter(pause) | Course::OnceAfter(pause) | Course::AgainFor(pause) => {
            chrono::TimeDelta::from_std(pause).ok()
        }
        _ => None,
    };
    match (verdict.course, is_everybodys, pause) {
        (Course::Accepted, ..) => Next::Accepted,
        (Course::Uncertain, ..) => Next::Uncertain,
        (course, Some(scope), pause) => {
            let failure = Failure {
                scope,
                reason: verdict.hint.clone(),
                pause: pause.filter(|_| matches!(course, Course::AgainAfter(_))),
            };
            Next::Retry(match course {
                Course::WhenThereIsRoom => Setback::Limit(failure),
                _ => Setback::Server(failure),
            })
        }
        (Course::AgainAfter(_), None, Some(pause)) => Next::Retry(Setback::For(pause)),
        (Course::AgainFor(_), None, Some(limit)) => Next::Retry(Setback::ForAtMost(limit)),
        (Course::OnceAfter(_), None, Some(pause)) => Next::Retry(Setback::OnceMore(pause)),
        (Course::Never, ..) if verdict.is_dead => Next::FailAsDead,
        (Course::Never, ..) if is_for_policy(report) => Next::FailForPolicy,
        (Course::Never, ..) => Next::Fail,
        (_, None, _) => Next::Retry(Setback::Recipient),
    }
}

fn is_for_policy(report: &Report) -> bool {
    let code = report.reply().and_then(|reply| reply.enhanced_code());
    matches!(report.stage, Stage::Data | Stage::Body)
        && code.is_some_and(|code| POLICY_CODES.contains(&code))
}

/// The end of an attempt that failed here, by what failed.
pub(super) fn from_error(email_id: i64, error: Error) -> Ended {
    match error {
        Error::Unavailable(_) | Error::Db(_) | Error::System(_) => {
            tracing::warn!(email.id = email_id, %error, "An email could not be tried");
            here(Outcome::Deferred, Next::Retry(Setback::Ours), OUR_PROBLEM)
        }
        error => {
            tracing::error!(email.id = email_id, %error, "An email cannot be composed");
            here(Outcome::Refused, Next::Fail, UNMAKEABLE)
        }
    }
}

/// The end of an attempt in which Greenroom itself failed. After the last byte nobody knows.
pub(super) fn from_panic(email_id: i64, panic: &str, final_dot_sent: bool) -> Ended {
    if final_dot_sent {
        tracing::error!(
            email.id = email_id,
            panic,
            "An email may have been sent; its outcome is unknown"
        );
        return in_doubt(String::new());
    }
    tracing::error!(email.id = email_id, panic, "An email cannot be composed");
    here(Outcome::Refused, Next::Fail, UNMAKEABLE)
}

/// The process is to stop, and the server may have the message.
pub(super) fn in_doubt(host: String) -> Ended {
    Ended {
        host,
        stage: Stage::Body,
        ..here(Outcome::Uncertain, Next::Uncertain, INTERRUPTED)
    }
}

/// The process is to stop, and the server cannot have the message.
pub(super) fn called_back(host: String) -> Ended {
    Ended {
        host,
        stage: Stage::Connect,
        ..here(
            Outcome::Released,
            Next::Release,
            "Greenroom stopped before the email was sent. Nothing is lost.",
        )
    }
}

/// The terminal took it.
pub(super) fn printed() -> Ended {
    on_the_console(here(
        Outcome::Printed,
        Next::Printed,
        "Emails are only printed to the console here, so nobody received this one.",
    ))
}

/// Not even the terminal took it.
pub(super) fn unprintable() -> Ended {
    on_the_console(here(
        Outcome::Deferred,
        Next::Retry(Setback::Ours),
        "Emails are only printed to the console here, and printing failed.",
    ))
}

fn on_the_console(ended: Ended) -> Ended {
    Ended {
        host: "console".into(),
        stage: Stage::Body,
        ..ended
    }
}

/// The outcome of an attempt that no mail server had a part in.
fn here(outcome: Outcome, next: Next, hint: &str) -> Ended {
    Ended {
        host: String::new(),
        peer: None,
        tls: None,
        stage: Stage::Compose,
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
