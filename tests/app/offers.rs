//! Candidates who choose the time by themselves: what they are shown, what is booked, and who learns of it.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    email::{self, Kind},
    interview::{self, Status},
    offer, slot_interviewer, user,
};
use futures_util::future::join_all;
use greenroom::domain::interviews::{self, join_link::Ticket, offer as offers};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use crate::support::{Actor, Answer, TestApp, builders};

pub const TERMS: &[(&str, &str)] = &[
    ("days", "3"),
    ("notice_hours", "24"),
    ("horizon_days", "21"),
];

/// A job with three slots on two coming days, and a recruiter.
struct Scene {
    app: TestApp,
    rita: Actor,
    job: i64,
    slots: Vec<i64>,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::start().await;
        app.expect_undelivered_mail();
        let job = builders::job(&app, app.company_id).await;
        let mut slots = Vec::new();
        for hours in [48, 50, 72] {
            let at = app.now() + TimeDelta::hours(hours);
            slots.push(builders::slot(&app, app.company_id, job, at).await);
        }
        Self {
            rita: app.recruiter().await,
            app,
            job,
            slots,
        }
    }

    /// The key and the link of a new interview whose candidate was asked.
    async fn asked(&mut self) -> (i64, String) {
        let id = self.waiting().await;
        let path = format!("/interviews/{id}");
        let asked = ask(&mut self.rita, &path, TERMS).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        (id, self.link(id).await)
    }

    async fn waiting(&self) -> i64 {
        let company_id = self.app.company_id;
        let candidate = builders::candidate(&self.app, company_id).await;
        builders::interview(&self.app, company_id, candidate, self.job).await
    }

    async fn link(&self, id: i64) -> String {
        let row = self.row(id).await;
        let token = self.app.app.keys.token(&Ticket {
            public_id: &row.public_id,
            link_version: row.link_version,
            revision: row.revision,
        });
        format!("/interview/{}", token.expect("a token"))
    }

    async fn row(&self, id: i64) -> interview::Model {
        let db = self.app.app.db.read();
        let row = interviews::find(db, self.app.company_id, id).await;
        row.expect("the interview")
    }

    async fn offer(&self, id: i64) -> offer::Model {
        let found = offers::find(self.app.app.db.read(), self.app.company_id, id).await;
        found.expect("a look-up").expect("an offer")
    }

    async fn mails(&self, id: i64) -> Vec<(Kind, email::Status)> {
        let mails = email::Entity::find()
            .filter(email::COLUMN.interview_id.eq(id))
            .order_by_asc(email::Column::Id)
            .all(self.app.app.db.read())
            .await
            .expect("a look-up");
        mails.iter().map(|row| (row.kind, row.status)).collect()
    }

    async fn look(&self, link: &str) -> Answer {
        self.app.candidate().get(link).await
    }

    async fn choose(&self, link: &str, slot: i64) -> Answer {
        let slot = slot.to_string();
        let path = format!("{link}/choice");
        self.app
            .candidate()
            .post_form(&path, &[("slot", &slot)])
            .await
    }

    async fn add_slot(&self, at: DateTime<Utc>) -> i64 {
        builders::slot(&self.app, self.app.company_id, self.job, at).await
    }
}

/// Fills the form of a page that asks candidates to choose.
pub async fn ask(rita: &mut Actor, page: &str, fields: &[(&str, &str)]) -> Answer {
    let shown = rita.get(page).await;
    let names = shown.all_attributes("#asking input[type=hidden]", "name");
    let values = shown.all_attributes("#asking input[type=hidden]", "value");
    let hidden = names.iter().zip(&values);
    let hidden = hidden.map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<(&str, &str)> = hidden.chain(fields.iter().copied()).collect();
    let action = shown.attribute("#asking form", "action");
    rita.post_form(&action, &fields).await
}

fn offered(page: &Answer) -> Vec<i64> {
    let values = page.all_attributes("[name=slot]", "value");
    values.iter().map(|id| id.parse().expect("a key")).collect()
}

#[actix_web::test]
async fn a_candidate_chooses_one_of_the_free_times_of_the_job() {
    let mut scene = Scene::set().await;
    let (id, link) = scene.asked().await;
    assert_eq!(
        scene.mails(id).await,
        [
            (Kind::Choose, email::Status::Queued),
            (Kind::Choose, email::Status::Queued)
        ],
        "asked, and reminded a day before it is too late"
    );
    let before = (scene.row(id).await, scene.offer(id).await);
    for _ in 0..3 {
        let page = scene.look(&link).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert_eq!(offered(&page), scene.slots);
        assert_eq!(scene.app.candidate().head(&link).await.status, 200);
    }
    assert_eq!((scene.row(id).await, scene.offer(id).await), before);

    let opened = format!("{link}/opened");
    for _ in 0..2 {
        let told = scene.app.candidate().post_form(&opened, &[]).await;
        assert_eq!(told.status, 204);
    }
    let page = scene.rita.get(&format!("/interviews/{id}")).await;
    let words = page.words("#asking");
    assert!(
        words.contains("Asked") && words.contains("Opened"),
        "{words}"
    );

    let chosen = scene.choose(&link, scene.slots[1]).await;
    assert_eq!(chosen.status, 303, "{}", chosen.text);
    let page = scene.look(&chosen.location).await;
    assert!(page.has("[data-countdown]"), "{}", page.text);
    assert!(!page.has("#moved"), "nothing was changed");
    let row = scene.row(id).await;
    assert_eq!(row.status, Status::Scheduled);
    assert_eq!(row.slot_id, Some(scene.slots[1]));
    assert_eq!(row.booked_by, Some(scene.rita.user_id()));
    let mails = scene.mails(id).await;
    let ended = (Kind::Choose, email::Status::Superseded);
    assert_eq!(mails[..2], [ended, ended], "nobody is reminded any more");
    assert_eq!(mails[2], (Kind::Scheduled, email::Status::Queued));
    let again = scene.choose(&link, scene.slots[2]).await;
    assert_eq!(again.status, 200, "it has its time");
    assert_eq!(scene.row(id).await, row);
    let page = scene.rita.get(&format!("/interviews/{id}")).await;
    let happened = page.words(".timeline");
    for expected in [
        "Candidate asked to choose a time",
        "Candidate chose the time",
    ] {
        assert!(happened.contains(expected), "{happened}");
    }
}

#[actix_web::test]
async fn whoever_is_slower_is_shown_what_is_left() {
    let mut scene = Scene::set().await;
    let (_, first) = scene.asked().await;
    let (id, second) = scene.asked().await;
    assert_eq!(scene.choose(&first, scene.slots[0]).await.status, 303);
    let late = scene.choose(&second, scene.slots[0]).await;
    assert_eq!(late.status, 409);
    assert!(late.words("main").contains("This time is no longer free"));
    assert_eq!(offered(&late), scene.slots[1..]);
    assert_eq!(scene.row(id).await.status, Status::Unscheduled);
    assert_eq!(scene.choose(&second, scene.slots[1]).await.status, 303);
}

#[actix_web::test]
async fn what_a_recruiter_would_be_warned_of_is_not_offered_and_cannot_be_chosen() {
    let mut scene = Scene::set().await;
    let now = scene.app.now();
    let (id, link) = scene.asked().await;
    let (company_id, hours) = (scene.app.company_id, TimeDelta::hours);
    let soon = scene.add_slot(now + hours(23)).await;
    let far = scene.add_slot(now + TimeDelta::days(22)).await;
    let other_job = builders::job(&scene.app, company_id).await;
    let at = now + hours(60);
    let other = builders::slot(&scene.app, company_id, other_job, at).await;
    let ines = builders::user(&scene.app, company_id, user::Role::Interviewer).await;
    let outside = scene.add_slot(now + hours(96)).await;
    builders::put(&scene.app, (company_id, outside), ines.id).await;
    let never = user::Entity::update_many()
        .col_expr(user::Column::WeeklyLimit, Expr::value(1))
        .filter(user::COLUMN.id.eq(ines.id));
    builders::write(&scene.app, async |txn| {
        never.exec(txn).await?;
        Ok(())
    })
    .await;
    let held = scene.add_slot(now + hours(98)).await;
    builders::put(&scene.app, (company_id, held), ines.id).await;
    let (_, somebody) = scene.asked().await;
    let page = scene.look(&somebody).await;
    assert!(offered(&page).contains(&outside), "her first of the week");
    assert_eq!(scene.choose(&somebody, held).await.status, 303);
    // The candidate's own other interview.
    let candidate = scene.row(id).await.candidate_id;
    let own = builders::interview(&scene.app, company_id, candidate, other_job).await;
    let beside = builders::slot(&scene.app, company_id, other_job, now + hours(72)).await;
    let book = format!("/slots/{beside}/booking?interview={own}");
    let fields = [("interview", &*own.to_string())];
    let booked = scene.rita.save_form(&book, &fields).await;
    assert_eq!(booked.status, 303, "{}", booked.text);

    let page = scene.look(&link).await;
    assert_eq!(offered(&page), scene.slots[..2]);
    let row = scene.row(id).await;
    let unknown = [
        i64::MAX,
        0,
        -1,
        soon,
        far,
        other,
        outside,
        held,
        scene.slots[2],
    ];
    for slot in unknown {
        let refused = scene.choose(&link, slot).await;
        assert_eq!(refused.status, 409, "{slot}: {}", refused.text);
    }
    let nothing = scene.app.candidate();
    let path = format!("{link}/choice");
    let nothing = { nothing }.post_form(&path, &[]).await;
    assert_eq!(nothing.status, 422);
    assert!(nothing.words("main").contains("Choose one of the times."));
    assert_eq!(scene.row(id).await, row);
    let seats = slot_interviewer::Entity::find().all(scene.app.app.db.read());
    assert_eq!(seats.await.expect("a look-up").len(), 2, "for the limit");
}

#[actix_web::test]
async fn after_the_last_day_nothing_can_be_chosen_and_a_new_request_opens_it_again() {
    let mut scene = Scene::set().await;
    let (id, link) = scene.asked().await;
    scene.app.advance(TimeDelta::days(3));
    let at = scene.app.now() + TimeDelta::days(2);
    let slot = scene.add_slot(at).await;
    let page = scene.look(&link).await;
    assert!(page.words("main").contains("The time to choose is over."));
    assert_eq!(page.status, 410);
    assert!(offered(&page).is_empty());
    assert_eq!(scene.choose(&link, slot).await.status, 410);
    assert_eq!(scene.row(id).await.status, Status::Unscheduled);
    let mut rita = scene.app.recruiter().await;
    let path = format!("/interviews/{id}");
    let words = rita.get(&path).await.words("#asking");
    assert!(words.contains("Deadline passed"), "{words}");
    assert_eq!(ask(&mut rita, &path, TERMS).await.status, 303);
    assert_eq!(scene.choose(&link, slot).await.status, 303);
}

#[actix_web::test]
async fn a_candidate_whom_no_time_suits_says_what_would() {
    let mut scene = Scene::set().await;
    let (id, link) = scene.asked().await;
    let path = format!("{link}/none");
    let long = "x".repeat(1001);
    let refused = scene.app.candidate();
    let refused = { refused }.post_form(&path, &[("words", &long)]).await;
    assert_eq!(refused.status, 422);
    for _ in 0..2 {
        let words = [("words", "Mondays, after 14:00")];
        let told = scene.app.candidate().post_form(&path, &words).await;
        assert_eq!(told.status, 200, "{}", told.text);
        assert!(told.words("main").contains("We've told"));
        assert_eq!(offered(&told), scene.slots, "still to be had");
    }
    let banner = scene.rita.get("/jobs").await.words(".alerts");
    assert!(banner.contains("needs another time"), "{banner}");
    let words = scene.rita.get("/alerts").await.words("main");
    assert!(words.contains("Mondays, after 14:00"), "{words}");
    let words = scene
        .rita
        .get(&format!("/interviews/{id}"))
        .await
        .words("main");
    assert!(
        words.contains("None of the offered times suits the candidate."),
        "{words}"
    );
    assert_eq!(scene.choose(&link, scene.slots[0]).await.status, 303);
    scene.app.advance(TimeDelta::minutes(1));
    let mut rita = scene.app.recruiter().await;
    assert!(!rita.get("/jobs").await.text.contains("#answers"));
}

#[actix_web::test]
async fn who_has_not_chosen_is_reminded_a_day_before_it_is_too_late() {
    let mut scene = Scene::set().await;
    let (id, _) = scene.asked().await;
    scene.app.deliver().await;
    let statuses = async |scene: &Scene| -> Vec<email::Status> {
        let mails = scene.mails(id).await.into_iter();
        mails.map(|(_, status)| status).collect()
    };
    let (printed, waits) = (email::Status::Printed, email::Status::Queued);
    assert_eq!(statuses(&scene).await, [printed, waits]);
    scene
        .app
        .advance(TimeDelta::hours(48) - TimeDelta::seconds(1));
    scene.app.deliver().await;
    assert_eq!(statuses(&scene).await, [printed, waits]);
    scene.app.advance(TimeDelta::seconds(1));
    scene.app.deliver().await;
    assert_eq!(statuses(&scene).await, [printed, printed]);
}

#[actix_web::test]
async fn fifty_candidates_who_are_asked_at_once_get_ten_slots_and_nobody_two() {
    let mut scene = Scene::set().await;
    let mut waiting = Vec::new();
    for _ in 0..50 {
        waiting.push(scene.waiting().await);
    }
    let page = format!("/jobs/{}", scene.job);
    let words = scene.rita.get(&page).await.words("#asking");
    assert!(
        words.contains("Ask 50 candidates to choose a time"),
        "{words}"
    );
    let asked = ask(&mut scene.rita, &page, TERMS).await;
    assert_eq!(asked.status, 303, "{}", asked.text);
    let all = scene.rita.get(&page).await;
    assert!(!all.has("#asking form"), "all are asked");
    assert_eq!(all.words("#progress"), "50 asked · 0 opened · 0 chose");
    let mut slots = scene.slots.clone();
    for hours in 0..7 {
        let at = scene.app.now() + TimeDelta::hours(100 + hours);
        slots.push(scene.add_slot(at).await);
    }
    let mut links = Vec::new();
    for id in &waiting {
        links.push(scene.link(*id).await);
    }
    let scene = &scene;
    let tries = links
        .iter()
        .enumerate()
        .map(|(nth, link)| scene.choose(link, slots[nth % slots.len()]));
    let answers = join_all(tries).await;
    let count = |status: u16| answers.iter().filter(|it| it.status == status).count();
    assert_eq!((count(303), count(409)), (10, 40));
    let told = scene.app.recruiter().await.get(&page).await;
    assert_eq!(told.words("#progress"), "50 asked · 0 opened · 10 chose");
    let rows = interview::Entity::find()
        .filter(interview::Column::Status.eq(Status::Scheduled))
        .all(scene.app.app.db.read())
        .await
        .expect("a look-up");
    let mut booked: Vec<i64> = rows.iter().filter_map(|row| row.slot_id).collect();
    booked.sort_unstable();
    assert_eq!(booked, slots, "each slot once");
    for answer in answers.iter().filter(|it| it.status == 409) {
        let left = offered(answer);
        assert!(left.len() < slots.len(), "what is left");
    }
    for id in waiting {
        let mails = scene.mails(id).await;
        let invited = mails.iter().filter(|(kind, _)| *kind == Kind::Scheduled);
        let is_booked = rows.iter().any(|row| row.id == id);
        assert_eq!(invited.count(), usize::from(is_booked));
        let reminders = mails
            .iter()
            .filter(|mail| **mail == (Kind::Choose, email::Status::Queued));
        assert_eq!(reminders.count(), if is_booked { 0 } else { 2 });
    }
}

#[actix_web::test]
async fn only_recruiters_of_the_company_ask_and_only_for_what_waits() {
    let mut scene = Scene::set().await;
    let id = scene.waiting().await;
    let (path, job) = (
        format!("/interviews/{id}/offer"),
        format!("/jobs/{}/offers", scene.job),
    );
    let mut fields = TERMS.to_vec();
    fields.push(("version", "1"));
    for path in [&path, &job] {
        let mut stranger = scene.app.other_company().await;
        assert_eq!(stranger.post_form(path, &fields).await.status, 404);
        let mut ines = scene.app.interviewer().await;
        assert_eq!(ines.post_form(path, &fields).await.status, 404);
    }
    for wrong in [
        [
            ("days", "0"),
            ("notice_hours", "24"),
            ("horizon_days", "21"),
        ],
        [
            ("days", "3"),
            ("notice_hours", "-1"),
            ("horizon_days", "21"),
        ],
        [("days", "3"), ("notice_hours", "24"), ("horizon_days", "x")],
    ] {
        let page = format!("/interviews/{id}");
        let refused = ask(&mut scene.rita, &page, &wrong).await;
        assert_eq!(refused.status, 303);
        assert!(
            scene
                .rita
                .get(&page)
                .await
                .notice()
                .contains("No email queued")
        );
    }
    assert!(scene.mails(id).await.is_empty());
    let link = scene.link(id).await;
    assert_eq!(scene.look(&link).await.status, 404, "nobody asked");
    assert_eq!(scene.choose(&link, scene.slots[0]).await.status, 404);
    let stale = [
        ("days", "3"),
        ("notice_hours", "24"),
        ("horizon_days", "21"),
        ("version", "7"),
    ];
    scene.rita.post_form(&path, &stale).await;
    assert!(scene.mails(id).await.is_empty());
}

#[actix_web::test]
async fn whoever_is_asked_twice_gets_the_newer_request_alone() {
    let mut scene = Scene::set().await;
    let (id, link) = scene.asked().await;
    let path = format!("/interviews/{id}");
    let soon = [("days", "1"), ("notice_hours", "0"), ("horizon_days", "2")];
    assert_eq!(ask(&mut scene.rita, &path, &soon).await.status, 303);
    let ended = (Kind::Choose, email::Status::Superseded);
    let queued = (Kind::Choose, email::Status::Queued);
    assert_eq!(
        scene.mails(id).await,
        [ended, ended, queued],
        "a day is too short for a reminder"
    );
    assert!(
        offered(&scene.look(&link).await).is_empty(),
        "by the newer terms"
    );
}

#[actix_web::test]
async fn another_address_is_asked_anew_and_the_link_in_the_old_mailbox_is_dead() {
    let mut scene = Scene::set().await;
    let (id, link) = scene.asked().await;
    let candidate = scene.row(id).await.candidate_id;
    let path = format!("/candidates/{candidate}/edit");
    let fields = [
        ("name", "Zoë Núñez"),
        ("email", "zoe.new@example.net"),
        ("locale", "en"),
    ];
    let saved = scene.rita.save_form(&path, &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert_eq!(scene.look(&link).await.status, 404);
    assert_eq!(scene.choose(&link, scene.slots[0]).await.status, 404);
    let mails = scene.mails(id).await;
    let queued = (Kind::Choose, email::Status::Queued);
    assert_eq!(mails[mails.len() - 2..], [queued, queued], "{mails:?}");
    let link = scene.link(id).await;
    assert_eq!(scene.choose(&link, scene.slots[0]).await.status, 303);
}

#[actix_web::test]
async fn what_was_called_off_is_over_and_says_whom_to_ask() {
    let mut scene = Scene::set().await;
    let (id, link) = scene.asked().await;
    let path = format!("/interviews/{id}/cancellation");
    let cancelled = scene.rita.save_form(&path, &[("reason", "")]).await;
    assert_eq!(cancelled.status, 303, "{}", cancelled.text);
    let page = scene.look(&link).await;
    assert_eq!(page.status, 410, "{}", page.text);
    assert!(page.words("main").contains("The time to choose is over."));
    assert_eq!(scene.choose(&link, scene.slots[0]).await.status, 410);
    assert_eq!(scene.row(id).await.status, Status::Cancelled);
}

#[actix_web::test]
async fn a_candidate_who_chooses_says_by_which_clock() {
    let mut scene = Scene::set().await;
    let (_, link) = scene.asked().await;
    let page = scene.look(&link).await;
    assert!(
        page.words("main").contains("America/New_York"),
        "{}",
        page.text
    );
    let zone = page.attribute("main a[href$=zone]", "href");
    assert_eq!(scene.look(&zone).await.status, 200);
    let kept = [("zone", "Asia/Tokyo")];
    let kept = scene.app.candidate().post_form(&zone, &kept).await;
    assert_eq!(kept.status, 303);
    let words = scene.look(&link).await.words("main");
    assert!(words.contains("Asia/Tokyo"), "{words}");
    for count in 0..20 {
        let zone_name = if count % 2 == 0 {
            "Europe/Rome"
        } else {
            "Asia/Tokyo"
        };
        let answer = scene.app.candidate();
        let answer = { answer }.post_form(&zone, &[("zone", zone_name)]).await;
        let limited = count >= 19;
        assert_eq!(answer.status, if limited { 429 } else { 303 }, "{count}");
    }
}
