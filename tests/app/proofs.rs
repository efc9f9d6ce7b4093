//! Proofs: mails with which admins look at their company's words.
use chrono::TimeDelta;
use entity::proof;
use greenroom::{domain::proofs::claim, worker::upkeep};
use mail_parser::MessageParser;

use crate::{
    emails::app_with,
    mail_texts::{OWN, PAGE, post, proofs},
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
    let before = rows_but_proofs(&app).await;
    let form = with_key(&ada.get(PAGE).await);
    let answer = post(&mut ada, PAGE, "test", &form).await;
    assert_eq!(answer.status, 200);
    let address = ada.user.as_ref().expect("Ada").email.clone();
    let told = answer.words("#proof");
    assert!(
        told.starts_with(&format!("Waiting to leave Test to {address}")),
        "{told}"
    );
    assert!(answer.has("#proof[hx-get]"), "it looks again by itself");
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
        Some("[Test] Sample Company: your talk on January 5, 2027 at 3:00 AM (UTC-05:00)")
    );
    let text = mail.body_text(0).expect("text");
    assert!(text.contains("Hello Zoë Núñez!"), "{text}");
    assert!(
        text.contains("http://127.0.0.1:8080/interview/proof"),
        "a link that opens nothing: {text}"
    );
    assert_eq!(mail.attachments().count(), 1, "the logo and no calendar");
    let after = ada.get(PAGE).await;
    assert!(after.words("#proof").starts_with("Accepted by mail server"));
    assert!(!after.has("#proof[hx-get]"));
    assert_eq!(before, rows_but_proofs(&app).await);
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
    assert_eq!(proofs(&app).await.len(), 1);
    let mut other = form.clone();
    other[0].1 = "Another subject";
    let reused = post(&mut ada, PAGE, "test", &other).await;
    assert_eq!(reused.status, 422);
    assert!(reused.text.contains("This form was sent before"));
    for _ in 0..7 {
        let form = with_key(&ada.get(PAGE).await);
        assert_eq!(post(&mut ada, PAGE, "test", &form).await.status, 200);
    }
    let form = with_key(&ada.get(PAGE).await);
    let refused = post(&mut ada, PAGE, "test", &form).await;
    assert_eq!(refused.status, 429);
    assert!(
        refused.text.contains(
            "You sent yourself 10 tests within an hour. The next one can leave in 61 minutes."
        ),
        "{}",
        refused.text
    );
    assert_eq!(refused.value_of("regards"), "Cheers", "the form as typed");
    assert_eq!(proofs(&app).await.len(), 8);
    app.advance(TimeDelta::hours(1));
    assert_eq!(post(&mut ada, PAGE, "test", &form).await.status, 200);
    assert_eq!(app.deliver().await, 9);
    assert!(
        proofs(&app)
            .await
            .iter()
            .all(|proof| proof.status == proof::Status::Printed)
    );
}

#[actix_web::test]
async fn a_test_that_fails_says_why_and_is_not_repeated() {
    let refusing = Script::at(Step::RcptTo, Act::Reply("550 5.1.1 no such user"));
    let doubtful = Script::at(Step::Dot, Act::TakeAndDrop);
    let server = SmtpServer::scripted([refusing, doubtful]).await;
    let app = app_with(&server, &[]).await;
    let mut ada = app.admin().await;
    for (words, status) in [
        ("Not delivered", proof::Status::Failed),
        (
            "Uncertain whether it was accepted",
            proof::Status::Uncertain,
        ),
    ] {
        let form = with_key(&ada.get(PAGE).await);
        post(&mut ada, PAGE, "test", &form).await;
        assert_eq!(app.deliver().await, 1);
        let page = ada.get(PAGE).await;
        assert!(
            page.words("#proof").starts_with(words),
            "{}",
            page.words("#proof")
        );
        assert_eq!(page.all_words("#proof p").len(), 2, "the reason");
        let newest = proofs(&app).await.pop().expect("a proof");
        assert_eq!(newest.status, status);
        app.advance(TimeDelta::hours(2));
        assert_eq!(app.deliver().await, 0);
    }
}

#[actix_web::test]
async fn a_test_whose_worker_died_is_given_up_when_it_cannot_be_alive() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let form = with_key(&ada.get(PAGE).await);
    post(&mut ada, PAGE, "test", &form).await;
    let claimed = claim(&app.app.db, app.now()).await;
    assert!(claimed.expect("a query").is_some());
    app.advance(TimeDelta::seconds(15 * 60 - 1));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(proofs(&app).await[0].status, proof::Status::Sending);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(proofs(&app).await[0].status, proof::Status::Uncertain);
    app.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    upkeep::keep_house(&app.app).await.expect("done");
    assert!(proofs(&app).await.is_empty(), "and not kept for ever");
}

/// The own words, with the key of a page that was just opened.
fn with_key(page: &Answer) -> Vec<(&'static str, &'static str)> {
    let key: &'static str = page.value_of("key").leak();
    let mut form = OWN.to_vec();
    form.push(("key", key));
    form
}

async fn rows_but_proofs(app: &TestApp) -> Vec<String> {
    let mut all = rows::all(app).await;
    all.retain(|row| !row.starts_with("proof ") && !row.starts_with("one_time_key "));
    all
}
