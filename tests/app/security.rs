//! What every request passes, whoever sends it.
use actix_web::{
    App as Service, HttpResponse,
    body::MessageBody,
    dev::Service as _,
    http::Method,
    middleware::from_fn,
    test::{self, TestRequest},
    web::{Bytes, get},
};
use greenroom::{
    access::Who,
    domain::interviews::join_link::Ticket,
    http::{guard, routes},
};

use crate::support::{Actor, Answer, TestApp, app::PASSWORD, builders, logs::Logs};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), microphone=(), display-capture=(), geolocation=()";
const HTTPS: [(&str, &str); 2] = [
    ("BASE_URL", "https://jobs.example.com"),
    ("ALLOW_INSECURE", "console-mail"),
];

fn assert_guarded(answer: &Answer, what: &str) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("permissions-policy", PERMISSIONS),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), value, "{what}: {name}");
    }
}

#[actix_web::test]
async fn every_answer_carries_the_headers_whatever_its_status() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let big = "x".repeat(65 * 1024);
    let form = || TestRequest::default().insert_header(("sec-fetch-site", "same-origin"));
    let answers = [
        (200, app.stranger().get("/login").await),
        (200, rita.get("/account").await),
        (303, app.stranger().get("/account").await),
        (303, rita.save_form("/account", &[("name", "Rita")]).await),
        (
            415,
            rita.send(
                Method::POST,
                "/account",
                form()
                    .insert_header(("content-type", "text/plain"))
                    .set_payload("x"),
            )
            .await,
        ),
        (
            400,
            rita.send(
                Method::POST,
                "/account",
                form()
                    .insert_header(("content-type", "application/x-www-form-urlencoded"))
                    .set_payload("name=%ff&name=x"),
            )
            .await,
        ),
        (
            403,
            app.stranger()
                .with_header("origin", "null")
                .post_form("/account", &[])
                .await,
        ),
        (404, app.stranger().get("/nothing").await),
        (404, rita.get("/users").await),
        (
            405,
            app.stranger().send(Method::PUT, "/login", form()).await,
        ),
        (413, rita.save_form("/account", &[("name", &big)]).await),
        (
            414,
            app.stranger()
                .get(&format!("/login?next=/{}", "x".repeat(5000)))
                .await,
        ),
        (422, rita.save_form("/account", &[("name", "")]).await),
        (
            422,
            app.stranger().sign_in("nobody@example.com", "wrong").await,
        ),
    ];
    for (status, answer) in &answers {
        assert_eq!(answer.status, *status, "{}", answer.text);
        assert_guarded(answer, &status.to_string());
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "not on http"
        );
    }
    app.lose_database().await;
    let answer = rita.get("/account").await;
    assert_eq!(answer.status, 503);
    assert_guarded(&answer, "503");
}

#[actix_web::test]
async fn every_public_page_and_every_redirect_of_the_table_carries_them() {
    let app = TestApp::start().await;
    for line in routes::lines()
        .iter()
        .filter(|line| line.method == "GET" && line.who != Who::Api)
    {
        let path = line.path.replace(['{', '}'], "");
        let answer = app.stranger().get(&path).await;
        assert_eq!(answer.header("content-security-policy"), POLICY, "{line:?}");
        assert_eq!(
            answer.header("x-content-type-options"),
            "nosniff",
            "{line:?}"
        );
    }
}

#[actix_web::test]
async fn on_https_browsers_are_told_to_stay_there() {
    let app = TestApp::with_settings(&HTTPS).await;
    for path in ["/login", "/nothing", "/account"] {
        let answer = app.stranger().get(path).await;
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=31536000",
            "other hosts of the same domain are not ours"
        );
    }
}

#[actix_web::test]
async fn hosts_below_are_told_to_stay_on_https_when_that_is_asked_for() {
    let [url, insecure] = HTTPS;
    let app = TestApp::with_settings(&[url, insecure, ("HSTS_INCLUDE_SUBDOMAINS", "true")]).await;
    assert_eq!(
        app.stranger()
            .get("/login")
            .await
            .header("strict-transport-security"),
        "max-age=31536000; includeSubDomains"
    );
}

/// Browsers leave out the usual port and write hosts as A-labels, however `BASE_URL` has them.
#[actix_web::test]
async fn forms_are_taken_however_the_base_url_is_written() {
    for (base_url, origin) in [
        ("https://jobs.example.com:443", "https://jobs.example.com"),
        ("https://Jobs.Example.com/", "https://jobs.example.com"),
        ("http://jobs.example.com:80", "http://jobs.example.com"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        (
            "https://xn--bcher-kva.example:8443",
            "https://xn--bcher-kva.example:8443",
        ),
        ("http://[0::1]:8080", "http://[::1]:8080"),
    ] {
        let app = TestApp::with_settings(&[
            ("BASE_URL", base_url),
            ("ALLOW_INSECURE", "console-mail,http"),
        ])
        .await;
        let mut stranger = app.stranger().with_header("origin", origin);
        let answer = stranger.sign_in("nobody@example.com", "wrong").await;
        assert_eq!(answer.status, 422, "{base_url}: {}", answer.text);
        let mut elsewhere = app.stranger().with_header("origin", "https://example.com");
        let answer = elsewhere.sign_in("nobody@example.com", "wrong").await;
        assert_eq!(answer.status, 403, "{base_url}");
        let mut program = app.program().await;
        let job = serde_json::json!({ "title": "One" });
        program.post_json("/api/jobs/", &job).await;
        program.post_json("/api/jobs/", &job).await;
        let list = program.get("/api/jobs/?limit=1").await;
        let next = list.json()["next"].as_str().expect("an address").to_owned();
        assert!(next.starts_with(&format!("{origin}/api/jobs/")), "{next}");
    }
}

#[actix_web::test]
async fn static_files_may_be_kept_and_pages_may_not() {
    let app = TestApp::start().await;
    let page = app.stranger().get("/login").await;
    let style = page.attribute("link[rel=stylesheet]", "href");
    let answer = app.stranger().get(&style).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("cache-control").contains("immutable"));
}

/// Sends the account form with exactly these headers.
async fn send_from(actor: &mut Actor, headers: &[(&str, &str)]) -> u16 {
    let mut request = TestRequest::default().set_form([("name", "Changed"), ("version", "1")]);
    for (name, value) in headers {
        request = request.insert_header((*name, *value));
    }
    // An own header, even an empty one, keeps the actor from adding a browser's.
    actor.headers = vec![("origin".into(), String::new())];
    actor.send(Method::POST, "/account", request).await.status
}

#[actix_web::test]
async fn a_form_is_taken_from_our_own_pages_only() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let ours = "http://127.0.0.1:8080";
    let refused: [&[(&str, &str)]; 12] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", "http://127.0.0.1:8081")],
        &[("origin", "https://127.0.0.1:8080")],
        &[("origin", "http://127.0.0.1:8080.evil.example")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", ours)],
        &[("sec-fetch-site", "cross-site"), ("origin", ours)],
        &[("hx-request", "true")],
        &[
            ("referer", "http://127.0.0.1:8080/account"),
            ("host", "127.0.0.1:8080"),
        ],
    ];
    for headers in refused {
        assert_eq!(send_from(&mut rita, headers).await, 403, "{headers:?}");
    }
    assert_eq!(
        rita.get("/account").await.value_of("name"),
        "Rita Recruiter"
    );
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("origin", ours)],
    ] {
        assert_eq!(send_from(&mut rita, headers).await, 303, "{headers:?}");
    }
    assert_eq!(rita.get("/account").await.value_of("name"), "Changed");
}

#[actix_web::test]
async fn nobody_is_signed_in_or_out_from_another_site() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let email = rita.user.as_ref().expect("a user").email.clone();
    let mut victim = app.stranger().with_header("origin", "https://evil.example");
    let answer = victim.sign_in(&email, PASSWORD).await;
    assert_eq!(answer.status, 403);
    assert!(victim.cookies.is_empty());
    rita.headers = vec![("origin".into(), "https://evil.example".into())];
    assert_eq!(rita.post_form("/logout", &[]).await.status, 403);
    rita.headers.clear();
    assert_eq!(rita.get("/account").await.status, 200, "still signed in");
}

#[actix_web::test]
async fn links_and_checks_rest_on_the_base_url_alone() {
    let app = TestApp::start().await;
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
    ] {
        let mut stranger = app.stranger().with_header(name, value);
        let answer = stranger.get("/account").await;
        assert_eq!(answer.location, "/login?next=/account");
        assert!(!stranger.get("/login").await.text.contains("evil"));
        stranger
            .headers
            .push(("origin".into(), "http://evil.example".into()));
        let answer = stranger.sign_in("a@example.com", "wrong").await;
        assert_eq!(answer.status, 403, "{name} does not make an origin ours");
    }
}

#[actix_web::test]
async fn a_body_may_be_64_kib_and_no_more() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let limit = 64 * 1024;
    for (length, status) in [(limit - 5, 422), (limit - 4, 413), (1024 * 1024, 413)] {
        let name = "x".repeat(length);
        // `name=` is five bytes.
        assert_eq!(
            rita.post_form("/account", &[("name", &name)]).await.status,
            status,
            "{length}"
        );
    }
    let request = TestRequest::default()
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(Bytes::from_static(b"name=x"))
        .insert_header(("content-length", "999999999999"));
    assert_eq!(
        rita.send(Method::POST, "/account", request).await.status,
        413,
        "by its announcement"
    );
    let answer = app
        .stranger()
        .sign_in("a@example.com", &"x".repeat(16_000))
        .await;
    assert_eq!(
        answer.status, 422,
        "a long password is wrong, and not hashed"
    );
}

#[actix_web::test]
async fn an_error_page_says_what_to_do_and_nothing_of_the_inside() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    app.lose_database().await;
    let answer = rita.get("/account").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), "5");
    assert!(answer.text.contains("Reference"));
    for inside in ["sql", "pool", "Db(", "src/", "sqlx", "DATABASE"] {
        assert!(!answer.text.contains(inside), "{inside}");
    }
}

#[actix_web::test]
async fn without_its_database_it_says_so_and_pages_for_everybody_stay() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    assert_eq!(app.stranger().get("/ready").await.status, 200);
    app.lose_database().await;
    assert_eq!(app.stranger().get("/health").await.status, 200);
    assert_eq!(app.stranger().get("/ready").await.status, 503);
    assert_eq!(
        rita.get("/login").await.status,
        200,
        "even with a session's cookie"
    );
    assert_eq!(rita.get("/account").await.status, 503);
    assert_eq!(
        rita.post_form("/logout", &[]).await.status,
        503,
        "not signed out, and not said so"
    );
    assert_eq!(
        app.stranger().sign_in("a@example.com", "x").await.status,
        503
    );
}

#[actix_web::test]
async fn texts_with_control_or_direction_characters_are_refused_beside_their_field() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for name in [
        "Rita\r\nBcc: v@example.org",
        "Rita\0",
        "\u{202e}atiR",
        "Ri\u{2066}ta",
        "Ri\u{85}ta",
        "Ri\u{200b}ta",
        "Ri\u{61c}ta",
        "\u{3164}",
        "\u{2800}\u{2800}",
        "\u{115f}\u{ad}\u{fe0f}",
    ] {
        let answer = rita.save_form("/account", &[("name", name)]).await;
        assert_eq!(answer.status, 422, "{name:?}");
        assert!(!answer.error_of("name").is_empty(), "{name:?}");
    }
    assert_eq!(
        rita.get("/account").await.value_of("name"),
        "Rita Recruiter"
    );
}

#[actix_web::test]
async fn what_people_type_is_never_markup() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let name = r#""><img src=x onerror=alert(1)>' hx-get=/logout hx-trigger=load x='{{7*7}}"#;
    assert_eq!(
        ada.save_form("/account", &[("name", name)]).await.status,
        303
    );
    for path in ["/account", "/users"] {
        let page = ada.get(path).await;
        assert!(page.text.contains("&lt;img"), "{path}: escaped");
        assert!(!page.has("img") && !page.has("[hx-trigger=load]"), "{path}");
        assert!(page.text.contains("{{7*7}}"), "{path}: no template either");
    }
    assert_eq!(ada.get("/account").await.value_of("name"), name);
}

#[actix_web::test]
async fn the_access_log_names_the_line_of_the_table_and_no_secret() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.expect_undelivered_mail();
    let interview = &booked.details.interview;
    let ticket = Ticket {
        public_id: &interview.public_id,
        link_version: interview.link_version,
        revision: interview.revision,
    };
    let join_token = app.app.keys.token(&ticket).expect("a token");
    let mut rita = app.recruiter().await;
    let user = rita.user.clone().expect("a user");
    let api_token = builders::api_token(&app, &user).await;
    let cookie = rita.cookies["greenroom"].clone();
    let secrets = [
        join_token.as_str(),
        api_token.token.expose(),
        &cookie[cookie.len() - 40..],
        &user.email,
        "a password nobody else types",
        "name of a person in a form",
    ];
    let routes = [
        "GET /interview/{token} ",
        "GET (no route) 404",
        "POST /login 422",
    ];
    let logs = Logs::capture();
    app.candidate()
        .get(&format!("/interview/{join_token}"))
        .await;
    app.candidate()
        .get(&format!("/interview/{join_token}/nothing"))
        .await;
    app.candidate()
        .get(&format!("/nothing/{join_token}\u{1b}[31m").replace('\u{1b}', "%1b"))
        .await;
    app.stranger()
        .with_header(
            "Authorization",
            &format!("Token {}", api_token.token.expose()),
        )
        .get("/api/jobs/")
        .await;
    app.stranger()
        .sign_in(&user.email, "a password nobody else types")
        .await;
    rita.get("/account").await;
    rita.post_form("/account", &[("name", "name of a person in a form")])
        .await;
    app.lose_database().await;
    rita.get("/account").await;
    app.candidate()
        .get(&format!("/interview/{join_token}"))
        .await;
    let lines = logs.lines();
    for secret in secrets {
        let found: Vec<&String> = lines.iter().filter(|line| line.contains(secret)).collect();
        assert!(found.is_empty(), "{secret} in {found:?}");
    }
    for route in routes {
        assert!(lines.iter().any(|line| line.contains(route)), "{route}");
    }
}

#[actix_web::test]
async fn a_handler_that_panics_costs_one_answer_only() {
    let app = TestApp::start().await;
    async fn fail() -> HttpResponse {
        panic!("a mistake that only this test makes")
    }
    let service = Service::new()
        .app_data(app.app.clone())
        .route("/fail", get().to(fail))
        .route("/fine", get().to(HttpResponse::Ok))
        .wrap(from_fn(guard::guard));
    let service = test::init_service(service).await;
    let request = |path| TestRequest::get().uri(path).to_request();
    let error = service.call(request("/fail")).await.expect_err("an error");
    let answer = error.error_response();
    assert_eq!(answer.status(), 500);
    assert!(answer.headers().contains_key("content-security-policy"));
    let body = answer.into_body().try_into_bytes().expect("a page");
    let page = String::from_utf8_lossy(&body).into_owned();
    assert!(
        page.contains("Reference") && !page.contains("mistake that only"),
        "{page}"
    );
    let answer = service.call(request("/fine")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
}
