//! Correcting what the candidate sees of an interview, and replacing its link.
use chrono::TimeDelta;
use entity::{email::Kind, interview, slot};
use greenroom::domain::interviews::join_link::Ticket;
use sea_orm::EntityTrait;

use crate::support::{
    Actor, TestApp,
    builders::{self, Booked},
};

const PROBLEM: &str = ".notice--problem:not([hidden])";

async fn booked(app: &TestApp) -> (Booked, String) {
    let booked = builders::booked(app, app.company_id).await;
    app.expect_undelivered_mail();
    let path = format!("/interviews/{}", booked.details.interview.id);
    (booked, path)
}

/// What stands in the form, with some of its fields typed otherwise.
async fn form(
    actor: &mut Actor,
    path: &str,
    typed: &[(&'static str, &str)],
) -> Vec<(&'static str, String)> {
    let page = actor.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let names = [
        "version",
        "key",
        "interview_type",
        "duration_minutes",
        "meeting_url",
        "notes",
    ];
    let value = |name| {
        let typed = typed.iter().find(|(changed, _)| *changed == name);
        typed.map_or_else(|| page.value_of(name), |(_, value)| (*value).to_owned())
    };
    names.map(|name| (name, value(name))).to_vec()
}

fn fields<'a>(form: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    form.iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

async fn rows(app: &TestApp, booked: &Booked) -> (interview::Model, slot::Model) {
    let id = booked.details.interview.id;
    let db = app.app.db.read();
    let interview = interview::Entity::find_by_id(id)
        .one(db)
        .await
        .expect("a query")
        .expect("an interview");
    let slot = slot::Entity::find_by_id(interview.slot_id.expect("a slot"))
        .one(db)
        .await;
    (interview, slot.expect("a query").expect("a slot"))
}

#[actix_web::test]
async fn what_the_candidate_sees_is_corrected() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let edit = format!("{path}/edit");
    let mut rita = app.recruiter().await;
    assert!(rita.get(&path).await.has(&format!("a[href='{edit}']")));
    let page = rita.get(&edit).await;
    for (field, value) in [
        ("interview_type", "technical"),
        ("duration_minutes", "45"),
        ("meeting_url", "https://meet.example.com/cloud"),
        ("notes", "Bring a portfolio."),
    ] {
        assert_eq!(page.value_of(field), value);
    }
    let typed = [
        ("interview_type", "system_design"),
        ("duration_minutes", "90"),
        ("meeting_url", "https://meet.example.com/other"),
        ("notes", "Bring <b>two</b> pens."),
    ];
    let form = form(&mut rita, &edit, &typed).await;
    let done = rita.post_form(&edit, &fields(&form)).await;
    assert_eq!((done.status, done.location.as_str()), (303, path.as_str()));
    let shown = rita.get(&path).await;
    let to = &booked.details.candidate.email;
    assert_eq!(
        shown.notice(),
        format!("Saved. {to} will get the invitation.")
    );
    for words in [
        "09:00–10:30",
        "System design",
        "https://meet.example.com/other",
        "Bring <b>two</b> pens.",
    ] {
        assert!(shown.words("main").contains(words), "{words}");
    }
    let line =
        "Changed: Technical → System design, 45 → 90 minutes, meeting link, notes".to_owned();
    assert!(
        shown.all_words(".timeline strong").contains(&line),
        "{:?}",
        shown.all_words(".timeline strong")
    );
    let (interview, _) = rows(&app, &booked).await;
    assert_eq!((interview.revision, interview.version), (2, 3));
    let again = rita.post_form(&edit, &fields(&form)).await;
    assert_eq!(again.status, 303);
    assert_eq!(rows(&app, &booked).await.0.version, 3, "once");
}

#[actix_web::test]
async fn notes_and_type_leave_the_calendar_alone() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let edit = format!("{path}/edit");
    let mut rita = app.recruiter().await;
    let form = form(
        &mut rita,
        &edit,
        &[("interview_type", "final"), ("notes", "New")],
    )
    .await;
    assert_eq!(rita.post_form(&edit, &fields(&form)).await.status, 303);
    let (interview, slot) = rows(&app, &booked).await;
    assert_eq!(
        (
            interview.revision,
            interview.ics_sequence,
            interview.version
        ),
        (1, 1, 3)
    );
    assert_eq!(slot.interview_type, slot::InterviewType::Final);
}

#[actix_web::test]
async fn mistakes_stand_beside_their_fields() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let edit = format!("{path}/edit");
    let mut rita = app.recruiter().await;
    let typed = [
        ("interview_type", "chat"),
        ("duration_minutes", "4"),
        ("meeting_url", "http://meet.example.com"),
        ("notes", "a\u{0}b"),
    ];
    let form = form(&mut rita, &edit, &typed).await;
    let wrong = rita.post_form(&edit, &fields(&form)).await;
    assert_eq!(wrong.status, 422);
    for (field, _) in typed {
        assert!(!wrong.error_of(field).is_empty(), "{field}");
    }
    assert_eq!(wrong.value_of("duration_minutes"), "4");
    assert_eq!(rows(&app, &booked).await.0.version, 2);
}

#[actix_web::test]
async fn of_two_who_correct_it_the_second_is_shown_what_the_first_did() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let edit = format!("{path}/edit");
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    let mine = form(&mut rita, &edit, &[("notes", "Mine")]).await;
    let hers = form(&mut ada, &edit, &[("duration_minutes", "30")]).await;
    assert_eq!(ada.post_form(&edit, &fields(&hers)).await.status, 303);
    let late = rita.post_form(&edit, &fields(&mine)).await;
    assert_eq!(late.status, 409);
    let said = late.words(PROBLEM);
    assert!(
        said.contains("Changed: 45 → 30 minutes by Ada Admin"),
        "{said}"
    );
    assert_eq!(late.value_of("notes"), "Mine");
    assert_eq!(
        late.all_words("#conflict tbody tr"),
        [
            "Minutes Changed since you opened it 30 45",
            "Notes for the candidate Not changed since you opened it Bring a portfolio. Mine",
        ],
        "what would be overwritten"
    );
    assert_eq!(late.value_of("key"), mine[1].1);
    assert_eq!(late.value_of("version"), "3");
    assert_eq!(
        rows(&app, &booked).await.0.booking_notes,
        "Bring a portfolio."
    );
    let mut other = mine.clone();
    other[0].1 = "3".into();
    other[3].1 = "30".into();
    assert_eq!(rita.post_form(&edit, &fields(&other)).await.status, 303);
    other[5].1 = "Something else".into();
    let reused = rita.post_form(&edit, &fields(&other)).await;
    assert_eq!(reused.status, 422);
    assert!(reused.words(PROBLEM).contains("already sent this form"));
    assert_eq!(rows(&app, &booked).await.0.booking_notes, "Mine");
}

#[actix_web::test]
async fn a_changed_address_counts_as_a_change() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let edit = format!("{path}/edit");
    let mut rita = app.recruiter().await;
    let mine = form(&mut rita, &edit, &[("notes", "Mine")]).await;
    let person = format!("/candidates/{}/edit", booked.details.candidate.id);
    let page = rita.get(&person).await;
    let fields_of_person = ["name", "phone", "time_zone", "locale", "notes", "version"]
        .map(|name| (name, page.value_of(name)));
    let mut changed = fields(&fields_of_person);
    changed.push(("email", "zoe@example.com"));
    assert_eq!(rita.post_form(&person, &changed).await.status, 303);
    let late = rita.post_form(&edit, &fields(&mine)).await;
    assert_eq!(late.status, 409);
    let said = late.words(PROBLEM);
    assert!(said.contains("Candidate's address changed"), "{said}");
}

#[actix_web::test]
async fn a_replaced_link_is_dead_at_once() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let row = &booked.details.interview;
    let token = |link_version| {
        let ticket = Ticket {
            public_id: &row.public_id,
            link_version,
            revision: row.revision,
        };
        format!(
            "/interview/{}",
            app.app.keys.token(&ticket).expect("a token")
        )
    };
    let mut zoe = app.candidate();
    assert_eq!(zoe.get(&token(1)).await.status, 200);
    let mut rita = app.recruiter().await;
    let page = rita.get(&path).await;
    let link = format!("{path}/link");
    let button = format!("form[action='{link}'] input");
    let hidden = page.all_attributes(&button, "value");
    let [key, version] = hidden.as_slice() else {
        panic!("{hidden:?}");
    };
    let wish = [("key", key.as_str()), ("version", version.as_str())];
    let done = rita.post_form(&link, &wish).await;
    assert_eq!((done.status, done.location.as_str()), (303, path.as_str()));
    assert_eq!(zoe.get(&token(1)).await.status, 404, "dead at once");
    assert_eq!(zoe.get(&token(2)).await.status, 200);
    let to = &booked.details.candidate.email;
    let shown = rita.get(&path).await;
    assert_eq!(
        shown.notice(),
        format!("Join link replaced. The old one no longer works. {to} will get the invitation.")
    );
    assert!(shown.words(".timeline").contains("Join link replaced"));
    assert_eq!(rita.post_form(&link, &wish).await.status, 303);
    assert_eq!(
        rows(&app, &booked).await.0.link_version,
        2,
        "a second click is harmless"
    );

    let late = [("key", "another"), ("version", version.as_str())];
    assert_eq!(rita.post_form(&link, &late).await.status, 303);
    assert!(
        rita.get(&path)
            .await
            .notice()
            .contains("was changed while you had it open")
    );
    assert_eq!(rows(&app, &booked).await.0.link_version, 2);
    let mails = entity::email::Entity::find()
        .all(app.app.db.read())
        .await
        .expect("emails");
    let newest = mails.iter().max_by_key(|mail| mail.id).expect("one");
    assert_eq!(
        (newest.kind, newest.link_version),
        (Kind::Scheduled, 2),
        "nothing had left before"
    );
}

#[actix_web::test]
async fn an_interview_of_another_company_cannot_be_changed() {
    let app = TestApp::start().await;
    let (booked, path) = booked(&app).await;
    let mut eve = app.other_company().await;
    assert_eq!(eve.get(&format!("{path}/edit")).await.status, 404);
    for noun in ["edit", "link"] {
        let path = format!("{path}/{noun}");
        let typed = [
            ("version", "2"),
            ("interview_type", "final"),
            ("duration_minutes", "30"),
        ];
        assert_eq!(eve.post_form(&path, &typed).await.status, 404, "{noun}");
    }
    assert_eq!(rows(&app, &booked).await.0.version, 2);
}

#[actix_web::test]
async fn the_correction_is_previewed_as_mail_programs_show_it() {
    let app = TestApp::start().await;
    let (_, path) = booked(&app).await;
    app.deliver().await;
    let edit = format!("{path}/edit");
    let mut rita = app.recruiter().await;
    let link = format!("a[href='{edit}'][hx-boost='false']");
    assert!(
        rita.get(&path).await.has(&link),
        "its policy must be its own"
    );
    let page = rita.get(&edit).await;
    assert!(page.words("#preview").contains("Change a detail"));
    assert!(!page.has("#preview iframe"), "nothing to tell yet");
    let typed = [("notes", "Bring <b>pens</b>."), ("duration_minutes", "90")];
    let form = form(&mut rita, &edit, &typed).await;
    let form = [fields(&form), vec![("act", "preview")]].concat();
    let page = rita.post_form(&edit, &form).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-src 'self'"), "{policy}");
    let frame = page.attribute("#preview iframe", "src");
    let mail = rita.get(&frame).await;
    assert!(mail.header("content-security-policy").contains("sandbox"));
    for words in ["Bring <b>pens</b>.", "90 minutes"] {
        assert!(mail.words("body").contains(words), "{words}: {}", mail.text);
    }
    assert!(!mail.has("body b"), "what was typed is text");
    let nothing = rita.get(&format!("{edit}/html")).await;
    assert!(nothing.words("body").contains("Correct the form"));
    let mut other = app.other_company().await;
    assert_eq!(other.get(&frame).await.status, 404);
}

#[actix_web::test]
async fn lasting_into_another_interview_of_the_candidate_must_be_meant() {
    let app = TestApp::start().await;
    let (first, path) = booked(&app).await;
    let details = &first.details;
    let job = details.job.as_ref().expect("a job").id;
    let at = details.slot.as_ref().expect("a slot").starts_at + TimeDelta::minutes(60);
    let slot = builders::slot(&app, app.company_id, job, at).await;
    let mut rita = app.recruiter().await;
    let who = details.candidate.id.to_string();
    let booking = format!("/slots/{slot}/booking");
    let second = rita.post_form(&booking, &[("candidate", &who)]).await;
    let second = second
        .location
        .trim_start_matches("/interviews/")
        .to_owned();

    let edit = format!("{path}/edit");
    let before = rows(&app, &first).await;
    let of = |minutes, overlap| [("duration_minutes", minutes), ("overlap", overlap)];
    let mut sent = async |typed: [(&'static str, &str); 2], act: &str| {
        let form = form(&mut rita, &edit, &typed[..1]).await;
        let form = [fields(&form), vec![typed[1], ("act", act)]].concat();
        rita.post_form(&edit, &form).await
    };
    let preview = sent(of("61", ""), "preview").await;
    assert_eq!(preview.status, 200);
    assert_eq!(preview.attribute("#overlap", "value"), second);
    assert_eq!(preview.attribute("#overlap", "form"), "edit");
    for overlap in ["", "on", "999"] {
        let refused = sent(of("61", overlap), "save").await;
        assert_eq!(refused.status, 422, "{overlap}");
        assert!(refused.error_of("overlap").contains("Tick this box"));
        assert!(refused.has("#overlap[autofocus]"));
        assert_eq!(rows(&app, &first).await, before, "{overlap}");
    }
    // Half-open: one may begin when the other ends.
    assert_eq!(sent(of("60", ""), "save").await.status, 303);
    assert_eq!(sent(of("61", &second), "save").await.status, 303);
    // It was meant, and is asked no more: neither for a longer one nor for other details.
    let preview = sent(of("75", ""), "preview").await;
    assert!(!preview.has("#overlap"));
    assert_eq!(sent(of("75", ""), "save").await.status, 303);
    assert_eq!(sent(of("30", ""), "save").await.status, 303);
    assert_eq!(sent(of("75", ""), "save").await.status, 422);
}
