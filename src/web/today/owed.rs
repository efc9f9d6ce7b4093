//! Interviews of earlier days of which nobody has said how they ended: one press each.
use serde::Serialize;

use crate::{
    domain::interviews::Line,
    times,
    web::{endings, forms::Ticket, interviews::Reader},
};

/// For `today/_owed.html`.
#[derive(Debug, Serialize)]
pub struct Owed {
    /// `Yesterday: 2 need an outcome`.
    heading: String,
    rows: Vec<Row>,
    has_more: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    id: i64,
    candidate: String,
    /// `15:00 · joined 14:56`.
    when: String,
    ticket: Ticket,
    buttons: Vec<Button>,
}

/// One of the ways in which it may have ended.
#[derive(Clone, Debug, Serialize)]
struct Button {
    label: String,
    value: String,
}

impl Owed {
    /// The newest first; none when nothing is owed.
    pub fn new(lines: &[Line], most: usize, outcomes: &[String], reader: &Reader) -> Option<Self> {
        if lines.is_empty() {
            return None;
        }
        let shown = &lines[..lines.len().min(most)];
        let yesterday = reader.today().pred_opt();
        let is_yesterday = |line: &Line| {
            let date = line.slot.as_ref().map(|slot| slot.starts_at);
            date.map(|at| at.with_timezone(&reader.zone).date_naive()) == yesterday
        };
        let day = match shown.iter().all(is_yesterday) {
            true => "Yesterday",
            false => "Earlier days",
        };
        let has_more = lines.len() > shown.len();
        let count = match (shown.len(), has_more) {
            (1, false) => "1 needs an outcome".into(),
            (count, false) => format!("{count} need an outcome"),
            (count, true) => format!("{count}+ need an outcome"),
        };
        Some(Self {
            heading: format!("{day}: {count}"),
            rows: shown
                .iter()
                .map(|line| Row::new(line, outcomes, reader))
                .collect(),
            has_more,
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            heading: "Yesterday: 1 needs an outcome".into(),
            rows: vec![Row {
                id: 1,
                candidate: "John Doe".into(),
                when: "15:00 · joined 14:56".into(),
                ticket: Ticket::default(),
                buttons: vec![Button {
                    label: "Advance".into(),
                    value: "outcome:Advance".into(),
                }],
            }],
            has_more: true,
        }
    }
}

impl Row {
    fn new(line: &Line, outcomes: &[String], reader: &Reader) -> Self {
        let starts = line.slot.as_ref().map(|slot| slot.starts_at);
        let mut when = starts
            .map(|at| reader.moment_in_short(at))
            .unwrap_or_default();
        if let Some(at) = line.joined_at {
            when.push_str(&format!(" · joined {}", times::clock(at, reader.zone)));
        }
        let buttons = endings::buttons(outcomes).into_iter();
        Self {
            id: line.id,
            candidate: line.candidate.clone(),
            when,
            ticket: Ticket::of_version(line.version).with_new_key(),
            buttons: buttons
                .map(|(label, value)| Button { label, value })
                .collect(),
        }
    }
}
