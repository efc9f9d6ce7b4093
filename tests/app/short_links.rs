//! Short join links: shown to a recruiter on purpose, typed by a candidate, and wrong ones counted.
use chrono::TimeDelta;
use entity::{action, short_link};
use sea_orm::EntityTrait;

use crate::support::{
    Actor, Answer, TestApp,
    builders::{self, Booked},
};

/// An app with one booked interview, and a recruiter.
struct Scene {
    app: TestApp,
    booked: Booked,
    rita: Actor,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let booked = builders::booked(&app, app.company_id).await;
        let rita = app.recruiter().await;
        Self { app, booked, rita }
    }

    fn page(&self) -> String {
        format!("/interviews/{}", self.booked.details.interview.id)
    }

    async fn show(&mut self) -> Answer {
        let path = format!("{}/short-link", self.page());
        self.rita.post_form(&path, &[]).await
    }

    /// The path of the link that Rita is shown.
    async fn link(&mut self) -> String {
        let shown = self.show().await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        let link = shown.words("#short-link");
        let at = link.find("/i/").expect("a short link");
        link[at..].to_owned()
    }

    async fn rows(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let db = self.app.app.db.read();
        (
            short_link::Entity::find().all(db).await.expect("links"),
            action::Entity::find().all(db).await.expect("log"),
            self.booked.details.interview.opened_at,
        )
    }
}

#[actix_web::test]
async fn a_recruiter_is_shown_the_link_and_the_history_says_so() {
    let mut scene = Scene::new().await;
    let before = scene.rita.get(&scene.page()).await;
    assert!(!before.text.contains("/i/"), "nobody sees it by accident");
    let link = scene.link().await;
    assert_eq!(link.len(), "/i/".len() + 19, "{link}");
    let shown = scene.show().await;
    let text = shown.words("pre");
    assert!(text.contains(&link), "the text to copy has it: {text}");
    assert_eq!(shown.header("x-robots-tag"), "noindex, nofollow");
    let after = scene.rita.get(&scene.page()).await;
    assert!(after.words("main").contains("Short join link shown"));
    assert!(
        !after.text.contains(&link[3..]),
        "it is shown on purpose only"
    );
    let kept = short_link::Entity::find()
        .all(scene.app.app.db.read())
        .await;
    let kept = kept.expect("links");
    assert_eq!(kept.len(), 1, "the same link each time");
    assert!(!kept[0].code_hash.contains(&link[3..7]));
}

#[actix_web::test]
async fn the_page_behind_it_is_that_of_the_long_one_however_it_is_typed() {
    let mut scene = Scene::new().await;
    let link = scene.link().await;
    let code = &link[3..];
    let before = scene.rows().await;
    let mut candidate = scene.app.candidate();
    for typed in [
        link.clone(),
        link.to_lowercase(),
        format!("/I/{code}"),
        format!("/i/{}", code.replace('-', "")),
        format!("/i/{}", code.replace('-', "%20")),
        format!("/i/{}", code.replace('0', "o").replace('1', "l")),
        format!("/i/%3C{code}%3E"),
        format!("{link}."),
        format!("{link}/"),
        format!("{link}?utm_source=x"),
    ] {
        let page = candidate.get(&typed).await;
        assert_eq!(page.status, 200, "{typed} {}", page.text);
        assert!(page.has("[data-countdown]"), "{typed}");
    }
    assert_eq!(scene.rows().await, before, "looking writes nothing");
    let start = scene
        .booked
        .details
        .slot
        .as_ref()
        .expect("a slot")
        .starts_at;
    scene
        .app
        .advance(start - scene.app.now() - TimeDelta::minutes(5));
    let open = candidate.get(&link).await;
    let (form, _) = open.text.split_once("/join\"").expect("a form that joins");
    let at = form.rfind("/interview/").expect("the long link");
    let joined = candidate
        .post_form(&format!("{}/join", &form[at..]), &[])
        .await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    assert!(joined.text.contains("https://meet.example.com/cloud"));
}

#[actix_web::test]
async fn it_dies_with_the_long_one_and_nobody_can_guess_it() {
    let mut scene = Scene::new().await;
    let link = scene.link().await;
    let mut stranger = scene.app.stranger();
    let unknown = stranger.get("/interview/wrong").await;
    for wrong in [
        "/i/0000-0000-0000-0000",
        "/i/UUUU",
        &link[..link.len() - 1],
        &format!("{link}0"),
    ] {
        let answer = stranger.get(wrong).await;
        assert_eq!(
            (answer.status, &answer.text),
            (404, &unknown.text),
            "{wrong}"
        );
    }
    let blank = stranger.get("/i/").await;
    assert_eq!(blank.words("h1"), "Part of the link is missing");
    let path = scene.page();
    let page = scene.rita.get(&path).await;
    let button = format!("form[action='{path}/link'] input");
    let hidden = page.all_attributes(&button, "value");
    let wish = [("key", &*hidden[0]), ("version", &*hidden[1])];
    let replaced = scene.rita.post_form(&format!("{path}/link"), &wish).await;
    assert_eq!(replaced.status, 303, "{}", replaced.text);
    assert_eq!(stranger.get(&link).await.status, 404, "the old one is dead");
    let new = scene.link().await;
    assert_ne!(new, link);
    assert_eq!(stranger.get(&new).await.status, 200);
    for guess in 0..200 {
        if stranger.get(&format!("/i/{guess:016}")).await.status == 429 {
            assert_eq!(stranger.get(&new).await.status, 200, "a right one works");
            return;
        }
    }
    panic!("two hundred guesses were answered");
}

#[actix_web::test]
async fn only_recruiters_of_the_company_are_shown_it_and_only_while_it_leads_somewhere() {
    let mut scene = Scene::new().await;
    let path = format!("{}/short-link", scene.page());
    let ines = builders::user(
        &scene.app,
        scene.app.company_id,
        entity::user::Role::Interviewer,
    )
    .await;
    let mut ines = scene.app.signed_in_as(&ines).await;
    assert_eq!(ines.post_form(&path, &[]).await.status, 404);
    let elsewhere = builders::company(&scene.app, "Elsewhere").await;
    let other = builders::booked(&scene.app, elsewhere).await;
    let of_other = format!("/interviews/{}/short-link", other.details.interview.id);
    assert_eq!(scene.rita.post_form(&of_other, &[]).await.status, 404);
    assert_eq!(
        scene.rita.get(&path).await.status,
        405,
        "asking shows nothing"
    );
    scene.app.advance(TimeDelta::days(2));
    scene.rita = scene.app.recruiter().await;
    let over = scene.show().await;
    assert_eq!(over.status, 303);
    let notice = scene.rita.get(&over.location).await.notice();
    assert!(notice.contains("no join link to show"), "{notice}");
}
