//! One candidate or interviewer who was not notified, and how to tell them.
use entity::{
    email::{self, Status},
    transport,
};
use serde::Serialize;

use crate::{
    app::App,
    domain::alerts::{self, Alert, Reachability},
    web::{labels, preview::Preview, stamp::Stamp},
    zones::Tz,
};

/// For the component `alert`.
#[derive(Clone, Debug, Serialize)]
pub struct Card {
    email_id: i64,
    /// None where nobody can read which.
    interview_id: Option<i64>,
    /// Who was not notified.
    name: String,
    /// For an interviewer, who is interviewed; empty for a candidate.
    candidate: String,
    /// Where another interviewer can be chosen; none for a candidate, and where nobody need be found.
    slot_id: Option<i64>,
    /// As it was typed; may be empty.
    phone: String,
    /// The same for `tel:`.
    dial: String,
    /// When the interview is; none while it has no time.
    when: Option<Stamp>,
    tone: &'static str,
    status: String,
    reason: String,
    /// What to tell; none when it cannot be made.
    text: Option<String>,
}

impl Card {
    /// Of an alert, in the viewer's zone.
    pub fn new(alert: Alert, transports: &[transport::Model], app: &App, zone: Tz) -> Self {
        let (email, details) = match alert {
            Alert::Told { email, details } => (email, details),
            Alert::Unreadable {
                email_id,
                interview_id,
            } => return Self::unreadable(email_id, interview_id),
        };
        let is_for_interviewer = email.kind.is_for_interviewers();
        let text = match is_for_interviewer {
            true => Preview::to_tell_interviewer(app, &email, &details),
            false => Preview::to_tell(&app.composer, &email, &details),
        };
        if let Err(error) = &text {
            // One message that cannot be made must not keep everybody from every page.
            tracing::warn!(email.id = email.id, %error, "There is no text to tell a recipient another way");
        }
        let candidate = details.candidate;
        let (name, about, phone) = match is_for_interviewer {
            true => (email.recipient_name.clone(), candidate.name, String::new()),
            false => (candidate.name, String::new(), candidate.phone),
        };
        let needs_somebody = is_for_interviewer && !email.kind.has_last_word();
        Self {
            email_id: email.id,
            interview_id: Some(details.interview.id),
            slot_id: details.interview.slot_id.filter(|_| needs_somebody),
            when: details.slot.as_ref().map(|slot| Stamp::span(slot, zone)),
            tone: labels::email_tone(email.status),
            status: format!(
                "{}: {}",
                labels::email_kind(email.kind),
                labels::email_status(email.status)
            ),
            reason: reason(&email, transports),
            text: text.ok().map(Preview::into_text),
            dial: dial(&phone),
            phone,
            name,
            candidate: about,
        }
    }

    fn unreadable(email_id: i64, interview_id: Option<i64>) -> Self {
        Self {
            email_id,
            interview_id,
            name: "Unknown recipient".into(),
            candidate: String::new(),
            slot_id: None,
            phone: String::new(),
            dial: String::new(),
            when: None,
            tone: "bad",
            status: format!("Email {email_id}: unreadable"),
            reason: "Greenroom can't read the stored data of this email or its interview. Contact the recipient another way and ask an admin to check the server log.".into(),
            text: None,
        }
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            email_id: 1,
            interview_id: Some(1),
            name: "Kim Sato".into(),
            candidate: "John Doe".into(),
            slot_id: Some(1),
            phone: "+49 (30) 1234".into(),
            dial: "+49301234".into(),
            when: Some(Stamp::sample()),
            tone: "wait",
            status: "Invitation: Retrying".into(),
            reason: "Gmail wants an App Password here.".into(),
            text: Some("Dear John Doe,".into()),
        }
    }
}

/// Why it has not arrived: what is known of the message, else of the mail server that it waits for.
fn reason(email: &email::Model, transports: &[transport::Model]) -> String {
    if email.status == Status::Printed {
        // There the status says it all.
        return String::new();
    }
    if !email.reason.is_empty() {
        return email.reason.clone();
    }
    let first = transports
        .iter()
        .find(|transport| transport.name == transport::Name::Primary)
        .filter(|transport| transport.is_open() && !transport.reason.is_empty());
    match (alerts::reachability(email.status), first) {
        (Reachability::Leaving | Reachability::Delayed, Some(transport)) => {
            transport.reason.clone()
        }
        (Reachability::Leaving, None) => UNTRIED.into(),
        _ => String::new(),
    }
}

const UNTRIED: &str = "Not tried yet. If this doesn't change within a few minutes, ask an admin to check whether email is being sent.";

/// What a telephone understands of a number as people write it.
/// A number as `tel:` takes it; empty for what is none.
pub fn dial(phone: &str) -> String {
    let is_dialled = |c: &char| c.is_ascii_digit() || *c == '+';
    phone.chars().filter(is_dialled).collect()
}

#[cfg(test)]
mod tests {
    use super::dial;

    #[test]
    fn a_number_is_dialled_without_its_ornaments() {
        assert_eq!(dial("+49 (30) 12-34"), "+49301234");
        assert_eq!(dial("ask at the desk"), "");
    }
}
