//! Moving an interview, as recruiters do it, and what happens when two do.
use chrono::{DateTime, TimeDelta, Utc};
use entity::{email, interview, slot};
use greenroom::domain::{
    actions,
    interviews::{
        booking::{self, NewBooking, Who},
        overlap::Overlaps,
        slot_choice::SlotChoice,
    },
};
use sea_orm::{EntityTrait, PaginatorTrait};

use crate::support::{
    Actor, Answer, TestApp,
    builders::{self, Booked},
};

const PROBLEM: &str = ".notice--problem:not([hidden])";

/// An interview tomorrow at nine in Berlin, and the page that moves it.
async fn booked(app: &TestApp) -> (Booked, String) {
    let booked = builders::booked(app, app.company_id).await;
    let path = format!("/interviews/{}/reschedule", booked.details.interview.id);
    app.expect_undelivered_mail();
    (booked, path)
}

fn tomorrow(app: &TestApp) -> DateTime<Utc> {
    app.now() + TimeDelta::days(1)
}

async fn free_slot(app: &TestApp, like: &Booked, hours: i64) -> i64 {
    let job = like.details.job.as_ref().expect("a job").id;
    builders::slot(
        app,
        app.company_id,
        job,
        tomorrow(app) + TimeDelta::hours(hours),
    )
    .await
}

/// The page's form with some of its fields filled otherwise.
fn filled<'a>(page: &'a Form, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = page.0.iter().map(|(name, value)| (*name, value.as_str()));
    let kept = kept.filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    kept.chain(changes.iter().copied()).collect()
}

struct Form(Vec<(&'static str, String)>);

impl Form {
    async fn of(actor: &mut Actor, path: &str) -> Self {
        let page = actor.get(path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        Self::on(&page)
    }

    fn on(page: &Answer) -> Self {
        let names = [
            "version",
            "key",
            "date",
            "time",
            "duration_minutes",
            "time_zone",
            "day",
            "notes",
        ];
        Self(names.map(|name| (name, page.value_of(name))).to_vec())
    }
}

async fn interview(app: &TestApp, booked: &Booked) -> interview::Model {
    let id = booked.details.interview.id;
    let row = interview::Entity::find_by_id(id)
        .one(app.app.db.read())
        .await;
    row.expect("a query").expect("an interview")
}

#[actix_web::test]
async fn an_interview_is_moved_into_a_free_slot() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let slot = free_slot(&app, &booked, 2).await.to_string();
    let mut rita = app.recruiter().await;
    let opened = rita.get(&path).await;
    assert_eq!(
        opened.all_attributes("input[name=slot]", "value"),
        [&slot, "new"]
    );
    let offer = opened.words("label.field__choice");
    assert_eq!(
        offer,
        "Tue 5 January 2027, 11:00–11:45 Tue 5 January 2027, 05:00 for the candidate"
    );
    assert_eq!(opened.value_of("notes"), "Bring a portfolio.");
    for fact in [
        "Tue 5 January 2027, 09:00–09:45 (Europe/Berlin, UTC+01:00)",
        "Tue 5 January 2027, 03:00–03:45 (America/New_York, UTC-05:00)",
    ] {
        assert!(opened.words("#outcome").contains(fact), "{fact}");
    }
    let form = Form::on(&opened);
    let wish = filled(&form, &[("slot", &slot), ("notes", "Bring two pens.")]);
    let done = rita.post_form(&path, &wish).await;
    let id = booked.details.interview.id;
    assert_eq!(
        (done.status, done.location),
        (303, format!("/interviews/{id}"))
    );
    let page = rita.get(&format!("/interviews/{id}")).await;
    let to = &booked.details.candidate.email;
    assert_eq!(
        page.notice(),
        format!("Rescheduled. {to} will get the invitation.")
    );
    assert!(page.words(".facts").contains("11:00–11:45 (Europe/Berlin"));
    assert!(page.words("main").contains("Bring two pens."));
    assert!(page.all_words(".timeline strong").contains(
        &"Rescheduled from Tue 5 January 2027, 09:00 to Tue 5 January 2027, 11:00".to_owned()
    ));
    let row = interview(&app, &booked).await;
    assert_eq!((row.revision, row.slot_id), (2, slot.parse().ok()));

    let again = rita.post_form(&path, &wish).await;
    assert_eq!(
        (again.status, again.location),
        (303, format!("/interviews/{id}"))
    );
    assert_eq!(interview(&app, &booked).await, row, "once");
    let old = booked.details.slot.as_ref().expect("a slot").id;
    let freed = rita.get(&format!("/slots/{old}")).await;
    assert!(
        freed.words("main").contains("Open"),
        "the old slot is free again"
    );
}

#[actix_web::test]
async fn a_new_time_is_a_slot_like_the_old_one() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    assert_eq!(
        form.0[2..6]
            .iter()
            .map(|(_, v)| v.as_str())
            .collect::<Vec<_>>(),
        ["2027-01-05", "09:00", "45", "Europe/Berlin"],
        "it begins with the time as it is"
    );
    let wish = filled(
        &form,
        &[
            ("slot", "new"),
            ("date", "2027-01-07"),
            ("time", "16:30"),
            ("duration_minutes", "30"),
            ("time_zone", "America/New_York"),
        ],
    );
    let done = rita.post_form(&path, &wish).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let id = interview(&app, &booked).await.slot_id.expect("a slot");
    let made = slot::Entity::find_by_id(id).one(app.app.db.read()).await;
    let made = made.expect("a query").expect("a slot");
    let old = booked.details.slot.as_ref().expect("a slot");
    assert_eq!(made.starts_at.to_rfc3339(), "2027-01-07T21:30:00+00:00");
    assert_eq!((made.duration_minutes, made.job_id), (30, old.job_id));
    assert_eq!(made.time_zone, "America/New_York");
    assert_eq!(
        (
            made.interview_type,
            made.difficulty_level,
            &made.meeting_url,
            &made.interviewer
        ),
        (
            old.interview_type,
            old.difficulty_level,
            &old.meeting_url,
            &old.interviewer
        )
    );
}

#[actix_web::test]
async fn a_time_that_does_not_exist_or_exists_twice_is_asked_about() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    let at = |date, time| filled(&form, &[("slot", "new"), ("date", date), ("time", time)]);
    let skipped = rita.post_form(&path, &at("2027-03-28", "02:30")).await;
    assert_eq!(skipped.status, 422);
    assert!(
        skipped
            .error_of("time")
            .ends_with("The next possible time is 03:00.")
    );
    let twice = rita.post_form(&path, &at("2027-10-31", "02:30")).await;
    assert_eq!(twice.status, 422);
    assert!(
        twice.error_of("fold").contains("which one"),
        "{}",
        twice.text
    );
    assert_eq!(
        twice.all_attributes("input[name=fold]", "value"),
        ["earlier", "later"]
    );
    let past = rita.post_form(&path, &at("2027-01-04", "08:59")).await;
    assert_eq!(
        (past.status, past.error_of("date").as_str()),
        (422, "This time is in the past. Choose a later one.")
    );
    assert_eq!(past.value_of("time"), "08:59");
    assert_eq!(interview(&app, &booked).await.revision, 1);
    let mut wish = at("2027-10-31", "02:30");
    wish.push(("fold", "later"));
    assert_eq!(rita.post_form(&path, &wish).await.status, 303);
    let page = rita.get(path.trim_end_matches("/reschedule")).await;
    assert!(
        page.words(".facts")
            .contains("02:30–03:15 (Europe/Berlin, UTC+01:00)")
    );
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    let nothing = rita
        .post_form(&path, &filled(&form, &[("notes", "kept")]))
        .await;
    assert_eq!(nothing.status, 422);
    assert_eq!(nothing.error_of("slot"), "Choose a new time.");
    assert_eq!(nothing.value_of("notes"), "kept");
    assert_eq!(nothing.value_of("key"), form.0[1].1);
    let wrong = [
        ("slot", "new"),
        ("duration_minutes", "4"),
        ("time_zone", "Mars"),
        ("notes", "a\u{0}b"),
    ];
    let wrong = rita.post_form(&path, &filled(&form, &wrong)).await;
    assert_eq!(wrong.status, 422);
    for (field, words) in [
        ("duration_minutes", "from 5 to 720"),
        ("time_zone", "Europe/Berlin"),
        ("notes", "control"),
    ] {
        assert!(wrong.error_of(field).contains(words), "{field}");
    }
    assert!(wrong.has("input[name=slot][value=new][checked]"));
    let other_job = builders::job(&app, app.company_id).await;
    let other = builders::slot(&app, app.company_id, other_job, tomorrow(&app))
        .await
        .to_string();
    let refused = rita
        .post_form(&path, &filled(&form, &[("slot", &other)]))
        .await;
    assert_eq!(
        (refused.status, refused.error_of("slot").as_str()),
        (
            422,
            "That slot is for another job. Choose a slot for this job."
        )
    );
    let missing = rita
        .post_form(&path, &filled(&form, &[("slot", "999999")]))
        .await;
    assert_eq!(missing.status, 404);
    assert_eq!(
        interview(&app, &booked).await.version,
        2,
        "nothing was done"
    );
}

#[actix_web::test]
async fn the_free_slots_of_another_day_can_be_looked_at() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    for hours in 1..=6 {
        free_slot(&app, &booked, hours).await;
    }
    let far = free_slot(&app, &booked, 24 * 9).await.to_string();
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    let opened = rita.get(&path).await;
    assert_eq!(
        opened.all_attributes("input[name=slot]", "value").len(),
        5 + 1,
        "the nearest five"
    );
    let look = filled(
        &form,
        &[("day", "2027-01-14"), ("act", "look"), ("notes", "kept")],
    );
    let looked = rita.post_form(&path, &look).await;
    assert_eq!(looked.status, 200);
    assert!(
        looked
            .words("fieldset")
            .contains("More on Thursday 14 January")
    );
    assert!(looked.has(&format!("input[name=slot][value='{far}']")));
    assert_eq!(looked.value_of("notes"), "kept");
    let odd = rita
        .post_form(&path, &filled(&form, &[("day", "soon"), ("act", "look")]))
        .await;
    assert_eq!((odd.status, odd.error_of("day").is_empty()), (422, false));
    let done = rita
        .post_form(&path, &filled(&form, &[("slot", &far)]))
        .await;
    assert_eq!(done.status, 303);
}

#[actix_web::test]
async fn what_it_would_come_to_is_shown_before_anything_is_done() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    let wish = [("slot", "new"), ("time", "12:00"), ("act", "preview")];
    let preview = rita.post_form(&path, &filled(&form, &wish)).await;
    assert_eq!(preview.status, 200);
    let outcome = preview.words("#outcome");
    for words in [
        "It's night for the candidate: 06:00 in America/New_York.",
        "New time",
        "12:00–12:45 (Europe/Berlin, UTC+01:00)",
        "06:00–06:45 (America/New_York, UTC-05:00)",
    ] {
        assert!(outcome.contains(words), "{words} in {outcome}");
    }
    assert_eq!(
        interview(&app, &booked).await.version,
        2,
        "nothing was done"
    );
}

#[actix_web::test]
async fn of_two_who_move_it_the_second_is_shown_what_the_first_did() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut slots = Vec::new();
    for hours in [1, 2] {
        slots.push(free_slot(&app, &booked, hours).await.to_string());
    }
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    let (hers, mine) = (
        Form::of(&mut ada, &path).await,
        Form::of(&mut rita, &path).await,
    );
    app.advance(TimeDelta::minutes(2));
    let first = ada
        .post_form(&path, &filled(&hers, &[("slot", &slots[0])]))
        .await;
    assert_eq!(first.status, 303);
    let typed = [("slot", slots[1].as_str()), ("notes", "Bring two pens.")];
    let late = rita.post_form(&path, &filled(&mine, &typed)).await;
    assert_eq!(late.status, 409);
    let said = late.words(PROBLEM);
    for words in [
        "changed while you had it open",
        "Rescheduled from Tue 5 January 2027, 09:00 to Tue 5 January 2027, 10:00",
        "by Ada Admin",
        "Mon 4 January 2027, 09:02",
    ] {
        assert!(said.contains(words), "{words} in {said}");
    }
    assert!(
        !said.contains("Booked for"),
        "what was known is not told again"
    );
    assert!(late.has(&format!("input[name=slot][value='{}'][checked]", slots[1])));
    assert_eq!(late.value_of("notes"), "Bring two pens.");
    assert!(
        late.words("#outcome").contains("10:00–10:45"),
        "as it is now"
    );
    let row = interview(&app, &booked).await;
    assert_eq!((row.slot_id, row.revision), (slots[0].parse().ok(), 2));

    let knowing = Form::on(&late);
    let second = rita.post_form(&path, &filled(&knowing, &typed)).await;
    assert_eq!(second.status, 303, "now it is meant");
    assert_eq!(
        interview(&app, &booked).await.slot_id,
        slots[1].parse().ok()
    );
}

#[actix_web::test]
async fn of_many_who_move_it_at_one_moment_one_does() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut people = Vec::new();
    for hours in 1..=8 {
        let slot = free_slot(&app, &booked, hours).await.to_string();
        let mut rita = app.recruiter().await;
        let form = Form::of(&mut rita, &path).await;
        people.push((rita, form, slot));
    }
    let tries = people
        .iter_mut()
        .map(async |(rita, form, slot): &mut (Actor, Form, String)| {
            rita.post_form(&path, &filled(form, &[("slot", slot)]))
                .await
        });
    let answers = futures_util::future::join_all(tries).await;
    let of = |status| answers.iter().filter(move |answer| answer.status == status);
    assert_eq!((of(303).count(), of(409).count()), (1, 7));
    assert!(of(409).all(|answer| answer.words(PROBLEM).contains("by Rita Recruiter")));
    assert_eq!(interview(&app, &booked).await.revision, 2);
}

#[actix_web::test]
async fn a_slot_that_cannot_be_had_is_refused_with_who_has_it_and_what_is_free() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let (taken, closed, free) = (
        free_slot(&app, &booked, 1).await,
        free_slot(&app, &booked, 2).await,
        free_slot(&app, &booked, 3).await.to_string(),
    );
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    let who = builders::candidate(&app, app.company_id).await;
    let other = NewBooking {
        slot: SlotChoice::Existing(taken),
        who: Who::Candidate(who),
        notes: String::new(),
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    let ada = app.admin().await;
    let actor = actions::Actor {
        user_id: Some(ada.user_id()),
        ..actions::Actor::system(app.company_id)
    };
    let other = booking::book(&app.app.db, &actor, other, app.now()).await;
    let Ok(Ok(other)) = other else {
        panic!("{other:?}");
    };
    rita.press(
        &format!("/slots/{closed}"),
        &format!("/slots/{closed}/closure"),
    )
    .await;
    for (slot, words) in [
        (
            taken,
            "Zoë Núñez already has that slot, booked by Ada Admin.",
        ),
        (closed, "That slot was closed."),
    ] {
        let slot = slot.to_string();
        let typed = [("slot", slot.as_str()), ("notes", "kept")];
        let refused = rita.post_form(&path, &filled(&form, &typed)).await;
        assert_eq!(refused.status, 409, "{words}");
        assert!(
            refused.words(PROBLEM).contains(words),
            "{}",
            refused.words(PROBLEM)
        );
        assert_eq!(
            refused.all_attributes("input[name=slot]", "value"),
            [&free, "new"]
        );
        assert_eq!(refused.value_of("notes"), "kept");
        if slot == taken.to_string() {
            let href = format!("a[href='/interviews/{}']", other.details.interview.id);
            assert!(refused.has(&format!("{PROBLEM} {href}")));
        }
    }
    app.advance(TimeDelta::hours(26));
    let mut rita = app.recruiter().await;
    let begun = rita
        .post_form(&path, &filled(&form, &[("slot", &free)]))
        .await;
    assert_eq!(begun.status, 409, "the interview itself is over by now");
    assert!(begun.words(PROBLEM).contains("is over"));
    assert_eq!(interview(&app, &booked).await.revision, 1);
}

#[actix_web::test]
async fn what_is_not_booked_cannot_be_moved() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let slot = free_slot(&app, &booked, 1).await.to_string();
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    let form = Form::of(&mut rita, &path).await;
    let cancel = path.replace("reschedule", "cancellation");
    let version = form.0[0].1.as_str();
    let cancelled = ada
        .post_form(
            &cancel,
            &[("version", version), ("reason", "Position filled")],
        )
        .await;
    assert_eq!(cancelled.status, 303);
    let late = rita
        .post_form(&path, &filled(&form, &[("slot", &slot)]))
        .await;
    assert_eq!(late.status, 409);
    let said = late.words(PROBLEM);
    assert!(
        said.contains("This interview is cancelled.")
            && said.contains("Cancelled: Position filled by Ada Admin"),
        "{said}"
    );
    assert!(!late.has("button[value=move]"));
    let opened = rita.get(&path).await;
    assert_eq!(opened.status, 409);
    assert!(!opened.has("button[value=move]"));

    let job = booked.details.job.as_ref().expect("a job").id;
    let waiting = builders::interview(&app, app.company_id, booked.details.candidate.id, job).await;
    let unbooked = format!("/interviews/{waiting}/reschedule");
    for answer in [
        rita.get(&unbooked).await,
        rita.post_form(&unbooked, &[("slot", &slot)]).await,
    ] {
        assert_eq!(answer.status, 409);
        assert!(answer.words(PROBLEM).contains("not booked yet"));
    }
}

#[actix_web::test]
async fn a_key_that_stands_for_another_move_is_refused() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    for (hours, status) in [(1, 303), (2, 422)] {
        let slot = free_slot(&app, &booked, hours).await.to_string();
        let answer = rita
            .post_form(&path, &filled(&form, &[("slot", &slot)]))
            .await;
        assert_eq!(answer.status, status);
        if status == 422 {
            assert!(answer.words(PROBLEM).contains("already sent this form"));
            assert_ne!(answer.value_of("key"), form.0[1].1);
        }
    }
    let mails = email::Entity::find().count(app.app.db.read()).await;
    assert_eq!(mails.expect("a count"), 2);
}

#[actix_web::test]
async fn who_joined_at_the_old_time_has_not_joined_at_the_new_one() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    app.advance(TimeDelta::days(1) - TimeDelta::minutes(5));
    let row = interview(&app, &booked).await;
    let ticket = greenroom::domain::interviews::join_link::Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        revision: row.revision,
    };
    let token = app.app.keys.token(&ticket).expect("a token");
    let mut zoe = app.candidate();
    let joined = zoe
        .post_form(&format!("/interview/{token}/join"), &[])
        .await;
    assert!(joined.status < 400, "{}", joined.text);
    assert!(interview(&app, &booked).await.joined_at.is_some());
    let slot = free_slot(&app, &booked, 5).await.to_string();
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    assert_eq!(
        rita.post_form(&path, &filled(&form, &[("slot", &slot)]))
            .await
            .status,
        303
    );
    assert_eq!(interview(&app, &booked).await.joined_at, None);
    let same_link = zoe.get(&format!("/interview/{token}")).await;
    assert_eq!(same_link.status, 200, "the link goes on working");
}

#[actix_web::test]
async fn an_interview_of_another_company_cannot_be_moved() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut eve = app.other_company().await;
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    assert_eq!(eve.get(&path).await.status, 404);
    let own_job = builders::job(&app, eve.company_id()).await;
    let own = builders::slot(&app, eve.company_id(), own_job, tomorrow(&app))
        .await
        .to_string();
    assert_eq!(
        eve.post_form(&path, &filled(&form, &[("slot", &own)]))
            .await
            .status,
        404
    );
    let foreign = rita
        .post_form(&path, &filled(&form, &[("slot", &own)]))
        .await;
    assert_eq!(
        foreign.status, 404,
        "a slot of another company is not there"
    );
    let foreign = rita
        .post_form(&path, &filled(&form, &[("slot", &own), ("act", "preview")]))
        .await;
    assert_eq!(foreign.status, 404);
    assert_eq!(interview(&app, &booked).await.version, 2);
}

#[actix_web::test]
async fn no_interview_moves_to_a_mistyped_year() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    for (date, time, status) in [
        ("2032-01-04", "09:00:01", 422),
        ("2270-01-05", "10:00", 422),
        ("9999-12-31", "10:00", 422),
        ("2032-01-04", "09:00:00", 303),
    ] {
        let wish = filled(&form, &[("slot", "new"), ("date", date), ("time", time)]);
        let answer = rita.post_form(&path, &wish).await;
        assert_eq!(answer.status, status, "{date} {time}");
        if status == 422 {
            assert!(answer.error_of("date").contains("year"), "{date}");
            assert_eq!(interview(&app, &booked).await.revision, 1, "{date}");
        }
    }
}

#[actix_web::test]
async fn moving_beside_another_interview_of_the_candidate_must_be_meant() {
    let app = TestApp::start().await;
    let (first, path) = booked(&app).await;
    let other = free_slot(&app, &first, 3).await;
    let who = first.details.candidate.id.to_string();
    let mut rita = app.recruiter().await;
    let second = format!("/slots/{other}/booking");
    let second = rita.post_form(&second, &[("candidate", &who)]).await;
    assert_eq!(second.status, 303);
    let second = second
        .location
        .trim_start_matches("/interviews/")
        .to_owned();

    let slot = free_slot(&app, &first, 3).await.to_string();
    let form = Form::of(&mut rita, &path).await;
    let before = interview(&app, &first).await;
    let preview = rita
        .post_form(
            &path,
            &filled(&form, &[("slot", &slot), ("act", "preview")]),
        )
        .await;
    assert_eq!(preview.status, 200);
    assert_eq!(preview.attribute("#overlap", "value"), second);
    assert_eq!(preview.attribute("#overlap", "form"), "move");
    for overlap in ["", "on", "999"] {
        let wish = filled(&form, &[("slot", &slot), ("overlap", overlap)]);
        let refused = rita.post_form(&path, &wish).await;
        assert_eq!(refused.status, 422, "{overlap}");
        assert!(refused.error_of("overlap").contains("Tick this box"));
        assert_eq!(interview(&app, &first).await, before, "{overlap}");
    }
    // The same for a time that is typed.
    let typed = [
        ("slot", "new"),
        ("date", "2027-01-05"),
        ("time", "12:30"),
        ("time_zone", "berlin"),
    ];
    let refused = rita.post_form(&path, &filled(&form, &typed)).await;
    assert_eq!(refused.status, 422);
    assert!(!refused.error_of("overlap").is_empty(), "{}", refused.text);
    let wish = filled(&form, &[("slot", &slot), ("overlap", &second)]);
    assert_eq!(rita.post_form(&path, &wish).await.status, 303);
    // Notes alone move nothing.
    let form = Form::of(&mut rita, &path).await;
    let notes = [("slot", slot.as_str()), ("notes", "Bring two pens.")];
    assert_eq!(
        rita.post_form(&path, &filled(&form, &notes)).await.status,
        303
    );
}

#[actix_web::test]
async fn the_new_time_is_previewed_as_mail_programs_show_it() {
    let app = TestApp::start().await;
    let (first, path) = booked(&app).await;
    app.deliver().await;
    let slot = free_slot(&app, &first, 3).await.to_string();
    let mut rita = app.recruiter().await;
    let form = Form::of(&mut rita, &path).await;
    for changes in [
        vec![("slot", slot.as_str())],
        vec![("slot", "new"), ("date", "2027-01-05"), ("time", "12:00")],
    ] {
        let wish = [
            changes,
            vec![("act", "preview"), ("notes", "Bring <b>pens</b>.")],
        ]
        .concat();
        let page = rita.post_form(&path, &filled(&form, &wish)).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-src 'self'"), "{policy}");
        let mail = rita.get(&page.attribute("#outcome iframe", "src")).await;
        assert_eq!(mail.status, 200);
        for words in ["Zoë Núñez", "6:00 AM", "Bring <b>pens</b>."] {
            assert!(mail.words("body").contains(words), "{words}: {}", mail.text);
        }
    }
    let nothing = rita.get(&format!("{path}/html")).await;
    assert!(nothing.words("body").contains("Choose a new time"));
}

#[actix_web::test]
async fn enter_reschedules_in_every_field_but_the_one_that_shows_a_day() {
    let app = TestApp::start().await;
    let (first, path) = booked(&app).await;
    let far = free_slot(&app, &first, 48).await;
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    let buttons = page.all_attributes("#move button:not([form])", "value");
    assert_eq!(buttons, ["move", "preview"]);
    assert_eq!(page.attribute("#day", "form"), "look");
    let day = (tomorrow(&app) + TimeDelta::hours(48)).date_naive();
    let shown = rita.get(&format!("{path}?day={day}&slot={far}")).await;
    assert_eq!(shown.value_of("day"), day.to_string());
    let chosen = format!("#offers input[value='{far}'][checked]");
    assert!(shown.has(&chosen), "{}", shown.words("#offers"));
    let wrong = rita.get(&format!("{path}?day=soon")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.error_of("day").contains("Use a date"));
}
