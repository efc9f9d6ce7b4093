//! Check 14: is there an access token, and what does it lack?
use chrono::{DateTime, TimeDelta, Utc};

use super::{Examined, check::Found};
use crate::{
    mail::oauth::{Cause, Claims, Refusal, explain},
    secret::Secret,
    settings::{Login, OAuthSettings, SmtpSettings},
};

/// What is further apart is no slow network.
const LARGEST_DIFFERENCE: TimeDelta = TimeDelta::minutes(5);

/// What came of asking for an access token.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token, or why there is none.
    pub token: Result<Secret, Refusal>,
    /// What the issuer's clock said.
    pub issuer_time: Option<DateTime<Utc>>,
}

pub(super) fn judge(issued: &Issued, settings: &OAuthSettings, now: DateTime<Utc>) -> Found {
    let found = match &issued.token {
        Err(refusal) => fail(refusal.cause, settings).saw(refusal.said.clone()),
        Ok(token) => match Claims::of(token).and_then(|claims| claims.lack(settings)) {
            Some(lack) => fail(lack, settings),
            None => Found::pass().saw("issued"),
        },
    };
    let apart = issued.issuer_time.map(|theirs| now - theirs);
    match apart.filter(|apart| apart.abs() > LARGEST_DIFFERENCE) {
        Some(apart) => {
            let cause = Cause::ClockOff;
            let clock = Found::warn(format!("{}.", cause.title()), cause.remedy(settings));
            let minutes = apart.num_minutes();
            clock
                .saw(format!("{minutes} minutes ahead of the token endpoint's"))
                .and(found)
        }
        None => found,
    }
}

/// Why the mail server refuses a token that was issued.
pub(super) fn refused(patient: &Examined<'_>, smtp: &SmtpSettings, reply: &str) -> Option<Found> {
    let settings = smtp.login.as_ref().and_then(Login::oauth)?;
    let token = patient.token.as_ref()?.token.as_ref().ok()?;
    Some(fail(explain(reply, token, settings), settings).saw(reply))
}

fn fail(cause: Cause, settings: &OAuthSettings) -> Found {
    Found::fail(format!("{}.", cause.title()), cause.remedy(settings))
}
