//! One attempt to deliver one e-mail, from what it says to the record of what came of it.
use std::{cell::Cell, pin::pin, sync::Arc, time::Duration};

use entity::email::Status;
use tokio::time;

use super::{Stop, caught::caught, copies, join_link, ledger::Ledger, outcome, routes, tell};
use crate::{
    app::App,
    domain::{
        delivery::{Claimed, Ended, Entry, Next, Recorded, Setback},
        logos,
    },
    error::{Error, Result},
    letters::Draft,
    mail::{
        mime,
        smtp::{Envelope, Outcome, Relay, Report},
    },
};

/// While the database is away, the outcome of an attempt is kept in mind, in seconds between tries.
const RECORD_PAUSES: [u64; 8] = [1, 2, 5, 10, 30, 60, 60, 60];

/// A message whose attempt is over, and not written down yet.
pub(super) struct Done {
    pub(super) claimed: Arc<Claimed>,
    pub(super) ended: Ended,
}

impl Done {
    /// Would the mail server take other messages, as far as this one can tell?
    pub(super) fn server_goes_on(&self) -> bool {
        !matches!(
            self.ended.next,
            Next::Retry(Setback::Server(_) | Setback::Limit(_)) | Next::Uncertain
        )
    }
}

/// Delivers one composed message. Whatever goes wrong with this one, others go on. What came of it has to be
/// [`record`]ed, and before the next message begins.
pub(super) async fn deliver(app: &App, ledger: &Ledger, claimed: Claimed, mut stop: Stop) -> Done {
    let own = app.clock.now();
    let claimed = Arc::new(Claimed {
        // By the clock by which its end is told, so that it takes as long as it takes.
        started_at: app.db.shared_now(own).await.unwrap_or(own),
        ..claimed
    });
    let id = claimed.email.id;
    let is_near_the_end = Cell::new(false);
    let tried = caught(attempt(app, ledger, &claimed, &mut stop, &is_near_the_end)).await;
    let ended = match tried {
        Ok(Ok(ended)) => ended,
        Ok(Err(error)) => outcome::from_error(id, error),
        Err(panic) => outcome::from_panic(id, &panic, is_near_the_end.get()),
    };
    Done { claimed, ended }
}

/// Writes what came of an attempt; while the database is away, again and again.
pub(super) async fn record(app: &App, ledger: &Ledger, done: Done, mut stop: Stop) {
    let Done { claimed, ended } = done;
    let id = claimed.email.id;
    let mut pauses = RECORD_PAUSES.into_iter();
    loop {
        let entry = Entry::End(Arc::clone(&claimed), Box::new(ended.clone()));
        let error = match ledger.write(app, entry).await {
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

async fn attempt(
    app: &App,
    ledger: &Ledger,
    claimed: &Arc<Claimed>,
    stop: &mut Stop,
    is_near_the_end: &Cell<bool>,
) -> Result<Ended> {
    let logo = logos::of_message(&app.db, claimed.email.company_id, claimed.email.logo_id).await?;
    let draft = Draft::of(&claimed.email, claimed.details.as_ref(), logo.as_ref())?;
    let link = join_link(app, claimed)?;
    let Some(name) = claimed.transport else {
        return Ok(print(app, &draft, &link));
    };
    let relay = routes::relay(app, name)
        .ok_or_else(|| Error::System("a message for a mail server that is not set up".into()))?;
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
    let before_dot = async || {
        is_near_the_end.set(true);
        // What cannot be written down must not happen: nobody would know of the doubt.
        let entry = Entry::LastByte(Arc::clone(claimed));
        matches!(ledger.write(app, entry).await, Ok(Recorded::As(_)))
    };
    let sending = relay.send(&envelope, &bytes, before_dot);
    Ok(match watch(sending, stop, is_near_the_end).await {
        Sent::Reported(report) => {
            match report.outcome {
                Outcome::Accepted(_) => tell::accepted(&draft),
                // No failure: whoever has the message now says what becomes of it.
                Outcome::Withheld => {}
                _ => {
                    let error = tell::without_addresses(&report.text());
                    copies::print_once(app, &draft, &link, &error).await;
                }
            }
            outcome::from_report(&report, name)
        }
        Sent::CalledBack => outcome::called_back(host(relay)),
        Sent::InDoubt => outcome::in_doubt(host(relay)),
    })
}

fn host(relay: &Relay) -> String {
    relay.host().to_owned()
}

fn print(app: &App, draft: &Draft<'_>, link: &str) -> Ended {
    match tell::print(app, draft, link) {
        Ok(()) => {
            tell::printed(draft);
            outcome::printed()
        }
        Err(error) => {
            tracing::error!(email.id = draft.email_id(), %error, "An e-mail cannot be printed");
            outcome::unprintable()
        }
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

async fn watch(
    sending: impl Future<Output = Report>,
    stop: &mut Stop,
    is_near_the_end: &Cell<bool>,
) -> Sent {
    let mut sending = pin!(sending);
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
