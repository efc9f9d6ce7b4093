//! Amazon SNS: its certificate, and the subscription.
use greenroom::{
    domain::provider_events,
    mail::events::{Kind, Provider},
};
use serde_json::json;

use super::{
    Scene,
    posts::{CERTIFICATE, SNS, TOPIC, sns},
};
use crate::{
    emails::app_with,
    support::{
        https_server::{HttpsServer, Says, client_to_amazon},
        logs::Logs,
        smtp_server::SmtpServer,
    },
};

/// A Greenroom that finds Amazon at this server, and knows no certificate yet.
async fn scene(amazon: &HttpsServer) -> Scene {
    let server = SmtpServer::start().await;
    let owner = app_with(
        &server,
        &[("EMAIL_EVENTS", "ses"), ("EMAIL_EVENTS_SES_TOPIC", TOPIC)],
    )
    .await;
    let client = client_to_amazon(amazon);
    let app = owner.second_process_with(|app| app.http = client).await;
    Scene {
        app,
        server,
        _owner: Some(owner),
    }
}

fn certificate() -> Says {
    let pem = SNS.certificate("sns.amazonaws.com", (2026, 2036));
    let pem = String::from_utf8(pem).expect("a text");
    let length = pem.len();
    Says::Bytes(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{pem}").into_bytes())
}

fn subscription(topic: &str) -> serde_json::Value {
    json!({
        "TopicArn": topic,
        "Token": "2336412f37fb687f5d51e6e2425dacbba",
        "SubscribeURL": format!(
            "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={topic}&Token=2336412f37fb687f5d51e6e2425dacbba"
        ),
    })
}

#[actix_web::test]
async fn its_certificate_is_fetched_once() {
    let amazon = HttpsServer::amazon(|_| certificate()).await;
    let scene = scene(&amazon).await;
    let ours = scene.accepted().await;
    for kind in [Kind::Deferred, Kind::Delivered] {
        scene.take(&scene.tale(Provider::Ses, kind, &ours)).await;
    }
    assert_eq!(scene.reports(&ours).await.len(), 2);
    let path = CERTIFICATE.strip_prefix("https://sns.eu-west-1.amazonaws.com");
    let received = amazon.received();
    assert_eq!(received.len(), 1);
    let line = format!("GET {} HTTP/1.1", path.expect("a path"));
    assert_eq!(received[0].line, line);
}

#[actix_web::test]
async fn what_cannot_be_verified_now_comes_again() {
    let amazon = HttpsServer::amazon(|_| certificate()).await;
    let scene = scene(&amazon).await;
    let ours = scene.accepted().await;
    amazon.be_away(true);
    let tale = scene.tale(Provider::Ses, Kind::Delivered, &ours);
    assert_eq!(scene.tell(&tale).await.status, 503);
    assert!(scene.reports(&ours).await.is_empty());
    amazon.be_away(false);
    scene.take(&tale).await;
    assert_eq!(scene.reports(&ours).await.len(), 1);
}

#[actix_web::test]
async fn what_does_not_verify_anything_is_not_kept_as_its_certificate() {
    let amazon = HttpsServer::amazon(|_| Says::json(200, &json!({ "not": "a certificate" }))).await;
    let scene = scene(&amazon).await;
    let ours = scene.accepted().await;
    let tale = scene.tale(Provider::Ses, Kind::Delivered, &ours);
    for _ in 0..2 {
        assert_eq!(scene.tell(&tale).await.status, 503, "it may be there later");
    }
    assert_eq!(amazon.received().len(), 2);
    assert!(scene.reports(&ours).await.is_empty());
}

#[actix_web::test]
async fn the_subscription_of_the_configured_topic_is_confirmed() {
    let amazon =
        HttpsServer::amazon(
            |request| match request.line.contains("ConfirmSubscription") {
                true => Says::json(200, &json!({})),
                false => certificate(),
            },
        )
        .await;
    let scene = scene(&amazon).await;
    let asked = sns(
        "SubscriptionConfirmation",
        "You have chosen to subscribe",
        &subscription(TOPIC),
        scene.app.now(),
    );
    let answer = scene.post(Provider::Ses, &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let visited = amazon.received();
    assert_eq!(visited.len(), 2);
    let line = &visited[1].line;
    assert!(
        line.starts_with("GET /?Action=ConfirmSubscription&"),
        "{line}"
    );
}

#[actix_web::test]
async fn the_subscription_of_another_topic_is_never_visited() {
    let amazon = HttpsServer::amazon(|_| certificate()).await;
    let scene = scene(&amazon).await;
    let now = scene.app.now();
    let other = "arn:aws:sns:eu-west-1:123456789012:another";
    let kind = "SubscriptionConfirmation";
    let foreign = json!({ "SubscribeURL": "https://evil.example/?Action=ConfirmSubscription" });
    let mut elsewhere = subscription(TOPIC);
    elsewhere
        .as_object_mut()
        .expect("an object")
        .extend(foreign.as_object().expect("an object").clone());
    let asked = [
        sns(kind, "x", &subscription(other), now),
        sns(kind, "x", &elsewhere, now),
        // Not signed as it stands there.
        sns(kind, "x", &subscription(TOPIC), now).changed("ConfirmSubscription", "Unsubscribe"),
    ];
    for asked in asked {
        let answer = scene.post(Provider::Ses, &asked).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    let visited = amazon.received();
    assert!(
        visited.iter().all(|request| request.line.contains(".pem")),
        "{visited:?}"
    );
}

#[actix_web::test]
async fn a_subscription_that_cannot_be_confirmed_is_asked_for_again() {
    let amazon =
        HttpsServer::amazon(
            |request| match request.line.contains("ConfirmSubscription") {
                true => Says::json(500, &json!({})),
                false => certificate(),
            },
        )
        .await;
    let scene = scene(&amazon).await;
    let asked = sns(
        "SubscriptionConfirmation",
        "x",
        &subscription(TOPIC),
        scene.app.now(),
    );
    assert_eq!(scene.post(Provider::Ses, &asked).await.status, 503);
    // It is no report.
    let heard = provider_events::last_heard(&scene.app.app.db).await;
    assert!(heard.expect("rows").is_empty());
}

#[actix_web::test]
async fn the_end_of_the_subscription_is_told_to_whoever_runs_it() {
    let amazon = HttpsServer::amazon(|_| certificate()).await;
    let scene = scene(&amazon).await;
    let ended = sns(
        "UnsubscribeConfirmation",
        "You have chosen to deactivate subscription",
        &subscription(TOPIC),
        scene.app.now(),
    );
    let logs = Logs::capture();
    let answer = scene.post(Provider::Ses, &ended).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let lines = logs.lines();
    let told = |line: &String| {
        line.starts_with("WARN Reports about emails were unsubscribed") && line.contains("ses")
    };
    assert!(lines.iter().any(told), "{lines:?}");
    let visited = amazon.received();
    assert_eq!(visited.len(), 1, "its certificate alone: {visited:?}");
    let heard = provider_events::last_heard(&scene.app.app.db).await;
    assert!(heard.expect("rows").is_empty(), "it is no report");
}
