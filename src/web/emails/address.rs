//! Correcting the address that a message went to.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use super::{form::AddressForm, pages::AddressPage};
use crate::{
    app::App,
    domain::emails::{self, Corrected},
    web::{errors::Result, flash::Flash, forms::FormErrors, respond::see_other, viewer::Recruiter},
};

const OUTDATED: &str = "Nothing was sent: the address was changed in the meantime, or the interview was cancelled or is over.";

/// GET /emails/{id}/address: the form, and what follows from it.
pub async fn edit(app: Data<App>, viewer: Recruiter, id: Path<i64>) -> Result<HttpResponse> {
    let story = emails::story(&app.db, viewer.company_id, *id).await?;
    let form = viewer.typed(AddressForm::of(&story.email.recipient));
    viewer.page(&AddressPage::new(
        story,
        form,
        FormErrors::new(),
        app.clock.now(),
    )?)
}

/// POST /emails/{id}/address: the old link dies, and the right address is told.
pub async fn update(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<AddressForm>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let story = emails::story(&app.db, viewer.company_id, *id).await?;
    let form = form.into_inner();
    let refuse = |errors, taken_by| {
        let page = AddressPage::new(story, form.clone(), errors, now)?;
        viewer.unprocessable(&page.taken_by(taken_by))
    };
    let address = match form.parse() {
        Ok(address) => address,
        Err(errors) => return refuse(errors, None),
    };
    let (shown, flash) = match emails::correct(&app.db, &actor, *id, &address, now).await? {
        Corrected::Queued(new) => {
            app.wake.notify_one();
            (
                new,
                Flash::done(
                    "Address corrected. This is the email to the new address; links sent to the old one no longer work.",
                ),
            )
        }
        Corrected::Same => return refuse(FormErrors::one("email", SAME), None),
        Corrected::Taken(other) => return refuse(FormErrors::one("email", TAKEN), Some(other)),
        Corrected::Outdated => (*id, Flash::problem(OUTDATED)),
    };
    viewer.flash(flash)?;
    Ok(see_other(&format!("/emails/{shown}")))
}

const SAME: &str = "This email already went to this address. To send it there again, go back and choose Send again.";
const TAKEN: &str = "Another candidate already uses this address.";
