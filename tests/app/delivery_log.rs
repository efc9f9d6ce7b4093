//! The delivery log: what became of every message, as those who booked read it.
use chrono::TimeDelta;
use entity::{
    email::{self, Status},
    interview,
};
use greenroom::{
    domain::{emails, interviews::join_link::Ticket},
    mail::LINK_PLACEHOLDER,
};
use sea_orm::{
    ActiveEnum,
    ActiveValue::{self, Set},
    EntityTrait, Iterable, QueryFilter, QueryOrder,
    sea_query::Expr,
};

use crate::{
    emails::app_with,
    support::{
        Answer, TestApp,
        builders::{self, Booked},
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

const GREYLISTED: &str = "451 4.7.1 Greylisting in action, please come back later";
const NOBODY: &str = "550 5.1.1 <x@example.net> no such user";

#[actix_web::test]
async fn the_log_shows_what_became_of_a_message() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    app.advance(TimeDelta::minutes(3));
    app.deliver().await;
    let page = app.recruiter().await.get("/emails").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.all_words("#log tbody tr").len(), 1);
    let link = format!("/emails/{}", booked.email.id);
    assert_eq!(page.attribute("#log tbody th a", "href"), link);
    let row = page.words("#log tbody tr");
    for words in [
        "Invitation",
        "Interview Scheduled - Cloud Architect at Sample Company",
        "Zoë Núñez",
        booked.email.recipient.as_str(),
        "Printed to console (nobody received it)",
        "Mon 4 January 2027, 09:00",
    ] {
        assert!(row.contains(words), "{words}: {row}");
    }
}

#[actix_web::test]
async fn an_empty_log_says_what_will_stand_there() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    assert_eq!(rita.get("/emails").await.words("#log h2"), "No emails yet");
    let none = rita.get("/emails?status=failed").await;
    assert_eq!(none.words("#log h2"), "Nothing found");
}

#[actix_web::test]
async fn every_status_has_words_of_its_own_and_none_says_sent() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = builders::booked(&app, app.company_id).await;
    let mut rita = app.recruiter().await;
    let mut seen = Vec::new();
    for status in Status::iter() {
        put(&app, booked.email.id, status).await;
        let page = rita.get(&format!("/emails/{}", booked.email.id)).await;
        let words = page.words("#standing .status");
        let meaning = page.words("#standing > p");
        assert!(
            !words
                .to_lowercase()
                .split_whitespace()
                .any(|word| word == "sent")
        );
        assert!(meaning.len() > 30, "{status:?}: {meaning}");
        let row = rita.get("/emails").await.words("#log tbody tr");
        assert!(row.contains(&words), "{status:?}: {row}");
        assert!(
            !seen.contains(&words) && !seen.contains(&meaning),
            "{words}"
        );
        seen.extend([words, meaning]);
    }
    assert!(seen.contains(&"Accepted by mail server".to_owned()));
    assert!(seen.contains(&"Printed to console (nobody received it)".to_owned()));
}

#[actix_web::test]
async fn the_list_is_narrowed_by_its_address() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (first, second) = (booked(&app).await, {
        app.advance(TimeDelta::days(1));
        booked(&app).await
    });
    put(&app, second.email.id, Status::Failed).await;
    let mut rita = app.recruiter().await;
    let address = &first.email.recipient;
    let beginning = &address[..8].to_uppercase();
    let (both, old, new) = (
        vec![second.email.id, first.email.id],
        vec![first.email.id],
        vec![second.email.id],
    );
    for (query, expected) in [
        ("", &both),
        ("?status=&kind=&recipient=&from=&to=", &both),
        ("?status=failed", &new),
        ("?status=queued", &old),
        ("?kind=scheduled", &both),
        (&format!("?recipient={address}"), &old),
        (&format!("?recipient={beginning}"), &old),
        ("?recipient=%25", &vec![]),
        ("?from=2027-01-05", &new),
        ("?to=2027-01-04", &old),
        ("?from=2027-01-04&to=2027-01-05", &both),
        ("?status=failed&to=2027-01-04", &vec![]),
    ] {
        let page = rita.get(&format!("/emails{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(&listed(&page), expected, "{query}");
    }
}

#[actix_web::test]
async fn filters_that_cannot_be_read_are_refused_beside_their_field() {
    let app = TestApp::start().await;
    let mut rita = app.recruiter().await;
    for (query, field) in [
        ("status=sent", "status"),
        ("kind=spam", "kind"),
        ("from=soon", "from"),
        ("from=2027-01-05&to=2027-01-04", "to"),
    ] {
        let page = rita.get(&format!("/emails?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        assert!(!page.error_of(field).is_empty(), "{query}");
        assert!(listed(&page).is_empty());
    }
    let page = rita.get("/emails?cursor=nonsense").await;
    assert_eq!(page.status, 422);
    assert!(page.has("[role=alert]"));
}

#[actix_web::test]
async fn a_long_log_is_read_page_by_page_and_nothing_comes_twice() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    copy(&app, &booked.email, 119).await;
    let expected: Vec<i64> = email::Entity::find()
        .order_by_desc(email::Column::CreatedAt)
        .order_by_desc(email::Column::Id)
        .all(app.app.db.read())
        .await
        .expect("emails")
        .into_iter()
        .map(|email| email.id)
        .collect();

    let mut rita = app.recruiter().await;
    let mut page = rita.get("/emails?kind=scheduled").await;
    assert!(!page.text.contains("First page"));
    let mut seen = listed(&page);
    for length in [50, 20] {
        let next = page.attribute("a[rel=next]", "href");
        assert!(next.starts_with("/emails?kind=scheduled&cursor="), "{next}");
        page = rita.get(&next).await;
        assert_eq!(listed(&page).len(), length);
        seen.extend(listed(&page));
    }
    assert!(!page.has("a[rel=next]") && page.text.contains("First page"));
    assert_eq!(seen, expected);
}

#[actix_web::test]
async fn an_address_with_very_many_messages_is_read_page_by_page_too() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let (often, idempotency_key) = (booked(&app).await, booked(&app).await);
    copy(&app, &often.email, 2500).await;
    let mut rita = app.recruiter().await;
    let path = |text: &str| format!("/emails?recipient={text}");
    let mut page = rita.get(&path(&often.email.recipient)).await;
    let mut seen = listed(&page);
    for _ in 0..2 {
        page = rita.get(&page.attribute("a[rel=next]", "href")).await;
        seen.extend(listed(&page));
    }
    seen.dedup();
    assert_eq!(seen.len(), 150, "three whole pages, nothing twice");
    assert!(!seen.contains(&idempotency_key.email.id));
    assert!(page.words("#log tbody tr").contains(&often.email.recipient));
    let page = rita.get(&path(&idempotency_key.email.recipient)).await;
    assert_eq!(listed(&page), [idempotency_key.email.id]);
}

#[actix_web::test]
async fn a_message_shows_every_attempt_with_the_servers_own_words() {
    let server = SmtpServer::scripted([
        Script::at(Step::RcptTo, Act::Reply(GREYLISTED)),
        Script::accept(),
    ])
    .await;
    let app = app_with(&server, &[]).await;
    let mut rita = app.recruiter().await;
    let booked = booked_by(&app, rita.user_id()).await;
    let path = format!("/emails/{}", booked.email.id);

    let page = rita.get(&path).await;
    assert!(page.words("h1").contains("Invitation for Zoë Núñez"));
    assert_eq!(steps(&page), ["Queued", "Next attempt at once"]);
    assert_eq!(page.attribute("#message", "hx-get"), path, "it looks again");
    assert!(
        page.words("#letter")
            .contains("Greenroom writes the text just before it first sends")
    );

    app.deliver().await;
    let page = rita.get(&path).await;
    assert_eq!(page.words("#standing .status"), "Retrying");
    assert_eq!(steps(&page)[..2], ["Queued", "Attempt 1 deferred"]);
    assert!(steps(&page)[2].starts_with("Next attempt in "));
    assert_eq!(page.words("#story li > pre"), GREYLISTED);
    let attempt = &page.all_words("#story li")[1];
    for words in ["ms", "localhost", "127.0.0.1:", "recipient (RCPT TO)"] {
        assert!(attempt.contains(words), "{words}: {attempt}");
    }
    let why = page.all_words("#story li p");
    assert!(
        why.iter()
            .any(|hint| hint.contains("retries automatically"))
    );
    assert!(page.has("#message[hx-trigger]"), "it goes on looking");

    app.advance(TimeDelta::minutes(10));
    app.deliver().await;
    let page = rita.get(&path).await;
    assert_eq!(page.words("#standing .status"), "Accepted by mail server");
    let told = ["Queued", "Attempt 1 deferred", "Accepted by localhost"];
    assert_eq!(steps(&page), told);
    assert!(page.all_words("#story li > pre")[1].starts_with("250"));
    assert!(!page.has("#message[hx-trigger]"), "nothing more can come");
    let lead = page.words(".page__head");
    assert!(lead.contains(&format!("to {}", booked.email.recipient)));
    assert!(lead.contains("booked by Rita Recruiter"), "{lead}");
    let facts = page.words("#facts dl");
    let row = row(&app, booked.email.id).await;
    for words in [
        row.message_id.as_str(),
        "Rita Recruiter (Sample Company)",
        "jobs@sample-company.example",
        "Cloud Architect",
        "2",
    ] {
        assert!(facts.contains(words), "{words}: {facts}");
    }
    let interview = format!(
        "#facts a[href='/interviews/{}']",
        booked.details.interview.id
    );
    assert!(page.has(&interview));
}

#[actix_web::test]
async fn a_refused_message_says_why_and_what_to_do() {
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply(NOBODY))]).await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let page = app
        .recruiter()
        .await
        .get(&format!("/emails/{}", booked.email.id))
        .await;
    assert_eq!(
        steps(&page),
        ["Queued", "Attempt 1 refused", "Not delivered"]
    );
    assert_eq!(page.words("#story li > pre"), NOBODY);
    assert!(page.words("#standing > p").contains("send the email again"));
    assert!(page.has("form[action$='/resend']"));
}

#[actix_web::test]
async fn neither_list_nor_message_lets_anybody_in() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    app.deliver().await;
    let interview = &booked.details.interview;
    let token = app.app.keys.token(&Ticket {
        public_id: &interview.public_id,
        link_version: interview.link_version,
        revision: interview.revision,
    });
    let token = token.expect("a token");
    let mut ada = app.admin().await;
    let path = format!("/emails/{}", booked.email.id);
    let signature = token.split('.').next_back().expect("a signature");
    for end in ["", "/html", "/invite.ics", "/message.eml"] {
        let page = ada.get(&format!("{path}{end}")).await;
        assert_eq!(page.status, 200, "{end}");
        assert!(!page.text.contains(&token), "{end}");
        assert!(!page.text.contains(signature), "{end}");
    }
    // What names the interview in calendars lets nobody in, but in a list it has no business.
    for path in ["/emails", "/emails.csv", &format!("{path}/html")] {
        let page = ada.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.text.contains(signature), "{path}");
        assert!(!page.text.contains(&interview.public_id), "{path}");
    }
    let page = ada.get(&path).await;
    let text = page.words("#letter .typed");
    assert!(text.contains("Dear Zoë Núñez,"));
    assert!(text.contains("[the candidate's join link, hidden here]"));
    assert!(!page.text.contains(LINK_PLACEHOLDER));
}

#[actix_web::test]
async fn the_html_part_stands_alone_and_can_do_nothing() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}/html", booked.email.id);
    assert_eq!(rita.get(&path).await.status, 404, "not written yet");
    app.deliver().await;
    let page = rita.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Zoë Núñez"));
    let policy = page.header("content-security-policy");
    for rule in ["default-src 'none'", "sandbox", "frame-ancestors 'self'"] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("allow-"));
    assert_eq!(page.header("cache-control"), "no-store");
    let message = rita.get(path.trim_end_matches("/html")).await;
    assert_eq!(message.attribute("#letter iframe", "src"), path);
    assert_eq!(message.attribute("#letter iframe", "sandbox"), "");
    let policy = message.header("content-security-policy");
    assert!(policy.ends_with("; frame-src 'self'"), "{policy}");
}

#[actix_web::test]
async fn a_message_that_has_ended_is_sent_again_once() {
    let server = SmtpServer::scripted([
        Script::at(Step::RcptTo, Act::Reply("550 5.7.1 not this time")),
        Script::accept(),
    ])
    .await;
    let app = app_with(&server, &[]).await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let page = rita.get(&path).await;
    assert!(
        !page.has("[name=confirmed]"),
        "nobody has it: nothing to ask"
    );
    let key = page.value_of("key");
    let resend = format!("{path}/resend");

    let answer = rita.post_form(&resend, &[("key", &key)]).await;
    assert_eq!(answer.status, 303);
    let twin = rita.post_form(&resend, &[("key", &key)]).await;
    assert_eq!((twin.status, &twin.location), (303, &answer.location));
    app.deliver().await;
    assert_eq!(server.taken().len(), 1, "two clicks, one mail");

    let new = rita.get(&answer.location).await;
    assert!(
        new.words(".page__head")
            .contains("sent again by Rita Recruiter")
    );
    assert!(steps(&new).contains(&"Accepted by localhost".to_owned()));
    assert!(
        new.has(&format!("#facts a[href='{path}']")),
        "which one it repeats"
    );
    let doubt = new.words("form[action$='/resend']");
    assert!(doubt.contains("already accepted this email"), "{doubt}");

    let old = rita.get(&path).await;
    assert!(old.has(&format!("#facts a[href='{}']", answer.location)));
    assert!(old.words("#story").contains("By Rita Recruiter."));
    assert!(
        !old.has("form[action$='/resend']"),
        "the newer one is the one to repeat"
    );
    let later = rita.post_form(&resend, &[("key", "another")]).await;
    assert_eq!(later.location, answer.location);
    assert!(
        rita.get(&later.location)
            .await
            .notice()
            .contains("already sent again")
    );
    assert_eq!(app.deliver().await, 0);

    let rows = email::Entity::find()
        .all(app.app.db.read())
        .await
        .expect("rows");
    assert_eq!(rows.len(), 2);
    assert_ne!(rows[0].message_id, rows[1].message_id);
}

#[actix_web::test]
async fn what_would_mislead_is_not_sent_again() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let resend = format!("{path}/resend");
    assert!(rita.get(&path).await.has("form[action$='/resend']"));

    for (column, wrong, right) in [
        (interview::Column::Revision, "2", "1"),
        (interview::Column::LinkVersion, "2", "1"),
    ] {
        change(&app, column, wrong.parse::<i32>().expect("a number")).await;
        assert_is_refused(&mut rita, &path, &resend).await;
        change(&app, column, right.parse::<i32>().expect("a number")).await;
    }
    change(&app, interview::Column::Status, "cancelled").await;
    assert_is_refused(&mut rita, &path, &resend).await;
    change(&app, interview::Column::Status, "scheduled").await;

    let ends_at = booked.details.slot.as_ref().expect("a slot").ends_at();
    app.advance(ends_at - app.now());
    let mut rita = app.recruiter().await;
    assert_is_refused(&mut rita, &path, &resend).await;
    let rows = email::Entity::find()
        .all(app.app.db.read())
        .await
        .expect("rows");
    assert_eq!(rows.len(), 1);
}

async fn assert_is_refused(rita: &mut crate::support::Actor, path: &str, resend: &str) {
    assert!(!rita.get(path).await.has("form[action$='/resend']"));
    let answer = rita.post_form(resend, &[]).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, path));
    assert!(rita.get(path).await.notice().contains("Nothing was sent"));
}

#[actix_web::test]
async fn what_has_not_ended_is_not_sent_again() {
    let app = TestApp::start().await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    let mut rita = app.recruiter().await;
    let path = format!("/emails/{}", booked.email.id);
    let answer = rita.post_form(&format!("{path}/resend"), &[]).await;
    assert_eq!(answer.location, path);
    assert!(
        rita.get(&path)
            .await
            .notice()
            .contains("still trying to deliver this email")
    );
    let rows = email::Entity::find()
        .all(app.app.db.read())
        .await
        .expect("rows");
    assert_eq!(rows.len(), 1);
}

#[actix_web::test]
async fn another_companys_messages_are_nobodys() {
    let app = TestApp::start().await;
    let booked = booked(&app).await;
    app.deliver().await;
    let mut other = app.other_company().await;
    assert!(listed(&other.get("/emails").await).is_empty());
    let missing = other.get("/emails/999999").await;
    assert_eq!(missing.status, 404);
    for end in ["", "/html"] {
        let foreign = other
            .get(&format!("/emails/{}{end}", booked.email.id))
            .await;
        assert_eq!((foreign.status, &foreign.text), (404, &missing.text));
    }
    let answer = other
        .post_form(&format!("/emails/{}/resend", booked.email.id), &[])
        .await;
    assert_eq!((answer.status, &answer.text), (404, &missing.text));
    assert_eq!(app.deliver().await, 0);
}

#[actix_web::test]
async fn what_a_mail_server_answers_is_shown_as_text() {
    let bad = "451 4.7.1 <img src=x onerror=alert(1)>\"'{{7*7}}";
    let server = SmtpServer::scripted([Script::at(Step::RcptTo, Act::Reply(bad))]).await;
    let app = app_with(&server, &[]).await;
    app.expect_undelivered_mail();
    let booked = booked(&app).await;
    app.deliver().await;
    let mut rita = app.recruiter().await;
    for path in ["/emails".to_owned(), format!("/emails/{}", booked.email.id)] {
        let page = rita.get(&path).await;
        assert!(!page.has("img"), "{path}");
    }
    let page = rita.get(&format!("/emails/{}", booked.email.id)).await;
    assert_eq!(page.words("#story li > pre"), bad);
}

/// Booked into a new slot; the mail is queued.
pub async fn booked(app: &TestApp) -> Booked {
    builders::booked(app, app.company_id).await
}

/// Booked, and told, by this user.
pub async fn booked_by(app: &TestApp, user_id: i64) -> Booked {
    let booked = booked(app).await;
    builders::write(app, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::CreatedBy, Expr::value(user_id))
            .exec(txn)
            .await?;
        interview::Entity::update_many()
            .col_expr(interview::Column::BookedBy, Expr::value(user_id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    booked
}

/// So many messages more, some at one instant: the key decides then.
pub async fn copy(app: &TestApp, email: &email::Model, count: i64) {
    let copies = (0..count).map(|number| email::ActiveModel {
        id: ActiveValue::NotSet,
        idem_key: Set(format!("copy {number}")),
        message_id: Set(format!("copy{number}@example.com")),
        created_at: Set(app.now() + TimeDelta::seconds(number / 7)),
        ..email.clone().into()
    });
    let copies: Vec<_> = copies.collect();
    builders::write(app, async |txn| {
        for some in copies.chunks(500) {
            email::Entity::insert_many(some.to_vec())
                .exec_without_returning(txn)
                .await?;
        }
        Ok(())
    })
    .await;
}

/// Puts a message into a status, whatever was before.
pub async fn put(app: &TestApp, id: i64, status: Status) {
    builders::write(app, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::Status, Expr::value(status.to_value()))
            .col_expr(email::Column::LeaseUntil, Expr::value(app.now()))
            .filter(email::COLUMN.id.eq(id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
}

async fn change(app: &TestApp, column: interview::Column, value: impl Into<sea_orm::Value>) {
    let change = interview::Entity::update_many().col_expr(column, Expr::value(value));
    builders::write(app, async |txn| {
        change.exec(txn).await?;
        Ok(())
    })
    .await;
}

/// A message as it stands.
pub async fn row(app: &TestApp, id: i64) -> email::Model {
    emails::find(app.app.db.read(), app.company_id, id)
        .await
        .expect("the message")
}

/// The keys of the listed messages, in order.
pub fn listed(page: &Answer) -> Vec<i64> {
    page.all_attributes("#log tbody th a", "href")
        .iter()
        .map(|href| {
            let id = href.strip_prefix("/emails/").expect("a message's address");
            id.parse().expect("a key")
        })
        .collect()
}

/// What happened, in order.
pub fn steps(page: &Answer) -> Vec<String> {
    page.all_words("#story li > strong")
}
