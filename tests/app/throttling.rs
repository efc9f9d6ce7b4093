//! How often one may try to sign in.
use chrono::TimeDelta;
use entity::user::Role;

use crate::support::{TestApp, app::PASSWORD, builders};

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
    assert!(answer.text.contains("Too many tries"));
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

#[actix_web::test]
async fn tries_from_elsewhere_do_not_lock_a_user_out_of_the_own_browser() {
    let app = TestApp::start().await;
    let rita = app.recruiter().await;
    let email = rita.user.clone().expect("a user").email;
    for _ in 0..11 {
        app.stranger().sign_in(&email, "wrong").await;
    }
    let mut own = app.stranger();
    own.ip = rita.ip;
    own.cookies = rita.cookies.clone();
    own.cookies.remove("greenroom");
    assert_eq!(own.sign_in(&email, PASSWORD).await.status, 303);
    let mut elsewhere = app.stranger();
    elsewhere.ip = rita.ip;
    assert_eq!(elsewhere.sign_in(&email, PASSWORD).await.status, 429);
}

#[actix_web::test]
async fn a_known_browser_has_ten_tries_of_its_own_and_for_its_own_account_only() {
    const MARK: &str = "greenroom-known";
    let app = TestApp::start().await;
    let (rita, other) = (app.recruiter().await, app.recruiter().await);
    let email_of = |actor: &crate::support::Actor| actor.user.clone().expect("a user").email;
    let mark = rita.cookies[MARK].clone();
    let (id, proof) = mark.split_once('.').expect("two halves");
    let forged = format!("{}.{proof}", id.replace(['0', '1', '2'], "3"));
    for (email, mark) in [(email_of(&other), &mark), (email_of(&rita), &forged)] {
        for _ in 0..10 {
            app.stranger().sign_in(&email, "wrong").await;
        }
        let mut browser = app.stranger();
        browser.ip = rita.ip;
        browser.cookies.insert(MARK.into(), mark.clone());
        assert_eq!(
            browser.sign_in(&email, PASSWORD).await.status,
            429,
            "it does not help"
        );
    }
    let mut thief = app.stranger();
    thief.ip = other.ip;
    thief.cookies.insert(MARK.into(), mark.clone());
    for _ in 0..10 {
        assert_eq!(thief.sign_in(&email_of(&rita), "wrong").await.status, 422);
    }
    assert_eq!(thief.sign_in(&email_of(&rita), PASSWORD).await.status, 429);
}
