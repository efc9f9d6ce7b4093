//! One attempt to deliver one e-mail, from its row to the record of what came of it.
use std::{cell::Cell, pin::pin, time::Duration};

use chrono::TimeDelta;
use entity::{
    attempt::{Outcome, Stage},
    email::{self, Status},
};
use tokio::time;

use super::{Stop, caught::caught, letter::Draft, tell};
use crate::{
    app::App,
    domain::{
        delivery::{self, Claimed, Ended, Fixed, Next, Recorded, Setback},
        emails,
        join_links::Ticket,
    },
    error::{Error, Result},
    mail::{
        invite::{self, Method, People},
        mailbox::{self, Mailbox},
        messages::Message,
        mime,
        smtp::{self, Envelope, Relay, Report},
        verdict::{self, Course, Scope, Verdict},
    },
    notices,
};

/// While the database is away, the outcome of an attempt is kept in mind, in seconds between tries.
const RECORD_PAUSES: [u64; 8] = [1, 2, 5, 10, 30, 60, 60, 60];

/// Delivers one message and records what came of it. Whatever goes wrong with this one, others go on.
pub(super) async fn deliver(app: &App, mut claimed: Claimed, mut stop: Stop) {
    let is_near_the_end = Cell::new(false);
    let tried = caught(attempt(app, &mut claimed, &mut stop, &is_near_the_end)).await;
    let id = claimed.email.id;
    let ended = match tried {
        Ok(Ok(Some(ended))) => ended,
        Ok(Ok(None)) => return,
        Ok(Err(error @ (Error::Unavailable(_) | Error::Db(_) | Error::System(_)))) => {
            tracing::warn!(email.id = id, %error, "An e-mail could not be tried");
            here(
                Outcome::Deferred,
                Next::Retry(Setback::Server),
                "Greenroom had a problem of its own; nothing was sent.",
            )
        }
        Ok(Err(error)) => {
            tracing::error!(email.id = id, %error, "An e-mail cannot be made");
            here(Outcome::Refused, Next::Fail, UNMAKEABLE)
        }
        Err(panic) if is_near_the_end.get() => {
            tracing::error!(
                email.id = id,
                panic,
                "An e-mail may have left, and nobody knows"
            );
            Ended {
                stage: Stage::Body,
                ..here(Outcome::Uncertain, Next::Uncertain, INTERRUPTED)
            }
        }
        Err(panic) => {
            tracing::error!(email.id = id, panic, "An e-mail cannot be made");
            here(Outcome::Refused, Next::Fail, UNMAKEABLE)
        }
    };
    record(app, &claimed, ended, stop).await;
}

const INTERRUPTED: &str =
    "Greenroom stopped while the mail server was taking the message; it may have arrived.";
const UNMAKEABLE: &str = "Greenroom cannot make this message. Tell the candidate another way, and have an admin look at the log.";

/// What came of the attempt; none when the message is no longer ours.
async fn attempt(
    app: &App,
    claimed: &mut Claimed,
    stop: &mut Stop,
    is_near_the_end: &Cell<bool>,
) -> Result<Option<Ended>> {
    if claimed.email.text.is_none() {
        let fixed = compose(app, claimed).await?;
        if delivery::fix(&app.db, claimed, fixed).await? == Recorded::Stale {
            return Ok(None);
        }
    }
    let draft = Draft::of(claimed)?;
    let link = join_link(app, claimed)?;
    let Some(relay) = &app.mailer.relay else {
        return Ok(Some(print(app, &draft, &link)));
    };
    let bytes = mime::bytes(&draft.letter(), &link)?;
    let comes_back_to = match &app.return_address {
        Some(ours) => &ours.of(claimed.email.id)?,
        None => &draft.sender.address,
    };
    let envelope = Envelope {
        from: comes_back_to,
        to: &draft.recipient.address,
        link: &link,
    };
    Ok(Some(
        match send(
            app,
            claimed,
            relay,
            &envelope,
            &bytes,
            stop,
            is_near_the_end,
        )
        .await
        {
            Sent::Reported(report) => {
                tell::about(app, &draft, &report, &link);
                from_report(&claimed.email, &report, app)
            }
            Sent::CalledBack => Ended {
                host: relay.host().to_owned(),
                stage: Stage::Connect,
                ..here(
                    Outcome::Released,
                    Next::Release,
                    "Greenroom stopped before the message was sent; nothing is lost.",
                )
            },
            Sent::InDoubt => Ended {
                host: relay.host().to_owned(),
                stage: Stage::Body,
                ..here(Outcome::Uncertain, Next::Uncertain, INTERRUPTED)
            },
        },
    ))
}

/// Writes the message from its row and its interview; from then on it stays as it is.
async fn compose(app: &App, claimed: &Claimed) -> Result<Fixed> {
    let Claimed { email, details, .. } = claimed;
    let message = notices::message(email, details)?;
    let composed = app.composer.compose(&message)?;
    let contact = details.contact();
    let configured = mailbox::parse_address(app.settings.mail.from.email.as_ref())?;
    let sender = mailbox::sender(&configured, contact.name, &details.company.name)?;
    let domain = configured.domain().to_owned();
    Ok(Fixed {
        ics: calendar(app, claimed, &message, &sender, &domain).await?,
        sender: sender.to_string(),
        reply_to: Some(Mailbox::new(contact.name, contact.email)?.to_string()),
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        domain,
    })
}

async fn calendar(
    app: &App,
    claimed: &Claimed,
    message: &Message,
    organizer: &Mailbox,
    domain: &str,
) -> Result<Option<String>> {
    let Claimed { email, details, .. } = claimed;
    let Some(method) = Method::of(email.kind) else {
        return Ok(None);
    };
    let known = emails::calendar_domain(app.db.read(), email.company_id, email.interview_id);
    let domain = known.await?.unwrap_or_else(|| domain.to_owned());
    let event = notices::event(&app.composer, message, details, &domain, email.date)?;
    let attendee = Mailbox::new(&email.recipient_name, &email.recipient)?;
    let people = People {
        organizer,
        attendee: &attendee,
    };
    Ok(Some(invite::message(method, &event, people)))
}

fn join_link(app: &App, claimed: &Claimed) -> Result<String> {
    let token = app.keys.token(&Ticket {
        public_id: &claimed.details.interview.public_id,
        link_version: claimed.email.link_version,
        revision: claimed.email.revision,
    })?;
    Ok(app.settings.base_url.join(&format!("/interview/{token}")))
}

fn print(app: &App, draft: &Draft<'_>, link: &str) -> Ended {
    let ended = match tell::print(app, draft, link) {
        Ok(()) => {
            tell::printed(draft);
            here(
                Outcome::Printed,
                Next::Printed,
                "Mail goes to the console here: nobody received this message.",
            )
        }
        Err(error) => {
            tracing::error!(email.id = draft.email_id(), %error, "An e-mail cannot be printed");
            here(
                Outcome::Deferred,
                Next::Retry(Setback::Server),
                "Mail goes to the console here, and the console takes nothing.",
            )
        }
    };
    Ended {
        host: "console".into(),
        stage: Stage::Body,
        ..ended
    }
}

/// How a conversation ended, or was ended.
enum Sent {
    Reported(Report),
    /// The process is to stop, and the server cannot have the message.
    CalledBack,
    /// The process is to stop, and the server may have the message.
    InDoubt,
}

async fn send(
    app: &App,
    claimed: &Claimed,
    relay: &Relay,
    envelope: &Envelope<'_>,
    bytes: &[u8],
    stop: &mut Stop,
    is_near_the_end: &Cell<bool>,
) -> Sent {
    let before_dot = async || {
        is_near_the_end.set(true);
        // What cannot be written down must not happen: nobody would know of the doubt.
        let entered = delivery::enter_body(&app.db, claimed, app.clock.now()).await;
        matches!(entered, Ok(true))
    };
    let mut sending = pin!(relay.send(envelope, bytes, before_dot));
    tokio::select! {
        report = &mut sending => return Sent::Reported(report),
        () = stop.asked() => {}
    }
    if !is_near_the_end.get() {
        return Sent::CalledBack;
    }
    match time::timeout(stop.patience, sending).await {
        Ok(report) => Sent::Reported(report),
        Err(_) => Sent::InDoubt,
    }
}

fn from_report(email: &email::Model, report: &Report, app: &App) -> Ended {
    let verdict = verdict::judge(report);
    let next = match report.outcome {
        smtp::Outcome::Withheld => Next::Release,
        _ => next(email, &verdict, app.clock.now() - email.date),
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
            Next::Fail => Outcome::Refused,
            Next::Uncertain => Outcome::Uncertain,
            Next::Release => Outcome::Released,
        },
        code: reply.map(|reply| i32::from(reply.code)),
        enhanced_code: reply.and_then(|reply| reply.enhanced_code().map(str::to_owned)),
        reply: Some(report.text()),
        hint: Some(verdict.hint),
        transcript: Some(report.transcript_text()),
        next,
    }
}

fn next(email: &email::Model, verdict: &Verdict, age: TimeDelta) -> Next {
    let retry = Next::Retry(match verdict.scope {
        Scope::Recipient | Scope::Message => Setback::Recipient,
        Scope::Settings => Setback::Settings,
        Scope::Server => Setback::Server,
    });
    let after =
        |pause| TimeDelta::from_std(pause).map_or(retry, |pause| Next::Retry(Setback::For(pause)));
    match verdict.course {
        Course::Accepted => Next::Accepted,
        Course::Uncertain => Next::Uncertain,
        Course::Again => retry,
        Course::AgainAfter(pause) => after(pause),
        Course::AgainFor(limit) if age.to_std().is_ok_and(|age| age >= limit) => Next::Fail,
        Course::AgainFor(_) => retry,
        Course::OnceAfter(pause) if email.put_off == 0 => after(pause),
        Course::OnceAfter(_) | Course::Never => Next::Fail,
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
        next,
    }
}

async fn record(app: &App, claimed: &Claimed, ended: Ended, mut stop: Stop) {
    let id = claimed.email.id;
    let mut pauses = RECORD_PAUSES.into_iter();
    loop {
        let recorded = delivery::record(&app.db, claimed, ended.clone(), app.clock.now()).await;
        let error = match recorded {
            Ok(Recorded::As(Status::Failed)) => {
                return tracing::warn!(email.id = id, "An e-mail is given up; its page says why");
            }
            Ok(Recorded::As(_)) => return,
            Ok(Recorded::Stale) => {
                return tracing::warn!(
                    email.id = id,
                    "An e-mail took so long that another worker took it over"
                );
            }
            Err(error) => error,
        };
        let Some(pause) = pauses.next().filter(|_| !stop.is_asked()) else {
            return tracing::error!(email.id = id, %error, "What came of an e-mail cannot be recorded");
        };
        tokio::select! {
            () = time::sleep(Duration::from_secs(pause)) => {}
            () = stop.asked() => {}
        }
    }
}
