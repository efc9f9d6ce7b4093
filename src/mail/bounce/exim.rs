//! Exim's own form of a report, from before it knew any other: the header names the recipients.
use entity::bounce::Action;

use super::{Recipient, Report, ids, status};
use crate::mail::{
    parts::{Fields, next_line},
    verdict::cause,
};

/// Longer explanations are somebody's novel.
const MOST_LINES: usize = 20;

/// Reads `X-Failed-Recipients`, and from the text the reasons and what message it was about.
pub(super) fn look_through(header: &Fields, body: &[u8], report: &mut Report) {
    let Some(failed) = header.get("x-failed-recipients") else {
        return;
    };
    for address in failed.split(',').map(str::trim).take(MOST_LINES) {
        let said = said_of(address, body);
        report.recipients.push(Recipient {
            addresses: vec![address.to_owned()],
            action: Some(Action::Failed),
            code: cause::precise(None, &said),
            diagnostic: status::words(&said),
        });
    }
    // The message follows the text as it was, header first.
    let mut rest = body;
    while let Some((line, after)) = next_line(rest) {
        if line.to_ascii_lowercase().starts_with(b"message-id:") {
            let (returned, _) = Fields::read(rest);
            report.message_ids.extend(ids(&returned, "message-id"));
            return;
        }
        rest = after;
    }
}

/// The indented lines below the one with the address.
fn said_of(address: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let lines = text.lines().skip_while(|line| line.trim() != address);
    let below = lines.skip(1).take(MOST_LINES);
    let reasons = below.take_while(|line| line.starts_with("    "));
    reasons.map(str::trim).collect::<Vec<_>>().join(" ")
}
