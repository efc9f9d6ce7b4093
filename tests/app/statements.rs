//! What pages ask of the database: how many statements, and none that SQLite has to plan anew each time.
use chrono::TimeDelta;
use greenroom::{access::Who, http::routes};

use crate::{
    routes::Ids,
    support::{Actor, Answer, TestApp},
};

/// The session with its user and company, and what needs attention.
const FRAME: usize = 2;
/// Of its own, a page needs so many at most,
const OWN: usize = 2;
/// but for these: each says how many it needs today, and none may need more.
const MORE: [(&str, usize); 22] = [
    ("/", 15),
    ("/actions", 3),
    ("/alerts", 6),
    ("/candidates/{id}", 3),
    ("/company/texts", 3),
    ("/company/texts/{kind}/{locale}", 10),
    ("/company/texts/{kind}/{locale}/html", 9),
    ("/emails", 5),
    ("/emails/{id}", 11),
    ("/emails/{id}/address", 10),
    ("/emails/{id}/message.eml", 4),
    ("/interviews", 3),
    ("/interviews/{id}", 7),
    ("/interviews/{id}/cancellation", 5),
    ("/interviews/{id}/edit", 5),
    ("/interviews/{id}/reschedule", 6),
    ("/interviews/{id}/reschedule/html", 3),
    ("/zone-changes", 5),
    ("/interview/{token}", 1),
    ("/interview/{token}/invite.ics", 2),
    ("/interview/{token}/join", 1),
    ("/company/logo", 2),
];

/// Named in the conditions of indexes together with values: bound to one of these, a value makes SQLite plan the statement anew.
const CONSTANTS: [(&str, &str); 4] = [
    ("attempts", "outcome"),
    ("emails", "kind"),
    ("emails", "status"),
    ("interviews", "status"),
];

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
    let mut pages = 0;
    for line in routes::lines() {
        if line.method != "GET" || !is_page(line.who) {
            continue;
        }
        let (answer, heard) = heard(&app, &mut ada, &ids.fill(&line.path)).await;
        assert_eq!(answer.status, 200, "{}", line.path);
        let own = MORE.iter().find(|(path, _)| *path == line.path);
        let own = own.map_or(OWN, |(_, own)| *own);
        let frame = if line.who == Who::Candidate { 0 } else { FRAME };
        assert!(
            heard.len() <= frame + own,
            "{}: {} statements\n{}",
            line.path,
            heard.len(),
            heard.join("\n")
        );
        for (table, column) in CONSTANTS {
            for bound in [" = ?", " <> ?", " IN (?", " NOT IN (?", " = $", " IN ($"] {
                let wrong = format!("\"{table}\".\"{column}\"{bound}");
                let sql = heard.iter().find(|sql| sql.contains(&wrong));
                assert_eq!(sql, None, "{}: {wrong}", line.path);
            }
        }
        pages += 1;
    }
    assert!(pages > 30);
}

#[actix_web::test]
async fn what_needs_attention_is_not_counted_for_each_page() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    heard(&app, &mut ada, "/account").await;
    app.app.db.failpoint().listen();
    assert_eq!(ada.get("/account").await.status, 200);
    assert_eq!(
        app.app.db.failpoint().heard().len(),
        2,
        "session and account"
    );
    // Another process may have written by then.
    app.advance(TimeDelta::seconds(1));
    app.app.db.failpoint().listen();
    assert_eq!(ada.get("/account").await.status, 200);
    assert_eq!(app.app.db.failpoint().heard().len(), 3);
}
