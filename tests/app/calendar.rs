//! The calendar: a week or a day of slots, in lanes.
use chrono::TimeDelta;
use entity::{
    busy_span,
    user::{self, Role},
};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp, builders};

/// A company with a job, two interviewers, and a week of theirs.
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
            ivo: builders::user(&app, app.company_id, Role::Admin).await.id,
            app,
        }
    }

    async fn slot(&mut self, day: &str, time: &str, interviewers: &[i64]) -> i64 {
        let body = json!({
            "interview_date": day, "start_time": time, "duration_minutes": 45, "job": self.job,
            "ai_interview_type": "technical", "interviewers": interviewers,
        });
        let made = self
            .program
            .post_json("/api/interviews/slots/", &body)
            .await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()["id"].as_i64().expect("an id")
    }

    async fn book(&mut self, slot_id: i64) -> Value {
        let candidate = builders::candidate(&self.app, self.app.company_id).await;
        let id = builders::interview(&self.app, self.app.company_id, candidate, self.job).await;
        let path = format!("/api/interviews/slots/{slot_id}/book_slot/");
        let booked = self
            .program
            .post_json(&path, &json!({ "interview_id": id }))
            .await;
        assert_eq!(booked.status, 200, "{}", booked.text);
        booked.json()
    }
}

#[actix_web::test]
async fn a_week_shows_who_is_booked_and_what_is_open_blocked_or_closed() {
    let mut scene = Scene::new().await;
    let (ines, ivo) = (scene.ines, scene.ivo);
    let taken = scene.slot("2027-01-05", "10:00", &[ines]).await;
    let beside = scene.slot("2027-01-05", "10:30", &[ines]).await;
    let open = scene.slot("2027-01-06", "09:05", &[ivo]).await;
    let closed = scene.slot("2027-01-07", "09:00", &[]).await;
    scene.slot("2027-01-12", "09:00", &[]).await;
    scene.book(taken).await;
    let path = format!("/api/interviews/slots/{closed}/close/");
    assert_eq!(scene.program.post_json(&path, &json!({})).await.status, 200);

    let page = scene.rita.get("/calendar").await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(page.words("h1"), "4–10 January 2027");
    let slots = page.all_words(".slot");
    assert_eq!(
        slots,
        [
            "10:00 Zoë Núñez Ines Interviewer",
            "10:30 Blocked Ines Interviewer Ines Interviewer busy",
            "09:05 Open Ada Admin",
            "09:00 Closed",
        ]
    );
    let open = format!(".slot--open a[href='/slots/{open}']");
    assert!(page.has(&open));
    assert!(page.has(&format!(".slot--blocked a[href='/slots/{beside}']")));
    // Monday to Friday, from eight to six; 09:05 is one row below 09:00.
    assert_eq!(page.all_words(".week__day h2").len(), 5);
    let place = |name: &str| page.attribute(".slot--open", name);
    assert_eq!(
        ["data-h", "data-m", "data-n", "data-k"].map(place),
        ["9", "1", "0", "9"]
    );
    assert_eq!(page.attribute(".week", "data-from"), "8");
    assert_eq!(page.attribute(".week", "data-hours"), "10");
    assert_eq!(
        page.all_words(".week__day--today .week__head li"),
        ["Ada Admin", "Ines Interviewer", "No interviewer"]
    );

    let next = page.attribute("a[rel=next]", "href");
    let page = scene.rita.get(&next).await;
    assert_eq!(
        (page.words("h1"), page.all_words(".slot").len()),
        ("11–17 January 2027".into(), 1)
    );
}

#[actix_web::test]
async fn a_day_and_lanes_by_job_are_addresses() {
    let mut scene = Scene::new().await;
    scene.slot("2027-01-05", "10:00", &[scene.ines]).await;
    scene.slot("2027-01-05", "10:15", &[scene.ivo]).await;
    scene.slot("2027-01-06", "10:00", &[]).await;
    let page = scene
        .rita
        .get("/calendar?view=day&day=2027-01-05&lanes=jobs")
        .await;
    assert_eq!(page.words("h1"), "Tuesday 5 January 2027");
    assert_eq!(page.all_words(".week__head li"), ["Cloud Architect"]);
    assert_eq!(
        page.all_attributes(".slot", "data-lane"),
        ["1", "2"],
        "beside each other"
    );
    assert_eq!(page.attribute(".week__day", "data-tracks"), "2");
    let job = scene.job;
    let other = builders::job(&scene.app, scene.app.company_id).await;
    let of_job = scene.rita.get(&format!("/calendar?job={job}")).await;
    assert_eq!(of_job.all_words(".slot").len(), 3);
    let of_other = scene.rita.get(&format!("/calendar?job={other}")).await;
    assert!(!of_other.has(".slot"));
    for wrong in ["day=soon", "view=month", "lanes=rooms"] {
        let page = scene.rita.get(&format!("/calendar?{wrong}")).await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(page.has(".notice--problem[role=alert]"), "{wrong}");
    }
}

#[actix_web::test]
async fn a_panel_is_in_the_lane_of_each_and_once_in_the_list() {
    let mut scene = Scene::new().await;
    let both = [scene.ines, scene.ivo];
    scene.slot("2027-01-05", "10:00", &both).await;
    let page = scene.rita.get("/calendar").await;
    assert_eq!(page.all_words(".slot").len(), 2);
    assert_eq!(page.all_words(".slot--again").len(), 1);
    assert_eq!(page.all_attributes(".slot", "data-lane"), ["2", "1"]);
}

#[actix_web::test]
async fn a_series_is_looked_at_in_the_calendar() {
    let mut scene = Scene::new().await;
    let (job, ines) = (scene.job, scene.ines);
    scene.slot("2027-01-05", "14:00", &[ines]).await;
    let address = format!(
        "/series/new?preview=on&job={job}&tue=on&from=2027-01-05&until=2027-01-12&from_1=13:00&until_1=16:00\
         &duration_minutes=60&gap_minutes=0&time_zone=Europe/Berlin&interview_type=technical&with_{ines}=on"
    );
    let page = scene.rita.get(&address).await;
    let calendar = page.attribute(".series a[href^='/calendar']", "href");
    let page = scene.rita.get(&calendar).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert_eq!(
        page.all_words(".slot--ghost"),
        ["13:00 New Ines Interviewer", "15:00 New Ines Interviewer"]
    );
    let clash = page.words(".slot--clash");
    assert!(
        clash.contains("Ines Interviewer has an open slot 14:00–14:45"),
        "{clash}"
    );
    assert!(page.all_words(".week__head h2")[1].contains("+2 · 1 left out"));
    assert_eq!(page.words(".series button"), "Add 5 slots");
    assert!(page.has(".series input[name=seen]"));
    // The same slots are made from here.
    let names = page.all_attributes(".series input", "name");
    let values = page.all_attributes(".series input", "value");
    let fields: Vec<_> = names
        .iter()
        .map(String::as_str)
        .zip(values.iter().map(String::as_str))
        .collect();
    let made = scene.rita.post_form("/series/new", &fields).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let wrong = scene.rita.get("/calendar?preview=on").await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong
            .words(".notice--problem[role=alert]:not([hidden])")
            .contains("Choose a job")
    );
}

#[actix_web::test]
async fn a_series_that_was_made_can_be_removed_from_the_calendar_for_ten_minutes() {
    let mut scene = Scene::new().await;
    let (job, ines) = (scene.job, scene.ines);
    let form = format!(
        "job={job}&tue=on&from=2027-01-05&until=2027-01-12&from_1=13:00&until_1=15:00\
         &duration_minutes=60&gap_minutes=0&time_zone=Europe/Berlin&interview_type=technical&with_{ines}=on"
    );
    let make = async |scene: &mut Scene| {
        let page = format!("/calendar?preview=on&day=2027-01-05&{form}");
        let page = scene.rita.get(&page).await;
        let names = page.all_attributes(".series input", "name");
        let values = page.all_attributes(".series input", "value");
        let fields = names.iter().map(String::as_str);
        let fields: Vec<_> = fields.zip(values.iter().map(String::as_str)).collect();
        let made = scene.rita.post_form("/series/new", &fields).await;
        assert_eq!(made.status, 303, "{}", made.text);
        made.location
    };
    let back = make(&mut scene).await;
    assert_eq!(back, "/calendar?day=2027-01-05", "where it was looked at");
    let page = scene.rita.get(&back).await;
    assert_eq!(page.notice(), "4 slots added.");
    assert_eq!(page.all_words(".slot--open").len(), 2);
    let bar = page.words(".series");
    assert!(
        bar.contains("4 slots added.") && bar.contains("until 09:10"),
        "{bar}"
    );
    // Wherever one goes meanwhile; nobody else is asked.
    let week = "/calendar?day=2027-03-01";
    assert!(scene.rita.get(week).await.has(".series"));
    assert!(!scene.app.admin().await.get(week).await.has(".series"));

    let [action, next] = [
        ("form.series", "action"),
        (".series input[name=next]", "value"),
    ]
    .map(|(what, name)| page.attribute(what, name));
    let undone = scene.rita.post_form(&action, &[("next", &next)]).await;
    assert_eq!((undone.status, &undone.location), (303, &back));
    let page = scene.rita.get(&back).await;
    assert_eq!(page.notice(), "4 slots removed.");
    assert!(!page.has(".slot") && !page.has(".series"));

    make(&mut scene).await;
    scene.app.advance(TimeDelta::seconds(599));
    assert!(scene.rita.get("/calendar").await.has(".series"));
    scene.app.advance(TimeDelta::seconds(1));
    assert!(!scene.rita.get("/calendar").await.has(".series"));
    let elsewhere = [("next", "https://evil.example/")];
    let late = scene.rita.post_form(&action, &elsewhere).await;
    assert_eq!(late.location, "/");
}

#[actix_web::test]
async fn what_has_no_room_in_its_lane_is_counted_and_leads_to_all_of_it() {
    let mut scene = Scene::new().await;
    for minute in 0..14 {
        let time = format!("10:{minute:02}");
        scene.slot("2027-01-05", &time, &[]).await;
    }
    let page = scene.rita.get("/calendar").await;
    assert_eq!(page.all_words(".slot").len(), 6);
    assert_eq!(page.words(".slot--more"), "10:05 +9 more");
    assert_eq!(
        page.attribute(".week__day--today + .week__day", "data-tracks"),
        "6"
    );
    let day = page.attribute(".slot--more a", "href");
    assert_eq!(day, "/calendar?day=2027-01-05&view=day");
    let page = scene.rita.get(&day).await;
    assert_eq!(page.all_words(".slot").len(), 12, "a day has more room");
    assert_eq!(page.words(".slot--more"), "10:11 +3 more");
    let list = page.attribute(".slot--more a", "href");
    assert_eq!(list, "/slots?from=2027-01-05");
    let list = scene.rita.get(&list).await;
    let slots = list.all_words("main .agenda a[href^='/slots/']");
    assert!(slots.len() >= 14, "{slots:?}");
}

#[actix_web::test]
async fn two_presses_paint_hours_and_lead_to_the_form() {
    let mut scene = Scene::new().await;
    let ines = scene.ines;
    scene.slot("2027-01-05", "10:00", &[ines]).await;
    let page = scene.rita.get("/calendar").await;
    assert!(!page.has(".week__cell a[data-at^='2027-01-03']"));
    let begin = page.attribute(
        &format!("a[data-at='2027-01-06T13:00'][data-seat='with_{ines}']"),
        "href",
    );
    let page = scene.rita.get(&begin).await;
    assert!(
        page.words(".notice:not([hidden])")
            .contains("Hours start Wed 6 January, 13:00")
    );
    assert!(page.has(".week__cell--begun"));
    let end = page.attribute(
        &format!("a[data-at='2027-01-06T15:30'][data-seat='with_{ines}']"),
        "href",
    );
    let form = scene.rita.get(&end).await;
    assert_eq!(form.value_of("dates"), "2027-01-06");
    assert_eq!(
        (form.value_of("from_1"), form.value_of("until_1")),
        ("13:00".into(), "16:00".into())
    );
    assert!(form.has(&format!("input[name=with_{ines}][checked]")));
    // Another column begins anew.
    let other = page.attribute(
        &format!("a[data-at='2027-01-07T15:30'][data-seat='with_{ines}']"),
        "href",
    );
    assert!(other.starts_with("/calendar?"), "{other}");
}

#[actix_web::test]
async fn painted_hours_are_the_clocks_of_whoever_paints() {
    let mut scene = Scene::new().await;
    let email = scene.rita.user.as_ref().expect("a user").email.clone();
    builders::write(&scene.app, async |txn| {
        let update = user::Entity::update_many()
            .col_expr(user::Column::TimeZone, Expr::value("America/New_York"))
            .filter(user::COLUMN.email.eq(&*email));
        Ok(update.exec(txn).await?)
    })
    .await;
    let (ines, job) = (scene.ines, scene.job);
    scene.slot("2027-01-05", "10:00", &[ines]).await;
    let mut press = async |page: &str, at: &str| {
        let page = scene.rita.get(page).await;
        page.attribute(
            &format!("a[data-at='2027-01-06T{at}'][data-seat='with_{ines}']"),
            "href",
        )
    };
    let begun = press(&format!("/calendar?job={job}"), "09:00").await;
    let painted = press(&begun, "10:30").await;
    let preview = scene.rita.get(&painted).await;
    // The job was known: what was not said has its usual value.
    assert_eq!(preview.status, 200, "{}", preview.text);
    assert_eq!(preview.value_of("time_zone"), "America/New_York");
    assert_eq!(preview.words(".series button"), "Add 2 slots");
    let calendar = preview.attribute(".series a[href^='/calendar']", "href");
    let shown = scene.rita.get(&calendar).await;
    assert!(shown.has(".slot--ghost time[datetime='2027-01-06T14:00:00Z']"));
    // The next week has the same preview.
    let next = shown.attribute("a[rel=next]", "href");
    let shown = scene.rita.get(&next).await;
    assert_eq!(shown.words(".series button"), "Add 2 slots");
}

#[actix_web::test]
async fn what_is_wrong_with_an_address_is_said() {
    let mut scene = Scene::new().await;
    for wrong in [
        "part=-1",
        "preview=on&gap_minutes=x",
        "preview=on&job=1&from_2=x&until_2=9",
    ] {
        let page = scene.rita.get(&format!("/calendar?{wrong}")).await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(
            !page.words(".notice--problem:not([hidden])").is_empty(),
            "{wrong}"
        );
    }
}

#[actix_web::test]
async fn times_are_the_viewers_and_statements_do_not_grow_with_slots() {
    let mut scene = Scene::new().await;
    scene.slot("2027-01-05", "23:30", &[scene.ines]).await;
    let mut counts = Vec::new();
    for more in [0, 6] {
        for quarter in 0..more {
            scene
                .slot(
                    "2027-01-06",
                    &format!("1{quarter}:00"),
                    &[scene.ines, scene.ivo],
                )
                .await;
        }
        scene.app.advance(TimeDelta::seconds(2));
        scene.app.app.db.failpoint().listen();
        let page = scene.rita.get("/calendar").await;
        counts.push(scene.app.app.db.failpoint().heard().len());
        assert_eq!(
            page.attribute(".week", "data-hours"),
            "16",
            "until midnight"
        );
    }
    assert_eq!(counts[0], counts[1]);
}

#[actix_web::test]
async fn nobody_sees_another_companys_calendar() {
    let mut scene = Scene::new().await;
    scene.slot("2027-01-05", "10:00", &[scene.ines]).await;
    let mut stranger = scene.app.other_company().await;
    assert!(!stranger.get("/calendar").await.has(".slot"));
    let mut ines = scene.app.interviewer().await;
    assert_eq!(ines.get("/calendar").await.status, 404);
}

#[actix_web::test]
async fn what_begins_after_the_last_midnight_blocks_what_lasts_over_it() {
    let mut scene = Scene::new().await;
    let late = scene.slot("2027-01-05", "23:30", &[scene.ines]).await;
    let taken = scene.slot("2027-01-06", "00:10", &[scene.ines]).await;
    scene.book(taken).await;
    let page = scene.rita.get("/calendar?view=day&day=2027-01-05").await;
    assert!(
        page.has(&format!(".slot--blocked a[href='/slots/{late}']")),
        "{}",
        page.text
    );
}

#[actix_web::test]
async fn own_calendars_lie_behind_the_slots_of_their_interviewers() {
    let mut scene = Scene::new().await;
    let (ines, ivo) = (scene.ines, scene.ivo);
    scene.slot("2027-01-05", "10:00", &[ines]).await;
    scene.slot("2027-01-05", "10:00", &[ivo]).await;
    let at = |text: &str| text.parse().expect("an instant");
    // Tuesday 12:00–13:00, and from Wednesday 20:00 to Thursday 09:30 in Berlin.
    let spans = [
        ("2027-01-05T11:00:00Z", "2027-01-05T12:00:00Z"),
        ("2027-01-06T19:00:00Z", "2027-01-07T08:30:00Z"),
    ];
    let spans = spans.map(|(from, until)| busy_span::ActiveModel {
        company_id: Set(scene.app.company_id),
        user_id: Set(ines),
        starts_at: Set(at(from)),
        ends_at: Set(at(until)),
    });
    builders::write(&scene.app, async |txn| {
        let inserting = busy_span::Entity::insert_many(spans);
        Ok(inserting.exec_without_returning(txn).await?)
    })
    .await;
    let page = scene.rita.get("/calendar?day=2027-01-05").await;
    let shades = page.all_words(".week__elsewhere");
    assert_eq!(
        shades,
        [
            "Ines Interviewer is busy 12:00–13:00 by their own calendar",
            "Ines Interviewer is busy 20:00–09:30 by their own calendar",
        ]
    );
    let hours = |name| page.all_attributes(".week__elsewhere", name);
    // The second only from 08:00 on, where the hours in sight begin.
    assert_eq!(
        (hours("data-h"), hours("data-n"), hours("data-k")),
        (
            vec!["12".to_owned(), "8".into()],
            vec!["1".to_owned(), "1".into()],
            vec!["0".to_owned(), "6".into()],
        )
    );
    assert!(page.words(".legend").contains("Busy in own calendar"));
    assert!(!page.text.contains("aria-label=\"Busy"), "quiet");
    let page = scene.rita.get("/calendar?day=2027-01-05&lanes=jobs").await;
    assert!(!page.has(".week__elsewhere"), "jobs have no calendar");
}
