//! Copies on the terminal (`EMAIL_CONSOLE_FALLBACK`): each message once, the first time that no mail server took it.
use std::{sync::Arc, time::Duration};

use actix_web::rt;
use chrono::TimeDelta;
use entity::email::{self, Status};
use greenroom::worker;
use sea_orm::EntityTrait;
use tokio::sync::watch;

use crate::{
    emails::app_with,
    support::{
        TestApp, builders,
        smtp_server::{Act, Hold, Script, SmtpServer, Step},
    },
};

#[actix_web::test]
async fn whatever_the_reason_a_message_is_printed_once() {
    for (act, step) in [
        (Act::Reply("451 4.2.0 not now"), Step::RcptTo),
        (Act::Reply("550 5.1.1 no such user"), Step::RcptTo),
        (Act::Reply("554 5.7.1 spam"), Step::Dot),
        (Act::Reply("421 4.3.2 closing"), Step::Banner),
        (Act::Drop, Step::Banner),
        (Act::TakeAndDrop, Step::Dot),
    ] {
        let server = SmtpServer::scripted(vec![Script::at(step, act); 8]).await;
        let app = app_falling_back(&server).await;
        builders::booked(&app, app.company_id).await;
        for _ in 0..8 {
            app.deliver().await;
            app.advance(TimeDelta::minutes(20));
        }
        assert_eq!(printed(&app), 1, "at {step:?}");
        app.expect_undelivered_mail();
    }
}

#[actix_web::test]
async fn what_waits_untried_while_the_server_is_away_is_printed_too() {
    let server = SmtpServer::start().await;
    let app = app_falling_back(&server).await;
    for _ in 0..5 {
        builders::booked(&app, app.company_id).await;
    }
    server.be_away(true);
    for _ in 0..3 {
        app.deliver().await;
        app.advance(TimeDelta::seconds(2));
    }
    // The server is left alone from now on: three messages were never tried.
    app.deliver().await;
    assert_eq!(printed(&app), 5);
    assert_eq!(untried(&app).await, 3);
    let restarted = app.second_process().await;
    for _ in 0..3 {
        app.advance(TimeDelta::minutes(6));
        app.deliver().await;
        restarted.deliver().await;
    }
    assert_eq!(printed(&app) + printed(&restarted), 5, "and not once more");
    server.be_away(false);
    app.advance(TimeDelta::minutes(6));
    app.deliver().await;
    assert_eq!(server.taken().len(), 5, "printed is not sent");
    assert_eq!(printed(&app) + printed(&restarted), 5);
}

#[actix_web::test]
async fn what_is_taken_at_once_is_not_printed() {
    let server = SmtpServer::start().await;
    let app = app_falling_back(&server).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    assert_eq!(printed(&app), 0);
}

#[actix_web::test]
async fn what_waits_for_its_turn_at_a_sound_server_is_not_printed() {
    let server = SmtpServer::start().await;
    let more = [
        ("EMAIL_CONSOLE_FALLBACK", "true"),
        ("EMAIL_MAX_PER_SECOND", "1"),
    ];
    let app = app_with(&server, &more).await;
    for _ in 0..7 {
        builders::booked(&app, app.company_id).await;
    }
    assert_eq!(app.deliver().await, 5);
    assert_eq!(printed(&app), 0);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_doubt_that_a_stop_left_is_printed_at_the_next_start() {
    let hold = Arc::new(Hold::default());
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::Hold(hold.clone()))]).await;
    let app = app_falling_back(&server).await;
    builders::booked(&app, app.company_id).await;
    let (stop, stopped) = watch::channel(false);
    let patience = Duration::from_millis(1);
    let running = worker::run_with_patience(app.app.clone(), stopped, patience);
    let running = rt::spawn(running);
    hold.reached.notified().await;
    stop.send(true).expect("a worker");
    running.await.expect("an end");
    app.deliver().await;
    assert_eq!(printed(&app), 1);
    app.advance(TimeDelta::minutes(10));
    app.deliver().await;
    assert_eq!(printed(&app), 1);
    assert_eq!(server.taken().len(), 2);
}

#[actix_web::test]
async fn a_message_that_could_not_be_printed_is_printed_later() {
    let greylisted = Script::at(Step::RcptTo, Act::Reply("451 4.2.0 not now"));
    let server = SmtpServer::scripted(vec![greylisted; 3]).await;
    let app = app_falling_back(&server).await;
    builders::booked(&app, app.company_id).await;
    app.printer.break_down();
    assert_eq!(app.deliver().await, 1);
    let restarted = app.second_process().await;
    restarted.deliver().await;
    restarted.deliver().await;
    assert_eq!((printed(&app), printed(&restarted)), (0, 1));
    app.expect_undelivered_mail();
}

async fn app_falling_back(server: &SmtpServer) -> TestApp {
    app_with(server, &[("EMAIL_CONSOLE_FALLBACK", "true")]).await
}

fn printed(app: &TestApp) -> usize {
    app.printer.text().matches("Dear Zoë Núñez,").count()
}

async fn untried(app: &TestApp) -> usize {
    let all = email::Entity::find().all(app.app.db.read()).await;
    let all = all.expect("emails").into_iter();
    all.filter(|email| email.status == Status::Queued).count()
}
