//! Is the process alive, and can it serve? For supervisors and load balancers.
use actix_web::{HttpResponse, web::Data};

use super::errors::Result;
use crate::{app::App, db};

/// GET /health: the process answers.
pub async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// GET /ready: the database answers and has the schema of this version.
pub async fn show_ready(app: Data<App>) -> Result<HttpResponse> {
    if db::is_migrated(&app.db).await? {
        Ok(HttpResponse::Ok()
            .content_type("text/plain")
            .body("ready\n"))
    } else {
        Ok(HttpResponse::ServiceUnavailable()
            .content_type("text/plain")
            .body("the database has another schema; run `greenroom migrate`\n"))
    }
}
