//! What a report tells of one message, and whom it may speak of for that.
use entity::bounce::Action;

use super::{Fate, Notice};

/// What a report tells of one message.
pub(super) struct News<'a> {
    pub(super) action: Action,
    pub(super) code: Option<&'a str>,
    pub(super) diagnostic: &'a str,
    pub(super) hint: &'a str,
    pub(super) is_dead: bool,
}

/// What a report has to do with one message.
pub(super) enum Told<'a> {
    /// It tells this.
    News(News<'a>),
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
    let fates = &notice.recipients;
    let is_ours = |fate: &&Fate| fate.addresses.iter().any(|one| one == recipient);
    let ours = fates.iter().find(is_ours);
    let ours = ours.map(|fate| (fate, fate.hint.as_str(), fate.is_dead));
    if !is_signed && ours.is_none() {
        return match fates.is_empty() {
            true => Told::Nothing,
            false => Told::OfAnother,
        };
    }
    let remark = notice.remark.as_ref().filter(|_| is_signed);
    match ours
        .or_else(|| nameless(fates))
        .or_else(|| elsewhere(fates))
    {
        Some((fate, hint, is_dead)) => match fate.action {
            Some(action) => Told::News(News {
                action,
                code: fate.code.as_deref(),
                diagnostic: &fate.diagnostic,
                hint,
                is_dead,
            }),
            None => remark.map_or(Told::NothingNew, |remark| noted(&remark.words, hint)),
        },
        None => remark.map_or(Told::Nothing, |remark| noted(&remark.words, &remark.hint)),
    }
}

fn noted<'a>(words: &'a str, hint: &'a str) -> Told<'a> {
    Told::News(News {
        action: Action::Noted,
        code: None,
        diagnostic: words,
        hint,
        is_dead: false,
    })
}

/// Who says nothing of whom speaks of the recipient, but not so surely that nothing more would go there.
fn nameless(fates: &[Fate]) -> Option<(&Fate, &str, bool)> {
    let fate = fates.iter().find(|fate| fate.addresses.is_empty())?;
    Some((fate, fate.hint.as_str(), false))
}

/// Of several addresses that a mailbox forwards to, one that got the message is enough.
fn elsewhere(fates: &[Fate]) -> Option<(&Fate, &str, bool)> {
    let arrived = fates.iter().find(|fate| fate.action.is_none());
    let failed = fates
        .iter()
        .find(|fate| fate.action == Some(Action::Failed));
    let fate = arrived.or(failed).or(fates.first())?;
    Some((fate, fate.elsewhere.as_str(), false))
}
