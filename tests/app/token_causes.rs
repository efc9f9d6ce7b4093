//! Twelve things that can be wrong with access tokens, planted one by one, and what the checks call them.
use std::{net::SocketAddr, time::Duration};

use greenroom::{
    mail::{
        doctor::{self, Check, Examined, Found, Grade, Sends, Step},
        mailbox::parse_address,
        oauth::{Cause, Tokens},
    },
    mailing::{
        access::{self, Account},
        diagnosis,
    },
    secret::Secret,
    settings::{OAuthProvider, OAuthSettings},
};
use serde_json::{Value, json};

use crate::{
    mail_tokens::{Scene, USER, process},
    support::{
        TestApp,
        https_server::Says,
        smtp_server::{Act, Script, Step as At},
        token_issuer,
    },
};

const REFUSED: &str = "535 5.7.3 Authentication unsuccessful [X.PROD.OUTLOOK.COM]";
const DISABLED: &str = "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled";
const NO_RIGHT: &str = "430 4.2.0 STOREDRV; mailbox logon failure; STOREDRV.Submission.Exception:ConnectionFailedTransientException.MapiExceptionLogonFailed";

/// What the checks say of a scene where these settings get tokens.
async fn checks(scene: &Scene, settings: &OAuthSettings) -> Vec<Check> {
    let process = process(&scene.first, settings.clone()).await;
    let app = &process.app;
    let account = Account {
        settings,
        user: USER,
    };
    sign_in(scene, &process, account).await;
    let examined = Examined {
        mail: &app.settings.mail,
        base_url: &app.settings.base_url,
        comes_back_to: None,
        composer: &app.composer,
        to: Some(parse_address("you@example.org").expect("an address")),
        token: Some(access::check(app, account, doctor::LONGEST_FOR_TOKEN).await),
        sends: Sends::Test,
        dns_server: Some(SocketAddr::from(([127, 0, 0, 1], 9))),
        roots: None,
        longest: doctor::LONGEST,
        limits: doctor::LIMITS,
        now: process.now(),
    };
    diagnosis::run(&examined, async { Found::pass() }, async |_| {}).await
}

async fn sign_in(scene: &Scene, process: &TestApp, account: Account<'_>) {
    if account.settings.is_app_only() {
        return;
    }
    let signed_in = Tokens {
        access: Secret::new("first"),
        refresh: Some(Secret::new(scene.issuer.refresh_token())),
        lasts: Duration::from_secs(3600),
    };
    let kept = access::keep_sign_in(&process.app, account, &signed_in).await;
    kept.expect("kept");
}

/// The first check of the conversation that is not content.
fn first(checks: &[Check]) -> &Check {
    let of_server = checks.iter().filter(|check| check.server.is_some());
    let mut bad = of_server.filter(|check| matches!(check.grade, Grade::Warn | Grade::Fail));
    bad.next()
        .unwrap_or_else(|| panic!("all is well: {checks:#?}"))
}

async fn planted(script: Option<(At, &'static str)>) -> Scene {
    let scripts = script.map(|(at, reply)| vec![Script::at(at, Act::Reply(reply)); 6]);
    Scene::with(
        vec!["AUTH LOGIN XOAUTH2", "8BITMIME", "SIZE 10000000"],
        scripts.unwrap_or_default(),
    )
    .await
}

fn assert_named(checks: &[Check], step: Step, title: &str, remedy: &str) {
    let check = first(checks);
    assert_eq!(check.step, step, "{title}: {checks:#?}");
    assert!(check.cause.starts_with(title), "{title}: {check:#?}");
    assert!(check.fix.contains(remedy), "{title}: {check:#?}");
    let all = format!("{checks:?}");
    for secret in ["geheim", "eyJ", "Bearer"] {
        assert!(!all.contains(secret), "{title} tells {secret}: {all}");
    }
}

#[actix_web::test]
async fn what_works_passes_and_says_who_logged_in() {
    let scene = planted(None).await;
    let checks = checks(&scene, &scene.issuer.app()).await;
    for step in [
        Step::Token,
        Step::Login,
        Step::MailFrom,
        Step::Recipient,
        Step::TestMessage,
    ] {
        let check = checks
            .iter()
            .find(|check| check.step == step)
            .expect("told");
        assert_eq!(check.grade, Grade::Pass, "{check:#?}");
    }
    assert_eq!(scene.server.taken().len(), 1);
}

#[actix_web::test]
async fn what_the_issuer_refuses_is_called_by_its_name() {
    let says = token_issuer::error;
    let usual: fn(OAuthSettings) -> OAuthSettings = |settings| settings;
    for (says, title, remedy, change) in [
        (
            Some(says(400, "invalid_request", 90002, "Tenant 'x' not found.")),
            "Wrong tenant.",
            "EMAIL_OAUTH_TENANT",
            usual,
        ),
        (
            None,
            "Unknown client.",
            "EMAIL_OAUTH_CLIENT_ID",
            |settings| OAuthSettings {
                client_id: "another".into(),
                ..settings
            },
        ),
        (
            None,
            "Wrong client secret.",
            "EMAIL_OAUTH_CLIENT_SECRET",
            |settings| OAuthSettings {
                client_secret: Some(Secret::new("another")),
                ..settings
            },
        ),
        (
            Some(says(401, "invalid_client", 7_000_222, "Expired.")),
            "The client secret has expired.",
            "Certificates & secrets",
            usual,
        ),
        (
            Some(says(400, "invalid_scope", 70011, "Invalid scope.")),
            "Wrong scope.",
            "APIs",
            usual,
        ),
        (
            Some(says(400, "invalid_grant", 65001, "Not consented.")),
            "Consent not given.",
            "Grant admin consent",
            usual,
        ),
    ] {
        let scene = planted(None).await;
        scene.issuer.say(says);
        let checks = checks(&scene, &change(scene.issuer.app())).await;
        assert_named(&checks, Step::Token, title, remedy);
        let login = checks
            .iter()
            .find(|check| check.step == Step::Login)
            .expect("told");
        assert_eq!(login.grade, Grade::Skipped, "it is not blamed on the login");
    }
}

#[actix_web::test]
async fn an_issuer_that_cannot_be_reached_or_is_elsewhere_is_called_so() {
    let scene = planted(None).await;
    scene.issuer.be_away(true);
    let found = checks(&scene, &scene.issuer.app()).await;
    assert_named(
        &found,
        Step::Token,
        "The token endpoint can't be reached.",
        "port 443",
    );
    let nowhere = OAuthSettings {
        provider: OAuthProvider::Microsoft {
            authority: "https://login.nowhere.invalid".into(),
            tenant: "t".into(),
        },
        ..scene.issuer.app()
    };
    let found = checks(&scene, &nowhere).await;
    assert_named(
        &found,
        Step::Token,
        "The token endpoint can't be reached.",
        "port 443",
    );
}

#[actix_web::test]
async fn what_a_token_lacks_is_read_from_it() {
    let exchange = "https://outlook.office365.com";
    for (claims, title, remedy) in [
        (
            json!({"aud": exchange, "roles": ["IMAP.AccessAsApp"]}),
            "Missing permission.",
            "SMTP.SendAsApp",
        ),
        (
            json!({"aud": "https://graph.microsoft.com", "roles": ["Mail.Send"]}),
            "Wrong scope.",
            "APIs",
        ),
    ] {
        let scene = planted(Some((At::Auth, REFUSED))).await;
        scene.issuer.claim(claims);
        let checks = checks(&scene, &scene.issuer.app()).await;
        assert_named(&checks, Step::Token, title, remedy);
    }
}

#[actix_web::test]
async fn what_exchange_minds_is_called_by_its_name() {
    for (at, reply, step, title, remedy) in [
        (
            At::Auth,
            REFUSED,
            Step::Login,
            "Service principal missing in Exchange.",
            "New-ServicePrincipal",
        ),
        (
            At::Auth,
            DISABLED,
            Step::Login,
            "SMTP AUTH is disabled for the mailbox.",
            "Set-CASMailbox",
        ),
        (
            At::Dot,
            NO_RIGHT,
            Step::TestMessage,
            "",
            "Add-MailboxPermission",
        ),
    ] {
        let scene = planted(Some((at, reply))).await;
        let checks = checks(&scene, &scene.issuer.app()).await;
        assert_named(&checks, step, title, remedy);
    }
}

#[actix_web::test]
async fn a_sign_in_that_was_revoked_is_called_so() {
    let scene = planted(None).await;
    let person = scene.issuer.person();
    scene
        .issuer
        .claim(json!({"aud": "https://outlook.office365.com", "scp": "SMTP.Send"}));
    let found = checks(&scene, &person).await;
    let token = found
        .iter()
        .find(|check| check.step == Step::Token)
        .expect("told");
    assert_eq!(token.grade, Grade::Pass, "{token:#?}");
    scene.issuer.say(Some(token_issuer::error(
        400,
        "invalid_grant",
        50173,
        "Revoked.",
    )));
    let found = checks(&scene, &person).await;
    assert_named(
        &found,
        Step::Token,
        "The sign-in was revoked or has expired.",
        "greenroom mail sign-in",
    );
}

#[actix_web::test]
async fn a_clock_that_is_off_is_called_so_whoever_signs_in() {
    let scene = planted(None).await;
    let body: Value = json!({"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"});
    // The test's clock stands at 08:00.
    let late = Says::json_with(200, "Date: Mon, 04 Jan 2027 06:30:00 GMT\r\n", &body);
    scene.issuer.say(Some(late));
    for settings in [scene.issuer.app(), scene.issuer.person()] {
        let found = checks(&scene, &settings).await;
        assert_named(&found, Step::Token, "This machine's clock is wrong.", "NTP");
    }
}

#[actix_web::test]
async fn a_database_that_is_away_is_not_blamed_on_the_sign_in_or_the_issuer() {
    let scene = planted(None).await;
    let person = scene.issuer.person();
    checks(&scene, &person).await;
    let process = process(&scene.first, person.clone()).await;
    let account = scene.account(&person);
    process.app.db.clone().close().await.expect("closed");
    let issued = access::check(&process.app, account, doctor::LONGEST_FOR_TOKEN).await;
    let refusal = issued.token.expect_err("none");
    assert_eq!(refusal.cause, Cause::NoDatabase);
    let hint = refusal.hint(&person);
    assert!(
        hint.contains("DATABASE_URL") && !hint.contains("sign-in with"),
        "{hint}"
    );
}

#[actix_web::test]
async fn an_issuer_that_says_nothing_leaves_time_for_the_other_checks() {
    let scene = planted(None).await;
    scene.issuer.say(Some(Says::Nothing));
    let longest = Duration::from_millis(200);
    for settings in [scene.issuer.app(), scene.issuer.person()] {
        let process = process(&scene.first, settings.clone()).await;
        let account = scene.account(&settings);
        sign_in(&scene, &process, account).await;
        let issued = access::check(&process.app, account, longest).await;
        assert_eq!(issued.token.expect_err("none").cause, Cause::Away);
    }
    assert!(doctor::LONGEST_FOR_TOKEN * 2 < doctor::LONGEST);
}
