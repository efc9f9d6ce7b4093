//! What candidates choose on their page: the language they read, and the clock they live by.
use actix_web::{http::Method, test::TestRequest};
use chrono::TimeDelta;
use entity::{action, candidate, company, email, interview};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde_json::json;

use crate::{
    candidate_languages::Invitation,
    support::{Answer, TestApp, builders},
};

impl Invitation {
    async fn choose(&self, what: &str, fields: &[(&str, &str)]) -> Answer {
        let path = format!("{}/{what}", self.path);
        self.app.candidate().post_form(&path, fields).await
    }

    async fn person(&self) -> candidate::Model {
        let found = candidate::Entity::find().one(self.app.app.db.read()).await;
        found.expect("an answer").expect("a candidate")
    }

    async fn log(&self, verb: &str) -> Vec<action::Model> {
        action::Entity::find()
            .filter(action::COLUMN.verb.eq(verb))
            .all(self.app.app.db.read())
            .await
            .expect("the log")
    }

    /// All that a candidate's choice could change.
    async fn rows(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let db = self.app.app.db.read();
        (
            candidate::Entity::find().all(db).await.expect("people"),
            interview::Entity::find().all(db).await.expect("interviews"),
            email::Entity::find().all(db).await.expect("emails"),
            action::Entity::find().all(db).await.expect("the log"),
        )
    }
}

/// The newest email that was written, as text.
async fn newest_text(app: &TestApp) -> String {
    let written = email::Entity::find()
        .filter(email::COLUMN.text.is_not_null())
        .order_by_desc(email::COLUMN.date)
        .order_by_desc(email::COLUMN.id)
        .one(app.app.db.read())
        .await;
    let newest = written.expect("emails").expect("an email");
    newest.text.expect("a text")
}

/// An interview in three days of a company that reminds an hour before.
async fn reminded() -> Invitation {
    let app = TestApp::start().await;
    let reminders = company::Entity::update_many().col_expr(
        company::Column::ReminderLeadMinutes,
        Expr::value(json!([60])),
    );
    builders::write(&app, async |txn| {
        reminders.exec(txn).await?;
        Ok(())
    })
    .await;
    Invitation::to(app, TimeDelta::days(3)).await
}

#[actix_web::test]
async fn a_chosen_language_is_kept_and_later_mail_is_in_it() {
    let invitation = reminded().await;
    invitation.app.deliver().await;
    assert!(
        newest_text(&invitation.app)
            .await
            .starts_with("Dear Zoë Núñez,")
    );
    let before = invitation.person().await;

    let page = invitation.look().await;
    assert_eq!(page.words("nav b"), "English");
    let button = "nav button[value=de]";
    assert_eq!(
        (&*page.words(button), &*page.attribute(button, "lang")),
        ("Deutsch", "de")
    );
    let action = page.attribute("nav form", "action");
    assert_eq!(action, format!("{}/language", invitation.path));
    for _ in 0..3 {
        let answer = invitation.choose("language", &[("language", "de")]).await;
        assert_eq!(
            (answer.status, answer.location),
            (303, invitation.path.clone())
        );
    }
    let after = invitation.person().await;
    assert_eq!((&*after.locale, after.version), ("de", before.version + 1));
    let page = invitation.look().await;
    assert_eq!(page.attribute("html", "lang"), "de");
    assert_eq!(page.words("nav b"), "Deutsch");

    let log = invitation.log("candidate.language_chosen").await;
    assert_eq!(log.len(), 1, "once");
    assert_eq!((log[0].object_id, log[0].user_id), (after.id, None));
    assert_eq!(log[0].details["version"], after.version);

    // Queued long ago, and written now.
    invitation
        .app
        .advance(TimeDelta::days(3) - TimeDelta::minutes(60));
    invitation.app.deliver().await;
    let reminder = newest_text(&invitation.app).await;
    assert!(reminder.starts_with("Guten Tag Zoë Núñez,"), "{reminder}");
}

#[actix_web::test]
async fn a_language_that_a_recruiter_corrects_is_that_of_emails_that_wait() {
    let invitation = reminded().await;
    invitation.app.deliver().await;
    let mut rita = invitation.app.recruiter().await;
    let person = invitation.person().await;
    let fields = [
        ("name", &*person.name),
        ("email", &person.email),
        ("locale", "ar"),
    ];
    let path = format!("/candidates/{}/edit", person.id);
    let saved = rita.save_form(&path, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    invitation
        .app
        .advance(TimeDelta::days(3) - TimeDelta::minutes(60));
    invitation.app.deliver().await;
    let reminder = newest_text(&invitation.app).await;
    assert!(reminder.contains("نود تذكيرك بمقابلتك"), "{reminder}");
}

#[actix_web::test]
async fn a_chosen_time_zone_is_kept_and_later_mail_tells_its_times() {
    let invitation = reminded().await;
    invitation.app.deliver().await;
    assert!(
        newest_text(&invitation.app)
            .await
            .contains("America/New_York")
    );
    let before = invitation.person().await;
    for typed in ["Asia/Tokyo", "tokyo", " Asia/Tokyo "] {
        let answer = invitation.choose("zone", &[("zone", typed)]).await;
        assert_eq!(
            (answer.status, answer.location),
            (303, invitation.path.clone())
        );
    }
    let after = invitation.person().await;
    assert_eq!(after.time_zone.as_deref(), Some("Asia/Tokyo"));
    assert_eq!(after.version, before.version + 1);
    assert_eq!(invitation.log("candidate.time_zone_chosen").await.len(), 1);
    let told = invitation.look().await.words("#interview dd");
    assert!(
        told.starts_with(
            "Thursday, January 7, 2027 at 5:00 PM to 5:45 PM (UTC+09:00) Your time zone: Asia/Tokyo"
        ),
        "{told}"
    );
    invitation
        .app
        .advance(TimeDelta::days(3) - TimeDelta::minutes(60));
    invitation.app.deliver().await;
    let reminder = newest_text(&invitation.app).await;
    assert!(
        reminder.contains("Thursday, January 7, 2027 at 5:00 PM (UTC+09:00)"),
        "{reminder}"
    );
}

#[actix_web::test]
async fn what_no_button_says_is_refused_and_nothing_is_kept() {
    let invitation = Invitation::sent().await;
    let before = invitation.rows().await;
    for tag in ["fr", "DE", "de-AT", "", "*", "de\0", "<script>", "en, de"] {
        let answer = invitation.choose("language", &[("language", tag)]).await;
        assert_eq!(answer.status, 422, "{tag:?}");
        assert!(!answer.text.contains("<script>"));
    }
    assert_eq!(invitation.choose("language", &[]).await.status, 422);
    assert_eq!(invitation.choose("zone", &[]).await.status, 422);
    invitation.speak("de").await;
    let before_zones = invitation.rows().await;
    assert_ne!(before, before_zones);
    for zone in [
        "",
        "Bonn",
        "Mars/Base",
        "+01:00",
        "../etc/passwd",
        "\"><b>Berlin",
    ] {
        let answer = invitation.choose("zone", &[("zone", zone)]).await;
        assert_eq!(answer.status, 422, "{zone:?}");
        assert_eq!(answer.value_of("zone"), zone);
        let why = answer.words("#zone-error");
        assert!(
            why.contains("Wählen Sie eine Zeitzone aus der Liste"),
            "{why}"
        );
        assert!(!answer.has("main b b"));
    }
    assert_eq!(invitation.rows().await, before_zones);
}

#[actix_web::test]
async fn looking_changes_nothing() {
    let invitation = Invitation::sent().await;
    let before = invitation.rows().await;
    for path in [
        "",
        "?lang=de",
        "?language=de",
        "/language",
        "/language?language=de",
        "/zone",
        "/zone?zone=Asia/Tokyo",
        "/zone?device=Asia/Tokyo",
    ] {
        let path = format!("{}{path}", invitation.path);
        for method in [Method::GET, Method::HEAD] {
            let mut candidate = invitation.app.candidate();
            let request = TestRequest::default();
            let answer = candidate.send(method, &path, request).await;
            assert_eq!(answer.status, 200, "{path}");
        }
    }
    assert_eq!(invitation.rows().await, before);
}

#[actix_web::test]
async fn another_time_zone_is_offered_where_its_clock_shows_another_time() {
    let invitation = Invitation::sent().await;
    let page = invitation.look().await;
    assert_eq!(
        page.attribute("#interview", "data-zone"),
        "America/New_York"
    );
    let zone = page.attribute("#interview", "data-zone-page");
    for (device, offered) in [
        ("Europe/Madrid", "Madrid"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires"),
        ("UTC", "UTC"),
        ("America/New_York", ""),
        // Another name of it, and another place with the same clock on that day.
        ("US/Eastern", ""),
        ("America/Toronto", ""),
        ("Mars/Base", ""),
        ("", ""),
        ("%22%3E%3Cb%3E", ""),
    ] {
        let page = invitation
            .app
            .candidate()
            .get(&format!("{zone}?device={device}"))
            .await;
        assert_eq!(page.status, 200, "{device}");
        let button = page.words("#device-zone button");
        match offered {
            "" => assert_eq!(button, "", "{device}"),
            place => assert_eq!(button, format!("Use {place} time")),
        }
    }
    let page = invitation.app.candidate();
    let page = { page }.get(&format!("{zone}?device=Europe/Madrid")).await;
    assert_eq!(
        page.words("#device-zone p"),
        "This device is set to Madrid , where your interview is \
         Tuesday, January 5, 2027 at 9:00 AM to 9:45 AM (UTC+01:00) ."
    );
    let chosen = page.attribute("#device-zone button", "value");
    let action = page.attribute("#device-zone", "action");
    let answer = { invitation.app.candidate() }
        .post_form(&action, &[("zone", &chosen)])
        .await;
    assert_eq!(answer.status, 303);
    let person = invitation.person().await;
    assert_eq!(person.time_zone.as_deref(), Some("Europe/Madrid"));
}

#[actix_web::test]
async fn both_can_be_chosen_after_the_end_and_never_behind_a_dead_link() {
    let invitation = Invitation::sent().await;
    for (status, locale, zone) in [
        ("cancelled", "de", "Asia/Tokyo"),
        ("completed", "ar", "Europe/Madrid"),
    ] {
        invitation.change(interview::Column::Status, status).await;
        let answer = invitation.choose("language", &[("language", locale)]).await;
        assert_eq!(answer.status, 303, "{status}");
        let answer = invitation.choose("zone", &[("zone", zone)]).await;
        assert_eq!(answer.status, 303, "{status}");
        let person = invitation.person().await;
        assert_eq!(
            (&*person.locale, person.time_zone.as_deref()),
            (locale, Some(zone))
        );
        let page = invitation.look().await;
        assert_eq!(
            (page.status, &*page.attribute("html", "lang")),
            (410, locale)
        );
    }
    invitation.change(interview::Column::LinkVersion, 2).await;
    let before = invitation.rows().await;
    for (what, fields) in [
        ("language", [("language", "en")]),
        ("zone", [("zone", "UTC")]),
        ("zone", [("zone", "nowhere")]),
        ("language", [("language", "nobody's")]),
    ] {
        let answer = invitation.choose(what, &fields).await;
        assert_eq!(answer.status, 404, "{what}");
    }
    let zone = format!("{}/zone", invitation.path);
    assert_eq!(invitation.app.candidate().get(&zone).await.status, 404);
    assert_eq!(invitation.rows().await, before);
}

#[actix_web::test]
async fn a_recruiter_who_was_editing_is_told_and_loses_nothing() {
    let invitation = Invitation::sent().await;
    let mut rita = invitation.app.recruiter().await;
    let person = invitation.person().await;
    let path = format!("/candidates/{}/edit", person.id);
    let version = rita.get(&path).await.value_of("version");
    invitation.choose("language", &[("language", "de")]).await;
    let fields = [
        ("name", "Zoë N."),
        ("email", &*person.email),
        ("locale", "en"),
        ("version", &version),
    ];
    let refused = rita.post_form(&path, &fields).await;
    assert_eq!(refused.status, 409);
    assert_eq!(invitation.person().await.locale, "de");
    let log = { invitation.app.admin().await }.get("/actions").await;
    assert!(log.text.contains("Candidate chose a language"));
}
