//! Interviewers who do not know of their interview: the line above every page, the list, and telling them another way.
use entity::email::{self, Kind, Status};
use greenroom::domain::{accounts::users, actions};
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use crate::{
    interviewer_emails::Scene,
    support::{Actor, TestApp, builders},
};

const SLOTS: &str = "/api/interviews/slots/";

/// Gives messages of a kind, or of all kinds, a status, whatever the rules say.
async fn came_to(app: &TestApp, kind: Option<Kind>, status: Status) {
    let mut change = email::Entity::update_many()
        .col_expr(email::Column::Status, Expr::value(status.to_value()))
        .col_expr(email::Column::FinishedAt, Expr::value(app.now()))
        .filter(email::COLUMN.interview_id.is_not_null())
        .filter(email::Column::Status.ne(Status::Superseded));
    if let Some(kind) = kind {
        change = change.filter(email::Column::Kind.eq(kind));
    }
    builders::write(app, async |txn| Ok(change.exec(txn).await?)).await;
}

async fn line(app: &TestApp, user: &mut Actor) -> String {
    app.advance(chrono::TimeDelta::seconds(2));
    let page = user.get("/jobs").await;
    match page.has(".alerts") {
        true => page.words(".alerts__heading"),
        false => String::new(),
    }
}

#[actix_web::test]
async fn an_interviewer_whom_no_email_reached_is_told_of_with_what_to_do() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    came_to(&scene.app, None, Status::Accepted).await;
    let mut rita = scene.app.recruiter().await;
    assert_eq!(line(&scene.app, &mut rita).await, "");
    for status in [Status::Failed, Status::Bounced, Status::Held] {
        came_to(&scene.app, Some(Kind::InterviewerScheduled), status).await;
        assert_eq!(
            line(&scene.app, &mut rita).await,
            "1 interviewer not notified",
            "{status:?}"
        );
    }
    came_to(
        &scene.app,
        Some(Kind::InterviewerScheduled),
        Status::Bounced,
    )
    .await;
    let list = rita.get("/alerts").await;
    let words = list.words(".alerts__list li");
    let about = format!("{} · interviewer of Zoë Núñez", scene.ines.name);
    for part in [
        about.as_str(),
        "Interviewer invitation: Bounced",
        "another way, or choose another interviewer",
        "/my-interviews/",
        "Mark as told by phone",
    ] {
        assert!(words.contains(part), "{part} in {words}");
    }
    assert!(!words.contains("join link"), "{words}");
    assert!(list.has(&format!(".alerts__list a[href='/slots/{slot}/edit']")));
    assert!(list.has(&format!(".alerts__list a[href='/interviews/{id}']")));

    let mail = scene.mails(id).await[0].id;
    let path = format!("/emails/{mail}");
    assert!(rita.get(&path).await.text.contains("Mark as told by phone"));
    let form = format!("{path}/telling");
    let told = rita.post_form(&form, &[("next", "/alerts")]).await;
    assert_eq!((told.status, told.location.as_str()), (303, "/alerts"));
    assert_eq!(line(&scene.app, &mut rita).await, "");
    let list = rita.get("/alerts").await;
    assert!(list.text.contains("Everyone is notified"), "{}", list.text);
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_a_candidate_knows_and_what_an_interviewer_knows_hide_each_other_nowhere() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id, scene.kim.id]).await;
    scene.book(slot).await;
    let mut rita = scene.app.recruiter().await;
    came_to(&scene.app, None, Status::Failed).await;
    assert_eq!(
        line(&scene.app, &mut rita).await,
        "1 candidate and 2 interviewers not notified"
    );
    came_to(
        &scene.app,
        Some(Kind::InterviewerScheduled),
        Status::Accepted,
    )
    .await;
    assert_eq!(
        line(&scene.app, &mut rita).await,
        "1 candidate not notified",
        "though their emails are newer"
    );
    let list = rita.get("/alerts").await.words(".alerts__list");
    assert!(
        list.contains("Zoë") && !list.contains("interviewer of"),
        "{list}"
    );
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn whoever_no_longer_holds_the_interview_needs_not_be_told_that_they_did() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    scene.book(slot).await;
    came_to(&scene.app, None, Status::Accepted).await;
    came_to(&scene.app, Some(Kind::InterviewerScheduled), Status::Failed).await;
    let mut rita = scene.app.recruiter().await;
    assert_ne!(line(&scene.app, &mut rita).await, "");
    let path = format!("{SLOTS}{slot}/");
    let kim = scene.kim.id;
    scene.patch(&path, json!({ "interviewers": [kim] })).await;
    assert_eq!(line(&scene.app, &mut rita).await, "", "Kim's is on its way");

    came_to(&scene.app, Some(Kind::InterviewerScheduled), Status::Failed).await;
    assert_eq!(
        line(&scene.app, &mut rita).await,
        "1 interviewer not notified",
        "Kim"
    );
    let ada = scene.app.admin().await.user.expect("a user");
    let actor = actions::Actor {
        user_id: Some(ada.id),
        ..actions::Actor::system(scene.app.company_id)
    };
    let target = builders::seen(kim);
    let done = users::disable(&scene.app.app.db, &actor, &target, scene.app.now()).await;
    assert_eq!(done.expect("disabled"), users::Change::Done);
    assert_eq!(line(&scene.app, &mut rita).await, "", "nobody can hold it");
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn whoever_may_come_in_vain_is_told_of() {
    let mut scene = Scene::new().await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    scene.book(slot).await;
    came_to(&scene.app, None, Status::Accepted).await;
    let path = format!("{SLOTS}{slot}/");
    scene.patch(&path, json!({ "interviewers": [] })).await;
    let mut rita = scene.app.recruiter().await;
    assert_eq!(line(&scene.app, &mut rita).await, "", "it is on its way");
    came_to(
        &scene.app,
        Some(Kind::InterviewerCancelled),
        Status::Bounced,
    )
    .await;
    assert_eq!(
        line(&scene.app, &mut rita).await,
        "1 interviewer not notified"
    );
    let list = rita.get("/alerts").await;
    let words = list.words(".alerts__list li");
    assert!(
        words.contains("Interviewer cancellation: Bounced"),
        "{words}"
    );
    assert!(!words.contains("choose another"), "{words}");
    scene.app.expect_undelivered_mail();
}

#[actix_web::test]
async fn what_was_printed_for_an_interviewer_is_sent_when_there_is_a_mail_server() {
    let smtp = [
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", "127.0.0.1"),
        ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
    ];
    let mut scene = Scene::of(TestApp::with_settings(&smtp).await).await;
    let slot = scene.slot(48, &[scene.ines.id]).await;
    let id = scene.book(slot).await;
    came_to(&scene.app, None, Status::Accepted).await;
    came_to(
        &scene.app,
        Some(Kind::InterviewerScheduled),
        Status::Printed,
    )
    .await;
    let mut rita = scene.app.recruiter().await;
    let page = rita.get("/alerts").await;
    let form = "form[action='/alerts/resending']";
    assert_eq!(page.words(form), "Send 1 unsent email");
    let key = page.attribute(&format!("{form} input[name=key]"), "value");
    rita.post_form("/alerts/resending", &[("key", &key)]).await;
    let mails = scene.mails(id).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].resend_of, Some(mails[0].id));
    assert_eq!(mails[1].recipient, scene.ines.email);
    assert_eq!(line(&scene.app, &mut rita).await, "");
    scene.app.expect_undelivered_mail();
}
