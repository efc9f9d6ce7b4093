//! Asking candidates to choose their time: one, or all of a job who wait for one.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::offer as row;
use serde::{Deserialize, Serialize};

use super::Reader;
use crate::{
    app::App,
    domain::{
        interviews::{
            self, Details,
            change::{Refusal, Target},
            offer::{self, MOST_DAYS, MOST_HORIZON_DAYS, MOST_NOTICE_HOURS, Terms},
        },
        jobs,
    },
    web::{
        errors::Result,
        flash::Flash,
        forms::{FormErrors, Ticket},
        stamp::Stamp,
        viewer::Recruiter,
    },
};

/// The terms as typed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct OfferForm {
    days: String,
    notice_hours: String,
    horizon_days: String,
    #[serde(flatten)]
    ticket: Ticket,
}

impl Default for OfferForm {
    fn default() -> Self {
        Self {
            days: "3".into(),
            notice_hours: "24".into(),
            horizon_days: "21".into(),
            ticket: Ticket::default(),
        }
    }
}

impl OfferForm {
    /// What it begins with, for an interview in this version.
    pub(super) fn of_version(version: i32) -> Self {
        Self {
            ticket: Ticket::of_version(version).with_new_key(),
            ..Self::default()
        }
    }

    fn parse(&self) -> Result<Terms, FormErrors> {
        let mut errors = FormErrors::new();
        let days = errors.number("days", &self.days, 1, MOST_DAYS);
        let notice_hours = errors.number("notice_hours", &self.notice_hours, 0, MOST_NOTICE_HOURS);
        let horizon_days = errors.number("horizon_days", &self.horizon_days, 1, MOST_HORIZON_DAYS);
        let parsed = (|| {
            Some(Terms {
                days: days?,
                notice_hours: notice_hours?,
                horizon_days: horizon_days?,
            })
        })();
        errors.or(parsed)
    }
}

/// Says which numbers there may be.
fn refusal() -> Flash {
    Flash::problem(format!(
        "No email queued. Use 1 to {MOST_DAYS} days to choose, 0 to {MOST_NOTICE_HOURS} hours of notice and 1 to {MOST_HORIZON_DAYS} days ahead."
    ))
}

/// POST /interviews/{id}/offer: the candidate gets an email with the link to the free times.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<OfferForm>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    interviews::find(app.db.read(), viewer.company_id, *id).await?;
    let here = format!("/interviews/{id}");
    let Ok(terms) = form.parse() else {
        return viewer.see_other(&here, refusal());
    };
    let mut errors = FormErrors::new();
    let version = errors.version(&form.ticket);
    let target = Target {
        interview_id: *id,
        version,
        idempotency_key: form.ticket.idempotency_key(
            "offer",
            &(*id, terms.days, terms.notice_hours, terms.horizon_days),
        ),
    };
    if version.is_none() {
        return viewer.see_other(
            &here,
            Flash::problem("Try again: this form was incomplete."),
        );
    }
    let flash = match offer::make(&app.db, &actor, &target, &terms, now).await? {
        Ok(_) => Flash::done("Email queued. The candidate can choose a time."),
        Err(Refusal::Interview(_)) => Flash::problem(
            "The interview was changed in the meantime. Check it, and ask again if the candidate should still choose.",
        ),
        Err(Refusal::KeyConflict) => Flash::problem("This form was sent before."),
    };
    viewer.see_other(&here, flash)
}

/// POST /jobs/{id}/offers: the same for all candidates of the job who wait for a time and were not asked yet.
pub async fn create_many(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<OfferForm>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    jobs::find(app.db.read(), viewer.company_id, *id).await?;
    let here = format!("/jobs/{id}");
    let Ok(terms) = form.parse() else {
        return viewer.see_other(&here, refusal());
    };
    let flash = match offer::make_many(&app.db, &actor, *id, &terms, now).await? {
        0 => Flash::problem("No candidate of this job waits to be asked."),
        1 => Flash::done("Email queued. 1 candidate can choose a time."),
        many => Flash::done(format!(
            "Emails queued. {many} candidates can choose a time."
        )),
    };
    viewer.see_other(&here, flash)
}

/// How far a candidate is who was asked: `interviews/_offer.html`.
#[derive(Serialize)]
pub struct Asking {
    form: OfferForm,
    asked: Option<Stamp>,
    opened: Option<Stamp>,
    chosen: Option<Stamp>,
    choose_by: Option<Stamp>,
    is_over: bool,
    /// Does the interview wait for a time?
    can_ask: bool,
}

impl Asking {
    /// Of an interview that waits for a time, or has one that its candidate chose.
    pub fn of(details: &Details, offer: Option<row::Model>, reader: &Reader) -> Option<Self> {
        let can_ask = offer::can_be_offered(details);
        let version = details.interview.version;
        let chosen = offer.as_ref().and_then(|offer| offer.chosen_at);
        if !can_ask && chosen.is_none() {
            return None;
        }
        let stamp = |at| Stamp::day_and_clock(at, reader.zone);
        Some(Self {
            form: OfferForm::of_version(version),
            can_ask,
            chosen: chosen.filter(|_| !can_ask).map(stamp),
            asked: offer.as_ref().map(|offer| stamp(offer.offered_at)),
            opened: offer.as_ref().and_then(|offer| offer.opened_at).map(stamp),
            choose_by: offer.as_ref().map(|offer| stamp(offer.choose_by)),
            is_over: offer.is_some_and(|offer| offer.choose_by <= reader.now),
        })
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            form: OfferForm::default(),
            asked: Some(Stamp::sample()),
            opened: Some(Stamp::sample()),
            chosen: Some(Stamp::sample()),
            choose_by: Some(Stamp::sample()),
            is_over: true,
            can_ask: true,
        }
    }
}
