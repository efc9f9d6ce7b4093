//! Passing on to the interviewers what they need to know of a private request.
use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};

use super::{WordsForm, again, respond, words};
use crate::{
    app::App,
    domain::interviews::accommodation,
    web::{errors::Result, forms::FormErrors, viewer::Recruiter},
};

/// POST /interviews/{id}/accommodation/release: the interviewers are told.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    form: Form<WordsForm>,
) -> Result<HttpResponse> {
    let (actor, now) = (viewer.actor(), app.clock.now());
    let mut errors = FormErrors::new();
    let words = errors.check("release", words(&form.release));
    let target = form.target("accommodation-release", *id, &mut errors);
    let Some((words, target)) = words.zip(target) else {
        return again(&app, &viewer, *id, (form.into_inner(), errors, false)).await;
    };
    let done = accommodation::release(&app.db, &actor, (&target, &words), now).await?;
    let told = "Passed on. It is in the notes for the interviewers now.";
    respond(&app, &viewer, *id, (form.into_inner(), done, told)).await
}
