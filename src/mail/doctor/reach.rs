//! Check 8: a connection to each of a mail server's addresses.
use std::{net::SocketAddr, pin::pin, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::{
    check::{Found, Step},
    visit::{SILENCE, Stop, Visit},
    ways,
};
use crate::settings::SmtpSettings;

impl Visit<'_> {
    /// At every address, because mail is tried at every address. Once one answers, those that do not are
    /// waited for only a little longer: mail would not wait either.
    pub(super) async fn reach(&mut self, addresses: &[SocketAddr]) -> Result<(), Stop> {
        let (patient, smtp) = (self.patient, self.smtp);
        let mut other_ways = pin!(async {
            sleep(SILENCE).await;
            ways::advice_elsewhere(patient, smtp).await
        });
        let mut advice = None;
        let mut dialling = pin!(dial_all(addresses, patient.limits.connect));
        let dialled = loop {
            tokio::select! {
                dialled = &mut dialling => break dialled,
                found = &mut other_ways, if advice.is_none() => advice = Some(found),
            }
        };
        let seen = dialled.iter().map(Dialled::line).collect::<Vec<_>>();
        let is_reached = dialled.iter().any(|dialled| dialled.error.is_none());
        let found = match is_reached {
            true => reached(&dialled),
            false => {
                let advice = match advice {
                    Some(advice) => advice,
                    None => ways::advice_elsewhere(patient, smtp).await,
                };
                out_of_reach(smtp, &dialled, advice)
            }
        };
        self.tell(Step::Tcp, found.saw_all(seen));
        match is_reached {
            true => Ok(()),
            false => Err(Stop),
        }
    }
}

/// What came of a connection to one address.
struct Dialled {
    address: SocketAddr,
    error: Option<String>,
    took: Duration,
}

impl Dialled {
    fn line(&self) -> String {
        match &self.error {
            None => format!(
                "{} answered after {} ms",
                self.address,
                self.took.as_millis()
            ),
            Some(error) => format!("{}: {error}", self.address),
        }
    }
}

async fn dial_all(addresses: &[SocketAddr], limit: Duration) -> Vec<Dialled> {
    let begun = Instant::now();
    let mut dials: FuturesUnordered<_> = addresses
        .iter()
        .map(async |address| {
            let dialled = timeout(limit, TcpStream::connect(address)).await;
            let error = match dialled {
                Ok(Ok(_)) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some(no_answer(limit)),
            };
            Dialled {
                address: *address,
                error,
                took: begun.elapsed(),
            }
        })
        .collect();
    let mut ended: Vec<Dialled> = Vec::new();
    loop {
        let is_reached = ended.iter().any(|dialled| dialled.error.is_none());
        let next = match is_reached {
            true => timeout(SILENCE, dials.next()).await,
            false => Ok(dials.next().await),
        };
        match next {
            Ok(Some(dialled)) => ended.push(dialled),
            Ok(None) => break,
            Err(_) => {
                let silent = addresses
                    .iter()
                    .filter(|address| !ended.iter().any(|dialled| dialled.address == **address))
                    .map(|address| Dialled {
                        address: *address,
                        error: Some(no_answer(begun.elapsed())),
                        took: begun.elapsed(),
                    });
                let silent: Vec<_> = silent.collect();
                ended.extend(silent);
                break;
            }
        }
    }
    ended.sort_by_key(|dialled| {
        addresses
            .iter()
            .position(|address| *address == dialled.address)
    });
    ended
}

fn no_answer(limit: Duration) -> String {
    format!("no answer within {} s", limit.as_secs())
}

/// Somewhere at least.
fn reached(dialled: &[Dialled]) -> Found {
    let ill: Vec<_> = dialled
        .iter()
        .filter(|dialled| dialled.error.is_some())
        .collect();
    if ill.is_empty() {
        return Found::pass();
    }
    match ill.iter().all(|dialled| dialled.address.is_ipv6()) {
        true => Found::warn(
            "The mail server can't be reached over IPv6 from here. Greenroom sends over IPv4, which may cost a second per connection.",
            "You don't need to change anything for email. If this machine should have IPv6, ask your network administrator.",
        ),
        false => Found::warn(
            "Some of the mail server's addresses don't answer. Greenroom sends through the others.",
            "Tell the mail server's operator which ones.",
        ),
    }
}

/// At no address.
fn out_of_reach(smtp: &SmtpSettings, dialled: &[Dialled], advice: String) -> Found {
    let says = |word: &str| {
        let mut errors = dialled.iter().map(|dialled| dialled.error.as_deref());
        errors.all(|error| error.is_some_and(|text| text.contains(word)))
    };
    let (cause, first) = match (smtp.port, says("refused"), says("no answer")) {
        (_, true, _) => (
            "Nothing is listening on that port.",
            "If you run the mail server yourself, check that it is running.",
        ),
        (25, _, true) => (
            "Port 25 doesn't answer. Most cloud and hosting providers block it.",
            "",
        ),
        (_, _, true) => (
            "The mail server doesn't answer at all. The usual cause is a firewall.",
            "Allow outgoing connections to that port in this machine's firewall and at its hosting provider.",
        ),
        _ => (
            "The mail server can't be reached from here.",
            "Check this machine's network and firewall.",
        ),
    };
    Found::fail(cause, format!("{first} {advice}").trim())
}
