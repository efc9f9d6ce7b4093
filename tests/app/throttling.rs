//! How often one may try to sign in.
use std::net::IpAddr;

use chrono::TimeDelta;
use entity::{known_device, user::Role};
use sea_orm::EntityTrait;

use crate::support::{Actor, TestApp, app::PASSWORD, builders, logs::Logs};
use greenroom::worker::housekeeping::run_steps;

const MARK: &str = "greenroom-known";

#[actix_web::test]
async fn after_ten_wrong_passwords_an_account_waits_wherever_they_come_from() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut browser = app.stranger();
    for i in 0..10 {
        browser.ip = format!("203.0.113.{i}").parse().expect("an address");
        assert_eq!(browser.sign_in(&user.email, "wrong").await.status, 422);
    }
    let answer = browser.sign_in(&user.email, PASSWORD).await;
    assert_eq!(answer.status, 429, "even with the right one");
    assert_eq!(answer.header("retry-after"), "900");
    assert!(answer.text.contains("Too many attempts"));
    assert_eq!(answer.value_of("email"), user.email, "as typed");
    let other = builders::user(&app, app.company_id, Role::Recruiter).await;
    assert_eq!(browser.sign_in(&other.email, PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn the_wait_is_over_after_fifteen_minutes_however_often_one_tried_meanwhile() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut browser = app.stranger();
    for _ in 0..10 {
        browser.sign_in(&user.email, "wrong").await;
    }
    app.advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    let answer = browser.sign_in(&user.email, PASSWORD).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "1"));
    app.advance(TimeDelta::seconds(1));
    assert_eq!(browser.sign_in(&user.email, PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn an_account_that_does_not_exist_waits_like_one_that_does() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut answers = Vec::new();
    for email in [user.email.as_str(), "nobody@example.com"] {
        let mut browser = app.stranger();
        browser.ip = format!("203.0.113.{}", answers.len())
            .parse()
            .expect("an address");
        let mut statuses = Vec::new();
        for _ in 0..12 {
            statuses.push(browser.sign_in(email, "wrong").await.status);
        }
        answers.push(statuses);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][9..], [422, 429, 429]);
}

#[actix_web::test]
async fn one_client_may_try_thirty_times_over_all_accounts() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut browser = app.stranger();
    for i in 0..30 {
        assert_eq!(
            browser
                .sign_in(&format!("a{i}@example.com"), "wrong")
                .await
                .status,
            422
        );
    }
    assert_eq!(browser.sign_in(&user.email, PASSWORD).await.status, 429);
    let mut elsewhere = app.stranger();
    elsewhere.ip = "203.0.113.99".parse().expect("an address");
    assert_eq!(elsewhere.sign_in(&user.email, PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn those_who_sign_in_rightly_are_not_counted() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut browser = app.stranger();
    for _ in 0..40 {
        assert_eq!(browser.sign_in(&user.email, PASSWORD).await.status, 303);
    }
}

#[actix_web::test]
async fn a_success_does_not_wipe_out_the_tries_before_it() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut browser = app.stranger();
    for i in 0..30 {
        browser.sign_in(&format!("a{i}@example.com"), "wrong").await;
        if i == 20 {
            assert_eq!(browser.sign_in(&user.email, PASSWORD).await.status, 303);
        }
    }
    assert_eq!(browser.sign_in("b@example.com", "wrong").await.status, 429);
}

#[actix_web::test]
async fn forged_addresses_of_proxies_do_not_help() {
    let app = TestApp::start().await;
    let mut statuses = Vec::new();
    for i in 0..31 {
        let mut browser = app
            .stranger()
            .with_header("x-forwarded-for", &format!("198.51.100.{i}"))
            .with_header("forwarded", &format!("for=198.51.100.{i}"));
        statuses.push(
            browser
                .sign_in(&format!("a{i}@example.com"), "wrong")
                .await
                .status,
        );
    }
    assert_eq!(statuses[29..], [422, 429]);
}

#[actix_web::test]
async fn a_proxy_that_is_not_trusted_is_named_in_the_log_once() {
    let app = TestApp::start().await;
    let logs = Logs::capture();
    for i in 0..3 {
        let forwarded = format!("198.51.100.{i}");
        let mut browser = app.stranger().with_header("x-forwarded-for", &forwarded);
        browser.ip = "172.17.0.1".parse().expect("an address");
        browser.get("/login").await;
    }
    let mut lines = logs.lines();
    lines.retain(|line| line.starts_with("WARN "));
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in ["172.17.0.1", "TRUSTED_PROXIES"] {
        assert!(lines[0].contains(part), "{lines:?}");
    }
}

#[actix_web::test]
async fn behind_a_trusted_proxy_clients_are_told_apart() {
    let app = TestApp::with_settings(&[("TRUSTED_PROXIES", "203.0.113.0/24")]).await;
    for i in 0..40 {
        let forwarded = format!("6.6.6.6, 198.51.100.{i}");
        let mut browser = app.stranger().with_header("x-forwarded-for", &forwarded);
        assert_eq!(
            browser
                .sign_in(&format!("a{i}@example.com"), "wrong")
                .await
                .status,
            422
        );
    }
}

#[actix_web::test]
async fn neighbours_in_one_ipv6_network_are_one_client() {
    let app = TestApp::start().await;
    let mut browser = app.stranger();
    let mut statuses = Vec::new();
    for i in 0..31 {
        browser.ip = format!("2001:db8:1:2::{i:x}").parse().expect("an address");
        statuses.push(
            browser
                .sign_in(&format!("a{i}@example.com"), "wrong")
                .await
                .status,
        );
    }
    assert_eq!(statuses[29..], [422, 429]);
    browser.ip = "2001:db8:1:3::1".parse().expect("an address");
    assert_eq!(browser.sign_in("b@example.com", "wrong").await.status, 422);
}

#[actix_web::test]
async fn tries_are_counted_over_all_processes() {
    let app = TestApp::start().await;
    let other = app.second_process().await;
    for i in 0..10 {
        let mut browser = if i % 2 == 0 {
            app.stranger()
        } else {
            other.stranger()
        };
        assert_eq!(browser.sign_in("a@example.com", "wrong").await.status, 422);
    }
    assert_eq!(
        app.stranger()
            .sign_in("a@example.com", "wrong")
            .await
            .status,
        429
    );
    assert_eq!(
        other
            .stranger()
            .sign_in("a@example.com", "wrong")
            .await
            .status,
        429
    );
}

#[actix_web::test]
async fn many_tries_at_once_do_not_slip_through_together() {
    let app = TestApp::start().await;
    let tries = (0..15).map(|_| async {
        app.stranger()
            .sign_in("a@example.com", "wrong")
            .await
            .status
    });
    let statuses = futures_util::future::join_all(tries).await;
    let count = |status| statuses.iter().filter(|s| **s == status).count();
    assert_eq!((count(422), count(429)), (10, 5), "{statuses:?}");
}

/// The same browser, signed out.
fn signed_out(app: &TestApp, actor: &Actor) -> Actor {
    let mut own = app.stranger();
    own.ip = actor.ip;
    own.cookies = actor.cookies.clone();
    own.cookies.remove("greenroom");
    own
}

fn email_of(actor: &Actor) -> String {
    actor.user.clone().expect("a user").email
}

/// Uses up what strangers may try at this account, and what they may try from this address.
async fn exhaust(app: &TestApp, email: &str, ip: IpAddr) {
    for i in 0..11 {
        let mut stranger = app.stranger();
        stranger.ip = format!("203.0.113.{i}").parse().expect("an address");
        stranger.sign_in(email, "wrong").await;
    }
    for i in 0..31 {
        let mut neighbour = app.stranger();
        neighbour.ip = ip;
        let other = format!("a{i}@example.com");
        neighbour.sign_in(&other, "wrong").await;
    }
}

#[actix_web::test]
async fn others_lock_nobody_out_of_a_known_browser() {
    let app = TestApp::start().await;
    let rita = app.recruiter().await;
    let email = email_of(&rita);
    exhaust(&app, &email, rita.ip).await;
    let mut own = signed_out(&app, &rita);
    assert_eq!(own.sign_in(&email, "wrong").await.status, 422);
    assert_eq!(own.sign_in(&email, PASSWORD).await.status, 303);
    let mut unknown = app.stranger();
    unknown.ip = rita.ip;
    assert_eq!(unknown.sign_in(&email, PASSWORD).await.status, 429);
}

#[actix_web::test]
async fn others_keep_nobody_from_changing_their_own_password() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let email = email_of(&rita);
    let mut borrowed = app.signed_in_as(rita.user.as_ref().expect("a user")).await;
    exhaust(&app, &email, rita.ip).await;
    let guess = [("present", "wrong"), ("password", "nine blue kettles")];
    for _ in 0..11 {
        borrowed.post_form("/account/password", &guess).await;
    }
    let right = [("present", PASSWORD), ("password", "nine blue kettles")];
    let answer = rita.post_form("/account/password", &right).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, "/account"));
}

#[actix_web::test]
async fn a_known_browser_has_ten_tries_of_its_own_and_for_its_own_account_only() {
    let app = TestApp::start().await;
    let (rita, other) = (app.recruiter().await, app.recruiter().await);
    let mark = rita.cookies[MARK].clone();
    let parts: Vec<&str> = mark.split('.').collect();
    let [user, random, proof] = parts[..] else {
        panic!("{mark}");
    };
    let of_other = format!("{}.{random}.{proof}", other.user_id());
    let forged = format!("{user}.{}.{proof}", "A".repeat(random.len()));
    let invented = format!("{user}.{random}.{}", "0".repeat(64));
    for (email, mark) in [
        (email_of(&other), &mark),
        (email_of(&other), &of_other),
        (email_of(&rita), &forged),
        (email_of(&rita), &invented),
    ] {
        for _ in 0..10 {
            app.stranger().sign_in(&email, "wrong").await;
        }
        let mut browser = app.stranger();
        browser.ip = rita.ip;
        browser.cookies.insert(MARK.into(), mark.clone());
        let answer = browser.sign_in(&email, PASSWORD).await;
        assert_eq!(answer.status, 429, "{mark} does not help");
        app.advance(TimeDelta::minutes(15));
    }
    let mut thief = app.stranger();
    thief.cookies.insert(MARK.into(), mark.clone());
    for i in 0..10 {
        thief.ip = format!("203.0.113.{i}").parse().expect("an address");
        assert_eq!(thief.sign_in(&email_of(&rita), "wrong").await.status, 422);
    }
    thief.ip = "203.0.113.99".parse().expect("an address");
    assert_eq!(thief.sign_in(&email_of(&rita), PASSWORD).await.status, 429);
}

#[actix_web::test]
async fn a_browser_is_known_to_everybody_who_signed_in_there() {
    let app = TestApp::start().await;
    let rita = app.recruiter().await;
    let rolf = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut shared = signed_out(&app, &rita);
    assert_eq!(shared.sign_in(&rolf.email, PASSWORD).await.status, 303);
    for email in [email_of(&rita), rolf.email] {
        exhaust(&app, &email, rita.ip).await;
        let mut own = signed_out(&app, &shared);
        assert_eq!(own.sign_in(&email, PASSWORD).await.status, 303, "{email}");
    }
}

#[actix_web::test]
async fn a_browser_is_known_for_ninety_days_after_its_last_sign_in() {
    let app = TestApp::start().await;
    let rita = app.recruiter().await;
    let email = email_of(&rita);
    let mut own = signed_out(&app, &rita);
    for (days, status) in [(89, 303), (89, 303), (90, 429)] {
        app.advance(TimeDelta::days(days));
        exhaust(&app, &email, rita.ip).await;
        let answer = own.sign_in(&email, PASSWORD).await;
        assert_eq!(answer.status, status);
        own = signed_out(&app, &own);
    }
    let rows = known_device::Entity::find().all(app.app.db.read()).await;
    assert_eq!(rows.expect("rows").len(), 1, "one row for one browser");
    run_steps(&app.app).await.expect("kept");
    let rows = known_device::Entity::find().all(app.app.db.read()).await;
    assert_eq!(rows.expect("rows").len(), 0);
}

#[actix_web::test]
async fn no_browser_is_known_after_a_reset_and_only_this_one_after_an_own_change() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let mut rita = app.recruiter().await;
    let email = email_of(&rita);
    let elsewhere = app.signed_in_as(rita.user.as_ref().expect("a user")).await;
    let new = "nine blue kettles";
    let change = [("present", PASSWORD), ("password", new)];
    assert_eq!(
        rita.post_form("/account/password", &change).await.status,
        303
    );
    exhaust(&app, &email, rita.ip).await;
    let mut own = signed_out(&app, &rita);
    assert_eq!(own.sign_in(&email, new).await.status, 303);
    let mut other = signed_out(&app, &elsewhere);
    assert_eq!(other.sign_in(&email, new).await.status, 429);
    let path = format!("/users/{}/password", rita.user_id());
    let reset = [("password", "six paper windmills")];
    assert_eq!(ada.save_form(&path, &reset).await.status, 303);
    let mut own = signed_out(&app, &rita);
    let answer = own.sign_in(&email, "six paper windmills").await;
    assert_eq!(answer.status, 429, "it is a stranger's now");
}

#[actix_web::test]
async fn no_more_than_twenty_browsers_are_known_to_a_user() {
    let app = TestApp::start().await;
    let user = builders::user(&app, app.company_id, Role::Recruiter).await;
    let mut first = app.signed_in_as(&user).await;
    for _ in 0..20 {
        app.advance(TimeDelta::seconds(1));
        app.signed_in_as(&user).await;
    }
    let rows = known_device::Entity::find().all(app.app.db.read()).await;
    assert_eq!(rows.expect("rows").len(), 20);
    exhaust(&app, &user.email, first.ip).await;
    first = signed_out(&app, &first);
    assert_eq!(first.sign_in(&user.email, PASSWORD).await.status, 429);
}

#[actix_web::test]
async fn wrong_tokens_keep_no_right_one_from_the_same_address_out() {
    let app = TestApp::start().await;
    let mut program = app.program().await;
    for i in 0..60 {
        let wrong = format!("Token grm_{i}");
        let mut stranger = app.stranger().with_header("Authorization", &wrong);
        stranger.ip = program.ip;
        assert_eq!(stranger.get("/api/jobs/").await.status, 401);
    }
    assert_eq!(program.get("/api/jobs/").await.status, 200);
}

#[actix_web::test]
async fn hops_are_read_however_a_proxy_writes_them() {
    let app = TestApp::with_settings(&[("TRUSTED_PROXIES", "203.0.113.0/24")]).await;
    let mut statuses = Vec::new();
    for i in 0..31 {
        let forwarded = match i % 3 {
            0 => format!("198.51.100.1:{}", 40_000 + i),
            1 => "\"198.51.100.1\"".into(),
            _ => "[::ffff:198.51.100.1]:443".into(),
        };
        let mut browser = app.stranger().with_header("x-forwarded-for", &forwarded);
        browser.ip = format!("203.0.113.{i}").parse().expect("an address");
        let email = format!("a{i}@example.com");
        statuses.push(browser.sign_in(&email, "wrong").await.status);
    }
    assert_eq!(statuses[29..], [422, 429]);
    let mut other = app
        .stranger()
        .with_header("x-forwarded-for", "[2001:db8::1]:443");
    assert_eq!(other.sign_in("b@example.com", "wrong").await.status, 422);
}
