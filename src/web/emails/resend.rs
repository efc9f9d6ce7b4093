//! Sending a message once more.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use super::form::ResendForm;
use crate::{
    app::App,
    domain::emails::{self, Resent},
    web::{errors::Result, flash::Flash, forms, respond::see_other, viewer::Recruiter},
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
            (new, Flash::done("The email is on its way again."))
        }
        Resent::Held(new) => (new, Flash::problem(HELD)),
        Resent::Repeated(new) => (
            new,
            Flash::problem("It was already sent again, with this email."),
        ),
        Resent::Unconfirmed => (*id, Flash::problem(UNCONFIRMED)),
        Resent::Underway => (
            *id,
            Flash::problem("Nothing was sent: Greenroom is still trying to deliver this email."),
        ),
        Resent::Outdated => (*id, Flash::problem(OUTDATED)),
        Resent::KeyConflict => (*id, Flash::problem(forms::SENT_BEFORE)),
    };
    viewer.flash(flash)?;
    Ok(see_other(&format!("/emails/{shown}")))
}

const UNCONFIRMED: &str = "Nothing was sent: the candidate may already have this email. To send a second copy, confirm it under Send again.";
const HELD: &str = "This email is held back because an earlier email to this address came back or was marked as spam. Correct the address, or release the email if the address is right.";
const OUTDATED: &str =
    "Nothing was sent: the interview has changed or is over, so this email would be misleading.";
