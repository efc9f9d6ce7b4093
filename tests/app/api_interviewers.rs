//! Interviewers through the API: their time, the calendar that they keep elsewhere, and the address of their feed.
use entity::user::{self, Role};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, builders, rows};

const LIST: &str = "/api/interviewers/";

/// A company with an interviewer, and the tokens of an admin and a recruiter.
struct Scene {
    app: TestApp,
    ines: user::Model,
    admin: Actor,
    rita: user::Model,
    recruiter: Actor,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let ada = builders::user(&app, app.company_id, Role::Admin).await;
        let rita = builders::user(&app, app.company_id, Role::Recruiter).await;
        Self {
            admin: app.program_of(&ada).await,
            recruiter: app.program_of(&rita).await,
            ines: builders::user(&app, app.company_id, Role::Interviewer).await,
            rita,
            app,
        }
    }

    fn path(&self) -> String {
        format!("{LIST}{}/", self.ines.id)
    }

    async fn change(&mut self, mut fields: Value) -> Value {
        let path = self.path();
        fields["version"] = self.admin.get(&path).await.json()["version"].clone();
        let answer = self.admin.patch_json(&path, &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()
    }
}

#[actix_web::test]
async fn they_are_listed_with_what_is_known_of_their_time() {
    let mut scene = Scene::new().await;
    let hours = json!([{ "weekday": "mon", "from": "09:00", "until": "17:00" }]);
    let fields = json!({
        "buffer_before_minutes": 5, "buffer_after_minutes": 10, "weekly_limit": 4, "working_hours": hours,
    });
    let changed = scene.change(fields).await;
    let shown = json!({
        "id": scene.ines.id, "name": "Ines Interviewer", "role": "interviewer", "time_zone": "Europe/Berlin",
        "buffer_before_minutes": 5, "buffer_after_minutes": 10, "weekly_limit": 4, "working_hours": hours,
        "own_calendar": null, "version": 2,
    });
    assert_eq!(changed, shown);
    assert_eq!(scene.recruiter.get(&scene.path()).await.json(), shown);
    let list = scene.recruiter.get(LIST).await.json();
    let ids: Vec<i64> = list["results"]
        .as_array()
        .expect("interviewers")
        .iter()
        .filter_map(|it| it["id"].as_i64())
        .collect();
    assert_eq!(ids.len(), 3, "all who can sign in");
    assert_eq!(list["results"][0], shown, "the newest first");
    // What is left out stays; null and an empty list take away.
    let fields = json!({ "weekly_limit": null, "working_hours": [] });
    let changed = scene.change(fields).await;
    assert_eq!(changed["buffer_after_minutes"], 10);
    assert_eq!(
        (&changed["weekly_limit"], &changed["working_hours"]),
        (&Value::Null, &json!([]))
    );
    // Who can't sign in any more is put on no slot.
    let mut ada = scene.app.admin().await;
    let page = format!("/users/{}", scene.ines.id);
    let disabled = ada.press(&page, &format!("{page}/disabling")).await;
    assert_eq!(disabled.status, 303);
    assert_eq!(scene.recruiter.get(&scene.path()).await.status, 404);
}

#[actix_web::test]
async fn a_recruiters_token_changes_nobody_but_its_user() {
    let mut scene = Scene::new().await;
    let fields = json!({ "version": 1, "weekly_limit": 3 });
    let before = rows::all(&scene.app).await;
    let feed = format!("{}feed/", scene.path());
    let refused = scene.recruiter.patch_json(&scene.path(), &fields).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert_eq!(refused.json()["status"], 403);
    assert_eq!(
        scene.recruiter.post_json(&feed, &json!({})).await.status,
        403
    );
    assert_eq!(scene.recruiter.delete(&feed).await.status, 403);
    assert_eq!(rows::all(&scene.app).await, before, "nothing was changed");
    let own = format!("{LIST}{}/", scene.rita.id);
    let changed = scene.recruiter.patch_json(&own, &fields).await;
    assert_eq!(
        (changed.status, &changed.json()["weekly_limit"]),
        (200, &json!(3))
    );
}

#[actix_web::test]
async fn a_change_of_what_was_changed_since_is_refused_and_a_repeated_one_is_made_once() {
    let mut scene = Scene::new().await;
    scene.change(json!({ "weekly_limit": 3 })).await;
    let path = scene.path();
    let stale = json!({ "version": 1, "weekly_limit": 9 });
    let refused = scene.admin.patch_json(&path, &stale).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("changed"))
    );
    assert_eq!(refused.json()["interviewer"]["weekly_limit"], 3);
    let mut once = scene.admin.clone().with_header("Idempotency-Key", "once");
    let fields = json!({ "version": 2, "weekly_limit": 9 });
    let first = once.patch_json(&path, &fields).await;
    let again = once.patch_json(&path, &fields).await;
    assert_eq!((first.status, &first.text), (200, &again.text));
    assert_eq!(first.json()["version"], 3);
}

#[actix_web::test]
async fn the_address_of_a_calendar_is_taken_and_never_given() {
    let mut scene = Scene::new().await;
    // On a private network, which nobody asks: kept, and told that it can't be read.
    let address = "https://[::1]:1/private-7f3a.ics";
    let changed = scene.change(json!({ "calendar_address": address })).await;
    let calendar = &changed["own_calendar"];
    assert_eq!(
        (&calendar["host"], &calendar["as_of"]),
        (&json!("::1"), &Value::Null)
    );
    let failure = calendar["failure"].as_str().expect("a failure");
    assert!(failure.contains("private network"), "{failure}");
    assert_eq!(changed["version"], 1, "no field of the user was changed");
    for path in [scene.path(), LIST.to_owned()] {
        let text = scene.admin.get(&path).await.text;
        assert!(!text.contains("private-7f3a"), "{text}");
    }
    let stored = format!("{:?}", rows::all(&scene.app).await);
    assert!(!stored.contains("private-7f3a"), "sealed");
    let changed = scene.change(json!({ "weekly_limit": 2 })).await;
    assert_eq!(
        changed["own_calendar"]["host"], "::1",
        "what is left out stays"
    );
    let changed = scene.change(json!({ "calendar_address": null })).await;
    assert_eq!(changed["own_calendar"], Value::Null);
    let mut ada = scene.app.admin().await;
    let log = ada.get("/actions").await.words("main");
    assert!(log.contains("Ada Admin"), "{log}");
}

#[actix_web::test]
async fn an_address_of_a_feed_is_told_once_and_ends() {
    let mut scene = Scene::new().await;
    let feed = format!("{}feed/", scene.path());
    let made = scene.admin.post_json(&feed, &json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let address = made.json()["address"]
        .as_str()
        .expect("an address")
        .to_owned();
    let origin = scene.app.app.settings.base_url.origin();
    let path = address.strip_prefix(origin).expect("ours").to_owned();
    let read = scene.app.stranger().get(&path).await;
    assert_eq!(read.status, 200);
    assert!(read.text.starts_with("BEGIN:VCALENDAR"), "{}", read.text);
    let secret = path.split('/').nth(2).expect("a secret");
    let stored = format!("{:?}", rows::all(&scene.app).await);
    assert!(!stored.contains(secret), "kept nowhere");
    for _ in 0..2 {
        assert_eq!(scene.admin.delete(&feed).await.status, 204);
    }
    assert_eq!(scene.app.stranger().get(&path).await.status, 404);
}
