//! Correcting the address that a message went to in vain.
use chrono::TimeDelta;
use entity::{action, candidate, email};
use greenroom::domain::interviews::join_link::Ticket;
use sea_orm::{EntityTrait, QueryOrder};

use crate::{
    delivery_log::{booked, row},
    emails::app_with,
    support::{
        TestApp, builders,
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

const NOBODY: &str = "550 5.1.1 <x@example.net> no such user";

#[actix_web::test]
async fn a_wrong_address_is_corrected_in_one_step_from_the_message() {
    let server = SmtpServer::scripted([
        Script::at(Step::RcptTo, Act::Reply(NOBODY)),
        Script::accept(),
    ])
    .await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let path = format!("/emails/{}", booked.email.id);
    let mut rita = app.recruiter().await;
    let form = rita.get(&path).await.attribute("#standing a", "href");
    assert_eq!(form, format!("{path}/address"));
    let asked = rita.get(&form).await;
    assert_eq!(asked.value_of("email"), booked.email.recipient);
    assert!(asked.words("main").contains("stop working at once"));

    let typed = [("email", " Zoe.Right@Example.com ")];
    let answer = rita.post_form(&form, &typed).await;
    assert_eq!(answer.status, 303);
    app.deliver().await;
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].to, "zoe.right@example.com");

    // Both messages lead to each other.
    let new = rita.get(&answer.location).await;
    assert_eq!(new.words("#standing .status"), "Accepted by mail server");
    assert!(new.notice().contains("Address corrected"));
    assert!(
        new.words(".page__head")
            .contains("address corrected by Rita Recruiter")
    );
    assert!(new.has(&format!("#facts a[href='{path}']")));
    let old = rita.get(&path).await;
    assert!(old.has(&format!("#facts a[href='{}']", answer.location)));
    assert!(old.words("#story").contains("Address corrected"));
    assert!(!old.has("a[href$='/address']"), "it is corrected");
    assert!(!old.has("form[action$='/resend']"), "nor sent there again");

    // The link that went to the old address is dead.
    let interview = &booked.details.interview;
    let ticket = |link_version| Ticket {
        public_id: &interview.public_id,
        link_version,
        revision: interview.revision,
    };
    for (version, status) in [
        (interview.link_version, 404),
        (interview.link_version + 1, 200),
    ] {
        let token = app.app.keys.token(&ticket(version)).expect("a token");
        let page = app.candidate().get(&format!("/interview/{token}")).await;
        assert_eq!(page.status, status);
    }
    let verbs = verbs(&app).await;
    for verb in [
        "candidate.changed",
        "interview.readdressed",
        "email.corrected",
    ] {
        assert!(verbs.contains(&verb.to_owned()), "{verbs:?}");
    }

    // Once more is the same once.
    let twice = rita.post_form(&form, &typed).await;
    assert_eq!((twice.status, &twice.location), (303, &answer.location));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(emails(&app).await.len(), 2);
}

#[actix_web::test]
async fn an_address_that_is_changed_at_the_candidate_links_the_messages_as_well() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let edit = format!("/candidates/{}/edit", booked.details.candidate.id);
    let typed = [
        ("name", "Zoë Núñez"),
        ("email", "zoe.right@example.com"),
        ("locale", "en"),
        ("version", "1"),
    ];
    assert_eq!(rita.post_form(&edit, &typed).await.status, 303);
    app.deliver().await;
    let all = emails(&app).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].corrects, Some(all[0].id));
    let old = rita.get(&format!("/emails/{}", all[0].id)).await;
    assert!(old.has(&format!("#facts a[href='/emails/{}']", all[1].id)));
}

#[actix_web::test]
async fn an_address_that_cannot_be_told_stays_in_the_form() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    let other = booked_other(&app).await;
    app.deliver().await;
    let form = format!("/emails/{}/address", booked.email.id);
    let mut rita = app.recruiter().await;
    for (typed, message) in [
        ("nobody", "address"),
        (
            booked.email.recipient.as_str(),
            "already went to this address",
        ),
        (other.email.as_str(), "Another candidate"),
    ] {
        let page = rita.post_form(&form, &[("email", typed)]).await;
        assert_eq!(page.status, 422, "{typed}");
        assert_eq!(page.value_of("email"), typed);
        let error = page.error_of("email");
        assert!(error.contains(message), "{typed}: {error}");
    }
    let page = rita.post_form(&form, &[("email", &other.email)]).await;
    assert!(page.has(&format!("a[href='/candidates/{}']", other.id)));
    assert_eq!(app.deliver().await, 0);
    assert_eq!(
        row(&app, booked.email.id).await.recipient,
        booked.email.recipient
    );
}

#[actix_web::test]
async fn what_is_over_or_corrected_already_is_not_told_again() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    app.deliver().await;
    let path = format!("/emails/{}", booked.email.id);
    let form = format!("{path}/address");
    let mut rita = app.recruiter().await;
    let first = rita
        .post_form(&form, &[("email", "first@example.com")])
        .await;
    app.deliver().await;
    let second = rita
        .post_form(&form, &[("email", "second@example.com")])
        .await;
    assert_eq!((second.status, &second.location), (303, &path));
    assert!(rita.get(&path).await.notice().contains("Nothing was sent"));
    assert!(
        rita.get(&form)
            .await
            .words("main .notice--warning")
            .contains("nothing to correct")
    );

    let slot = booked.details.slot.expect("a slot");
    app.advance(slot.ends_at() - app.now());
    let mut rita = app.recruiter().await;
    assert!(!rita.get(&first.location).await.has("a[href$='/address']"));
    let late = format!("{}/address", first.location);
    let answer = rita
        .post_form(&late, &[("email", "third@example.com")])
        .await;
    assert_eq!((answer.status, &answer.location), (303, &first.location));
    let person = candidate::Entity::find_by_id(booked.details.candidate.id)
        .one(app.app.db.read())
        .await;
    assert_eq!(
        person.expect("a query").expect("a candidate").email,
        "first@example.com"
    );
}

#[actix_web::test]
async fn all_messages_to_the_wrong_address_lead_to_the_one_that_corrects_them() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let again = rita.post_form(&format!("{path}/resend"), &[]).await;
    app.deliver().await;
    app.advance(TimeDelta::seconds(1));
    let form = format!("{path}/address");
    let new = rita
        .post_form(&form, &[("email", "right@example.com")])
        .await;
    app.deliver().await;
    for wrong in [&path, &again.location] {
        let page = rita.get(wrong).await;
        assert!(
            page.has(&format!("#facts a[href='{}']", new.location)),
            "{wrong}"
        );
    }
    assert!(
        rita.get(&new.location)
            .await
            .has(&format!("#facts a[href='{path}']"))
    );
}

async fn booked_other(app: &TestApp) -> candidate::Model {
    builders::booked(app, app.company_id)
        .await
        .details
        .candidate
}

async fn emails(app: &TestApp) -> Vec<email::Model> {
    email::Entity::find()
        .order_by_asc(email::Column::Id)
        .all(app.app.db.read())
        .await
        .expect("emails")
}

async fn verbs(app: &TestApp) -> Vec<String> {
    let lines = action::Entity::find().all(app.app.db.read()).await;
    let lines = lines.expect("actions").into_iter();
    lines.map(|line| line.verb).collect()
}
