//! What the API can do, for programs to read (OpenAPI 3.1).
use actix_web::HttpResponse;

/// The description; a test holds it against the URL table.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// GET /api/openapi.json: the description. It says nothing that a company would not.
pub async fn show() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(DOCUMENT)
}
