//! The company's logo, from its upload to the mails that show it.
use actix_web::{http::Method, test::TestRequest};
use chrono::TimeDelta;
use entity::{
    action, company,
    email::{self, Status},
    logo,
};
use greenroom::{mail::messages, worker::housekeeping};
use mail_parser::{Message, MessageParser, MimeHeaders};
use sea_orm::{EntityTrait, QueryOrder};

use crate::{
    emails::app_with,
    support::{
        Actor, Answer, TestApp,
        builders::{self, DOT},
        rows,
        smtp_server::{Act, Script, SmtpServer, Step},
    },
};

/// A PNG of 300 by 100 pixels, as far as its header goes.
const BANNER: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x01\x2c\0\0\0\x64\x08\x06\0\0\0";

#[actix_web::test]
async fn a_logo_is_uploaded_shown_and_removed() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let page = ada.get("/company/logo").await;
    assert!(!page.has("#present"), "nothing is shown yet");
    let form = "form[method=post][enctype='multipart/form-data']";
    assert!(page.has(&format!("{form} input[type=file][name=logo]")));
    let answer = upload(&mut ada, "logo", BANNER).await;
    assert_eq!(
        (answer.status, answer.location.as_str()),
        (303, "/company/logo")
    );
    let page = ada.get("/company/logo").await;
    assert_eq!(page.notice(), "Logo saved. New emails will show it.");
    let shown = |name| page.attribute("#present img", name);
    assert_eq!(
        [shown("alt"), shown("width"), shown("height")],
        ["Sample Company", "216", "72"],
        "no higher than 72 pixels, in proportion"
    );
    let mut rita = app.recruiter().await;
    let picture = rita.get(&shown("src")).await;
    assert_eq!(picture.status, 200);
    for (header, value) in [
        ("content-type", "image/png"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(picture.header(header), value);
    }
    assert_eq!(logos(&app).await[0].bytes, BANNER, "as it came");
    let mut other = app.other_company().await;
    assert_eq!(other.get(&shown("src")).await.status, 404);
    assert!(!other.get("/company/logo").await.has("#present"));
    let removal = page.attribute("form[action$=removal]", "action");
    assert_eq!(ada.press("/company/logo", &removal).await.status, 303);
    assert!(!ada.get("/company/logo").await.has("#present"));
    let verbs: Vec<_> = actions(&app).await;
    assert_eq!(verbs, ["logo.chosen", "logo.removed"]);
}

#[actix_web::test]
async fn what_is_no_small_picture_is_refused_and_nothing_changes() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let before = rows::all(&app).await;
    let large = [BANNER, &vec![0; 100 * 1024][..]].concat();
    let mut wide = BANNER.to_vec();
    wide[16..20].copy_from_slice(&2001_u32.to_be_bytes());
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    for (file, reason) in [
        (&b""[..], "Please choose a file."),
        (svg, "Not a PNG, JPEG or GIF."),
        (
            b"<!doctype html><script>1</script>",
            "Not a PNG, JPEG or GIF.",
        ),
        (
            &large,
            "This file is too large. Choose one of at most 100 KB.",
        ),
        (
            &wide,
            "The image must be from 1 to 2000 pixels wide and high.",
        ),
        (&BANNER[..20], "This image is damaged. Choose another file."),
    ] {
        let answer = upload(&mut ada, "logo", file).await;
        assert_eq!(answer.status, 422, "{reason}");
        assert_eq!(answer.error_of("logo"), reason);
    }
    let answer = upload(&mut ada, "other", BANNER).await;
    assert_eq!(answer.error_of("logo"), "Please choose a file.");
    let answer = ada.post_form("/company/logo", &[("logo", "a.png")]).await;
    assert_eq!(answer.status, 422);
    let huge = vec![0; 600 * 1024];
    assert_eq!(upload(&mut ada, "logo", &huge).await.status, 413);
    assert_eq!(before, rows::all(&app).await);
}

#[actix_web::test]
async fn only_the_form_for_a_logo_may_be_large() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let name = "n".repeat(65 * 1024);
    for path in [
        "/company",
        "/company/logo/removal",
        "/company/texts/scheduled/en",
    ] {
        let answer = ada.post_form(path, &[("name", &name)]).await;
        assert_eq!(answer.status, 413, "{path}");
    }
}

#[actix_web::test]
async fn a_mail_brings_the_logo_inside_its_html_and_stays_the_same_at_every_attempt() {
    let later = Script::at(Step::RcptTo, Act::Reply("451 4.2.0 not now"));
    let doubt = Script::at(Step::Dot, Act::TakeAndDrop);
    let server = SmtpServer::scripted([later, doubt]).await;
    let app = app_with(&server, &[]).await;
    let first = builders::logo(&app, app.company_id).await;
    builders::booked(&app, app.company_id).await;
    assert_eq!(app.deliver().await, 1);
    assert_eq!(newest_mail(&app).await.logo_id, Some(first));
    // Whatever becomes of the logo meanwhile, this mail shows the one that it was composed with.
    let mut ada = app.admin().await;
    upload(&mut ada, "logo", BANNER).await;
    app.advance(TimeDelta::hours(1));
    assert_eq!(app.deliver().await, 1);
    ada.press("/company/logo", "/company/logo/removal").await;
    app.advance(TimeDelta::hours(1));
    housekeeping::run_steps(&app.app).await.expect("done");
    assert_eq!(app.deliver().await, 1);
    assert_eq!(newest_mail(&app).await.status, Status::Accepted);
    let taken = server.taken();
    assert_eq!(taken.len(), 2, "in doubt once, then accepted");
    assert_eq!(taken[0].bytes, taken[1].bytes);
    let mail = MessageParser::default()
        .parse(&taken[0].bytes)
        .expect("a message");
    assert_eq!(
        tree(&mail),
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/gif",
            "text/calendar",
            "application/ics"
        ]
    );
    let related = mail.parts[3].content_type().expect("a type");
    assert_eq!(related.attribute("type"), Some("text/html"));
    let picture = &mail.parts[5];
    assert_eq!(picture.contents(), DOT);
    let content_id = picture.content_id().expect("an id");
    let disposition = picture.content_disposition().expect("a disposition");
    assert!(disposition.is_inline());
    let html = mail.parts[4].text_contents().expect("HTML");
    let shown = format!("<img src=\"cid:{content_id}\" width=\"1\" alt=\"Sample Company\"");
    assert_eq!(html.matches(&shown).count(), 1, "{shown} in {html}");
    assert_eq!(html.matches("<img").count(), 1);
}

#[actix_web::test]
async fn a_mail_with_a_logo_is_looked_at_with_it() {
    let app = TestApp::start().await;
    builders::logo(&app, app.company_id).await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let mut ada = app.admin().await;
    let content_id = messages::content_id(&logos(&app).await[0].content_hash);
    for path in [
        format!("/emails/{}/html", booked.email.id),
        "/company/texts/scheduled/en/html".into(),
    ] {
        let page = ada.get(&path).await;
        let source = page.attribute("img", "src");
        assert!(
            source.starts_with("data:image/gif;base64,R0lGODlhAQAB"),
            "{source}"
        );
        assert!(!page.text.contains(&content_id));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("img-src data:;"), "{policy}");
    }
    let stored = newest_mail(&app).await.html.expect("HTML");
    assert!(stored.contains(&format!("cid:{content_id}")));
}

#[actix_web::test]
async fn a_logo_is_kept_while_a_mail_or_a_company_shows_it_and_a_day_longer() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let shown = builders::logo(&app, app.company_id).await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    upload(&mut ada, "logo", BANNER).await;
    let unseen = logos(&app).await[1].id;
    ada.press("/company/logo", "/company/logo/removal").await;
    let ids = async || -> Vec<i64> { logos(&app).await.iter().map(|logo| logo.id).collect() };
    for (after, left) in [
        (TimeDelta::hours(24), vec![shown, unseen]),
        (TimeDelta::seconds(1), vec![shown]),
        (TimeDelta::days(400), vec![shown]),
    ] {
        app.advance(after);
        housekeeping::run_steps(&app.app).await.expect("done");
        assert_eq!(ids().await, left);
    }
    // The same picture again is the same row, and in use again.
    let again = builders::logo(&app, app.company_id).await;
    assert_eq!(again, shown);
    assert_eq!(logos(&app).await[0].left_at, None);
    let company = company::Entity::find_by_id(app.company_id);
    let company = company.one(app.app.db.read()).await.expect("a query");
    assert_eq!(company.expect("a company").logo_id, Some(shown));
}

#[actix_web::test]
async fn a_logo_that_is_gone_loses_no_mail() {
    let server = SmtpServer::start().await;
    let app = app_with(&server, &[]).await;
    builders::logo(&app, app.company_id).await;
    builders::booked(&app, app.company_id).await;
    builders::write(&app, async |txn| {
        logo::Entity::delete_many().exec(txn).await?;
        Ok(())
    })
    .await;
    assert_eq!(app.deliver().await, 1);
    assert_eq!(newest_mail(&app).await.status, Status::Accepted);
    let taken = server.taken();
    let mail = MessageParser::default()
        .parse(&taken[0].bytes)
        .expect("a message");
    let html = mail.body_html(0).expect("HTML");
    assert!(html.contains(">Sample Company</td>") && !html.contains("<img"));
}

/// With the version that the page shows.
async fn upload(actor: &mut Actor, field: &str, file: &[u8]) -> Answer {
    let version = actor.get("/company/logo").await.value_of("version");
    upload_over(actor, &version, field, file).await
}

/// With what a tab holds that was opened a while ago.
async fn upload_over(actor: &mut Actor, version: &str, field: &str, file: &[u8]) -> Answer {
    let mut body = format!(
        "--form\r\nContent-Disposition: form-data; name=\"version\"\r\n\r\n{version}\r\n\
         --form\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"logo.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--form--\r\n");
    let request = TestRequest::default()
        .insert_header(("content-type", "multipart/form-data; boundary=form"))
        .set_payload(body);
    actor.send(Method::POST, "/company/logo", request).await
}

fn tree(message: &Message<'_>) -> Vec<String> {
    let types = message.parts.iter().map(|part| {
        let kind = part.content_type().expect("a type");
        let subtype = kind.c_subtype.as_deref().unwrap_or_default();
        format!("{}/{subtype}", kind.c_type)
    });
    types.collect()
}

async fn logos(app: &TestApp) -> Vec<logo::Model> {
    let logos = logo::Entity::find().order_by_asc(logo::Column::Id);
    logos.all(app.app.db.read()).await.expect("logos")
}

async fn newest_mail(app: &TestApp) -> email::Model {
    let newest = email::Entity::find().order_by_desc(email::Column::Id);
    let newest = newest.one(app.app.db.read()).await.expect("a query");
    newest.expect("a mail")
}

async fn actions(app: &TestApp) -> Vec<String> {
    let lines = action::Entity::find().order_by_asc(action::Column::Id);
    let lines = lines.all(app.app.db.read()).await.expect("actions");
    let verbs = lines.into_iter().map(|line| line.verb);
    verbs.filter(|verb| verb.starts_with("logo.")).collect()
}

#[actix_web::test]
async fn a_stale_tab_neither_replaces_nor_removes_a_logo_that_it_never_showed() {
    let app = TestApp::start().await;
    let (mut ada, mut otto) = (app.admin().await, app.admin().await);
    assert_eq!(upload(&mut otto, "logo", BANNER).await.status, 303);
    let chosen = logos(&app).await[0].id.to_string();
    for _ in 0..2 {
        let late = upload_over(&mut ada, "0", "logo", DOT).await;
        assert_eq!(late.status, 409);
        let said = late.words("main .notice--problem:not([hidden])");
        assert!(said.contains("This logo was changed"), "{said}");
        assert!(said.contains("Replaced by Ada Admin"), "{said}");
        assert_eq!(late.value_of("version"), chosen, "the next try knows of it");
    }
    let removal = "/company/logo/removal";
    for version in ["0", "999"] {
        let late = ada.post_form(removal, &[("version", version)]).await;
        assert_eq!(late.status, 409, "{version}");
    }
    let without = ada.post_form(removal, &[]).await;
    assert_eq!(without.status, 303);
    let page = ada.get("/company/logo").await;
    assert!(page.notice().contains("this page is out of date"));
    assert_eq!(upload_over(&mut ada, "", "logo", DOT).await.status, 422);
    assert_eq!(logos(&app).await.len(), 1, "nothing refused is kept");
    let again = upload_over(&mut ada, "0", "logo", BANNER).await;
    assert_eq!(again.status, 303, "it is the logo already");
}
