//! Emails that their recipients mark as spam, wherever that is told.
use entity::{
    email::{self, Status},
    suppression,
};
use greenroom::mail::events::{Kind, Provider};
use sea_orm::{EntityTrait, QueryOrder};

use super::{Scene, posts::Tale};

const LABEL: &str = "Marked as spam";

#[actix_web::test]
async fn a_complaint_is_told_everywhere() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    scene
        .take(&scene.tale(Provider::Postmark, Kind::Delivered, &ours))
        .await;
    scene
        .take(&scene.tale(Provider::Postmark, Kind::Complained, &ours))
        .await;
    let id = ours.id;

    let mut rita = scene.app.recruiter().await;
    let page = rita.get(&format!("/emails/{id}")).await;
    assert_eq!(page.words("#standing .status"), LABEL);
    let words = page.words("#standing");
    assert!(
        words.contains("holds back further emails to this address"),
        "{words}"
    );
    assert!(words.contains("unless you release them"), "{words}");
    let story = page.words("#story");
    for words in [
        "Reported as delivered by Postmark",
        "Marked as spam, as Postmark reports",
    ] {
        assert!(story.contains(words), "{words}: {story}");
    }

    let log = rita.get("/emails").await;
    assert!(log.words("#counters").contains(LABEL));
    let list = rita.get("/emails?status=complained").await;
    assert!(list.has(&format!("a[href='/emails/{id}']")));
    let csv = rita.get("/emails.csv?status=complained").await.text;
    assert!(csv.contains(LABEL), "{csv}");
    let alerts = rita.get("/alerts").await;
    assert!(
        alerts.has(&format!("a[href='/emails/{id}']")),
        "{}",
        alerts.words("main")
    );
    let today = rita.get("/").await;
    assert!(today.has(&format!("#attention a[href='/emails/{id}']")));
    let mut ada = scene.app.admin().await;
    let actions = ada.get("/actions").await.words("main");
    assert!(actions.contains("Email marked as spam"), "{actions}");

    let mut program = scene.app.program().await;
    let list = program.get("/api/emails/?status=complained").await.json();
    assert_eq!(list["results"][0]["id"], id);
    let one = program.get(&format!("/api/emails/{id}/")).await.json();
    assert_eq!(one["status"], "complained");
    assert_eq!(one["reports"][1]["action"], "complained");
    assert_eq!(one["reports"][1]["host"], "Postmark");
}

#[actix_web::test]
async fn after_a_complaint_nothing_more_goes_there_until_somebody_releases_it() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    scene
        .take(&scene.tale(Provider::Brevo, Kind::Complained, &ours))
        .await;
    let interview = ours.interview_id.expect("an interview");
    let mut rita = scene.app.recruiter().await;
    let path = format!("/interviews/{interview}/cancellation");
    let page = rita.get(&path).await;
    let (version, key) = (page.value_of("version"), page.value_of("key"));
    let answer = rita
        .post_form(&path, &[("version", &version), ("key", &key)])
        .await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert_eq!(scene.app.deliver().await, 0);
    let last = email::Entity::find().order_by_desc(email::Column::Id);
    let last = last.one(scene.app.app.db.read()).await.expect("an answer");
    let last = last.expect("a cancellation");
    assert_eq!(last.status, Status::Held);
    assert!(
        last.reason
            .contains("marked an earlier email to this address as spam")
    );
    let page = rita.get(&format!("/emails/{}", last.id)).await;
    assert!(page.has(&format!("#standing a[href='/emails/{}']", ours.id)));
    let release = format!("/emails/{}/release", last.id);
    assert_eq!(rita.post_form(&release, &[]).await.status, 303);
    assert_eq!(scene.app.deliver().await, 1);
    assert_eq!(scene.status(&last).await, Status::Accepted);
    assert!(scene.suppressed().await.is_empty());
}

#[actix_web::test]
async fn what_a_provider_did_not_send_says_so_in_its_own_words() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    scene
        .take(&scene.tale(Provider::Sendgrid, Kind::Dropped, &ours))
        .await;
    let mut rita = scene.app.recruiter().await;
    let story = rita
        .get(&format!("/emails/{}", ours.id))
        .await
        .words("#story");
    assert!(story.contains("Not sent by SendGrid"), "{story}");
    let words = "SendGrid accepted this email but didn't send it.";
    assert!(story.contains(words), "{story}");
    assert!(!story.contains("suppression list"), "{story}");
    assert!(story.contains("550 5.7.1 as the server says"), "{story}");
    let mut program = scene.app.program().await;
    let one = program
        .get(&format!("/api/emails/{}/", ours.id))
        .await
        .json();
    assert_eq!(one["status"], "bounced");
    assert_eq!(one["reports"][0]["action"], "dropped");
}

#[actix_web::test]
async fn what_is_held_back_because_of_a_providers_list_names_the_list() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let listed = Tale {
        said: "Bounced Address",
        ..scene.tale(Provider::Sendgrid, Kind::Dropped, &ours)
    };
    scene.take(&listed).await;
    let words =
        "SendGrid didn't send it, usually because it has the address on its own suppression list.";
    let reason = scene.email(ours.id).await.reason;
    assert!(reason.starts_with(words), "{reason}");
    let held = suppression::Entity::find().one(scene.app.app.db.read());
    let held = held.await.expect("an answer").expect("an address");
    assert_eq!(held.address, ours.recipient);
    let earlier = "An earlier email to this address bounced.";
    assert_eq!(held.reason, format!("{earlier} {reason}"));
}

#[actix_web::test]
async fn an_email_of_which_a_provider_tells_says_that_nothing_has_come_yet() {
    let scene = Scene::set().await;
    let ours = scene.accepted().await;
    let mut rita = scene.app.recruiter().await;
    let words = rita
        .get(&format!("/emails/{}", ours.id))
        .await
        .words("#standing");
    assert!(
        words.contains("provider can report what becomes of the email"),
        "{words}"
    );
}
