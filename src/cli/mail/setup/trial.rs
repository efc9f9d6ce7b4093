//! Tries what was answered, through the client that sends every message.
use std::{pin::pin, time::Duration};

use entity::attempt::Stage;

use super::talk::Talk;
use crate::{
    clock::Clock,
    crypto, error,
    mail::{
        mailbox::Mailbox,
        mime::{self, Letter},
        oauth::{self, Refusal},
        smtp::{Client, Connection, Envelope, Limits, Outcome, Report, Sighting},
        verdict::{self, Scope, Verdict},
    },
    secret::Secret,
    settings::{Login, SmtpSettings},
};

/// Somebody waits at the keyboard.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    tls: Duration::from_secs(10),
    banner: Duration::from_secs(20),
    ehlo: Duration::from_secs(20),
    auth: Duration::from_secs(30),
    envelope: Duration::from_secs(30),
    data: Duration::from_secs(60),
    body: Duration::from_secs(60),
    verdict: Duration::from_secs(120),
    quit: Duration::from_secs(2),
};

/// How long the message of the rehearsal claims to be; no more than a real one.
const REHEARSED: &[u8] = &[b'x'; 32 * 1024];

/// An answer, and what can be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Host, port and encryption.
    Server,
    /// User name and password.
    Login,
    /// The sender's address.
    Sender,
    /// The address of the test message.
    Recipient,
}

/// What came of a trial: nothing, or the answers that it calls into question.
pub type Tried = Result<(), Vec<Question>>;

/// Connects, encrypts, logs in and names the sender; tells each step and, if one fails, why.
pub async fn rehearse(
    talk: &Talk,
    settings: &SmtpSettings,
    hello: &str,
    sender: &Mailbox,
    token: Option<&Secret>,
) -> Tried {
    talk.say(&format!(
        "Trying {}, port {}.",
        settings.host, settings.port
    ));
    let (client, mut seen) = Client::new(settings, hello).with_limits(LIMITS).watched();
    let mut connecting = pin!(client.connect(token));
    let mut told = Vec::new();
    let mut tell = |sighting: &Sighting| {
        // What a second connection shows again was told already.
        if let Some(line) = line(sighting).filter(|line| !told.contains(line)) {
            talk.add(&line);
            told.push(line);
        }
    };
    let connected = loop {
        tokio::select! {
            biased;
            Some(sighting) = seen.recv() => tell(&sighting),
            connected = &mut connecting => break connected,
        }
    };
    while let Ok(sighting) = seen.try_recv() {
        tell(&sighting);
    }
    let connection = connected.map_err(|report| explain(talk, settings, token, &report))?;
    let (report, connection) = connection.rehearse(&sender.address, None, REHEARSED).await;
    let Some(connection) = connection else {
        return Err(explain(talk, settings, token, &report));
    };
    talk.add("✓ The sender address is accepted.");
    connection.quit().await;
    Ok(())
}

fn line(sighting: &Sighting) -> Option<String> {
    Some(match sighting {
        Sighting::Banner(_) => "✓ The mail server answers.".into(),
        Sighting::Encrypted(how) => format!("✓ The connection is encrypted ({how})."),
        Sighting::LoginRefused(mechanism, words) => {
            format!(
                "{} was refused; trying another login method: {words}",
                mechanism.name()
            )
        }
        Sighting::LoggedIn(_) => "✓ The login is accepted.".into(),
        Sighting::Offers(..) | Sighting::Upgrading | Sighting::Certificates(_) => return None,
    })
}

/// Sends a message that says what it is.
///
/// # Errors
/// When it cannot be made.
pub async fn send(
    talk: &Talk,
    settings: &SmtpSettings,
    hello: &str,
    sender: &Mailbox,
    recipient: &Mailbox,
    token: Option<&Secret>,
) -> error::Result<Tried> {
    let message = message(sender, recipient)?;
    let client = Client::new(settings, hello).with_limits(LIMITS);
    let envelope = Envelope {
        from: &sender.address,
        to: &recipient.address,
        link: "",
        short_link: None,
        envelope_id: None,
    };
    let report = match client.connect(token).await {
        Ok(connection) => hand_over(connection, &envelope, &message).await,
        Err(report) => *report,
    };
    Ok(match &report.outcome {
        Outcome::Accepted(reply) => {
            talk.add(&format!(
                "✓ The mail server accepted the email: {}",
                reply.text()
            ));
            talk.add("Accepted does not mean delivered: check the inbox and the spam folder.");
            Ok(())
        }
        _ => Err(explain(talk, settings, token, &report)),
    })
}

async fn hand_over(connection: Connection, envelope: &Envelope<'_>, message: &[u8]) -> Report {
    let (report, connection) = connection.send(envelope, message, async || true).await;
    if let Some(connection) = connection {
        connection.quit().await;
    }
    report
}

fn message(sender: &Mailbox, recipient: &Mailbox) -> error::Result<Vec<u8>> {
    let id = format!("{}@{}", crypto::random_id(), sender.address.domain());
    let letter = Letter {
        message_id: &id,
        thread: &id,
        date: Clock::System.now(),
        sender,
        reply_to: None,
        recipient,
        subject: "Greenroom can send email",
        text: "This is a test email from the setup of Greenroom.\n\nIf you can read it, candidates will get their invitations the same way.\n",
        html: "<!doctype html><html lang=\"en\"><head><title>Greenroom can send email</title></head><body><p>This is a test email from the setup of Greenroom.</p><p>If you can read it, candidates will get their invitations the same way.</p></body></html>",
        picture: None,
        ics: None,
    };
    mime::bytes(&letter, "")
}

/// Says what happened and what helps.
fn explain(
    talk: &Talk,
    settings: &SmtpSettings,
    token: Option<&Secret>,
    report: &Report,
) -> Vec<Question> {
    let mut verdict = verdict::judge(report);
    let oauth = settings.login.as_ref().and_then(Login::oauth);
    if let (Some(oauth), Some(token), Outcome::TokenRefused(reply)) =
        (oauth, token, &report.outcome)
    {
        let cause = oauth::explain(&reply.text(), token, oauth);
        verdict.hint = Refusal::of(cause, "").hint(oauth);
    }
    talk.add(&format!("✗ {}", report.text()));
    talk.add(&verdict.hint);
    doubts(report.stage, &verdict)
}

/// A hint names the variables to look at; if it names none, the stage tells.
fn doubts(stage: Stage, verdict: &Verdict) -> Vec<Question> {
    if verdict.scope == Scope::Recipient && stage != Stage::MailFrom {
        return vec![Question::Recipient];
    }
    let named = [
        ("EMAIL_USE_", Question::Server),
        ("EMAIL_PORT", Question::Server),
        ("EMAIL_HOST_", Question::Login),
        ("DEFAULT_FROM_EMAIL", Question::Sender),
    ];
    let named = named.iter().filter(|(name, _)| verdict.hint.contains(name));
    let mut questions: Vec<_> = named.map(|(_, question)| *question).collect();
    questions.dedup();
    if questions.is_empty() {
        questions.push(match stage {
            Stage::Auth => Question::Login,
            Stage::MailFrom | Stage::RcptTo | Stage::Data | Stage::Body => Question::Sender,
            _ => Question::Server,
        });
    }
    questions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::smtp::{Missing, Reply};

    #[test]
    fn a_failure_calls_the_right_answer_into_question() {
        let refused = |text: &str| {
            Outcome::Refused(Reply {
                code: text[..3].parse().expect("a code"),
                lines: vec![text[4..].into()],
            })
        };
        use Question::{Login, Recipient, Sender, Server};
        let silence = Outcome::Timeout(LIMITS.banner);
        for (stage, outcome, expected) in [
            (
                Stage::Connect,
                Outcome::NoAddress("x".into()),
                &[Server][..],
            ),
            (Stage::Banner, silence, &[Server]),
            (Stage::Tls, Outcome::Tls("x".into()), &[Server]),
            (
                Stage::Starttls,
                Outcome::Missing(Missing::Starttls),
                &[Server],
            ),
            (Stage::Auth, refused("535 5.7.8 wrong"), &[Login]),
            (
                Stage::Auth,
                refused("535 5.7.3 Authentication unsuccessful"),
                &[Login],
            ),
            (Stage::Auth, refused("454 4.7.0 later"), &[Login]),
            (
                Stage::Auth,
                Outcome::Missing(Missing::Login),
                &[Server, Login],
            ),
            (
                Stage::MailFrom,
                refused("530 5.7.0 Authentication required"),
                &[Login],
            ),
            (
                Stage::MailFrom,
                refused("530 Must issue a STARTTLS command first"),
                &[Server],
            ),
            (Stage::MailFrom, refused("553 5.7.1 not yours"), &[Sender]),
            (
                Stage::MailFrom,
                Outcome::Missing(Missing::SmtpUtf8),
                &[Sender],
            ),
            (Stage::RcptTo, refused("550 5.1.1 nobody"), &[Recipient]),
            (
                Stage::RcptTo,
                refused("554 5.7.1 Relay access denied"),
                &[Login],
            ),
            (Stage::Body, refused("550 5.7.60 cannot send as"), &[Sender]),
            (Stage::Body, refused("554 5.7.1 spam"), &[Sender]),
        ] {
            let report = Report {
                host: "mail.acme.io".into(),
                peer: None,
                tls: None,
                stage,
                outcome: outcome.clone(),
                dot_sent: false,
                dsn: None,
                transcript: Vec::new(),
                elapsed: Duration::ZERO,
            };
            let verdict = verdict::judge(&report);
            assert_eq!(
                doubts(stage, &verdict),
                expected,
                "{outcome:?}: {}",
                verdict.hint
            );
        }
    }
}
