//! Test emails: mails with which admins look at their company's words, in the same queue and log as all others.
use chrono::TimeDelta;
use entity::email::{Audience, Status};
use mail_parser::MessageParser;

use crate::{
    emails::app_with,
    mail_texts::{OWN, PAGE, post, test_emails},
    support::{
        Answer, TestApp, builders, rows,
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

#[actix_web::test]
async fn a_test_goes_to_whoever_asked_and_to_no_candidate() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    builders::logo(&app, app.company_id).await;
    app.deliver().await;
    let mut ada = app.admin().await;
    let before = rows_but_tests(&app).await;
    let form = with_key(&ada.get(PAGE).await);
    let answer = post(&mut ada, PAGE, "test", &form).await;
    assert_eq!(answer.status, 200);
    let address = ada.user.as_ref().expect("Ada").email.clone();
    let told = answer.words("#test");
    assert!(
        told.starts_with(&format!("Queued Test to {address}")),
        "{told}"
    );
    assert!(answer.has("#test[hx-get]"), "it looks again by itself");
    assert_eq!(answer.value_of("regards"), "Cheers", "the form as typed");
    assert_eq!(server.taken().len(), 1, "no SMTP in a request");
    assert_eq!(app.deliver().await, 1);
    let taken = server.taken().pop().expect("a message");
    assert_eq!(taken.to, address);
    let mail = MessageParser::default()
        .parse(&taken.bytes)
        .expect("a message");
    assert_eq!(
        mail.subject(),
        Some("[Test] Sample Company: your talk on Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00)")
    );
    let text = mail.body_text(0).expect("text");
    assert!(text.contains("Hello Zoë Núñez!"), "{text}");
    assert!(
        text.contains("http://127.0.0.1:8080/interview/proof"),
        "a link that opens nothing: {text}"
    );
    assert_eq!(mail.attachments().count(), 1, "the logo and no calendar");
    let after = ada.get(PAGE).await;
    assert!(after.words("#test").starts_with("Accepted by mail server"));
    assert!(!after.has("#test[hx-get]"));
    assert_eq!(before, rows_but_tests(&app).await);
    let nothing = app.candidate().get("/interview/proof").await;
    assert_eq!(nothing.status, 404);
}

#[actix_web::test]
async fn a_second_press_sends_no_second_test_and_ten_an_hour_are_the_most() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let form = with_key(&ada.get(PAGE).await);
    let (first, second) = (
        post(&mut ada, PAGE, "test", &form).await,
        post(&mut ada, PAGE, "test", &form).await,
    );
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(test_emails(&app).await.len(), 1);
    let mut other = form.clone();
    other[0].1 = "Another subject";
    let reused = post(&mut ada, PAGE, "test", &other).await;
    assert_eq!(reused.status, 422);
    assert!(reused.text.contains("You already sent this form"));
    for _ in 0..7 {
        let form = with_key(&ada.get(PAGE).await);
        assert_eq!(post(&mut ada, PAGE, "test", &form).await.status, 200);
    }
    let form = with_key(&ada.get(PAGE).await);
    let refused = post(&mut ada, PAGE, "test", &form).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused.text.contains(
            "You sent yourself 10 test emails within an hour. You can send the next one in 61 minutes."
        ),
        "{}",
        refused.text
    );
    assert_eq!(refused.value_of("regards"), "Cheers", "the form as typed");
    assert_eq!(test_emails(&app).await.len(), 8);
    assert_eq!(app.deliver().await, 8);
    app.advance(TimeDelta::hours(1));
    assert_eq!(post(&mut ada, PAGE, "test", &form).await.status, 200);
    assert_eq!(app.deliver().await, 1);
    assert!(
        test_emails(&app)
            .await
            .iter()
            .all(|email| email.status == Status::Printed)
    );
}

#[actix_web::test]
async fn a_test_that_fails_says_why_and_is_not_repeated() {
    let refusing = Script::at(Step::RcptTo, Act::Reply("550 5.7.1 not wanted here"));
    let doubtful = Script::at(Step::Dot, Act::TakeAndDrop);
    let server = SmtpServer::scripted([refusing, doubtful]).await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let mut ada = app.admin().await;
    for (words, status) in [
        ("Not delivered", Status::Failed),
        ("Delivery uncertain", Status::Uncertain),
    ] {
        let form = with_key(&ada.get(PAGE).await);
        post(&mut ada, PAGE, "test", &form).await;
        assert_eq!(app.deliver().await, 1);
        let page = ada.get(PAGE).await;
        assert!(
            page.words("#test").starts_with(words),
            "{}",
            page.words("#test")
        );
        assert_eq!(page.all_words("#test p").len(), 2, "the reason");
        let newest = test_emails(&app).await.pop().expect("a test email");
        assert_eq!(newest.status, status);
        app.advance(TimeDelta::hours(2));
        assert_eq!(app.deliver().await, 0);
    }
}

#[actix_web::test]
async fn a_test_stands_in_the_log_and_is_no_candidates_message() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut ada = app.admin().await;
    let form = with_key(&ada.get(PAGE).await);
    post(&mut ada, PAGE, "test", &form).await;
    app.deliver().await;
    let email = test_emails(&app).await.pop().expect("a test email");
    assert_eq!(
        (email.audience, email.user_id, email.interview_id),
        (Audience::User, Some(ada.user_id()), None)
    );
    let page = format!("/emails/{}", email.id);
    let log = ada.get("/emails?kind=test").await;
    assert!(log.has(&format!("a[href='{page}']")));
    let shown = ada.get(&page).await;
    assert_eq!(shown.status, 200);
    assert!(shown.words("#facts").contains(&email.recipient));
    assert!(shown.words("#standing").contains("Accepted by mail server"));
    let story = shown.words("#story");
    assert!(story.contains("Requested by"), "nobody was booked: {story}");
    assert!(!shown.has(&format!("form[action='{page}/resend']")));
    let file = ada.get(&format!("{page}/message.eml")).await;
    assert_eq!(file.status, 200);
    let no_address = ada.get(&format!("{page}/address")).await;
    assert_eq!(no_address.status, 404, "it is no candidate's");
    let told = ada.post_form(&format!("{page}/telling"), &[]).await;
    assert_eq!(told.status, 404);
    assert_eq!(ada.get("/company/texts/test/en").await.status, 404);
    let csv = ada.get("/emails.csv").await;
    assert!(csv.text.contains("Test email"), "{}", csv.text);
    let mut program = app.program().await;
    let seen = program.get(&format!("/api/emails/{}/", email.id)).await;
    let seen: serde_json::Value = serde_json::from_str(&seen.text).expect("JSON");
    assert_eq!(seen["kind"], "test");
    assert_eq!(seen["interview"], serde_json::Value::Null);
}

#[actix_web::test]
async fn a_test_goes_by_the_fallback_server_when_the_first_is_away() {
    let (away, fallback) = (
        SmtpServer::scripted([Script::at(Step::Banner, Act::Reply("421 4.3.2 closing"))]).await,
        SmtpServer::start().await,
    );
    let port = fallback.settings().port.to_string();
    let second = [
        ("EMAIL_FALLBACK_HOST", "localhost"),
        ("EMAIL_FALLBACK_PORT", &*port),
        ("EMAIL_FALLBACK_USE_TLS", "false"),
    ];
    let app = app_with(&away, &second).await;
    let mut ada = app.admin().await;
    let form = with_key(&ada.get(PAGE).await);
    post(&mut ada, PAGE, "test", &form).await;
    app.deliver().await;
    app.advance(TimeDelta::minutes(1));
    app.deliver().await;
    assert_eq!(fallback.taken().len(), 1);
}

#[actix_web::test]
async fn a_test_that_nobody_took_within_an_hour_ends_and_says_so() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let mut ada = app.admin().await;
    let form = with_key(&ada.get(PAGE).await);
    post(&mut ada, PAGE, "test", &form).await;
    app.advance(TimeDelta::hours(1));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(test_emails(&app).await[0].status, Status::Expired);
    let page = ada.get(PAGE).await;
    assert!(page.has("#test a[href^='/emails/']"));
}

/// The own words, with the key of a page that was just opened.
fn with_key(page: &Answer) -> Vec<(&'static str, &'static str)> {
    let key: &'static str = page.value_of("key").leak();
    let mut form = OWN.to_vec();
    form.push(("key", key));
    form
}

async fn rows_but_tests(app: &TestApp) -> Vec<String> {
    let mut all = rows::all(app).await;
    let tests: Vec<i64> = test_emails(app).await.iter().map(|it| it.id).collect();
    let is_of_one = |row: &str| {
        let (table, row) = row.split_once(' ').expect("a table's name");
        let row: serde_json::Value = serde_json::from_str(row).expect("a row");
        let id = match table {
            "email" => row["id"].as_i64(),
            _ => row["email_id"].as_i64(),
        };
        id.is_some_and(|id| tests.contains(&id))
    };
    all.retain(|row| !is_of_one(row) && !row.starts_with("one_time_key "));
    all
}
