//! The mailbox that reports of undeliverable messages and replies come to, and the way that they take from there.
mod received;

use std::{collections::HashSet, time::Duration};

use actix_web::web::Data;
use tokio::time;
use tokio_rustls::rustls::pki_types::CertificateDer;

pub use self::received::{Inbound, take};
use super::catch_panic::catch_panic;
use crate::{
    app::App,
    domain::bounces::Taken,
    error::{Error, Result},
    mail::{
        bounce,
        imap::{Failure, Inbox},
    },
    mailing::access::{self, Account, NoToken},
    settings::ImapSettings,
};

/// How often the mailbox is looked into.
const EVERY: Duration = Duration::from_secs(5 * 60);
/// So long a look may take; what it did not come to waits for the next.
const LONGEST_LOOK: Duration = Duration::from_secs(4 * 60);
/// So many messages are read in one look.
const MOST_MESSAGES: usize = 200;

/// Looks into the configured mailbox for as long as it is polled.
pub async fn run(app: Data<App>) {
    let Some(imap) = &app.settings.bounces.imap else {
        return;
    };
    let mut rounds = time::interval(EVERY);
    rounds.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    let mut reader = Reader::default();
    loop {
        rounds.tick().await;
        match catch_panic(time::timeout(LONGEST_LOOK, reader.look(&app, imap, None))).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "The bounce mailbox can't be read; retrying in five minutes");
            }
            Ok(Err(_)) => tracing::warn!("The bounce mailbox is slow; the rest is read later"),
            Err(panic) => tracing::error!(panic, "Reading the bounce mailbox ended early"),
        }
    }
}

/// Why a look into the mailbox ended.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The mailbox's side.
    #[error(transparent)]
    Mailbox(#[from] Failure),
    /// There is no access token for it.
    #[error(transparent)]
    Token(#[from] NoToken),
    /// Ours.
    #[error(transparent)]
    Ours(#[from] Error),
}

/// Opens the mailbox. A token that is refused is replaced once before anything is called wrong.
async fn open(
    app: &App,
    imap: &ImapSettings,
    roots: Option<Vec<CertificateDer<'static>>>,
) -> Result<Inbox, Trouble> {
    let Some(settings) = imap.login.oauth() else {
        return Ok(Inbox::open(imap, None, roots).await?);
    };
    let account = Account {
        settings,
        user: &imap.login.user,
    };
    let token = access::token(app, account).await?;
    match Inbox::open(imap, Some(&token.secret), roots.clone()).await {
        Err(Failure::TokenRefused) => {
            let other = access::another(app, account, &token).await?;
            Ok(Inbox::open(imap, Some(&other.secret), roots).await?)
        }
        opened => Ok(opened?),
    }
}

/// Remembers what is none of ours: it stays unseen for people, and is not read again and again.
#[derive(Debug, Default)]
pub struct Reader {
    validity: u32,
    not_ours: HashSet<u32>,
}

impl Reader {
    /// Reads what nobody has seen. Reports about our messages and replies to them are marked as seen; nothing else is touched.
    /// Trusts the given certificates, or else the machine's.
    pub async fn look(
        &mut self,
        app: &App,
        imap: &ImapSettings,
        roots: Option<Vec<CertificateDer<'static>>>,
    ) -> Result<(), Trouble> {
        let mut inbox = open(app, imap, roots).await?;
        for uid in self.unread(&mut inbox).await? {
            let Some(message) = inbox.fetch(uid, bounce::LONGEST).await? else {
                continue;
            };
            match take_fetched(app, &message).await? {
                Taken::Bounced(id)
                | Taken::Complained(id)
                | Taken::Delivered(id)
                | Taken::Noted(id)
                | Taken::Answered(id)
                | Taken::Forwarded(id)
                | Taken::Known(id)
                | Taken::Kept(id) => {
                    inbox.mark_seen(uid).await?;
                    tracing::info!(
                        email.id = id,
                        "A bounce report or a reply about an email was found"
                    );
                }
                Taken::Unknown | Taken::OtherRecipient(_) => {
                    self.not_ours.insert(uid);
                }
            }
        }
        inbox.leave().await;
        Ok(())
    }

    /// What neither people nor we have seen, as much of it as one look reads.
    async fn unread(&mut self, inbox: &mut Inbox) -> Result<Vec<u32>, Trouble> {
        if self.validity != inbox.validity {
            self.not_ours.clear();
            self.validity = inbox.validity;
        }
        let unseen = inbox.unseen().await?;
        self.not_ours
            .retain(|uid| unseen.binary_search(uid).is_ok());
        let unread = unseen
            .into_iter()
            .filter(|uid| !self.not_ours.contains(uid));
        Ok(unread.take(MOST_MESSAGES).collect())
    }
}

async fn take_fetched(app: &App, message: &[u8]) -> Result<Taken> {
    let inbound = Inbound::of(app.return_address.as_ref(), &app.settings);
    let taken = match take(&app.db, &inbound, message, app.clock.now()).await {
        Err(error @ Error::Unavailable(_)) => return Err(error),
        // The next one may fare better.
        Err(error) => {
            tracing::error!(%error, "A message in the bounce mailbox can't be processed");
            Taken::Unknown
        }
        Ok(taken) => taken,
    };
    if let Taken::Forwarded(_) = taken {
        app.wake.notify_one();
    }
    Ok(taken)
}
