//! The search page, which the palette shows over others: people, jobs, pages, and bookings in a few words.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{company, interview};
use sea_orm::{EntityTrait, PaginatorTrait, sea_query::Expr};

use crate::support::{Actor, Answer, TestApp, builders};

/// Everything is ready: mail goes to a server, links open everywhere, and invitations wait for two minutes.
struct Scene {
    app: TestApp,
    rita: Actor,
    job: i64,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::with_settings(&[
            ("EMAIL_BACKEND", "smtp"),
            ("EMAIL_HOST", "127.0.0.1"),
            ("EMAIL_PORT", "9"),
            ("EMAIL_USE_TLS", "false"),
            ("DEFAULT_FROM_EMAIL", "jobs@example.com"),
            ("BASE_URL", "https://greenroom.example.com"),
        ])
        .await;
        app.expect_undelivered_mail();
        builders::write(&app, async |txn| {
            let update = company::Entity::update_many()
                .col_expr(company::Column::UndoSeconds, Expr::value(120));
            Ok(update.exec(txn).await?)
        })
        .await;
        Self {
            rita: app.recruiter().await,
            job: builders::job(&app, app.company_id).await,
            app,
        }
    }

    async fn slot(&self, at: &str) -> i64 {
        let at: DateTime<Utc> = at.parse().expect("an instant");
        builders::slot(&self.app, self.app.company_id, self.job, at).await
    }

    async fn candidate(&mut self, name: &str, email: &str, zone: &str) -> i64 {
        let fields = [
            ("name", name),
            ("email", email),
            ("time_zone", zone),
            ("locale", "en"),
        ];
        let added = self.rita.post_form("/candidates/new", &fields).await;
        assert_eq!(added.status, 303, "{}", added.text);
        added
            .location
            .rsplit('/')
            .next()
            .expect("a key")
            .parse()
            .expect("a number")
    }

    async fn search(&mut self, q: &str) -> Answer {
        let path = format!("/search?q={}", q.replace(' ', "+"));
        let page = self.rita.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        page
    }
}

/// What the button of a page sends.
fn fields(page: &Answer) -> Vec<(String, String)> {
    let names = page.all_attributes("#found form input", "name");
    let values = page.all_attributes("#found form input", "value");
    names.into_iter().zip(values).collect()
}

#[actix_web::test]
async fn people_jobs_pages_and_actions_are_found() {
    let mut scene = Scene::new().await;
    let ada = scene
        .candidate("Ada Brandt", "ada@example.com", "Europe/Lisbon")
        .await;
    let page = scene.search("ada").await;
    assert!(page.has(&format!("#found a[href='/candidates/{ada}']")));
    let page = scene.search("cloud arch").await;
    assert!(page.has(&format!("#found a[href='/jobs/{}']", scene.job)));
    let page = scene.search("deliv").await;
    assert!(page.has("#found a[href='/emails']") && !page.has("#found a[href='/jobs']"));
    let page = scene.search("csv").await;
    assert!(page.has("#found a[href='/candidates/import']"));
    let page = scene.search("").await;
    assert!(page.has("#found a[href='/bookings/new']") && !page.has("#found a[href='/users']"));
    let page = scene.search("nothing at all").await;
    assert!(page.words("#found").contains("Nothing found"));
    let page = scene.rita.get("/search?q=%E2%80%AE").await;
    assert_eq!(page.status, 422);
    let admin = scene.app.admin().await.get("/search?q=users").await;
    assert!(admin.has("#found a[href='/users']"));
    // Everywhere is a way to it, but for interviewers.
    assert!(page.has("nav a[href='/search']") && page.has("dialog#palette"));
    let ines = scene.app.interviewer().await.get("/").await;
    assert!(!ines.has("a[href='/search']") && !ines.has("dialog"));
}

#[actix_web::test]
async fn a_booking_in_a_few_words_is_made_with_one_press_and_taken_back_with_another() {
    let mut scene = Scene::new().await;
    let ada = scene
        .candidate("Ada Brandt", "ada@example.com", "Europe/Lisbon")
        .await;
    // Tuesday at ten and at eleven in Berlin; it is Monday, nine o'clock there.
    let ten = scene.slot("2027-01-05T09:00:00Z").await;
    scene.slot("2027-01-05T10:00:00Z").await;
    let page = scene.search("book ada tue 10").await;
    let option = page.words("#found li");
    assert!(
        option.contains("Book Ada Brandt · Tue 5 Jan, 10:00–10:45"),
        "{option}"
    );
    assert!(
        option.contains("09:00 for Ada Brandt") && option.contains("can be undone for 120 s"),
        "{option}"
    );
    assert_eq!(page.all_words("#found li").len(), 1);
    assert!(page.has(&format!(
        "#found a[href='/slots/{ten}/booking?candidate={ada}'][hx-boost=false]"
    )));
    let mut form = fields(&page);
    form.push(("act".into(), page.attribute("#found form button", "value")));
    let form: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let booked = scene.rita.post_form("/bookings/new", &form).await;
    assert_eq!(booked.status, 303, "{}", booked.text);
    let count = interview::Entity::find()
        .count(scene.app.app.db.read())
        .await;
    assert_eq!(count.expect("a count"), 1);
    let shown = scene.rita.get(&booked.location).await;
    assert!(shown.has(&format!("form[action='{}/undo']", booked.location)));
    // The slot is somebody's now, and Ada has her interview.
    let page = scene.search("book ada tue 10").await;
    let options = page.all_words("#found li");
    assert!(options[1].contains("booked"), "{options:?}");
    assert!(
        options[0].contains("already has an interview for this job"),
        "{options:?}"
    );
    assert!(!page.has("#found form"));
}

#[actix_web::test]
async fn what_is_not_ready_is_reviewed_first() {
    let mut scene = Scene::new().await;
    scene
        .candidate("Ivy Thompson", "ivy@example.com", "America/Los_Angeles")
        .await;
    scene.candidate("Ada Brandt", "ada@example.com", "").await;
    scene.slot("2027-01-05T09:00:00Z").await;
    scene.slot("2027-01-04T09:30:00Z").await;
    for (typed, reason) in [
        ("book ivy tue 10", "night for them"),
        ("book ada tue 10", "time zone unknown"),
        ("book ada today", "leaves at once"),
    ] {
        let page = scene.search(typed).await;
        let option = page.words("#found li");
        assert!(option.contains(reason), "{typed}: {option}");
        assert!(
            page.has("#found a[href*='/booking?candidate=']") && !page.has("#found form"),
            "{typed}"
        );
    }
    let page = scene.search("book zoe tue 10").await;
    assert!(
        page.words("#found").contains("No candidate called “zoe”"),
        "{}",
        page.words("#found")
    );
    let page = scene.search("book ivy fri 10").await;
    assert!(
        page.words("#found")
            .contains("no slot then, the next open ones"),
        "{}",
        page.words("#found")
    );
    let page = scene.search("book").await;
    assert!(page.words("#found").contains("such as: book ada tue 10"));
}

#[actix_web::test]
async fn everybody_of_one_name_is_offered() {
    let mut scene = Scene::new().await;
    scene
        .candidate("Ada Brandt", "ada@example.com", "Europe/Lisbon")
        .await;
    scene
        .candidate("Ada Novak", "novak@example.com", "Europe/Prague")
        .await;
    scene.slot("2027-01-05T09:00:00Z").await;
    let page = scene.search("book ada tue").await;
    let headings = page.all_words("#found h2");
    assert_eq!(headings, ["Book Ada Novak", "Book Ada Brandt"]);
}

#[actix_web::test]
async fn where_mail_is_only_printed_nothing_is_booked_at_once() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    let job = builders::job(&app, app.company_id).await;
    builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(1)).await;
    builders::candidate(&app, app.company_id).await;
    let page = rita.get("/search?q=book+nunez").await;
    assert!(
        page.words("#found li").contains("email needs attention"),
        "{}",
        page.words("#found li")
    );
    assert!(!page.has("#found form"));
}
