//! Events as lines of the audit log: written, and read again.
use chrono::{DateTime, Utc};
use entity::action;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Event, Field, Verb};
use crate::{
    domain::actions::Actor,
    error::{Error, Result},
};

/// Where serde keeps which event it is; no detail is called so.
const TAG: &str = "event";
/// So many lines are written by one statement: databases take only so many values at once.
const AT_ONCE: usize = 500;

/// Adds a line to the audit log, in the transaction in which the event happens.
pub async fn record(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    event: Event,
    now: DateTime<Utc>,
) -> Result<()> {
    action::Entity::insert(line(actor, &event, now)?)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// The same for events of which there are many at once.
pub async fn record_all(
    txn: &impl ConnectionTrait,
    actor: &Actor,
    events: impl Iterator<Item = Event>,
    now: DateTime<Utc>,
) -> Result<()> {
    let lines: Vec<_> = events
        .map(|event| line(actor, &event, now))
        .collect::<Result<_>>()?;
    for some in lines.chunks(AT_ONCE) {
        action::Entity::insert_many(some.to_vec())
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

fn line(actor: &Actor, event: &Event, now: DateTime<Utc>) -> Result<action::ActiveModel> {
    let verb = event.verb();
    let (object_id, details) = event.stored()?;
    Ok(action::ActiveModel {
        company_id: Set(actor.company_id),
        user_id: Set(actor.user_id),
        verb: Set(verb.as_str().into()),
        object_type: Set(verb.object().as_str().into()),
        object_id: Set(object_id),
        details: Set(details),
        ip: Set(actor.ip.clone()),
        at: Set(now),
        ..Default::default()
    })
}

/// What can be told of a change that this version of Greenroom does not know: all versions write these alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct UnknownChange {
    /// The version that the object has from then on.
    pub version: Option<i32>,
    /// The names of the fields that changed.
    pub changed: Vec<String>,
}

impl UnknownChange {
    /// Of a line's details.
    pub fn read(details: &Value) -> Self {
        Self::deserialize(details).unwrap_or_default()
    }
}

impl Event {
    /// What a line of the log tells; none of what a newer version wrote or what cannot be read.
    pub fn read(verb: &str, object_type: &str, object_id: i64, details: &Value) -> Option<Self> {
        let verb = Verb::read(verb).filter(|verb| verb.object().as_str() == object_type)?;
        let mut fields = details.as_object()?.clone();
        fields.insert(TAG.into(), verb.tag().into());
        fields.insert(verb.object().key().into(), object_id.into());
        serde_json::from_value(fields.into()).ok()
    }

    /// The object's key, and the details.
    pub(super) fn stored(&self) -> Result<(i64, Value)> {
        let key = self.verb().object().key();
        let mut details = json!(self);
        let object_id = details[key].as_i64();
        if let Some(fields) = details.as_object_mut() {
            fields.remove(TAG);
            // Programs look for the interview in these details.
            if !matches!(self, Self::NotificationFailed { .. }) {
                fields.remove(key);
            }
        }
        let object_id = object_id.ok_or_else(|| Error::Stored(format!("an event has no {key}")));
        Ok((object_id?, details))
    }

    /// The version that the object has from then on, where it counts them.
    pub fn version(&self) -> Option<i32> {
        match self {
            Self::InterviewBooked { version, .. }
            | Self::InterviewUnbooked { version, .. }
            | Self::InterviewRescheduled { version, .. }
            | Self::InterviewCorrected { version, .. }
            | Self::InterviewCancelled { version, .. }
            | Self::CandidateNotified { version, .. }
            | Self::InterviewCompleted { version, .. }
            | Self::InterviewMissed { version, .. }
            | Self::InterviewReopened { version, .. }
            | Self::LinkReplaced { version, .. }
            | Self::CandidateNudged { version, .. }
            | Self::AccommodationRequested { version, .. }
            | Self::AccommodationAnswered { version, .. }
            | Self::TimeOffered { version, .. }
            | Self::AddressChanged { version, .. }
            | Self::SlotChanged { version, .. }
            | Self::SlotClosed { version, .. }
            | Self::SlotReopened { version, .. }
            | Self::SlotMoved { version, .. }
            | Self::JobChanged { version, .. }
            | Self::CandidateChanged { version, .. }
            | Self::LanguageChosen { version, .. }
            | Self::TimeZoneChosen { version, .. }
            | Self::UserUpdated { version, .. }
            | Self::UserDisabled { version, .. }
            | Self::UserEnabled { version, .. }
            | Self::PasswordChanged { version, .. }
            | Self::PasswordReset { version, .. }
            | Self::CompanyUpdated { version, .. }
            | Self::MailTextsUpdated { version, .. }
            | Self::MailTextsReset { version, .. } => *version,
            Self::InterviewCreated { .. }
            | Self::InterviewRebooked { .. }
            | Self::LinkShown { .. }
            | Self::LinkRequested { .. }
            | Self::CandidateJoined { .. }
            | Self::CandidateOpened { .. }
            | Self::InterviewAttended { .. }
            | Self::CandidateStuck { .. }
            | Self::TroubleHandled { .. }
            | Self::CandidateAnswered { .. }
            | Self::DeviceChecked { .. }
            | Self::AnswerHandled { .. }
            | Self::AccommodationReleased { .. }
            | Self::TimeChosen { .. }
            | Self::MoveSeen { .. }
            | Self::ReplyNoted { .. }
            | Self::ReplyForwarded { .. }
            | Self::ToldByPhone { .. }
            | Self::ToldByPhoneUndone { .. }
            | Self::NotificationFailed { .. }
            | Self::EmailResent { .. }
            | Self::EmailCorrected { .. }
            | Self::EmailRetriedNow { .. }
            | Self::EmailCancelled { .. }
            | Self::EmailReleased { .. }
            | Self::EmailBounced { .. }
            | Self::EmailComplained { .. }
            | Self::SlotCreated { .. }
            | Self::SlotDeleted { .. }
            | Self::SeriesCreated { .. }
            | Self::SeriesUndone { .. }
            | Self::JobCreated { .. }
            | Self::CandidateCreated { .. }
            | Self::UserCreated { .. }
            | Self::FeedCreated { .. }
            | Self::FeedEnded { .. }
            | Self::CalendarConnected { .. }
            | Self::CalendarDisconnected { .. }
            | Self::UserSignedIn { .. }
            | Self::TokenCreated { .. }
            | Self::TokenRevoked { .. }
            | Self::CompanySetUp { .. }
            | Self::CompanyCreated { .. }
            | Self::LogoChosen { .. }
            | Self::LogoRemoved { .. }
            | Self::MailChecked { .. } => None,
        }
    }

    /// The names of the fields that it changed, where it keeps them.
    pub fn changed(&self) -> Vec<&str> {
        match self {
            Self::SlotChanged { changed, .. }
            | Self::JobChanged { changed, .. }
            | Self::CandidateChanged { changed, .. }
            | Self::UserUpdated { changed, .. }
            | Self::CompanyUpdated { changed, .. }
            | Self::MailTextsUpdated { changed, .. }
            | Self::MailTextsReset { changed, .. } => changed.iter().map(String::as_str).collect(),
            Self::InterviewCorrected { correction, .. } => {
                let fields = correction.changed().iter();
                fields.map(Field::as_str).collect()
            }
            Self::InterviewCreated { .. }
            | Self::InterviewBooked { .. }
            | Self::InterviewUnbooked { .. }
            | Self::InterviewRescheduled { .. }
            | Self::InterviewCancelled { .. }
            | Self::CandidateNotified { .. }
            | Self::InterviewCompleted { .. }
            | Self::InterviewMissed { .. }
            | Self::InterviewReopened { .. }
            | Self::InterviewRebooked { .. }
            | Self::LinkReplaced { .. }
            | Self::LinkShown { .. }
            | Self::LinkRequested { .. }
            | Self::CandidateNudged { .. }
            | Self::TimeOffered { .. }
            | Self::AddressChanged { .. }
            | Self::CandidateJoined { .. }
            | Self::CandidateOpened { .. }
            | Self::InterviewAttended { .. }
            | Self::CandidateStuck { .. }
            | Self::TroubleHandled { .. }
            | Self::CandidateAnswered { .. }
            | Self::DeviceChecked { .. }
            | Self::AnswerHandled { .. }
            | Self::AccommodationRequested { .. }
            | Self::AccommodationAnswered { .. }
            | Self::AccommodationReleased { .. }
            | Self::TimeChosen { .. }
            | Self::MoveSeen { .. }
            | Self::ReplyNoted { .. }
            | Self::ReplyForwarded { .. }
            | Self::ToldByPhone { .. }
            | Self::ToldByPhoneUndone { .. }
            | Self::NotificationFailed { .. }
            | Self::EmailResent { .. }
            | Self::EmailCorrected { .. }
            | Self::EmailRetriedNow { .. }
            | Self::EmailCancelled { .. }
            | Self::EmailReleased { .. }
            | Self::EmailBounced { .. }
            | Self::EmailComplained { .. }
            | Self::SlotCreated { .. }
            | Self::SlotClosed { .. }
            | Self::SlotReopened { .. }
            | Self::SlotDeleted { .. }
            | Self::SlotMoved { .. }
            | Self::SeriesCreated { .. }
            | Self::SeriesUndone { .. }
            | Self::JobCreated { .. }
            | Self::CandidateCreated { .. }
            | Self::LanguageChosen { .. }
            | Self::TimeZoneChosen { .. }
            | Self::UserCreated { .. }
            | Self::UserDisabled { .. }
            | Self::UserEnabled { .. }
            | Self::FeedCreated { .. }
            | Self::FeedEnded { .. }
            | Self::CalendarConnected { .. }
            | Self::CalendarDisconnected { .. }
            | Self::UserSignedIn { .. }
            | Self::PasswordChanged { .. }
            | Self::PasswordReset { .. }
            | Self::TokenCreated { .. }
            | Self::TokenRevoked { .. }
            | Self::CompanySetUp { .. }
            | Self::CompanyCreated { .. }
            | Self::LogoChosen { .. }
            | Self::LogoRemoved { .. }
            | Self::MailChecked { .. } => Vec::new(),
        }
    }
}
