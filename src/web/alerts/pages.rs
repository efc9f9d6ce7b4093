//! The list of candidates and interviewers who were not notified.
use entity::transport;
use serde::Serialize;

use super::{answers::Answered, card::Card, moves::MovedBy, requests::Requested};
use crate::{
    app::App,
    domain::{
        alerts::Alert,
        interviews::{accommodation, answer, moved::Moved},
        page::Page as List,
    },
    web::{
        forms::{FormErrors, Ticket},
        lists::{At, Pager},
        page::Page,
    },
    zones::Tz,
};

/// All that is read for the list.
pub struct Board {
    /// A page of it.
    pub alerts: List<Alert>,
    /// The mail servers.
    pub transports: Vec<transport::Model>,
    /// How many messages were printed and can be sent now.
    pub printed: usize,
    /// The candidates who said no.
    pub answers: Vec<answer::Open>,
    /// The candidates who wait for an answer to a private request.
    pub requests: Vec<accommodation::Open>,
    /// The candidates who moved their interview.
    pub moves: Vec<Moved>,
}

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    errors: FormErrors,
    answers: Vec<Answered>,
    requests: Vec<Requested>,
    moves: Vec<MovedBy>,
    cards: Vec<Card>,
    pager: Pager,
    here: &'static str,
    /// The words of the button that sends what was printed; empty while there is nothing to send.
    resend: String,
    ticket: Ticket,
}

impl IndexPage {
    /// A page of the list.
    pub fn new(board: Board, at: &At, app: &App, zone: Tz) -> Self {
        let pager = Pager::new("/alerts", &(), at, &board.alerts);
        let cards = board.alerts.rows.into_iter();
        Self {
            pager,
            answers: board
                .answers
                .into_iter()
                .map(|open| Answered::new(open, zone))
                .collect(),
            requests: board
                .requests
                .into_iter()
                .map(|open| Requested::new(open, zone))
                .collect(),
            moves: board
                .moves
                .into_iter()
                .map(|moved| MovedBy::new(moved, zone))
                .collect(),
            cards: cards
                .map(|alert| Card::new(alert, &board.transports, app, zone))
                .collect(),
            here: "/alerts",
            resend: match board.printed {
                0 => String::new(),
                1 => "Send 1 unsent email".into(),
                many => format!("Send {many} unsent emails"),
            },
            ticket: Ticket::fresh(),
            ..Default::default()
        }
    }

    /// A place in the list that there is not.
    pub fn refused(errors: FormErrors) -> Self {
        Self {
            errors,
            ..Default::default()
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "alerts/index.html";

    fn title(&self) -> String {
        "Not notified".into()
    }

    fn sample() -> Self {
        Self {
            errors: FormErrors::one("form", "This page of the list no longer exists."),
            answers: vec![Answered::sample()],
            requests: vec![Requested::sample()],
            moves: vec![MovedBy::sample()],
            cards: vec![Card::sample()],
            pager: Pager::sample(),
            here: "/alerts",
            resend: "Send 2 unsent emails".into(),
            ticket: Ticket::fresh(),
        }
    }
}
