//! Who may call the API, how often, and what every refusal looks like.
use actix_web::{http::Method, test::TestRequest};
use chrono::TimeDelta;
use entity::{action, api_token, slot};
use greenroom::domain::{
    accounts::{api_tokens, users},
    actions,
    versions::Target,
};
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{Actor, Answer, TestApp, builders, rows};

const GZIP: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 171, 86, 42, 201, 44, 201, 73, 85, 178, 82, 80, 10, 72, 76,
    206, 78, 77, 81, 170, 5, 0, 252, 221, 33, 149, 19, 0, 0, 0,
];

/// Every refusal is a problem (RFC 9457) of its status.
fn assert_problem(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let problem = answer.json();
    assert_eq!(problem["status"], status);
    for member in ["type", "title", "detail"] {
        assert!(problem[member].is_string(), "{member}: {problem}");
    }
}

async fn a_token(app: &TestApp) -> (api_token::Model, Actor) {
    let program = app.program().await;
    let tokens = api_token::Entity::find().all(app.app.db.read()).await;
    let token = tokens.expect("tokens").pop().expect("a token");
    (token, program)
}

#[actix_web::test]
async fn a_key_counts_in_the_header_and_nowhere_else() {
    let app = TestApp::start().await;
    let program = app.program().await;
    let header = program.headers[0].1.clone();
    let key = header.trim_start_matches("Token ");
    assert!(key.starts_with("grm_") && key.len() == 47, "{key}");
    for value in [
        format!("Token {key}"),
        format!("token {key}"),
        format!("TOKEN  {key}"),
    ] {
        let mut program = app.stranger().with_header("Authorization", &value);
        assert_eq!(program.get("/api/jobs/").await.status, 200, "{value}");
    }
    for value in [
        String::new(),
        key.to_owned(),
        "Token".into(),
        format!("Bearer {key}"),
        format!("Token {key}x"),
        format!("Token {}", &key[..46]),
        format!("Token {}", key.to_uppercase()),
        format!("Token {key}, Token {key}"),
    ] {
        let mut stranger = app.stranger().with_header("Authorization", &value);
        for path in ["/api/jobs/".to_owned(), format!("/api/jobs/?token={key}")] {
            let answer = stranger.get(&path).await;
            assert_problem(&answer, 401);
            assert_eq!(answer.header("www-authenticate"), "Token");
            assert!(answer.header("set-cookie").is_empty());
        }
    }
}

#[actix_web::test]
async fn a_cookie_opens_nothing() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    assert_problem(&rita.get("/api/jobs/").await, 401);
    let body = json!({ "title": "Architect" });
    assert_problem(&rita.post_json("/api/jobs/", &body).await, 401);
}

#[actix_web::test]
async fn strangers_learn_nothing_about_their_calls() {
    let app = TestApp::start().await;
    let mut stranger = app.stranger();
    let request = TestRequest::default().set_payload("{");
    let answer = stranger.send(Method::POST, "/api/jobs/", request).await;
    assert_problem(&answer, 401);
}

#[actix_web::test]
async fn a_revoked_token_opens_nothing_at_once() {
    let app = TestApp::start().await;
    let (token, mut program) = a_token(&app).await;
    assert_eq!(program.get("/api/jobs/").await.status, 200);
    let actor = actions::Actor::system(app.company_id);
    let revoked = api_tokens::revoke(&app.app.db, &actor, token.id, app.now()).await;
    revoked.expect("revoked");
    assert_problem(&program.get("/api/jobs/").await, 401);
}

#[actix_web::test]
async fn a_token_ends_at_its_second() {
    let app = TestApp::start().await;
    let user = app.program().await.user.expect("a user");
    let expires_at = Some(app.now() + TimeDelta::seconds(60));
    let actor = actions::Actor::system(app.company_id);
    let (db, now) = (&app.app.db, app.now());
    let new = api_tokens::create(db, &actor, user.id, "a minute", expires_at, now).await;
    let header = format!("Token {}", new.expect("a token").token.expose());
    let mut program = app.stranger().with_header("Authorization", &header);
    app.advance(TimeDelta::seconds(59));
    assert_eq!(program.get("/api/jobs/").await.status, 200);
    app.advance(TimeDelta::seconds(1));
    assert_problem(&program.get("/api/jobs/").await, 401);
    app.advance(TimeDelta::seconds(1));
    assert_problem(&program.get("/api/jobs/").await, 401);
}

#[actix_web::test]
async fn a_disabled_users_token_opens_nothing_even_when_the_user_is_back() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let actor = actions::Actor::system(app.company_id);
    let (db, user_id) = (&app.app.db, program.user_id());
    let disabled = users::disable(db, &actor, &builders::seen(user_id), app.now()).await;
    disabled.expect("disabled");
    assert_problem(&program.get("/api/jobs/").await, 401);
    let disabled = Target {
        version: 2,
        ..builders::seen(user_id)
    };
    let enabled = users::enable(db, &actor, &disabled, app.now()).await;
    enabled.expect("enabled");
    assert_problem(&program.get("/api/jobs/").await, 401);
}

#[actix_web::test]
async fn the_last_use_is_written_once_a_minute() {
    let app = TestApp::start().await;
    let (_, mut program) = a_token(&app).await;
    let last_used = async || {
        let token = api_token::Entity::find().one(app.app.db.read()).await;
        token.expect("tokens").expect("a token").last_used_at
    };
    assert_eq!(last_used().await, None);
    let first = app.now();
    program.get("/api/jobs/").await;
    assert_eq!(last_used().await, Some(first));
    app.advance(TimeDelta::seconds(59));
    program.get("/api/jobs/").await;
    assert_eq!(last_used().await, Some(first));
    app.advance(TimeDelta::seconds(1));
    program.get("/api/jobs/").await;
    assert_eq!(last_used().await, Some(app.now()));
}

#[actix_web::test]
async fn what_a_program_does_is_done_in_its_users_name() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let job = builders::job(&app, app.company_id).await;
    let body = json!({
        "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 60,
        "job": job, "ai_interview_type": "technical",
    });
    let answer = program.post_json("/api/interviews/slots/", &body).await;
    let id = answer.json()["id"].as_i64().expect("an id");
    let slot = slot::Entity::find_by_id(id).one(app.app.db.read()).await;
    let slot = slot.expect("slots").expect("the slot");
    assert_eq!(slot.created_by, Some(program.user_id()));
    let actions = action::Entity::find().all(app.app.db.read()).await;
    let line = actions.expect("actions").pop().expect("a line");
    assert_eq!(line.verb, "slot.created");
    assert_eq!(line.user_id, Some(program.user_id()));
    assert_eq!(line.ip, program.ip.to_string());
}

#[actix_web::test]
async fn what_is_not_there_is_a_problem_too() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    for path in [
        "/api",
        "/api/",
        "/api/jobs",
        "/api/jobs/x/",
        "/api/jobs/1/title/",
        "/api/jobs/99999999999999999999/",
        "/api/jobs/-1/",
        "/api/nothing/",
    ] {
        assert_problem(&program.get(path).await, 404);
    }
    let request = TestRequest::default();
    let answer = program.send(Method::DELETE, "/api/jobs/", request).await;
    assert_problem(&answer, 405);
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    let answer = program.post_json("/api/emails/", &json!({})).await;
    assert_problem(&answer, 405);
}

#[actix_web::test]
async fn bodies_are_json_of_a_sensible_size() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let before = rows::all(&app).await;
    let nested =
        |depth: usize| format!("{{\"title\": {}1{}}}", "[".repeat(depth), "]".repeat(depth));
    let title = "x".repeat(65 * 1024);
    for (media_type, body, status) in [
        ("application/json", String::new(), 400),
        ("application/json", "{\"title\": \"Architect\"".into(), 400),
        ("application/json", "title=Architect".into(), 400),
        ("application/json", "{\"title\": \"\\ud800\"}".into(), 400),
        ("application/json", nested(20_000), 400),
        ("application/json", nested(100), 422),
        ("application/json", "[]".into(), 422),
        (
            "application/json",
            format!("{{\"title\": \"{title}\"}}"),
            413,
        ),
        (
            "application/x-www-form-urlencoded",
            "title=Architect".into(),
            415,
        ),
        ("text/plain", "{\"title\": \"Architect\"}".into(), 415),
        ("", "{\"title\": \"Architect\"}".into(), 415),
    ] {
        let mut request = TestRequest::default().set_payload(body);
        if !media_type.is_empty() {
            request = request.insert_header(("content-type", media_type));
        }
        let answer = program.send(Method::POST, "/api/jobs/", request).await;
        assert_problem(&answer, status);
    }
    assert_eq!(before, rows::all(&app).await, "nothing was changed");
}

/// Where a status has several causes, a program tells them apart without reading prose.
#[actix_web::test]
async fn every_cause_of_a_refused_request_has_a_code() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    let candidate = builders::candidate(&app, app.company_id).await;
    for path in ["/api/jobs/", "/api/interviews/1/cancel/"] {
        for body in [
            "[]",
            "[{\"title\": \"One\"}]",
            "null",
            "7",
            "\"title\"",
            "true",
        ] {
            let answer = post(&mut program, path, body).await;
            assert_problem(&answer, 422);
            assert_eq!(answer.json()["code"], "not_an_object", "{path} {body}");
        }
        let answer = post(&mut program, path, "{").await;
        assert_problem(&answer, 400);
        assert_eq!(answer.json()["code"], "malformed_body", "{path}");
    }
    let path = format!("/api/candidates/{candidate}/");
    let request = json_request("[]");
    let answer = program.send(Method::PATCH, &path, request).await;
    assert_eq!(answer.json()["code"], "not_an_object", "{path}");
    let plain = TestRequest::default()
        .insert_header(("content-type", "text/plain"))
        .set_payload("{}");
    let answer = program.send(Method::POST, "/api/jobs/", plain).await;
    assert_eq!(answer.json()["code"], "not_json");
    let answer = program.get("/api/jobs/?limit=%zz%").await;
    let is_query = answer.status == 400 && answer.json()["code"] == "malformed_query";
    assert!(is_query || answer.status == 422, "{}", answer.text);
    let mut keyed = program.with_header("Idempotency-Key", "two words");
    let answer = post(&mut keyed, "/api/jobs/", "{\"title\": \"One\"}").await;
    assert_problem(&answer, 400);
    assert_eq!(answer.json()["code"], "invalid_idempotency_key");
}

fn json_request(body: &str) -> TestRequest {
    TestRequest::default()
        .insert_header(("content-type", "application/json"))
        .set_payload(body.to_owned())
}

async fn post(program: &mut Actor, path: &str, body: &str) -> Answer {
    program.send(Method::POST, path, json_request(body)).await
}

#[actix_web::test]
async fn a_packed_body_is_not_unpacked() {
    let app = TestApp::start().await;
    let request = TestRequest::default()
        .insert_header(("content-type", "application/json"))
        .insert_header(("content-encoding", "gzip"))
        .set_payload(GZIP);
    let mut program = app.program().await;
    let answer = program.send(Method::POST, "/api/jobs/", request).await;
    assert_problem(&answer, 415);
    assert_eq!(answer.json()["code"], "content_encoding");
    assert_eq!(answer.header("accept-encoding"), "identity");
}

#[actix_web::test]
async fn without_a_database_programs_are_asked_to_come_back() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    app.lose_database().await;
    let answer = program.get("/api/jobs/").await;
    assert_problem(&answer, 503);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(answer.json()["reference"].is_string());
    assert!(!answer.text.contains("pool"), "{}", answer.text);
}
