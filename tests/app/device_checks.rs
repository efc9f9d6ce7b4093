//! Candidates who check camera, sound, connection and clock before their interview, and who learns of it.
use chrono::TimeDelta;
use entity::{
    action,
    device_check::{Browser, DeviceCheck, Part},
    interview,
};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;

use crate::{
    candidate_languages::Invitation,
    support::{Answer, builders},
};

const DENIED: &str = "camera=(), microphone=(), display-capture=(), geolocation=()";
const ALLOWED: &str = "camera=(self), microphone=(self), display-capture=(), geolocation=()";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// A result of which these parts failed.
fn result<'a>(failed: &[&str]) -> Vec<(&'a str, &'a str)> {
    let parts = ["camera", "microphone", "speaker", "connection", "clock"];
    let result = |part| match failed.contains(&part) {
        true => "failed",
        false => "passed",
    };
    parts.map(|part| (part, result(part))).to_vec()
}

impl Invitation {
    async fn send(&self, fields: &[(&str, &str)], agent: &str) -> Answer {
        let path = format!("{}/check", self.path);
        let candidate = self.app.candidate();
        { candidate.with_header("user-agent", agent) }
            .post_form(&path, fields)
            .await
    }

    async fn row(&self) -> interview::Model {
        let found = interview::Entity::find().one(self.app.app.db.read()).await;
        found.expect("an answer").expect("an interview")
    }

    async fn checks(&self) -> Vec<action::Model> {
        action::Entity::find()
            .filter(action::COLUMN.verb.eq("interview.device_checked"))
            .order_by_asc(action::COLUMN.id)
            .all(self.app.app.db.read())
            .await
            .expect("the log")
    }

    async fn page_of_recruiter(&self) -> Answer {
        let path = format!("/interviews/{}", self.row().await.id);
        { self.app.recruiter().await }.get(&path).await
    }
}

#[actix_web::test]
async fn what_a_candidate_checked_is_told_to_them_and_to_the_recruiter() {
    let invitation = Invitation::sent().await;
    let page = invitation.look().await;
    assert_eq!(page.words("#device h2"), "Camera and sound");
    assert_eq!(page.words("#device a"), "Check camera and sound");
    let check = page.attribute("#device a", "href");
    assert_eq!(check, format!("{}/check", invitation.path));
    let words = invitation.page_of_recruiter().await.words("main");
    assert!(!words.contains("Device check"), "{words}");

    let page = invitation.app.candidate().get(&check).await;
    assert_eq!(page.words("h1"), "Check camera and sound");
    let told = page.words("#check");
    assert!(told.contains("Nothing is recorded."), "{told}");
    assert_eq!(page.attribute("#save", "action"), check);
    assert_eq!(
        page.all_attributes("#save input", "name"),
        result(&[])
            .iter()
            .map(|(part, _)| *part)
            .collect::<Vec<_>>()
    );
    let now = invitation.app.now().timestamp_millis().to_string();
    assert_eq!(page.attribute("#check", "data-now"), now);

    let answer = invitation.send(&result(&[]), FIREFOX).await;
    let led_to = format!("{}#device", invitation.path);
    assert_eq!((answer.status, answer.location), (303, led_to));
    let page = invitation.look().await;
    assert_eq!(
        page.words("#device"),
        "Camera and sound Camera Works Microphone Works Speaker Works Connection Works Clock Works \
         Checked Monday, January 4, 2027 at 3:00 AM (UTC-05:00), in Firefox. Nothing was recorded. \
         Check again"
    );
    let page = invitation.page_of_recruiter().await;
    let words = page.words("main");
    let found = "Device check Camera, microphone, speaker, connection and clock work · \
                 checked today, 09:00, in Firefox";
    assert!(words.contains(found), "{words}");
    let story = "Candidate checked their device in Firefox. \
                 Camera, microphone, speaker, connection and clock work";
    assert!(words.contains(story), "{words}");
}

#[actix_web::test]
async fn the_newest_check_counts_and_says_what_failed() {
    let invitation = Invitation::sent().await;
    let before = invitation.row().await.version;
    invitation.send(&result(&[]), FIREFOX).await;
    invitation.app.advance(TimeDelta::hours(16));
    let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
    let answer = invitation.send(&result(&["clock", "camera"]), chrome).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let row = invitation.row().await;
    let kept = DeviceCheck {
        checked_at: invitation.app.now(),
        browser: Browser::Chrome,
        failed: vec![Part::Camera, Part::Clock],
    };
    assert_eq!((row.device_check, row.version), (Some(kept), before));
    let page = invitation.look().await;
    let words = page.words("#device ul");
    assert_eq!(
        words,
        "Camera Doesn't work Microphone Works Speaker Works Connection Works Clock Doesn't work"
    );
    invitation.app.advance(TimeDelta::hours(24));
    let words = invitation.page_of_recruiter().await.words("main");
    let found = "Device check Camera and clock don't work; microphone, speaker and connection do · \
                 checked Tue 5 January 2027, 01:00, in Chrome";
    assert!(words.contains(found), "{words}");

    let log = invitation.checks().await;
    let details: Vec<_> = log.iter().map(|line| line.details.clone()).collect();
    assert_eq!(details[0]["failed"], json!([]));
    assert_eq!(details[1]["failed"], json!(["camera", "clock"]));
    assert_eq!(details[1]["browser"], "chrome");
    assert!(log.iter().all(|line| line.user_id.is_none()));

    let mut program = invitation.app.program().await;
    let path = format!("/api/interviews/{}/", row.id);
    let told: serde_json::Value =
        serde_json::from_str(&program.get(&path).await.text).expect("JSON");
    assert_eq!(
        told["device_check"],
        json!({
            "checked_at": "2027-01-05T00:00:00Z", "browser": "chrome", "camera": "failed",
            "microphone": "passed", "speaker": "passed", "connection": "passed", "clock": "failed",
        })
    );
    let dossier = format!("/interviews/{}/dossier", row.id);
    let dossier = { invitation.app.recruiter().await }.get(&dossier).await;
    assert_eq!(dossier.status, 200);
}

#[actix_web::test]
async fn only_the_family_of_the_browser_is_kept() {
    let invitation = Invitation::sent().await;
    for (agent, family) in [
        (FIREFOX, "firefox"),
        ("Secret Agent/0.07 (at home)", "other"),
        ("", "other"),
    ] {
        invitation.app.advance(TimeDelta::minutes(1));
        assert_eq!(invitation.send(&result(&[]), agent).await.status, 303);
        let check = invitation.row().await.device_check.expect("a check");
        assert_eq!(json!(check.browser), family);
        let line = &invitation.checks().await.pop().expect("a line");
        assert_eq!(line.details["browser"], family);
        let kept = format!("{check:?} {}", line.details);
        assert!(!kept.contains("Agent") && !kept.contains("Gecko"), "{kept}");
    }
    let words = invitation.look().await.words("#device");
    assert!(words.contains("in another browser."), "{words}");
}

#[actix_web::test]
async fn the_same_result_within_a_minute_was_sent_twice() {
    let invitation = Invitation::sent().await;
    invitation.send(&result(&["speaker"]), FIREFOX).await;
    let first = invitation.row().await.device_check;
    for (seconds, lines) in [(0, 1), (59, 1), (1, 2)] {
        invitation.app.advance(TimeDelta::seconds(seconds));
        let answer = invitation.send(&result(&["speaker"]), FIREFOX).await;
        assert_eq!(answer.status, 303);
        assert_eq!(invitation.checks().await.len(), lines, "{seconds}");
    }
    let second = invitation.row().await.device_check;
    assert_ne!(first, second);
    invitation.send(&result(&[]), FIREFOX).await;
    assert_eq!(invitation.checks().await.len(), 3, "another result");
}

#[actix_web::test]
async fn who_checks_all_the_time_waits_and_what_was_known_stays() {
    let invitation = Invitation::sent().await;
    for _ in 0..20 {
        invitation.app.advance(TimeDelta::minutes(1));
        let answer = invitation.send(&result(&[]), FIREFOX).await;
        assert_eq!(answer.status, 303);
    }
    let before = invitation.row().await;
    invitation.app.advance(TimeDelta::minutes(1));
    let answer = invitation.send(&result(&["camera"]), FIREFOX).await;
    assert_eq!(answer.status, 429);
    assert_ne!(answer.header("retry-after"), "");
    assert_eq!(invitation.row().await, before);
    invitation.app.advance(TimeDelta::hours(1));
    let answer = invitation.send(&result(&["camera"]), FIREFOX).await;
    assert_eq!(answer.status, 303);
    assert_ne!(invitation.row().await, before);
}

#[actix_web::test]
async fn what_no_check_finds_is_refused_and_nothing_is_kept() {
    let invitation = Invitation::sent().await;
    let before = invitation.row().await;
    for wrong in [
        "", "Passed", "ok", "true", "passed ", "failed\0", "<script>",
    ] {
        for at in 0..5 {
            let mut fields = result(&["camera"]);
            fields[at].1 = wrong;
            let answer = invitation.send(&fields, FIREFOX).await;
            assert_eq!(answer.status, 422, "{wrong:?}");
            assert!(!answer.text.contains("<script>"));
            let mut fields = result(&[]);
            fields.remove(at);
            assert_eq!(invitation.send(&fields, FIREFOX).await.status, 422);
        }
    }
    assert_eq!(invitation.send(&[], FIREFOX).await.status, 422);
    assert_eq!(invitation.row().await, before);
    assert!(invitation.checks().await.is_empty());
}

#[actix_web::test]
async fn one_page_alone_may_use_camera_and_microphone() {
    let invitation = Invitation::sent().await;
    let check = format!("{}/check", invitation.path);
    let before = invitation.row().await;
    for _ in 0..2 {
        let mut candidate = invitation.app.candidate();
        let page = candidate.get(&check).await;
        let head = candidate.head(&check).await;
        for answer in [page, head] {
            assert_eq!(answer.status, 200);
            assert_eq!(answer.header("permissions-policy"), ALLOWED);
            let sources = answer.header("content-security-policy");
            let others = { invitation.app.stranger() }.get("/login").await;
            assert_eq!(sources, others.header("content-security-policy"));
        }
    }
    assert_eq!(invitation.row().await, before, "looking changes nothing");
    let refused = invitation.send(&[], FIREFOX).await;
    let kept = invitation.send(&result(&[]), FIREFOX).await;
    let wrong = { invitation.app.candidate() }
        .get("/interview/x/check")
        .await;
    let zone = format!("{}/zone", invitation.path);
    let zone = { invitation.app.candidate() }.get(&zone).await;
    for answer in [
        refused,
        kept,
        wrong,
        zone,
        invitation.look().await,
        invitation.page_of_recruiter().await,
    ] {
        assert_eq!(answer.header("permissions-policy"), DENIED);
    }
}

#[actix_web::test]
async fn it_can_be_checked_until_the_end_and_behind_no_dead_link() {
    let invitation = Invitation::sent().await;
    let check = format!("{}/check", invitation.path);
    // The window opens fifteen minutes before, and the interview is over after 45 minutes.
    invitation.app.advance(TimeDelta::hours(24));
    assert!(invitation.look().await.has("#device a"), "the open page");
    invitation
        .app
        .advance(TimeDelta::minutes(45) - TimeDelta::seconds(1));
    assert_eq!(invitation.send(&result(&[]), FIREFOX).await.status, 303);
    let before = invitation.row().await;
    assert!(before.device_check.is_some());
    invitation.app.advance(TimeDelta::seconds(1));
    let over = invitation.app.candidate().get(&check).await;
    assert_eq!((over.status, over.has("#check")), (410, false));
    assert_eq!(over.header("permissions-policy"), DENIED);
    let late = invitation.send(&result(&["camera"]), FIREFOX).await;
    assert_eq!(late.status, 303, "to the page that says so");
    assert_eq!(invitation.row().await, before);

    let invitation = Invitation::sent().await;
    invitation
        .change(interview::Column::Status, "cancelled")
        .await;
    let check = format!("{}/check", invitation.path);
    assert_eq!(invitation.app.candidate().get(&check).await.status, 410);
    invitation.send(&result(&[]), FIREFOX).await;
    assert_eq!(invitation.row().await.device_check, None);
    invitation
        .change(interview::Column::Status, "scheduled")
        .await;
    invitation.change(interview::Column::LinkVersion, 2).await;
    assert_eq!(invitation.app.candidate().get(&check).await.status, 404);
    for fields in [result(&[]), Vec::new()] {
        assert_eq!(invitation.send(&fields, FIREFOX).await.status, 404);
    }
    assert_eq!(invitation.row().await.device_check, None);
}

#[actix_web::test]
async fn another_time_keeps_what_was_checked() {
    let invitation = Invitation::sent().await;
    invitation.send(&result(&["connection"]), FIREFOX).await;
    let before = invitation.row().await;
    let company_id = invitation.app.company_id;
    let later = invitation.app.now() + TimeDelta::days(3);
    let job = before.job_id.expect("a job");
    let slot = builders::slot(&invitation.app, company_id, job, later).await;
    let path = format!("/interviews/{}/reschedule", before.id);
    let slot = slot.to_string();
    let mut rita = invitation.app.recruiter().await;
    let moved = rita.save_form(&path, &[("slot", &slot)]).await;
    assert_eq!(moved.status, 303, "{}", moved.text);
    let after = invitation.row().await;
    assert_ne!(after.slot_id, before.slot_id);
    assert_eq!(after.device_check, before.device_check);
}

#[actix_web::test]
async fn without_script_the_page_pretends_nothing() {
    let invitation = Invitation::sent().await;
    let check = format!("{}/check", invitation.path);
    let page = invitation.app.candidate().get(&check).await;
    let words = page.words("#by-hand");
    assert!(words.contains("nothing has been checked"), "{words}");
    assert_eq!(page.all_attributes("#by-hand li", "class").len(), 0);
    assert!(words.contains("Do you see yourself?"), "{words}");
    assert!(page.has("#check[hidden]") && page.has("#save[hidden]"));
    assert!(!page.has("#by-hand form") && !page.has("input[value=passed]"));
    assert_eq!(page.attribute(".gate__links a", "href"), invitation.path);
}
