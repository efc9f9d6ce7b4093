//! A test message to whoever asks for it.
use actix_web::{
    HttpResponse,
    web::{Data, Form},
};
use serde::Deserialize;

use super::checks;
use crate::{
    app::App,
    mail::doctor::Sends,
    web::{errors::Result, forms, viewer::Admin},
};

/// POST /mail/test: runs the checks and, where they come so far, sends the test message.
pub async fn create(app: Data<App>, viewer: Admin, form: Form<TestForm>) -> Result<HttpResponse> {
    let once = forms::once("mail_test", &form.key, &viewer.user_id);
    checks::begin(app, &viewer, Sends::Test, once).await
}

/// The wish for a test message.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TestForm {
    key: String,
}
