//! A mail with what was typed, to whoever typed it.
use actix_web::http::StatusCode;

use super::{form::TextsForm, target::Target};
use crate::{
    app::App,
    domain::{
        companies,
        emails::{self, NewTestEmail, Queued, TEST_LIMIT},
        rate_limits::{self, Turn},
    },
    error,
    mail::{
        mailbox::{self, Mailbox},
        messages::Message,
    },
    web::{
        errors::Result,
        forms::{self, FormErrors},
        viewer::Viewer,
    },
};

/// Queues it; the status to answer with, and why nothing was queued.
pub async fn send(
    app: &App,
    viewer: &Viewer,
    target: &Target,
    form: &TextsForm,
) -> Result<(StatusCode, FormErrors)> {
    match form.message(app, viewer, target).await? {
        Ok(message) => queue(app, viewer, &message, target, form).await,
        Err(errors) => Ok((StatusCode::UNPROCESSABLE_ENTITY, errors)),
    }
}

async fn queue(
    app: &App,
    viewer: &Viewer,
    message: &Message,
    target: &Target,
    form: &TextsForm,
) -> Result<(StatusCode, FormErrors)> {
    let (who, now) = (viewer.user_id.to_string(), app.clock.now());
    if let Turn::Limited(seconds) = rate_limits::take(&app.db, TEST_LIMIT, &who, now).await? {
        let mistake = format!(
            "You sent yourself {} test emails within an hour. You can send the next one in {} minutes.",
            TEST_LIMIT.most,
            seconds / 60 + 1
        );
        return Ok((
            StatusCode::TOO_MANY_REQUESTS,
            FormErrors::one("form", mistake),
        ));
    }
    let new = NewTestEmail {
        idempotency_key: form.idempotency_key(target),
        ..write(app, viewer, message).await?
    };
    Ok(
        match emails::queue_test(&app.db, &viewer.actor(), new, now).await? {
            Queued::Email(_) => (StatusCode::OK, FormErrors::new()),
            Queued::KeyConflict => (
                StatusCode::UNPROCESSABLE_ENTITY,
                FormErrors::one("form", forms::SENT_BEFORE),
            ),
        },
    )
}

/// Composes it. Its subject says what it is: it looks like any other otherwise.
async fn write(app: &App, viewer: &Viewer, message: &Message) -> error::Result<NewTestEmail> {
    let composed = app.composer.compose(message)?;
    let configured = mailbox::parse_address(app.settings.mail.from.email.as_ref())?;
    let sender = mailbox::sender(&configured, &message.contact_name, &message.company_name)?;
    Ok(NewTestEmail {
        user_id: viewer.user_id,
        locale: message.locale.clone(),
        reply_to: Mailbox::new(&viewer.name, &viewer.email)?.to_string(),
        recipient: viewer.email.clone(),
        recipient_name: viewer.name.clone(),
        sender: sender.to_string(),
        domain: configured.domain().to_owned(),
        subject: format!("[Test] {}", composed.subject),
        text: composed.text,
        html: composed.html,
        logo_id: companies::find(&app.db, viewer.company_id).await?.logo_id,
        idempotency_key: None,
    })
}
