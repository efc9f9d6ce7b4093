//! Candidates who move their interview by themselves, where their company lets them.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    company,
    email::{self, Kind},
    interview, slot, user,
};
use futures_util::future::join_all;
use greenroom::domain::interviews::{self, booking::Who};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use crate::support::{Actor, Answer, TestApp, builders};

/// A candidate with an interview in three days, and free slots of the same job.
struct Scene {
    app: TestApp,
    rita: Actor,
    id: i64,
    job: i64,
    link: String,
}

impl Scene {
    /// Candidates may move interviews until so many hours before.
    async fn set(hours: Option<i32>) -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let at = app.now() + TimeDelta::hours(72);
        let booked = builders::booked_at(&app, app.company_id, at).await;
        let row = &booked.details.interview;
        let scene = Self {
            rita: app.recruiter().await,
            id: row.id,
            job: booked.details.job.as_ref().expect("a job").id,
            link: crate::join::link(&app, row),
            app,
        };
        scene.let_move(hours).await;
        scene
    }

    async fn let_move(&self, hours: Option<i32>) {
        let change = company::Entity::update_many()
            .col_expr(company::Column::MoveNoticeHours, Expr::value(hours));
        builders::write(&self.app, async |txn| {
            change.exec(txn).await?;
            Ok(())
        })
        .await;
    }

    async fn free(&self, hours: i64) -> i64 {
        let at = self.app.now() + TimeDelta::hours(hours);
        builders::slot(&self.app, self.app.company_id, self.job, at).await
    }

    async fn ask(&self) -> Answer {
        let path = format!("{}/answer?say=another_time", self.link);
        self.app.candidate().get(&path).await
    }

    async fn choose(&self, slot: i64) -> Answer {
        let revision = self.row().await.revision;
        self.choose_from(slot, revision).await
    }

    /// On a page that showed the interview in this revision.
    async fn choose_from(&self, slot: i64, revision: i32) -> Answer {
        let path = format!("{}/move", self.link);
        let (slot, revision) = (slot.to_string(), revision.to_string());
        let fields = [("slot", &*slot), ("revision", &*revision)];
        self.app.candidate().post_form(&path, &fields).await
    }

    async fn row(&self) -> interview::Model {
        let db = self.app.app.db.read();
        let row = interviews::find(db, self.app.company_id, self.id).await;
        row.expect("the interview")
    }

    async fn starts_at(&self) -> DateTime<Utc> {
        let slot_id = self.row().await.slot_id.expect("a slot");
        let slot = slot::Entity::find_by_id(slot_id);
        let slot = slot.one(self.app.app.db.read()).await.expect("a look-up");
        slot.expect("the slot").starts_at
    }

    async fn kinds(&self) -> Vec<Kind> {
        let mails = email::Entity::find()
            .filter(email::COLUMN.interview_id.eq(self.id))
            .order_by_asc(email::Column::Id);
        let mails = mails.all(self.app.app.db.read()).await.expect("a look-up");
        mails.iter().map(|mail| mail.kind).collect()
    }
}

fn offered(page: &Answer) -> Vec<i64> {
    let values = page.all_attributes("[name=slot]", "value");
    values.iter().map(|id| id.parse().expect("a key")).collect()
}

#[actix_web::test]
async fn a_candidate_takes_another_free_time_of_the_job() {
    let mut scene = Scene::set(Some(24)).await;
    let (soon, later) = (scene.free(12).await, scene.free(96).await);
    let far = scene.free(24 * 40).await;
    let page = scene.ask().await;
    assert_eq!(page.status, 200);
    assert_eq!(offered(&page), [later], "not {soon} and {far}");
    assert!(page.has("form[action$='/answer']"), "or they ask");
    scene.app.deliver().await;
    let moved = scene.choose(later).await;
    assert_eq!(moved.status, 303, "{}", moved.text);
    assert_eq!(
        scene.starts_at().await,
        scene.app.now() + TimeDelta::hours(96)
    );
    let shown = scene.app.candidate().get(&moved.location).await;
    assert_eq!(shown.status, 200);
    assert!(!shown.has("#moved"), "they know");
    assert!(scene.kinds().await.contains(&Kind::Rescheduled));
    assert_eq!(scene.choose(later).await.status, 303, "sent once more");
    let kinds = scene.kinds().await;
    let told = kinds.iter().filter(|kind| **kind == Kind::Rescheduled);
    assert_eq!(told.count(), 1);
    let story = scene.rita.get(&format!("/interviews/{}", scene.id)).await;
    let story = story.words(".timeline");
    assert!(story.contains("Rescheduled from"), "{story}");
    assert!(story.contains("Candidate chose the time"), "{story}");
}

#[actix_web::test]
async fn a_page_that_showed_another_time_moves_nothing() {
    let mut scene = Scene::set(Some(1)).await;
    let (later, latest) = (scene.free(96).await, scene.free(98).await);
    let seen = scene.ask().await.value_of("revision");
    assert_eq!(seen, "1");
    let path = format!("/api/interviews/{}/reschedule/", scene.id);
    let body = serde_json::json!({ "slot_id": later });
    let moved = scene.app.program().await.post_json(&path, &body).await;
    assert_eq!(moved.status, 200, "{}", moved.text);
    let stale = scene.choose_from(latest, 1).await;
    assert_eq!(stale.status, 200, "{}", stale.text);
    assert!(stale.has("#moved"), "their page as it is now");
    assert_eq!(scene.row().await.slot_id, Some(later));
    assert!(!scene.rita.get("/jobs").await.text.contains("/alerts#moves"));
}

#[actix_web::test]
async fn recruiters_are_told_of_a_move_until_somebody_saw_it() {
    let mut scene = Scene::set(Some(1)).await;
    let later = scene.free(96).await;
    assert_eq!(scene.choose(later).await.status, 303);
    let line = scene.rita.get("/jobs").await.words(".alerts");
    assert!(line.contains("1 candidate moved their interview"), "{line}");
    let list = scene.rita.get("/alerts").await;
    assert!(list.words("main").contains("Moved by the candidate"));
    let seen = format!("/interviews/{}/move", scene.id);
    let mut stranger = scene.app.other_company().await;
    assert_eq!(stranger.post_form(&seen, &[]).await.status, 404);
    assert!(scene.row().await.moved_at.is_some());
    let old = [("version", "1")];
    assert_eq!(scene.rita.post_form(&seen, &old).await.status, 303);
    assert!(scene.row().await.moved_at.is_some(), "of another move");
    let pressed = scene.rita.press("/alerts", &seen).await;
    assert_eq!(pressed.status, 303, "{}", pressed.text);
    assert_eq!(scene.row().await.moved_at, None);
    assert!(!scene.rita.get("/jobs").await.text.contains("/alerts#moves"));
    let story = scene.rita.get(&format!("/interviews/{}", scene.id)).await;
    let story = story.words(".timeline");
    assert!(story.contains("new time marked as seen"), "{story}");
}

#[actix_web::test]
async fn times_of_other_talks_do_not_crowd_out_those_of_this_one() {
    let scene = Scene::set(Some(1)).await;
    let mut others = Vec::new();
    for minutes in 0..201 {
        let at = scene.app.now() + TimeDelta::hours(73) + TimeDelta::minutes(minutes);
        others.push(builders::slot(&scene.app, scene.app.company_id, scene.job, at).await);
    }
    let (first, second) = others.split_at(100);
    let longer = slot::Entity::update_many()
        .col_expr(slot::Column::DurationMinutes, Expr::value(90))
        .filter(slot::Column::Id.is_in(first.to_vec()));
    let with_another = slot::Entity::update_many()
        .col_expr(slot::Column::Interviewer, Expr::value("Ms Adams"))
        .filter(slot::Column::Id.is_in(second.to_vec()));
    builders::write(&scene.app, async |txn| {
        longer.exec(txn).await?;
        with_another.exec(txn).await?;
        Ok(())
    })
    .await;
    let same = scene.free(120).await;
    assert_eq!(offered(&scene.ask().await), [same]);
}

#[actix_web::test]
async fn without_leave_a_candidate_can_only_ask() {
    let scene = Scene::set(None).await;
    let later = scene.free(96).await;
    let page = scene.ask().await;
    assert_eq!(offered(&page), Vec::<i64>::new());
    assert!(page.has("form[action$='/answer']"));
    let before = scene.row().await;
    let refused = scene.choose(later).await;
    assert_eq!(refused.status, 200, "their page as it is");
    assert_eq!(scene.row().await, before);
}

#[actix_web::test]
async fn too_shortly_before_a_candidate_can_only_ask() {
    let scene = Scene::set(Some(24)).await;
    let later = scene.free(96).await;
    scene
        .app
        .advance(TimeDelta::hours(48) + TimeDelta::seconds(1));
    assert_eq!(offered(&scene.ask().await), Vec::<i64>::new());
    let before = scene.row().await;
    scene.choose(later).await;
    assert_eq!(scene.row().await, before);
}

#[actix_web::test]
async fn only_slots_of_the_same_talk_and_people_are_shown() {
    let scene = Scene::set(Some(1)).await;
    let (same, longer, others, held) = (
        scene.free(96).await,
        scene.free(98).await,
        scene.free(100).await,
        scene.free(102).await,
    );
    let kim = builders::user(&scene.app, scene.app.company_id, user::Role::Interviewer).await;
    builders::put(&scene.app, (scene.app.company_id, held), kim.id).await;
    let change = |id: i64, column: slot::Column, value: sea_orm::Value| {
        slot::Entity::update_many()
            .col_expr(column, Expr::value(value))
            .filter(slot::COLUMN.id.eq(id))
    };
    let longer_now = change(longer, slot::Column::DurationMinutes, 90.into());
    let others_now = change(others, slot::Column::Interviewer, "Somebody Else".into());
    builders::write(&scene.app, async |txn| {
        longer_now.exec(txn).await?;
        others_now.exec(txn).await?;
        Ok(())
    })
    .await;
    assert_eq!(offered(&scene.ask().await), [same]);
    let before = scene.row().await;
    for wrong in [longer, others, held, 0] {
        let refused = scene.choose(wrong).await;
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert_eq!(offered(&refused), [same], "what is still free");
    }
    let path = format!("{}/move", scene.link);
    let nothing = scene.app.candidate().post_form(&path, &[]).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.words("main").contains("Choose one of the times."));
    assert_eq!(scene.row().await, before);
}

#[actix_web::test]
async fn of_many_who_move_to_one_time_one_gets_it() {
    let first = Scene::set(Some(24)).await;
    let mut links = vec![first.link.clone()];
    for hours in [74, 76, 78] {
        let slot = first.free(hours).await;
        let candidate = builders::candidate(&first.app, first.app.company_id).await;
        let whom = (Who::Candidate(candidate), slot);
        let booked = builders::book(&first.app, first.app.company_id, whom).await;
        links.push(crate::join::link(&first.app, &booked.details.interview));
    }
    let wanted = first.free(120).await;
    let app = &first.app;
    let answers = join_all(links.iter().map(async |link| {
        let slot = wanted.to_string();
        let path = format!("{link}/move");
        let fields = [("slot", &*slot), ("revision", "1")];
        app.candidate().post_form(&path, &fields).await.status
    }))
    .await;
    let got = answers.iter().filter(|status| **status == 303).count();
    let told = answers.iter().filter(|status| **status == 409).count();
    assert_eq!((got, told), (1, 3), "{answers:?}");
}

#[actix_web::test]
async fn whoever_moves_an_interview_all_the_time_talks_to_the_recruiter() {
    let scene = Scene::set(Some(1)).await;
    let mut slots = Vec::new();
    for hours in [96, 98, 100, 102] {
        slots.push(scene.free(hours).await);
    }
    for slot in &slots[..3] {
        assert_eq!(scene.choose(*slot).await.status, 303);
    }
    assert_eq!(scene.choose(slots[3]).await.status, 429);
    assert_eq!(scene.row().await.slot_id, Some(slots[2]));
}
