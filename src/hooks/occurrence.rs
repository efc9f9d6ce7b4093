//! What a provider tells, in the words of our own reports.
use entity::bounce::Action;

use crate::{
    app::App,
    domain::provider_events::Occurrence,
    mail::{
        bounce::{self, Recipient},
        events::{Event, Kind, Provider},
    },
    text,
};

/// What a verified event says of one of our messages, if it is of one.
pub(super) fn occurrence(app: &App, provider: Provider, event: Event) -> Occurrence {
    let action = match event.kind {
        Kind::Delivered => Action::Delivered,
        Kind::Deferred => Action::Delayed,
        Kind::Bounced => Action::Failed,
        Kind::Complained => Action::Complained,
        Kind::Dropped => Action::Dropped,
        Kind::Noted => Action::Noted,
    };
    let reported = Recipient {
        addresses: Vec::new(),
        action: Some(action),
        code: event.code,
        diagnostic: event.said,
    };
    let meaning = bounce::meaning(&reported);
    let name = provider.name();
    let hint = match event.kind {
        Kind::Bounced if event.is_dead && !meaning.is_dead => format!(
            "{name} reports that this address doesn't accept email. Check it with the candidate, or contact them another way."
        ),
        // Also the reason why later emails to the address are held back.
        Kind::Dropped if event.is_dead => format!(
            "{name} didn't send it, usually because it has the address on its own suppression list. Check the address with the candidate, or contact them another way. An admin can look up the reason at {name} and remove the address from its list; then send the email again."
        ),
        Kind::Dropped => format!(
            "{name} accepted this email but didn't send it. The reason is in its words below, where it gave one. An admin can look it up at {name}. Then send the email again."
        ),
        Kind::Noted => format!(
            "{name} reports that something came back for this email and doesn't say what: an automatic reply, such as an out-of-office message, or a temporary problem. The email may well have arrived. If it's urgent, contact the candidate another way."
        ),
        _ => meaning.hint,
    };
    Occurrence {
        provider: provider.as_str(),
        name,
        id: event.id,
        email_id: event
            .reference
            .and_then(|reference| app.references.read(&reference)),
        message_id: event.message_id,
        recipient: text::email(&event.recipient).ok(),
        action,
        code: reported.code,
        diagnostic: reported.diagnostic,
        hint,
        is_dead: event.is_dead,
    }
}
