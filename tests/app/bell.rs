//! The bell: a candidate who waits is told to whoever can come.
use chrono::TimeDelta;
use entity::{company, interview, slot, user::Role};
use greenroom::domain::interviews::join_link::Ticket;
use sea_orm::{EntityTrait, sea_query::Expr};

use crate::support::{
    Actor, TestApp,
    builders::{self, Booked},
};

/// One interview that a recruiter booked and an interviewer holds, a moment before its start.
struct Scene {
    app: TestApp,
    rita: Actor,
    ines: Actor,
    booked: Booked,
    join: String,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let booked = builders::booked(&app, app.company_id).await;
        let row = &booked.details.interview;
        let (rita, ines) = (
            builders::user(&app, app.company_id, Role::Recruiter).await,
            builders::user(&app, app.company_id, Role::Interviewer).await,
        );
        let (slot_id, rita_id) = (row.slot_id.expect("a slot"), rita.id);
        builders::put(&app, (app.company_id, slot_id), ines.id).await;
        builders::write(&app, async |txn| {
            let column = entity::interview::Column::BookedBy;
            let by_rita = entity::interview::Entity::update_many()
                .col_expr(column, Expr::value(Some(rita_id)));
            Ok(by_rita.exec(txn).await?)
        })
        .await;
        let token = app.app.keys.token(&Ticket {
            public_id: &row.public_id,
            link_version: row.link_version,
            revision: row.revision,
        });
        app.advance(TimeDelta::days(1) - TimeDelta::minutes(5));
        Self {
            rita: app.signed_in_as(&rita).await,
            ines: app.signed_in_as(&ines).await,
            join: format!("/interview/{}/join", token.expect("a token")),
            booked,
            app,
        }
    }

    async fn candidate_joins(&self) -> crate::support::Answer {
        self.app.candidate().post_form(&self.join, &[]).await
    }

    async fn candidate_is_stuck(&self) -> crate::support::Answer {
        let path = self.join.replace("/join", "/trouble");
        self.app.candidate().post_form(&path, &[]).await
    }

    async fn history(&mut self) -> String {
        let path = format!("/interviews/{}", self.id());
        self.rita.get(&path).await.text
    }

    fn id(&self) -> i64 {
        self.booked.details.interview.id
    }

    async fn without_meeting_links(&self) {
        builders::write(&self.app, async |txn| {
            let nothing = || Expr::value(None::<String>);
            slot::Entity::update_many()
                .col_expr(slot::Column::MeetingUrl, nothing())
                .exec(txn)
                .await?;
            company::Entity::update_many()
                .col_expr(company::Column::DefaultMeetingUrl, nothing())
                .exec(txn)
                .await?;
            Ok(())
        })
        .await;
    }
}

#[actix_web::test]
async fn a_candidate_who_waits_rings_until_somebody_comes() {
    let mut scene = Scene::set().await;
    assert_eq!(scene.rita.get("/bell").await.words("#bell"), "");
    scene.candidate_joins().await;
    for actor in [&mut scene.rita, &mut scene.ines] {
        let bell = actor.get("/bell").await;
        let words = bell.words("#bell");
        assert!(
            words.contains("Zoë Núñez has just arrived for the interview at 09:00"),
            "{words}"
        );
        assert!(bell.has("#bell a[href^='https://meet.example.com']"));
    }
    scene.app.advance(TimeDelta::minutes(3));
    let words = scene.rita.get("/bell").await.words("#bell");
    assert!(words.contains("has been waiting since 08:55"), "{words}");

    let come = format!("/interviews/{}/attendance", scene.id());
    for _ in 0..2 {
        let answer = scene.ines.post_form(&come, &[]).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/"));
    }
    assert_eq!(scene.rita.get("/bell").await.words("#bell"), "");
    assert_eq!(scene.ines.get("/bell").await.words("#bell"), "");
    let history = scene.rita.get(&format!("/interviews/{}", scene.id())).await;
    let came = history.text.matches("Joined by the company").count();
    assert_eq!(came, 1, "the first counts");
}

#[actix_web::test]
async fn whoever_tried_the_meeting_before_the_link_opens_is_not_there() {
    let mut scene = Scene::set().await;
    let come = format!("/interviews/{}/attendance", scene.id());
    scene
        .app
        .advance(TimeDelta::minutes(-10) - TimeDelta::seconds(1));
    assert_eq!(scene.ines.post_form(&come, &[]).await.status, 303);
    scene.app.advance(TimeDelta::minutes(10));
    scene.candidate_joins().await;
    assert!(
        scene.rita.get("/bell").await.has("#bell li"),
        "nobody is there"
    );
    assert_eq!(scene.ines.post_form(&come, &[]).await.status, 303);
    assert!(!scene.rita.get("/bell").await.has("#bell li"));
}

#[actix_web::test]
async fn it_rings_for_nobody_else_until_the_start_has_passed() {
    let mut scene = Scene::set().await;
    let mut others = [
        scene.app.recruiter().await,
        scene.app.admin().await,
        scene.app.interviewer().await,
        scene.app.other_company().await,
    ];
    scene.candidate_joins().await;
    for other in &mut others {
        assert_eq!(other.get("/bell").await.words("#bell"), "");
    }
    scene.app.advance(TimeDelta::minutes(7));
    let rings = [true, true, false, false];
    for (other, rings) in others.iter_mut().zip(rings) {
        assert_eq!(other.get("/bell").await.has("#bell li"), rings);
    }
    for mut stranger in others.into_iter().skip(2) {
        let come = format!("/interviews/{}/attendance", scene.id());
        assert_eq!(stranger.post_form(&come, &[]).await.status, 404);
    }
    assert!(scene.rita.get("/bell").await.has("#bell li"));
    scene.app.advance(TimeDelta::minutes(45));
    assert!(!scene.rita.get("/bell").await.has("#bell li"), "it is over");
}

#[actix_web::test]
async fn without_a_meeting_link_it_rings_until_there_is_one_that_lets_the_candidate_in() {
    let mut scene = Scene::set().await;
    scene.without_meeting_links().await;
    let waits = scene.candidate_joins().await;
    assert!(waits.has("form[data-waiting]") && waits.has("script[src*='waiting']"));
    let come = format!("/interviews/{}/attendance", scene.id());
    scene.rita.post_form(&come, &[]).await;
    let bell = scene.rita.get("/bell").await;
    assert!(
        bell.words("#bell")
            .contains("There is no meeting link yet.")
    );
    let edit = bell.attribute("#bell a.button", "href");
    assert_eq!(edit, format!("/interviews/{}/edit", scene.id()));
    let for_ines = scene.ines.get("/bell").await;
    assert!(!for_ines.has("#bell a.button"), "not hers to set");

    let link = [
        ("meeting_url", "https://meet.example.com/late"),
        ("interview_type", "technical"),
        ("duration_minutes", "45"),
        ("act", "save"),
    ];
    let saved = scene.rita.save_form(&edit, &link).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert!(!scene.rita.get("/bell").await.has("#bell li"));
    let joined = scene.candidate_joins().await;
    assert!(!joined.has("form[data-waiting]"));
    assert!(joined.text.contains("https://meet.example.com/late"));
}

#[actix_web::test]
async fn pages_ask_for_the_bell_by_themselves_and_nobody_stays_signed_in_by_that() {
    let mut scene = Scene::set().await;
    let page = scene.rita.get("/slots").await;
    assert_eq!(page.attribute("#bell", "hx-get"), "/bell");
    // What the last request had to say is for the page that its user asks for.
    let closed = format!("/interviews/{}/nudge", scene.id());
    scene.rita.post_form(&closed, &[]).await;
    assert!(!scene.rita.get("/bell").await.has("[data-flash]"));
    assert!(scene.rita.get("/slots").await.has("[data-flash]"));
    for _ in 0..13 {
        scene.app.advance(TimeDelta::hours(1));
        scene.rita.get("/bell").await;
    }
    assert_eq!(scene.rita.get("/bell").await.status, 303, "signed out");
}

#[actix_web::test]
async fn whoever_waited_in_vain_before_keeps_nobody_from_ringing() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let day = TimeDelta::days(1);
    for _ in 0..20 {
        builders::booked_at(&app, app.company_id, app.now() + day - TimeDelta::hours(3)).await;
    }
    let column = interview::Column::JoinedAt;
    let joined = Expr::value(Some(app.now() + day - TimeDelta::hours(3)));
    let all_join = interview::Entity::update_many().col_expr(column, joined);
    builders::write(&app, async |txn| Ok(all_join.exec(txn).await?)).await;
    let booked = builders::booked(&app, app.company_id).await;
    let row = &booked.details.interview;
    let token = app.app.keys.token(&Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        revision: row.revision,
    });
    app.advance(day);
    let join = format!("/interview/{}/join", token.expect("a token"));
    app.candidate().post_form(&join, &[]).await;
    let bell = app.recruiter().await.get("/bell").await;
    assert_eq!(bell.all_words("#bell li").len(), 1, "{}", bell.text);
}

const STUCK: &str = "get into the meeting";

#[actix_web::test]
async fn a_candidate_who_cannot_get_in_rings_until_somebody_sees_to_it() {
    let mut scene = Scene::set().await;
    let joined = scene.candidate_joins().await;
    let path = scene.join.replace("/join", "/trouble");
    assert_eq!(joined.attribute("#trouble", "action"), path);
    let come = format!("/interviews/{}/attendance", scene.id());
    scene.ines.post_form(&come, &[]).await;
    assert!(!scene.rita.get("/bell").await.has("#bell li"));

    let told = scene.candidate_is_stuck().await;
    assert_eq!(told.status, 200);
    assert!(told.words("main").contains("that you can't get in"));
    assert!(!told.has("#trouble"));
    let again = scene.candidate_is_stuck().await;
    assert_eq!(again.text, told.text, "the same answer");
    for actor in [&mut scene.rita, &mut scene.ines] {
        let words = actor.get("/bell").await.words("#bell");
        let expected =
            "Zoë Núñez can't get into the meeting since 08:55 for the interview at 09:00";
        assert!(words.contains(expected), "{words}");
    }
    let bell = scene.rita.get("/bell").await;
    assert!(bell.words("#bell").contains("Change meeting link"));
    assert!(!bell.words("#bell").contains("I'm there"), "Ines is");
    let looked = scene.app.candidate().get(&path).await;
    assert!(!looked.text.contains("meet.example.com"), "not by looking");

    let handled = format!("/interviews/{}/trouble", scene.id());
    let mut stranger = scene.app.interviewer().await;
    assert_eq!(stranger.post_form(&handled, &[]).await.status, 404);
    assert!(scene.rita.get("/bell").await.has("#bell li"));
    for _ in 0..2 {
        let answer = scene.ines.post_form(&handled, &[]).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, "/"));
        assert!(!scene.rita.get("/bell").await.has("#bell li"));
        scene.candidate_is_stuck().await;
    }
    let history = scene.history().await;
    let entry = "Candidate can&#39;t get into the meeting";
    let entries = history.replace("&#x27;", "&#39;").replace('\'', "&#39;");
    assert_eq!(entries.matches(entry).count(), 1, "{entries}");
    assert_eq!(entries.matches("Marked as handled").count(), 1);
    let dossier = format!("/interviews/{}/dossier.json", scene.id());
    let dossier = scene.rita.get(&dossier).await.text;
    let entry = dossier
        .split("interview.trouble\"")
        .next()
        .expect("before it");
    assert!(dossier.contains("interview.trouble\""), "{dossier}");
    assert!(entry.contains("Candidate"), "{entry}");
}

#[actix_web::test]
async fn a_candidate_sees_the_phone_of_the_recruiter_else_of_the_company() {
    let mut scene = Scene::set().await;
    assert!(!scene.candidate_is_stuck().await.has("a[href^='tel:']"));
    builders::write(&scene.app, async |txn| {
        let phone = Expr::value("+49 (30) 555");
        let all = company::Entity::update_many().col_expr(company::Column::Phone, phone);
        Ok(all.exec(txn).await?)
    })
    .await;
    let page = scene.candidate_is_stuck().await;
    assert_eq!(page.words("#contact a[href^='tel:']"), "+49 (30) 555");
    assert_eq!(
        page.attribute(".notice a[href^='tel:']", "href"),
        "tel:+4930555"
    );
    let own = [("name", "Rita Recruiter"), ("phone", "+49 171 77")];
    assert_eq!(scene.rita.save_form("/account", &own).await.status, 303);
    scene.app.advance(TimeDelta::minutes(60));
    for page in [scene.candidate_is_stuck().await, {
        let path = scene.join.replace("/join", "");
        scene.app.candidate().get(&path).await
    }] {
        assert_eq!(page.status, 410);
        let contact = page.words("#contact");
        assert!(contact.contains("Rita Recruiter"), "{contact}");
        assert!(contact.contains("@example.com"), "{contact}");
        assert!(contact.contains("+49 171 77"), "{contact}");
        assert!(!page.text.contains("meet.example.com"));
    }
}

#[actix_web::test]
async fn another_meeting_link_silences_a_candidate_who_could_not_get_in_with_the_last_one() {
    let mut scene = Scene::set().await;
    // Nobody has to press the other button first.
    scene.candidate_is_stuck().await;
    assert!(scene.rita.get("/bell").await.words("#bell").contains(STUCK));
    let edit = format!("/interviews/{}/edit", scene.id());
    let link = [
        ("meeting_url", "https://meet.example.com/other"),
        ("interview_type", "technical"),
        ("duration_minutes", "45"),
        ("act", "save"),
    ];
    let saved = scene.rita.save_form(&edit, &link).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let words = scene.rita.get("/bell").await.words("#bell");
    assert!(!words.contains(STUCK), "{words}");
    let joined = scene.candidate_joins().await;
    assert!(joined.text.contains("https://meet.example.com/other"));
    assert!(joined.has("#trouble"), "it may fail as well");
    scene.candidate_is_stuck().await;
    assert!(scene.rita.get("/bell").await.words("#bell").contains(STUCK));
}

#[actix_web::test]
async fn who_may_not_join_cannot_say_that_they_cannot_get_in() {
    let mut scene = Scene::set().await;
    let minutes = TimeDelta::minutes;
    scene.app.advance(minutes(-11));
    let early = scene.candidate_is_stuck().await;
    assert_eq!(early.status, 200);
    assert!(early.has("[data-countdown]"), "{}", early.text);
    scene.app.advance(minutes(61));
    let over = scene.candidate_is_stuck().await;
    assert_eq!(over.status, 410);
    assert!(over.words("h1").contains("over"));
    let wrong = scene.app.candidate();
    let wrong = { wrong }.post_form("/interview/x.y.z/trouble", &[]).await;
    assert_eq!(wrong.status, 404);
    assert!(!scene.history().await.contains(STUCK));
}
