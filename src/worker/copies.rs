//! Prints a copy of what no mail server took, where that is wished: once, whatever the reason and whoever is quicker.
use super::{catch_panic::catch_panic, compose::compose, delivery_log, join_link, relays::routes};
use crate::{
    app::App,
    domain::{
        delivery::{self, Claimed},
        logos,
        mail_servers::Route,
    },
    error::Result,
    mailing::letter::Draft,
    text::masked,
};

/// So many are printed at a time.
const PIECE: u64 = 50;

/// Prints what is due and not even tried while every circuit breaker is open, and what ended without a copy.
pub(super) async fn print_waiting(app: &App) {
    if !app.settings.mail.console_fallback || app.mailer.console.rests() {
        return;
    }
    let routes = routes(app);
    if routes.is_empty() {
        return;
    }
    for claimed in not_printed(app, &routes).await {
        let id = claimed.email.id;
        let why = match claimed.email.reason.as_str() {
            "" => "no mail server accepts email now".to_owned(),
            reason => delivery_log::without_addresses(reason),
        };
        match catch_panic(print_waiting_one(app, claimed, &why)).await {
            Ok(Ok(true)) => {}
            // Nothing can be printed now; the others would fare no better.
            Ok(Ok(false)) => return,
            Ok(Err(error)) => {
                tracing::error!(email.id = id, %error, "An email to be printed can't be composed");
                keep_from_printing(app, id).await;
            }
            Err(panic) => {
                tracing::error!(email.id = id, panic, "An email can't be printed");
                keep_from_printing(app, id).await;
            }
        }
    }
}

async fn not_printed(app: &App, routes: &[Route]) -> Vec<Claimed> {
    // Whoever fetches has just claimed messages, which a panic here would keep from leaving.
    let look = delivery::not_printed(&app.db, routes, PIECE, app.clock.now());
    match catch_panic(look).await {
        Ok(Ok(found)) => return found,
        Ok(Err(error)) => {
            tracing::warn!(%error, "Emails that no mail server accepted can't be printed");
        }
        Err(panic) => tracing::error!(
            panic,
            "Emails that no mail server accepted can't be looked up"
        ),
    }
    Vec::new()
}

/// What cannot be made now is not tried at every look.
async fn keep_from_printing(app: &App, email_id: i64) {
    if let Err(error) = delivery::begin_copy(&app.db, email_id, app.clock.now()).await {
        tracing::warn!(email.id = email_id, %error, "An email may be printed again");
    }
}

async fn print_waiting_one(app: &App, mut claimed: Claimed, why: &str) -> Result<bool> {
    if claimed.email.text.is_none() {
        // Only to be printed: it is composed anew for its first attempt.
        let fixed = compose(app, &claimed).await?;
        fixed.put_into(&mut claimed.email);
    }
    let email = &claimed.email;
    let logo = logos::of_message(&app.db, email.company_id, email.logo_id).await?;
    let draft = Draft::of(email, claimed.details.as_ref(), logo.as_ref())?;
    let link = join_link(app, &claimed)?;
    Ok(print_once(app, &draft, &link, why).await)
}

/// Prints a copy, if none was printed before, and says what failed; false when the terminal takes nothing.
pub(super) async fn print_once(app: &App, draft: &Draft<'_>, link: &str, error: &str) -> bool {
    let id = draft.email_id();
    let is_first = match app.settings.mail.console_fallback {
        true => delivery::begin_copy(&app.db, id, app.clock.now()).await,
        false => Ok(false),
    };
    match is_first {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!(email.id = id, "SMTP email failed: {error}");
            return true;
        }
        Err(problem) => {
            tracing::warn!(email.id = id, %problem, "SMTP email failed, and is printed later: {error}");
            return true;
        }
    }
    tracing::warn!(
        email.id = id,
        "SMTP email failed, falling back to console: {error}"
    );
    let Err(printing) = delivery_log::print(app, draft, link) else {
        let to = masked(draft.recipient.address.as_ref());
        tracing::info!(
            email.id = id,
            "Interview notification sent to console (fallback mode): {to}"
        );
        return true;
    };
    tracing::error!(
        email.id = id,
        "Both SMTP and console email failed: {error}; {printing}"
    );
    if let Err(problem) = delivery::take_copy_back(&app.db, id).await {
        tracing::warn!(email.id = id, %problem, "An email could not be printed and won't be");
    }
    false
}
