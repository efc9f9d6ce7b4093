//! Mail servers that are away, unwell or wrongly set up: what waits for them, and what goes another way.
use std::{sync::Arc, time::Duration};

use actix_web::rt;
use chrono::TimeDelta;
use entity::{
    attempt,
    email::{self, Status},
    transport::{self, Name, Scope},
};
use greenroom::{
    domain::{
        delivery::{self, Ended, Entry, Next, Setback},
        mail_servers::{self, Failure, Route},
    },
    worker,
};
use sea_orm::{EntityTrait, QueryOrder};
use tokio::sync::watch;

use crate::{
    emails::app_with,
    support::{
        TestApp, builders,
        logs::Logs,
        smtp_server::{Act, Hold, Options, Script, SmtpServer, Step},
    },
};

#[actix_web::test]
async fn a_server_that_fails_three_times_is_left_alone_but_for_probes() {
    let logs = Logs::capture();
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    for _ in 0..5 {
        builders::booked(&app, app.company_id).await;
    }
    server.be_away(true);
    for failures in 1..=3 {
        assert_eq!(app.deliver().await, 1, "one at a time shows how it is");
        let row = primary(&app).await;
        assert_eq!((row.failures, row.is_open()), (failures, failures == 3));
        app.advance(TimeDelta::seconds(2));
    }
    let row = primary(&app).await;
    assert_eq!(row.scope, Some(Scope::Server));
    assert!(row.reason.contains("broke"), "{}", row.reason);
    assert!(
        logs.lines()
            .iter()
            .any(|line| line.starts_with("WARN A mail server doesn't accept email"))
    );
    for seconds in [15, 30, 60, 120, 300, 300] {
        let row = primary(&app).await;
        let pause = row.wait_until.expect("a pause") - app.now() + TimeDelta::seconds(2);
        let usual = TimeDelta::seconds(seconds);
        assert!((pause - usual).abs() <= usual / 5, "{pause} for {usual}");
        app.advance(pause - TimeDelta::seconds(3));
        assert_eq!(app.deliver().await, 0, "too early for a probe");
        app.advance(TimeDelta::seconds(1));
        assert_eq!(app.deliver().await, 1, "one probe");
        app.advance(TimeDelta::seconds(2));
    }
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_waits_for_a_server_is_said_to_be_tried_when_the_server_is() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let booked = builders::booked(&app, app.company_id).await;
    let path = format!("/emails/{}", booked.email.id);
    server.be_away(true);
    for _ in 0..6 {
        assert_eq!(app.deliver().await, 1);
        let until = primary(&app).await.wait_until.expect("a pause");
        app.advance(until - app.now());
    }
    assert_eq!(
        app.deliver().await,
        1,
        "another probe in five minutes or so"
    );
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    let next = page.all_words("#story li").pop().expect("a step");
    for words in [
        "Next attempt in ",
        " min",
        "The mail server hasn't accepted email lately",
    ] {
        assert!(next.contains(words), "{words}: {next}");
    }
    assert!(page.words("#facts").contains("Attempts 7"));
    let row = rita.get("/emails").await.words("#log tbody tr");
    assert!(row.contains("next in "), "{row}");
    let interview = format!("/interviews/{}", booked.details.interview.id);
    let mails = rita.get(&interview).await.words("#mails");
    assert!(mails.contains("Not accepted yet"), "{mails}");

    let until = primary(&app).await.wait_until.expect("a pause");
    app.advance(until - app.now());
    let page = rita.get(&path).await;
    let next = page.all_words("#story li > strong").pop();
    assert_eq!(next.as_deref(), Some("Next attempt at once"));
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn an_outage_of_two_hours_costs_no_attempts_and_drains_in_order() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let mut told = Vec::new();
    for _ in 0..20 {
        told.push(builders::booked(&app, app.company_id).await);
        app.advance(TimeDelta::seconds(1));
    }
    server.be_away(true);
    let begun = app.now();
    let mut probes = 0;
    while app.now() - begun < TimeDelta::hours(2) {
        probes += app.deliver().await;
        app.advance(TimeDelta::seconds(30));
    }
    assert!((20..40).contains(&probes), "{probes} probes in two hours");
    for email in emails(&app).await {
        assert!(!email.status.is_final());
        assert_eq!(email.attempts, 0, "{}", email.reason);
    }
    server.be_away(false);
    // The longest time between two probes is five minutes and a fifth.
    app.advance(TimeDelta::minutes(6));
    while app.deliver().await > 0 {}
    let taken: Vec<_> = server.taken().into_iter().map(|taken| taken.to).collect();
    let recipients = told.iter().map(|told| told.details.candidate.email.clone());
    let expected: Vec<_> = recipients.collect();
    // The probe that found it well again was the one that had waited longest without having failed last.
    let probe = taken[0].clone();
    let rest: Vec<_> = expected.into_iter().filter(|to| *to != probe).collect();
    assert_eq!(taken[1..], rest);
    assert!(!primary(&app).await.is_open());
    assert!(emails(&app).await.iter().all(|email| email.attempts == 1));
}

#[actix_web::test]
async fn a_refused_login_stops_everything_at_once_and_says_why() {
    let options = Options {
        login: Some(("jobs", "the right one")),
        offers: vec!["8BITMIME", "AUTH PLAIN"],
        ..Options::default()
    };
    let server = SmtpServer::with(options, []).await;
    let app = app_with(&server, &login("jobs", "the wrong one")).await;
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
    }
    assert_eq!(app.deliver().await, 1);
    let row = primary(&app).await;
    assert_eq!((row.is_open(), row.scope), (true, Some(Scope::Settings)));
    assert!(row.reason.contains("EMAIL_HOST_PASSWORD"), "{}", row.reason);
    assert_eq!(emails(&app).await[0].attempts, 0);
    app.advance(TimeDelta::minutes(3));
    assert_eq!(app.deliver().await, 0, "no storm of logins");
    app.advance(TimeDelta::minutes(3));
    assert_eq!(app.deliver().await, 1, "a probe, with another message");
    assert_eq!(attempts(&app).await.len(), 2);
    // Whoever mends the settings restarts: nothing more has to be done.
    let mended = app
        .second_process_with_settings(&login("jobs", "the right one"))
        .await;
    assert_eq!(mended.deliver().await, 3);
    assert_eq!(server.taken().len(), 3);
    assert!(!primary(&app).await.is_open());
}

#[actix_web::test]
async fn a_message_that_makes_the_server_hang_up_holds_nobody_else_up() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let poison = builders::booked(&app, app.company_id).await;
    server.hang_up_on(&poison.details.candidate.email);
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
    }
    for _ in 0..10 {
        app.deliver().await;
        app.advance(TimeDelta::seconds(5));
    }
    assert_eq!(server.taken().len(), 3);
    assert!(!primary(&app).await.is_open(), "the server is well");
    let emails = emails(&app).await;
    assert_eq!(emails[0].status, Status::Retrying);
    assert!(emails[0].put_off > 0, "the failure is this message's own");
    assert!(emails[0].due_at > app.now(), "and it waits by itself");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_one_process_learned_of_a_server_the_others_know() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let other = app.second_process().await;
    builders::booked(&app, app.company_id).await;
    server.be_away(true);
    for _ in 0..3 {
        app.deliver().await;
        app.advance(TimeDelta::seconds(2));
    }
    assert!(primary(&app).await.is_open());
    let connections = server.connections();
    assert_eq!(other.deliver().await, 0);
    assert_eq!(server.connections(), connections);
    // And when somebody has mended something, it is tried at once.
    server.be_away(false);
    let tried = mail_servers::try_at_once(&other.app.db).await;
    tried.expect("written");
    assert_eq!(other.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn the_second_server_takes_over_before_anybody_has_to() {
    let first = SmtpServer::start().await;
    let second = SmtpServer::start().await;
    let app = app_with_both(&first, &second).await;
    first.be_away(true);
    for _ in 0..3 {
        builders::booked(&app, app.company_id).await;
    }
    app.deliver().await;
    assert_eq!(second.taken().len(), 3, "without waiting for anything");
    let all = emails(&app).await;
    assert!(all.iter().all(|email| email.status == Status::Accepted));
    let first_try = &attempts(&app).await[0];
    assert_eq!(first_try.outcome, Some(attempt::Outcome::Deferred));
    // The first one is asked again now and then, and used as soon as it is well.
    first.be_away(false);
    app.advance(TimeDelta::minutes(10));
    for _ in 0..2 {
        builders::booked(&app, app.company_id).await;
    }
    app.deliver().await;
    app.deliver().await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    assert!(!first.taken().is_empty());
    assert_eq!(first.taken().len() + second.taken().len(), 6);
    let bytes = |server: &SmtpServer| server.taken()[0].bytes.clone();
    assert!(!bytes(&first).is_empty() && !bytes(&second).is_empty());
}

#[actix_web::test]
async fn when_both_servers_are_away_nothing_is_lost_or_counted() {
    let first = SmtpServer::start().await;
    let second = SmtpServer::start().await;
    let app = app_with_both(&first, &second).await;
    first.be_away(true);
    second.be_away(true);
    for _ in 0..4 {
        builders::booked(&app, app.company_id).await;
    }
    for _ in 0..60 {
        app.deliver().await;
        app.advance(TimeDelta::minutes(1));
    }
    let states = all_transports(&app).await;
    assert_eq!(states.len(), 2);
    assert!(states.iter().all(transport::Model::is_open));
    assert!(states[1].reason.contains("EMAIL_FALLBACK_") || states[1].reason.contains("broke"));
    assert!(emails(&app).await.iter().all(|email| email.attempts == 0));
    second.be_away(false);
    app.advance(TimeDelta::minutes(6));
    while app.deliver().await > 0 {}
    assert_eq!(second.taken().len(), 4);
}

#[actix_web::test]
async fn no_more_leaves_in_a_second_than_is_allowed() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[("EMAIL_MAX_PER_SECOND", "0.5")]).await;
    for _ in 0..8 {
        builders::booked(&app, app.company_id).await;
    }
    assert_eq!(app.deliver().await, 5, "a burst");
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::milliseconds(1999));
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::milliseconds(1));
    assert_eq!(app.deliver().await, 1, "one in two seconds");
    let other = app.second_process().await;
    assert_eq!(other.deliver().await, 0, "whoever sends");
    app.advance(TimeDelta::seconds(4));
    assert_eq!(other.deliver().await, 2);
}

#[actix_web::test]
async fn a_sender_that_two_people_refuse_is_everybodys_problem() {
    let policy = Script::at(Step::Dot, Act::Reply("550 5.7.26 Unauthenticated email"));
    let server = SmtpServer::scripted((0..3).map(|_| policy.clone())).await;
    let app = app_with(&server, &[]).await;
    for _ in 0..4 {
        builders::booked(&app, app.company_id).await;
    }
    app.deliver().await;
    let statuses: Vec<_> = emails(&app)
        .await
        .iter()
        .map(|email| email.status)
        .collect();
    assert_eq!(statuses[..2], [Status::Failed, Status::Retrying]);
    assert_eq!(statuses[2..], [Status::Queued; 2], "nobody else is burned");
    let row = primary(&app).await;
    assert_eq!((row.is_open(), row.scope), (true, Some(Scope::Settings)));
    assert!(row.reason.contains("SPF"), "{}", row.reason);
    app.advance(TimeDelta::minutes(6));
    app.deliver().await;
    let statuses: Vec<_> = emails(&app)
        .await
        .iter()
        .map(|email| email.status)
        .collect();
    assert!(!statuses[1..].contains(&Status::Failed), "{statuses:?}");
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_quota_that_is_used_up_is_waited_for_by_everybody() {
    let quota = "550 5.4.5 Daily user sending limit exceeded";
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply(quota))]).await;
    let app = app_with(&server, &[]).await;
    for _ in 0..2 {
        builders::booked(&app, app.company_id).await;
    }
    assert_eq!(app.deliver().await, 1);
    app.advance(TimeDelta::minutes(59));
    assert_eq!(app.deliver().await, 0);
    app.advance(TimeDelta::minutes(1));
    app.deliver().await;
    assert_eq!(server.taken().len(), 2);
    assert!(emails(&app).await.iter().all(|email| email.attempts == 1));
}

#[actix_web::test]
async fn a_mailbox_found_full_after_an_outage_gets_its_four_hours() {
    let full = Script::at(Step::RcptTo, Act::Reply("552 5.2.2 mailbox full"));
    let server = SmtpServer::scripted((0..12).map(|_| full.clone())).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    server.be_away(true);
    for _ in 0..60 {
        app.deliver().await;
        app.advance(TimeDelta::minutes(6));
    }
    server.be_away(false);
    let begun = app.now();
    while app.now() - begun < TimeDelta::hours(3) {
        app.deliver().await;
        assert_eq!(emails(&app).await[0].status, Status::Retrying);
        app.advance(TimeDelta::minutes(10));
    }
    for _ in 0..6 {
        app.advance(TimeDelta::hours(1));
        app.deliver().await;
    }
    assert_eq!(emails(&app).await[0].status, Status::Failed);
}

#[actix_web::test]
async fn a_probe_that_a_stop_calls_back_is_made_again_at_once() {
    let hold = Arc::new(Hold::default());
    let mut scripts = vec![Script::at(Step::Banner, Act::Drop); 3];
    scripts.push(Script::at(Step::RcptTo, Act::Hold(hold.clone())));
    let server = SmtpServer::scripted(scripts).await;
    let app = app_with(&server, &[]).await;
    builders::booked(&app, app.company_id).await;
    for _ in 0..3 {
        assert_eq!(app.deliver().await, 1);
        app.advance(TimeDelta::seconds(30));
    }
    let (stop, stopped) = watch::channel(false);
    let running = rt::spawn(worker::run(app.app.clone(), stopped));
    hold.reached.notified().await;
    stop.send(true).expect("a worker");
    running.await.expect("an end");
    assert!(primary(&app).await.is_open());
    assert_eq!(app.deliver().await, 1);
    assert_eq!(server.taken().len(), 1);
}

#[actix_web::test]
async fn what_was_on_its_way_when_a_server_fell_ill_counts_as_one_illness() {
    let app = TestApp::start().await;
    for _ in 0..8 {
        builders::booked(&app, app.company_id).await;
    }
    let route = Route {
        name: Name::Primary,
        host: "mail.example.com".into(),
        fingerprint: "the settings".into(),
        per_second: None,
        burst: 0,
        connections: None,
    };
    let (db, now) = (&app.app.db, app.now());
    let claimed = delivery::claim(db, &[route], 8, now).await.expect("claims");
    assert_eq!(claimed.len(), 8);
    let failed = claimed.into_iter().map(|claimed| {
        let failure = Failure {
            scope: Scope::Server,
            reason: "The mail server is busy or has a problem.".into(),
            pause: None,
        };
        let ended = Ended {
            host: "mail.example.com".into(),
            peer: None,
            tls: None,
            stage: attempt::Stage::Banner,
            outcome: attempt::Outcome::Deferred,
            code: None,
            enhanced_code: None,
            reply: None,
            hint: None,
            transcript: None,
            dsn: None,
            next: Next::Retry(Setback::Server(failure)),
        };
        Entry::End(Arc::new(claimed), Box::new(ended))
    });
    let entries: Vec<_> = failed.collect();
    delivery::write(db, &entries, now).await.expect("written");
    let row = primary(&app).await;
    assert_eq!((row.failures, row.is_open()), (3, true));
    let pause = row.wait_until.expect("a pause") - now;
    assert!(
        pause <= TimeDelta::seconds(18),
        "{pause} to the first probe"
    );
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn a_crowd_leaves_over_few_connections_each_message_once() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    for _ in 0..60 {
        builders::booked(&app, app.company_id).await;
    }
    run_until(&app, async || server.taken().len() == 60).await;
    let mut to: Vec<_> = server.taken().into_iter().map(|taken| taken.to).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 60, "nobody got two");
    assert!(server.connections() <= 8, "{}", server.connections());
    for (email, attempt) in emails(&app).await.iter().zip(attempts(&app).await) {
        assert_eq!((email.status, email.attempts), (Status::Accepted, 1));
        assert_eq!(attempt.number, 1);
        let transcript = attempt.transcript.expect("a transcript");
        assert!(transcript.contains("> MAIL FROM:<"), "{transcript}");
        assert!(transcript.contains("< 250 2.0.0 queued"), "{transcript}");
    }
}

#[actix_web::test]
async fn a_server_that_breaks_down_amid_a_crowd_gets_the_rest_later() {
    let hold = Arc::new(Hold::default());
    let holding = Script::at(Step::RcptTo, Act::Hold(hold.clone()));
    let server = SmtpServer::scripted([holding]).await;
    let app = app_with(&server, &[]).await;
    for _ in 0..40 {
        builders::booked(&app, app.company_id).await;
    }
    let (stop, stopped) = watch::channel(false);
    let running = rt::spawn(worker::run(app.app.clone(), stopped));
    hold.reached.notified().await;
    server.be_away(true);
    hold.release.notify_one();
    until(async || primary_row(&app).await.is_some_and(|row| row.failures > 0)).await;
    stop.send(true).expect("a worker");
    running.await.expect("an end");
    let left = emails(&app).await;
    let of = |status| left.iter().filter(|email| email.status == status).count();
    let waiting = of(Status::Queued) + of(Status::Retrying);
    assert_eq!(of(Status::Accepted) + waiting, 40, "none is stuck or lost");
    assert_eq!(of(Status::Accepted), server.taken().len());
    server.be_away(false);
    for _ in 0..4 {
        app.advance(TimeDelta::minutes(1));
        app.deliver().await;
    }
    assert_eq!(server.taken().len(), 40);
}

/// An app with two mail servers.
async fn app_with_both(first: &SmtpServer, second: &SmtpServer) -> TestApp {
    let port = second.settings().port.to_string();
    app_with(
        first,
        &[
            ("EMAIL_FALLBACK_HOST", "localhost"),
            ("EMAIL_FALLBACK_PORT", &port),
            ("EMAIL_FALLBACK_USE_TLS", "false"),
        ],
    )
    .await
}

fn login<'a>(user: &'a str, password: &'a str) -> [(&'static str, &'a str); 2] {
    [("EMAIL_HOST_USER", user), ("EMAIL_HOST_PASSWORD", password)]
}

async fn run_until(app: &TestApp, is_so: impl AsyncFn() -> bool) {
    let (stop, stopped) = watch::channel(false);
    let running = rt::spawn(worker::run(app.app.clone(), stopped));
    until(is_so).await;
    stop.send(true).expect("a worker");
    running.await.expect("an end");
}

/// Looks again and again, for half a minute at the most.
async fn until(is_so: impl AsyncFn() -> bool) {
    let looking = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    let looked = tokio::time::timeout(Duration::from_secs(30), looking).await;
    looked.expect("it comes about");
}

async fn all_transports(app: &TestApp) -> Vec<transport::Model> {
    mail_servers::all(&app.app.db).await.expect("rows")
}

async fn primary_row(app: &TestApp) -> Option<transport::Model> {
    let all = all_transports(app).await;
    all.into_iter().find(|row| row.name == Name::Primary)
}

async fn primary(app: &TestApp) -> transport::Model {
    primary_row(app).await.expect("the first server")
}

async fn emails(app: &TestApp) -> Vec<email::Model> {
    let all = email::Entity::find().order_by_asc(email::Column::Id);
    all.all(app.app.db.read()).await.expect("emails")
}

async fn attempts(app: &TestApp) -> Vec<attempt::Model> {
    let all = attempt::Entity::find().order_by_asc(attempt::Column::Id);
    all.all(app.app.db.read()).await.expect("attempts")
}
