//! The first page of an installation.
use entity::{company, user};
use greenroom::web::setup;
use sea_orm::EntityTrait;

use crate::support::{Actor, Answer, TestApp};

const PASSWORD: &str = "four quiet elephants";

async fn fill(actor: &mut Actor, code: &str, change: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("code", code),
        ("company_name", "Acme"),
        ("time_zone", "Europe/Berlin"),
        ("name", "Ada"),
        ("email", "ada@example.com"),
        ("password", PASSWORD),
    ];
    for (name, value) in change {
        let field = fields.iter_mut().find(|field| field.0 == *name);
        field.expect("a field").1 = value;
    }
    actor.post_form("/setup", &fields).await
}

fn code(app: &TestApp) -> String {
    setup::code(&app.app.settings.secret_key)
}

#[actix_web::test]
async fn the_first_visit_leads_to_the_set_up() {
    let app = TestApp::without_company(&[]).await;
    let mut browser = app.stranger();
    let answer = browser.get("/login").await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/setup"));
    let page = browser.get("/setup").await;
    assert_eq!(page.status, 200);
    assert!(
        !page.text.contains(&code(&app)),
        "the code is the terminal's"
    );
}

#[actix_web::test]
async fn with_the_code_one_makes_the_company_and_is_signed_in_as_its_admin() {
    let app = TestApp::without_company(&[]).await;
    let mut browser = app.stranger();
    let answer = fill(&mut browser, &code(&app).to_uppercase(), &[]).await;
    assert_eq!(
        (answer.status, answer.location.as_str()),
        (303, "/"),
        "{}",
        answer.text
    );
    let page = browser.get("/users").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("ada@example.com"));
    assert_eq!(page.notice(), "Welcome! Your first steps are below.");
    let page = browser.get("/company").await;
    assert!(!page.has("[data-flash]"), "said once");
    for (field, value) in [
        ("name", "Acme"),
        ("time_zone", "Europe/Berlin"),
        ("contact_email", "ada@example.com"),
        ("join_window_minutes", "15"),
    ] {
        assert_eq!(page.value_of(field), value);
    }
    assert_eq!(
        app.stranger()
            .sign_in("ada@example.com", PASSWORD)
            .await
            .status,
        303
    );
}

#[actix_web::test]
async fn the_browser_that_set_it_up_is_known_to_its_admin() {
    let app = TestApp::without_company(&[]).await;
    let mut browser = app.stranger();
    fill(&mut browser, &code(&app), &[]).await;
    browser.cookies.remove("greenroom");
    for _ in 0..11 {
        app.stranger().sign_in("ada@example.com", "wrong").await;
    }
    let mut elsewhere = app.stranger();
    assert_eq!(
        elsewhere.sign_in("ada@example.com", PASSWORD).await.status,
        429
    );
    assert_eq!(
        browser.sign_in("ada@example.com", PASSWORD).await.status,
        303
    );
}

#[actix_web::test]
async fn afterwards_there_is_no_set_up() {
    let app = TestApp::without_company(&[]).await;
    fill(&mut app.stranger(), &code(&app), &[]).await;
    let nothing = app.stranger().get("/nothing").await;
    let answer = app.stranger().get("/setup").await;
    assert_eq!((answer.status, &answer.text), (404, &nothing.text));
    assert_eq!(
        fill(&mut app.stranger(), &code(&app), &[]).await.status,
        404
    );
    assert_eq!(app.stranger().get("/login").await.status, 200);
}

#[actix_web::test]
async fn without_the_code_nothing_is_made() {
    let app = TestApp::without_company(&[]).await;
    for wrong in ["", "0000-0000-0000", &code(&app)[1..]] {
        let answer = fill(&mut app.stranger(), wrong, &[]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.error_of("code").contains("terminal"));
        assert_eq!(answer.value_of("company_name"), "Acme", "as typed");
        assert!(!answer.text.contains(PASSWORD));
    }
    let companies = company::Entity::find().all(app.app.db.read()).await;
    assert!(companies.expect("companies").is_empty());
}

#[actix_web::test]
async fn the_code_cannot_be_guessed_for_long() {
    let app = TestApp::without_company(&[]).await;
    let mut browser = app.stranger();
    for _ in 0..10 {
        assert_eq!(fill(&mut browser, "1111-1111-1111", &[]).await.status, 422);
    }
    let answer = fill(&mut browser, "2222-2222-2222", &[]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "900"));
    let answer = fill(&mut app.stranger(), &code(&app), &[]).await;
    assert_eq!(answer.status, 303, "who has read the code is not kept out");
}

#[actix_web::test]
async fn each_mistake_stands_beside_its_field() {
    let app = TestApp::without_company(&[]).await;
    for (field, wrong) in [
        ("company_name", ""),
        ("company_name", "A\u{202e}B"),
        ("time_zone", "Mars/Olympus"),
        ("name", "\u{7}"),
        ("email", "ada"),
        ("email", "a@example.com, b@example.com"),
        ("password", "short"),
        ("password", "password1234"),
        ("password", "Acme-2026-Acme"),
        ("password", "ada@example.com"),
    ] {
        let answer = fill(&mut app.stranger(), &code(&app), &[(field, wrong)]).await;
        assert_eq!(answer.status, 422, "{field}: {wrong:?}");
        assert!(!answer.error_of(field).is_empty(), "{field}: {wrong:?}");
    }
}

#[actix_web::test]
async fn of_two_who_set_up_at_once_one_succeeds() {
    let app = TestApp::without_company(&[]).await;
    let other = app.second_process().await;
    let code = code(&app);
    let emails: Vec<String> = (0..8).map(|i| format!("ada{i}@example.com")).collect();
    let tries = emails.iter().enumerate().map(|(i, email)| {
        let mut browser = if i % 2 == 0 {
            app.stranger()
        } else {
            other.stranger()
        };
        let code = &code;
        async move { fill(&mut browser, code, &[("email", email)]).await.status }
    });
    let statuses = futures_util::future::join_all(tries).await;
    assert_eq!(
        statuses.iter().filter(|s| **s == 303).count(),
        1,
        "{statuses:?}"
    );
    assert!(
        statuses.iter().all(|s| matches!(s, 303 | 404)),
        "{statuses:?}"
    );
    let users = user::Entity::find().all(app.app.db.read()).await;
    assert_eq!(users.expect("users").len(), 1);
}
