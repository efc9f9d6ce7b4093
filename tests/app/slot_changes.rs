//! Changing, closing, reopening and deleting slots on the pages: one, and many.
use chrono::TimeDelta;
use entity::{
    email::{self, Kind},
    user::Role,
};
use sea_orm::{EntityTrait, QueryOrder};

use crate::support::{Answer, TestApp, builders};

async fn kinds(app: &TestApp) -> Vec<Kind> {
    let all = email::Entity::find().order_by_asc(email::Column::Id);
    let all = all.all(app.app.db.read()).await.expect("emails");
    all.into_iter().map(|email| email.kind).collect()
}

/// What the form of a page holds, with some of it typed anew.
fn typed<'a>(page: &'a Answer, changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, String)> {
    const FIELDS: [&str; 11] = [
        "job",
        "date",
        "time",
        "time_zone",
        "duration_minutes",
        "interview_type",
        "difficulty_level",
        "meeting_url",
        "interviewer",
        "version",
        "key",
    ];
    let kept = FIELDS
        .iter()
        .filter(|name| changes.iter().all(|(changed, _)| changed != *name));
    let kept = kept.map(|name| (*name, page.value_of(name)));
    let changes = changes
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    kept.chain(changes).collect()
}

fn fields<'a>(typed: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    typed
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

#[actix_web::test]
async fn an_open_slot_is_changed_on_its_page() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(2)).await;
    let ines = builders::user(&app, app.company_id, Role::Interviewer)
        .await
        .id;
    let path = format!("/slots/{slot}/edit");
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    assert_eq!(
        (page.value_of("date"), page.value_of("time")),
        ("2027-01-06".into(), "09:00".into())
    );
    let panel = format!("with_{ines}");
    let changes = [
        ("time", "15:30"),
        ("duration_minutes", "30"),
        (panel.as_str(), "on"),
        ("interviewer", ""),
    ];
    let form = typed(&page, &changes);
    let saved = rita.post_form(&path, &fields(&form)).await;
    assert_eq!(
        (saved.status, saved.location.as_str()),
        (303, &*format!("/slots/{slot}"))
    );
    let page = rita.get(&saved.location).await;
    assert_eq!(page.notice(), "Saved.");
    let facts = page.words(".facts");
    assert!(
        facts.contains("15:30–16:00") && facts.contains("Ines Interviewer"),
        "{facts}"
    );
    // Sent twice it is done once, and an older page is told who came first.
    assert_eq!(rita.post_form(&path, &fields(&form)).await.status, 303);
    let stale: Vec<_> = form
        .iter()
        .map(|(name, value)| match *name {
            "time" => ("time", "17:00"),
            "key" => ("key", "another"),
            name => (name, value.as_str()),
        })
        .collect();
    let conflict = rita.post_form(&path, &stale).await;
    assert_eq!(conflict.status, 409, "{}", conflict.text);
    let rows = conflict.all_words("#conflict tbody tr");
    assert!(
        rows[0].contains("15:30") && rows[0].contains("17:00"),
        "{rows:?}"
    );
    assert_eq!(conflict.value_of("time"), "17:00", "what was typed stays");
    let again = typed(&conflict, &[(panel.as_str(), "on")]);
    assert_eq!(rita.post_form(&path, &fields(&again)).await.status, 303);
}

#[actix_web::test]
async fn a_booked_slot_shows_what_the_candidate_will_get_and_then_tells_them() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let slot = booked.details.slot.as_ref().expect("a slot").id;
    let path = format!("/slots/{slot}/edit");
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    assert!(
        page.words("#edit").contains("Zoë Núñez is booked."),
        "{}",
        page.words("#edit")
    );
    let preview = typed(&page, &[("time", "14:00"), ("act", "preview")]);
    let page = rita.post_form(&path, &fields(&preview)).await;
    assert_eq!(page.status, 200);
    let letter = page.words("#preview");
    assert!(
        letter.contains("14:00") || letter.contains("8:00 AM"),
        "{letter}"
    );
    assert_eq!(kinds(&app).await, [Kind::Scheduled], "nothing was sent");
    let save = typed(&page, &[("time", "14:00"), ("act", "save")]);
    let saved = rita.post_form(&path, &fields(&save)).await;
    let interview = booked.details.interview.id;
    assert_eq!(
        (saved.status, saved.location),
        (303, format!("/interviews/{interview}"))
    );
    assert_eq!(kinds(&app).await, [Kind::Scheduled, Kind::Rescheduled]);
    app.deliver().await;

    let page = rita.get(&path).await;
    let longer = typed(&page, &[("duration_minutes", "60"), ("act", "save")]);
    assert_eq!(rita.post_form(&path, &fields(&longer)).await.status, 303);
    assert_eq!(kinds(&app).await.last(), Some(&Kind::Updated));
    app.deliver().await;

    let other = builders::job(&app, app.company_id).await.to_string();
    let page = rita.get(&path).await;
    let moved = typed(&page, &[("job", &other), ("act", "save")]);
    let refused = rita.post_form(&path, &fields(&moved)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.error_of("job").contains("can't be changed"));
    let past = typed(&page, &[("date", "2027-01-01"), ("act", "save")]);
    let refused = rita.post_form(&path, &fields(&past)).await;
    assert!(
        refused.error_of("date").contains("past"),
        "{}",
        refused.text
    );
}

#[actix_web::test]
async fn a_time_that_exists_twice_stays_the_one_it_was() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let later = "2027-10-31T01:30:00Z".parse().expect("an instant");
    let slot = builders::slot(&app, app.company_id, job, later).await;
    let path = format!("/slots/{slot}/edit");
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    let form = typed(&page, &[("duration_minutes", "20")]);
    assert_eq!(rita.post_form(&path, &fields(&form)).await.status, 303);
    let page = rita.get(&format!("/slots/{slot}")).await;
    assert_eq!(
        page.attribute(".facts time", "datetime"),
        "2027-10-31T01:30:00Z"
    );
}

#[actix_web::test]
async fn a_slot_is_reopened_and_deleted_on_its_page() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let slot = builders::slot(&app, app.company_id, job, app.now() + TimeDelta::days(2)).await;
    let page = format!("/slots/{slot}");
    let mut rita = app.recruiter().await;
    let closed = rita.press(&page, &format!("{page}/closure")).await;
    assert_eq!(closed.status, 303);
    let shown = rita.get(&page).await;
    assert!(!shown.has(&format!("form[action='{page}/closure']")));
    let reopened = rita.press(&page, &format!("{page}/reopening")).await;
    assert!(
        rita.get(&reopened.location)
            .await
            .notice()
            .contains("open for booking")
    );
    let stale = rita
        .post_form(&format!("{page}/deletion"), &[("version", "1")])
        .await;
    assert_eq!(stale.status, 409);
    let deleted = rita.press(&page, &format!("{page}/deletion")).await;
    assert_eq!((deleted.status, deleted.location.as_str()), (303, "/slots"));
    assert_eq!(rita.get(&page).await.status, 404);
    let log = app.admin().await.get("/actions").await.words("main");
    assert!(
        log.contains("Slot reopened") && log.contains("Slot deleted"),
        "{log}"
    );
}

#[actix_web::test]
async fn a_booked_slot_offers_no_button_that_would_lose_it() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let slot = booked.details.slot.as_ref().expect("a slot").id;
    let page = format!("/slots/{slot}");
    let mut rita = app.recruiter().await;
    let shown = rita.get(&page).await;
    for act in ["closure", "reopening", "deletion"] {
        assert!(!shown.has(&format!("form[action='{page}/{act}']")), "{act}");
        let refused = rita
            .post_form(&format!("{page}/{act}"), &[("version", "1")])
            .await;
        let notice = rita.get(&refused.location).await.notice();
        let is_well = act == "reopening" || notice.contains("is booked");
        assert!(is_well, "{act}: {notice}");
    }
    assert_eq!(rita.get(&page).await.status, 200);
}

#[actix_web::test]
async fn many_slots_are_closed_and_deleted_at_once_and_each_is_answered_for() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let mut slots = Vec::new();
    for hours in 0..4 {
        let at = app.now() + TimeDelta::days(2) + TimeDelta::hours(hours);
        slots.push(builders::slot(&app, app.company_id, job, at).await);
    }
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let taken = booked.details.slot.as_ref().expect("a slot").id;
    let mut rita = app.recruiter().await;
    let list = rita.get("/slots").await;
    assert_eq!(
        list.all_attributes("#selection input[type=checkbox]", "name")
            .len(),
        4
    );
    let back = list.attribute("#selection input[name=back]", "value");
    let picks: Vec<String> = slots
        .iter()
        .chain([&taken])
        .map(|id| format!("pick_{id}"))
        .collect();
    let mut form = vec![("act", "close"), ("back", back.as_str())];
    form.extend(picks.iter().map(|pick| (pick.as_str(), "1")));
    let answer = rita.post_form("/slots/selection", &form).await;
    assert_eq!((answer.status, &answer.location), (303, &back));
    let notice = rita.get(&back).await.notice();
    assert!(
        notice.contains("4 slots closed.") && notice.contains("is booked"),
        "{notice}"
    );

    // The page that showed them open is out of date.
    form[0] = ("act", "delete");
    let answer = rita.post_form("/slots/selection", &form).await;
    let notice = rita.get(&answer.location).await.notice();
    assert!(
        notice.contains("No slots deleted.") && notice.contains("and 1 more: was changed"),
        "{notice}"
    );
    let mut form = vec![("act", "delete")];
    form.extend(picks.iter().map(|pick| (pick.as_str(), "2")));
    let answer = rita.post_form("/slots/selection", &form).await;
    let notice = rita.get(&answer.location).await.notice();
    assert!(notice.contains("4 slots deleted."), "{notice}");
    assert_eq!(rita.get(&format!("/slots/{taken}")).await.status, 200);
    let nothing = rita
        .post_form("/slots/selection", &[("act", "close")])
        .await;
    assert!(
        rita.get(&nothing.location)
            .await
            .notice()
            .contains("Select slots first")
    );
}

#[actix_web::test]
async fn a_slot_that_is_picked_twice_is_judged_once() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let at = app.now() + TimeDelta::days(2);
    let id = builders::slot(&app, app.company_id, job, at).await;
    let mut rita = app.recruiter().await;
    let (pick, again) = (format!("pick_{id}"), format!("pick_0{id}"));
    for (act, version, notice) in [
        ("close", "1", "1 slot closed."),
        ("delete", "2", "1 slot deleted."),
    ] {
        let form = [("act", act), (&*pick, version), (&*again, version)];
        let answer = rita.post_form("/slots/selection", &form).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert_eq!(rita.get(&answer.location).await.notice(), notice);
    }
}
