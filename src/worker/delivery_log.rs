//! What the process log and the terminal learn of a delivery: never an address, a name or a link.
use std::io;

use crate::{app::App, mailing::letter::Draft, text::masked};

/// Says that a mail server took a message.
pub(super) fn accepted(draft: &Draft<'_>) {
    let to = masked(draft.recipient.address.as_ref());
    tracing::info!(
        email.id = draft.email_id(),
        "Interview notification sent via email: {to}"
    );
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
pub(super) fn without_addresses(text: &str) -> String {
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
