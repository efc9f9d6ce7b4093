//! The check of camera, sound, connection and clock. It runs in the browser: what comes of it is all that gets here.
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web::{Data, Form, Path},
};
use entity::device_check::Part;
use serde::Deserialize;

use super::{
    browser, known,
    pages::{self, CheckPage},
    present,
    reading::{self, of_company},
    refuse, too_often,
};
use crate::{
    app::App,
    domain::{
        interviews::{
            admission,
            device_check::{self, Found},
        },
        rate_limits::Turn,
    },
    web::{
        errors::{Error, Result},
        policy,
        respond::see_other,
    },
};

/// `passed` or `failed`, for each part.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CheckForm {
    camera: String,
    microphone: String,
    speaker: String,
    connection: String,
    clock: String,
}

/// GET /interview/{token}/check: what the browser needs to check the device. It changes nothing.
pub async fn show(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(admission) = known(admission::admit(&app.db, &app.keys, &token, now).await)? else {
        return refuse(&app, &request, now).await;
    };
    if !device_check::is_of_use(&admission) {
        return present(&app, &token, &admission, now);
    }
    let page = CheckPage::new(&token, &admission, reading::of(&app, &admission)?, now)?;
    let mut answer = of_company(&app, StatusCode::OK, &admission, &page)?;
    let allows = HeaderValue::from_static(policy::CAMERA_AND_MICROPHONE);
    let name = HeaderName::from_static(policy::PERMISSIONS);
    answer.headers_mut().insert(name, allows);
    Ok(answer)
}

/// POST /interview/{token}/check: keeps what works and what does not, as often as it is checked.
pub async fn create(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    form: Form<CheckForm>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let Some(admission) = known(admission::admit(&app.db, &app.keys, &token, now).await)? else {
        return refuse(&app, &request, now).await;
    };
    let Some(failed) = form.failed() else {
        // No page of ours sends that.
        return Err(Error::Refused(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let browser = browser::of(&request);
    let found = Found { browser, failed };
    match device_check::keep(&app.db, &admission, &found, now).await? {
        Turn::Allowed => Ok(see_other(&format!("{}#device", pages::path(&token)))),
        Turn::Limited(seconds) => too_often(&app, reading::of(&app, &admission)?, seconds),
    }
}

impl CheckForm {
    /// What does not work; none when a part is missing, or neither of the two.
    fn failed(&self) -> Option<Vec<Part>> {
        let mut failed = Vec::new();
        for (part, said) in [
            (Part::Camera, &self.camera),
            (Part::Microphone, &self.microphone),
            (Part::Speaker, &self.speaker),
            (Part::Connection, &self.connection),
            (Part::Clock, &self.clock),
        ] {
            match said.as_str() {
                "passed" => {}
                "failed" => failed.push(part),
                _ => return None,
            }
        }
        Some(failed)
    }
}
