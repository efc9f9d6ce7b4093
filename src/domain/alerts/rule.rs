//! When a message is a reason to tell its candidate another way.
use chrono::{DateTime, TimeDelta, Utc};
use entity::email::Status;

/// A message that waits this long after it was to leave is late.
pub(super) const LATE: TimeDelta = TimeDelta::minutes(30);
/// So near to the start there is no time left to wait.
pub(super) const NEAR: TimeDelta = TimeDelta::minutes(60);
/// But the first attempt gets its time: a message that was booked a second ago is not late.
pub(super) const FIRST_ATTEMPT: TimeDelta = TimeDelta::minutes(1);

/// What became of a message, as far as its recipient is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reachability {
    /// It waits for its first attempt, or is at it.
    Leaving,
    /// It was put off or kept back.
    Delayed,
    /// Nobody can count on it any more.
    Lost,
    /// A mail server answers for it, or nobody needs it.
    Settled,
}

/// What a status means to whoever waits for the message.
pub fn reachability(status: Status) -> Reachability {
    match status {
        Status::Queued | Status::Sending => Reachability::Leaving,
        Status::Retrying => Reachability::Delayed,
        // What is held leaves when somebody decides so, and not before.
        Status::Held
        | Status::Uncertain
        | Status::Printed
        | Status::Failed
        | Status::Expired
        | Status::Bounced
        // Whoever calls it spam may not have read it, and gets nothing more.
        | Status::Complained => Reachability::Lost,
        Status::Accepted | Status::Delivered | Status::Superseded | Status::Cancelled => {
            Reachability::Settled
        }
    }
}

/// Is a message a reason to tell the candidate another way, now?
pub fn is_due(
    status: Status,
    first_due_at: DateTime<Utc>,
    starts_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> bool {
    let first_attempt = match reachability(status) {
        Reachability::Leaving => FIRST_ATTEMPT,
        Reachability::Delayed => TimeDelta::zero(),
        Reachability::Lost => return true,
        Reachability::Settled => return false,
    };
    let near = Ord::max(starts_at - NEAR, first_due_at + first_attempt);
    now >= Ord::min(first_due_at + LATE, near)
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    fn at(minutes: i64, seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minutes * 60 + seconds, 0).expect("an instant")
    }

    /// Is a message that was due at minute 0, for an interview that starts at this one, an alert?
    fn due(status: Status, starts: i64, minutes: i64, seconds: i64) -> bool {
        is_due(status, at(0, 0), at(starts, 0), at(minutes, seconds))
    }

    #[test]
    fn a_message_that_nobody_took_is_late_after_thirty_minutes() {
        for status in [Status::Queued, Status::Sending, Status::Retrying] {
            assert!(!due(status, 600, 30, -1), "{status:?}");
            assert!(due(status, 600, 30, 0), "{status:?}");
            assert!(due(status, 600, 30, 1), "{status:?}");
        }
    }

    #[test]
    fn an_hour_before_the_start_there_is_no_time_to_wait() {
        for status in [Status::Queued, Status::Sending, Status::Retrying] {
            assert!(!due(status, 80, 20, -1), "{status:?}");
            assert!(due(status, 80, 20, 0), "{status:?}");
            assert!(due(status, 80, 20, 1), "{status:?}");
        }
    }

    #[test]
    fn a_message_that_is_near_its_interview_gets_a_minute_for_its_first_attempt() {
        for status in [Status::Queued, Status::Sending] {
            assert!(!due(status, 40, 1, -1), "{status:?}");
            assert!(due(status, 40, 1, 0), "{status:?}");
            assert!(due(status, 40, 1, 1), "{status:?}");
        }
        assert!(due(Status::Retrying, 40, 0, 0), "it had its attempt");
        assert!(!due(Status::Retrying, 40, 0, -1), "not due at all");
    }

    #[test]
    fn what_waits_on_purpose_is_not_late() {
        assert!(!is_due(Status::Queued, at(60, 0), at(600, 0), at(90, -1)));
        assert!(is_due(Status::Queued, at(60, 0), at(600, 0), at(90, 0)));
    }

    #[test]
    fn what_is_lost_is_told_at_once_and_what_is_settled_never() {
        for status in Status::iter() {
            match reachability(status) {
                Reachability::Lost => assert!(due(status, 600, 0, -1), "{status:?}"),
                Reachability::Settled => assert!(!due(status, 600, 599, 0), "{status:?}"),
                Reachability::Leaving | Reachability::Delayed => {
                    assert!(!status.is_final(), "{status:?}")
                }
            }
        }
    }
}
