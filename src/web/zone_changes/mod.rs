//! The page that moves slots to where their local time is by newer time zone rules.
pub mod pages;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Query},
};
use serde::{Deserialize, Serialize};

use self::pages::{Board, IndexPage};
use super::{
    errors::Result,
    flash::Flash,
    forms::{FormErrors, Ticket},
    lists::At,
    viewer::Recruiter,
};
use crate::{
    app::App,
    domain::{
        page::PAGE_SIZE,
        zone_changes::{self, Confirmation, Moved, Outcome},
    },
};

/// GET /zone-changes: the slots concerned, earliest first.
pub async fn index(app: Data<App>, viewer: Recruiter, at: Query<At>) -> Result<HttpResponse> {
    let mut errors = FormErrors::new();
    let seek = at.seek(&mut errors);
    if !errors.is_empty() {
        return viewer.unprocessable(&IndexPage::refused(errors));
    }
    let (company_id, now) = (viewer.company_id, app.clock.now());
    let board = Board {
        list: zone_changes::list(&app.db, company_id, seek, PAGE_SIZE, now).await?,
        overview: zone_changes::overview(&app.db, company_id, now).await?,
    };
    viewer.page(&IndexPage::new(board, &at))
}

/// POST /zone-changes: moves them, and queues the messages that tell.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    form: Form<ConfirmationForm>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let outcome = zone_changes::apply(&app.db, &actor, &form.parse(), now).await?;
    let flash = match outcome {
        Outcome::Moved(moved) => {
            app.wake.notify_one();
            match stuck(moved) {
                stuck if stuck.is_empty() => Flash::done(words_for(moved)),
                stuck => Flash::problem(format!("{}{stuck}", words_for(moved))),
            }
        }
        Outcome::Repeated => Flash::done("This was already confirmed."),
        Outcome::OtherRules | Outcome::KeyConflict => Flash::problem(LOOK_AGAIN),
    };
    viewer.see_other("/zone-changes", flash)
}

const LOOK_AGAIN: &str = "The time zone rules have changed again since you opened this page. \
     Nothing was moved. Check the new times below and confirm again.";

/// What could not be moved, and what to do about it; empty when all could.
fn stuck(moved: Moved) -> String {
    let (were, count) = match moved.unreadable {
        1 => ("slot", 1),
        many => ("slots", many),
    };
    let unreadable = format!(
        " {count} {were} could not be moved, because Greenroom can't read the stored data of the interview. Ask an admin to check the server log."
    );
    let overlapping = match moved.overlapping {
        1 => " 1 slot was not moved, because its candidate already has an interview at the new time. Open the interview below and reschedule it.".into(),
        many => format!(
            " {many} slots were not moved, because their candidates already have an interview at the new time. Open the interviews below and reschedule them."
        ),
    };
    let sentences = [
        (moved.unreadable > 0).then_some(unreadable),
        (moved.overlapping > 0).then_some(overlapping),
    ];
    sentences.into_iter().flatten().collect()
}

fn words_for(moved: Moved) -> String {
    let slots = match moved.slots {
        0 if moved.overlapping + moved.unreadable > 0 => return "No slots moved.".into(),
        0 => return "All slots were already moved.".into(),
        1 => "1 slot moved.".into(),
        many => format!("{many} slots moved."),
    };
    match moved.told {
        0 => slots,
        1 => format!("{slots} The email to 1 candidate is on its way."),
        many => format!("{slots} Emails to {many} candidates are on their way."),
    }
}

/// What was looked at.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct ConfirmationForm {
    rules: String,
    #[serde(flatten, skip_serializing)]
    ticket: Ticket,
}

impl ConfirmationForm {
    fn parse(&self) -> Confirmation {
        Confirmation {
            rules: self.rules.clone(),
            idempotency_key: self.ticket.idempotency_key("zone_changes", self),
        }
    }
}
