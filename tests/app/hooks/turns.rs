//! Early, late, twice, and in any order.
use std::sync::Arc;

use actix_web::http::Method;
use chrono::TimeDelta;
use entity::{
    bounce::Action,
    email::{self, Status},
};
use greenroom::{
    domain::provider_events,
    mail::events::{Kind, Provider},
    worker::housekeeping,
};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{
    Scene, expected,
    posts::{KINDS, Tale, posts, sendgrid},
};
use crate::support::{
    builders,
    logs::Logs,
    smtp_server::{Act, Hold, Script, SmtpServer, Step},
};

async fn put(scene: &Scene, email: &email::Model, status: Status) {
    let row = email::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(email.id),
        status: Set(status),
        lease_until: Set((status == Status::Sending).then(|| scene.app.now())),
        ..Default::default()
    };
    builders::write(&scene.app, async |txn| {
        Ok(email::Entity::update(row).exec(txn).await?)
    })
    .await;
}

#[actix_web::test]
async fn what_overtakes_our_own_record_is_kept_and_counts_once_that_is_there() {
    let scene = Scene::set().await;
    for provider in Provider::ALL {
        for kind in KINDS {
            let ours = scene.accepted().await;
            put(&scene, &ours, Status::Sending).await;
            let early = scene.tale(provider, kind, &ours);
            scene.take(&early).await;
            let what = format!("{provider:?} {kind:?}");
            assert_eq!(scene.status(&ours).await, Status::Sending, "{what}");
            assert!(
                !scene.suppressed().await.contains(&ours.recipient),
                "{what}"
            );
            scene.take(&early).await;
            put(&scene, &ours, Status::Accepted).await;
            housekeeping::run_steps(&scene.app.app).await.expect("done");
            let (status, action) = expected(kind);
            assert_eq!(scene.status(&ours).await, status, "{what}");
            assert_eq!(scene.reports(&ours).await, [action], "{what}");
            let is_held = scene.suppressed().await.contains(&ours.recipient);
            assert_eq!(is_held, kind == Kind::Complained, "{what}");
        }
    }
}

#[actix_web::test]
async fn what_is_told_before_the_mail_servers_answer_is_recorded_counts_with_it() {
    let hold = Arc::new(Hold::default());
    let held = Script::at(Step::Dot, Act::Hold(hold.clone()));
    let scene = Scene::at(SmtpServer::scripted([held]).await, &[]).await;
    let booked = builders::booked(&scene.app, scene.app.company_id).await;
    let told = async {
        hold.reached.notified().await;
        let ours = scene.email(booked.email.id).await;
        assert_eq!(ours.status, Status::Sending);
        let tale = scene.tale(Provider::Mailgun, Kind::Complained, &ours);
        scene.take(&tale).await;
        hold.release.notify_one();
    };
    tokio::join!(scene.app.deliver(), told);
    assert_eq!(scene.status(&booked.email).await, Status::Complained);
}

#[actix_web::test]
async fn of_an_email_that_nobody_knows_it_is_asked_again_for_five_minutes() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let before = scene.rows().await;
    for (provider, seconds, status) in [
        (Provider::Postmark, 299, 503),
        (Provider::Postmark, 300, 200),
        (Provider::Postmark, 301, 200),
        (Provider::Brevo, 0, 503),
        (Provider::Ses, 299, 503),
        (Provider::Ses, 300, 200),
        (Provider::Resend, 0, 503),
        (Provider::Sendgrid, 299, 503),
        (Provider::Sendgrid, 301, 200),
    ] {
        let strange = Tale {
            // Postmark repeats nothing else.
            reference: match provider {
                Provider::Postmark => scene.app.app.references.sign(ours.id + 1000),
                _ => String::new(),
            },
            message_id: "somebody@elsewhere.example".into(),
            at: scene.app.now() - TimeDelta::seconds(seconds),
            ..scene.tale(provider, Kind::Bounced, &ours)
        };
        let answer = scene.tell(&strange).await;
        assert_eq!(answer.status, status, "{provider:?} after {seconds} s");
        let retry_after = answer.header("retry-after");
        assert_eq!(retry_after == "300", status == 503, "{provider:?}");
    }
    // What names none of our emails can't be known later either.
    let of_another_system = Tale {
        reference: String::new(),
        message_id: String::new(),
        ..scene.tale(Provider::Postmark, Kind::Bounced, &ours)
    };
    assert_eq!(scene.tell(&of_another_system).await.status, 200);
    assert_eq!(scene.rows().await, before);
}

#[actix_web::test]
async fn in_a_batch_those_that_are_known_are_taken_at_once() {
    let scene = Scene::set().await;
    for provider in [Provider::Sendgrid, Provider::Brevo] {
        let (one, two) = (scene.accepted().await, scene.accepted().await);
        let young = Tale {
            reference: String::new(),
            message_id: "somebody@elsewhere.example".into(),
            ..scene.tale(provider, Kind::Delivered, &one)
        };
        let batch = [
            scene.tale(provider, Kind::Delivered, &one),
            young,
            scene.tale(provider, Kind::Complained, &two),
        ];
        let batch: Vec<&Tale> = batch.iter().collect();
        let posted = posts(provider, &batch, scene.app.now());
        assert_eq!(scene.post(provider, &posted).await.status, 503);
        assert_eq!(scene.status(&one).await, Status::Delivered);
        assert_eq!(scene.status(&two).await, Status::Complained);
        let before = scene.rows().await;
        assert_eq!(scene.post(provider, &posted).await.status, 503);
        scene.app.advance(TimeDelta::minutes(5));
        assert_eq!(scene.post(provider, &posted).await.status, 200);
        assert_eq!(scene.rows().await, before, "{provider:?}");
    }
}

#[actix_web::test]
async fn what_is_told_twice_changes_nothing() {
    let scene = Scene::set().await;
    for provider in Provider::ALL {
        for kind in KINDS {
            let ours = scene.accepted().await;
            let tale = scene.tale(provider, kind, &ours);
            let posted = tale.post(scene.app.now());
            scene.post(provider, &posted).await;
            let before = scene.rows().await;
            scene.app.advance(TimeDelta::minutes(2));
            // In another post, but the same event.
            for posted in [posted, tale.post(scene.app.now())] {
                assert_eq!(scene.post(provider, &posted).await.status, 200);
            }
            let tokens = |row: &String| row.starts_with("provider_event ");
            let (mut before, mut after) = (before, scene.rows().await);
            if provider == Provider::Mailgun {
                before.retain(|row| !tokens(row));
                after.retain(|row| !tokens(row));
            }
            assert_eq!(after, before, "{provider:?} {kind:?}");
        }
    }
}

#[actix_web::test]
async fn the_end_is_the_same_in_whatever_order_things_are_told() {
    let scene = Scene::set().await;
    for (one, two, end) in [
        (Kind::Delivered, Kind::Bounced, Status::Bounced),
        (Kind::Delivered, Kind::Deferred, Status::Delivered),
        (Kind::Delivered, Kind::Complained, Status::Complained),
        (Kind::Deferred, Kind::Bounced, Status::Bounced),
        (Kind::Deferred, Kind::Complained, Status::Complained),
        (Kind::Bounced, Kind::Complained, Status::Complained),
        (Kind::Bounced, Kind::Dropped, Status::Bounced),
    ] {
        for (first, second) in [(one, two), (two, one)] {
            let ours = scene.accepted().await;
            for kind in [first, second] {
                scene
                    .take(&scene.tale(Provider::Sendgrid, kind, &ours))
                    .await;
                scene.app.advance(TimeDelta::seconds(20));
            }
            let what = format!("{first:?}, then {second:?}");
            assert_eq!(scene.status(&ours).await, end, "{what}");
            let told = [first, second].map(|kind| expected(kind).1);
            assert_eq!(scene.reports(&ours).await, told, "both are in the story");
        }
    }
}

#[actix_web::test]
async fn a_copy_that_was_not_sent_takes_back_no_delivery() {
    let scene = Scene::set().await;
    for said in ["no reason", "Bounced Address"] {
        let ours = scene.accepted().await;
        let delivered = scene.tale(Provider::Sendgrid, Kind::Delivered, &ours);
        scene.take(&delivered).await;
        let dropped = Tale {
            said,
            ..scene.tale(Provider::Sendgrid, Kind::Dropped, &ours)
        };
        scene.take(&dropped).await;
        assert_eq!(scene.status(&ours).await, Status::Delivered, "{said}");
        let told = [Action::Delivered, Action::Dropped];
        assert_eq!(scene.reports(&ours).await, told, "{said}");
        assert!(scene.suppressed().await.is_empty(), "{said}");
    }
}

#[actix_web::test]
async fn what_may_be_an_automatic_reply_takes_back_no_delivery() {
    let scene = Scene::set().await;
    for provider in [Provider::Ses, Provider::Resend] {
        for (first, second, end) in [
            (Kind::Delivered, Kind::Noted, Status::Delivered),
            (Kind::Noted, Kind::Delivered, Status::Delivered),
            (Kind::Noted, Kind::Bounced, Status::Bounced),
            (Kind::Noted, Kind::Deferred, Status::Accepted),
        ] {
            let ours = scene.accepted().await;
            for kind in [first, second] {
                scene.take(&scene.tale(provider, kind, &ours)).await;
            }
            let what = format!("{provider:?} {first:?}, then {second:?}");
            assert_eq!(scene.status(&ours).await, end, "{what}");
            let told = [first, second].map(|kind| expected(kind).1);
            assert_eq!(scene.reports(&ours).await, told, "{what}");
            let mut rita = scene.app.recruiter().await;
            let page = rita.get(&format!("/emails/{}", ours.id)).await;
            let story = page.words("#story");
            for words in [
                "Something came back",
                "automatic reply",
                "temporary problem",
            ] {
                assert!(story.contains(words), "{what}: {words} in {story}");
            }
        }
    }
    assert!(scene.suppressed().await.is_empty());
}

#[actix_web::test]
async fn one_that_cannot_be_read_costs_no_other_and_is_told_to_whoever_runs_it() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let tale = scene.tale(Provider::Sendgrid, Kind::Complained, &ours);
    let odd = Tale {
        id: "of another program".into(),
        reference: String::new(),
        ..tale.clone()
    };
    let posted = posts(Provider::Sendgrid, &[&odd, &tale], scene.app.now());
    let body = String::from_utf8(posted.body).expect("a text");
    let body = body.replace(r#""greenroom":"""#, r#""greenroom":{"id":7}"#);
    assert!(body.contains(r#"{"id":7}"#), "{body}");
    let logs = Logs::capture();
    let posted = sendgrid(&body, scene.app.now());
    assert_eq!(scene.post(Provider::Sendgrid, &posted).await.status, 200);
    assert_eq!(scene.status(&ours).await, Status::Complained);
    let lines = logs.lines();
    let told = |line: &&String| line.contains("Some reports about emails can't be read");
    let line = lines.iter().find(told).expect("a line");
    assert!(line.starts_with("WARN"), "{line}");
    assert!(
        line.contains("sendgrid") && line.contains("unreadable=1"),
        "{line}"
    );
}

#[actix_web::test]
async fn what_never_left_or_is_of_no_more_use_stays_so() {
    let scene = Scene::set().await;
    for status in [
        Status::Superseded,
        Status::Cancelled,
        Status::Expired,
        Status::Failed,
        Status::Printed,
    ] {
        for kind in KINDS {
            let ours = scene.accepted().await;
            put(&scene, &ours, status).await;
            let tale = scene.tale(Provider::Resend, kind, &ours);
            assert_eq!(scene.tell(&tale).await.status, 200);
            assert_eq!(scene.status(&ours).await, status, "{kind:?}");
            assert_eq!(
                scene.reports(&ours).await.len(),
                1,
                "it is told all the same"
            );
            put(&scene, &ours, Status::Failed).await;
        }
    }
}

#[actix_web::test]
async fn one_event_that_reaches_two_processes_at_once_is_taken_once() {
    let scene = Scene::set().await;
    let other = scene.app.second_process().await;
    let ours = scene.accepted().await;
    let tale = scene.tale(Provider::Brevo, Kind::Complained, &ours);
    let path = scene.app.app.hooks.path(Provider::Brevo);
    let posted = tale.post(scene.app.now());
    let mut elsewhere = other.stranger();
    let (here, there) = tokio::join!(
        scene.post(Provider::Brevo, &posted),
        elsewhere.send(Method::POST, &path, posted.request()),
    );
    assert_eq!((here.status, there.status), (200, 200));
    assert_eq!(scene.reports(&ours).await, [Action::Complained]);
}

#[actix_web::test]
async fn what_was_told_is_forgotten_after_a_month() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    scene
        .take(&scene.tale(Provider::Mailgun, Kind::Delivered, &ours))
        .await;
    let known = async || {
        let rows = scene.rows().await.into_iter();
        rows.filter(|row| row.starts_with("provider_event "))
            .count()
    };
    assert_eq!(known().await, 2, "the event and the token");
    scene.app.advance(TimeDelta::hours(8));
    housekeeping::run_steps(&scene.app.app).await.expect("done");
    assert_eq!(known().await, 1, "the token is too old to be used again");
    scene.app.advance(TimeDelta::days(29));
    housekeeping::run_steps(&scene.app.app).await.expect("done");
    assert_eq!(known().await, 1);
    scene.app.advance(TimeDelta::hours(16));
    housekeeping::run_steps(&scene.app.app).await.expect("done");
    assert_eq!(known().await, 0);
    let heard = provider_events::last_heard(&scene.app.app.db).await;
    assert_eq!(heard.expect("rows").len(), 1, "when it told last is kept");
}
