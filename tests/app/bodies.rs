//! Bodies of requests: how they may be packed, and how large they may be for whom.
use actix_web::{http::Method, test::TestRequest, web::Bytes};
use greenroom::{access::Who, http::routes};

use crate::support::{Actor, TestApp};

const FORM: &str = "application/x-www-form-urlencoded";

fn packed(coding: &str) -> TestRequest {
    TestRequest::default()
        .insert_header(("content-type", FORM))
        .insert_header(("content-encoding", coding))
        .set_payload("name=x")
}

#[actix_web::test]
async fn a_packed_body_is_refused_whoever_sends_it_and_wherever() {
    let app = TestApp::start().await;
    let mut actors = [
        app.stranger(),
        app.recruiter().await,
        app.admin().await,
        app.program().await,
    ];
    for line in routes::lines() {
        let path = line.path.replace(['{', '}'], "");
        let method: Method = line.method.parse().expect("a method");
        for actor in &mut actors {
            let answer = actor.send(method.clone(), &path, packed("gzip")).await;
            assert_eq!(answer.status, 415, "{line:?}");
            assert_eq!(answer.header("accept-encoding"), "identity", "{line:?}");
            let media_type = match line.who {
                Who::Api | Who::Provider => "application/problem+json",
                _ if path.starts_with("/api/") => "application/problem+json",
                _ => "text/html; charset=utf-8",
            };
            assert_eq!(answer.header("content-type"), media_type, "{line:?}");
        }
    }
    let mut rita = app.recruiter().await;
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        for path in ["/account", "/api/jobs/", "/nothing"] {
            let answer = rita.send(method.clone(), path, packed("br")).await;
            assert_eq!(answer.status, 415, "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn a_body_that_says_it_is_not_packed_is_taken() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for coding in ["identity", "Identity", ""] {
        let answer = rita.send(Method::POST, "/account", packed(coding)).await;
        // It is read: what is wrong with it is said beside the form.
        assert_eq!(answer.status, 422, "{coding:?}");
    }
}

async fn send(actor: &mut Actor, path: &str, media_type: &str, bytes: usize) -> u16 {
    let request = TestRequest::default()
        .insert_header(("content-type", media_type))
        .set_payload(Bytes::from(vec![b'x'; bytes]));
    actor.send(Method::POST, path, request).await.status
}

#[actix_web::test]
async fn who_is_not_known_may_send_little() {
    let app = TestApp::start().await;
    let little = 16 * 1024;
    for line in routes::lines().iter().filter(|line| line.method == "POST") {
        let path = line.path.replace(['{', '}'], "");
        let too_much = match line.who {
            Who::Api => 401,
            // A wrong address is wrong however much comes to it.
            Who::Provider => 404,
            _ => 413,
        };
        let mut strangers = [
            app.stranger(),
            app.stranger()
                .with_header("cookie", "greenroom=forged; greenroom-known=x.y"),
            app.stranger().with_header("authorization", "Token wrong"),
        ];
        for stranger in &mut strangers {
            let status = send(stranger, &path, FORM, little + 1).await;
            assert_eq!(status, too_much, "{line:?}");
            let status = send(stranger, &path, FORM, little).await;
            assert_ne!(status, 413, "{line:?}");
        }
    }
}

#[actix_web::test]
async fn who_is_known_may_send_what_a_form_or_a_call_needs() {
    let app = TestApp::start().await;
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    let mut program = app.program().await;
    assert_eq!(send(&mut rita, "/account", FORM, 60_000).await, 422);
    assert_eq!(
        send(&mut program, "/api/jobs/", "application/json", 60_000).await,
        400
    );
    assert_eq!(
        send(&mut program, "/api/jobs/", "application/json", 70_000).await,
        413
    );
    let file = "multipart/form-data; boundary=x";
    assert_eq!(send(&mut ada, "/company/logo", file, 500_000).await, 422);
    assert_eq!(send(&mut ada, "/company/logo", file, 600_000).await, 413);
}

/// What was typed before a session ended is read; a file is not.
#[actix_web::test]
async fn who_was_signed_in_may_send_a_form_and_no_file() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let cookies = ada.cookies.clone();
    ada.post_form("/logout", &[]).await;
    ada.cookies = cookies;
    assert_eq!(send(&mut ada, "/jobs/new", FORM, 60_000).await, 303);
    let file = "multipart/form-data; boundary=x";
    assert_eq!(send(&mut ada, "/company/logo", file, 60_000).await, 413);
}
