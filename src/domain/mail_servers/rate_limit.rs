//! Rate limits: how many messages each mail server may be given now.
use chrono::{DateTime, TimeDelta, Utc};
use entity::transport::{self, Name};
use sea_orm::ConnectionTrait;

use super::{locked, write};
use crate::{domain::delivery, error::Result};

/// A probe whose process died is followed by another one after this long.
const PROBE_MINUTES: i64 = 5;

/// No breaker is open for longer without a probe, whatever the server says of itself.
pub(super) const LONGEST_WAIT: TimeDelta = TimeDelta::hours(4);
/// Before its breaker opens, a server is waited for so long at the most.
const LONGEST_FIRST_WAIT: TimeDelta = TimeDelta::minutes(PROBE_MINUTES);
/// Nobody is ahead of the pace by more, but who had a wrong clock.
const LONGEST_AHEAD: TimeDelta = TimeDelta::minutes(1);

/// Until when a server is given nothing; none when it may be, and when only a wrong clock can have said so.
pub fn waits_until(row: &transport::Model, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let longest = match row.opened_at {
        Some(opened_at) if opened_at <= now + LONGEST_AHEAD => LONGEST_WAIT,
        Some(_) => return None,
        None => LONGEST_FIRST_WAIT,
    };
    row.wait_until.filter(|until| *until <= now + longest)
}

/// A mail server that is set up.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Which.
    pub name: Name,
    /// The server by name and port.
    pub host: String,
    /// Of its settings; another one begins anew.
    pub fingerprint: String,
    /// The most messages a second; none is no limit.
    pub per_second: Option<f64>,
    /// So many messages it may be given at once after a quiet time, where it is limited.
    pub burst: i32,
    /// So many messages may be on their way at once, over all processes; none is no limit.
    pub connections: Option<u64>,
}

/// How many messages a server may be given at this moment as far as its pace goes; none where it has none. One that was
/// never given any has all of it.
pub(super) fn free_now(
    row: Option<&transport::Model>,
    route: &Route,
    now: DateTime<Utc>,
) -> Option<u64> {
    let pace = Pace::of(route)?;
    let burst = u64::from(pace.burst.unsigned_abs());
    let Some(row) = row else {
        return Some(burst);
    };
    let well = transport::Model {
        failures: 0,
        opened_at: None,
        wait_until: None,
        ..row.clone()
    };
    Some(most(&well, Some(pace), burst, now))
}

/// What one mail server may be given now.
#[derive(Clone, Debug)]
pub(in crate::domain) struct Quota {
    row: transport::Model,
    pace: Option<Pace>,
    most: u64,
    used: u64,
}

impl Quota {
    /// Which server.
    pub(in crate::domain) fn name(&self) -> Name {
        self.row.name
    }

    /// Does what it is given probe whether it still fails?
    pub(in crate::domain) fn is_probed(&self) -> bool {
        self.row.failures > 0
    }

    /// How many messages it may be given yet.
    pub(in crate::domain) fn left(&self) -> u64 {
        self.most - self.used
    }

    /// The message that failed there last: others are tried first, because it may be its own fault.
    pub(in crate::domain) fn avoids(&self) -> Option<i64> {
        self.row.failed_email_id.filter(|_| self.row.failures > 0)
    }

    /// Gives it one message.
    pub(in crate::domain) fn take(&mut self) {
        self.used += 1;
    }
}

/// What each server may be given, at most `limit`, first the one that is asked first. Locks the servers' rows.
pub(in crate::domain) async fn quotas(
    txn: &impl ConnectionTrait,
    routes: &[Route],
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Vec<Quota>> {
    let rows = locked(txn, routes).await?;
    let in_flight = match routes.iter().any(|route| route.connections.is_some()) {
        true => delivery::in_flight(txn, now).await?,
        false => 0,
    };
    let quotas = rows.into_iter().zip(routes).map(|(row, route)| {
        let pace = Pace::of(route);
        let limit = match route.connections {
            // The one probe of a server that fails waits for nobody: what is on its way is mostly at another one.
            Some(connections) if row.failures == 0 => {
                limit.min(connections.saturating_sub(in_flight))
            }
            _ => limit,
        };
        Quota {
            most: most(&row, pace, limit, now),
            pace,
            used: 0,
            row,
        }
    });
    Ok(quotas.collect())
}

/// Writes what was given to whom.
pub(in crate::domain) async fn settle(
    txn: &impl ConnectionTrait,
    quotas: Vec<Quota>,
    now: DateTime<Utc>,
) -> Result<()> {
    for Quota {
        mut row,
        pace,
        used,
        ..
    } in quotas.into_iter().filter(|quota| quota.used > 0)
    {
        if let Some(pace) = pace {
            let used = i32::try_from(used).unwrap_or(i32::MAX);
            row.paced_until = Some(paced_from(&row, pace, now) + pace.pause * used);
        }
        if row.failures > 0 {
            row.wait_until = Some(now + TimeDelta::minutes(PROBE_MINUTES));
        }
        if pace.is_some() || row.failures > 0 {
            write(txn, &row).await?;
        }
    }
    Ok(())
}

fn most(row: &transport::Model, pace: Option<Pace>, limit: u64, now: DateTime<Utc>) -> u64 {
    if waits_until(row, now).is_some_and(|until| now < until) {
        return 0;
    }
    // While it fails, one message at a time shows whether it still does.
    let limit = if row.failures > 0 {
        limit.min(1)
    } else {
        limit
    };
    let Some(pace) = pace else {
        return limit;
    };
    let free = (now - paced_from(row, pace, now)).num_microseconds();
    let per_message = pace.pause.num_microseconds().filter(|micros| *micros > 0);
    match free.zip(per_message) {
        Some((free, per_message)) => limit.min(Ord::max(free / per_message, 0).unsigned_abs()),
        None => limit,
    }
}

/// A bucket of tokens as one instant (the generic cell rate algorithm): a message costs one pause, and no more than a
/// burst of them can be saved up.
fn paced_from(row: &transport::Model, pace: Pace, now: DateTime<Utc>) -> DateTime<Utc> {
    let Pace { pause, burst } = pace;
    let full = now - pause * burst;
    match row.paced_until {
        None => full,
        // By a clock that was wrong: one message, and the pace begins anew.
        Some(until) if until > now + Ord::max(LONGEST_AHEAD, pause * burst) => now - pause,
        Some(until) => until.max(full),
    }
}

/// How fast a limited server is given messages.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pace {
    /// From one message to the next.
    pause: TimeDelta,
    /// So many at once after a quiet time.
    burst: i32,
}

impl Pace {
    fn of(route: &Route) -> Option<Self> {
        let micros = 1_000_000.0 / route.per_second?;
        let pause = (micros.is_finite() && micros >= 1.0)
            // Rounded up: not one message more than the limit.
            .then(|| TimeDelta::microseconds(micros.ceil() as i64))?;
        let burst = route.burst;
        Some(Self { pause, burst })
    }
}

#[cfg(test)]
mod tests;
