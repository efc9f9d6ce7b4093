//! What comes before a message, without one: for whoever wants to know whether it would go.
use lettre::{Address, transport::smtp::commands::Rset};

use super::{
    Connection, Envelope,
    connection::{give_up, positive},
    report::{Outcome, Report},
};

impl Connection {
    /// Names the sender and, if there is one, the recipient of a message that is not sent, and takes
    /// it back. The connection comes back if the server agreed to all.
    pub async fn rehearse(
        mut self,
        from: &Address,
        to: Option<&Address>,
        message: &[u8],
    ) -> (Report, Option<Self>) {
        match self.name_and_reset(from, to, message).await {
            Ok(()) => (self.wire.trace.report(Outcome::Withheld), Some(self)),
            Err(outcome) => (*give_up(self.wire, outcome, &self.limits).await, None),
        }
    }

    async fn name_and_reset(
        &mut self,
        from: &Address,
        to: Option<&Address>,
        message: &[u8],
    ) -> Result<(), Outcome> {
        let envelope = Envelope {
            from,
            to: to.unwrap_or(from),
            link: "",
            short_link: None,
            envelope_id: None,
        };
        self.name_sender(&envelope, message).await?;
        if let Some(to) = to {
            self.name_recipient(&Envelope { to, ..envelope }).await?;
        }
        let reset = Rset.to_string();
        positive(self.wire.ask(&reset, &reset, self.limits.envelope).await?)?;
        Ok(())
    }
}
