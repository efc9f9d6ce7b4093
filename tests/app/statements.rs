//! What pages ask of the database: how many statements, and none that SQLite has to plan anew each time.
use chrono::TimeDelta;
use entity::{company, user::Role};
use greenroom::{
    access::Who,
    domain::delivery,
    http::routes,
    worker::{self, Turn},
};
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::json;

use crate::{
    routes::Ids,
    support::{Actor, Answer, TestApp, builders},
};

/// The session with its user and company, and what needs attention.
const FRAME: usize = 2;
/// Of its own, a page needs so many at most,
const OWN: usize = 2;
/// but for these: each says how many it needs today, and none may need more.
const MORE: [(&str, usize); 41] = [
    ("/", 9),
    // With the candidates who said no, and those who asked for something.
    ("/alerts", 7),
    ("/company/texts", 3),
    ("/company/texts/{kind}/{locale}", 10),
    ("/company/texts/{kind}/{locale}/html", 9),
    ("/emails", 4),
    ("/emails/{id}", 6),
    ("/emails/{id}/address", 5),
    ("/emails/{id}/message.eml", 4),
    ("/interviews/{id}", 6),
    ("/interviews/{id}/cancellation", 6),
    ("/interviews/{id}/edit", 6),
    ("/interviews/{id}/dossier", 6),
    ("/interviews/{id}/dossier.json", 6),
    ("/reports", 5),
    ("/reports.csv", 3),
    ("/interviews/{id}/ending", 3),
    ("/interviews/{id}/cancellation/html", 3),
    ("/interviews/{id}/edit/html", 3),
    ("/interviews/{id}/reschedule", 7),
    ("/interviews/{id}/reschedule/html", 3),
    ("/interview/{token}", 1),
    ("/interview/{token}/invite.ics", 3),
    ("/interview/{token}/join", 1),
    ("/interview/{token}/trouble", 1),
    // With how many candidates can be asked to choose, and how far the others are.
    ("/jobs/{id}", 4),
    ("/interview/{token}/answer", 1),
    ("/interview/{token}/calendar/google", 2),
    ("/interview/{token}/calendar/outlook", 2),
    ("/interview/{token}/check", 1),
    ("/interview/{token}/choice", 1),
    ("/interview/{token}/move", 1),
    ("/interview/{token}/none", 1),
    ("/interview/{token}/language", 1),
    ("/interview/{token}/zone", 1),
    // What the own calendars of the interviewers say.
    ("/slots/{id}/booking", 3),
    ("/company/logo", 2),
    ("/account", 0),
    // With the series that can be taken back.
    ("/calendar", 5),
    ("/slots/{id}/edit", 4),
    ("/slots/labels", 3),
];

/// Named in the conditions of indexes together with values: bound to one of these, a value makes SQLite plan the statement anew.
const CONSTANTS: [(&str, &str); 4] = [
    ("attempts", "outcome"),
    ("emails", "kind"),
    ("emails", "status"),
    ("interviews", "status"),
];

/// A condition that binds a value to one of these, by whatever name it has its table.
fn bound_constant(sql: &str) -> Option<String> {
    let conditions = sql.split_once(" WHERE ").map_or("", |(_, rest)| rest);
    let wrong = CONSTANTS.iter().flat_map(|(table, column)| {
        let tables = [*table, "older"];
        tables.map(|table| format!("\"{table}\".\"{column}\""))
    });
    let bound = [" = ?", " <> ?", " IN (?", " NOT IN (?", " = $", " IN ($"];
    let mut wrong = wrong.flat_map(|column| bound.map(|bound| format!("{column}{bound}")));
    wrong.find(|wrong| conditions.contains(wrong.as_str()))
}

/// Asks for a page, and answers with the statements that it took.
async fn heard(app: &TestApp, ada: &mut Actor, path: &str) -> (Answer, Vec<String>) {
    // What was counted for the page before is old by now.
    app.advance(TimeDelta::seconds(2));
    app.app.db.failpoint().listen();
    let answer = ada.get(path).await;
    (answer, app.app.db.failpoint().heard())
}

#[actix_web::test]
async fn every_page_keeps_to_its_number_of_statements() {
    let app = TestApp::start().await;
    let ids = Ids::make(&app, app.company_id).await;
    let mut ada = app.admin().await;
    let is_page = |who: Who| !matches!(who, Who::Anyone | Who::Api);
    let (mut pages, mut others) = (0, Vec::new());
    for line in routes::lines() {
        if line.method != "GET" || !is_page(line.who) {
            continue;
        }
        let (answer, heard) = heard(&app, &mut ada, &ids.fill(&line.path)).await;
        // Without a token there is nothing to show.
        let is_blank = line.who == Who::Candidate && !line.path.contains('{');
        // And a calendar elsewhere is led to.
        let leads_on = line.path.starts_with("/interview/{token}/calendar/");
        let status = match (is_blank, leads_on) {
            (true, _) => 404,
            (false, true) => 303,
            (false, false) => 200,
        };
        assert_eq!(answer.status, status, "{}", line.path);
        let frame = if line.who == Who::Candidate { 0 } else { FRAME };
        let own = heard.len() - frame;
        let most = MORE.iter().find(|(path, _)| *path == line.path);
        if own > most.map_or(OWN, |(_, most)| *most) {
            let heard = heard.join("\n");
            others.push(format!("{}: {own} of its own\n{heard}", line.path));
        }
        for sql in &heard {
            assert_eq!(bound_constant(sql), None, "{}: {sql}", line.path);
            // On SQLite, where values are bound by question marks.
            assert!(!sql.contains(" LIMIT ?"), "{}: {sql}", line.path);
        }
        pages += 1;
    }
    assert!(pages > 30);
    assert!(others.is_empty(), "{}", others.join("\n\n"));
}

#[actix_web::test]
async fn what_needs_attention_is_not_counted_for_each_page() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    heard(&app, &mut ada, "/account").await;
    app.app.db.failpoint().listen();
    assert_eq!(ada.get("/account").await.status, 200);
    assert_eq!(app.app.db.failpoint().heard().len(), 1, "the session");
    // Another process may have written by then.
    app.advance(TimeDelta::seconds(1));
    app.app.db.failpoint().listen();
    assert_eq!(ada.get("/account").await.status, 200);
    assert_eq!(app.app.db.failpoint().heard().len(), 2);
}

#[actix_web::test]
async fn a_booking_and_its_mail_keep_to_their_numbers_of_statements() {
    let app = TestApp::start().await;
    let (company_id, db) = (app.company_id, &app.app.db);
    let job = builders::job(&app, company_id).await;
    let slot = builders::slot(&app, company_id, job, app.now() + TimeDelta::days(3)).await;
    let candidate = builders::candidate(&app, company_id).await;
    let interview = builders::interview(&app, company_id, candidate, job).await;
    // Two reminders go with it.
    builders::write(&app, async |txn| {
        let leads = json!([60, 1440]);
        let update = company::Entity::update_many()
            .col_expr(company::Column::ReminderLeadMinutes, Expr::value(leads));
        Ok(update.exec(txn).await?)
    })
    .await;
    let mut program = app.program().await;
    assert_eq!(program.get("/api/jobs/").await.status, 200);

    db.failpoint().listen();
    let path = format!("/api/interviews/slots/{slot}/book_slot/");
    let body = json!({ "interview_id": interview });
    assert_eq!(program.post_json(&path, &body).await.status, 200);
    within(BOOKING, &db.failpoint().heard());

    app.advance(TimeDelta::minutes(5));
    db.failpoint().listen();
    let claimed = delivery::claim_more(db, &[], 4, app.now()).await;
    within(CLAIM, &db.failpoint().heard());
    let claimed = claimed.expect("a claim");
    assert_eq!(claimed.len(), 1, "the reminders wait");
    delivery::release(db, &claimed, app.now())
        .await
        .expect("released");

    db.failpoint().listen();
    let turn = worker::deliver_next(&app.app).await;
    within(TURN, &db.failpoint().heard());
    assert_eq!(turn.expect("a turn"), Turn::Delivered);
    app.expect_undelivered_mail();
}

/// However many hold it: their locks, their mails and their reminders are written together.
#[actix_web::test]
async fn a_booking_with_five_interviewers_takes_as_many_statements_as_one_with_one() {
    let app = TestApp::start().await;
    let (company_id, db) = (app.company_id, &app.app.db);
    let mut program = app.program().await;
    let mut counts = Vec::new();
    for interviewers in [1, 5] {
        let job = builders::job(&app, company_id).await;
        let slot = builders::slot(&app, company_id, job, app.now() + TimeDelta::days(3)).await;
        for _ in 0..interviewers {
            let user = builders::user(&app, company_id, Role::Interviewer).await;
            builders::put(&app, (company_id, slot), user.id).await;
        }
        let candidate = builders::candidate(&app, company_id).await;
        let interview = builders::interview(&app, company_id, candidate, job).await;
        assert_eq!(program.get("/api/jobs/").await.status, 200);
        db.failpoint().listen();
        let path = format!("/api/interviews/slots/{slot}/book_slot/");
        let body = json!({ "interview_id": interview });
        assert_eq!(program.post_json(&path, &body).await.status, 200);
        let heard = db.failpoint().heard();
        within(HELD_BOOKING, &heard);
        counts.push(heard.len());
    }
    assert_eq!(counts[0], counts[1]);
    app.expect_undelivered_mail();
}

/// Their cells, who of them stays on it, which of their addresses are suppressed, their mails.
const HELD_BOOKING: usize = BOOKING + 4;

/// With its reminders, and the token of the program that asks. Three look who holds it: whether their own calendars were
/// read of late, to keep them busy, and to tell them.
const BOOKING: usize = 13;
/// Of some messages at once.
const CLAIM: usize = 6;
/// A claim that looks for what is over as well, and one message that is composed, sent and recorded, with its short link and
/// what was reported of it before.
const TURN: usize = 23;

fn within(most: usize, heard: &[String]) {
    let count = heard.len();
    assert!(
        count <= most,
        "{count} statements, not {most}:\n{}",
        heard.join("\n")
    );
    for sql in heard {
        assert_eq!(bound_constant(sql), None, "{sql}");
    }
}
