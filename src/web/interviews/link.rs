//! Replacing the join link of an interview.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use crate::{
    app::App,
    domain::interviews::{
        self,
        change::{InterviewRefusal, Refusal, Target},
        link,
    },
    web::{
        errors::Result,
        flash::Flash,
        forms::{self, Ticket},
        interviews::outlook,
        viewer::Recruiter,
    },
};

/// POST /interviews/{id}/link: the link in earlier mails dies; a new one is sent.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    ticket: Form<Ticket>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let Some(target) = target(&ticket, *id) else {
        interviews::find(app.db.read(), viewer.company_id, *id).await?;
        return viewer.see_other(
            &format!("/interviews/{id}"),
            Flash::problem(forms::NO_VERSION),
        );
    };
    let refused = match link::replace(&app.db, &actor, &target, now).await? {
        Ok(done) => {
            return outlook::tell(
                &app,
                &viewer,
                "Join link replaced. The old one no longer works.",
                &done.details,
            )
            .await;
        }
        Err(Refusal::Interview(InterviewRefusal::Changed(_))) => {
            "The join link was not replaced because this interview was changed while you had it open. Check the details below, then try again."
        }
        Err(Refusal::Interview(InterviewRefusal::NotBooked(_))) => {
            "The join link was not replaced because this interview is cancelled or over."
        }
        Err(Refusal::KeyConflict) => forms::SENT_BEFORE,
    };
    viewer.see_other(&format!("/interviews/{id}"), Flash::problem(refused))
}

/// None when the button does not say which version its page showed.
fn target(ticket: &Ticket, interview_id: i64) -> Option<Target> {
    Some(Target {
        interview_id,
        version: Some(ticket.version()?),
        idempotency_key: ticket.idempotency_key("link", &interview_id),
    })
}
