//! One attempt to deliver one email, from what it says to the record of what came of it.
use std::{cell::Cell, pin::pin, sync::Arc};

use entity::email::Kind;
use lettre::Address;
use tokio::time;

use super::{
    Stop,
    batch_writer::BatchWriter,
    catch_panic::catch_panic,
    compose::takes_short_link,
    copies, delivery_log, join_link,
    logged_in::{self, WithoutToken},
    outcome,
    record::Done,
    relays,
};
use crate::{
    app::App,
    domain::{
        delivery::{Claimed, Ended, Entry, Recorded},
        interviews::short_link,
        logos,
    },
    error::{Error, Result},
    mail::{
        mime,
        replies::PASSED_ON,
        smtp::{Envelope, Outcome, Relay, Report},
    },
    mailing::{letter::Draft, references},
};

/// Delivers one composed message. Whatever goes wrong with this one, others go on. What came of it has to be
/// [recorded](super::record::record), and before the next message begins.
pub(super) async fn deliver(
    app: &App,
    writer: &BatchWriter,
    claimed: Claimed,
    mut stop: Stop,
) -> Done {
    let own = app.clock.now();
    let claimed = Arc::new(Claimed {
        // By the clock by which its end is told, so that it takes as long as it takes.
        started_at: app.db.shared_now(own).await.unwrap_or(own),
        ..claimed
    });
    let id = claimed.email.id;
    let final_dot_sent = Cell::new(false);
    let tried = catch_panic(attempt(app, writer, &claimed, &mut stop, &final_dot_sent)).await;
    let ended = match tried {
        Ok(Ok(ended)) => ended,
        Ok(Err(error)) => outcome::from_error(id, error),
        Err(panic) => outcome::from_panic(id, &panic, final_dot_sent.get()),
    };
    Done { claimed, ended }
}

async fn attempt(
    app: &App,
    writer: &BatchWriter,
    claimed: &Arc<Claimed>,
    stop: &mut Stop,
    final_dot_sent: &Cell<bool>,
) -> Result<Ended> {
    let logo = logos::of_message(&app.db, claimed.email.company_id, claimed.email.logo_id).await?;
    let short = place(app, claimed);
    let draft = Draft::of(&claimed.email, claimed.details.as_ref(), logo.as_ref())?;
    let draft = draft.with_short(short.as_deref());
    let link = join_link(app, claimed)?;
    let id = draft.email_id();
    let Some(name) = claimed.transport else {
        return Ok(print(app, &draft, &link));
    };
    let relay = relays::relay(app, name)
        .ok_or_else(|| Error::System("an email for a mail server that is not set up".into()))?;
    let mut headers = references::headers(app, relay.host(), draft.email_id());
    if claimed.email.kind == Kind::ForwardedReply {
        let (name, value) = PASSED_ON;
        headers.push((name, value.into()));
    }
    let bytes = mime::with_headers(&draft.letter(), &link, &headers)?;
    let ours = app.return_address.as_ref();
    let envelope_id = ours.map(|ours| ours.envelope_id(draft.email_id()));
    let envelope = Envelope {
        from: &comes_back_to(app, &draft)?,
        to: &draft.recipient.address,
        link: &link,
        short_link: short.as_deref(),
        envelope_id: envelope_id.as_deref(),
    };
    let before_dot = async || {
        final_dot_sent.set(true);
        // What cannot be written down must not happen: nobody would know of the doubt.
        let entry = Entry::BeforeFinalDot(Arc::clone(claimed));
        matches!(writer.write(app, entry).await, Ok(Recorded::As(_)))
    };
    // Only the conversation is watched: whoever hangs up on a token's issuer may lose what it gives.
    let sent = logged_in::send(app, name, relay, async |relay, token| {
        let sending = relay.send(&envelope, &bytes, token, &before_dot);
        watch(sending, stop, final_dot_sent).await
    });
    Ok(match sent.await {
        Ok((Sent::Reported(report), hint)) => {
            log(app, &draft, &link, &report).await;
            outcome::from_report(&report, hint, name)
        }
        Ok((Sent::CalledBack, _)) => outcome::called_back(host(relay)),
        Ok((Sent::InDoubt, _)) => outcome::in_doubt(host(relay)),
        Err(no_token) => {
            if let WithoutToken::Refused { reply, .. } = &no_token {
                log_failure(app, &draft, &link, reply).await;
            }
            outcome::without_token(id, no_token, host(relay), name)
        }
    })
}

/// For the calendar in it: kept when the message was composed.
fn place(app: &App, claimed: &Claimed) -> Option<String> {
    let details = claimed.details.as_ref()?;
    let (code, _) = short_link::made(&app.keys, &details.interview);
    takes_short_link(&claimed.email).then(|| app.settings.base_url.join(&format!("/i/{code}")))
}

fn comes_back_to(app: &App, draft: &Draft<'_>) -> Result<Address> {
    let ours = app.return_address.as_ref();
    let own = ours.map(|ours| ours.of(draft.email_id())).transpose()?;
    Ok(own
        .flatten()
        .unwrap_or_else(|| draft.sender.address.clone()))
}

/// Says that a message was accepted, or prints a copy of one that was not.
async fn log(app: &App, draft: &Draft<'_>, link: &str, report: &Report) {
    match report.outcome {
        Outcome::Accepted(_) => delivery_log::accepted(draft),
        // No failure: whoever has the message now says what becomes of it.
        Outcome::Withheld => {}
        _ => log_failure(app, draft, link, &report.text()).await,
    }
}

async fn log_failure(app: &App, draft: &Draft<'_>, link: &str, words: &str) {
    let error = delivery_log::without_addresses(words);
    copies::print_once(app, draft, link, &error).await;
}

fn host(relay: &Relay) -> String {
    relay.host().to_owned()
}

fn print(app: &App, draft: &Draft<'_>, link: &str) -> Ended {
    match delivery_log::print(app, draft, link) {
        Ok(()) => {
            delivery_log::printed(draft);
            outcome::printed()
        }
        Err(error) => {
            tracing::error!(email.id = draft.email_id(), %error, "An email can't be printed");
            outcome::unprintable()
        }
    }
}

/// How a conversation ended, or was ended.
pub(super) enum Sent {
    Reported(Report),
    /// The process is to stop, and the server cannot have the message.
    CalledBack,
    /// The process is to stop, and the server may have the message.
    InDoubt,
}

async fn watch(
    sending: impl Future<Output = Report>,
    stop: &mut Stop,
    final_dot_sent: &Cell<bool>,
) -> Sent {
    let mut sending = pin!(sending);
    tokio::select! {
        report = &mut sending => return Sent::Reported(report),
        () = stop.asked() => {}
    }
    if !final_dot_sent.get() {
        return Sent::CalledBack;
    }
    match time::timeout(stop.patience, sending).await {
        Ok(report) => Sent::Reported(report),
        Err(_) => Sent::InDoubt,
    }
}
