//! What the process log and the terminal learn of a delivery: never an address, a name or a link.
use std::io;

use crate::{
    app::App,
    letters::Draft,
    mail::smtp::{Outcome, Report},
    text::masked,
};

/// Says what a mail server did, and prints the message if it failed and that is wished.
pub(super) fn about(app: &App, draft: &Draft<'_>, report: &Report, link: &str) {
    let id = draft.email_id();
    let to = masked(draft.recipient.address.as_ref());
    if matches!(report.outcome, Outcome::Accepted(_)) {
        tracing::info!(email.id = id, "Interview notification sent via email: {to}");
        return;
    }
    if report.outcome == Outcome::Withheld {
        // No failure: whoever has the message now says what becomes of it.
        return;
    }
    let error = without_addresses(&report.text());
    // One copy on the terminal is enough, however often the server is tried.
    if !(app.settings.mail.console_fallback && draft.is_first_attempt()) {
        tracing::warn!(email.id = id, "SMTP email failed: {error}");
        return;
    }
    tracing::warn!(
        email.id = id,
        "SMTP email failed, falling back to console: {error}"
    );
    match print(app, draft, link) {
        Ok(()) => tracing::info!(
            email.id = id,
            "Interview notification sent to console (fallback mode): {to}"
        ),
        Err(printing) => tracing::error!(
            email.id = id,
            "Both SMTP and console email failed: {error}; {printing}"
        ),
    }
}

/// Says that a message was printed because there is no mail server.
pub(super) fn printed(draft: &Draft<'_>) {
    let to = masked(draft.recipient.address.as_ref());
    tracing::info!(
        email.id = draft.email_id(),
        "Interview notification sent to console: {to}"
    );
}

/// Prints a message. Only where nobody but its owner uses this machine, with the link.
pub(super) fn print(app: &App, draft: &Draft<'_>, link: &str) -> io::Result<()> {
    let settings = &app.settings;
    let is_private = settings.base_url.is_loopback() && settings.listen.ip().is_loopback();
    let console = &app.mailer.console;
    console.print(&draft.letter(), is_private.then_some(link))
}

/// Servers like to repeat addresses.
fn without_addresses(text: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || "@.!#$%&'*+/=?^_`{|}~-".contains(c);
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end.max(c.len_utf8()));
        match word.contains('@') {
            true => clean.push_str(&masked(word)),
            false => clean.push_str(word),
        }
        rest = after;
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_replies_are_masked() {
        for (reply, logged) in [
            (
                "550 5.1.1 <john.doe@example.org>: no such user",
                "550 5.1.1 <j***@e***.org>: no such user",
            ),
            (
                "john@example.org,jane@example.com",
                "j***@e***.org,j***@e***.com",
            ),
            ("jürgen@bücher.example é", "j***@b***.example é"),
            ("no address @ all", "no address ***@*** all"),
            ("", ""),
        ] {
            assert_eq!(without_addresses(reply), logged);
        }
    }
}
