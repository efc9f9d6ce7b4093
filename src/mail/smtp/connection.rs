//! A connection that takes messages, one after the other.
use std::time::Duration;

use entity::attempt::{Dsn, Stage};
use lettre::{
    Address,
    transport::smtp::{
        commands::{Data, Mail, Rcpt, Rset},
        extension::{MailBodyParameter, MailParameter},
    },
};
use tokio::time::Instant;

use super::{
    Envelope, Limits, Offers, Reply, dsn,
    report::{Missing, Outcome, Party, Report},
    wire::{Trace, Wire},
};

/// Servers count what comes over one connection; so do we.
const MOST_MESSAGES: u32 = 50;
/// Servers hang up on idle clients; we go first.
const LONGEST_IDLE: Duration = Duration::from_secs(30);

/// An open connection, logged in and ready for a message.
pub struct Connection {
    pub(super) wire: Wire,
    offers: Offers,
    pub(super) limits: Limits,
    messages: u32,
    idle_since: Instant,
}

impl Connection {
    pub(super) fn new(wire: Wire, offers: Offers, limits: Limits) -> Self {
        Self {
            wire,
            offers,
            limits,
            messages: 0,
            idle_since: Instant::now(),
        }
    }

    /// What the server said that it can do.
    pub fn offers(&self) -> &Offers {
        &self.offers
    }

    /// Offers one message to one recipient. `before_dot` runs when all but the end has been sent: if it
    /// answers false the message is withheld. The connection comes back after a clean end only.
    pub async fn send(
        mut self,
        envelope: &Envelope<'_>,
        message: &[u8],
        before_dot: impl AsyncFnOnce() -> bool,
    ) -> (Report, Option<Self>) {
        if self.messages > 0 {
            self.wire
                .trace
                .restart("connection kept from the last message");
        }
        self.messages += 1;
        hide_link(&mut self.wire.trace, envelope.link);
        if let Some(short) = envelope.short_link {
            hide_link(&mut self.wire.trace, short);
        }
        match self.hand_over(envelope, message, before_dot).await {
            Ok(reply) => {
                let report = self.wire.trace.report(Outcome::Accepted(reply));
                self.idle_since = Instant::now();
                (report, Some(self))
            }
            Err(outcome) => (*give_up(self.wire, outcome, &self.limits).await, None),
        }
    }

    /// Ready for another message? Else it is closed, and a new one is needed.
    pub async fn refresh(mut self) -> Option<Self> {
        if self.messages >= MOST_MESSAGES || self.is_stale() {
            self.quit().await;
            return None;
        }
        let reset = Rset.to_string();
        let reply = self.wire.ask(&reset, &reset, self.limits.envelope).await;
        reply.and_then(positive).is_ok().then_some(self)
    }

    /// Has it been unused for so long that the server may hang up at any moment?
    pub fn is_stale(&self) -> bool {
        self.idle_since.elapsed() > LONGEST_IDLE
    }

    /// Says goodbye.
    pub async fn quit(mut self) {
        self.wire.leave(self.limits.quit).await;
    }

    async fn hand_over(
        &mut self,
        envelope: &Envelope<'_>,
        message: &[u8],
        before_dot: impl AsyncFnOnce() -> bool,
    ) -> Result<Reply, Outcome> {
        self.wire.trace.dsn = Some(dsn::asked(&self.offers, envelope));
        if let Err(outcome) = self.address(envelope, message).await {
            self.give_up_reports(outcome).await?;
            self.address(envelope, message).await?;
        }
        let (wire, limits) = (&mut self.wire, &self.limits);
        wire.trace.stage = Stage::Data;
        let data = Data.to_string();
        expect(354, wire.ask(&data, &data, limits.data).await?)?;
        wire.trace.stage = Stage::Body;
        let body = dot_stuffed(message);
        wire.trace
            .say(Party::Remark, &format!("message of {} octets", body.len()));
        if let Err(outcome) = wire.pour(&body, limits.body).await {
            // A server that hangs up on a message often says why before.
            if outcome == Outcome::Closed
                && let Ok(reply) = wire.hear(limits.quit).await
                && reply.is_refusal()
            {
                return Err(Outcome::Refused(reply));
            }
            return Err(outcome);
        }
        wire.require_quiet()?;
        if !before_dot().await {
            return Err(Outcome::Withheld);
        }
        // A server that is gone already cannot take it: that is no doubt.
        wire.require_open()?;
        wire.trace.dot_sent = true;
        positive(wire.ask(".\r\n", ".", limits.verdict).await?)
    }
}

impl Connection {
    async fn address(&mut self, envelope: &Envelope<'_>, message: &[u8]) -> Result<(), Outcome> {
        self.name_sender(envelope, message).await?;
        self.name_recipient(envelope).await
    }

    /// A server that offers reports and refuses to be asked for them takes the message without: no mail is lost for
    /// what is only good to know. Any other refusal is one.
    async fn give_up_reports(&mut self, outcome: Outcome) -> Result<(), Outcome> {
        let has_asked = self.wire.trace.dsn == Some(Dsn::Requested);
        if !(has_asked && dsn::is_about_parameters(&outcome)) {
            return Err(outcome);
        }
        self.offers.dsn = false;
        self.wire.trace.dsn = Some(Dsn::NotOffered);
        let reset = Rset.to_string();
        positive(self.wire.ask(&reset, &reset, self.limits.envelope).await?)?;
        Ok(())
    }

    pub(super) async fn name_sender(
        &mut self,
        envelope: &Envelope<'_>,
        message: &[u8],
    ) -> Result<(), Outcome> {
        let wire = &mut self.wire;
        wire.trace.stage = Stage::MailFrom;
        let parameters = parameters(&self.offers, envelope, message)?;
        let mail = Mail::new(Some(envelope.from.clone()), parameters).to_string();
        positive(wire.ask(&mail, &mail, self.limits.envelope).await?)?;
        Ok(())
    }

    pub(super) async fn name_recipient(&mut self, envelope: &Envelope<'_>) -> Result<(), Outcome> {
        let wire = &mut self.wire;
        wire.trace.stage = Stage::RcptTo;
        let parameters = dsn::of_rcpt(&self.offers, envelope);
        let rcpt = Rcpt::new(envelope.to.clone(), parameters).to_string();
        positive(wire.ask(&rcpt, &rcpt, self.limits.envelope).await?)?;
        Ok(())
    }
}

/// Ends a conversation that went wrong. The server is told, unless the message is half said: there
/// everything would be taken for more of it.
pub(super) async fn give_up(mut wire: Wire, outcome: Outcome, limits: &Limits) -> Box<Report> {
    let mid_message = wire.trace.stage == Stage::Body && !wire.trace.dot_sent;
    let report = wire.trace.report(outcome);
    if !mid_message
        && matches!(
            report.outcome,
            Outcome::Refused(_) | Outcome::TokenRefused(_) | Outcome::Missing(_)
        )
    {
        wire.leave(limits.quit).await;
    }
    Box::new(report)
}

pub(super) fn positive(reply: Reply) -> Result<Reply, Outcome> {
    match reply {
        reply if reply.is_positive() => Ok(reply),
        reply if reply.is_refusal() => Err(Outcome::Refused(reply)),
        reply => Err(Outcome::Unexpected(reply.text())),
    }
}

pub(super) fn expect(code: u16, reply: Reply) -> Result<Reply, Outcome> {
    match reply {
        reply if reply.code == code => Ok(reply),
        reply if reply.is_refusal() => Err(Outcome::Refused(reply)),
        reply => Err(Outcome::Unexpected(reply.text())),
    }
}

fn parameters(
    offers: &Offers,
    envelope: &Envelope<'_>,
    message: &[u8],
) -> Result<Vec<MailParameter>, Outcome> {
    let mut parameters = Vec::new();
    if offers.size {
        parameters.push(MailParameter::Size(message.len()));
    }
    let octets = message.len() as u64;
    if let Some(longest) = offers.longest.filter(|longest| *longest < octets) {
        return Err(Outcome::Missing(Missing::Size {
            message: octets,
            longest,
        }));
    }
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if !(is_ascii(envelope.from) && is_ascii(envelope.to) && message.is_ascii()) {
        if !(offers.smtp_utf8 && offers.eight_bit_mime) {
            return Err(Outcome::Missing(Missing::SmtpUtf8));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        parameters.push(MailParameter::SmtpUtfEight);
    }
    parameters.extend(dsn::of_mail(offers, envelope));
    Ok(parameters)
}

/// RFC 5321 §4.5.2. Every end of line becomes CRLF: a bare one could be read as the end of the message
/// by one server and as text by the next.
fn dot_stuffed(message: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(message.len() + message.len() / 32 + 2);
    let mut bytes = message.iter().copied().peekable();
    let mut line_begins = true;
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' | b'\n' => {
                if byte == b'\r' {
                    bytes.next_if_eq(&b'\n');
                }
                stuffed.extend_from_slice(b"\r\n");
                line_begins = true;
                continue;
            }
            b'.' if line_begins => stuffed.extend_from_slice(b".."),
            _ => stuffed.push(byte),
        }
        line_begins = false;
    }
    if !line_begins {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed
}

/// The link, its token, and each part of the token that means anything.
fn hide_link(trace: &mut Trace, link: &str) {
    trace.hide_in_this_message(link);
    if let Some((_, token)) = link.rsplit_once('/') {
        trace.hide_in_this_message(token);
        for part in token.split('.').filter(|part| part.len() >= 16) {
            trace.hide_in_this_message(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_ends_of_lines_travel_safely() {
        for (message, sent) in [
            ("", ""),
            ("a", "a\r\n"),
            (".\r\n..\r\na.b", "..\r\n...\r\na.b\r\n"),
            ("a\n.\nb\r.\r\n", "a\r\n..\r\nb\r\n..\r\n"),
            ("a\r\n\r\n", "a\r\n\r\n"),
        ] {
            assert_eq!(
                String::from_utf8(dot_stuffed(message.as_bytes())),
                Ok(sent.to_owned()),
                "{message:?}"
            );
        }
    }

    #[test]
    fn no_part_of_a_short_link_is_kept() {
        let mut trace = Trace::new("h");
        let link = "https://x.example/i/7K2M-9QXD-4TZW-H8PE";
        hide_link(&mut trace, link);
        let said = format!("554 {link} and 7K2M-9QXD-4TZW-H8PE");
        let report = trace.report(Outcome::Unexpected(said));
        assert_eq!(
            report.outcome,
            Outcome::Unexpected("554 *** and ***".into())
        );
    }

    #[test]
    fn no_part_of_a_link_is_kept() {
        let mut trace = Trace::new("h");
        let link = "https://x.example/interview/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlc2lnbmF0dXJl";
        hide_link(&mut trace, link);
        let said = format!("554 {link} token c2lnbmF0dXJlc2lnbmF0dXJl and eyJzdWIiOiIxMjM0In0");
        let report = trace.report(Outcome::Unexpected(said));
        assert_eq!(
            report.outcome,
            Outcome::Unexpected("554 *** token *** and ***".into())
        );
    }
}
