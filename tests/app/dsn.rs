//! How mail servers are asked to report what becomes of a message, and what pages say where they report nothing.
use entity::{
    candidate,
    email::{self, Status},
};
use greenroom::{
    domain::bounces::Taken,
    worker::{self, bounces::Inbound},
};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    EntityTrait,
};

use crate::{
    bounces::{OWN_ADDRESS, Scene},
    deliveries::{offering, server},
    emails::app_with,
    support::{
        TestApp, builders,
        postfix::{self, Postfix},
        smtp_server::{Act, Options, Script, SmtpServer, Step},
    },
};

macro_rules! letter {
    ($name:literal) => {
        include_str!(concat!("../bounces/", $name, ".eml"))
    };
}

/// Somebody at this address is invited; answers with the message.
async fn booked_to(app: &TestApp, address: &str) -> i64 {
    let booked = builders::booked(app, app.company_id).await;
    let candidate = candidate::ActiveModel {
        id: Unchanged(booked.details.candidate.id),
        email: Set(address.into()),
        ..Default::default()
    };
    let email = email::ActiveModel {
        id: Unchanged(booked.email.id),
        recipient: Set(address.into()),
        ..Default::default()
    };
    builders::write(app, async |txn| {
        candidate::Entity::update(candidate).exec(txn).await?;
        Ok(email::Entity::update(email).exec(txn).await?)
    })
    .await;
    booked.email.id
}

#[actix_web::test]
async fn a_server_that_reports_deliveries_is_asked_to() {
    let scene = Scene::asked().await;
    let came_from = scene.server.taken()[0].from.clone();
    let signed = came_from
        .strip_prefix("bounces+")
        .and_then(|rest| rest.strip_suffix("@sample-company.example"))
        .expect("a signed address");
    let [mail] = scene.said("MAIL").try_into().expect("one");
    let end = format!(" RET=HDRS ENVID={signed}");
    assert!(
        mail.starts_with(&format!("MAIL FROM:<{came_from}> SIZE=")),
        "{mail}"
    );
    assert!(mail.ends_with(&end), "{mail}");
    let recipient = scene.email().await.recipient;
    let xtext = recipient.replace('+', "+2B");
    assert_eq!(
        scene.said("RCPT"),
        [format!(
            "RCPT TO:<{recipient}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;{xtext}"
        )]
    );
}

#[actix_web::test]
async fn what_is_special_in_an_address_is_encoded() {
    let server = server(&[], []).await;
    let app = app_with(&server, &[OWN_ADDRESS]).await;
    let address = "zoe+a=b@example.net";
    booked_to(&app, address).await;
    app.deliver().await;
    let commands = server.commands();
    let asked = format!(
        "RCPT TO:<{address}> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;zoe+2Ba+3Db@example.net"
    );
    assert!(commands.contains(&asked), "{commands:?}");
}

#[actix_web::test]
async fn nobody_is_asked_who_does_not_offer_it_or_could_not_answer() {
    for (offers, variables) in [
        (Options::default(), &[OWN_ADDRESS][..]),
        (offering(&[]), &[][..]),
    ] {
        let scene = Scene::with(SmtpServer::with(offers, []).await, variables).await;
        for line in [scene.said("MAIL"), scene.said("RCPT")].concat() {
            for keyword in ["RET=", "ENVID=", "NOTIFY=", "ORCPT="] {
                assert!(!line.contains(keyword), "{line}");
            }
        }
        assert_eq!(scene.server.taken().len(), 1);
    }
}

#[actix_web::test]
async fn a_server_that_does_not_know_what_it_offers_gets_the_mail_all_the_same() {
    for refuses in ["X-REFUSES-RET", "X-REFUSES-NOTIFY"] {
        let scene = Scene::with(server(&[refuses], []).await, &[OWN_ADDRESS]).await;
        assert_eq!(scene.email().await.status, Status::Accepted, "{refuses}");
        assert_eq!(scene.server.taken().len(), 1);
        assert_eq!(scene.said("RSET").len(), 1);
        assert_eq!(scene.said("MAIL").len(), 2);
        let words = scene.page().await.words("#standing");
        assert!(words.contains("doesn't offer delivery reports"), "{words}");
    }
}

#[actix_web::test]
async fn any_other_refusal_of_a_message_that_asks_is_one() {
    let refusing = Script::at(Step::RcptTo, Act::Reply("550 5.1.1 no such user"));
    let scene = Scene::with(server(&[], [refusing]).await, &[OWN_ADDRESS]).await;
    assert_eq!(scene.email().await.status, Status::Failed);
    assert_eq!(scene.said("RCPT").len(), 1);
}

#[actix_web::test]
async fn the_page_says_why_no_more_is_known() {
    for (offers, variables, words) in [
        (
            Options::default(),
            &[OWN_ADDRESS][..],
            "doesn't offer delivery reports",
        ),
        (offering(&[]), &[][..], "has no return address"),
        (
            offering(&[]),
            &[OWN_ADDRESS][..],
            "No report has come back yet",
        ),
    ] {
        let scene = Scene::with(SmtpServer::with(offers, []).await, variables).await;
        let standing = scene.page().await.words("#standing");
        assert!(standing.contains(words), "{words}: {standing}");
    }
    let scene = Scene::asked().await;
    scene.come_back(letter!("postfix-relayed")).await;
    let standing = scene.page().await.words("#standing");
    assert!(
        standing.contains("passed on to a mail server"),
        "{standing}"
    );
    scene.come_back(letter!("postfix-delivered")).await;
    let standing = scene.page().await.words("#standing");
    assert!(!standing.contains("passed on"), "{standing}");
}

#[actix_web::test]
#[ignore = "needs postfix; tests/run installs it"]
async fn reports_of_real_mail_servers_tell_what_became_of_each_message() {
    let servers = Postfix::start(OWN_ADDRESS.1);
    let port = servers.port.to_string();
    let app = TestApp::with_settings(&[
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "127.0.0.1"),
        ("EMAIL_PORT", &port),
        ("EMAIL_USE_TLS", "false"),
        (
            "DEFAULT_FROM_EMAIL",
            "Greenroom <jobs@sample-company.example>",
        ),
        OWN_ADDRESS,
    ])
    .await;
    let delivered = booked_to(&app, postfix::TAKEN).await;
    let deferred = booked_to(&app, postfix::DEFERRED).await;
    let refused = booked_to(&app, postfix::UNKNOWN).await;
    let relayed = booked_to(&app, postfix::SILENT).await;
    app.deliver().await;
    let inbound = Inbound::of(app.app.return_address.as_ref(), &app.app.settings);
    let mut taken = Vec::new();
    for report in servers.reports(4) {
        let now = app.now();
        let one = worker::bounces::take(&app.app.db, &inbound, report.as_bytes(), now).await;
        taken.push(one.expect("an answer"));
    }
    for expected in [
        Taken::Delivered(delivered),
        Taken::Noted(deferred),
        Taken::Bounced(refused),
        Taken::Noted(relayed),
    ] {
        assert!(taken.contains(&expected), "{expected:?}: {taken:?}");
    }
    let mut rita = app.recruiter().await;
    for (id, status, story) in [
        (
            delivered,
            "Taken by the recipient's mail server",
            "Reported as delivered by theirs.example",
        ),
        (
            deferred,
            "Accepted by mail server",
            "Reported as delayed by ours.example",
        ),
        (refused, "Bounced", "Sent back by ours.example"),
        (
            relayed,
            "Accepted by mail server",
            "Reported as passed on by ours.example",
        ),
    ] {
        let page = rita.get(&format!("/emails/{id}")).await;
        assert_eq!(page.words("#standing .status"), status);
        let steps = page.words("#story");
        assert!(steps.contains(story), "{steps}");
    }
}
