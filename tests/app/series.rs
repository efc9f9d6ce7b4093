//! Many slots at once: looked at, made, and taken back.
use chrono::TimeDelta;
use entity::{busy_span, calendar, slot, user::Role};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::{Actor, Answer, TestApp, app::PASSWORD, builders};

const API: &str = "/api/interviews/series/";

/// A company with a job and two interviewers.
struct Scene {
    app: TestApp,
    rita: Actor,
    program: Actor,
    job: i64,
    ines: i64,
    ivo: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        Self {
            rita: app.recruiter().await,
            program: app.program().await,
            job: builders::job(&app, app.company_id).await,
            ines: builders::user(&app, app.company_id, Role::Interviewer)
                .await
                .id,
            ivo: builders::user(&app, app.company_id, Role::Interviewer)
                .await
                .id,
            app,
        }
    }

    /// The address of the preview of an afternoon's slots, with what is asked for besides.
    fn address(&self, more: &str) -> String {
        let job = self.job;
        format!(
            "/series/new?preview=on&job={job}&tue=on&wed=on&from=2027-01-05&until=2027-01-06&from_1=13:00&until_1=18:00\
             &duration_minutes=45&gap_minutes=15&time_zone=Europe/Berlin&interview_type=technical&{more}"
        )
    }

    /// Presses the button of a preview.
    async fn add(&mut self, page: &Answer) -> Answer {
        let names = page.all_attributes(".series input", "name");
        let values = page.all_attributes(".series input", "value");
        let fields = names
            .iter()
            .map(String::as_str)
            .zip(values.iter().map(String::as_str));
        let fields: Vec<_> = fields.collect();
        self.rita.post_form("/series/new", &fields).await
    }

    async fn slots(&self) -> u64 {
        let count = slot::Entity::find().count(self.app.app.db.read()).await;
        count.expect("a number")
    }

    fn body(&self, more: Value) -> Value {
        let mut body = json!({
            "job": self.job, "weekdays": ["tue", "wed"], "from": "2027-01-05", "until": "2027-01-06",
            "spans": [{ "from": "13:00", "until": "18:00" }], "duration_minutes": 45, "gap_minutes": 15,
            "ai_interview_type": "technical",
        });
        for (name, value) in more.as_object().expect("fields") {
            body[name] = value.clone();
        }
        body
    }

    async fn book(&mut self, slot_id: i64) {
        let candidate = builders::candidate(&self.app, self.app.company_id).await;
        let id = builders::interview(&self.app, self.app.company_id, candidate, self.job).await;
        let path = format!("/api/interviews/slots/{slot_id}/book_slot/");
        let answer = self
            .program
            .post_json(&path, &json!({ "interview_id": id }))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }

    /// Makes the afternoon's slots of Ines by the API.
    async fn made(&mut self) -> Value {
        let body = self.body(json!({ "interviewers": [self.ines] }));
        let answer = self.program.post_json(API, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }
}

fn ids(made: &Value) -> Vec<i64> {
    let slots = made["slots"].as_array().expect("slots").iter();
    slots.map(|id| id.as_i64().expect("an id")).collect()
}

#[actix_web::test]
async fn a_series_is_looked_at_before_anything_is_made() {
    let mut scene = Scene::new().await;
    let form = scene.rita.get("/series/new").await;
    assert_eq!(form.value_of("from"), "2027-01-05");
    assert!(!form.has(".series"), "nothing was asked for yet");
    let (ines, ivo) = (scene.ines, scene.ivo);
    let address = scene.address(&format!("with_{ines}=on&with_{ivo}=on"));
    let page = scene.rita.get(&address).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.words(".series button"), "Add 20 slots");
    assert_eq!(page.all_words(".agenda li").len(), 20);
    let days = ["Tue 5 January 2027", "Wed 6 January 2027"];
    assert_eq!(page.all_words(".agenda__day"), days);
    assert_eq!(scene.slots().await, 0);

    let made = scene.add(&page).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let page = scene.rita.get(&made.location).await;
    assert_eq!(page.notice(), "20 slots added.");
    assert_eq!(page.all_words(".agenda li").len(), 20);
    assert_eq!(scene.slots().await, 20);
    let slots = scene
        .program
        .get("/api/interviews/slots/?limit=100")
        .await
        .json();
    let first = &slots["results"][0];
    assert_eq!(first["starts_at"], "2027-01-05T12:00:00Z");
    assert_eq!(
        (&first["start_time"], &first["duration_minutes"]),
        (&json!("13:00:00"), &json!(45))
    );
    let of = |id: i64| {
        let all = slots["results"].as_array().expect("slots").iter();
        all.filter(move |slot| slot["interviewers"] == json!([id]))
            .count()
    };
    assert_eq!((of(ines), of(ivo)), (10, 10));
}

#[actix_web::test]
async fn a_panel_holds_each_interview_together() {
    let mut scene = Scene::new().await;
    let (ines, ivo) = (scene.ines, scene.ivo);
    let address = scene.address(&format!("with_{ines}=on&with_{ivo}=on&together=on"));
    let page = scene.rita.get(&address).await;
    assert_eq!(page.words(".series button"), "Add 10 slots");
    assert_eq!(scene.add(&page).await.status, 303);
    let slots = scene.program.get("/api/interviews/slots/").await.json();
    assert_eq!(slots["results"][9]["interviewers"], json!([ines, ivo]));
}

#[actix_web::test]
async fn the_button_pressed_twice_makes_the_slots_once() {
    let mut scene = Scene::new().await;
    let page = scene.rita.get(&scene.address("")).await;
    let first = scene.add(&page).await;
    let second = scene.add(&page).await;
    assert_eq!((second.status, second.location), (303, first.location));
    assert_eq!(scene.slots().await, 10);
}

#[actix_web::test]
async fn after_signing_in_again_the_preview_is_back() {
    let mut scene = Scene::new().await;
    let page = scene.rita.get(&scene.address("")).await;
    let email = scene.rita.user.as_ref().expect("a user").email.clone();
    scene.app.advance(TimeDelta::hours(12));
    let answer = scene.add(&page).await;
    let next = scene.rita.get(&answer.location).await.value_of("next");
    let fields = [
        ("email", email.as_str()),
        ("password", PASSWORD),
        ("next", &next),
    ];
    let signed_in = scene.rita.post_form("/login", &fields).await;
    let page = scene.rita.get(&signed_in.location).await;
    assert!(page.notice().contains("Nothing was saved"), "{}", page.text);
    assert!(
        page.words(".series button").starts_with("Add "),
        "{}",
        page.text
    );
    assert_eq!(scene.slots().await, 0);
    assert_eq!(scene.add(&page).await.status, 303);
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields() {
    let mut scene = Scene::new().await;
    let page = scene
        .rita
        .get("/series/new?preview=on&duration_minutes=4&from=soon")
        .await;
    assert_eq!(page.status, 422);
    assert_eq!(page.error_of("job"), "Choose a job.");
    assert!(page.error_of("duration_minutes").contains("from 5 to 720"));
    assert_eq!(page.value_of("from"), "soon");
    let many = scene
        .address("from_2=00:00&until_2=12:00")
        .replace("2027-01-06", "2027-12-06");
    let many = many.replace(
        "duration_minutes=45&gap_minutes=15",
        "duration_minutes=5&gap_minutes=0",
    );
    let page = scene.rita.get(&many).await;
    assert_eq!(page.status, 422);
    assert!(
        page.words("#series .notice").contains("at most 500"),
        "{}",
        page.text
    );
    assert_eq!(scene.slots().await, 0);
}

#[actix_web::test]
async fn clashes_are_left_out_named_and_counted() {
    let mut scene = Scene::new().await;
    let ids = ids(&scene.made().await);
    let ines = scene.ines;
    scene.book(ids[1]).await;
    // Ten minutes into the open slots of Ines.
    let address = scene
        .address(&format!("with_{ines}=on"))
        .replace("from_1=13:00", "from_1=13:35");
    let page = scene.rita.get(&address).await;
    assert_eq!(page.words(".series button"), "");
    assert!(
        page.words(".series").contains("8 clash"),
        "{}",
        page.words(".series")
    );
    let rows = page.all_words(".agenda li");
    assert!(
        rows[0].contains("13:35") && rows[0].contains("has an interview 14:00–14:45"),
        "{}",
        rows[0]
    );
    assert!(
        rows[1].contains("has an interview 14:00–14:45"),
        "{}",
        rows[1]
    );
    assert!(
        rows[2].contains("has an open slot 15:00–15:45"),
        "{}",
        rows[2]
    );
    // Beside open slots they may be meant; beside an interview they never are.
    let page = scene.rita.get(&format!("{address}&beside=on")).await;
    assert_eq!(page.words(".series button"), "Add 6 slots");
    assert!(page.words(".series").contains("2 clash"));
    // Whoever else is asked has time.
    let other = scene.address(&format!("with_{}=on", scene.ivo));
    assert_eq!(
        scene.rita.get(&other).await.words(".series button"),
        "Add 10 slots"
    );
}

#[actix_web::test]
async fn slots_without_interviewers_clash_with_those_of_their_job() {
    let mut scene = Scene::new().await;
    let address = scene.address("");
    let page = scene.rita.get(&address).await;
    assert_eq!(scene.add(&page).await.status, 303);
    let again = scene.rita.get(&address).await;
    assert!(again.words(".series").contains("10 clash"));
    assert!(again.all_words(".agenda li")[0].contains("The job has an open slot 13:00–13:45"));
    let label = scene.rita.get(&format!("{address}&interviewer=Kim")).await;
    assert_eq!(label.words(".series button"), "Add 10 slots");
}

#[actix_web::test]
async fn what_has_begun_and_what_the_clocks_skip_is_left_out() {
    let mut scene = Scene::new().await;
    let address = scene
        .address("")
        .replace("2027-01-05", "2027-01-04")
        .replace("tue=on", "mon=on");
    scene.app.advance(TimeDelta::hours(6));
    let now = scene.app.now().format("%H:%M").to_string();
    let page = scene.rita.get(&address).await;
    assert!(
        page.words(".series").contains("past"),
        "{now}: {}",
        page.words(".series")
    );

    let job = scene.job;
    let spring = format!(
        "/series/new?preview=on&job={job}&dates=2027-03-28&from_1=01:30&until_1=04:00&duration_minutes=30&gap_minutes=0\
         &time_zone=Europe/Berlin&interview_type=final"
    );
    let page = scene.rita.get(&spring).await;
    let rows = page.all_words(".agenda li");
    assert!(
        rows[1].contains("02:00") && rows[1].contains("skip this time; next is 03:00"),
        "{}",
        rows[1]
    );
    assert!(page.words(".series").contains("2 clock change"));
    assert_eq!(page.words(".series button"), "Add 3 slots");
    let autumn = spring.replace("2027-03-28", "2027-10-31");
    let page = scene.rita.get(&autumn).await;
    assert!(page.all_words(".agenda li")[1].contains("happens twice"));
    // 01:30 lasts until 03:15 on the clock, which shows 03:00 before that.
    let long = spring.replace("duration_minutes=30", "duration_minutes=45");
    let page = scene.rita.get(&long).await;
    let rows = page.all_words(".agenda li");
    assert!(rows[1].contains("Clock change"), "{}", rows[1]);
    assert!(
        rows[2].contains("the slot before is not over yet"),
        "{}",
        rows[2]
    );
}

#[actix_web::test]
async fn public_holidays_are_left_out_unless_they_are_meant() {
    let mut scene = Scene::new().await;
    // Ascension Day is a Thursday.
    let week = scene
        .address("thu=on")
        .replace("2027-01-05", "2027-05-04")
        .replace("2027-01-06", "2027-05-07");
    let button = |page: &Answer| page.words(".series button");
    let page = scene.rita.get(&week).await;
    assert_eq!(button(&page), "Add 15 slots", "no country is chosen");
    assert!(!page.has("input[name=holidays]"));

    let mut ada = scene.app.admin().await;
    let saved = ada
        .save_form(
            "/company",
            &[
                ("name", "Sample Company"),
                ("time_zone", "Europe/Berlin"),
                ("contact_email", "jobs@example.com"),
                ("brand_colour", "#1f5f4a"),
                ("join_window_minutes", "15"),
                ("undo_seconds", "0"),
                ("hourly_email_limit", "20"),
                ("holiday_region", "DE"),
            ],
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let refused = scene.add(&page).await;
    assert_eq!((refused.status, scene.slots().await), (409, 0));
    let page = scene.rita.get(&week).await;
    assert_eq!(button(&page), "Add 10 slots");
    assert!(page.words(".series").contains("5 holiday"));
    assert!(page.all_words(".agenda li")[10].contains("Ascension Day"));
    let meant = scene.rita.get(&format!("{week}&holidays=on")).await;
    assert_eq!(button(&meant), "Add 15 slots");
    assert!(meant.has("input[name=holidays][checked]"));

    let calendar = scene.rita.get("/calendar?day=2027-05-04").await;
    assert_eq!(
        calendar.all_words(".week__day--holiday h2"),
        ["Thu 6 Ascension Day"]
    );

    let body = scene.body(json!({
        "weekdays": ["thu"], "from": "2027-05-06", "until": "2027-05-06", "dry_run": true,
    }));
    let looked = scene.program.post_json(API, &body).await.json();
    assert_eq!(
        (&looked["count"], &looked["left_out"][4]["reason"]),
        (&json!(0), &json!("holiday"))
    );
    let mut meant = body.clone();
    meant["on_holidays"] = json!(true);
    assert_eq!(
        scene.program.post_json(API, &meant).await.json()["count"],
        5
    );
}

#[actix_web::test]
async fn what_changed_since_the_preview_makes_nothing_and_shows_the_new_one() {
    let mut scene = Scene::new().await;
    let address = scene.address(&format!("with_{}=on", scene.ines));
    let page = scene.rita.get(&address).await;
    let other = scene.body(json!({
        "interviewers": [scene.ines], "spans": [{ "from": "13:30", "until": "14:15" }], "weekdays": ["tue"],
    }));
    assert_eq!(scene.program.post_json(API, &other).await.status, 201);
    let refused = scene.add(&page).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let notices = refused.all_words("main .notice").join(" ");
    assert!(notices.contains("Nothing was added"), "{notices}");
    assert_eq!(refused.words(".series button"), "Add 8 slots");
    assert_eq!(scene.slots().await, 1);
    assert_eq!(scene.add(&refused).await.status, 303);
    assert_eq!(scene.slots().await, 9);
}

#[actix_web::test]
async fn a_series_can_be_taken_back_for_ten_minutes() {
    let mut scene = Scene::new().await;
    for (seconds, is_undone) in [(599, true), (600, false)] {
        let page = scene.rita.get(&scene.address("")).await;
        let before = scene.slots().await;
        let made = scene.add(&page).await;
        assert_eq!(made.status, 303, "{}", made.text);
        assert!(
            scene
                .rita
                .get(&made.location)
                .await
                .has("form[action$='/removal']")
        );
        scene.app.advance(TimeDelta::seconds(seconds));
        let page = scene.rita.get(&made.location).await;
        assert_eq!(page.has("form[action$='/removal']"), is_undone);
        let path = format!("{}/removal", made.location);
        let answer = scene.rita.post_form(&path, &[]).await;
        let notice = scene.rita.get(&answer.location).await.notice();
        let (said, left) = match is_undone {
            true => ("10 slots removed.", before),
            false => ("for ten minutes only", before + 10),
        };
        assert!(notice.contains(said), "{notice}");
        assert_eq!(scene.slots().await, left);
    }
    let log = scene.app.admin().await.get("/actions").await;
    let log = log.words("main");
    assert!(
        log.contains("Slots added") && log.contains("Added slots removed"),
        "{log}"
    );
}

#[actix_web::test]
async fn a_series_in_which_somebody_is_or_was_booked_is_left_whole() {
    let mut scene = Scene::new().await;
    let made = scene.made().await;
    let ids = ids(&made);
    scene.book(ids[3]).await;
    let path = format!("{API}{}/", made["id"]);
    let refused = scene.program.delete(&path).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert_eq!(refused.json()["code"], "series_booked");
    assert_eq!(refused.json()["booked_slots"], json!([ids[3]]));
    let page = format!("/series/{}", made["id"]);
    let answer = scene.rita.post_form(&format!("{page}/removal"), &[]).await;
    let notice = scene.rita.get(&answer.location).await.notice();
    assert!(
        notice.contains("Nothing was removed") && notice.contains("Tue 5 January 2027, 16:00"),
        "{notice}"
    );
    // The interview moves on; that it was there stays.
    let slot = scene
        .program
        .get(&format!("/api/interviews/slots/{}/", ids[3]))
        .await
        .json();
    let path_of = format!("/api/interviews/{}/reschedule/", slot["interview"]);
    let moved = scene
        .program
        .post_json(&path_of, &json!({ "slot_id": ids[5] }))
        .await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let refused = scene.program.delete(&path).await.json();
    assert_eq!(refused["booked_slots"], json!([ids[3], ids[5]]));
    assert_eq!(scene.slots().await, 10);
}

#[actix_web::test]
async fn programs_look_first_and_make_what_they_saw() {
    let mut scene = Scene::new().await;
    let (ines, ivo) = (scene.ines, scene.ivo);
    let body = scene.body(json!({ "interviewers": [ines, ivo], "dry_run": true }));
    let looked = scene.program.post_json(API, &body).await;
    assert_eq!(looked.status, 200, "{}", looked.text);
    let looked = looked.json();
    assert_eq!(
        (&looked["count"], &looked["left_out"]),
        (&json!(20), &json!([]))
    );
    assert_eq!(scene.slots().await, 0);

    let first = scene.made().await;
    let expected = &looked["fingerprint"];
    let body = scene.body(json!({ "interviewers": [ines, ivo], "expected": expected }));
    let refused = scene.program.post_json(API, &body).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let preview = &refused.json()["preview"];
    assert_eq!(
        (&refused.json()["code"], &preview["count"]),
        (&json!("series_changed"), &json!(10))
    );
    let left = &preview["left_out"][0];
    assert_eq!(
        (&left["reason"], &left["interviewer"]),
        (&json!("clash"), &json!(ines))
    );
    assert_eq!(left["slot"], first["slots"][0]);

    let body = scene.body(json!({ "interviewers": [ines, ivo] }));
    let second = scene.program.post_json(API, &body).await;
    assert_eq!(second.status, 201, "{}", second.text);
    let second = second.json();
    assert_eq!(second["count"], 10);
    let path = format!("{API}{}/", second["id"]);
    assert_eq!(scene.program.get(&path).await.json(), second);
    let none = scene.program.post_json(API, &body).await.json();
    assert_eq!(none["code"], "nothing_to_add");

    assert_eq!(scene.program.delete(&path).await.status, 204);
    assert_eq!(
        scene.program.delete(&path).await.status,
        204,
        "again is harmless"
    );
    assert_eq!(scene.slots().await, 10);
    let gone = scene.program.get(&path).await.json();
    assert_eq!(
        (&gone["slots"], &gone["undo_until"]),
        (&json!([]), &Value::Null)
    );
    scene.app.advance(TimeDelta::minutes(10));
    let late = scene
        .program
        .delete(&format!("{API}{}/", first["id"]))
        .await;
    assert_eq!(
        (late.status, &late.json()["code"]),
        (409, &json!("undo_expired"))
    );
}

#[actix_web::test]
async fn a_series_names_only_what_is_the_companys() {
    let mut scene = Scene::new().await;
    let elsewhere = builders::company(&scene.app, "Elsewhere").await;
    let foreign = builders::user(&scene.app, elsewhere, Role::Interviewer)
        .await
        .id;
    let job = builders::job(&scene.app, elsewhere).await;
    for is_dry in [true, false] {
        let body = scene.body(json!({ "job": job, "interviewers": [foreign], "dry_run": is_dry }));
        let refused = scene.program.post_json(API, &body).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let errors = refused.json()["errors"].clone();
        assert!(
            errors["job"].is_array() && errors["interviewers"].is_array(),
            "{errors}"
        );
    }
    let page = scene
        .rita
        .get(&scene.address(&format!("with_{foreign}=on")))
        .await;
    let refused = scene.add(&page).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.error_of("interviewers").contains("Choose again"));
    let theirs = builders::series(&scene.app, elsewhere, job).await;
    assert_eq!(
        scene.rita.get(&format!("/series/{theirs}")).await.status,
        404
    );
    let removal = format!("/series/{theirs}/removal");
    assert_eq!(scene.rita.post_form(&removal, &[]).await.status, 404);
    assert_eq!(
        scene
            .program
            .delete(&format!("{API}{theirs}/"))
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn statements_do_not_grow_with_the_slots_of_a_series() {
    let mut scene = Scene::new().await;
    let mut counts = Vec::new();
    for (hours, weekday) in [("10:00", "mon"), ("17:00", "tue")] {
        let body = scene.body(json!({
            "weekdays": [weekday], "from": "2027-02-01", "until": "2027-03-31",
            "spans": [{ "from": "09:00", "until": hours }], "interviewers": [scene.ines, scene.ivo],
        }));
        scene.app.app.db.failpoint().listen();
        let made = scene.program.post_json(API, &body).await;
        let heard = scene.app.app.db.failpoint().heard();
        assert_eq!(made.status, 201, "{}", made.text);
        counts.push((
            made.json()["count"].as_i64().expect("a number"),
            heard.len(),
        ));
    }
    assert!(counts[1].0 > 4 * counts[0].0, "{counts:?}");
    assert!(counts[1].1 <= counts[0].1 && counts[0].1 < 25, "{counts:?}");
}

#[actix_web::test]
async fn slots_are_closed_reopened_and_deleted_by_programs() {
    let mut scene = Scene::new().await;
    let ids = ids(&scene.made().await);
    let path = |id: i64| format!("/api/interviews/slots/{id}/");
    let act = |id: i64, act: &str| format!("/api/interviews/slots/{id}/{act}/");
    let (free, taken) = (ids[0], ids[1]);
    scene.book(taken).await;

    let closed = scene
        .program
        .post_json(&act(free, "close"), &json!({ "version": 1 }))
        .await;
    assert_eq!(
        (closed.status, &closed.json()["status"]),
        (200, &json!("closed"))
    );
    let again = scene
        .program
        .post_json(&act(free, "close"), &json!({}))
        .await;
    assert_eq!((again.status, &again.json()["version"]), (200, &json!(2)));
    let stale = scene
        .program
        .post_json(&act(free, "reopen"), &json!({ "version": 1 }))
        .await;
    assert_eq!(
        (stale.status, &stale.json()["code"]),
        (409, &json!("changed"))
    );
    let open = scene
        .program
        .post_json(&act(free, "reopen"), &json!({ "version": 2 }))
        .await;
    assert_eq!((open.status, &open.json()["status"]), (200, &json!("open")));

    for call in ["close", "delete"] {
        let refused = match call {
            "close" => {
                scene
                    .program
                    .post_json(&act(taken, "close"), &json!({}))
                    .await
            }
            _ => scene.program.delete(&path(taken)).await,
        };
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (409, &json!("slot_booked"))
        );
    }
    let interview = scene.program.get(&path(taken)).await.json()["interview"].clone();
    let cancelled = format!("/api/interviews/{interview}/cancel/");
    assert_eq!(
        scene.program.post_json(&cancelled, &json!({})).await.status,
        200
    );
    let refused = scene.program.delete(&path(taken)).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (409, &json!("slot_was_booked"))
    );

    let stale = scene
        .program
        .delete(&format!("{}?version=1", path(free)))
        .await;
    assert_eq!(
        (stale.status, &stale.json()["code"]),
        (409, &json!("changed"))
    );
    let wrong = scene
        .program
        .delete(&format!("{}?version=x", path(free)))
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        scene
            .program
            .delete(&format!("{}?version=3", path(free)))
            .await
            .status,
        204
    );
    assert_eq!(scene.program.get(&path(free)).await.status, 404);
    assert_eq!(scene.program.delete(&path(free)).await.status, 404);

    scene
        .program
        .post_json(&act(ids[2], "close"), &json!({}))
        .await;
    scene.app.advance(TimeDelta::days(3));
    let past = scene
        .program
        .post_json(&act(ids[2], "reopen"), &json!({}))
        .await;
    assert_eq!(
        (past.status, &past.json()["code"]),
        (409, &json!("slot_past"))
    );
}

/// The own calendar of a user says that they are busy at this time, as of now.
async fn busy(scene: &Scene, user_id: i64, from: &str, until: &str) {
    let (company_id, now) = (scene.app.company_id, scene.app.now());
    let at = |text: &str| text.parse().expect("an instant");
    let calendar = calendar::ActiveModel {
        company_id: Set(company_id),
        user_id: Set(user_id),
        address: Set("sealed".into()),
        host: Set("calendar.example.com".into()),
        failure: Set(String::new()),
        skipped: Set(0),
        read_at: Set(Some(now)),
        succeeded_at: Set(Some(now)),
        next_read_at: Set(now + TimeDelta::hours(1)),
        created_at: Set(now),
        ..Default::default()
    };
    let span = busy_span::ActiveModel {
        company_id: Set(company_id),
        user_id: Set(user_id),
        starts_at: Set(at(from)),
        ends_at: Set(at(until)),
    };
    builders::write(&scene.app, async |txn| {
        calendar::Entity::insert(calendar)
            .exec_without_returning(txn)
            .await?;
        busy_span::Entity::insert(span)
            .exec_without_returning(txn)
            .await?;
        Ok(())
    })
    .await;
}

#[actix_web::test]
async fn the_preview_says_what_the_time_of_each_interviewer_says() {
    let mut scene = Scene::new().await;
    let (ines, ivo) = (scene.ines, scene.ivo);
    let mut ada = scene.app.admin().await;
    let hours = [("tue", "09:00–15:00"), ("wed", "09:00–18:00")];
    let path = format!("/users/{ines}/availability");
    assert_eq!(ada.save_form(&path, &hours).await.status, 303);
    busy(&scene, ivo, "2027-01-06T12:30:00Z", "2027-01-06T13:10:00Z").await;
    let address = scene.address(&format!("with_{ines}=on&with_{ivo}=on"));
    let page = scene.rita.get(&address).await;
    // 13:00 to 18:00 in Berlin, an hour each: hers after 15:00 on Tuesday, and his at 13:00 and 14:00 on Wednesday.
    assert!(
        page.words(".series").contains("5 to check"),
        "{}",
        page.words(".series")
    );
    assert_eq!(
        page.words(".series button"),
        "Add 20 slots",
        "nothing is left out for it"
    );
    let rows = page.all_words(".agenda li");
    let with = |words: &str| rows.iter().filter(|row| row.contains(words)).count();
    assert_eq!(
        with("Outside the working hours of Ines Interviewer"),
        3,
        "{rows:?}"
    );
    assert_eq!(
        with("is busy 13:30–14:10 by their own calendar"),
        2,
        "{rows:?}"
    );
    assert_eq!(with("New, check"), 5, "{rows:?}");
    // Beside each slot in the calendar, too.
    let calendar = address.replace("/series/new?", "/calendar?day=2027-01-05&");
    let page = scene.rita.get(&calendar).await;
    assert_eq!(page.status, 200);
    assert_eq!(
        page.all_words(".slot--ghost")
            .iter()
            .filter(|it| it.contains("New, check"))
            .count(),
        5
    );
    // And for programs.
    let body = scene.body(json!({ "interviewers": [ines, ivo], "dry_run": true }));
    let looked = scene.program.post_json(API, &body).await.json();
    let slots = looked["slots"].as_array().expect("slots");
    let codes: Vec<(i64, &str)> = slots
        .iter()
        .flat_map(|slot| slot["warnings"].as_array().expect("warnings"))
        .map(|it| {
            (
                it["interviewer"].as_i64().expect("an id"),
                it["code"].as_str().expect("a code"),
            )
        })
        .collect();
    let outside = (ines, "outside_working_hours");
    let busy = (ivo, "own_calendar_busy");
    assert_eq!(codes, [outside, outside, outside, busy, busy]);
    let made = scene.add(&scene.rita.clone().get(&address).await).await;
    assert_eq!(made.status, 303, "a recruiter may");
}

#[actix_web::test]
async fn a_preview_takes_as_many_statements_for_one_slot_as_for_hundreds() {
    let mut scene = Scene::new().await;
    let (ines, ivo) = (scene.ines, scene.ivo);
    busy(&scene, ivo, "2027-01-06T12:30:00Z", "2027-01-06T13:10:00Z").await;
    let mut ada = scene.app.admin().await;
    let path = format!("/users/{ines}/availability");
    assert_eq!(
        ada.save_form(&path, &[("weekly_limit", "5")]).await.status,
        303
    );
    let mut counts = Vec::new();
    for until in ["2027-01-05", "2027-04-30"] {
        let address = scene.address(&format!("with_{ines}=on&with_{ivo}=on"));
        let address = address.replace("until=2027-01-06", &format!("until={until}"));
        scene.rita.get("/account").await;
        scene.app.app.db.failpoint().listen();
        let page = scene.rita.get(&address).await;
        let heard = scene.app.app.db.failpoint().heard();
        assert_eq!(page.status, 200, "{}", page.text);
        counts.push(heard.len());
    }
    assert_eq!(counts[0], counts[1]);
}
