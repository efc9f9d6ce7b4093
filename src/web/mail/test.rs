//! A test message to whoever asks for it.
use actix_web::{
    HttpResponse,
    web::{Data, Form},
};

use super::checks;
use crate::{
    app::App,
    mail::doctor::Sends,
    web::{errors::Result, forms::Ticket, viewer::Admin},
};

/// POST /mail/test: runs the checks and, where they come so far, sends the test message.
pub async fn create(app: Data<App>, viewer: Admin, ticket: Form<Ticket>) -> Result<HttpResponse> {
    let idempotency_key = ticket.idempotency_key("mail_test", &viewer.user_id);
    checks::begin(app, &viewer, Sends::Test, idempotency_key).await
}
