//! What candidates say to the time of their interview, and who learns of it.
use chrono::TimeDelta;
use entity::interview::{self, Answer as Said, AnswerReason};
use greenroom::domain::interviews;
use sea_orm::{EntityTrait, QueryFilter, sea_query::Expr};

use crate::support::{
    Actor, Answer, TestApp,
    builders::{self, Booked},
};

/// A candidate with an interview tomorrow, and the recruiter.
struct Scene {
    app: TestApp,
    rita: Actor,
    booked: Booked,
    link: String,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let booked = builders::booked(&app, app.company_id).await;
        Self {
            rita: app.recruiter().await,
            link: crate::join::link(&app, &booked.details.interview),
            booked,
            app,
        }
    }

    fn id(&self) -> i64 {
        self.booked.details.interview.id
    }

    async fn look(&self) -> Answer {
        self.app.candidate().get(&self.link).await
    }

    async fn say(&self, fields: &[(&str, &str)]) -> Answer {
        let path = format!("{}/answer", self.link);
        self.app.candidate().post_form(&path, fields).await
    }

    async fn row(&self) -> interview::Model {
        let db = self.app.app.db.read();
        let row = interviews::find(db, self.app.company_id, self.id()).await;
        row.expect("the interview")
    }

    async fn page(&mut self) -> Answer {
        let path = format!("/interviews/{}", self.id());
        self.rita.get(&path).await
    }

    async fn answered(&mut self) -> usize {
        self.page().await.text.matches("Candidate ").count()
    }
}

const YES: &[(&str, &str)] = &[("answer", "confirmed"), ("revision", "1")];

fn no(words: &str) -> Vec<(&str, &str)> {
    vec![
        ("answer", "declined"),
        ("reason", "ill"),
        ("words", words),
        ("revision", "1"),
    ]
}

#[actix_web::test]
async fn a_candidate_who_confirms_is_confirmed_on_the_reach_line() {
    let mut scene = Scene::set().await;
    let page = scene.look().await;
    assert_eq!(page.value_of("revision"), "1");
    assert_eq!(page.words("#answer button"), "I'll be there");
    for _ in 0..2 {
        let said = scene.say(YES).await;
        assert_eq!(said.status, 200, "{}", said.text);
        let words = said.words("#answer");
        assert!(words.contains("You said that you'll be there"), "{words}");
        assert!(!said.has("#answer button"), "it is said");
    }
    let row = scene.row().await;
    assert_eq!(row.answer, Some(Said::Confirmed));
    assert_eq!(row.answered_at, Some(scene.app.now()));
    let page = scene.page().await;
    let told = "Candidate will be there";
    assert_eq!(page.text.matches(told).count(), 1, "{}", page.text);
    let words = page.words("main");
    assert!(words.contains("Answer Confirmed · "), "{words}");
    let list = scene.rita.get("/interviews").await.words("main");
    assert!(list.contains("Confirmed"), "{list}");
    let day = scene.app.now() + TimeDelta::days(1);
    let day = format!("/?day={}", day.date_naive());
    let reach = scene.rita.get(&day).await.words(".reach");
    assert!(reach.contains("Confirmed"), "{reach}");
    assert!(!scene.rita.get("/").await.text.contains("alerts#answers"));
}

#[actix_web::test]
async fn a_candidate_who_cannot_come_is_an_alert_until_somebody_sees_to_it() {
    let mut scene = Scene::set().await;
    let page = scene.look().await;
    let asks = page.attribute(".answer__no", "href");
    let asks = scene.app.candidate().get(&asks).await;
    assert_eq!(asks.words("h1"), "You can't come?");
    assert_eq!(scene.row().await.answer, None, "only asked");
    let said = scene.say(&no("I am <b>sorry</b>.")).await;
    assert_eq!(said.status, 200, "{}", said.text);
    assert!(
        said.words("#answer")
            .contains("You said that you can't come")
    );
    let row = scene.row().await;
    assert_eq!(row.answer, Some(Said::Declined));
    assert_eq!(row.answer_reason, Some(AnswerReason::Ill));

    let board = scene.rita.get("/jobs").await.words(".alerts");
    assert!(
        board.contains("1 candidate can't come or needs another time"),
        "{board}"
    );
    let alerts = scene.rita.get("/alerts").await;
    let words = alerts.words("main");
    for expected in ["Zoë Núñez", "Can't come", "Ill", "I am <b>sorry</b>."] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    let reschedule = format!("/interviews/{}/reschedule", scene.id());
    assert!(alerts.text.contains(&reschedule));
    let words = scene.page().await.words("main");
    assert!(
        words.contains("The candidate can't come. Reason: Ill."),
        "{words}"
    );
    let day = scene.app.now() + TimeDelta::days(1);
    let day = format!("/?day={}", day.date_naive());
    let day = scene.rita.get(&day).await;
    assert!(
        day.words(".reach").contains("Can't come ill"),
        "{}",
        day.text
    );
    assert!(day.words(".remedy").contains("Reschedule"));

    let handled = format!("/interviews/{}/answer", scene.id());
    let mut stranger = scene.app.other_company().await;
    assert_eq!(stranger.post_form(&handled, &[]).await.status, 404);
    let mut ines = scene.app.interviewer().await;
    assert_eq!(ines.post_form(&handled, &[]).await.status, 404);
    for _ in 0..2 {
        let answer = scene.rita.post_form(&handled, &[]).await;
        assert_eq!(answer.status, 303);
    }
    scene.app.advance(TimeDelta::seconds(30));
    assert!(
        !scene
            .rita
            .get("/jobs")
            .await
            .text
            .contains("alerts#answers")
    );
    assert!(!scene.page().await.words("main").contains("Reason: Ill."));
    let told = scene.page().await.text;
    assert_eq!(told.matches("Marked as handled").count(), 1, "{told}");

    // Said otherwise, it is news again.
    scene.say(&no("Still ill")).await;
    assert!(
        scene
            .rita
            .get("/alerts")
            .await
            .words("main")
            .contains("Still ill")
    );
    scene.say(YES).await;
    assert!(
        !scene
            .rita
            .get("/alerts")
            .await
            .words("main")
            .contains("Still ill")
    );
    let row = scene.row().await;
    assert_eq!((row.answer_reason, row.answer_words.as_str()), (None, ""));
}

#[actix_web::test]
async fn nothing_is_answered_by_looking_and_nothing_wrong_is_kept() {
    let mut scene = Scene::set().await;
    let before = scene.row().await;
    let events = scene.answered().await;
    for say in [
        "",
        "?say=declined",
        "?say=another_time",
        "?say=confirmed",
        "?say=x",
    ] {
        let path = format!("{}/answer{say}", scene.link);
        assert_eq!(scene.app.candidate().get(&path).await.status, 200, "{say}");
        assert_eq!(scene.app.candidate().head(&path).await.status, 200, "{say}");
    }
    let long = "x".repeat(1001);
    for wrong in [
        [
            ("answer", "maybe"),
            ("reason", ""),
            ("words", ""),
            ("revision", "1"),
        ],
        [
            ("answer", "declined"),
            ("reason", "x"),
            ("words", ""),
            ("revision", "1"),
        ],
        [
            ("answer", "declined"),
            ("reason", ""),
            ("words", &long),
            ("revision", "1"),
        ],
        [
            ("answer", "declined"),
            ("reason", ""),
            ("words", ""),
            ("revision", ""),
        ],
    ] {
        let answer = scene.say(&wrong).await;
        assert_eq!(answer.status, 422, "{wrong:?}");
        assert!(answer.words("main").contains("Back to your interview"));
    }
    let path = "/interview/x.y.z/answer";
    assert_eq!(scene.app.candidate().post_form(path, YES).await.status, 404);
    assert_eq!(scene.app.candidate().get(path).await.status, 404);
    assert_eq!(scene.row().await, before);
    assert_eq!(scene.answered().await, events);
}

#[actix_web::test]
async fn an_answer_is_about_the_time_that_was_seen() {
    let mut scene = Scene::set().await;
    scene.say(YES).await;
    let change = interview::Entity::update_many()
        .col_expr(interview::Column::Revision, Expr::value(2))
        .filter(interview::COLUMN.id.eq(scene.id()));
    builders::write(&scene.app, async |txn| {
        change.exec(txn).await?;
        Ok(())
    })
    .await;
    let said = scene.say(&no("")).await;
    assert_eq!(said.status, 200);
    assert!(said.has("#moved"), "{}", said.text);
    assert_eq!(scene.row().await.answer, Some(Said::Confirmed));
    assert!(
        !scene
            .page()
            .await
            .text
            .contains("Candidate can&#x27;t come")
    );

    scene.app.advance(TimeDelta::days(2));
    let over = scene
        .say(&[("answer", "declined"), ("revision", "2")])
        .await;
    assert_eq!(over.status, 410, "{}", over.text);
    assert_eq!(scene.row().await.answer, Some(Said::Confirmed));
}

#[actix_web::test]
async fn another_time_takes_the_answer_back() {
    let mut scene = Scene::set().await;
    scene.say(YES).await;
    let job = scene.booked.details.slot.as_ref().expect("a slot").job_id;
    let later = scene.app.now() + TimeDelta::days(3);
    let slot = builders::slot(&scene.app, scene.app.company_id, job, later).await;
    let path = format!("/interviews/{}/reschedule", scene.id());
    let slot = slot.to_string();
    let moved = scene
        .rita
        .save_form(&path, &[("slot", &slot), ("notes", "")])
        .await;
    assert_eq!(moved.status, 303, "{}", moved.text);
    let row = scene.row().await;
    assert_eq!((row.answer, row.answered_at), (None, None));
    assert!(scene.look().await.has("#answer button"));
}

#[actix_web::test]
async fn somebody_who_changes_their_mind_all_day_is_slowed_down() {
    let scene = Scene::set().await;
    let mut limited = 0;
    for count in 0..24 {
        let said = scene.say(&no(&format!("{count}"))).await;
        limited += usize::from(said.status == 429);
    }
    assert_eq!(limited, 4);
    let again = scene.say(&no("19")).await;
    assert_eq!(again.status, 200, "nothing is written");
}
