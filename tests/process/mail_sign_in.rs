//! `greenroom mail sign-in`: what a person sees at the terminal, and what is left in the database.
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../app/support/https_server.rs"]
mod https_server;
use std::{
    process::Output,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use tokio::runtime::Runtime;

use self::https_server::{HttpsServer, Received, Says};
use crate::{
    faults::smtp_server::{self, CERTIFICATES, Hold, Options, SmtpServer},
    support::Installation,
};

/// An identity provider where a person has signed in once they were asked for the second time.
async fn provider() -> HttpsServer {
    let asked = AtomicU32::new(0);
    HttpsServer::start(move |request: &Received| {
        if request.line.starts_with("POST /device ") {
            assert_eq!(request.field("scope").as_deref(), Some("mail offline_access"));
            return Says::json(
                200,
                &json!({"device_code": "device-geheim", "user_code": "ABCD-EFGH", "verification_uri": "https://id.example/device", "expires_in": 900, "interval": 1}),
            );
        }
        if request.field("grant_type").as_deref() == Some("refresh_token") {
            assert_eq!(request.field("refresh_token").as_deref(), Some("refresh-geheim"));
            return Says::json(
                200,
                &json!({"access_token": "access-2-geheim", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh-geheim"}),
            );
        }
        assert_eq!(request.field("device_code").as_deref(), Some("device-geheim"));
        match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Says::json(400, &json!({"error": "authorization_pending"})),
            _ => Says::json(
                200,
                &json!({"access_token": "access-geheim", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh-geheim"}),
            ),
        }
    })
    .await
}

fn installation(provider: &HttpsServer, more: &[(&'static str, &str)]) -> Installation {
    let mut installation = Installation::new();
    let authority = installation.path("authority.pem");
    let encoded = STANDARD.encode(&CERTIFICATES.authority);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n");
    std::fs::write(&authority, pem).expect("a file");
    let mut settings = vec![
        ("EMAIL_BACKEND", "smtp".to_owned()),
        ("EMAIL_HOST", "localhost".into()),
        ("EMAIL_HOST_USER", "jobs@example.org".into()),
        ("DEFAULT_FROM_EMAIL", "jobs@example.org".into()),
        ("EMAIL_AUTH", "oauth2".into()),
        ("EMAIL_OAUTH_PROVIDER", "custom".into()),
        ("EMAIL_OAUTH_CLIENT_ID", "greenroom".into()),
        ("EMAIL_OAUTH_SCOPE", "mail offline_access".into()),
        (
            "EMAIL_OAUTH_TOKEN_ENDPOINT",
            provider.url("/token").to_string(),
        ),
        (
            "EMAIL_OAUTH_DEVICE_ENDPOINT",
            provider.url("/device").to_string(),
        ),
        ("SSL_CERT_FILE", authority.display().to_string()),
    ];
    settings.extend(
        more.iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    installation.set(settings);
    installation
}

fn printed(output: &Output) -> String {
    let (out, errors) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(errors)
    )
}

#[test]
fn a_person_types_a_code_and_the_sign_in_is_kept_sealed() {
    let runtime = Runtime::new().expect("a runtime");
    let provider = runtime.block_on(provider());
    let installation = installation(&provider, &[("ALLOW_INSECURE", "private-networks")]);
    let output = installation.run(&["mail", "sign-in"]);
    let printed = printed(&output);
    assert!(output.status.success(), "{printed}");
    for words in [
        "https://id.example/device",
        "ABCD-EFGH",
        "sign in as jobs@example.org",
        "Signed in.",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    assert!(!printed.contains("geheim"), "{printed}");
    for name in ["data/greenroom.db", "data/greenroom.db-wal"] {
        let bytes = std::fs::read(installation.path(name)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("geheim"), "{name}");
    }
}

#[test]
fn a_provider_on_a_private_network_is_not_asked_unless_a_setting_says_so() {
    let runtime = Runtime::new().expect("a runtime");
    let provider = runtime.block_on(provider());
    let output = installation(&provider, &[]).run(&["mail", "sign-in"]);
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(2), "{printed}");
    assert!(
        printed.contains("ALLOW_INSECURE=private-networks"),
        "{printed}"
    );
    assert_eq!(provider.connections(), 0);
}

#[test]
fn where_there_is_a_password_there_is_nothing_to_sign_in_to() {
    let output = Installation::new().run(&["mail", "sign-in"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(printed(&output).contains("Set EMAIL_AUTH=oauth2 first"));
}

#[test]
fn the_setup_signs_in_tries_and_saves() {
    let runtime = Runtime::new().expect("a runtime");
    let provider = runtime.block_on(provider());
    let options = Options {
        login: Some(("jobs@acme.io", "no password")),
        offers: vec!["AUTH XOAUTH2", "8BITMIME"],
        ..Options::default()
    };
    let mail = runtime.block_on(SmtpServer::with(options, []));
    let tokens = ["access-geheim", "access-2-geheim"].map(str::to_owned);
    mail.accept_tokens(Arc::new(Mutex::new(tokens.into())));
    let trusting = installation(&provider, &[]);
    let mut here = Installation::new();
    let authority = trusting.path("authority.pem").display().to_string();
    here.set(vec![
        ("SSL_CERT_FILE", authority),
        ("ALLOW_INSECURE", "private-networks".into()),
    ]);
    let port = mail.settings().port.to_string();
    let (token, device) = (
        provider.url("/token").to_string(),
        provider.url("/device").to_string(),
    );
    let answers = [
        "9",
        "localhost",
        "3",
        &port,
        "jobs@acme.io",
        "http://id.example/token",
        &device,
        "mail offline_access",
        "greenroom",
        "",
        // What cannot be read is asked again, with what was right as proposals.
        &token,
        "",
        "",
        "",
        "",
        "jobs@acme.io",
        "ann@example.org",
        "y",
    ];
    let output = here.run_with_input(&["mail", "setup"], &(answers.join("\n") + "\n"));
    let printed = printed(&output);
    assert!(output.status.success(), "{printed}");
    let printed = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "EMAIL_OAUTH_TOKEN_ENDPOINT must start with https://",
        "https://id.example/device",
        "ABCD-EFGH",
        "An access token was issued.",
        "The login is accepted.",
        "The mail server accepted the email",
        "EMAIL_AUTH=oauth2",
        "Greenroom can use the mailbox jobs@acme.io now.",
    ] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
    assert!(!printed.contains("geheim"), "{printed}");
    let saved = std::fs::read_to_string(here.path(".env")).expect("a file");
    for line in [
        "EMAIL_AUTH=",
        "EMAIL_OAUTH_PROVIDER=",
        "EMAIL_OAUTH_SCOPE=",
        "EMAIL_HOST_PASSWORD=",
    ] {
        assert!(saved.contains(line), "{line}: {saved}");
    }
    assert!(!saved.contains("geheim"), "{saved}");
    // What it left is enough to send: by the refresh token, with the settings in the file.
    let output = here.run(&["mail", "test", "--to", "ann@example.org"]);
    assert!(output.status.success(), "{output:?}");
    let taken = mail.taken();
    assert_eq!(taken.len(), 2);
    assert!(
        taken
            .iter()
            .all(|taken| taken.user.as_deref() == Some("jobs@acme.io"))
    );
}

#[test]
fn a_process_that_is_stopped_while_a_token_is_renewed_keeps_what_is_issued() {
    let runtime = Runtime::new().expect("a runtime");
    let issued = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&issued);
    // Each refresh token is good once, and access tokens end at once.
    let provider = runtime.block_on(HttpsServer::start(move |request: &Received| {
        if request.line.starts_with("POST /device ") {
            return Says::json(
                200,
                &json!({"device_code": "device", "user_code": "ABCD-EFGH", "verification_uri": "https://id.example/device", "expires_in": 900, "interval": 1}),
            );
        }
        let current = format!("refresh-{}", count.load(Ordering::Relaxed));
        let is_renewal = request.field("grant_type").as_deref() == Some("refresh_token");
        if is_renewal && request.field("refresh_token") != Some(current) {
            return Says::json(400, &json!({"error": "invalid_grant"}));
        }
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        Says::json(
            200,
            &json!({"access_token": format!("access-{number}"), "token_type": "Bearer", "expires_in": 0, "refresh_token": format!("refresh-{number}")}),
        )
    }));
    let options = Options {
        login: Some(("jobs@example.org", "no password")),
        offers: vec!["AUTH XOAUTH2", "8BITMIME"],
        ..Options::default()
    };
    let mail = runtime.block_on(SmtpServer::with(options, []));
    let tokens = (1..20).map(|number| format!("access-{number}"));
    mail.accept_tokens(Arc::new(Mutex::new(tokens.collect())));
    let port = mail.settings().port.to_string();
    let here = installation(
        &provider,
        &[
            ("ALLOW_INSECURE", "private-networks"),
            ("EMAIL_PORT", &port),
            ("EMAIL_USE_TLS", "false"),
        ],
    );
    let output = here.run(&["mail", "sign-in"]);
    assert!(output.status.success(), "{}", printed(&output));
    let token = here.token();
    let server = here.serve();
    let job = server.enter(&token, "/api/jobs/", &json!({ "title": "Cook" }));
    let wish = server.wish(&token, job, 0);
    let hold = Arc::new(Hold::default());
    provider.hold_next(Arc::clone(&hold));
    server.book(&token, &wish);
    runtime.block_on(hold.reached.notified());
    server.terminate();
    hold.release.notify_one();
    assert!(server.wait().success());
    assert_eq!(issued.load(Ordering::Relaxed), 2);
    let output = here.run(&["mail", "test", "--to", "ann@example.org"]);
    assert!(output.status.success(), "{}", printed(&output));
}
