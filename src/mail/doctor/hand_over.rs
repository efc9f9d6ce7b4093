//! Checks 15 to 18: sender, recipient and, where they are wanted, messages.
use entity::attempt::Stage;
use lettre::Address;

use super::{
    Examined, Sends,
    check::{Found, Step},
    remedy::put_off,
    samples::{self, Ends, Sample},
    visit::{Stop, Visit},
};
use crate::mail::smtp::{Connection, Outcome};

impl Visit<'_> {
    /// Sender and recipient, taken back before any message.
    pub(super) async fn rehearse(
        &mut self,
        connection: Connection,
        from: &Address,
        to: Option<&Address>,
    ) -> Result<Connection, Stop> {
        let ends = self.patient.ends(from, to.unwrap_or(from));
        let sender = ends.comes_back_to;
        let bytes = match samples::test_message(&ends, self.patient.now) {
            Ok(bytes) => bytes,
            Err(error) => return self.fail(Step::MailFrom, unmakeable(&error)),
        };
        let (report, connection) = connection.rehearse(sender, to, &bytes).await;
        let Some(connection) = connection else {
            let found = self.explained(&report).await;
            let put_off = put_off(&report, &found);
            if report.stage == Stage::MailFrom {
                if let Some(warning) = put_off {
                    return self.fail(Step::MailFrom, warning);
                }
                return match self.patient.comes_back_to {
                    Some(_) => self.fail(Step::MailFrom, found.and(made_for_bounces(sender))),
                    None => self.fail(Step::MailFrom, found),
                };
            }
            self.tell(Step::MailFrom, Found::pass().saw(sender.to_string()));
            return self.fail(Step::Recipient, put_off.unwrap_or(found));
        };
        self.tell(Step::MailFrom, Found::pass().saw(sender.to_string()));
        let recipient = match to {
            Some(to) => Found::pass().saw(to.to_string()),
            None => Found::skipped("No recipient given."),
        };
        self.tell(Step::Recipient, recipient);
        Ok(connection)
    }

    /// Says why no message is sent.
    pub(super) fn send_nothing(&mut self, reason: &str) {
        self.tell(Step::TestMessage, Found::skipped(reason));
        self.tell(Step::SampleMessages, Found::skipped(reason));
    }

    /// The test message, and what else is wanted.
    pub(super) async fn send(
        &mut self,
        connection: Connection,
        ends: &Ends<'_>,
    ) -> Result<(), Stop> {
        let Examined {
            composer,
            base_url,
            now,
            sends,
            ..
        } = *self.patient;
        let test = match samples::test_message(ends, now) {
            Ok(bytes) => Sample {
                bytes,
                link: String::new(),
                faults: Vec::new(),
            },
            Err(error) => return self.fail(Step::TestMessage, unmakeable(&error)),
        };
        let step = Step::TestMessage;
        let mut kept = self
            .hand_over(step, Some(connection), ends, &[test])
            .await?;
        if sends == Sends::Everything {
            kept = match samples::interview(composer, base_url, ends, now) {
                Ok(samples) => {
                    let step = Step::SampleMessages;
                    self.hand_over(step, kept, ends, &samples).await?
                }
                Err(error) => return self.fail(Step::SampleMessages, unmakeable(&error)),
            };
        } else {
            let reason = "Only the test email was requested.";
            self.tell(Step::SampleMessages, Found::skipped(reason));
        }
        if let Some(connection) = kept {
            connection.quit().await;
        }
        Ok(())
    }

    /// Like the worker: one after the other, on the same connection as long as the server keeps it.
    async fn hand_over(
        &mut self,
        step: Step,
        mut kept: Option<Connection>,
        ends: &Ends<'_>,
        samples: &[Sample],
    ) -> Result<Option<Connection>, Stop> {
        let mut found = Found::pass();
        for sample in samples {
            if !sample.faults.is_empty() {
                return self.fail(step, faulty(&sample.faults));
            }
            let connection = match kept {
                Some(connection) => connection,
                None => match self
                    .patient
                    .client(self.smtp)
                    .connect(self.patient.token())
                    .await
                {
                    Ok(connection) => connection,
                    Err(report) => {
                        let ill = self.explained(&report).await;
                        return self.fail(step, found.and(ill));
                    }
                },
            };
            let envelope = ends.envelope(&sample.link);
            let sent = connection.send(&envelope, &sample.bytes, async || true);
            let (report, connection) = sent.await;
            if !matches!(report.outcome, Outcome::Accepted(_)) {
                let ill = self.explained(&report).await;
                let ill = put_off(&report, &ill).unwrap_or(ill);
                return self.fail(step, found.and(ill));
            }
            found = found.saw(report.text());
            kept = match connection {
                Some(connection) => connection.refresh().await,
                None => None,
            };
        }
        let advice = format!(
            "accepted does not mean delivered: check the inbox of {} and its spam folder",
            ends.to
        );
        self.tell(step, found.saw(advice));
        Ok(kept)
    }
}

fn faulty(faults: &[String]) -> Found {
    Found::fail(
        format!("The email is malformed: {}.", faults.join(", ")),
        "This is a bug in Greenroom. Please report it.",
    )
}

fn made_for_bounces(sender: &Address) -> Found {
    Found::fail(
        format!(
            "The sender address used was {sender}, which is derived from EMAIL_BOUNCE_ADDRESS."
        ),
        "If the server accepts DEFAULT_FROM_EMAIL as sender, set EMAIL_BOUNCE_ADDRESS to another address that it accepts, or leave it out.",
    )
}

fn unmakeable(error: &crate::error::Error) -> Found {
    Found::fail(
        format!("The email can't be composed: {error}."),
        "This is a bug in Greenroom. Please report it.",
    )
}
