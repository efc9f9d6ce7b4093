//! Who is believed, and of what.
use actix_web::{http::Method, test::TestRequest};
use chrono::TimeDelta;
use entity::email::Status;
use greenroom::mail::events::{Kind, LONGEST, Provider};
use serde_json::json;

use super::{
    Scene,
    posts::{MAILGUN, Posted, RESEND, Tale, posts, sendgrid},
};
use crate::support::{builders, logs::Logs};

const SIGNING: [Provider; 4] = [
    Provider::Resend,
    Provider::Mailgun,
    Provider::Sendgrid,
    Provider::Ses,
];

#[actix_web::test]
async fn what_is_not_signed_by_the_provider_changes_nothing() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let before = scene.rows().await;
    for provider in SIGNING {
        let good = scene
            .tale(provider, Kind::Bounced, &ours)
            .post(scene.app.now());
        let unsigned = Posted {
            headers: Vec::new(),
            ..good.clone()
        };
        let forged = match provider {
            // There the signature does not cover the event.
            Provider::Mailgun => {
                let signature = "\"signature\":\"";
                good.changed(signature, &format!("{signature}00"))
            }
            Provider::Ses => good.changed("550 5.7.1", "550 5.1.1"),
            _ => good.changed(&ours.recipient, &ours.recipient.replace('@', "1@")),
        };
        let answer = scene.post(provider, &forged).await;
        assert_eq!(answer.status, 403, "{provider:?}: {}", answer.text);
        if provider != Provider::Mailgun {
            let answer = scene.post(provider, &unsigned).await;
            let refused = matches!(answer.status, 400 | 403);
            assert!(refused, "{provider:?}: {} {}", answer.status, answer.text);
        }
        let nonsense = Posted {
            body: b"{\"event\":".to_vec(),
            ..good
        };
        let answer = scene.post(provider, &nonsense).await;
        let refused = matches!(answer.status, 400 | 403);
        assert!(refused, "{provider:?}: {}", answer.status);
    }
    for provider in [Provider::Postmark, Provider::Brevo] {
        let nonsense = Posted {
            headers: Vec::new(),
            body: b"RecordType=Delivery".to_vec(),
        };
        let answer = scene.post(provider, &nonsense).await;
        assert_eq!(answer.status, 400, "{provider:?}");
    }
    assert_eq!(scene.rows().await, before);
}

#[actix_web::test]
async fn what_was_signed_long_ago_changes_nothing() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    for provider in SIGNING {
        let tale = scene.tale(provider, Kind::Bounced, &ours);
        let old = tale.post(scene.app.now() - TimeDelta::days(2));
        assert_eq!(scene.post(provider, &old).await.status, 403, "{provider:?}");
    }
    assert_eq!(scene.status(&ours).await, Status::Accepted);
}

#[actix_web::test]
async fn every_wrong_address_gets_the_same_answer() {
    let scene = Scene::with(&[("EMAIL_EVENTS", "postmark,resend,mailgun,sendgrid,ses")]).await;
    let ours = scene.accepted().await;
    let before = scene.rows().await;
    let right = scene.app.app.hooks.path(Provider::Postmark);
    let tale = scene.tale(Provider::Postmark, Kind::Bounced, &ours);
    let posted = tale.post(scene.app.now());
    let (begin, _) = right.rsplit_once('/').expect("a path");
    for path in [
        format!("{begin}/{}", "x".repeat(43)),
        format!("{right}x"),
        right.replace("postmark", "resend"),
        right.replace("postmark", "nobody"),
        // Its secret is right, and it may not tell.
        scene.app.app.hooks.path(Provider::Brevo),
        format!("{begin}/x"),
    ] {
        for body in [posted.body.clone(), vec![b' '; 100_000]] {
            let posted = Posted {
                headers: Vec::new(),
                body,
            };
            let answer = scene.post_to(&path, &posted).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(
                answer.header("content-type"),
                "application/problem+json",
                "{path}"
            );
            assert!(!answer.text.contains("postmark"), "{}", answer.text);
        }
    }
    assert_eq!(scene.rows().await, before);
    // Whoever tries many is slowed down, and the provider is not.
    let mut statuses = Vec::new();
    for _ in 0..30 {
        let answer = scene.post_to(&format!("{right}x"), &posted).await;
        statuses.push(answer.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert_eq!(scene.post_to(&right, &posted).await.status, 200);
    let mut browser = scene.app.stranger();
    assert_eq!(browser.get(&right).await.status, 405);
    assert_eq!(browser.get(&format!("{right}x")).await.status, 405);
}

#[actix_web::test]
async fn addresses_and_references_of_an_earlier_key_go_on() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let tale = scene.tale(Provider::Postmark, Kind::Delivered, &ours);
    let path = scene.app.app.hooks.path(Provider::Postmark);
    let newer = "another secret that only tests have, 32 characters";
    let settings = &scene.app.app.settings;
    let rotated = scene
        .app
        .second_process_with(|app| {
            let earlier = settings.secret_key.expose();
            let again = [earlier];
            app.hooks = greenroom::hooks::Hooks::new(newer, again.into_iter());
            app.references = greenroom::mail::signed_id::SignedIds::new(
                greenroom::mailing::references::PURPOSE,
                newer,
                again.into_iter(),
            );
        })
        .await;
    assert_ne!(rotated.app.hooks.path(Provider::Postmark), path);
    let request = tale.post(scene.app.now()).request();
    let answer = rotated.stranger().send(Method::POST, &path, request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(scene.status(&ours).await, Status::Delivered);
}

#[actix_web::test]
async fn an_event_about_another_recipient_changes_nothing() {
    let scene = Scene::set().await;
    let (ours, theirs) = (scene.accepted().await, scene.accepted().await);
    let foreign = {
        let company_id = builders::company(&scene.app, "Other Company").await;
        scene.accepted_of(company_id).await
    };
    let before = scene.rows().await;
    for provider in Provider::ALL {
        for kind in [Kind::Delivered, Kind::Bounced, Kind::Complained] {
            let told = scene.tale(provider, kind, &ours);
            let wrong = [
                // Its reference, and somebody else.
                Tale {
                    recipient: theirs.recipient.clone(),
                    ..told.clone()
                },
                Tale {
                    recipient: String::new(),
                    ..told.clone()
                },
                Tale {
                    recipient: format!("x{}", ours.recipient),
                    ..told.clone()
                },
                // The Message-ID of another company's email.
                Tale {
                    reference: String::new(),
                    message_id: foreign.message_id.clone(),
                    ..told.clone()
                },
            ];
            for wrong in wrong {
                let answer = scene.tell(&wrong).await;
                assert!(matches!(answer.status, 200 | 503), "{}", answer.status);
            }
        }
    }
    assert_eq!(scene.rows().await, without_tokens(before, &scene).await);
}

/// Tokens of Mailgun's are used up whatever they come with.
async fn without_tokens(mut before: Vec<String>, scene: &Scene) -> Vec<String> {
    let all = scene.rows().await.into_iter();
    before.extend(all.filter(|row| row.starts_with("provider_event ")));
    before.sort();
    before
}

#[actix_web::test]
async fn a_reference_that_is_not_signed_names_no_email() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let signed = scene.app.app.references.sign(ours.id);
    let other = scene.app.app.references.sign(ours.id + 1);
    let tail = other.split_once('-').expect("a signature").1;
    for reference in [
        ours.id.to_string(),
        format!("{}-{tail}", ours.id),
        signed.replace('-', "_"),
    ] {
        let tale = Tale {
            reference,
            message_id: String::new(),
            ..scene.tale(Provider::Postmark, Kind::Bounced, &ours)
        };
        assert_eq!(
            scene.tell(&tale).await.status,
            200,
            "it names nothing of ours"
        );
    }
    assert_eq!(scene.status(&ours).await, Status::Accepted);
    assert!(scene.reports(&ours).await.is_empty());
}

#[actix_web::test]
async fn a_post_may_be_long_and_not_too_long() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let tale = scene.tale(Provider::Sendgrid, Kind::Delivered, &ours);
    let many: Vec<Tale> = (0..1_500)
        .map(|n| Tale {
            id: format!("{}-{n}", tale.id),
            at: tale.at - TimeDelta::hours(1),
            recipient: format!("{n}@elsewhere.example"),
            ..tale.clone()
        })
        .collect();
    let all: Vec<&Tale> = many.iter().chain([&tale]).collect();
    let posted = posts(Provider::Sendgrid, &all, scene.app.now());
    assert!(posted.body.len() > 300_000);
    assert_eq!(scene.post(Provider::Sendgrid, &posted).await.status, 200);
    assert_eq!(scene.status(&ours).await, Status::Delivered);
    for (count, status) in [(5_000, 200), (5_001, 413)] {
        let opened = vec![json!({ "event": "open" }); count];
        let posted = sendgrid(&json!(opened).to_string(), scene.app.now());
        let answer = scene.post(Provider::Sendgrid, &posted).await;
        assert_eq!(answer.status, status, "{count} events");
    }
    for (bytes, status) in [(LONGEST, 400), (LONGEST + 1, 413)] {
        let posted = Posted {
            headers: Vec::new(),
            body: vec![b' '; bytes],
        };
        let answer = scene.post(Provider::Postmark, &posted).await;
        assert_eq!(answer.status, status, "{bytes} bytes");
    }
}

#[actix_web::test]
async fn a_token_of_mailguns_signs_one_post() {
    let scene = Scene::set().await;
    let (ours, other) = (scene.accepted().await, scene.accepted().await);
    let tale = scene.tale(Provider::Mailgun, Kind::Delivered, &ours);
    let posted = tale.post(scene.app.now());
    assert_eq!(scene.post(Provider::Mailgun, &posted).await.status, 200);
    let before = scene.rows().await;
    // The provider's own repetition.
    scene.app.advance(TimeDelta::minutes(10));
    assert_eq!(scene.post(Provider::Mailgun, &posted).await.status, 200);
    // Somebody who saw it.
    let reference = scene.app.app.references.sign(other.id);
    let replayed = posted
        .changed(&tale.reference, &reference)
        .changed(&tale.recipient, &other.recipient)
        .changed("\"delivered\"", "\"complained\"");
    for _ in 0..2 {
        let answer = scene.post(Provider::Mailgun, &replayed).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
    }
    assert_eq!(scene.rows().await, before);
}

#[actix_web::test]
async fn no_secret_is_in_any_log() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let logs = Logs::capture();
    for provider in Provider::ALL {
        let tale = scene.tale(provider, Kind::Deferred, &ours);
        scene.take(&tale).await;
        let path = scene.app.app.hooks.path(provider);
        scene
            .post_to(&format!("{path}x"), &tale.post(scene.app.now()))
            .await;
        let nonsense = Posted {
            headers: Vec::new(),
            body: b"nonsense".to_vec(),
        };
        scene.post(provider, &nonsense).await;
        scene.app.stranger().get(&path).await;
    }
    let lines = logs.lines();
    let shown = "POST /hooks/mail/{provider}/{secret} 200";
    assert!(lines.iter().any(|line| line.contains(shown)), "{lines:?}");
    let mut secrets = vec![
        RESEND.to_owned(),
        RESEND.replace("whsec_", ""),
        MAILGUN.to_owned(),
        scene.app.app.references.sign(ours.id),
        ours.recipient.clone(),
    ];
    for provider in Provider::ALL {
        let path = scene.app.app.hooks.path(provider);
        secrets.push(path.rsplit('/').next().expect("a secret").to_owned());
    }
    for secret in secrets {
        let line = lines.iter().find(|line| line.contains(&secret));
        assert_eq!(line, None);
    }
}

#[actix_web::test]
async fn a_browser_that_is_signed_in_is_no_provider() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let tale = scene.tale(Provider::Postmark, Kind::Bounced, &ours);
    let mut ada = scene.app.admin().await;
    let request = tale.post(scene.app.now()).request();
    let answer = ada
        .send(Method::POST, "/hooks/mail/postmark/x", request)
        .await;
    assert_eq!(answer.status, 404);
    // No cookie, no page of ours, and it is let in.
    let path = scene.app.app.hooks.path(Provider::Postmark);
    let request = TestRequest::default()
        .insert_header(("sec-fetch-site", "cross-site"))
        .set_payload(tale.post(scene.app.now()).body);
    let mut elsewhere = scene.app.stranger();
    let answer = elsewhere.send(Method::POST, &path, request).await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("set-cookie").is_empty());
    assert_eq!(scene.status(&ours).await, Status::Bounced);
}
