//! Mail servers that are logged in to with access tokens: where tokens come from, and what happens when they end.
use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::TimeDelta;
use entity::{
    attempt,
    email::{self, Status},
    mail_token,
    transport::{self, Scope},
};
use greenroom::{
    app::App,
    mail::oauth::{Cause, Tokens},
    mailing::access::{self, Account, NoToken},
    secret::Secret,
    settings::{Backend, OAuthSettings, Proof, Security},
    worker::{self, Turn},
};
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::{
    TestApp, builders,
    https_server::{Says, client, hasty_client},
    logs::Logs,
    smtp_server::{Act, Options, Script, SmtpServer, Step},
    token_issuer::{self, CLIENT, SECRET, TENANT, TokenIssuer},
};

pub const USER: &str = "jobs@contoso.example";

/// A token endpoint, a mail server that wants its tokens, and two processes that send.
pub struct Scene {
    pub issuer: TokenIssuer,
    pub server: SmtpServer,
    pub first: TestApp,
    pub app: TestApp,
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(vec!["AUTH LOGIN XOAUTH2", "8BITMIME"], []).await
    }

    pub async fn with(
        offers: Vec<&'static str>,
        scripts: impl IntoIterator<Item = Script>,
    ) -> Self {
        let issuer = TokenIssuer::start().await;
        let options = Options {
            security: Security::Plain,
            login: Some((USER, "no password")),
            offers,
        };
        let server = SmtpServer::with(options, scripts).await;
        server.accept_tokens(issuer.accepted());
        let port = server.settings().port.to_string();
        let first = TestApp::with_settings(&[
            ("EMAIL_BACKEND", "smtp"),
            ("EMAIL_HOST", "localhost"),
            ("EMAIL_PORT", &port),
            ("EMAIL_USE_TLS", "false"),
            ("DEFAULT_FROM_EMAIL", USER),
            ("EMAIL_AUTH", "oauth2"),
            ("EMAIL_HOST_USER", USER),
            ("EMAIL_OAUTH_PROVIDER", "microsoft"),
            ("EMAIL_OAUTH_TENANT", TENANT),
            ("EMAIL_OAUTH_CLIENT_ID", CLIENT),
            ("EMAIL_OAUTH_CLIENT_SECRET", SECRET),
        ])
        .await;
        let app = process(&first, issuer.app()).await;
        Self {
            issuer,
            server,
            first,
            app,
        }
    }

    pub async fn book(&self) -> i64 {
        builders::booked(&self.first, self.first.company_id)
            .await
            .email
            .id
    }

    pub async fn email(&self, id: i64) -> email::Model {
        let row = email::Entity::find_by_id(id).one(self.app.app.db.read());
        row.await.expect("a look").expect("a row")
    }

    pub async fn attempts(&self) -> Vec<attempt::Model> {
        let rows = attempt::Entity::find().all(self.app.app.db.read()).await;
        rows.expect("rows")
    }

    pub async fn breaker(&self) -> transport::Model {
        let row = transport::Entity::find().one(self.app.app.db.read());
        row.await.expect("a look").expect("a row")
    }

    pub async fn stored(&self) -> mail_token::Model {
        let row = mail_token::Entity::find().one(self.app.app.db.read());
        row.await.expect("a look").expect("a row")
    }

    pub fn account<'a>(&self, settings: &'a OAuthSettings) -> Account<'a> {
        Account {
            settings,
            user: USER,
        }
    }
}

/// A process that finds the token endpoint of the test where Microsoft's would be.
pub async fn process(first: &TestApp, settings: OAuthSettings) -> TestApp {
    first
        .second_process_with(|app| {
            app.http = client();
            use_tokens(app, settings);
        })
        .await
}

fn use_tokens(app: &mut App, settings: OAuthSettings) {
    let Backend::Smtp(smtp) = &mut app.settings.mail.backend else {
        panic!("no mail server");
    };
    let login = smtp.login.as_mut().expect("a login");
    login.proof = Proof::Token(Arc::new(settings));
}

#[actix_web::test]
async fn an_app_signs_in_by_itself_and_its_token_is_kept_sealed() {
    let logs = Logs::capture();
    let scene = Scene::new().await;
    let (one, two) = (scene.book().await, scene.book().await);
    assert_eq!(scene.app.deliver().await, 2);
    for id in [one, two] {
        assert_eq!(scene.email(id).await.status, Status::Accepted);
    }
    assert_eq!(scene.issuer.issued(), 1, "one token for all");
    assert_eq!(scene.server.taken()[0].user.as_deref(), Some(USER));
    let row = scene.stored().await;
    assert_eq!(
        row.expires_at,
        Some(scene.app.now() + TimeDelta::seconds(3599))
    );
    let told = format!(
        "{row:?} {:?} {:?} {}",
        scene.attempts().await,
        scene.app.app.settings,
        logs.lines().join("\n")
    );
    for secret in [SECRET, "geheim", "eyJ", "auth=Bearer"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
    assert!(told.contains("AUTH XOAUTH2 ***"), "{told}");
    assert!(told.contains("TRACE"), "at every level");
    // Another process finds it where the first one left it.
    let other = process(&scene.first, scene.issuer.app()).await;
    scene.book().await;
    assert_eq!(other.deliver().await, 1);
    assert_eq!(scene.issuer.issued(), 1);
}

#[actix_web::test]
async fn a_token_that_is_refused_is_replaced_before_anything_is_called_wrong() {
    for offers in [
        vec!["AUTH XOAUTH2"],
        vec!["AUTH PLAIN LOGIN XOAUTH2", "X-GOOGLE"],
    ] {
        let scene = Scene::with(offers, []).await;
        scene.book().await;
        scene.app.deliver().await;
        scene.issuer.withdraw();
        scene.app.advance(TimeDelta::seconds(45));
        let id = scene.book().await;
        // The kept connection is still logged in; a new one is not.
        for relay in scene.app.app.mailer.relays() {
            relay.close().await;
        }
        assert_eq!(scene.app.deliver().await, 1, "in one attempt");
        let email = scene.email(id).await;
        assert_eq!((email.status, email.server_failures), (Status::Accepted, 0));
        assert_eq!(scene.issuer.issued(), 2);
        assert_eq!(scene.attempts().await.len(), 2);
    }
}

#[actix_web::test]
async fn a_token_is_renewed_before_its_end_by_one_process_for_all() {
    let scene = Scene::new().await;
    let settings = scene.issuer.app();
    let other = process(&scene.first, settings.clone()).await;
    let account = scene.account(&settings);
    let old = access::token(&scene.app.app, account)
        .await
        .expect("a token");
    scene.app.advance(TimeDelta::seconds(3599 - 300 - 1));
    let same = access::token(&other.app, account).await.expect("a token");
    assert_eq!(same, old, "not a moment sooner");
    scene.app.advance(TimeDelta::seconds(1));
    let (one, two, three) = tokio::join!(
        access::token(&scene.app.app, account),
        access::token(&other.app, account),
        access::token(&other.app, account),
    );
    assert_eq!(scene.issuer.issued(), 2);
    let all = [one, two, three].map(|token| token.expect("a token"));
    let new = access::token(&other.app, account).await.expect("a token");
    // Whoever was second may go on with the old one, which still works.
    assert!(all.iter().all(|token| *token == new || *token == old));
    assert_ne!(new, old);
    // After its end there is nothing to go on with: the others wait.
    scene.app.advance(TimeDelta::seconds(3600));
    let (one, two) = tokio::join!(
        access::token(&scene.app.app, account),
        access::token(&other.app, account),
    );
    assert_eq!(scene.issuer.issued(), 3);
    assert_eq!(one.expect("a token"), two.expect("a token"));
}

#[actix_web::test]
async fn an_issuer_that_is_away_costs_no_attempt_and_loses_nothing() {
    let scene = Scene::new().await;
    let id = scene.book().await;
    scene.issuer.be_away(true);
    for failures in 1..=3 {
        assert_eq!(scene.app.deliver().await, 1);
        let email = scene.email(id).await;
        assert_eq!((email.status, email.attempts), (Status::Retrying, 0));
        let breaker = scene.breaker().await;
        assert_eq!(breaker.scope, Some(Scope::Server));
        assert_eq!(
            (breaker.failures, breaker.is_open()),
            (failures, failures == 3)
        );
        assert!(
            breaker.reason.contains("token endpoint can't be reached"),
            "{}",
            breaker.reason
        );
        scene.app.advance(TimeDelta::seconds(5));
    }
    assert_eq!(
        scene.server.connections(),
        0,
        "the mail server is not asked in vain"
    );
    scene.issuer.be_away(false);
    scene.app.advance(TimeDelta::minutes(1));
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.email(id).await.status, Status::Accepted);
    // While the old token works, an issuer that is away hinders nobody.
    scene.app.advance(TimeDelta::seconds(3400));
    scene.issuer.be_away(true);
    let id = scene.book().await;
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.email(id).await.status, Status::Accepted);
    let connections = scene.issuer.received().len();
    scene.book().await;
    scene.app.deliver().await;
    assert_eq!(
        scene.issuer.received().len(),
        connections,
        "nor is it asked at every message"
    );
}

#[actix_web::test]
async fn an_issuer_that_wants_to_be_left_alone_is() {
    let scene = Scene::new().await;
    let id = scene.book().await;
    let busy = json!({"error": "temporarily_unavailable"});
    scene
        .issuer
        .say(Some(Says::json_with(429, "Retry-After: 600\r\n", &busy)));
    assert_eq!(scene.app.deliver().await, 1);
    let breaker = scene.breaker().await;
    assert_eq!(
        breaker.wait_until,
        Some(scene.app.now() + TimeDelta::minutes(10))
    );
    scene.issuer.say(None);
    scene.app.advance(TimeDelta::minutes(10));
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.email(id).await.status, Status::Accepted);
}

#[actix_web::test]
async fn what_is_wrong_with_the_app_is_a_setting_and_is_named() {
    let says = token_issuer::error;
    for (says, title, remedy) in [
        (
            says(400, "invalid_request", 90002, "Tenant 'x' not found."),
            "Wrong tenant",
            "EMAIL_OAUTH_TENANT",
        ),
        (
            says(
                400,
                "unauthorized_client",
                700_016,
                "Application not found.",
            ),
            "Unknown client",
            "EMAIL_OAUTH_CLIENT_ID",
        ),
        (
            says(401, "invalid_client", 7_000_215, "Invalid client secret."),
            "Wrong client secret",
            "EMAIL_OAUTH_CLIENT_SECRET",
        ),
        (
            says(401, "invalid_client", 7_000_222, "Expired."),
            "The client secret has expired",
            "Certificates & secrets",
        ),
        (
            says(400, "invalid_scope", 70011, "Invalid scope."),
            "Wrong scope",
            "APIs",
        ),
        (
            says(400, "invalid_grant", 65001, "Not consented."),
            "Consent not given",
            "Grant admin consent",
        ),
    ] {
        let scene = Scene::new().await;
        let id = scene.book().await;
        scene.issuer.say(Some(says));
        assert_eq!(scene.app.deliver().await, 1);
        let breaker = scene.breaker().await;
        assert_eq!(
            (breaker.scope, breaker.is_open()),
            (Some(Scope::Settings), true),
            "{title}"
        );
        assert!(
            breaker.reason.starts_with(title),
            "{title}: {}",
            breaker.reason
        );
        assert!(
            breaker.reason.contains("AADSTS") && breaker.reason.contains(remedy),
            "{}",
            breaker.reason
        );
        let email = scene.email(id).await;
        assert_eq!(
            (email.status, email.attempts),
            (Status::Retrying, 0),
            "{title}"
        );
        assert_eq!(email.reason, breaker.reason);
        scene.issuer.say(None);
        scene.app.advance(TimeDelta::minutes(7));
        assert_eq!(scene.app.deliver().await, 1);
        assert_eq!(scene.email(id).await.status, Status::Accepted);
    }
}

#[actix_web::test]
async fn what_a_mail_server_minds_about_a_good_token_is_named() {
    let exchange = "https://outlook.office365.com";
    let good = json!({"aud": exchange, "roles": ["SMTP.SendAsApp"]});
    let disabled = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled";
    for (claims, reply, title) in [
        (good.clone(), None, "Service principal missing in Exchange"),
        (
            json!({"aud": exchange, "roles": ["IMAP.AccessAsApp"]}),
            None,
            "Missing permission",
        ),
        (
            json!({"aud": "https://graph.microsoft.com", "roles": ["Mail.Send"]}),
            None,
            "Wrong scope",
        ),
        (
            good,
            Some(disabled),
            "SMTP AUTH is disabled for the mailbox",
        ),
    ] {
        let refused = "535 5.7.3 Authentication unsuccessful [X.PROD.OUTLOOK.COM]";
        let script = || Script::at(Step::Auth, Act::Reply(reply.unwrap_or(refused)));
        let scene = Scene::with(vec!["AUTH XOAUTH2"], [script(), script()]).await;
        scene.issuer.claim(claims);
        let id = scene.book().await;
        assert_eq!(scene.app.deliver().await, 1);
        assert_eq!(scene.server.connections(), 2, "with another token, too");
        let breaker = scene.breaker().await;
        assert_eq!(
            (breaker.scope, breaker.is_open()),
            (Some(Scope::Settings), true),
            "{title}"
        );
        assert!(
            breaker.reason.starts_with(title),
            "{title}: {}",
            breaker.reason
        );
        assert_eq!(scene.email(id).await.attempts, 0);
        scene.app.advance(TimeDelta::minutes(7));
        assert_eq!(scene.app.deliver().await, 1);
        assert_eq!(scene.email(id).await.status, Status::Accepted);
    }
}

#[actix_web::test]
async fn a_mail_server_without_tokens_is_told_apart_from_one_that_refuses_them() {
    let scene = Scene::with(vec!["AUTH PLAIN LOGIN"], []).await;
    scene.first.expect_undelivered_mail();
    scene.book().await;
    assert_eq!(scene.app.deliver().await, 1);
    let breaker = scene.breaker().await;
    assert_eq!(breaker.scope, Some(Scope::Settings));
    assert!(
        breaker
            .reason
            .contains("doesn't accept access tokens (XOAUTH2), only PLAIN, LOGIN"),
        "{}",
        breaker.reason
    );
    assert!(
        scene
            .server
            .commands()
            .iter()
            .all(|line| !line.starts_with("AUTH"))
    );
}

#[actix_web::test]
async fn a_new_refresh_token_takes_the_place_of_the_old_one() {
    let scene = Scene::new().await;
    let settings = scene.issuer.person();
    let app = process(&scene.first, settings.clone()).await;
    let account = scene.account(&settings);
    let nobody = access::token(&app.app, account)
        .await
        .expect_err("nobody signed in");
    assert!(matches!(nobody, NoToken::Refused(refusal) if refusal.cause == Cause::NotSignedIn));
    let signed_in = Tokens {
        access: Secret::new("first-geheim"),
        refresh: Some(Secret::new(scene.issuer.refresh_token())),
        lasts: Duration::from_secs(60),
    };
    access::keep_sign_in(&app.app, account, &signed_in)
        .await
        .expect("kept");
    let first = access::token(&app.app, account).await.expect("a token");
    assert_eq!(first.secret, signed_in.access);
    for renewals in 1..=3 {
        app.advance(TimeDelta::hours(1));
        access::token(&app.app, account).await.expect("a token");
        assert_eq!(scene.issuer.issued(), renewals);
    }
    let row = format!("{:?}", scene.stored().await);
    assert!(!row.contains("geheim"), "{row}");
    // Another process goes on from the newest one.
    let other = process(&scene.first, settings.clone()).await;
    app.advance(TimeDelta::hours(1));
    access::token(&other.app, account).await.expect("a token");
    // One that was revoked needs the person again, and says so.
    scene.issuer.say(Some(token_issuer::error(
        400,
        "invalid_grant",
        50173,
        "Revoked.",
    )));
    app.advance(TimeDelta::hours(1));
    let revoked = access::token(&other.app, account)
        .await
        .expect_err("revoked");
    let NoToken::Refused(refusal) = revoked else {
        panic!("{revoked}");
    };
    assert_eq!(refusal.cause, Cause::Revoked);
    assert!(
        refusal.hint(&settings).contains("greenroom mail sign-in"),
        "{}",
        refusal.hint(&settings)
    );
}

#[actix_web::test]
async fn tokens_outlive_a_change_of_keys() {
    let scene = Scene::new().await;
    let settings = scene.issuer.app();
    let account = scene.account(&settings);
    let token = access::token(&scene.app.app, account)
        .await
        .expect("a token");
    let with_keys = async |earlier: Vec<Secret>| {
        scene
            .first
            .second_process_with(|app| {
                let old = app.settings.secret_key.clone();
                let newest = "another secret that only tests have, 41 chars";
                let earlier = earlier.iter().map(Secret::expose);
                app.token_seal = greenroom::seal::Seal::new(access::PURPOSE, newest, earlier);
                assert_ne!(old.expose(), newest);
                app.http = hasty_client();
            })
            .await
    };
    let old = scene.first.app.settings.secret_key.clone();
    let rotated = with_keys(vec![old]).await;
    assert_eq!(
        access::token(&rotated.app, account).await.expect("a token"),
        token
    );
    assert_eq!(scene.issuer.issued(), 1);
    let forgetful = with_keys(Vec::new()).await;
    assert_ne!(
        access::token(&forgetful.app, account)
            .await
            .expect("a token"),
        token
    );
    assert_eq!(scene.issuer.issued(), 2, "an app signs in again");
}

/// Two processes send a thousand bookings for somebody who has signed in. Tokens last two seconds, mail servers forget
/// them, the issuer takes each refresh token once and is away at times.
#[actix_web::test]
async fn tokens_that_end_all_the_time_lose_and_double_no_mail() {
    const ROUNDS: usize = 20;
    const BOOKINGS: usize = 50;
    let scene = Scene::new().await;
    scene.issuer.last(2);
    let settings = scene.issuer.person();
    let one = process(&scene.first, settings.clone()).await;
    let two = process(&scene.first, settings.clone()).await;
    let signed_in = Tokens {
        access: Secret::new("first-geheim"),
        refresh: Some(Secret::new(scene.issuer.refresh_token())),
        lasts: Duration::from_secs(1),
    };
    let kept = access::keep_sign_in(&one.app, scene.account(&settings), &signed_in).await;
    kept.expect("kept");
    let mut ids = Vec::with_capacity(ROUNDS * BOOKINGS);
    for round in 0..ROUNDS {
        for _ in 0..BOOKINGS {
            ids.push(scene.book().await);
        }
        scene.issuer.be_away(round % 4 == 2);
        let mut turns = [&one, &two].into_iter().cycle();
        for turn in 0.. {
            if round % 4 == 1 && turn % 10 == 0 {
                scene.issuer.withdraw();
            }
            if turn % 3 == 0 {
                one.advance(TimeDelta::seconds(1));
            }
            let process = turns.next().expect("for ever");
            if turn % 5 == 0 {
                for relay in process.app.mailer.relays() {
                    relay.close().await;
                }
            }
            let turn = worker::deliver_next(&process.app).await;
            if turn.expect("an answer") == Turn::Idle {
                break;
            }
        }
        // What was put off is due again, and the circuit breaker tries.
        scene.issuer.be_away(false);
        one.advance(TimeDelta::minutes(10));
        while worker::deliver_next(&one.app).await.expect("an answer") == Turn::Delivered {}
    }
    let emails = email::Entity::find().all(one.app.db.read()).await;
    let emails = emails.expect("rows");
    assert_eq!(emails.len(), ids.len());
    for email in &emails {
        let found = (email.status, email.attempts);
        assert_eq!(found, (Status::Accepted, 1), "{}", email.id);
    }
    let attempts = scene.attempts().await;
    let accepted = |attempt: &&attempt::Model| attempt.outcome == Some(attempt::Outcome::Accepted);
    let told: HashSet<i64> = attempts
        .iter()
        .filter(accepted)
        .map(|attempt| attempt.email_id)
        .collect();
    assert_eq!(attempts.iter().filter(accepted).count(), ids.len());
    assert_eq!(told, ids.iter().copied().collect());
    let taken = scene.server.taken();
    let unique: HashSet<_> = taken.iter().map(|taken| &taken.bytes).collect();
    assert_eq!((taken.len(), unique.len()), (ids.len(), ids.len()));
    assert!(scene.issuer.issued() > 100, "{}", scene.issuer.issued());
}
