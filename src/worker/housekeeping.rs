//! What is done every hour, beside the delivery of mail.
use std::{future::Future, time::Duration};

use actix_web::web::Data;
use tokio::time;

use crate::{
    app::App,
    db::{self, Db, Txn},
    domain::{
        accounts::{known_devices, sessions, unsent_forms},
        bounces, delivery, idempotency_keys, logos, provider_events, rate_limits, suppressions,
        zone_changes,
    },
    error::Result,
    mail::doctor,
    mailing::access::{self, Account},
};

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Does it for as long as it is polled.
pub async fn run(app: Data<App>) {
    let mut hours = time::interval(EVERY);
    loop {
        hours.tick().await;
        // The log was told of every step that failed.
        let _ = run_steps(&app).await;
    }
}

/// Finds slots whose local time means another start, removes what nobody can use any more, and brings the query
/// planner's statistics up to date. Each step is by itself: one that fails is told to the log and stops none of the others. Answers with the last error.
pub async fn run_steps(app: &App) -> Result<()> {
    let (db, now) = (&app.db, app.clock.now());
    let steps = [
        step("unreadable emails", delivery::set_all_aside(db, now)).await,
        clear(db, "sessions", async |txn| sessions::clear(txn, now).await).await,
        clear(db, "known devices", async |txn| {
            known_devices::clear(txn, now).await
        })
        .await,
        clear(db, "unsent forms", async |txn| {
            unsent_forms::clear(txn, now).await
        })
        .await,
        clear(db, "rate limits", async |txn| {
            rate_limits::clear(txn, now).await
        })
        .await,
        clear(db, "suppressions", async |txn| {
            suppressions::clear(txn, now).await
        })
        .await,
        clear(db, "provider events", async |txn| {
            provider_events::clear(txn, now).await
        })
        .await,
        clear(db, "idempotency keys", async |txn| {
            idempotency_keys::purge(txn, now).await
        })
        .await,
        step("access tokens", access::forget_others(app, &accounts(app))).await,
        clear(db, "logos", async |txn| logos::clear(txn, now).await).await,
        clear(db, "early reports", async |txn| {
            bounces::apply_left(txn, now).await
        })
        .await,
        step("time zone rules", zone_changes::check(db, now)).await,
        step("statistics", db::refresh_statistics(db)).await,
    ];
    steps.into_iter().rfind(Result::is_err).unwrap_or(Ok(()))
}

/// The mailboxes that are opened with access tokens.
fn accounts(app: &App) -> Vec<Account<'_>> {
    let servers = doctor::servers(&app.settings.mail).into_iter();
    let sends = servers.filter_map(|(_, smtp)| smtp.login.as_ref());
    let reads = app.settings.bounces.imap.iter().map(|imap| &imap.login);
    let logins = sends.chain(reads);
    logins.filter_map(Account::of).collect()
}

async fn clear(
    db: &Db,
    what: &'static str,
    work: impl AsyncFnOnce(&Txn) -> Result<()>,
) -> Result<()> {
    step(what, db::transaction(db, work)).await
}

async fn step(what: &'static str, work: impl Future<Output = Result<()>>) -> Result<()> {
    work.await.inspect_err(|error| {
        tracing::warn!(%error, what, "A step of the housekeeping failed; it is tried again in an hour");
    })
}
