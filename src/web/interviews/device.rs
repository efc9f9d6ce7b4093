//! What recruiters read of a candidate's check of camera, sound, connection and clock.
use entity::device_check::{DeviceCheck, Part};
use sea_orm::Iterable;

use super::Reader;
use crate::{times, web::labels};

/// `Camera doesn't work; microphone, speaker, connection and clock do · checked today, 09:12, in Firefox`.
pub(super) fn newest(check: &DeviceCheck, reader: &Reader) -> String {
    let day = match check.checked_at.with_timezone(&reader.zone).date_naive() == reader.today() {
        true => format!("today, {}", times::clock(check.checked_at, reader.zone)),
        false => times::day_and_clock(check.checked_at, reader.zone),
    };
    let browser = labels::browser(check.browser);
    let found = found(&check.failed);
    format!("{found} · checked {day}, in {browser}")
}

/// `Camera doesn't work; microphone, speaker, connection and clock do`.
pub(super) fn found(failed: &[Part]) -> String {
    let (bad, good): (Vec<Part>, Vec<Part>) = Part::iter().partition(|part| failed.contains(part));
    let (bad, good) = (names(&bad), names(&good));
    let words = match (bad.len(), good.len()) {
        (0, _) => format!("{} work", listed(&good)),
        (_, 0) => format!("{} don't work", listed(&bad)),
        (many, some) => format!(
            "{} {} work; {} {}",
            listed(&bad),
            if many == 1 { "doesn't" } else { "don't" },
            listed(&good),
            if some == 1 { "does" } else { "do" },
        ),
    };
    let (first, rest) = words.split_at(1);
    first.to_uppercase() + rest
}

/// How that is set apart by colour.
pub(super) fn tone(failed: &[Part]) -> &'static str {
    match failed {
        [] => "good",
        _ => "bad",
    }
}

fn names(parts: &[Part]) -> Vec<&'static str> {
    parts.iter().map(|part| part.name()).collect()
}

/// `camera, microphone and clock`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_work_comes_first() {
        let all: Vec<Part> = Part::iter().collect();
        for (failed, words) in [
            (
                &[][..],
                "Camera, microphone, speaker, connection and clock work",
            ),
            (
                &[Part::Camera],
                "Camera doesn't work; microphone, speaker, connection and clock do",
            ),
            (
                &[Part::Microphone, Part::Clock],
                "Microphone and clock don't work; camera, speaker and connection do",
            ),
            (
                &all[..4],
                "Camera, microphone, speaker and connection don't work; clock does",
            ),
            (
                &all,
                "Camera, microphone, speaker, connection and clock don't work",
            ),
        ] {
            assert_eq!(found(failed), words);
        }
    }
}
