//! How long a server asks us to wait, in its words.
use std::time::Duration;

use super::HOUR;

const MINUTE: Duration = Duration::from_secs(60);
/// Longer than anybody should be told to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 3600);

/// `… in 60 seconds`, `… 5 minutes`: as told, and a little more.
pub(super) fn told_wait(text: &str) -> Option<Duration> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(2).find_map(|pair| {
        let unit = match pair[1] {
            "s" | "sec" | "secs" | "second" | "seconds" => Duration::from_secs(1),
            "min" | "mins" | "minute" | "minutes" => MINUTE,
            "hour" | "hours" => HOUR,
            _ => return None,
        };
        let wait = unit.checked_mul(pair[0].parse().ok()?)?;
        Some((wait + Duration::from_secs(10)).min(LONGEST_WAIT))
    })
}
