//! Renewals of access tokens that are broken off, overtaken or not storable: one refresh token that works is left.
use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use entity::{email::Status, mail_token};
use greenroom::{
    db::failpoint::Fault,
    mail::{oauth::Tokens, smtp::Client},
    mailing::access::{self, Account, NoToken},
    secret::Secret,
    settings::{Login, OAuthProvider, OAuthSettings, Proof, SmtpSettings},
    worker::{self, housekeeping},
};
use sea_orm::EntityTrait;

use crate::{
    mail_tokens::{Scene, USER, process},
    support::{
        TestApp,
        logs::Logs,
        smtp_server::{Act, Hold, Script, Step},
    },
};

/// A person has signed in, and the access token of that has ended.
async fn signed_in(scene: &Scene, settings: &OAuthSettings) -> TestApp {
    let app = process(&scene.first, settings.clone()).await;
    sign_in(scene, &app, settings).await.expect("kept");
    app.advance(TimeDelta::hours(1));
    app
}

async fn sign_in(
    scene: &Scene,
    app: &TestApp,
    settings: &OAuthSettings,
) -> greenroom::error::Result<()> {
    let tokens = Tokens {
        access: Secret::new("first-geheim"),
        refresh: Some(Secret::new(scene.issuer.refresh_token())),
        lasts: Duration::from_secs(60),
    };
    access::keep_sign_in(&app.app, scene.account(settings), &tokens).await
}

/// The issuer takes nothing but the refresh token that it issued last.
async fn assert_goes_on(scene: &Scene, settings: &OAuthSettings, why: &str) {
    let app = process(&scene.first, settings.clone()).await;
    app.advance(TimeDelta::hours(2));
    let renewed = access::token(&app.app, scene.account(settings)).await;
    renewed.unwrap_or_else(|error| panic!("{why}: {error}"));
    app.app.held_token.settled(Duration::from_secs(10)).await;
}

#[actix_web::test]
async fn a_renewal_goes_on_when_nobody_waits_for_it_any_more() {
    let scene = Scene::new().await;
    let settings = scene.issuer.person();
    let app = signed_in(&scene, &settings).await;
    let hold = scene.issuer.hold_next();
    let asked = access::token(&app.app, scene.account(&settings));
    tokio::select! {
        token = asked => panic!("{token:?}"),
        () = hold.reached.notified() => {}
    }
    // Whoever asked is gone: a timeout, or a process that is told to stop.
    hold.release.notify_one();
    app.app.held_token.settled(Duration::from_secs(10)).await;
    assert_eq!(scene.issuer.issued(), 1);
    assert_goes_on(&scene, &settings, "abandoned").await;
}

#[actix_web::test]
async fn a_renewal_that_was_overtaken_loses_no_refresh_token() {
    let scene = Scene::new().await;
    let settings = scene.issuer.person();
    let slow = signed_in(&scene, &settings).await;
    let hold = scene.issuer.hold_next();
    let account = scene.account(&settings);
    let asked = access::token(&slow.app, account);
    let overtaken = async {
        hold.reached.notified().await;
        // It is taken for dead, and its refresh token is no good any more.
        let quick = process(&scene.first, settings.clone()).await;
        quick.advance(TimeDelta::seconds(61));
        let refused = access::token(&quick.app, account).await;
        assert!(matches!(refused, Err(NoToken::Refused(_))), "{refused:?}");
        hold.release.notify_one();
    };
    let (token, ()) = tokio::join!(asked, overtaken);
    token.expect("what the issuer gave is good");
    assert_goes_on(&scene, &settings, "overtaken").await;
}

#[actix_web::test]
async fn a_renewal_that_meets_any_fault_leaves_one_refresh_token_that_works() {
    let scene = Scene::new().await;
    let settings = scene.issuer.person();
    let account = scene.account(&settings);
    let app = signed_in(&scene, &settings).await;
    let mut strikes = 0;
    for fault in faults() {
        for is_away in [false, true] {
            for n in 1.. {
                app.advance(TimeDelta::hours(2));
                scene.issuer.be_away(is_away);
                app.app.db.failpoint().arm(fault(n));
                let token = access::token(&app.app, account).await;
                app.app.held_token.settled(Duration::from_secs(10)).await;
                let is_hit = app.app.db.failpoint().disarm();
                scene.issuer.be_away(false);
                let what = format!("{:?}, away: {is_away}", fault(n));
                if !is_hit {
                    assert_eq!(token.is_ok(), !is_away, "{what}");
                    break;
                }
                strikes += 1;
                if let Err(NoToken::Refused(refusal)) = &token {
                    assert!(is_away, "{what}: {}", refusal.said);
                }
                assert_goes_on(&scene, &settings, &what).await;
            }
        }
    }
    assert!(strikes > 10, "{strikes}");
}

#[actix_web::test]
async fn a_sign_in_that_meets_any_fault_is_kept() {
    let scene = Scene::new().await;
    let settings = scene.issuer.person();
    let app = process(&scene.first, settings.clone()).await;
    for fault in faults() {
        for n in 1.. {
            app.app.db.failpoint().arm(fault(n));
            let kept = sign_in(&scene, &app, &settings).await;
            let is_hit = app.app.db.failpoint().disarm();
            kept.unwrap_or_else(|error| panic!("{:?}: {error}", fault(n)));
            assert_goes_on(&scene, &settings, &format!("{:?}", fault(n))).await;
            if !is_hit {
                assert!(n > 1 || matches!(fault(1), Fault::StatementAndRollback(_)));
                break;
            }
        }
    }
}

fn faults() -> [fn(usize) -> Fault; 4] {
    [
        Fault::Statement,
        Fault::StatementAndRollback,
        Fault::Commit,
        Fault::CommitAnswer,
    ]
}

#[actix_web::test]
async fn our_own_trouble_with_a_token_is_nobodys_illness() {
    let scene = Scene::new().await;
    let mut strikes = 0;
    for n in 1.. {
        // The token has ended.
        scene.app.advance(TimeDelta::hours(2));
        let id = scene.book().await;
        scene.app.app.db.failpoint().arm(Fault::Statement(n));
        // The statements of the worker's own are among them.
        let _ = worker::deliver_next(&scene.app.app).await;
        let settled = scene.app.app.held_token.settled(Duration::from_secs(10));
        settled.await;
        let is_hit = scene.app.app.db.failpoint().disarm();
        let failures = transport(&scene).await.map_or(0, |row| row.failures);
        let email = scene.email(id).await;
        assert_eq!((failures, email.server_failures), (0, 0), "{n}");
        scene.app.advance(TimeDelta::minutes(20));
        scene.app.deliver().await;
        let email = scene.email(id).await;
        assert_eq!((email.status, email.attempts), (Status::Accepted, 1), "{n}");
        if !is_hit {
            break;
        }
        strikes += 1;
    }
    assert!(strikes > 5, "{strikes}");
}

async fn transport(scene: &Scene) -> Option<entity::transport::Model> {
    let row = entity::transport::Entity::find().one(scene.app.app.db.read());
    row.await.expect("a look")
}

#[actix_web::test]
async fn an_issuer_that_fails_near_the_end_of_a_token_is_asked_at_its_end() {
    let scene = Scene::new().await;
    scene.issuer.last(100);
    let settings = scene.issuer.app();
    let account = scene.account(&settings);
    let app = &scene.app.app;
    let old = access::token(app, account).await.expect("a token");
    scene.app.advance(TimeDelta::seconds(90));
    scene.issuer.be_away(true);
    let same = access::token(app, account).await.expect("it still works");
    assert_eq!(same.secret, old.secret);
    scene.issuer.be_away(false);
    scene.app.advance(TimeDelta::seconds(9));
    let same = access::token(app, account).await.expect("left alone");
    assert_eq!(same.secret, old.secret);
    scene.app.advance(TimeDelta::seconds(1));
    let new = access::token(app, account).await.expect("at once");
    assert_ne!(new.secret, old.secret);
    // What a mail server refuses is replaced, however lately the issuer failed.
    scene.app.advance(TimeDelta::seconds(90));
    scene.issuer.be_away(true);
    let current = access::token(app, account).await.expect("it still works");
    scene.issuer.be_away(false);
    let another = access::another(app, account, &current).await;
    assert_ne!(another.expect("at once").secret, current.secret);
}

#[actix_web::test]
async fn each_connection_logs_in_with_the_token_that_it_was_given() {
    let hold = Arc::new(Hold::default());
    let script = Script::at(Step::Banner, Act::Hold(Arc::clone(&hold)));
    let scene = Scene::with(vec!["AUTH XOAUTH2"], [script]).await;
    let settings = SmtpSettings {
        login: Some(Login {
            user: USER.into(),
            proof: Proof::Token(Arc::new(scene.issuer.app())),
        }),
        ..scene.server.settings()
    };
    let client = Client::new(&settings, "greenroom.example");
    let good = access::token(&scene.app.app, scene.account(&scene.issuer.app()))
        .await
        .expect("a token")
        .secret;
    let bad = Secret::new("a-token-of-somebody-else");
    let first = client.connect(Some(&good));
    let second = async {
        hold.reached.notified().await;
        let refused = client.connect(Some(&bad)).await;
        assert!(refused.is_err(), "with the other's");
        hold.release.notify_one();
    };
    let (first, ()) = tokio::join!(first, second);
    first.unwrap_or_else(|report| panic!("with its own: {}", report.text()));
}

#[actix_web::test]
async fn a_token_is_never_shown_to_a_server_of_somebody_else() {
    let scene = Scene::new().await;
    let oauth = scene.issuer.app();
    let login = |oauth: OAuthSettings| {
        Some(Login {
            user: USER.into(),
            proof: Proof::Token(Arc::new(oauth)),
        })
    };
    // The name leads to this machine, and is no name of Microsoft's.
    let settings = SmtpSettings {
        host: "localhost.localdomain".into(),
        login: login(oauth.clone()),
        ..scene.server.settings()
    };
    let client = Client::new(&settings, "greenroom.example");
    let refused = client.connect(Some(&Secret::new("geheim"))).await;
    assert!(refused.is_err());
    assert!(
        scene
            .server
            .commands()
            .iter()
            .all(|line| !line.starts_with("AUTH"))
    );
    assert!(matches!(oauth.provider, OAuthProvider::Microsoft { .. }));
}

#[actix_web::test]
async fn a_server_that_repeats_a_token_in_any_form_tells_nobody() {
    let logs = Logs::capture();
    let scene = Scene::with(vec!["AUTH XOAUTH2", "X-GOOGLE", "X-PARROT"], []).await;
    scene.first.expect_undelivered_mail();
    scene.book().await;
    let settings = scene.issuer.app();
    let token = access::token(&scene.app.app, scene.account(&settings)).await;
    let token = token.expect("a token").secret;
    scene.issuer.withdraw();
    scene.issuer.refuse_at_servers(true);
    scene.app.deliver().await;
    let attempts = format!("{:?}", scene.attempts().await);
    let told = format!(
        "{attempts} {:?} {}",
        scene.breaker().await,
        logs.lines().join("\n")
    );
    assert!(attempts.contains("334 ***"), "{attempts}");
    assert!(
        attempts.contains("the token is refused with status 400"),
        "{attempts}"
    );
    let parts: Vec<&str> = token.expose().split('.').collect();
    let encoded =
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, token.expose());
    for form in [token.expose(), parts[1], &encoded, "geheim", "eyJzdGF0dXMi"] {
        assert!(!told.contains(form), "{form} in {told}");
    }
}

#[actix_web::test]
async fn tokens_for_settings_that_nobody_has_any_more_are_removed() {
    let scene = Scene::new().await;
    let (app, person) = (scene.issuer.app(), scene.issuer.person());
    let other = OAuthSettings {
        client_id: "another".into(),
        ..person.clone()
    };
    let former = process(&scene.first, other.clone()).await;
    sign_in(&scene, &former, &other).await.expect("kept");
    let account: Account<'_> = scene.account(&app);
    access::token(&scene.app.app, account)
        .await
        .expect("a token");
    let count = async || {
        let rows = mail_token::Entity::find()
            .all(scene.app.app.db.read())
            .await;
        rows.expect("rows").len()
    };
    scene.app.advance(TimeDelta::days(30));
    housekeeping::run_steps(&scene.app.app).await.expect("done");
    assert_eq!(count().await, 2, "another process may still run with them");
    scene.app.advance(TimeDelta::seconds(1));
    housekeeping::run_steps(&scene.app.app).await.expect("done");
    assert_eq!(count().await, 1, "its own stay, however old");
}
