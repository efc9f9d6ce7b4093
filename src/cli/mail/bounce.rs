//! `greenroom mail bounce`: takes a report of an undeliverable message, or a reply, from a mail server.
use std::{
    io::{self, Read},
    process::ExitCode,
};

use anyhow::Result;

use super::super::{refuse, terminal};
use crate::{
    clock::Clock,
    domain::bounces::Taken,
    mail::bounce::{self, ReturnAddress},
    settings::Settings,
    worker::bounces::{Inbound, take},
};

/// EX_TEMPFAIL of sysexits.h: the mail server keeps the message and brings it again.
const TRY_AGAIN: u8 = 75;

/// Read a message from a mail server on standard input, and record it if it is a bounce or a reply
#[derive(Debug, clap::Args)]
pub struct Bounce {}

impl Bounce {
    /// Carries the command out. Whatever it reads ends well, for a mail server would send a refused
    /// report on to somebody; whatever hinders it is to pass.
    pub async fn run(self) -> Result<ExitCode> {
        let settings = match Settings::load() {
            Ok(settings) => settings,
            Err(mistakes) => {
                refuse(&mistakes);
                return Ok(ExitCode::from(TRY_AGAIN));
            }
        };
        match receive(&settings).await {
            Ok(taken) => {
                terminal::say(words(taken));
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => {
                terminal::complain(format_args!("greenroom: {error:#}"));
                Ok(ExitCode::from(TRY_AGAIN))
            }
        }
    }
}

async fn receive(settings: &Settings) -> Result<Taken> {
    let message = read(io::stdin().lock())?;
    let db = super::super::open_beside(settings).await?;
    let ours = ReturnAddress::configured(settings);
    let inbound = Inbound::of(ours.as_ref(), settings);
    let taken = take(&db, &inbound, &message, Clock::System.now()).await;
    db.close().await?;
    Ok(taken?)
}

/// As much as is looked at; the rest is read too, or the mail server would find the pipe broken.
fn read(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    from.by_ref()
        .take(bounce::LONGEST as u64)
        .read_to_end(&mut message)?;
    io::copy(&mut from, &mut io::sink())?;
    Ok(message)
}

fn words(taken: Taken) -> String {
    match taken {
        Taken::Bounced(id) => format!("email {id} came back undelivered"),
        Taken::Complained(id) => format!("email {id} was marked as spam by its recipient"),
        Taken::Delivered(id) => format!("email {id} was taken by the recipient's mail server"),
        Taken::Noted(id) => format!("recorded in the history of email {id}"),
        Taken::Answered(id) => format!("the candidate's calendar answered email {id}"),
        Taken::Forwarded(id) => format!("a reply to email {id} is forwarded to the recruiter"),
        Taken::Known(id) => format!("nothing new about email {id}"),
        Taken::Unknown => "ignored: this is not a report about an email of ours".into(),
        Taken::OtherRecipient(id) => {
            format!("ignored: this is about email {id}, but not about its recipient")
        }
        Taken::Kept(id) => {
            format!(
                "recorded: email {id} is being sent right now, and this counts when that is done"
            )
        }
    }
}
