//! What to do about a failure: what was tried with success, or whom to ask; never just to wait.
use entity::attempt::Stage;

use super::{blocked, check::Found, visit::Visit, ways};
use crate::mail::{
    smtp::{Missing, Outcome, Report},
    verdict::{self, Course, Scope},
};

/// What the worker does about it is no remedy for somebody who looks for one.
const PROMISES: [&str; 7] = [
    "by itself",
    "goes on trying",
    "keeps trying",
    "automatically",
    "comes back",
    "does both",
    "slows down",
];

impl Visit<'_> {
    /// What went wrong, in the server's words, and what to do about it.
    pub(super) async fn explained(&self, report: &Report) -> Found {
        if let Some(found) = blocked::by_a_list(report) {
            return found;
        }
        let cause = match &report.outcome {
            Outcome::Refused(_) => format!("The mail server says: {}", report.text()),
            _ => format!(
                "The connection failed: {}.",
                report.text().trim_end_matches('.')
            ),
        };
        let hint = verdict::judge(report).hint;
        let fix = match &report.outcome {
            Outcome::Missing(Missing::Login) => self.without_login().await,
            _ => None,
        };
        let fix = match fix {
            Some(fix) => fix,
            None if advises_another_way(&hint) => ways::advice(self.patient, self.smtp).await,
            None => lasting(&hint, &self.smtp.host),
        };
        Found::fail(cause, fix)
    }

    /// A server that offers no login may want none.
    async fn without_login(&self) -> Option<String> {
        let mut smtp = self.smtp.clone();
        smtp.login = None;
        let from = self.sender()?;
        let connection = self
            .patient
            .client(&smtp)
            .connect(self.patient.token())
            .await
            .ok()?;
        let ends = self
            .patient
            .ends(&from, self.patient.to.as_ref().unwrap_or(&from));
        let to = self.patient.to.as_ref();
        let (_, kept) = connection.rehearse(ends.comes_back_to, to, b"").await;
        kept?.quit().await;
        Some("Leave EMAIL_HOST_USER and EMAIL_HOST_PASSWORD empty. Greenroom has just tried this: the mail server accepts the sender without a login.".into())
    }
}

/// Does a hint name another port or another way to encrypt?
pub(super) fn advises_another_way(hint: &str) -> bool {
    ["EMAIL_USE_", "EMAIL_PORT", "587", "465"]
        .iter()
        .any(|part| hint.contains(part))
}

/// A hint without what Greenroom does by itself, and with something to do.
fn lasting(hint: &str, host: &str) -> String {
    let sentences = hint.split_inclusive(". ");
    let kept: String = sentences
        .filter(|sentence| !PROMISES.iter().any(|promise| sentence.contains(promise)))
        .collect();
    let kept = kept.trim();
    match kept == hint {
        true => hint.to_owned(),
        false => format!(
            "{kept} Run the check again in a few minutes. If the result is the same, ask the operator of {host} about this reply."
        )
        .trim()
        .to_owned(),
    }
}

/// Put off on purpose, as unknown senders are: it passes by itself. What to do then.
pub(super) fn put_off(report: &Report, found: &Found) -> Option<Found> {
    let is_put_off = report
        .reply()
        .is_some_and(|reply| (400..500).contains(&reply.code));
    let is_about_a_message = matches!(
        report.stage,
        Stage::MailFrom | Stage::RcptTo | Stage::Data | Stage::Body
    );
    let verdict = verdict::judge(report);
    let text = report.text().to_lowercase();
    let is_greylisted = [
        "greylist",
        "graylist",
        "grey-list",
        "gray-list",
        "greylisting",
    ]
    .iter()
    .any(|word| text.contains(word));
    if !is_put_off || !is_about_a_message || !(is_greylisted || verdict.scope == Scope::Recipient) {
        return None;
    }
    let minutes = match verdict.course {
        Course::AgainAfter(wait) => wait.as_secs().div_ceil(60),
        _ => 5,
    };
    let fix = match is_greylisted {
        true => format!(
            "You don't need to change anything: servers do this to senders they don't know yet. Run the check again in {minutes} minutes; it should pass then."
        ),
        false => format!(
            "Run the check again in {minutes} minutes. If the result is the same, ask the operator of the recipient's mail server about this reply."
        ),
    };
    Some(Found::warn(found.cause.clone(), fix).saw_all(found.evidence.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_greenroom_does_by_itself_is_no_remedy() {
        for (hint, kept) in [
            (
                "The mail server is busy or has a problem. Greenroom keeps trying.",
                "The mail server is busy or has a problem. Run the check again",
            ),
            (
                "The mail server stopped answering. Greenroom keeps trying.",
                "The mail server stopped answering. Run the check again",
            ),
            (
                "The mail server allows fewer connections at a time. Greenroom comes back by itself.",
                "The mail server allows fewer connections at a time. Run",
            ),
        ] {
            let fix = lasting(hint, "mail.example.com");
            assert!(fix.starts_with(kept), "{fix}");
            assert!(
                !PROMISES.iter().any(|promise| fix.contains(promise)),
                "{fix}"
            );
        }
        let whole = "Create an app password with the provider, or use another relay.";
        assert_eq!(lasting(whole, "x"), whole);
    }
}
