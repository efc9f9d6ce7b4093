//! How fast mail leaves: what is urgent first, no faster than a server takes it, and not too much for one address.
use chrono::TimeDelta;
use entity::{
    email::{self, Status},
    transport::{self, Name},
};
use greenroom::{
    domain::{
        actions::Actor,
        delivery,
        interviews::{
            booking::{self, NewBooking, Who},
            overlap::Overlaps,
            slot_choice::SlotChoice,
        },
        mail_servers::Route,
    },
    mail::smtp::{Client, Relay},
    worker,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{
    emails::app_with,
    support::{TestApp, builders, smtp_server::SmtpServer},
};

#[actix_web::test]
async fn an_interview_that_begins_soon_overtakes_whatever_waits() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    for _ in 0..9 {
        book(&app, None, TimeDelta::days(5)).await;
        app.advance(TimeDelta::seconds(1));
    }
    let tomorrow = book(&app, None, TimeDelta::hours(20)).await;
    let soon = book(&app, None, TimeDelta::minutes(20)).await;
    for urgent in [soon, tomorrow] {
        worker::deliver_next(&app.app).await.expect("a turn");
        assert_eq!(status(&app, urgent).await, Status::Accepted);
    }
    assert_eq!(server.taken().len(), 2);
    app.deliver().await;
    assert_eq!(server.taken().len(), 11, "the others follow");
}

#[actix_web::test]
async fn no_more_is_on_its_way_than_the_server_takes_connections() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    for _ in 0..8 {
        book(&app, None, TimeDelta::days(1)).await;
    }
    let other = app.second_process().await;
    let claim = async |process: &TestApp| {
        let claimed = delivery::claim(&process.app.db, &[three_at_once()], 64, app.now()).await;
        claimed.expect("claims")
    };
    let first = claim(&app).await;
    assert_eq!(first.len(), 3);
    assert_eq!(
        claim(&other).await.len(),
        0,
        "the other process counts, too"
    );
    delivery::release(&app.app.db, &first[..1], app.now())
        .await
        .expect("given back");
    assert_eq!(claim(&other).await.len(), 1);
    assert_eq!(claim(&app).await.len(), 0);
}

#[actix_web::test]
async fn where_connections_are_counted_none_is_kept_idle() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let client = Client::new(&server.settings(), "localhost");
    let counting = app
        .second_process_with(|app| {
            app.mailer.relay = Some(Relay::new(client).without_idle_connections());
        })
        .await;
    for _ in 0..3 {
        book(&app, None, TimeDelta::days(1)).await;
    }
    counting.deliver().await;
    assert_eq!(server.taken().len(), 3);
    assert_eq!(server.connections(), 3, "one for each");
}

#[actix_web::test]
async fn what_is_more_than_an_address_may_get_in_an_hour_waits_and_says_why() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut ada = app.admin().await;
    let page = ada.get("/company").await;
    assert_eq!(page.value_of("hourly_email_limit"), "20");
    limit(&app, 2).await;
    let candidate = builders::candidate(&app, app.company_id).await;
    let mut emails = Vec::new();
    for days in 1..=4 {
        emails.push(book(&app, Some(candidate), TimeDelta::days(days)).await);
    }
    let another = book(&app, None, TimeDelta::days(9)).await;
    app.deliver().await;
    assert_eq!(
        server.taken().len(),
        3,
        "two to one address, one to another"
    );
    assert_eq!(status(&app, another).await, Status::Accepted);
    let third = find(&app, emails[2]).await;
    assert_eq!(third.status, Status::Queued);
    assert_eq!(third.due_at, app.now() + TimeDelta::hours(1));
    assert!(
        third.reason.contains("got 2 emails within an hour"),
        "{}",
        third.reason
    );
    let log = ada.get("/emails").await;
    assert!(log.words("#log").contains("This one waits."));

    app.advance(TimeDelta::minutes(59));
    app.deliver().await;
    assert_eq!(server.taken().len(), 3);
    app.advance(TimeDelta::minutes(1));
    app.deliver().await;
    for id in emails {
        assert_eq!(status(&app, id).await, Status::Accepted);
    }
}

#[actix_web::test]
async fn pages_say_when_the_queue_will_be_empty() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[("EMAIL_MAX_PER_SECOND", "0.5")]).await;
    app.expect_undelivered_mail();
    let mut ada = app.admin().await;
    assert!(
        !ada.get("/emails")
            .await
            .text
            .contains("waiting to be sent.")
    );
    for _ in 0..20 {
        book(&app, None, TimeDelta::days(2)).await;
    }
    for path in ["/emails", "/mail"] {
        let words = ada.get(path).await.words("#servers");
        let expected = "20 emails are waiting to be sent. At 30 a minute, the queue will be empty at about Mon 4 January 2027, 09:00.";
        assert!(words.contains(expected), "{path}: {words}");
    }
}

/// Books somebody, or this candidate, for so much later; answers with the invitation.
async fn book(app: &TestApp, candidate: Option<i64>, later: TimeDelta) -> i64 {
    let company_id = app.company_id;
    let job_id = builders::job(app, company_id).await;
    let candidate_id = match candidate {
        Some(id) => id,
        None => builders::candidate(app, company_id).await,
    };
    let slot_id = builders::slot(app, company_id, job_id, app.now() + later).await;
    let new = NewBooking {
        slot: SlotChoice::Existing(slot_id),
        who: Who::Candidate(candidate_id),
        notes: String::new(),
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    match booking::book(&app.app.db, &Actor::system(company_id), new, app.now()).await {
        Ok(Ok(booked)) => booked.email.expect("an email").id,
        other => panic!("a booking: {other:?}"),
    }
}

async fn limit(app: &TestApp, emails: i32) {
    use entity::company;
    builders::write(app, async |txn| {
        company::Entity::update_many()
            .col_expr(company::Column::HourlyEmailLimit, Expr::value(emails))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
}

async fn find(app: &TestApp, id: i64) -> email::Model {
    let found = email::Entity::find_by_id(id).one(app.app.db.read()).await;
    found.expect("an answer").expect("a message")
}

async fn status(app: &TestApp, id: i64) -> Status {
    find(app, id).await.status
}

#[actix_web::test]
async fn connections_of_a_worker_that_died_are_free_after_two_minutes() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    for _ in 0..4 {
        book(&app, None, TimeDelta::days(1)).await;
    }
    let claim = async || {
        let claimed = delivery::claim(&app.app.db, &[three_at_once()], 64, app.now()).await;
        claimed.expect("claims").len()
    };
    assert_eq!(claim().await, 3);
    app.advance(TimeDelta::seconds(119));
    assert_eq!(claim().await, 0);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(claim().await, 1);
}

#[actix_web::test]
async fn a_server_that_fails_is_probed_however_busy_the_fallback_is() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let claim = async |routes: &[Route]| {
        let claimed = delivery::claim(&app.app.db, routes, 64, app.now()).await;
        claimed.expect("claims")
    };
    for _ in 0..8 {
        book(&app, None, TimeDelta::days(1)).await;
    }
    let fallback = Route {
        name: Name::Fallback,
        host: "fallback.example.com".into(),
        ..three_at_once()
    };
    let routes = [three_at_once(), fallback];
    let began = claim(&routes).await;
    delivery::release(&app.app.db, &began, app.now())
        .await
        .expect("given back");
    let opened_at = app.now();
    builders::write(&app, async |txn| {
        let failing = transport::Entity::update_many()
            .col_expr(transport::Column::Failures, Expr::value(3))
            .col_expr(transport::Column::OpenedAt, Expr::value(Some(opened_at)))
            .col_expr(
                transport::Column::WaitUntil,
                Expr::value(Some(opened_at + TimeDelta::minutes(1))),
            )
            .filter(transport::Column::Name.eq(Name::Primary));
        Ok(failing.exec(txn).await?)
    })
    .await;
    assert_eq!(claim(&routes).await.len(), 3, "all by the fallback");
    app.advance(TimeDelta::minutes(1));
    let probe = claim(&routes).await;
    assert_eq!(probe.len(), 1);
    assert_eq!(probe[0].transport, Some(Name::Primary));
    assert!(probe[0].is_probe);
}

#[actix_web::test]
async fn what_waits_for_its_address_cannot_be_hurried_but_for_a_higher_limit() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut ada = app.admin().await;
    limit(&app, 1).await;
    let candidate = builders::candidate(&app, app.company_id).await;
    book(&app, Some(candidate), TimeDelta::days(1)).await;
    let second = book(&app, Some(candidate), TimeDelta::days(2)).await;
    app.deliver().await;
    let path = format!("/emails/{second}/attempts");
    assert_eq!(ada.post_form(&path, &[]).await.status, 303);
    let page = ada.get(&format!("/emails/{second}")).await;
    assert!(
        page.notice().contains("can't be sent yet"),
        "{}",
        page.notice()
    );
    assert_eq!(app.deliver().await, 0);
    let page = ada.get("/company").await;
    let names = [
        "name",
        "time_zone",
        "contact_email",
        "brand_colour",
        "default_meeting_url",
        "join_window_minutes",
        "reminder_lead_minutes",
        "undo_seconds",
    ];
    let values = names.map(|name| (name, page.value_of(name)));
    let mut typed: Vec<(&str, &str)> = values.iter().map(|(name, it)| (*name, &**it)).collect();
    typed.push(("hourly_email_limit", "2"));
    let answer = ada.save_form("/company", &typed).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(status(&app, second).await, Status::Accepted);
}

fn three_at_once() -> Route {
    Route {
        name: Name::Primary,
        host: "mail.example.com".into(),
        fingerprint: "the settings".into(),
        per_second: None,
        burst: 0,
        connections: Some(3),
    }
}
