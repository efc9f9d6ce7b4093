//! The calendar that an interviewer's own program reads, at an address that only its owner was ever shown.
use chrono::TimeDelta;
use entity::user::{self, Role};
use serde_json::json;

use crate::support::{Actor, Answer, TestApp, builders};

struct Scene {
    app: TestApp,
    program: Actor,
    ines: user::Model,
    herself: Actor,
    job: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let ines = builders::user(&app, app.company_id, Role::Interviewer).await;
        Self {
            program: app.program().await,
            herself: app.signed_in_as(&ines).await,
            job: builders::job(&app, app.company_id).await,
            ines,
            app,
        }
    }

    /// Books somebody for so many hours from now: the interview's key.
    async fn booked(&mut self, hours: i64, interviewer: i64) -> i64 {
        let (app, company_id) = (&self.app, self.app.company_id);
        let at = app.now() + TimeDelta::hours(hours);
        let slot = builders::slot(app, company_id, self.job, at).await;
        builders::put(app, (company_id, slot), interviewer).await;
        let candidate = builders::candidate(app, company_id).await;
        let id = builders::interview(app, company_id, candidate, self.job).await;
        let path = format!("/api/interviews/slots/{slot}/book_slot/");
        let booked = self
            .program
            .post_json(&path, &json!({ "interview_id": id }))
            .await;
        assert_eq!(booked.status, 200, "{}", booked.text);
        id
    }

    /// Makes the address, or another one.
    async fn address(&mut self) -> String {
        let made = self
            .herself
            .press("/account/calendar", "/account/calendar")
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        let address = made.words("#address");
        let base = self.app.app.settings.base_url.join("");
        let path = address.strip_prefix(&base).expect("an address of ours");
        path.to_owned()
    }
}

fn events(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text.matches("BEGIN:VEVENT").count()
}

#[actix_web::test]
async fn it_has_what_its_owner_holds_and_nothing_that_was_cancelled() {
    let mut scene = Scene::new().await;
    let kim = builders::user(&scene.app, scene.app.company_id, Role::Interviewer).await;
    let (first, ines) = (scene.booked(24, scene.ines.id).await, scene.ines.id);
    let second = scene.booked(48, ines).await;
    scene.booked(72, kim.id).await;
    let address = scene.address().await;
    let mut anybody = scene.app.stranger();
    let calendar = anybody.get(&address).await;
    assert_eq!(events(&calendar), 2);
    assert!(calendar.header("content-type").starts_with("text/calendar"));
    assert_eq!(calendar.header("set-cookie"), "");
    assert_eq!(calendar.header("referrer-policy"), "no-referrer");
    let unfolded = calendar.text.replace("\r\n ", "");
    assert!(
        unfolded.contains(&format!("/my-interviews/{first}")),
        "{unfolded}"
    );
    for private in ["zoe", "@example.org", "/interview/"] {
        assert!(!unfolded.contains(private), "{private}: {unfolded}");
    }
    let path = format!("/api/interviews/{second}/cancel/");
    assert_eq!(scene.program.post_json(&path, &json!({})).await.status, 200);
    assert_eq!(events(&anybody.get(&address).await), 1);
    // It was held: still there for a month, then gone.
    scene.app.advance(TimeDelta::days(30));
    assert_eq!(events(&anybody.get(&address).await), 1);
    scene.app.advance(TimeDelta::days(2));
    assert_eq!(events(&anybody.get(&address).await), 0);
}

#[actix_web::test]
async fn a_program_that_has_it_already_is_told_so() {
    let mut scene = Scene::new().await;
    let ines = scene.ines.id;
    scene.booked(24, ines).await;
    let address = scene.address().await;
    let first = scene.app.stranger().get(&address).await;
    let tag = first.header("etag").to_owned();
    scene.app.advance(TimeDelta::minutes(10));
    let mut program = scene.app.stranger().with_header("If-None-Match", &tag);
    let again = program.get(&address).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    assert_eq!(again.header("etag"), tag);
    scene.booked(48, ines).await;
    assert_eq!(events(&program.get(&address).await), 2);
}

#[actix_web::test]
async fn it_dies_when_it_is_replaced_or_ended_or_its_owner_is_shut_out() {
    let mut scene = Scene::new().await;
    let first = scene.address().await;
    let second = scene.address().await;
    assert_ne!(first, second);
    let mut anybody = scene.app.stranger();
    assert_eq!(anybody.get(&first).await.status, 404);
    assert_eq!(anybody.get(&second).await.status, 200);
    let ended = scene
        .herself
        .press("/account/calendar", "/account/calendar/removal")
        .await;
    assert_eq!(ended.status, 303);
    let gone = anybody.get(&second).await;
    let never = anybody.get("/feeds/nonsense/interviews.ics").await;
    assert_eq!((gone.status, &gone.text), (404, &never.text));
    let third = scene.address().await;
    let mut ada = scene.app.admin().await;
    let page = format!("/users/{}", scene.ines.id);
    let shut = ada.press(&page, &format!("{page}/disabling")).await;
    assert_eq!(shut.status, 303);
    assert_eq!(anybody.get(&third).await.status, 404);
}

#[actix_web::test]
async fn only_its_hash_is_kept_and_the_page_shows_it_once() {
    let mut scene = Scene::new().await;
    let address = scene.address().await;
    let token = address.split('/').nth(2).expect("a token").to_owned();
    assert!(token.len() >= 43, "256 bits: {token}");
    let rows = crate::support::rows::all(&scene.app).await;
    assert!(!format!("{rows:?}").contains(&token));
    let page = scene.herself.get("/account/calendar").await;
    assert!(!page.text.contains(&token));
    let mut ada = scene.app.admin().await;
    let log = ada.get("/actions").await;
    assert!(log.text.contains("Calendar address created") && !log.text.contains(&token));
}

#[actix_web::test]
async fn whoever_asks_too_often_waits() {
    let mut scene = Scene::new().await;
    let address = scene.address().await;
    let mut program = scene.app.stranger();
    for _ in 0..120 {
        assert_eq!(program.get(&address).await.status, 200);
    }
    let failpoint = scene.app.app.db.failpoint();
    failpoint.listen();
    assert_eq!(program.get(&address).await.status, 429);
    let heard = failpoint.heard();
    assert!(
        !heard.is_empty() && heard.iter().all(|sql| !sql.contains("\"slots\"")),
        "nothing is read for it: {heard:?}"
    );
    scene.app.advance(TimeDelta::hours(1));
    assert_eq!(program.get(&address).await.status, 200);
    // Guesses are counted by where they come from, and hinder no right one.
    let mut answers = Vec::new();
    for guess in 0..200 {
        let path = format!("/feeds/{guess}/interviews.ics");
        answers.push(program.get(&path).await.status);
    }
    assert_eq!(answers.last(), Some(&429));
    assert_eq!(program.get(&address).await.status, 200);
}
