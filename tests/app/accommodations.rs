//! What candidates ask for in private: who reads it, who does not, and how it is answered.
use chrono::TimeDelta;
use entity::{
    accommodation, action,
    email::{self, Kind},
    interview,
};
use greenroom::domain::interviews;
use sea_orm::{EntityTrait, QueryOrder};

use crate::support::{
    Actor, Answer, TestApp,
    builders::{self, Booked},
};

const SECRET: &str = "I have a hearing aid and need captions.";

/// A candidate with an interview tomorrow that a user holds, and the recruiter.
struct Scene {
    app: TestApp,
    rita: Actor,
    kim: Actor,
    booked: Booked,
    link: String,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let company_id = app.company_id;
        let booked = builders::booked(&app, company_id).await;
        let kim = builders::user(&app, company_id, entity::user::Role::Interviewer).await;
        let slot_id = booked.details.interview.slot_id.expect("a slot");
        builders::put(&app, (company_id, slot_id), kim.id).await;
        Self {
            rita: app.recruiter().await,
            kim: app.signed_in_as(&kim).await,
            link: crate::join::link(&app, &booked.details.interview),
            booked,
            app,
        }
    }

    fn id(&self) -> i64 {
        self.booked.details.interview.id
    }

    fn page(&self) -> String {
        format!("/interviews/{}/accommodation", self.id())
    }

    async fn ask(&self, words: &str) -> Answer {
        let path = format!("{}/accommodation", self.link);
        let mut candidate = self.app.candidate();
        candidate.post_form(&path, &[("words", words)]).await
    }

    async fn look(&self) -> Answer {
        let path = format!("{}/accommodation", self.link);
        self.app.candidate().get(&path).await
    }

    async fn row(&self) -> Option<accommodation::Model> {
        let db = self.app.app.db.read();
        let all = accommodation::Entity::find().all(db).await;
        all.expect("a look-up").pop()
    }

    /// Sends one of the forms of the recruiter's page.
    async fn send(&mut self, field: &str, words: &str) -> Answer {
        let shown = self.rita.get(&self.page()).await;
        self.send_from(&shown, field, words).await
    }

    async fn send_from(&mut self, shown: &Answer, field: &str, words: &str) -> Answer {
        let path = match field {
            "release" => format!("{}/release", self.page()),
            _ => self.page(),
        };
        let (key, version) = (shown.value_of("key"), shown.value_of("version"));
        let fields = [("key", &*key), ("version", &*version), (field, words)];
        self.rita.post_form(&path, &fields).await
    }

    async fn mails(&self) -> Vec<email::Model> {
        let all = email::Entity::find().order_by_asc(email::Column::Id);
        all.all(self.app.app.db.read()).await.expect("a look-up")
    }
}

#[actix_web::test]
async fn what_a_candidate_asks_for_reaches_recruiters_and_nobody_else() {
    let mut scene = Scene::set().await;
    let early = scene.app.candidate().get(&scene.link).await;
    let way = early.attribute("#accommodation a", "href");
    assert_eq!(way, format!("{}/accommodation", scene.link));
    assert_eq!(scene.look().await.status, 200);
    assert!(scene.row().await.is_none(), "looking asks for nothing");
    for _ in 0..2 {
        let asked = scene.ask(SECRET).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
    }
    let row = scene.row().await.expect("a request");
    assert_eq!((&*row.words, row.asked_at), (SECRET, scene.app.now()));
    let page = scene.look().await;
    assert!(page.words("#asked").contains("will get back to you"));
    assert_eq!(page.words("textarea"), SECRET);

    let board = scene.rita.get("/jobs").await.words(".alerts");
    assert!(
        board.contains("1 candidate asked for something in private"),
        "{board}"
    );
    let alerts = scene.rita.get("/alerts").await;
    assert!(alerts.words("main").contains("Private requests"));
    assert!(!alerts.text.contains(SECRET), "it is on its own page only");
    let interview = scene.rita.get(&format!("/interviews/{}", scene.id())).await;
    let words = interview.words("main");
    assert!(
        words.contains("Candidate asked for something in private"),
        "{words}"
    );
    assert_eq!(
        words.matches("Candidate asked for something").count(),
        1,
        "{words}"
    );
    assert!(!interview.text.contains(SECRET));
    let request = scene.rita.get(&scene.page()).await;
    assert!(request.words("main").contains(SECRET));

    let held = format!("/my-interviews/{}", scene.id());
    let held = scene.kim.get(&held).await;
    assert_eq!(held.status, 200);
    assert!(!held.text.contains(SECRET));
    assert_eq!(scene.kim.get(&scene.page()).await.status, 404);
    let mut stranger = scene.app.other_company().await;
    assert_eq!(stranger.get(&scene.page()).await.status, 404);
    let mut program = scene.app.program().await;
    let api = format!("/api/interviews/{}/", scene.id());
    assert!(!program.get(&api).await.text.contains("captions"));
    let dossier = format!("/interviews/{}/dossier.json", scene.id());
    let dossier = scene.rita.get(&dossier).await.text;
    assert!(
        dossier.contains("interview.accommodation_requested"),
        "{dossier}"
    );
    assert!(!dossier.contains("captions"));
    let log = action::Entity::find().all(scene.app.app.db.read()).await;
    for line in log.expect("the log") {
        assert!(!line.details.to_string().contains("captions"));
    }
    scene.app.deliver().await;
    for mail in scene.mails().await {
        let text = mail.text.unwrap_or_default();
        assert!(!text.contains("captions"), "{text}");
    }
}

#[actix_web::test]
async fn an_answer_is_on_the_candidates_page_and_the_email_only_says_so() {
    let mut scene = Scene::set().await;
    scene.ask(SECRET).await;
    let answered = scene.send("answer", "There will be captions.").await;
    assert_eq!(answered.status, 303, "{}", answered.text);
    assert_eq!(
        scene.rita.get(&scene.page()).await.notice(),
        "Answered. The candidate gets an email that leads to it."
    );
    let page = scene.look().await;
    assert!(page.words("#answer").contains("There will be captions."));
    assert!(
        !scene
            .rita
            .get("/jobs")
            .await
            .text
            .contains("/alerts#requests")
    );

    scene.app.deliver().await;
    let mails = scene.mails().await;
    let told: Vec<_> = mails
        .iter()
        .filter(|mail| mail.kind == Kind::RequestAnswered)
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].recipient, scene.booked.details.candidate.email);
    let text = told[0].text.clone().expect("a text");
    assert!(
        text.contains("answered what you asked us in private"),
        "{text}"
    );
    assert!(!text.contains("captions"), "{text}");

    scene.ask("Captions, and a break.").await;
    let again = scene.look().await;
    assert!(!again.has("#answer"), "that was not answered");
    assert!(
        scene
            .rita
            .get("/jobs")
            .await
            .text
            .contains("/alerts#requests")
    );
}

#[actix_web::test]
async fn interviewers_learn_what_a_recruiter_passes_on() {
    let mut scene = Scene::set().await;
    scene.ask(SECRET).await;
    let shown = scene.rita.get(&scene.page()).await;
    assert_eq!(
        shown.words("textarea[name=release]"),
        "",
        "nothing by itself"
    );
    let before = scene.mails().await.len();
    let released = scene.send("release", "Please switch captions on.").await;
    assert_eq!(released.status, 303, "{}", released.text);
    let held = format!("/my-interviews/{}", scene.id());
    let held = scene.kim.get(&held).await.words("main");
    assert!(held.contains("Please switch captions on."), "{held}");
    assert!(!held.contains("hearing aid"));
    let page = scene.rita.get(&scene.page()).await;
    assert!(page.words("#passing-on").contains("Passed on"));
    let candidate = scene.app.candidate().get(&scene.link).await;
    assert!(!candidate.text.contains("captions on"));

    let mails = scene.mails().await;
    let new = &mails[before..];
    let to_kim = new
        .iter()
        .filter(|mail| mail.kind.tells_interviewers_of_change());
    assert_eq!(to_kim.count(), 1, "{new:?}");
    assert!(!new.iter().any(|mail| mail.kind == Kind::Updated));
    scene.app.deliver().await;
    for mail in scene.mails().await {
        assert!(!mail.text.unwrap_or_default().contains("hearing aid"));
    }
}

#[actix_web::test]
async fn an_answer_that_waits_to_leave_survives_what_is_passed_on() {
    let mut scene = Scene::set().await;
    scene.ask(SECRET).await;
    scene.send("answer", "There will be captions.").await;
    scene.send("release", "Please switch captions on.").await;
    scene.app.deliver().await;
    let told = scene.mails().await;
    let told: Vec<_> = told
        .iter()
        .filter(|mail| mail.kind == Kind::RequestAnswered)
        .map(|mail| mail.status)
        .collect();
    assert_eq!(told, [email::Status::Printed]);
}

#[actix_web::test]
async fn once_it_has_begun_a_candidate_talks_to_the_people_in_it() {
    let scene = Scene::set().await;
    scene
        .app
        .advance(TimeDelta::hours(24) - TimeDelta::minutes(10));
    let open = scene.app.candidate().get(&scene.link).await;
    assert!(open.has("#accommodation"));
    scene.app.advance(TimeDelta::minutes(10));
    let open = scene.app.candidate().get(&scene.link).await;
    assert!(open.has("#begun") && open.has("#accommodation"));
    let page = scene.look().await;
    assert!(page.has("#begun") && !page.has("textarea"), "{}", page.text);
    scene.ask(SECRET).await;
    assert!(scene.row().await.is_none());
}

#[actix_web::test]
async fn who_answers_has_seen_the_newest_words() {
    let mut scene = Scene::set().await;
    scene.ask(SECRET).await;
    let seen = scene.rita.get(&scene.page()).await;
    scene.ask("Captions, and a break.").await;
    let stale = scene
        .send_from(&seen, "answer", "There will be captions.")
        .await;
    assert_eq!(stale.status, 409, "{}", stale.text);
    assert!(
        stale
            .words("main")
            .contains("was changed while you had this page open")
    );
    assert_eq!(
        stale.words("textarea[name=answer]"),
        "There will be captions."
    );
    assert!(stale.words("main").contains("Captions, and a break."));
    let sent = scene.send_from(&stale, "answer", "Both are fine.").await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert_eq!(
        scene.row().await.expect("a request").answer,
        "Both are fine."
    );
}

#[actix_web::test]
async fn words_that_cannot_be_kept_are_said_beside_the_field() {
    let mut scene = Scene::set().await;
    let long = "x".repeat(1001);
    for wrong in ["", "  \n ", &long, "a\u{7}b"] {
        let refused = scene.ask(wrong).await;
        assert_eq!(refused.status, 422, "{wrong:?}");
        assert!(refused.has("#words[aria-invalid=true]"), "{}", refused.text);
    }
    assert!(scene.row().await.is_none());
    scene.ask(SECRET).await;
    for field in ["answer", "release"] {
        for wrong in ["", &*long] {
            let refused = scene.send(field, wrong).await;
            assert_eq!(refused.status, 422, "{field}");
            let marked = format!("#{field}[aria-invalid=true]");
            assert!(refused.has(&marked), "{field}: {}", refused.text);
        }
    }
    let row = scene.row().await.expect("a request");
    assert_eq!((&*row.answer, row.released_at), ("", None));
}

#[actix_web::test]
async fn nobody_asks_or_answers_when_it_is_over() {
    let mut scene = Scene::set().await;
    scene.ask(SECRET).await;
    let seen = scene.rita.get(&scene.page()).await;
    scene.app.advance(TimeDelta::days(2));
    assert_eq!(scene.ask("More").await.status, 410);
    assert_eq!(scene.look().await.status, 410);
    scene.rita = scene.app.recruiter().await;
    let late = scene.send_from(&seen, "answer", "Yes.").await;
    assert_eq!(late.status, 409);
    assert!(late.words("main").contains("Nothing was saved"));
    let row = scene.row().await.expect("a request");
    assert_eq!((&*row.words, &*row.answer), (SECRET, ""));
    assert!(
        !scene
            .rita
            .get("/jobs")
            .await
            .text
            .contains("/alerts#requests")
    );
}

#[actix_web::test]
async fn whoever_changes_a_request_all_the_time_waits() {
    let scene = Scene::set().await;
    for turn in 0..10 {
        assert_eq!(scene.ask(&format!("{turn} minutes")).await.status, 303);
    }
    let limited = scene.ask("eleven minutes").await;
    assert_eq!(limited.status, 429);
    assert_eq!(scene.ask("9 minutes").await.status, 303, "that is kept");
}

#[actix_web::test]
async fn a_request_changes_nothing_else_of_the_interview() {
    let scene = Scene::set().await;
    let before = scene.booked.details.interview.clone();
    scene.ask(SECRET).await;
    let db = scene.app.app.db.read();
    let after = interviews::find(db, scene.app.company_id, scene.id()).await;
    let after = after.expect("the interview");
    let expected = interview::Model {
        version: after.version,
        ..before
    };
    assert_eq!(after, expected);
}
