//! What a report tells of one message, and whom it may speak of for that.
use entity::bounce::Action;

use super::{Notice, RecipientReport};

/// What a report tells of one message.
pub(in crate::domain) struct PendingChange<'a> {
    pub(in crate::domain) action: Action,
    pub(in crate::domain) code: Option<&'a str>,
    pub(in crate::domain) diagnostic: &'a str,
    pub(in crate::domain) hint: &'a str,
    pub(in crate::domain) is_dead: bool,
    /// Tells it from another that says the same; none where that is the same again.
    pub(in crate::domain) key: Option<&'a str>,
}

/// What a report has to do with one message.
pub(super) enum Told<'a> {
    /// It tells this.
    PendingChange(PendingChange<'a>),
    /// It is about the message, and tells nothing that is kept.
    NothingNew,
    /// It is about another recipient.
    OfAnother,
    /// It tells of no message.
    Nothing,
}

/// What a report tells of the message to a recipient. A signed return address names the message by itself, so that the
/// report may speak of an address that the recipient's mailbox forwards to, or of none.
pub(super) fn told<'a>(notice: &'a Notice, recipient: &str, is_signed: bool) -> Told<'a> {
    let reports = &notice.recipients;
    let is_ours = |report: &&RecipientReport| report.addresses.iter().any(|one| one == recipient);
    // Where it went to several places in the recipient's name, the worst news decides.
    let ours = reports.iter().filter(is_ours);
    let ours = ours.min_by_key(|report| gravity(report.action));
    let ours = ours.map(|report| (report, report.hint.as_str(), report.is_dead));
    if !is_signed && ours.is_none() {
        return match reports.is_empty() {
            true => Told::Nothing,
            false => Told::OfAnother,
        };
    }
    let is_of_ours = ours.is_some();
    let remark = notice.remark.as_ref().filter(|_| is_signed);
    match ours
        .or_else(|| nameless(reports))
        .or_else(|| elsewhere(reports))
    {
        Some((report, hint, is_dead)) => match report.action {
            // Good news counts when it is of the recipient and comes where only a report can.
            Some(action) if !is_good(action) || (is_signed && is_of_ours) => {
                Told::PendingChange(PendingChange {
                    action,
                    code: report.code.as_deref(),
                    diagnostic: &report.diagnostic,
                    hint,
                    is_dead,
                    key: None,
                })
            }
            _ => remark.map_or(Told::NothingNew, |remark| noted(&remark.words, hint)),
        },
        None => remark.map_or(Told::Nothing, |remark| noted(&remark.words, &remark.hint)),
    }
}

fn is_good(action: Action) -> bool {
    matches!(action, Action::Delivered | Action::Relayed)
}

fn gravity(action: Option<Action>) -> u8 {
    match action {
        Some(Action::Complained | Action::Failed | Action::Dropped) => 0,
        Some(Action::Delivered) => 1,
        Some(Action::Relayed) => 2,
        Some(Action::Delayed) => 3,
        Some(Action::Noted | Action::Answered | Action::Forwarded) | None => 4,
    }
}

fn noted<'a>(words: &'a str, hint: &'a str) -> Told<'a> {
    Told::PendingChange(PendingChange {
        action: Action::Noted,
        code: None,
        diagnostic: words,
        hint,
        is_dead: false,
        key: None,
    })
}

/// Who says nothing of whom speaks of the recipient, but not so surely that nothing more would go there.
fn nameless(reports: &[RecipientReport]) -> Option<(&RecipientReport, &str, bool)> {
    let report = reports.iter().find(|report| report.addresses.is_empty())?;
    let hint = match report.action.is_some_and(is_good) {
        true => &report.elsewhere,
        false => &report.hint,
    };
    Some((report, hint.as_str(), false))
}

/// Of several addresses that a mailbox forwards to, one that got the message is enough.
fn elsewhere(reports: &[RecipientReport]) -> Option<(&RecipientReport, &str, bool)> {
    let arrived = reports
        .iter()
        .find(|report| report.action.is_none_or(is_good));
    let failed = reports
        .iter()
        .find(|report| report.action == Some(Action::Failed));
    let report = arrived.or(failed).or(reports.first())?;
    Some((report, report.elsewhere.as_str(), false))
}
