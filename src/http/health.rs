//! Is the process alive, and can it serve? For supervisors and load balancers.
use actix_web::{HttpResponse, web::Data};

use crate::{app::App, readiness::Verdict};

/// GET /health: the process answers.
pub async fn show() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// GET /ready: the database has the schema of this version and keeps what is written to it.
pub async fn show_ready(app: Data<App>) -> HttpResponse {
    let problem = match app.readiness.check(&app.db, app.clock.now()).await {
        Verdict::Ready => {
            return HttpResponse::Ok()
                .content_type("text/plain")
                .body("ready\n");
        }
        Verdict::OtherSchema => {
            "the database has another schema; run `greenroom migrate`\n".to_owned()
        }
        Verdict::Unusable(reason) => format!("the database cannot be used: {reason}\n"),
    };
    HttpResponse::ServiceUnavailable()
        .content_type("text/plain")
        .body(problem)
}
