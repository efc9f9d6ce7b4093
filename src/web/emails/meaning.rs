//! What the status of a message means for those who wait for it.
use entity::{
    attempt::{Dsn, Outcome},
    bounce::Action,
    email::Status,
};

use crate::{domain::emails::Story, web::labels};

/// Of a message to a candidate, and what to do.
pub fn to_a_candidate(status: Status) -> &'static str {
    match status {
        Status::Queued => "Greenroom sends it automatically when it is due.",
        Status::Sending => "It is being handed to a mail server right now.",
        Status::Retrying => {
            "No mail server has accepted it yet. Greenroom keeps trying until the email expires. If it's urgent, contact the candidate another way."
        }
        Status::Accepted => {
            "A mail server accepted it and is now responsible for delivery. Only the candidate can say whether it reached the inbox. If it's missing, ask them to check their spam folder, or send it again."
        }
        Status::Delivered => {
            "The recipient's mail server reports that it has the email. It doesn't say whether it went to the inbox or the spam folder, or whether the candidate read it."
        }
        Status::Uncertain => {
            "The connection broke at the last moment, more than once, so it may or may not have arrived. Ask the candidate, or send it again; a second copy does no harm."
        }
        Status::Printed => {
            "This server prints emails to its console, so nobody received this one. Contact the candidate another way, or ask an admin to set up a mail server and then send it again."
        }
        Status::Failed => {
            "Nobody received it, and Greenroom won't try again. See the last attempt for the reason. Fix it and send the email again, or contact the candidate another way."
        }
        Status::Held => {
            "It won't be sent until you decide. Check the address with the candidate: if it's wrong, correct it; if it's right, release the email."
        }
        Status::Superseded => {
            "It was never sent because the interview or the address changed first. The reason is under What happened."
        }
        Status::Cancelled => "It was cancelled before it was sent.",
        Status::Expired => "It expired before a mail server accepted it, so nobody received it.",
        Status::Bounced => {
            "A mail server accepted it and then reported that it can't be delivered, so nobody received it. The report below says why. Correct the address if it's wrong, or fix the cause and send the email again, or contact the candidate another way."
        }
        Status::Complained => {
            "It arrived, and the recipient marked it as spam. For 30 days, Greenroom holds back further emails to this address unless you release them. Call the candidate, and ask them to mark the email as not spam."
        }
    }
}

/// The same of a message to an interviewer.
pub fn to_an_interviewer(status: Status) -> &'static str {
    match status {
        Status::Queued => "Greenroom sends it automatically when it is due.",
        Status::Sending => "It is being handed to a mail server right now.",
        Status::Retrying => {
            "No mail server has accepted it yet. Greenroom keeps trying until the email expires. If it's urgent, contact the interviewer another way."
        }
        Status::Accepted => {
            "A mail server accepted it. If the interviewer doesn't have it, ask them to look in their spam folder, or send it again."
        }
        Status::Delivered => "The recipient's mail server reports that it has the email.",
        Status::Uncertain => {
            "The connection broke at the last moment, so it may or may not have arrived. Ask the interviewer, or send it again; a second copy does no harm."
        }
        Status::Printed => {
            "This server prints emails to its console, so nobody received this one. Contact the interviewer another way."
        }
        Status::Failed => {
            "Nobody received it, and Greenroom won't try again. See the last attempt for the reason, and contact the interviewer another way."
        }
        Status::Held => {
            "It won't be sent until you decide, because an earlier email to this address came back or was marked as spam. If the address is right, release the email."
        }
        Status::Superseded => {
            "It was never sent because the interview or its interviewers changed first. The reason is under What happened."
        }
        Status::Cancelled => "It was cancelled before it was sent.",
        Status::Expired => "It expired before a mail server accepted it, so nobody received it.",
        Status::Bounced => {
            "A mail server accepted it and then reported that it can't be delivered, so nobody received it. Contact the interviewer another way."
        }
        Status::Complained => {
            "It arrived, and the recipient marked it as spam. For 30 days, Greenroom holds back further emails to this address unless you release them."
        }
    }
}

/// The same of a message to a user, about no interview.
pub fn to_a_user(status: Status) -> &'static str {
    match status {
        Status::Queued => "It will be sent shortly.",
        Status::Sending => "It is being handed to the mail server right now.",
        Status::Retrying => {
            "No mail server has accepted it yet. Greenroom keeps trying until the email expires."
        }
        Status::Accepted => {
            "A mail server accepted it. If it isn't in the inbox, look in the spam folder."
        }
        Status::Delivered => {
            "The recipient's mail server reports that it has the email. If it isn't in the inbox, look in the spam folder."
        }
        Status::Uncertain => {
            "The connection broke at the last moment. It may have arrived; look in the inbox before you send another."
        }
        Status::Printed => "It was printed to the console, so nobody received it.",
        Status::Failed => {
            "Nobody received it, and Greenroom won't try again. See what the last attempt says, then send another."
        }
        Status::Held => {
            "It is held back because an earlier email to this address came back or was marked as spam."
        }
        Status::Superseded | Status::Cancelled => "It was cancelled before it was sent.",
        Status::Expired => "No mail server accepted it in time. Nobody received it.",
        Status::Bounced => {
            "A mail server accepted it and then reported that it can't be delivered. Nobody received it."
        }
        Status::Complained => {
            "It arrived, and the recipient marked it as spam. Greenroom sends nothing more to this address for 30 days."
        }
    }
}

/// Why no more is known than that a mail server took a message; empty where more is known, or nobody can say why not.
/// `is_told` says whether a provider tells of what a host took.
pub fn of_no_report(story: &Story, is_told: impl Fn(&str) -> bool) -> &'static str {
    if story.email.status != Status::Accepted {
        return "";
    }
    let is_relayed = |action: &Action| *action == Action::Relayed;
    if story.bounces.iter().map(|it| &it.action).any(is_relayed) {
        return "The email was passed on to a mail server that doesn't report deliveries, so nothing more can be known.";
    }
    let mut attempts = story.attempts.iter().rev();
    let taken = attempts.find(|attempt| attempt.outcome == Some(Outcome::Accepted));
    if taken.is_some_and(|attempt| is_told(&attempt.host)) {
        return "The mail server's provider can report what becomes of the email. No report has come yet.";
    }
    match taken.and_then(|attempt| attempt.dsn) {
        Some(Dsn::Requested) => {
            "The mail server was asked to report the delivery. No report has come back yet."
        }
        Some(Dsn::NotOffered) => {
            "The mail server doesn't offer delivery reports, so nothing more can be known."
        }
        Some(Dsn::NoAddress) => {
            "Greenroom has no return address that delivery reports could come to, so nothing more can be known. An admin can set one up."
        }
        None => "",
    }
}

/// What it means for the candidate when a message does not leave.
pub fn of_cancelling(story: &Story) -> String {
    let name = &story.email.recipient_name;
    let mut meaning = labels::not_leaving(story.email.kind, name);
    if story.may_have_arrived() {
        meaning.push_str(
            " An earlier attempt ended without confirmation, so it may have arrived anyway.",
        );
    }
    meaning
        .push_str(" You can send it again from this page as long as its content is still correct.");
    meaning
}
