//! Signing in and out.
use chrono::TimeDelta;
use entity::{session, user::Role};
use sea_orm::EntityTrait;

use crate::support::{Actor, Answer, TestApp, app::PASSWORD, builders};
use greenroom::{domain::accounts::sessions as domain, domain::accounts::sessions::NewSession};

const COOKIE: &str = "greenroom";

/// Does the browser still open pages?
async fn is_in(actor: &mut Actor) -> bool {
    let answer = actor.get("/account").await;
    assert!(matches!(answer.status, 200 | 303), "{}", answer.status);
    answer.status == 200
}

#[actix_web::test]
async fn the_sign_in_page_asks_for_address_and_password() {
    let app = TestApp::start().await;
    let answer = app.stranger().get("/login").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.words("h1"), "Sign in");
    assert!(answer.has("input[name=email]") && answer.has("input[name=password]"));
}

#[actix_web::test]
async fn who_signs_in_goes_on_to_where_they_wanted_to_go() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut browser = app.stranger();
    let sent = browser.get("/account/password?x=1&y=a%20b").await;
    let form = browser.get(&sent.location).await;
    let next = form.value_of("next");
    assert_eq!(next, "/account/password?x=1&y=a%20b");
    let fields = [
        ("email", user.email.as_str()),
        ("password", PASSWORD),
        ("next", &next),
    ];
    let answer = browser.post_form("/login", &fields).await;
    assert_eq!((answer.status, answer.location), (303, next));
}

#[actix_web::test]
async fn nobody_is_led_to_another_site_by_signing_in() {
    let app = TestApp::start().await;
    for next in [
        "//evil.example",
        "/\\evil.example",
        "\\/evil",
        "https:evil",
        "https://evil.example",
        "/%09/evil",
        "/\t/evil",
        "/%5cevil",
        "/%2fevil",
        "javascript:alert(1)",
        "evil",
        "",
        " /evil",
        "/\n/evil",
    ] {
        let user = builders::user(&app, app.company_id, Role::Recruiter).await;
        let fields = [
            ("email", user.email.as_str()),
            ("password", PASSWORD),
            ("next", next),
        ];
        let answer = app.stranger().post_form("/login", &fields).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (303, "/"),
            "{next:?}"
        );
    }
    let page = app.stranger().get("/login?next=https://evil.example").await;
    assert_eq!(page.value_of("next"), "/");
}

#[actix_web::test]
async fn an_address_is_the_same_however_it_is_typed() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let typed = format!(" {} ", user.email.to_uppercase());
    assert_eq!(app.stranger().sign_in(&typed, PASSWORD).await.status, 303);
    let look_alike = user.email.replace("example", "exаmple");
    assert_eq!(
        app.stranger().sign_in(&look_alike, PASSWORD).await.status,
        422
    );
}

#[actix_web::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let app = TestApp::start().await;
    let known = builders::user(&app, app.company_id, Role::Recruiter).await;
    let disabled = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut ada = app.admin().await;
    ada.press(
        &format!("/users/{}", disabled.id),
        &format!("/users/{}/disabling", disabled.id),
    )
    .await;
    let mut answers = Vec::new();
    for (email, password) in [
        (known.email.as_str(), "wrong"),
        ("nobody@example.com", "wrong"),
        (&disabled.email, PASSWORD),
        ("no address", PASSWORD),
    ] {
        let answer = app.stranger().sign_in(email, password).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.value_of("email"), email, "as typed");
        assert!(
            !answer.text.contains(PASSWORD),
            "the password is not sent back"
        );
        let headers: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        answers.push((answer.text.replace(email, ""), headers));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[actix_web::test]
async fn the_cookie_is_for_this_site_and_not_for_scripts() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let answer = app.stranger().sign_in(&user.email, PASSWORD).await;
    let cookies = set_cookies(&answer);
    assert!(cookies.iter().any(|line| line.starts_with("greenroom=")));
    for cookie in cookies {
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(
            !cookie.contains("Secure") && !cookie.contains("Domain"),
            "{cookie}"
        );
    }
}

#[actix_web::test]
async fn on_https_the_cookie_is_bound_to_host_and_transport() {
    let https = [
        ("BASE_URL", "https://jobs.example.com"),
        ("ALLOW_INSECURE", "console-mail"),
    ];
    let app = TestApp::with_settings(&https).await;
    let mut rita = app.recruiter().await;
    assert!(is_in(&mut rita).await);
    assert!(rita.cookies.contains_key("__Host-greenroom"));
    let email = rita.user.clone().expect("a user").email;
    let answer = app.stranger().sign_in(&email, PASSWORD).await;
    let cookies = set_cookies(&answer);
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{part} in {cookie}");
        }
        assert!(
            cookie.starts_with("__Host-") && !cookie.contains("Domain"),
            "{cookie}"
        );
    }
}

fn set_cookies(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.get_all("set-cookie");
    lines
        .map(|line| line.to_str().expect("ASCII").to_owned())
        .collect()
}

#[actix_web::test]
async fn who_has_not_signed_in_gets_no_cookie_and_no_row() {
    let app = TestApp::start().await;
    let mut stranger = app.stranger();
    stranger.get("/login").await;
    stranger.get("/account").await;
    stranger.sign_in("a@example.com", "wrong").await;
    assert!(stranger.cookies.is_empty());
    assert!(sessions(&app).await.is_empty());
}

async fn sessions(app: &TestApp) -> Vec<session::Model> {
    let found = session::Entity::find().all(app.app.db.read()).await;
    found.expect("sessions")
}

#[actix_web::test]
async fn a_database_in_wrong_hands_opens_no_session() {
    let app = TestApp::start().await;
    let rita = app.recruiter().await;
    let cookie = rita.cookies[COOKIE].clone();
    let rows = sessions(&app).await;
    assert_eq!(rows.len(), 1);
    let kept = format!("{rows:?}");
    // What the cookie carries is a signature and the key; neither is in the row.
    for part in cookie.split(['=', '%']).filter(|part| part.len() > 20) {
        assert!(!kept.contains(part), "{part}");
    }
    let mut thief = app.stranger();
    thief
        .cookies
        .insert(COOKIE.into(), rows[0].key_hash.clone());
    assert!(!is_in(&mut thief).await);
}

#[actix_web::test]
async fn a_session_that_somebody_planted_is_worth_nothing() {
    let app = TestApp::start().await;
    let attacker = app.recruiter().await;
    let planted = attacker.cookies[COOKIE].clone();
    let victim = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut browser = app.stranger();
    browser.cookies.insert(COOKIE.into(), planted.clone());
    assert_eq!(browser.sign_in(&victim.email, PASSWORD).await.status, 303);
    assert_ne!(browser.cookies[COOKIE], planted, "renewed");
    assert!(is_in(&mut browser).await);
    let mut attacker = app.stranger();
    attacker.cookies.insert(COOKIE.into(), planted);
    assert!(!is_in(&mut attacker).await, "the old key is dead");
}

#[actix_web::test]
async fn after_signing_out_a_copy_of_the_cookie_is_dead_in_every_process() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let copy = rita.cookies.clone();
    let answer = rita.post_form("/logout", &[]).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/login"));
    assert!(!rita.cookies.contains_key(COOKIE));
    assert!(sessions(&app).await.is_empty());
    let other = app.second_process().await;
    for mut thief in [app.stranger(), other.stranger()] {
        thief.cookies = copy.clone();
        assert!(!is_in(&mut thief).await);
    }
    assert_eq!(
        rita.post_form("/logout", &[]).await.status,
        303,
        "twice is harmless"
    );
}

#[actix_web::test]
async fn one_process_knows_who_signed_in_at_another() {
    let app = TestApp::start().await;
    let rita = app.recruiter().await;
    let other = app.second_process().await;
    let mut browser = other.stranger();
    browser.cookies = rita.cookies.clone();
    assert!(is_in(&mut browser).await);
}

#[actix_web::test]
async fn no_session_begins_with_a_password_that_was_changed_while_it_was_checked() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let new = |password_hash: &str, key_hash: &str| NewSession {
        company_id: user.company_id,
        user_id: user.id,
        password_hash: password_hash.into(),
        key_hash: key_hash.into(),
        state: serde_json::json!({}),
    };
    let stale = domain::begin(&app.app.db, new("the hash before", "a"), app.now()).await;
    assert!(stale.is_err());
    let fresh = domain::begin(&app.app.db, new(&user.password_hash, "b"), app.now()).await;
    fresh.expect("a session");
    let mut ada = app.admin().await;
    let disabling = format!("/users/{}/disabling", user.id);
    ada.press(&format!("/users/{}", user.id), &disabling).await;
    let late = domain::begin(&app.app.db, new(&user.password_hash, "c"), app.now()).await;
    assert!(late.is_err(), "disabled meanwhile");
}

#[actix_web::test]
async fn a_session_ends_after_twelve_hours_without_use() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    app.advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
    assert!(is_in(&mut rita).await, "one second before");
    app.advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
    assert!(is_in(&mut rita).await, "use keeps it");
    app.advance(TimeDelta::hours(12));
    assert!(!is_in(&mut rita).await, "to the second");
}

#[actix_web::test]
async fn a_session_ends_after_seven_days_in_any_case() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for _ in 0..16 {
        app.advance(TimeDelta::hours(10));
        assert!(is_in(&mut rita).await);
    }
    app.advance(TimeDelta::hours(8) - TimeDelta::seconds(1));
    assert!(is_in(&mut rita).await, "one second before");
    app.advance(TimeDelta::seconds(1));
    assert!(!is_in(&mut rita).await, "seven days");
}

#[actix_web::test]
async fn the_last_use_is_written_at_most_every_five_minutes() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let began = app.now();
    for (minutes, seen) in [(4, 0), (0, 0), (1, 5), (4, 5)] {
        app.advance(TimeDelta::minutes(minutes));
        assert!(is_in(&mut rita).await);
        let row = sessions(&app).await.remove(0);
        assert_eq!(row.last_used_at, began + TimeDelta::minutes(seen));
    }
}

#[actix_web::test]
async fn a_disabled_user_is_out_at_the_next_request() {
    let app = TestApp::start().await;
    let (mut ada, mut rita) = (app.admin().await, app.recruiter().await);
    let path = format!("/users/{}", rita.user_id());
    let copy = rita.cookies.clone();
    assert_eq!(
        ada.press(&path, &format!("{path}/disabling")).await.status,
        303
    );
    assert!(!is_in(&mut rita).await);
    let email = rita.user.clone().expect("a user").email;
    assert_eq!(app.stranger().sign_in(&email, PASSWORD).await.status, 422);
    assert_eq!(
        ada.press(&path, &format!("{path}/enabling")).await.status,
        303
    );
    rita.cookies = copy;
    assert!(!is_in(&mut rita).await, "the old session stays dead");
    assert_eq!(rita.sign_in(&email, PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn a_role_counts_from_the_next_request() {
    let app = TestApp::start().await;
    let (mut ada, mut other_admin) = (app.admin().await, app.admin().await);
    assert_eq!(other_admin.get("/users").await.status, 200);
    let path = format!("/users/{}/edit", other_admin.user_id());
    let fields = [("name", "Otto"), ("role", "recruiter")];
    assert_eq!(ada.save_form(&path, &fields).await.status, 303);
    assert_eq!(other_admin.get("/users").await.status, 303, "signed out");
    let email = other_admin.user.clone().expect("a user").email;
    other_admin.sign_in(&email, PASSWORD).await;
    assert_eq!(other_admin.get("/users").await.status, 404);
}

#[actix_web::test]
async fn a_cookie_that_we_did_not_sign_is_no_session() {
    let app = TestApp::start().await;
    let rita = app.recruiter().await;
    let cookie = rita.cookies[COOKIE].clone();
    for forged in [
        String::new(),
        "x".into(),
        "x".repeat(5000),
        cookie[1..].into(),
        format!("{cookie}x"),
        "\u{0}".into(),
    ] {
        let mut thief = app.stranger();
        thief.cookies.insert(COOKIE.into(), forged.clone());
        assert!(!is_in(&mut thief).await, "{forged:?}");
    }
}
