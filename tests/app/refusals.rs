//! Refusals that are about us or about the mail server, and what they cost nobody.
use chrono::TimeDelta;
use entity::{
    email::{self, Status},
    suppression,
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use crate::{
    emails::app_with,
    support::{
        TestApp, builders,
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

async fn only_email(app: &TestApp) -> email::Model {
    let found = email::Entity::find().one(app.app.db.read()).await;
    found.expect("an answer").expect("a message")
}

async fn is_suppressed(app: &TestApp) -> bool {
    let rows = suppression::Entity::find().all(app.app.db.read()).await;
    !rows.expect("suppressions").is_empty()
}

#[actix_web::test]
async fn what_is_about_us_costs_the_candidate_nothing() {
    for (step, reply, words) in [
        (
            Step::RcptTo,
            "550 rejected: 192.0.2.9 is in an RBL",
            &["192.0.2.9", "block list"][..],
        ),
        (
            Step::RcptTo,
            "550 5.1.1 blocked using zen.blocklist.example",
            &["zen.blocklist.example"],
        ),
        (
            Step::RcptTo,
            "550 5.1.0 not allowed to send, SPF",
            &["can't verify that this email comes from us"],
        ),
        (
            Step::RcptTo,
            "550 5.1.0 sender rejected",
            &["sender address"],
        ),
        (
            Step::RcptTo,
            "550 5.1.1 192.0.2.9 has sent to too many recipients this hour",
            &["waits"],
        ),
        (
            Step::Dot,
            "554 5.7.1 Client host [192.0.2.9] blocked using b.example",
            &["192.0.2.9", "b.example"],
        ),
        (
            Step::RcptTo,
            "432 4.3.2 Concurrent connections limit exceeded",
            &["fewer connections"],
        ),
        (
            Step::MailFrom,
            "432 4.3.2 STOREDRV; sender thread limit exceeded",
            &["fewer connections"],
        ),
    ] {
        let server = SmtpServer::scripted([Script::at(step, Act::Reply(reply))]).await;
        let app = app_with(&server, &[]).await;
        builders::booked(&app, app.company_id).await;
        app.deliver().await;
        let email = only_email(&app).await;
        assert_eq!(
            (email.status, email.attempts),
            (Status::Retrying, 0),
            "{reply}"
        );
        assert_eq!(email.put_off, 0, "{reply}");
        assert!(!is_suppressed(&app).await, "{reply}");
        let mut rita = app.recruiter().await;
        let page = rita.get(&format!("/emails/{}", email.id)).await;
        let story = page.words("#story");
        assert!(!story.contains("does not exist"), "{reply}: {story}");
        for words in words {
            assert!(story.contains(words), "{reply}: {story}");
        }
        app.advance(TimeDelta::minutes(10));
        app.deliver().await;
        assert_eq!(only_email(&app).await.status, Status::Accepted, "{reply}");
    }
}

#[actix_web::test]
async fn a_message_is_not_suspected_for_a_servers_limit() {
    let limit = || {
        let full = "432 4.3.2 Concurrent connections limit exceeded";
        Script::at(Step::RcptTo, Act::Reply(full))
    };
    let server = SmtpServer::scripted([limit(), limit()]).await;
    let app = app_with(&server, &[]).await;
    let booked = builders::booked(&app, app.company_id).await;
    // It met the limit often, and others were taken meanwhile.
    let row = email::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(booked.email.id),
        server_failures: Set(5),
        ..Default::default()
    };
    builders::write(&app, async |txn| {
        Ok(email::Entity::update(row).exec(txn).await?)
    })
    .await;
    app.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(
        (email.status, email.attempts, email.put_off),
        (Status::Retrying, 0, 0)
    );
    assert!(email.due_at > app.now(), "it does not knock without end");
    app.advance(TimeDelta::minutes(5));
    app.deliver().await;
    app.advance(TimeDelta::minutes(10));
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Accepted);
}

#[actix_web::test]
async fn nobody_at_microsoft_and_a_full_mailbox_are_the_recipients() {
    for (reply, status, words, is_dead) in [
        (
            "550 5.4.1 [x@example.net]: Recipient address rejected: Access denied",
            Status::Failed,
            "does not exist",
            true,
        ),
        (
            "550 5.1.1 mailbox full",
            Status::Retrying,
            "mailbox is full",
            false,
        ),
        (
            "550 5.1.1 <spam.full@blocked.example>: user unknown",
            Status::Failed,
            "does not exist",
            true,
        ),
    ] {
        let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply(reply))]).await;
        let app = app_with(&server, &[]).await;
        builders::booked(&app, app.company_id).await;
        app.deliver().await;
        let email = only_email(&app).await;
        assert_eq!(email.status, status, "{reply}");
        assert!(email.reason.contains(words), "{reply}: {}", email.reason);
        assert_eq!(is_suppressed(&app).await, is_dead, "{reply}");
        app.expect_undelivered_mail();
    }
}
