//! What recruiters, programs and candidates do.
use chrono::TimeDelta;
use entity::{
    email::{self, Status},
    user::Role,
};
use greenroom::domain::interviews::join_link::Ticket;
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::matrix::{Call, Scene};
use crate::support::{
    Actor, TestApp,
    builders::{self, Booked},
};

#[actix_web::test]
async fn bookings_survive_every_fault() {
    let mut scene = Scene::set().await;
    let (rita, program) = (scene.app.recruiter().await, scene.app.program().await);
    scene
        .survives("book a candidate", async |app| {
            let (candidate, path) = (
                builders::candidate(app, app.company_id).await,
                slot(app).await,
            );
            let candidate = candidate.to_string();
            let page = format!("{path}/booking?candidate={candidate}");
            let typed = [("candidate", &*candidate), ("act", "book")];
            let path = format!("{path}/booking");
            Call::form(rita.clone(), &page, &path, &typed)
                .await
                .idempotency_key()
        })
        .await;
    scene
        .survives("book somebody new", async |app| {
            let path = format!("{}/booking", slot(app).await);
            let email = address();
            let typed = [
                ("candidate", "new"),
                ("name", "Jo"),
                ("email", &*email),
                ("act", "book"),
            ];
            Call::form(rita.clone(), &path, &path, &typed)
                .await
                .idempotency_key()
        })
        .await;
    scene
        .survives("book_slot", async |app| {
            let path = format!("/api/interviews{}/book_slot/", slot(app).await);
            let body = json!({ "interview_id": interview(app).await });
            Call::json(program.clone(), &path, body)
        })
        .await;
    scene
        .survives("book_slot with two interviewers", async |app| {
            let slot = held_slot(app).await;
            let path = format!("/api/interviews/slots/{slot}/book_slot/");
            let body = json!({ "interview_id": interview(app).await });
            Call::json(program.clone(), &path, body)
        })
        .await;
    scene
        .survives("book_interview with a new slot and a key", async |app| {
            let path = "/api/interviews/schedules/book_interview/";
            let key = address();
            let program = program.clone().with_header("Idempotency-Key", &key);
            Call::json(program, path, new_slot(app).await).idempotency_key()
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn lists_survive_every_fault() {
    let mut scene = Scene::set().await;
    let (rita, program) = (scene.app.recruiter().await, scene.app.program().await);
    scene
        .survives("import candidates", async |_| {
            let (text, key) = (two_people(), address());
            let mut typed = vec![("text", &*text), ("locale", "en"), ("key", &*key)];
            let button = button(&rita, "/candidates/import", &typed).await;
            typed.push(("act", &button));
            Call::post(rita.clone(), "/candidates/import", &typed).idempotency_key()
        })
        .await;
    scene
        .survives("import jobs", async |_| {
            let (text, key) = (format!("{}\n{}", address(), address()), address());
            let mut typed = vec![("text", &*text), ("key", &*key)];
            let button = button(&rita, "/jobs/import", &typed).await;
            typed.push(("act", &button));
            Call::post(rita.clone(), "/jobs/import", &typed).idempotency_key()
        })
        .await;
    scene
        .survives("import candidates by a program", async |_| {
            let program = program.clone().with_header("Idempotency-Key", &address());
            let body = json!({ "text": format!("Jo <{}>", address()) });
            Call::json(program, "/api/candidates/import/", body).idempotency_key()
        })
        .await;
    scene
        .survives("book two people", async |app| {
            let (job, text, key) = (two_slots(app).await, two_people(), address());
            let mut typed = vec![
                ("text", &*text),
                ("job", &*job),
                ("locale", "en"),
                ("key", &*key),
            ];
            let button = button(&rita, "/bookings/new", &typed).await;
            typed.push(("act", &button));
            Call::post(rita.clone(), "/bookings/new", &typed).idempotency_key()
        })
        .await;
    scene
        .survives("take back two bookings", async |app| {
            let (job, text) = (two_slots(app).await, two_people());
            let mut typed = vec![("text", &*text), ("job", &*job), ("locale", "en")];
            set_undo(app).await;
            let button = button(&rita, "/bookings/new", &typed).await;
            typed.push(("act", &button));
            let booked = rita.clone().post_form("/bookings/new", &typed).await;
            assert_eq!(booked.status, 303, "{}", booked.text);
            Call::post(rita.clone(), &format!("{}/undo", booked.location), &[])
        })
        .await;
    scene.end();
}

/// What the button of a list sends that was looked at.
async fn button(rita: &Actor, path: &str, typed: &[(&str, &str)]) -> String {
    let page = rita.clone().post_form(path, typed).await;
    page.attribute("button[value^='add:'], button[value^='book:']", "value")
}

/// Lines that name two people who are not there.
fn two_people() -> String {
    format!("Jo <{}>\nAl <{}>", address(), address())
}

/// A new job with two free slots.
async fn two_slots(app: &TestApp) -> String {
    let job = builders::job(app, app.company_id).await;
    for days in [3, 4] {
        builders::slot(app, app.company_id, job, app.now() + TimeDelta::days(days)).await;
    }
    job.to_string()
}

/// Invitations wait for two minutes.
async fn set_undo(app: &TestApp) {
    builders::write(app, async |txn| {
        let update = entity::company::Entity::update_many()
            .col_expr(entity::company::Column::UndoSeconds, Expr::value(120));
        Ok(update.exec(txn).await?)
    })
    .await;
}

#[actix_web::test]
async fn slots_survive_every_fault() {
    let mut scene = Scene::set().await;
    let (rita, program) = (scene.app.recruiter().await, scene.app.program().await);
    scene
        .survives("add a series", async |app| {
            let job = builders::job(app, app.company_id).await;
            let page = format!("/series/new?preview=on&job={job}&mon=on&from=2027-02-01&until=2027-02-01&from_1=09:00&until_1=11:00&duration_minutes=60&gap_minutes=0&time_zone=UTC&interview_type=technical");
            Call::form(rita.clone(), &page, "/series/new", &[])
                .await
                .idempotency_key()
        })
        .await;
    scene
        .survives("take a series back", async |app| {
            let job = builders::job(app, app.company_id).await;
            let series = builders::series(app, app.company_id, job).await;
            let page = format!("/series/{series}");
            Call::form(rita.clone(), &page, &format!("{page}/removal"), &[]).await
        })
        .await;
    scene
        .survives("change a slot", async |app| {
            let path = format!("{}/edit", slot(app).await);
            Call::form(rita.clone(), &path, &path, &[("duration_minutes", "30")])
                .await
                .idempotency_key()
        })
        .await;
    scene
        .survives("move a booked slot", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let slot = booked.details.slot.as_ref().expect("a slot").id;
            let path = format!("/slots/{slot}/edit");
            Call::form(
                rita.clone(),
                &path,
                &path,
                &[("time", "17:00"), ("act", "save")],
            )
            .await
            .idempotency_key()
        })
        .await;
    scene
        .survives("close many slots", async |app| {
            let pick = slot(app).await.replace("/slots/", "pick_");
            let fields = [("act", "close"), (&*pick, "1")];
            Call::post(rita.clone(), "/slots/selection", &fields)
        })
        .await;
    scene
        .survives("delete a slot", async |app| {
            let path = format!("{}/deletion", slot(app).await);
            Call::post(rita.clone(), &path, &[("version", "1")])
        })
        .await;
    scene
        .survives("close a slot by a program", async |app| {
            let path = format!("/api/interviews{}/close/", slot(app).await);
            Call::json(program.clone(), &path, json!({}))
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn changes_survive_every_fault() {
    let mut scene = Scene::set().await;
    let (rita, program) = (scene.app.recruiter().await, scene.app.program().await);
    scene
        .survives("reschedule", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let job = booked.details.slot.as_ref().expect("a slot").job_id;
            let at = app.now() + TimeDelta::days(2);
            let slot = builders::slot(app, app.company_id, job, at)
                .await
                .to_string();
            let path = format!("{}/reschedule", page(&booked));
            let typed = [("slot", &*slot), ("act", "move")];
            Call::form(rita.clone(), &path, &path, &typed)
                .await
                .idempotency_key()
        })
        .await;
    scene
        .survives("reschedule by a program", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let mut body = new_slot(app).await;
            let fields = body.as_object_mut().expect("an object");
            fields.remove("interview_id");
            fields["job"] = booked.details.slot.as_ref().expect("a slot").job_id.into();
            let path = format!("/api{}/reschedule/", page(&booked));
            Call::json(program.clone(), &path, body)
        })
        .await;
    scene
        .survives("put somebody else on a booked slot", async |app| {
            let slot = held_slot(app).await;
            let company_id = app.company_id;
            let kim = builders::user(app, company_id, Role::Interviewer).await;
            let mut program = program.clone();
            let path = format!("/api/interviews/slots/{slot}/book_slot/");
            let body = json!({ "interview_id": interview(app).await });
            assert_eq!(program.post_json(&path, &body).await.status, 200);
            let path = format!("/api/interviews/slots/{slot}/");
            let version = program.get(&path).await.json()["version"].clone();
            let body = json!({ "interviewers": [kim.id], "version": version });
            Call::patch(program, &path, body)
        })
        .await;
    scene
        .survives("cancel", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let path = format!("{}/cancellation", page(&booked));
            let cancel = [("act", "cancel")];
            Call::form(rita.clone(), &path, &path, &cancel)
                .await
                .idempotency_key()
        })
        .await;
    scene
        .survives("complete", async |app| {
            let path = format!("{}/ending", page(&begun(app).await));
            let typed = [("ending", "outcome:Advance"), ("private_note", "Good.")];
            Call::form(rita.clone(), &path, &path, &typed)
                .await
                .idempotency_key()
        })
        .await;
    scene
        .survives("complete several", async |app| {
            let mut picks = Vec::new();
            for _ in 0..2 {
                let row = begun(app).await.details.interview;
                picks.push((format!("pick_{}", row.id), row.version.to_string()));
            }
            let path = "/interviews/endings";
            let mut typed = vec![("ending", "no_show")];
            typed.extend(picks.iter().map(|(name, value)| (&**name, &**value)));
            // Whatever the last page was to say has been said.
            let mut rita = rita.clone();
            rita.get(path).await;
            Call::post(rita, path, &typed)
        })
        .await;
    scene
        .survives("complete several by the API", async |app| {
            let mut rows = Vec::new();
            for status in ["completed", "no_show"] {
                let row = begun(app).await.details.interview;
                rows.push(json!({ "interview": row.id, "status": status }));
            }
            let body = json!({ "rows": rows });
            Call::json(program.clone(), "/api/interviews/bulk_ending/", body)
        })
        .await;
    scene
        .survives("match a name on a slot to a user", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let slot = booked.details.slot.as_ref().expect("a slot").id;
            let label = format!("Ines {slot}");
            let user = builders::user(app, app.company_id, Role::Interviewer).await;
            builders::write(app, async |txn| {
                let row = entity::slot::ActiveModel {
                    id: Set(slot),
                    interviewer: Set(label.clone()),
                    ..Default::default()
                };
                entity::slot::Entity::update(row).exec(txn).await?;
                Ok(())
            })
            .await;
            let user = user.id.to_string();
            let typed = [("label_0", &*label), ("pick_0", "on"), ("user_0_0", &*user)];
            // Whatever the last page was to say has been said.
            let mut rita = rita.clone();
            rita.get("/slots/labels").await;
            Call::post(rita, "/slots/labels", &typed)
        })
        .await;
    scene
        .survives("cancel without telling", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let path = format!("/api{}/cancel/", page(&booked));
            let body = json!({ "not_told_reason": "Told by phone.", "notify_candidate": false });
            Call::json(program.clone(), &path, body)
        })
        .await;
    scene
        .survives("tell afterwards", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let job = booked.details.slot.as_ref().expect("a slot").job_id;
            let at = app.now() + TimeDelta::days(2);
            let slot = builders::slot(app, app.company_id, job, at).await;
            let body =
                json!({ "slot_id": slot, "not_told_reason": "x", "notify_candidate": false });
            let path = format!("/api{}/reschedule/", page(&booked));
            let moved = program.clone().post_json(&path, &body).await;
            let version = moved.json()["interview"]["version"].to_string();
            let path = format!("{}/telling", page(&booked));
            // Whatever the last page was to say has been said.
            let mut rita = rita.clone();
            rita.get("/interviews").await;
            Call::post(rita, &path, &[("version", &version)])
        })
        .await;
    scene
        .survives("reopen", async |app| {
            let path = missed(app, &program).await;
            Call::json(program.clone(), &format!("{path}reopen/"), json!({}))
        })
        .await;
    scene
        .survives("rebook", async |app| {
            let path = missed(app, &program).await;
            Call::json(program.clone(), &format!("{path}rebook/"), json!({}))
        })
        .await;
    scene
        .survives("cancel by a program", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let path = format!("/api{}/cancel/", page(&booked));
            Call::json(program.clone(), &path, json!({ "reason": "Ill." }))
        })
        .await;
    scene
        .survives("correct", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let path = format!("{}/edit", page(&booked));
            Call::form(rita.clone(), &path, &path, &[("notes", "Bring a pen.")]).await
        })
        .await;
    scene
        .survives("nudge", async |app| {
            let booked = begun(app).await;
            // The clock went on, which her session keeps when she comes back.
            rita.clone().get("/account").await;
            let path = format!("{}/nudge", page(&booked));
            // Not from Today, which shows so many interviews of a day and no more.
            let version = booked.details.interview.version.to_string();
            Call::post(rita.clone(), &path, &[("version", &version)])
        })
        .await;
    scene
        .survives("come to an interview", async |app| {
            let booked = begun(app).await;
            rita.clone().get("/account").await;
            let path = format!("{}/attendance", page(&booked));
            Call::post(rita.clone(), &path, &[])
        })
        .await;
    scene
        .survives("see to a candidate who can't get in", async |app| {
            let booked = begun(app).await;
            rita.clone().get("/account").await;
            let stuck = format!("/interview/{}/trouble", token(app, &booked));
            assert_eq!(app.candidate().post_form(&stuck, &[]).await.status, 200);
            Call::post(rita.clone(), &format!("{}/trouble", page(&booked)), &[])
        })
        .await;
    scene
        .survives("see to a candidate who said no", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            rita.clone().get("/account").await;
            let no = format!("/interview/{}/answer", token(app, &booked));
            let said = [("answer", "declined"), ("revision", "1")];
            assert_eq!(app.candidate().post_form(&no, &said).await.status, 200);
            Call::post(rita.clone(), &format!("{}/answer", page(&booked)), &[])
        })
        .await;
    scene
        .survives("ask a candidate to choose a time", async |app| {
            let (company_id, job) = (app.company_id, builders::job(app, app.company_id).await);
            let candidate = builders::candidate(app, company_id).await;
            let id = builders::interview(app, company_id, candidate, job).await;
            let path = format!("/interviews/{id}/offer");
            Call::post(rita.clone(), &path, &[("version", "1")])
        })
        .await;
    scene
        .survives("replace the link", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let path = format!("{}/link", page(&booked));
            Call::form(rita.clone(), &page(&booked), &path, &[]).await
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn rows_of_recruiters_survive_every_fault() {
    let mut scene = Scene::set().await;
    let (rita, program) = (scene.app.recruiter().await, scene.app.program().await);
    scene
        .survives("enter a candidate", async |_| {
            let email = address();
            let typed = [("name", "Jo"), ("email", &*email)];
            Call::form(rita.clone(), "/candidates/new", "/candidates/new", &typed).await
        })
        .await;
    scene
        .survives("enter a candidate by a program", async |_| {
            let body = json!({ "name": "Jo", "email": address() });
            let program = program.clone().with_header("Idempotency-Key", &address());
            Call::json(program, "/api/candidates/", body).idempotency_key()
        })
        .await;
    scene
        .survives("change the address of a booked candidate", async |app| {
            let booked = builders::booked(app, app.company_id).await;
            let path = format!("/candidates/{}/edit", booked.details.candidate.id);
            let email = address();
            Call::form(rita.clone(), &path, &path, &[("email", &*email)]).await
        })
        .await;
    scene
        .survives("enter a job", async |_| {
            Call::form(rita.clone(), "/jobs/new", "/jobs/new", &[("title", "Chef")]).await
        })
        .await;
    scene
        .survives("enter a job by a program", async |_| {
            let program = program.clone().with_header("Idempotency-Key", &address());
            Call::json(program, "/api/jobs/", json!({ "title": "Chef" })).idempotency_key()
        })
        .await;
    scene
        .survives("change a job", async |app| {
            let path = format!("/jobs/{}/edit", builders::job(app, app.company_id).await);
            Call::form(rita.clone(), &path, &path, &[("title", "Chef")]).await
        })
        .await;
    scene
        .survives("enter a slot", async |app| {
            let job = builders::job(app, app.company_id).await.to_string();
            let typed = [("job", &*job), ("date", "2027-02-01"), ("time", "10:00")];
            Call::form(rita.clone(), "/slots/new", "/slots/new", &typed).await
        })
        .await;
    scene
        .survives("enter a slot by a program", async |app| {
            let mut body = new_slot(app).await;
            body.as_object_mut()
                .expect("an object")
                .remove("interview_id");
            let program = program.clone().with_header("Idempotency-Key", &address());
            Call::json(program, "/api/interviews/slots/", body).idempotency_key()
        })
        .await;
    scene
        .survives("close a slot", async |app| {
            let path = slot(app).await;
            Call::form(rita.clone(), &path, &format!("{path}/closure"), &[]).await
        })
        .await;
    scene
        .survives("enter an interview by a program", async |app| {
            let candidate = builders::candidate(app, app.company_id).await;
            let job = builders::job(app, app.company_id).await;
            let body = json!({ "candidate": candidate, "job": job });
            let program = program.clone().with_header("Idempotency-Key", &address());
            Call::json(program, "/api/interviews/", body).idempotency_key()
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn what_is_done_about_messages_survives_every_fault() {
    let mut scene = Scene::set().await;
    let rita = scene.app.recruiter().await;
    for (what, status, action) in [
        ("send again", Status::Failed, "resend"),
        ("call off", Status::Queued, "cancellation"),
        ("try at once", Status::Retrying, "attempts"),
        ("release", Status::Held, "release"),
    ] {
        scene
            .survives(what, async |app| {
                let path = message(app, status).await;
                Call::form(rita.clone(), &path, &format!("{path}/{action}"), &[]).await
            })
            .await;
    }
    scene
        .survives("correct an address", async |app| {
            let path = format!("{}/address", message(app, Status::Failed).await);
            let email = address();
            Call::form(rita.clone(), &path, &path, &[("email", &*email)]).await
        })
        .await;
    scene
        .survives("told by phone", async |app| {
            let path = format!("{}/telling", message(app, Status::Failed).await);
            Call::post(rita.clone(), &path, &[])
        })
        .await;
    scene
        .survives("not told by phone", async |app| {
            let path = format!("{}/telling", message(app, Status::Failed).await);
            let told = rita.clone().post_form(&path, &[]).await;
            assert_eq!(told.status, 303);
            Call::post(rita.clone(), &format!("{path}/withdrawal"), &[])
        })
        .await;
    scene.end();
}

#[actix_web::test]
async fn what_candidates_do_survives_every_fault() {
    let mut scene = Scene::set().await;
    for (action, fields) in [
        ("opened", &[][..]),
        ("join", &[]),
        ("trouble", &[]),
        ("language", &[("language", "de")]),
        ("answer", &[("answer", "declined"), ("revision", "1")]),
        ("zone", &[("zone", "Asia/Tokyo")]),
        (
            "check",
            &[
                ("camera", "passed"),
                ("microphone", "failed"),
                ("speaker", "passed"),
                ("connection", "passed"),
                ("clock", "passed"),
            ],
        ),
    ] {
        scene
            .survives(action, async |app| {
                let booked = builders::booked(app, app.company_id).await;
                app.advance(TimeDelta::days(1));
                let token = token(app, &booked);
                if action == "trouble" {
                    // Else it lets in first, which is kept whatever becomes of the rest.
                    let join = format!("/interview/{token}/join");
                    assert_eq!(app.candidate().post_form(&join, &[]).await.status, 200);
                }
                Call::post(
                    app.candidate(),
                    &format!("/interview/{token}/{action}"),
                    fields,
                )
            })
            .await;
    }
    scene.end();
}

async fn slot(app: &TestApp) -> String {
    let job = builders::job(app, app.company_id).await;
    let at = app.now() + TimeDelta::days(1);
    format!(
        "/slots/{}",
        builders::slot(app, app.company_id, job, at).await
    )
}

/// One with two interviewers.
async fn held_slot(app: &TestApp) -> i64 {
    let company_id = app.company_id;
    let job = builders::job(app, company_id).await;
    let at = app.now() + TimeDelta::days(1);
    let slot = builders::slot(app, company_id, job, at).await;
    for _ in 0..2 {
        let user = builders::user(app, company_id, Role::Interviewer).await;
        builders::put(app, (company_id, slot), user.id).await;
    }
    slot
}

async fn interview(app: &TestApp) -> i64 {
    let candidate = builders::candidate(app, app.company_id).await;
    let job = builders::job(app, app.company_id).await;
    builders::interview(app, app.company_id, candidate, job).await
}

async fn new_slot(app: &TestApp) -> serde_json::Value {
    json!({
        "interview_id": interview(app).await, "job": builders::job(app, app.company_id).await,
        "interview_date": "2027-02-01", "start_time": "10:00", "duration_minutes": 60,
        "ai_interview_type": "technical",
    })
}

fn page(booked: &Booked) -> String {
    format!("/interviews/{}", booked.details.interview.id)
}

/// The page of an invitation that has come so far.
async fn message(app: &TestApp, status: Status) -> String {
    let id = builders::booked(app, app.company_id).await.email.id;
    let later = app.now() + TimeDelta::hours(1);
    let update = email::Entity::update_many()
        .col_expr(email::Column::Status, Expr::value(status.to_value()))
        .col_expr(email::Column::DueAt, Expr::value(later))
        .filter(email::COLUMN.id.eq(id));
    builders::write(app, async |txn| Ok(update.exec(txn).await?)).await;
    format!("/emails/{id}")
}

fn address() -> String {
    format!("{}@example.net", &greenroom::crypto::random_id()[..12])
}

/// An interview that nobody came to, as programs find it.
async fn missed(app: &TestApp, program: &Actor) -> String {
    let path = format!("/api{}/", page(&begun(app).await));
    let missing = format!("{path}no_show/");
    let answer = program.clone().post_json(&missing, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    path
}

/// An interview that begins now.
fn token(app: &TestApp, booked: &Booked) -> String {
    let row = &booked.details.interview;
    let token = app.app.keys.token(&Ticket {
        public_id: &row.public_id,
        link_version: row.link_version,
        revision: row.revision,
    });
    token.expect("a token")
}

async fn begun(app: &TestApp) -> Booked {
    let soon = TimeDelta::minutes(5);
    let booked = builders::booked_at(app, app.company_id, app.now() + soon).await;
    app.advance(soon);
    booked
}
