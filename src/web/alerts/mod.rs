//! Candidates and interviewers who were not notified: the list of them, and the line above every page.
pub mod answers;
mod card;
pub mod moves;
pub mod pages;
mod requests;
pub mod resending;

use actix_web::{
    HttpResponse,
    web::{Data, Query},
};

pub use self::card::{Card, dial};
use self::pages::{Board, IndexPage};
use super::{errors::Result, forms::FormErrors, lists::At, mail_servers, viewer::Recruiter};
use crate::{
    app::App,
    domain::{
        alerts,
        attention::Attention,
        interviews::{accommodation, answer, moved},
        resendings,
    },
    settings::Backend,
};

/// Each comes with its text, so a page of the list is shorter than others.
const PAGE_SIZE: u64 = 20;

/// GET /alerts: those whose interview is nearest first.
pub async fn index(app: Data<App>, viewer: Recruiter, at: Query<At>) -> Result<HttpResponse> {
    let (company_id, now) = (viewer.company_id, app.clock.now());
    let mut errors = FormErrors::new();
    let seek = at.seek(&mut errors);
    if !errors.is_empty() {
        return viewer.unprocessable(&IndexPage::refused(errors));
    }
    let printed = match prints(&app) {
        true => Vec::new(),
        false => resendings::printed(&app.db, company_id, now).await?,
    };
    let board = Board {
        alerts: alerts::list(&app.db, company_id, seek, PAGE_SIZE, now).await?,
        transports: mail_servers::in_force(&app).await?,
        printed: printed.len(),
        answers: answer::open(&app.db, company_id, now).await?,
        requests: match viewer.has_requests() {
            true => accommodation::open(&app.db, company_id, now).await?,
            false => Vec::new(),
        },
        moves: match viewer.has_moves() {
            true => moved::unseen(&app.db, company_id, now).await?,
            false => Vec::new(),
        },
    };
    viewer.page(&IndexPage::new(board, &at, &app, viewer.zone()))
}

/// The line above a page; none on the one that shows who it is.
pub fn not_notified(attention: Attention, path: &str) -> Option<String> {
    if path == "/alerts" || (attention.candidates, attention.interviewers) == (0, 0) {
        return None;
    }
    let more = if attention.has_more { "+" } else { "" };
    let count = |number: u64, one: &str| match (number, attention.has_more) {
        (0, _) => None,
        (1, false) => Some(format!("1 {one}")),
        (many, _) => Some(format!("{many}{more} {one}s")),
    };
    let who = [
        count(attention.candidates, "candidate"),
        count(attention.interviewers, "interviewer"),
    ];
    let who: Vec<String> = who.into_iter().flatten().collect();
    Some(format!("{} not notified", who.join(" and ")))
}

/// The line above a page about candidates who said no; none on the page that lists them.
pub fn answered(attention: Attention, path: &str) -> Option<String> {
    match attention.answers {
        _ if path == "/alerts" => None,
        0 => None,
        1 => Some("1 candidate can't come or needs another time".into()),
        many => Some(format!("{many} candidates can't come or need another time")),
    }
}

/// The line above a page about candidates who asked for something in private; none on the page that lists them.
pub fn requested(attention: Attention, path: &str) -> Option<String> {
    match attention.requests {
        _ if path == "/alerts" => None,
        0 => None,
        1 => Some("1 candidate asked for something in private".into()),
        many => Some(format!("{many} candidates asked for something in private")),
    }
}

/// The line above a page about candidates who moved their interview; none on the page that lists them.
pub fn moved_by(attention: Attention, path: &str) -> Option<String> {
    match attention.moves {
        _ if path == "/alerts" => None,
        0 => None,
        1 => Some("1 candidate moved their interview".into()),
        many => Some(format!("{many} candidates moved their interviews")),
    }
}

/// Is mail printed where nobody receives it?
fn prints(app: &App) -> bool {
    matches!(app.settings.mail.backend, Backend::Console)
}
