//! What became of the messages of each day, as bars and as numbers.
use chrono::NaiveDate;
use entity::email::Status;
use serde::Serialize;

use crate::domain::emails::Count;

const DAY_WIDTH: i64 = 40;
const BAR_WIDTH: i64 = 28;
const HEIGHT: i64 = 120;

/// A bar for each day: what was accepted below, what waits above it, what was not accepted on top.
#[derive(Serialize)]
pub struct Chart {
    days: Vec<Day>,
    bars: Vec<Bar>,
    width: i64,
    height: i64,
    /// All of it in a sentence.
    summary: String,
}

#[derive(Serialize)]
struct Day {
    label: String,
    href: String,
    accepted: i64,
    waiting: i64,
    unaccepted: i64,
}

/// A part of a day's bar.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Bar {
    part: &'static str,
    x: i64,
    y: i64,
    height: i64,
    width: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Accepted,
    Waiting,
    Unaccepted,
}

/// Where a status is counted; not at all, where nobody was to be told after all.
fn part(status: Status) -> Option<Part> {
    match status {
        Status::Accepted | Status::Delivered | Status::Complained => Some(Part::Accepted),
        Status::Queued | Status::Sending | Status::Retrying | Status::Held => Some(Part::Waiting),
        Status::Uncertain
        | Status::Printed
        | Status::Failed
        | Status::Expired
        | Status::Bounced => Some(Part::Unaccepted),
        Status::Superseded | Status::Cancelled => None,
    }
}

impl Chart {
    /// Of counts that name the days by their place.
    pub fn new(days: &[NaiveDate], counts: &[Count]) -> Self {
        let sum = |day: usize, wanted: Part| -> i64 {
            let its = counts.iter().filter(|count| count.day == day);
            its.filter(|count| part(count.status) == Some(wanted))
                .map(|count| count.count)
                .sum()
        };
        let days: Vec<Day> = days
            .iter()
            .enumerate()
            .map(|(place, day)| Day {
                label: day.format("%a %-d %B").to_string(),
                href: format!("/emails?from={day}&to={day}"),
                accepted: sum(place, Part::Accepted),
                waiting: sum(place, Part::Waiting),
                unaccepted: sum(place, Part::Unaccepted),
            })
            .collect();
        let total = |of: fn(&Day) -> i64| days.iter().map(of).sum::<i64>();
        Self {
            summary: format!(
                "Emails queued in the last {} days: {} accepted by a mail server, {} waiting, {} not accepted.",
                days.len(),
                total(|day| day.accepted),
                total(|day| day.waiting),
                total(|day| day.unaccepted),
            ),
            bars: bars(&days),
            width: (0..)
                .zip(&days)
                .map(|(place, _)| place * DAY_WIDTH)
                .last()
                .unwrap_or(0)
                + BAR_WIDTH,
            height: HEIGHT,
            days,
        }
    }
}

fn bars(days: &[Day]) -> Vec<Bar> {
    let all = |day: &Day| day.accepted + day.waiting + day.unaccepted;
    let most = days.iter().map(all).max().unwrap_or(0).max(1);
    let mut bars = Vec::new();
    for (place, day) in (0_i64..).zip(days) {
        let mut below = 0;
        for (part, count) in [
            ("accepted", day.accepted),
            ("waiting", day.waiting),
            ("unaccepted", day.unaccepted),
        ] {
            if count == 0 {
                continue;
            }
            let from = below * HEIGHT / most;
            below += count;
            let to = below * HEIGHT / most;
            // One of thousands is to be seen, too.
            let height = (to - from).max(2);
            bars.push(Bar {
                part,
                x: place * DAY_WIDTH,
                y: (HEIGHT - from - height).max(0),
                height,
                width: BAR_WIDTH,
            });
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(counts: &[(usize, Status, i64)]) -> Chart {
        let day = |number| NaiveDate::from_ymd_opt(2027, 1, number).expect("a day");
        let counts: Vec<Count> = counts
            .iter()
            .map(|&(day, status, count)| Count { day, status, count })
            .collect();
        Chart::new(&[day(4), day(5)], &counts)
    }

    #[test]
    fn a_bar_is_as_high_as_its_share_of_the_fullest_day() {
        let chart = chart(&[
            (0, Status::Accepted, 6),
            (0, Status::Retrying, 2),
            (0, Status::Failed, 1),
            (0, Status::Expired, 3),
            (1, Status::Accepted, 3),
        ]);
        let seen: Vec<_> = chart
            .bars
            .iter()
            .map(|bar| (bar.part, bar.x, bar.y, bar.height))
            .collect();
        assert_eq!(
            seen,
            [
                ("accepted", 0, 60, 60),
                ("waiting", 0, 40, 20),
                ("unaccepted", 0, 0, 40),
                ("accepted", 40, 90, 30),
            ]
        );
        assert_eq!((chart.width, chart.height), (68, 120));
    }

    #[test]
    fn one_of_thousands_is_seen_and_what_nobody_was_to_be_told_is_not() {
        let chart = chart(&[
            (0, Status::Accepted, 10_000),
            (1, Status::Failed, 1),
            (1, Status::Superseded, 50),
            (1, Status::Cancelled, 50),
        ]);
        assert_eq!(chart.bars.len(), 2);
        assert_eq!(chart.bars[1].height, 2);
        assert!(
            chart
                .summary
                .contains("10000 accepted by a mail server, 0 waiting, 1 not accepted")
        );
    }

    #[test]
    fn days_without_messages_have_no_bars() {
        let chart = chart(&[]);
        assert_eq!(chart.bars, []);
        assert_eq!(chart.days.len(), 2);
    }
}
