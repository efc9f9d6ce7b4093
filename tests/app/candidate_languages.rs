//! Candidates' pages in the candidate's language.
use chrono::TimeDelta;
use entity::{candidate, company, interview, slot};
use greenroom::{
    domain::{
        actions::Actor,
        interviews::{
            change::Target,
            join_link::Ticket,
            offer::{self, Terms},
        },
    },
    mail::language::{FALLBACK, Language, Languages},
};
use sea_orm::{EntityTrait, sea_query::Expr};

use crate::support::{Answer, TestApp, builders};

/// An app with one booked interview, tomorrow, and the path of its link.
pub struct Invitation {
    pub app: TestApp,
    pub path: String,
}

impl Invitation {
    pub async fn sent() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        Self::to(app, TimeDelta::days(1)).await
    }

    /// To one that begins after this time.
    pub async fn to(app: TestApp, after: TimeDelta) -> Self {
        let at = app.now() + after;
        let booked = builders::booked_at(&app, app.company_id, at).await;
        let interview = &booked.details.interview;
        let token = app.app.keys.token(&Ticket {
            public_id: &interview.public_id,
            link_version: interview.link_version,
            revision: interview.revision,
        });
        let path = format!("/interview/{}", token.expect("a token"));
        Self { app, path }
    }

    pub async fn look(&self) -> Answer {
        self.app.candidate().get(&self.path).await
    }

    pub async fn press(&self, button: &str) -> Answer {
        let path = format!("{}/{button}", self.path);
        self.app.candidate().post_form(&path, &[]).await
    }

    async fn say(&self, fields: &[(&str, &str)]) -> Answer {
        let path = format!("{}/answer", self.path);
        self.app.candidate().post_form(&path, fields).await
    }

    pub async fn change(&self, column: interview::Column, value: impl Into<sea_orm::Value>) {
        let change = interview::Entity::update_many().col_expr(column, Expr::value(value));
        builders::write(&self.app, async |txn| {
            change.exec(txn).await?;
            Ok(())
        })
        .await;
    }

    pub async fn speak(&self, locale: &str) {
        let change = candidate::Entity::update_many()
            .col_expr(candidate::Column::Locale, Expr::value(locale));
        builders::write(&self.app, async |txn| {
            change.exec(txn).await?;
            Ok(())
        })
        .await;
    }

    /// Gives the company a number, and takes the meeting link away or gives it back.
    async fn meet_at(&self, url: Option<&str>, phone: &str) {
        let url = url.map(str::to_owned);
        let slots = slot::Entity::update_many()
            .col_expr(slot::Column::MeetingUrl, Expr::value(url.clone()));
        let companies = company::Entity::update_many()
            .col_expr(company::Column::DefaultMeetingUrl, Expr::value(url))
            .col_expr(company::Column::Phone, Expr::value(phone));
        builders::write(&self.app, async |txn| {
            slots.exec(txn).await?;
            companies.exec(txn).await?;
            Ok(())
        })
        .await;
    }

    /// Every page there is behind a link, from the first to the last.
    async fn pages(&self) -> Vec<(&'static str, Answer)> {
        let mut pages = vec![("early", self.look().await)];
        for say in ["another_time", "declined"] {
            let path = format!("{}/answer?say={say}", self.path);
            pages.push(("asked", self.app.candidate().get(&path).await));
            let wrong = [("answer", say), ("reason", "x"), ("words", "\u{7}")];
            pages.push(("wrong", self.say(&wrong).await));
            pages.push(("no", self.say(&[("answer", say), ("revision", "1")]).await));
        }
        pages.push(("nothing", self.say(&[("answer", "x")]).await));
        let yes = [("answer", "confirmed"), ("revision", "1")];
        pages.push(("yes", self.say(&yes).await));
        self.change(interview::Column::Revision, 2).await;
        pages.push(("moved", self.look().await));
        let request = format!("{}/accommodation", self.path);
        pages.push(("request", self.app.candidate().get(&request).await));
        for words in ["", &"x".repeat(1001)] {
            let fields = [("words", words)];
            let refused = self.app.candidate().post_form(&request, &fields).await;
            pages.push(("no request", refused));
        }
        let fields = [("words", "Bring a portfolio.")];
        self.app.candidate().post_form(&request, &fields).await;
        pages.push(("requested", self.app.candidate().get(&request).await));
        let zone = format!("{}/zone?device=Asia/Tokyo", self.path);
        pages.push(("zone", self.app.candidate().get(&zone).await));
        let check = format!("{}/check", self.path);
        pages.push(("check", self.app.candidate().get(&check).await));
        let passed = [
            ("camera", "passed"),
            ("microphone", "failed"),
            ("speaker", "passed"),
            ("connection", "failed"),
            ("clock", "passed"),
        ];
        let checked = self.app.candidate().post_form(&check, &passed).await;
        assert_eq!(checked.status, 303);
        pages.push(("checked", self.look().await));
        self.app.advance(TimeDelta::hours(24));
        pages.push(("open", self.look().await));
        pages.push(("joined", self.press("join").await));
        pages.push(("told", self.press("trouble").await));
        self.meet_at(None, "").await;
        pages.push(("no link", self.press("join").await));
        self.meet_at(None, "+49 30 1234567").await;
        pages.push(("no link, a number", self.press("join").await));
        let url = "https://meet.example.com/next";
        self.meet_at(Some(url), "+49 30 1234567").await;
        pages.push(("told, a number", self.press("trouble").await));
        for status in ["completed", "cancelled"] {
            self.change(interview::Column::Status, status).await;
            pages.push((status, self.look().await));
        }
        self.meet_at(Some(url), "").await;
        self.change(interview::Column::Status, "completed").await;
        pages.push(("closed", self.look().await));
        self.app.advance(TimeDelta::hours(1));
        pages.push(("over", self.look().await));
        pages
    }
}

/// Names of people, companies and time zones, and what was typed.
const TYPED: [&str; 5] = [
    "Cloud Architect",
    "Sample Company",
    "Ida Interviewer",
    "Bring a portfolio.",
    "Europe/Berlin",
];

/// What scripts fill.
const PLACES: [&str; 2] = ["{count}", "{minutes}"];

/// All that a page says, to the eye and to the ear, and what its scripts say.
fn said(page: &Answer) -> String {
    let mut said = page.words("html");
    for element in page
        .page()
        .tree
        .values()
        .filter_map(|node| node.as_element())
    {
        let words = element.attrs().filter(|(name, _)| {
            name.starts_with("aria-") || name.starts_with("data-") || *name == "title"
        });
        said.extend(words.flat_map(|(_, value)| ["\n", value]));
    }
    for other in TYPED.iter().chain(&PLACES) {
        said = said.replace(other, "");
    }
    said
}

/// What stands in phrases beside their places, and in dates.
fn pieces(language: &Language) -> Vec<String> {
    let mut pieces = Vec::new();
    for group in GROUPS {
        for phrase in language.group(group).expect(group).values() {
            let text = phrase.fill(str::to_owned, |_| "\n".into());
            let texts = text.split('\n').map(|piece| piece.trim().to_owned());
            pieces.extend(texts.filter(|piece| piece.chars().count() > 3));
        }
    }
    pieces
}

const GROUPS: [&str; 18] = [
    "amounts",
    "interview_types",
    "page_accommodation",
    "page_answer",
    "page_cancelled",
    "page_check",
    "page_checks",
    "page_choose",
    "page_early",
    "page_form",
    "page_frame",
    "page_interview",
    "page_joined",
    "page_link",
    "page_lost",
    "page_open",
    "page_over",
    "page_zone",
];

#[track_caller]
fn assert_is_in(language: &Language, name: &str, page: &Answer) {
    let tag = language.tag();
    assert_eq!(page.attribute("html", "lang"), tag, "{name}");
    let dir = serde_json::to_value(language.direction()).expect("JSON");
    assert_eq!(page.attribute("html", "dir"), dir, "{name}");
    assert!(!page.words("body").contains('{'), "{name} in {tag}");
    if tag == FALLBACK {
        return;
    }
    let said = said(page);
    let own = pieces(language);
    let languages = Languages::new().expect("languages");
    let english = pieces(languages.choose(FALLBACK).expect("English"));
    for piece in english.iter().filter(|piece| !own.contains(piece)) {
        assert!(!said.contains(piece), "{name} in {tag}: {piece}");
    }
}

#[actix_web::test]
async fn every_page_behind_a_link_is_in_the_language_of_the_candidate() {
    for language in Languages::new().expect("languages").all() {
        let invitation = Invitation::sent().await;
        invitation.speak(language.tag()).await;
        for (name, page) in invitation.pages().await {
            assert!(matches!(page.status, 200 | 410 | 422), "{name}");
            assert_is_in(language, name, &page);
        }
    }
}

/// Every page of a candidate who may choose the time, from the first to the last.
async fn choices(tag: &str) -> Vec<(&'static str, Answer)> {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let company_id = app.company_id;
    let job = builders::job(&app, company_id).await;
    let candidate = builders::candidate(&app, company_id).await;
    let id = builders::interview(&app, company_id, candidate, job).await;
    builders::slot(&app, company_id, job, app.now() + TimeDelta::days(2)).await;
    let target = Target {
        interview_id: id,
        version: None,
        idempotency_key: None,
    };
    let terms = Terms {
        days: 3,
        notice_hours: 24,
        horizon_days: 21,
    };
    let actor = Actor::system(company_id);
    let asked = offer::make(&app.app.db, &actor, &target, &terms, app.now()).await;
    let row = asked.expect("no failure").expect("asked").details.interview;
    let token = app.app.keys.token(&Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        revision: row.revision,
    });
    let path = format!("/interview/{}", token.expect("a token"));
    let invitation = Invitation { app, path };
    invitation.speak(tag).await;
    let post = async |act: &str, fields: &[(&str, &str)]| {
        let path = format!("{}/{act}", invitation.path);
        invitation.app.candidate().post_form(&path, fields).await
    };
    let long = "x".repeat(1001);
    let mut pages = vec![
        ("choose", invitation.look().await),
        ("nothing chosen", post("choice", &[]).await),
        ("taken", post("choice", &[("slot", "0")]).await),
        ("too long", post("none", &[("words", &long)]).await),
        ("told", post("none", &[("words", "")]).await),
    ];
    invitation.app.advance(TimeDelta::days(2));
    pages.push(("no times", invitation.look().await));
    invitation.app.advance(TimeDelta::days(2));
    pages.push(("too late", invitation.look().await));
    pages
}

#[actix_web::test]
async fn the_times_to_choose_from_are_in_the_language_of_the_candidate() {
    for language in Languages::new().expect("languages").all() {
        for (name, page) in choices(language.tag()).await {
            assert!(matches!(page.status, 200 | 409 | 410 | 422), "{name}");
            assert_is_in(language, name, &page);
        }
    }
}

#[actix_web::test]
async fn times_read_on_the_page_as_they_do_in_the_mail() {
    let invitation = Invitation::sent().await;
    invitation.speak("de-AT").await;
    let page = invitation.look().await;
    assert_eq!(
        page.words("#interview dd"),
        "Dienstag, 5. Januar 2027, 03:00 Uhr bis 03:45 Uhr (UTC-05:00) Ihre Zeitzone: America/New_York \
         Dienstag, 5. Januar 2027, 08:00 Uhr UTC Zeitzone ändern"
    );
    let opens = "Dienstag, 5. Januar 2027, 02:45 Uhr (UTC-05:00)";
    assert!(page.words("main").contains(opens));
    assert!(page.words("main").contains("15 Minuten vor Beginn."));
    assert_eq!(
        page.words("title"),
        "Ihr Gespräch: Cloud Architect · Sample Company"
    );
    assert!(page.words("main").contains("Fachgespräch mit Zoë Núñez"));
}

#[actix_web::test]
async fn an_interview_that_ends_on_another_day_says_so() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let late = TimeDelta::hours(20) + TimeDelta::minutes(30);
    let page = Invitation::to(app, late).await.look().await;
    let when = page.words("#interview time");
    assert_eq!(
        when,
        "Monday, January 4, 2027 at 11:30 PM (UTC-05:00) to Tuesday, January 5, 2027 at 12:15 AM (UTC-05:00)"
    );
}

#[actix_web::test]
async fn the_countdown_has_the_words_of_the_language() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let in_three_days = TimeDelta::days(3) + TimeDelta::minutes(20);
    let invitation = Invitation::to(app, in_three_days).await;
    let page = invitation.look().await;
    assert_eq!(page.words("[role=timer]"), "3 days 00:05:00");
    invitation.speak("ar").await;
    let page = invitation.look().await;
    assert_eq!(page.words("[role=timer]"), "3 أيام 00:05:00");
    invitation.speak("de").await;
    let page = invitation.look().await;
    assert_eq!(page.words("[role=timer]"), "3 Tage 00:05:00");
    let forms = page.attribute("[role=timer]", "data-days");
    let forms: serde_json::Value = serde_json::from_str(&forms).expect("JSON");
    assert_eq!(
        forms,
        serde_json::json!({ "one": "1 Tag", "other": "{count} Tage" })
    );
    assert_eq!(
        page.attribute("[data-countdown-spoken]", "data-countdown-spoken"),
        "Noch {minutes}, bis Sie teilnehmen können"
    );
}

#[actix_web::test]
async fn who_nobody_knows_is_answered_in_the_language_of_the_browser() {
    let app = TestApp::start().await;
    let cases = [
        ("de-AT,de;q=0.9,en;q=0.5", "", "de"),
        ("ja, de;q=0.3, en;q=0.8", "", "en"),
        ("ja", "", "en"),
        ("", "", "en"),
        ("*", "", "en"),
        (";;q=x,,", "", "en"),
        ("en", "?lang=de", "de"),
        ("de", "?lang=en", "en"),
        ("de", "?lang=tlh", "de"),
        ("de", "?lang=%00&lang=", "de"),
    ];
    for (accepted, query, expected) in cases {
        let languages = Languages::new().expect("languages");
        let language = languages.choose(expected).expect(expected);
        let mut stranger = app.stranger().with_header("accept-language", accepted);
        for path in ["/interview/wrong", "/i/0000-0000-0000-0000", "/interview"] {
            let page = stranger.get(&format!("{path}{query}")).await;
            assert_eq!(page.status, 404, "{path}{query}");
            assert_is_in(language, &format!("{path}{query}, {accepted}"), &page);
        }
    }
    let mut guesser = app.stranger().with_header("accept-language", "de");
    for number in 0..100 {
        guesser.get(&format!("/interview/guess-{number}")).await;
    }
    let page = guesser.get("/interview/guess").await;
    assert_eq!(
        (page.status, &*page.words("h1")),
        (429, "Zu viele Versuche")
    );
    assert!(!page.header("retry-after").is_empty());
}
