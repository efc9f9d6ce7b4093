//! Candidates who lost their link and ask for it once more.
use std::time::Duration;

use actix_web::rt::time::sleep;
use chrono::TimeDelta;
use entity::{
    email::{self, Kind, Status},
    interview,
};
use greenroom::{
    domain::{
        actions::Actor,
        interviews::{change::Target, offer},
    },
    mail::language::Languages,
};
use sea_orm::{EntityTrait, QueryOrder, sea_query::Expr};

use crate::support::{Answer, TestApp, builders};

/// Each asks from a computer of its own unless `client` is the same.
async fn ask(app: &TestApp, address: &str, client: &str) -> Answer {
    let mut candidate = app.candidate().with_header("X-Forwarded-For", client);
    candidate.post_form("/link", &[("email", address)]).await
}

async fn app() -> TestApp {
    TestApp::with_settings(&[("TRUSTED_PROXIES", "203.0.113.0/24")]).await
}

async fn mails(app: &TestApp) -> Vec<email::Model> {
    let all = email::Entity::find().order_by_asc(email::Column::Id);
    all.all(app.app.db.read()).await.expect("a look-up")
}

/// The mails when there are so many; they are queued after the answer.
async fn so_many(app: &TestApp, expected: usize) -> Vec<email::Model> {
    for _ in 0..500 {
        let found = mails(app).await;
        if found.len() >= expected {
            assert_eq!(found.len(), expected);
            return found;
        }
        sleep(Duration::from_millis(20)).await;
    }
    panic!("not {expected} mails: {:?}", mails(app).await.len());
}

/// Time for what must not happen.
async fn a_while() {
    sleep(Duration::from_millis(300)).await;
}

#[actix_web::test]
async fn whoever_lost_the_link_gets_the_newest_email_again_at_the_registered_address() {
    let app = app().await;
    let booked = builders::booked(&app, app.company_id).await;
    let candidate = &booked.details.candidate;
    app.deliver().await;
    let before = mails(&app).await.len();

    let form = app.candidate().get("/link").await;
    assert_eq!(form.status, 200);
    assert_eq!(form.words("h1"), "Get your link again");
    let typed = format!("  {} ", candidate.email.to_uppercase());
    let sent = ask(&app, &typed, "192.0.2.1").await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert_eq!(sent.location, "/link/sent?lang=en");
    let said = app.candidate().get(&sent.location).await;
    assert_eq!(said.words("h1"), "Check your email");

    let all = so_many(&app, before + 1).await;
    let newest = all.last().expect("a mail");
    assert_eq!(newest.recipient, candidate.email);
    assert_eq!(
        (newest.kind, newest.status),
        (Kind::Scheduled, Status::Queued)
    );
    app.deliver().await;
    let written = mails(&app).await;
    let text = written.last().and_then(|mail| mail.text.clone());
    assert!(text.expect("its text").contains("/interview/"));

    a_while().await;
    let mut rita = app.recruiter().await;
    let page = format!("/interviews/{}", booked.details.interview.id);
    let story = rita.get(&page).await.words(".timeline");
    assert!(
        story.contains("Candidate asked for the link again"),
        "{story}"
    );
    let log = rita.get(&format!("/emails/{}", newest.id)).await;
    let told = log.words("main");
    assert!(
        told.contains("Sent again: the candidate asked for the link"),
        "{told}"
    );
}

#[actix_web::test]
async fn the_answer_is_the_same_whoever_asks() {
    let app = app().await;
    let booked = builders::booked(&app, app.company_id).await;
    let gone = builders::booked_at(&app, app.company_id, app.now() + TimeDelta::hours(3)).await;
    app.deliver().await;
    app.advance(TimeDelta::hours(4));
    let before = mails(&app).await.len();
    let known = ask(&app, &booked.details.candidate.email, "192.0.2.1").await;
    so_many(&app, before + 1).await;
    let nobody = ask(&app, "nobody@nowhere.example", "192.0.2.2").await;
    let over = ask(&app, &gone.details.candidate.email, "192.0.2.3").await;
    for other in [nobody, over] {
        assert_eq!((other.status, &other.text), (known.status, &known.text));
        assert_eq!(other.location, known.location);
    }
    a_while().await;
    assert_eq!(mails(&app).await.len(), before + 1);
    app.deliver().await;
}

#[actix_web::test]
async fn who_asks_again_and_again_gets_three_emails_an_hour() {
    let app = app().await;
    let booked = builders::booked(&app, app.company_id).await;
    let address = &booked.details.candidate.email;
    app.deliver().await;
    let before = mails(&app).await.len();
    for turn in 0..5_usize {
        let answer = ask(&app, address, &format!("192.0.2.{turn}")).await;
        assert_eq!(answer.status, 303);
        so_many(&app, before + (turn + 1).min(3)).await;
        a_while().await;
        app.deliver().await;
    }
    assert_eq!(mails(&app).await.len(), before + 3);
}

#[actix_web::test]
async fn an_email_that_has_not_left_is_not_sent_twice() {
    let app = app().await;
    app.expect_undelivered_mail();
    let booked = builders::booked(&app, app.company_id).await;
    let before = mails(&app).await.len();
    let asked = ask(&app, &booked.details.candidate.email, "192.0.2.1").await;
    assert_eq!(asked.status, 303);
    a_while().await;
    assert_eq!(mails(&app).await.len(), before);
}

#[actix_web::test]
async fn who_is_asked_to_choose_a_time_gets_that_email_again() {
    let app = app().await;
    app.expect_undelivered_mail();
    let company_id = app.company_id;
    let job = builders::job(&app, company_id).await;
    let candidate = builders::candidate(&app, company_id).await;
    let id = builders::interview(&app, company_id, candidate, job).await;
    let terms = offer::Terms {
        days: 7,
        notice_hours: 1,
        horizon_days: 21,
    };
    let actor = Actor::system(company_id);
    let target = Target {
        interview_id: id,
        version: None,
        idempotency_key: None,
    };
    let asked = offer::make(&app.app.db, &actor, &target, &terms, app.now()).await;
    let details = asked.expect("no failure").expect("asked").details;
    app.deliver().await;
    let before = mails(&app).await;
    let states: Vec<_> = before.iter().map(|mail| mail.status).collect();
    assert_eq!(
        states,
        [Status::Printed, Status::Queued],
        "one reminds later"
    );
    ask(&app, &details.candidate.email, "192.0.2.1").await;
    let all = so_many(&app, before.len() + 1).await;
    assert_eq!(all.last().map(|mail| mail.kind), Some(Kind::Choose));
    app.deliver().await;
    a_while().await;
}

#[actix_web::test]
async fn a_change_that_was_taken_back_does_not_keep_the_link_from_anybody() {
    let app = app().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    // As after a move and back before its email left.
    let change = interview::Entity::update_many()
        .col_expr(interview::Column::Revision, Expr::value(3))
        .col_expr(interview::Column::Version, Expr::value(9));
    builders::write(&app, async |txn| {
        change.exec(txn).await?;
        Ok(())
    })
    .await;
    let before = mails(&app).await.len();
    ask(&app, &booked.details.candidate.email, "192.0.2.1").await;
    let all = so_many(&app, before + 1).await;
    assert_eq!(all.last().map(|mail| mail.kind), Some(Kind::Scheduled));
    app.deliver().await;
    a_while().await;
    let newest = mails(&app).await.pop().expect("a mail");
    assert_eq!(newest.status, Status::Printed, "{}", newest.reason);
}

#[actix_web::test]
async fn whom_the_company_does_not_email_gets_nothing_this_way() {
    let app = app().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let change = interview::Entity::update_many()
        .col_expr(interview::Column::NotToldReason, Expr::value("By phone"));
    builders::write(&app, async |txn| {
        change.exec(txn).await?;
        Ok(())
    })
    .await;
    let before = mails(&app).await.len();
    ask(&app, &booked.details.candidate.email, "192.0.2.1").await;
    a_while().await;
    assert_eq!(mails(&app).await.len(), before);
}

#[actix_web::test]
async fn one_client_cannot_try_many_addresses() {
    let app = app().await;
    for turn in 0..10 {
        let address = format!("p{turn}@nowhere.example");
        assert_eq!(ask(&app, &address, "192.0.2.1").await.status, 303);
    }
    let limited = ask(&app, "p@nowhere.example", "192.0.2.1").await;
    assert_eq!(limited.status, 429);
    assert!(!limited.header("retry-after").is_empty());
    let other = ask(&app, "p@nowhere.example", "192.0.2.2").await;
    assert_eq!(other.status, 303);
}

#[actix_web::test]
async fn what_is_no_address_is_said_in_the_language_of_the_browser() {
    let app = TestApp::start().await;
    for language in Languages::new().expect("languages").all() {
        let mut candidate = app
            .candidate()
            .with_header("Accept-Language", language.tag());
        let answer = candidate.post_form("/link", &[("email", "john")]).await;
        assert_eq!(answer.status, 422);
        assert_eq!(answer.attribute("html", "lang"), language.tag());
        assert_eq!(answer.value_of("email"), "john");
        let why = language.say("page_link", "wrong", &[]).expect("a phrase");
        assert!(answer.words("main").contains(&why), "{}", answer.text);
    }
}

#[actix_web::test]
async fn a_link_that_leads_nowhere_leads_to_the_form() {
    let app = TestApp::start().await;
    for lost in ["/interview/eyJx", "/interview", "/i/0000-0000-0000-0000"] {
        let page = app.candidate().get(lost).await;
        assert_eq!(page.status, 404, "{lost}");
        assert!(page.has("a[href='/link?lang=en']"), "{lost}");
    }
}
