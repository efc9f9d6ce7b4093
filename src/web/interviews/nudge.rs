//! Nudging a candidate who does not come.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use entity::email::Status;

use crate::{
    app::App,
    domain::interviews::{
        self,
        change::{InterviewRefusal, Refusal, Target},
        nudge,
    },
    web::{
        errors::Result,
        flash::Flash,
        forms::{self, Ticket},
        viewer::Recruiter,
    },
};

/// POST /interviews/{id}/nudge: an email with the link leaves at once.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    ticket: Form<Ticket>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let Some(target) = target(&ticket, *id) else {
        interviews::find(app.db.read(), viewer.company_id, *id).await?;
        return viewer.see_other("/", Flash::problem(forms::NO_VERSION));
    };
    let flash = match nudge::nudge(&app.db, &actor, &target, now).await? {
        Ok(done) => match done.email.map(|email| email.status) {
            Some(Status::Held) => Flash::problem(
                "The email is held back because this address is suppressed. Call the candidate instead.",
            ),
            _ => Flash::done("Email with the join link queued."),
        },
        Err(Refusal::Interview(InterviewRefusal::Changed(_))) => Flash::problem(
            "Nothing was sent because this interview was changed while you had this page open. Check it below, then try again.",
        ),
        Err(Refusal::Interview(InterviewRefusal::NotBooked(_))) => Flash::problem(
            "Nothing was sent: the candidate has joined, or this interview is not going on.",
        ),
        Err(Refusal::KeyConflict) => Flash::problem(forms::SENT_BEFORE),
    };
    viewer.see_other("/", flash)
}

/// None when the button does not say which version its page showed.
fn target(ticket: &Ticket, interview_id: i64) -> Option<Target> {
    Some(Target {
        interview_id,
        version: Some(ticket.version()?),
        idempotency_key: ticket.idempotency_key("nudge", &interview_id),
    })
}
