//! Sending a message once more.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use super::form::ResendForm;
use crate::{
    app::App,
    domain::emails::{self, Resent},
    web::{errors::Result, forms, render::Flash, respond::see_other, viewer::Recruiter},
};

/// POST /emails/{id}/resend: queues a new message that tells the same.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<ResendForm>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let (shown, flash) = match emails::resend(&app.db, &actor, *id, form.again(*id), now).await? {
        Resent::Queued(new) => {
            app.wake.notify_one();
            (new, Flash::done("The message is on its way once more."))
        }
        Resent::Held(new) => (new, Flash::problem(HELD)),
        Resent::Repeated(new) => (
            new,
            Flash::problem("It was sent again before: by this message."),
        ),
        Resent::Unconfirmed => (*id, Flash::problem(UNCONFIRMED)),
        Resent::Underway => (
            *id,
            Flash::problem("It has not ended yet: Greenroom goes on by itself."),
        ),
        Resent::Outdated => (*id, Flash::problem(OUTDATED)),
        Resent::KeyReused => (*id, Flash::problem(forms::SENT_BEFORE)),
    };
    viewer.flash(flash)?;
    Ok(see_other(&format!("/emails/{shown}")))
}

const UNCONFIRMED: &str = "Nothing was sent: the candidate may have this message. Confirm under Send again that a second copy is meant.";
const HELD: &str = "It is held back: mail to this address came back before. Correct the address, or release the message here if it is right.";
const OUTDATED: &str =
    "Nothing was sent: the interview was changed or is over, so this message would mislead.";
