//! E-mails on their way from the queue to the mail server, whatever the server does.
use std::{io, sync::Arc, time::Duration};

use actix_web::rt;
use chrono::TimeDelta;
use entity::{
    attempt::{self, Outcome, Stage},
    company,
    email::{self, Kind, Status},
    interview,
};
use greenroom::{
    domain::interviews::admission,
    mail::{
        LINK_PLACEHOLDER,
        console::Console,
        smtp::{Client, Relay},
    },
    settings::Security,
    worker,
};
use mail_parser::MessageParser;
use sea_orm::{ActiveEnum, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;
use tokio::sync::watch;

use crate::support::{
    TestApp,
    aiosmtpd::Aiosmtpd,
    builders,
    logs::Logs,
    smtp_server::{Act, CERTIFICATES, Hold, Script, SmtpServer, Step},
};

/// A reply, and where.
type Refusal = (Step, &'static str);
const GREYLISTED: Refusal = (Step::RcptTo, "451 4.2.0 not now");
const GONE: Refusal = (Step::RcptTo, "550 5.1.1 <x@example.net> no such user");

#[actix_web::test]
async fn a_booking_reaches_the_candidate() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    assert_eq!(app.deliver().await, 1);
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Accepted);
    assert_eq!(email.finished_at, Some(app.now()));
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].from, "jobs@sample-company.example");
    assert_eq!(taken[0].to, email.recipient);
    let message = MessageParser::default()
        .parse(&taken[0].bytes)
        .expect("a message");
    assert_eq!(
        message.subject(),
        Some("Interview Scheduled - Cloud Architect at Sample Company")
    );
    assert_eq!(message.message_id(), Some(email.message_id.as_str()));
    let text = message.body_text(0).expect("a plain part");
    assert!(text.contains("Dear Zoë Núñez,"), "{text}");
    assert!(
        text.contains("Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00)"),
        "{text}"
    );
    assert!(text.contains("Bring a portfolio."), "{text}");
}

#[actix_web::test]
async fn the_link_is_in_the_mail_and_in_no_row() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let token = token(&server.taken()[0].bytes);
    let admission = admission::admit(&app.app.db, &app.app.keys, &token, app.now()).await;
    assert_eq!(
        admission.expect("a link").details.interview.id,
        booked.details.interview.id
    );
    let email = only_email(&app).await;
    let (text, html) = (email.text.expect("text"), email.html.expect("HTML"));
    for part in [text, html] {
        assert!(part.contains(LINK_PLACEHOLDER) && !part.contains(&token));
    }
}

#[actix_web::test]
async fn an_attempt_is_recorded_with_all_that_was_seen() {
    let server = SmtpServer::scripted([refusing(GREYLISTED)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    app.advance(TimeDelta::minutes(2));
    app.deliver().await;
    let attempts = attempts(&app).await;
    let [first, second] = attempts.as_slice() else {
        panic!("{attempts:?}")
    };
    assert_eq!((first.number, first.stage), (1, Stage::RcptTo));
    assert_eq!(first.outcome, Some(Outcome::Deferred));
    assert_eq!(first.code, Some(451));
    assert_eq!(first.enhanced_code.as_deref(), Some("4.2.0"));
    assert_eq!(first.reply.as_deref(), Some("451 4.2.0 not now"));
    assert!(
        first
            .hint
            .as_deref()
            .is_some_and(|hint| hint.contains("try again later"))
    );
    assert_eq!(first.host, "localhost");
    assert!(first.peer.is_some() && first.ended_at.is_some());
    assert_eq!((second.number, second.stage), (2, Stage::Body));
    assert_eq!(second.outcome, Some(Outcome::Accepted));
    assert_eq!(second.reply.as_deref(), Some("250 2.0.0 queued as 4F2A"));
}

#[actix_web::test]
async fn what_is_not_taken_now_comes_back_later_and_later() {
    let server = SmtpServer::scripted((0..3).map(|_| refusing(GREYLISTED))).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    assert_eq!(app.deliver().await, 1);
    for minutes in [1, 5, 15] {
        let email = only_email(&app).await;
        assert_eq!(email.status, Status::Retrying);
        let pause = email.due_at - app.now();
        let usual = TimeDelta::minutes(minutes);
        assert!(
            (pause - usual).abs() <= usual / 5,
            "{pause} instead of {usual}"
        );
        app.advance(pause - TimeDelta::seconds(1));
        assert_eq!(app.deliver().await, 0, "too early");
        app.advance(TimeDelta::seconds(1));
        assert_eq!(app.deliver().await, 1);
    }
    assert_eq!(only_email(&app).await.status, Status::Accepted);
}

#[actix_web::test]
async fn a_server_that_says_how_long_is_believed() {
    let waiting = (Step::RcptTo, "450 4.7.1 Try again in 20 minutes");
    let server = SmtpServer::scripted([refusing(waiting)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let pause = only_email(&app).await.due_at - app.now();
    assert_eq!(pause, TimeDelta::seconds(20 * 60 + 10));
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_address_that_does_not_exist_ends_the_story_with_a_reason() {
    let server = SmtpServer::scripted([refusing(GONE)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Failed);
    assert!(email.reason.contains("does not exist"), "{}", email.reason);
    app.advance(TimeDelta::hours(5));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(server.taken(), []);
}

#[actix_web::test]
async fn a_refusal_that_nobody_knows_gets_one_more_try() {
    let odd = (Step::Dot, "554 computer says no");
    let server = SmtpServer::scripted([refusing(odd), refusing(odd)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Retrying);
    app.advance(TimeDelta::minutes(15));
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Failed);
}

#[actix_web::test]
async fn a_full_mailbox_is_tried_for_four_hours() {
    let full = (Step::RcptTo, "452 4.2.2 mailbox full");
    let server = SmtpServer::scripted((0..20).map(|_| refusing(full))).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let begun = app.now();
    while app.now() - begun < TimeDelta::hours(4) {
        app.deliver().await;
        assert_eq!(only_email(&app).await.status, Status::Retrying);
        app.advance(TimeDelta::minutes(30));
    }
    app.advance(TimeDelta::hours(2));
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Failed);
}

#[actix_web::test]
async fn a_message_in_doubt_goes_out_once_more_and_is_the_same() {
    let dying = || Script::at(Step::Dot, Act::TakeAndDrop);
    let server = SmtpServer::scripted([dying(), dying()]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Retrying);
    app.advance(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::seconds(1));
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Uncertain);
    app.advance(TimeDelta::hours(3));
    assert_eq!(app.deliver().await, 0);
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].bytes, taken[1].bytes);
    let outcomes = attempts(&app)
        .await
        .into_iter()
        .map(|attempt| attempt.outcome);
    assert_eq!(outcomes.collect::<Vec<_>>(), [Some(Outcome::Uncertain); 2]);
}

#[actix_web::test]
async fn a_reminder_in_doubt_is_not_sent_again() {
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::TakeAndDrop)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let reminder = email::Entity::update_many()
        .col_expr(email::Column::Kind, Expr::value(Kind::Reminder.to_value()));
    builders::write(&app, async |txn| Ok(reminder.exec(txn).await?)).await;
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Uncertain);
    app.advance(TimeDelta::hours(1));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn what_changes_meanwhile_does_not_change_a_message_that_was_tried() {
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::TakeAndDrop)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let change = company::Entity::update_many()
        .col_expr(company::Column::Name, Expr::value("New Name"))
        .filter(company::COLUMN.id.eq(app.company_id));
    builders::write(&app, async |txn| Ok(change.exec(txn).await?)).await;
    app.advance(TimeDelta::minutes(10));
    app.deliver().await;
    let taken = server.taken();
    assert_eq!(taken[0].bytes, taken[1].bytes);
    assert_eq!(only_email(&app).await.status, Status::Accepted);
}

#[actix_web::test]
async fn a_message_that_cannot_be_made_does_not_stop_the_others() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let broken = builders::company(&app, "Broken Company").await;
    let change = company::Entity::update_many()
        .col_expr(
            company::Column::InstructionLines,
            Expr::value(json!(["no such line"])),
        )
        .filter(company::COLUMN.id.eq(broken));
    builders::write(&app, async |txn| Ok(change.exec(txn).await?)).await;
    builders::booked(&app, broken).await;
    builders::booked(&app, app.company_id).await;
    assert_eq!(app.deliver().await, 2);
    let emails = emails(&app).await;
    assert_eq!(emails[0].status, Status::Failed);
    assert!(emails[0].reason.contains("can't create this email"));
    assert_eq!(emails[1].status, Status::Accepted);
}

#[actix_web::test]
async fn a_message_that_cannot_be_read_does_not_stop_the_others() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let broken = builders::booked(&app, app.company_id).await;
    builders::booked(&app, app.company_id).await;
    let change = email::Entity::update_many()
        .col_expr(email::Column::Facts, Expr::value(json!("no facts")))
        .filter(email::COLUMN.interview_id.eq(broken.details.interview.id));
    builders::write(&app, async |txn| Ok(change.exec(txn).await?)).await;
    app.deliver().await;
    let emails = emails(&app).await;
    assert_eq!(emails[0].status, Status::Failed);
    assert!(emails[0].reason.contains("can't create this email"));
    assert_eq!(emails[1].status, Status::Accepted);
}

#[actix_web::test]
async fn a_server_that_is_away_for_hours_costs_no_message() {
    let away = (0..45).map(|_| Script::at(Step::Banner, Act::Drop));
    let server = SmtpServer::scripted(away).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let mut attempts = 0;
    while attempts < 45 {
        attempts += app.deliver().await;
        assert_eq!(only_email(&app).await.status, Status::Retrying);
        app.advance(TimeDelta::minutes(6));
    }
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Accepted);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn a_server_that_was_away_for_hours_leaves_a_message_all_its_tries() {
    let away = (0..45).map(|_| Script::at(Step::Banner, Act::Drop));
    let server = SmtpServer::scripted(away.chain([
        refusing(GREYLISTED),
        refusing((Step::Dot, "554 computer says no")),
    ]))
    .await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    for _ in 0..45 {
        assert_eq!(app.deliver().await, 1);
        app.advance(TimeDelta::minutes(6));
    }
    assert_eq!(app.deliver().await, 1);
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Retrying, "{}", email.reason);
    let pause = email.due_at - app.now();
    assert!(
        pause <= TimeDelta::seconds(72),
        "{pause} for the first time"
    );
    app.advance(pause);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(only_email(&app).await.status, Status::Failed);
    assert_eq!(only_email(&app).await.attempts, 2, "the outage cost none");
}

#[actix_web::test]
async fn a_refusal_that_nobody_knows_gets_its_second_try_after_an_outage_too() {
    let odd = (Step::Dot, "554 computer says no");
    let away = Script::at(Step::Banner, Act::Drop);
    let server = SmtpServer::scripted([away, refusing(odd)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    app.advance(TimeDelta::minutes(1));
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Retrying);
    app.advance(TimeDelta::minutes(15));
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Accepted);
}

#[actix_web::test]
async fn a_message_that_waits_expires_as_soon_as_it_is_of_no_more_use() {
    let server =
        SmtpServer::scripted([refusing((Step::RcptTo, "450 4.7.1 Try again in 3 hours"))]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.advance(TimeDelta::hours(23));
    app.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Retrying);
    app.advance(email.expires_at - app.now());
    assert_eq!(app.deliver().await, 0);
    assert_eq!(only_email(&app).await.status, Status::Expired);
}

#[actix_web::test]
async fn a_message_in_doubt_stays_in_doubt_when_it_is_too_late_to_send_it_again() {
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::TakeAndDrop)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Retrying);
    app.advance(email.expires_at - app.now());
    assert_eq!(app.deliver().await, 0);
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Uncertain, "it was taken");
    assert!(
        email.reason.contains("may have accepted it"),
        "{}",
        email.reason
    );
}

#[actix_web::test]
async fn a_fault_of_ours_after_the_last_byte_is_a_doubt_and_no_refusal() {
    struct Broken;
    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            panic!("a fault of ours")
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::TakeAndDrop)]).await;
    let app = app_with(&server, &[("EMAIL_CONSOLE_FALLBACK", "true")]).await;
    builders::booked(&app, app.company_id).await;
    let broken = app
        .second_process_with(|app| app.mailer.console = Console::new(Broken))
        .await;
    assert_eq!(broken.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
    assert_eq!(only_email(&app).await.status, Status::Retrying);
    assert_eq!(attempts(&app).await[0].outcome, Some(Outcome::Uncertain));
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_port_where_nobody_listens_is_tried_again() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    drop(server);
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Retrying);
    assert!(email.reason.contains("EMAIL_PORT"), "{}", email.reason);
    assert!(email.due_at - app.now() <= TimeDelta::seconds(18));
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_message_that_is_of_no_more_use_is_never_sent() {
    let server = SmtpServer::scripted([Script::at(Step::Banner, Act::Drop)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    app.advance(TimeDelta::days(2));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(only_email(&app).await.status, Status::Expired);
    assert_eq!(server.taken(), []);
}

#[actix_web::test]
async fn what_no_longer_tells_the_present_is_not_sent_and_stops_nobody() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let moved = builders::booked(&app, app.company_id).await;
    builders::booked(&app, app.company_id).await;
    let change = interview::Entity::update_many()
        .col_expr(interview::Column::Revision, Expr::value(7))
        .filter(interview::COLUMN.id.eq(moved.details.interview.id));
    builders::write(&app, async |txn| Ok(change.exec(txn).await?)).await;
    assert_eq!(app.deliver().await, 1);
    let statuses = emails(&app).await.into_iter().map(|email| email.status);
    assert_eq!(
        statuses.collect::<Vec<_>>(),
        [Status::Superseded, Status::Accepted]
    );
}

#[actix_web::test]
async fn a_message_of_a_kind_from_the_future_waits_and_stops_nobody() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let future = builders::booked(&app, app.company_id).await;
    builders::booked(&app, app.company_id).await;
    let change = email::Entity::update_many()
        .col_expr(email::Column::Kind, Expr::value("teleported"))
        .filter(email::COLUMN.interview_id.eq(future.details.interview.id));
    builders::write(&app, async |txn| Ok(change.exec(txn).await?)).await;
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn several_messages_share_a_connection() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
    }
    assert_eq!(app.deliver().await, 3);
    assert_eq!((server.taken().len(), server.connections()), (3, 1));
}

#[actix_web::test]
#[ignore = "needs aiosmtpd; tests/run installs it"]
async fn an_outside_server_takes_an_interview_encrypted_and_with_a_login() {
    let mut peer = Aiosmtpd::start(Security::Starttls);
    let app =
        TestApp::with_settings(&[("DEFAULT_FROM_EMAIL", "jobs@sample-company.example")]).await;
    let client = Client::new(&peer.settings("correct horse"), "localhost")
        .trusting(vec![CERTIFICATES.authority.clone()]);
    let worker = app
        .second_process_with(|app| app.mailer.relay = Some(Relay::new(client)))
        .await;
    builders::booked(&app, app.company_id).await;
    worker.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Accepted, "{}", email.reason);
    let taken = peer.taken();
    assert_eq!(taken["encrypted"], true);
    assert_eq!(taken["authenticated"], true);
    assert_eq!(taken["to"][0], email.recipient);
    let bytes = Aiosmtpd::bytes(&taken);
    let token = token(&bytes);
    assert!(
        admission::admit(&app.app.db, &app.app.keys, &token, app.now())
            .await
            .is_ok()
    );
}

#[actix_web::test]
async fn without_a_mail_server_messages_are_printed_and_never_called_sent() {
    let logs = Logs::capture();
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Printed);
    let printed = app.printer.text();
    for words in [
        "Subject: Interview Scheduled - Cloud Architect at Sample Company",
        "Dear Zoë Núñez,",
        "http://127.0.0.1:8080/interview/ey",
        &format!("Message-ID: <{}>", email.message_id),
    ] {
        assert!(printed.contains(words), "{words} in {printed}");
    }
    assert_logged(&logs, "INFO Interview notification sent to console: ");
}

#[actix_web::test]
async fn where_others_may_read_the_terminal_the_link_is_not_printed() {
    let app = TestApp::with_settings(&[
        ("BASE_URL", "https://jobs.example.com"),
        ("ALLOW_INSECURE", "console-mail"),
    ])
    .await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let printed = app.printer.text();
    assert!(printed.contains("Dear Zoë Núñez,"));
    assert!(!printed.contains("/interview/"), "{printed}");
}

#[actix_web::test]
async fn a_terminal_that_takes_nothing_loses_nothing() {
    let app = TestApp::start().await;
    app.printer.break_down();
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Retrying);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_delivery_is_logged_with_the_address_masked() {
    let logs = Logs::capture();
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let address = only_email(&app).await.recipient;
    let masked = format!("{}***@e***.net", &address[..1]);
    assert_logged(
        &logs,
        &format!("INFO Interview notification sent via email: {masked}"),
    );
}

#[actix_web::test]
async fn when_smtp_fails_the_terminal_can_take_over_once() {
    let logs = Logs::capture();
    let server = SmtpServer::scripted([refusing(GREYLISTED), refusing(GREYLISTED)]).await;
    let app = app_with(&server, &[("EMAIL_CONSOLE_FALLBACK", "true")]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let email = only_email(&app).await;
    assert_eq!(email.status, Status::Retrying, "printed is not sent");
    app.advance(TimeDelta::minutes(2));
    app.deliver().await;
    assert_eq!(app.printer.text().matches("Dear Zoë Núñez,").count(), 1);
    assert_logged(
        &logs,
        "WARN SMTP email failed, falling back to console: 451 4.2.0 not now",
    );
    let masked = format!("{}***@e***.net", &email.recipient[..1]);
    assert_logged(
        &logs,
        &format!("INFO Interview notification sent to console (fallback mode): {masked}"),
    );
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn when_everything_fails_that_is_an_error() {
    let logs = Logs::capture();
    let server = SmtpServer::scripted([refusing(GONE)]).await;
    let app = app_with(&server, &[("EMAIL_CONSOLE_FALLBACK", "true")]).await;
    app.printer.break_down();
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    assert_logged(
        &logs,
        "ERROR Both SMTP and console email failed: 550 5.1.1 <x***@e***.net> no such user; no paper",
    );
}

#[actix_web::test]
async fn no_log_at_any_level_tells_a_secret() {
    let logs = Logs::capture();
    let server = SmtpServer::scripted([refusing(GREYLISTED)]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    app.advance(TimeDelta::minutes(2));
    app.deliver().await;
    let email = only_email(&app).await;
    let token = token(&server.taken()[0].bytes);
    let lines = logs.lines().join("\n");
    assert!(lines.contains("sent via email"));
    for secret in [token.as_str(), &email.recipient, "Bring a portfolio", "Zoë"] {
        assert!(!lines.contains(secret), "{secret} in {lines}");
    }
}

#[actix_web::test]
async fn a_booking_wakes_the_worker() {
    let hold = Arc::new(Hold::default());
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::Hold(hold.clone()))]).await;
    let app = app_with(&server, &[]).await;
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(app.app.clone(), stopped));
    builders::booked(&app, app.company_id).await;
    app.app.wake.notify_one();
    hold.reached.notified().await;
    stop.send(true).expect("a worker");
    hold.release.notify_one();
    worker.await.expect("an end");
    assert_eq!(
        only_email(&app).await.status,
        Status::Accepted,
        "the reply was waited for"
    );
}

#[actix_web::test]
async fn a_worker_that_stops_gives_back_what_has_not_left() {
    let hold = Arc::new(Hold::default());
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Hold(hold.clone()))]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(app.app.clone(), stopped));
    hold.reached.notified().await;
    stop.send(true).expect("a worker");
    worker.await.expect("an end");
    let email = only_email(&app).await;
    assert_eq!((email.status, email.attempts), (Status::Queued, 0));
    assert_eq!(attempts(&app).await[0].outcome, Some(Outcome::Released));
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn a_worker_that_stops_before_the_last_reply_leaves_a_doubt() {
    let hold = Arc::new(Hold::default());
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::Hold(hold.clone()))]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let (stop, stopped) = watch::channel(false);
    let patience = Duration::from_millis(1);
    let worker = rt::spawn(worker::run_with_patience(
        app.app.clone(),
        stopped,
        patience,
    ));
    hold.reached.notified().await;
    stop.send(true).expect("a worker");
    worker.await.expect("an end");
    assert_eq!(attempts(&app).await[0].outcome, Some(Outcome::Uncertain));
    app.advance(TimeDelta::minutes(10));
    app.deliver().await;
    assert_eq!(only_email(&app).await.status, Status::Accepted);
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0].bytes, taken[1].bytes);
}

#[actix_web::test]
async fn a_worker_ends_though_the_database_is_gone() {
    let logs = Logs::capture();
    let hold = Arc::new(Hold::default());
    let server = SmtpServer::scripted([Script::at(Step::Dot, Act::Hold(hold.clone()))]).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(app.app.clone(), stopped));
    hold.reached.notified().await;
    app.lose_database().await;
    stop.send(true).expect("a worker");
    hold.release.notify_one();
    worker.await.expect("an end");
    assert_logged(&logs, "ERROR The outcome of an email can't be recorded");
}

#[actix_web::test]
async fn one_slow_server_reply_does_not_hold_the_others_up() {
    let hold = Arc::new(Hold::default());
    let last = Arc::new(Hold::default());
    let server = SmtpServer::scripted([
        Script::at(Step::Dot, Act::Hold(hold.clone())),
        Script::at(Step::Dot, Act::Hold(last.clone())),
    ])
    .await;
    let app = app_with(&server, &[]).await;
    for _ in 0..2 {
        builders::booked(&app, app.company_id).await;
    }
    let (stop, stopped) = watch::channel(false);
    let worker = rt::spawn(worker::run(app.app.clone(), stopped));
    hold.reached.notified().await;
    last.reached.notified().await;
    hold.release.notify_one();
    last.release.notify_one();
    stop.send(true).expect("a worker");
    worker.await.expect("an end");
    assert_eq!(server.taken().len(), 2);
}

/// An app whose mail goes to this server.
pub async fn app_with(server: &SmtpServer, more: &[(&str, &str)]) -> TestApp {
    let smtp = server.settings();
    let port = smtp.port.to_string();
    let mut variables = vec![
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", smtp.host.as_str()),
        ("EMAIL_PORT", port.as_str()),
        ("EMAIL_USE_TLS", "false"),
        (
            "DEFAULT_FROM_EMAIL",
            "Greenroom <jobs@sample-company.example>",
        ),
    ];
    variables.extend(more);
    TestApp::with_settings(&variables).await
}

fn refusing((step, reply): Refusal) -> Script {
    Script::at(step, Act::Reply(reply))
}

async fn emails(app: &TestApp) -> Vec<email::Model> {
    email::Entity::find()
        .order_by_asc(email::Column::Id)
        .all(app.app.db.read())
        .await
        .expect("emails")
}

async fn only_email(app: &TestApp) -> email::Model {
    let mut emails = emails(app).await;
    assert_eq!(emails.len(), 1);
    emails.remove(0)
}

async fn attempts(app: &TestApp) -> Vec<attempt::Model> {
    attempt::Entity::find()
        .order_by_asc(attempt::Column::Id)
        .all(app.app.db.read())
        .await
        .expect("attempts")
}

fn token(message: &[u8]) -> String {
    let message = MessageParser::default().parse(message).expect("a message");
    let text = message.body_text(0).expect("a plain part");
    let (_, rest) = text.split_once("/interview/").expect("a link");
    rest.lines().next().expect("a token").to_owned()
}

fn assert_logged(logs: &Logs, line: &str) {
    let lines = logs.lines();
    assert!(
        lines.iter().any(|logged| logged.starts_with(line)),
        "{line} in {lines:#?}"
    );
}
