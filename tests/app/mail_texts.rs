//! A company's own words in its mails.
use actix_web::{http::Method, test::TestRequest};
use entity::{
    action,
    email::{self, Kind},
    mail_text,
};
use greenroom::mail::{compose::Composer, language::Languages};
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait, Iterable, QueryFilter, sea_query::Expr};

use crate::support::{Actor, Answer, TestApp, builders, logs::Logs, rows};

pub const PAGE: &str = "/company/texts/scheduled/en";
pub const OWN: [(&str, &str); 7] = [
    ("subject", "{company_name}: your talk on {start}"),
    ("greeting", "Hello {candidate_name}!"),
    ("opening", "We look forward to meeting you."),
    (
        "paragraph",
        "Dress as you like.\r\n\r\nIt takes {duration}, <b>really</b>.",
    ),
    ("contact", "Ask {contact_name}: {contact_email}"),
    ("regards", "Cheers"),
    ("signature", "The people of {company_name}"),
];

#[actix_web::test]
async fn a_mail_says_what_the_company_wrote() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let answer = post(&mut ada, PAGE, "save", &OWN).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, PAGE));
    let page = ada.get(PAGE).await;
    assert_eq!(page.notice(), "Saved. New emails use this wording.");
    assert_eq!(page.value_of("greeting"), "Hello {candidate_name}!");
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let mail = newest_mail(&app).await;
    assert_eq!(
        mail.subject.as_deref(),
        Some("Sample Company: your talk on Tuesday, January 5, 2027 at 3:00 AM (UTC-05:00)")
    );
    let (text, html) = (mail.text.expect("text"), mail.html.expect("HTML"));
    for said in [
        "Hello Zoë Núñez!\n\nWe look forward to meeting you.\n\nDress as you like.\n\nIt takes 45 minutes, <b>really</b>.\n\n📋",
        "📧 Contact Information:\nAsk Sample Company: jobs@example.com\n\nCheers\nThe people of Sample Company\n",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    for said in [
        "Dress as you like.<br><br>It takes 45 minutes, &lt;b&gt;really&lt;/b&gt;.</p>",
        "Cheers<br>The people of Sample Company</td>",
        "href=\"mailto:jobs@example.com\"",
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
    // What a candidate needs is there, whatever was typed.
    for needed in [
        "Tuesday, January 5, 2027 at 3:00 AM",
        "https://join.invalid/",
    ] {
        assert!(text.contains(needed) && html.contains(needed), "{needed}");
    }
}

#[actix_web::test]
async fn only_that_kind_and_language_of_that_company_is_changed() {
    let app = TestApp::start().await;
    let (mut ada, other) = (app.admin().await, app.other_company().await);
    post(&mut ada, PAGE, "save", &OWN).await;
    assert_eq!(
        ada.get("/company/texts/scheduled/de")
            .await
            .value_of("regards"),
        "Mit freundlichen Grüßen"
    );
    assert_eq!(
        ada.get("/company/texts/reminder/en")
            .await
            .value_of("regards"),
        "Best regards,"
    );
    builders::booked(&app, other.company_id()).await;
    app.deliver().await;
    let text = newest_mail(&app).await.text.expect("text");
    assert!(text.contains("\nBest regards,\n"), "{text}");
}

#[actix_web::test]
async fn the_list_shows_where_there_are_words_of_ones_own() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let cells = |page: &Answer| page.all_words("#texts td");
    let usual = cells(&ada.get("/company/texts").await);
    let kinds = Kind::iter().filter(|kind| kind.can_be_reworded());
    assert_eq!(usual.len(), kinds.count() * 3, "in every language");
    assert!(
        usual.iter().all(|words| words == "Default text"),
        "{usual:?}"
    );
    let mut typed = usual_form(&mut ada).await;
    set(&mut typed, "regards", "Cheers");
    set(&mut typed, "paragraph", "Bring a pen.");
    let typed: Vec<_> = typed.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert_eq!(post(&mut ada, PAGE, "save", &typed).await.status, 303);
    let changed = cells(&ada.get("/company/texts").await);
    let own = changed.iter().filter(|words| *words != "Default text");
    assert_eq!(own.collect::<Vec<_>>(), ["2 texts changed"]);
    // What was left as it is was not kept: it goes on following the language.
    assert_eq!(kept(&app).await, ["paragraph", "regards"]);
}

#[actix_web::test]
async fn what_cannot_stand_there_is_refused_beside_its_field_and_changes_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let before = rows::all(&app).await;
    let long = "x".repeat(151);
    for (field, wrong, reason) in [
        (
            "subject",
            "Talk with {nobody}",
            "There is no placeholder {nobody}. Placeholders: {candidate_name}, ",
        ),
        ("subject", "See {link}", "There is no placeholder {link}"),
        ("subject", "Talk {start", "Use braces only"),
        ("subject", "Talk} now", "Use braces only"),
        (
            "subject",
            "one\r\nBcc: all@example.com",
            "control character",
        ),
        ("subject", &long, "too long"),
        ("subject", "", "fill this in"),
        ("greeting", "Dear {}", "Use braces only"),
        ("opening", "  ", "fill this in"),
        ("contact", "Nobody.", "Include {contact_email}"),
        ("paragraph", "turn\u{202e}ed", "control character"),
        ("regards", "two\nlines", "control character"),
    ] {
        let fields = OWN.map(|(name, value)| (name, if name == field { wrong } else { value }));
        for act in ["save", "preview", "test"] {
            let answer = post(&mut ada, PAGE, act, &fields).await;
            assert_eq!(answer.status, 422, "{field}: {wrong:?}");
            let error = answer.error_of(field);
            assert!(error.contains(reason), "{field}: {wrong:?}: {error}");
            let (other, typed) = if field == "signature" { OWN[0] } else { OWN[6] };
            assert_eq!(answer.value_of(other), typed, "what was typed is there");
        }
    }
    assert_eq!(before, rows::all(&app).await);
}

#[actix_web::test]
async fn a_preview_shows_the_next_interview_with_what_is_typed_and_keeps_nothing() {
    let app = TestApp::start().await;
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let mut ada = app.admin().await;
    let before = rows::all(&app).await;
    let answer = post(&mut ada, PAGE, "preview", &OWN).await;
    assert_eq!(answer.status, 200);
    let shown = answer.words("#preview");
    for said in [
        "Sample Company: your talk on Tuesday, January 5, 2027 at 3:00 AM",
        "Hello Zoë Núñez! We look forward to meeting you.",
        "(the candidate's personal join link goes here)",
        &ada.user.as_ref().expect("Ada").email,
    ] {
        assert!(shown.contains(said), "{said} in {shown}");
    }
    assert!(!shown.contains("join.invalid"));
    assert_eq!(answer.value_of("regards"), "Cheers", "the form as typed");
    assert_eq!(before, rows::all(&app).await);
    // htmx takes this part of it while one types, and sends no button then.
    assert_eq!(answer.attribute("#preview", "hx-post"), PAGE);
    let live = ada.post_form(PAGE, &OWN).await;
    assert_eq!((live.status, live.words("#preview")), (200, shown));
}

#[actix_web::test]
async fn every_kind_can_be_looked_at_in_every_language_with_and_without_an_interview() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    for has_interview in [false, true] {
        if has_interview {
            builders::booked(&app, app.company_id).await;
            app.deliver().await;
        }
        for kind in Kind::iter()
            .filter(|kind| kind.can_be_reworded())
            .map(|kind| kind.to_value())
        {
            for locale in ["en", "de"] {
                let address = format!("/company/texts/{kind}/{locale}");
                let shown = ada.get(&address).await.words("#preview");
                let name = if has_interview {
                    "Zoë Núñez"
                } else {
                    "John Doe"
                };
                assert!(shown.contains(name), "{address}: {shown}");
                let html = ada.get(&format!("{address}/html")).await;
                assert!(html.text.contains(name), "{address}");
                assert!(html.text.contains(&format!("<html lang=\"{locale}\"")));
                let places = ada.get(&address).await.all_words("dl.facts code");
                assert_eq!(places.len(), 12, "{address}: {places:?}");
            }
        }
    }
    for nothing in [
        "/company/texts/scheduled/fr",
        "/company/texts/scheduled/EN",
        "/company/texts/scheduled/en-GB",
        "/company/texts/nothing/en",
        "/company/texts/mail/en/html",
    ] {
        assert_eq!(ada.get(nothing).await.status, 404, "{nothing}");
    }
}

#[actix_web::test]
async fn another_companys_interview_cannot_be_looked_at() {
    let app = TestApp::start().await;
    let (mut ada, other) = (app.admin().await, app.other_company().await);
    let theirs = builders::booked(&app, other.company_id()).await;
    app.deliver().await;
    let missing = "999999999".to_owned();
    let mut answers = Vec::new();
    for id in [theirs.details.interview.id.to_string(), missing] {
        let mut fields = OWN.to_vec();
        fields.push(("interview", &id));
        for act in ["preview", "test"] {
            let answer = post(&mut ada, PAGE, act, &fields).await;
            assert_eq!(answer.status, 422, "{act}");
            assert_eq!(answer.error_of("interview"), "Choose one from the list.");
            assert!(!answer.text.contains("Zoë"), "{act}");
        }
        let html = ada.post_form(&format!("{PAGE}/html"), &fields).await;
        assert_eq!(html.status, 404);
        answers.push(html.text);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(test_emails(&app).await.len(), 0);
}

#[actix_web::test]
async fn the_design_of_what_is_typed_is_a_page_that_may_do_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let page = ada.get(PAGE).await;
    assert!(
        page.header("content-security-policy")
            .ends_with("; frame-src 'self'")
    );
    let frame = page.attribute("iframe[name=design]", "src");
    assert_eq!(frame, format!("{PAGE}/html"));
    assert_eq!(page.attribute("iframe[name=design]", "sandbox"), "");
    let typed = ada.post_form(&frame, &OWN).await;
    assert_eq!(typed.status, 200);
    assert!(typed.text.contains("The people of Sample Company"));
    assert!(typed.text.contains("&lt;b&gt;really&lt;/b&gt;"));
    for answer in [typed, ada.get(&frame).await] {
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "img-src data:",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "sandbox",
        ] {
            assert!(policy.split("; ").any(|said| said == part), "{part}");
        }
    }
    assert!(
        ada.get(&frame).await.text.contains("Best regards,"),
        "nothing was kept"
    );
}

#[actix_web::test]
async fn a_reset_brings_the_usual_words_back_and_is_written_down() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    post(&mut ada, PAGE, "save", &OWN).await;
    let page = ada.get(PAGE).await;
    let reset = format!("{PAGE}/reset");
    let form = format!("form[action='{reset}']");
    assert!(!page.attribute(&form, "hx-confirm").is_empty(), "it asks");
    let answer = ada.press(PAGE, &reset).await;
    assert_eq!((answer.status, answer.location.as_str()), (303, PAGE));
    assert_eq!(ada.get(PAGE).await.value_of("regards"), "Best regards,");
    assert_eq!(kept(&app).await, Vec::<String>::new());
    let lines = actions(&app, "mail_texts").await;
    let verbs: Vec<_> = lines.iter().map(|line| line.verb.as_str()).collect();
    assert_eq!(verbs, ["mail_texts.updated", "mail_texts.reset"]);
    assert_eq!(lines[0].details["after"]["regards"], "Cheers");
    assert_eq!(lines[0].details["before"], serde_json::json!({}));
    assert_eq!(lines[1].details["before"]["regards"], "Cheers");
    assert_eq!(lines[1].user_id, Some(ada.user_id()));
}

/// An older or newer Greenroom may have kept what this one cannot use.
#[actix_web::test]
async fn words_that_no_longer_fit_lose_no_mail() {
    let logs = Logs::capture();
    let app = TestApp::start().await;
    for (name, text) in [
        ("opening", "Meet us in {room_of_another_version}."),
        ("contact", "Ask nobody."),
        ("banner_of_another_version", "Hello"),
        ("regards", "Cheers"),
    ] {
        keep(&app, name, text).await;
    }
    builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let mail = newest_mail(&app).await;
    let text = mail.text.expect("text");
    assert!(text.contains("\nCheers\n"), "what fits is used: {text}");
    for usual in ["Your interview has been scheduled", "please contact your"] {
        assert!(text.replace('\n', " ").contains(usual), "{usual} in {text}");
    }
    assert!(!text.contains("another_version") && !text.contains("Ask nobody"));
    let lines = logs.lines();
    for name in ["opening", "contact", "banner_of_another_version"] {
        let said = format!("own words for {name} in scheduled (en) cannot be used");
        assert!(lines.iter().any(|line| line.contains(&said)), "{lines:?}");
    }
    assert!(!lines.iter().any(|line| line.contains("Ask nobody")));
    // An admin sees it, and what was kept.
    let mut ada = app.admin().await;
    let list = ada.get("/company/texts").await;
    assert_eq!(
        list.all_words("#texts td")
            .iter()
            .filter(|words| *words == "Needs fixing")
            .count(),
        1
    );
    let page = ada.get(PAGE).await;
    assert_eq!(page.status, 200);
    assert!(
        page.error_of("opening")
            .contains("{room_of_another_version}")
    );
    assert_eq!(
        page.value_of("opening"),
        "Meet us in {room_of_another_version}."
    );
    // Saving leaves alone what only the other version knows.
    post(&mut ada, PAGE, "save", &OWN).await;
    assert!(
        kept(&app)
            .await
            .contains(&"banner_of_another_version".to_owned())
    );
}

/// A language is one file: with it the candidate's form, the mails and this page speak it.
#[actix_web::test]
async fn a_language_more_is_one_file() {
    let first = TestApp::start().await;
    first.expect_undelivered_mail();
    let app = first
        .second_process_with(|parts| {
            parts.composer = Composer::speaking(japanese()).expect("templates")
        })
        .await;
    let mut ada = app.admin().await;
    let list = ada.get("/company/texts").await;
    assert_eq!(
        list.all_words("#texts th:not([scope])"),
        ["Email", "English", "日本語"]
    );
    assert_eq!(
        ada.get("/candidates/new")
            .await
            .all_words("[name=locale] option"),
        ["English", "日本語"]
    );
    for kind in Kind::iter().filter(|kind| kind.can_be_reworded()) {
        let address = format!("/company/texts/{}/ja", kind.to_value());
        let page = ada.get(&address).await;
        assert_eq!(page.value_of("greeting"), "{candidate_name}様", "{kind:?}");
        let html = ada.get(&format!("{address}/html")).await;
        assert!(
            html.text.contains("<html lang=\"ja\" dir=\"ltr\">"),
            "{kind:?}"
        );
        assert!(html.text.contains("John Doe様"), "{kind:?}");
        assert!(
            page.words("#preview")
                .contains("2025年10月15日 10:00 (UTC+02:00)"),
            "{kind:?}"
        );
        let saved = post(&mut ada, &address, "save", &OWN).await;
        assert_eq!(saved.status, 303, "{kind:?}");
    }
    let booked = builders::booked(&app, app.company_id).await;
    builders::write(&app, async |txn| {
        email::Entity::update_many()
            .col_expr(email::Column::Locale, Expr::value("ja-JP"))
            .filter(email::COLUMN.id.eq(booked.email.id))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    app.deliver().await;
    let text = newest_mail(&app).await.text.expect("text");
    assert!(text.contains("2027年1月5日 03:00 (UTC-05:00)"), "{text}");
    assert!(
        text.contains("\nCheers\n"),
        "in the company's own words: {text}"
    );
}

#[actix_web::test]
async fn what_recruiters_see_before_they_book_is_what_will_be_sent() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    post(&mut ada, PAGE, "save", &OWN).await;
    let booked = builders::booked(&app, app.company_id).await;
    app.deliver().await;
    let id = booked.details.interview.id;
    let mut rita = app.recruiter().await;
    let page = rita.get(&format!("/interviews/{id}")).await;
    assert!(
        page.text.contains("We look forward to meeting you."),
        "the text to copy, because nobody received the mail"
    );
}

/// Sends the form as its page would, with the version that the page shows.
pub async fn post(actor: &mut Actor, path: &str, act: &str, fields: &[(&str, &str)]) -> Answer {
    let version = actor.get(path).await.value_of("version");
    let mut all = fields.to_vec();
    all.push(("act", act));
    all.push(("version", &version));
    let request = TestRequest::default().set_form(all);
    actor.send(Method::POST, path, request).await
}

async fn usual_form(ada: &mut Actor) -> Vec<(&'static str, String)> {
    let page = ada.get(PAGE).await;
    let filled = OWN.map(|(name, _)| (name, page.value_of(name)));
    filled.into()
}

fn set(form: &mut [(&'static str, String)], field: &str, value: &str) {
    let found = form.iter_mut().find(|(name, _)| *name == field);
    found.expect("a field").1 = value.into();
}

/// English, with a little Japanese.
fn japanese() -> Languages {
    let english = include_str!("../../templates/messages/words/en.json");
    let mut turned = english.to_owned();
    for (from, to) in [
        ("\"English\"", "\"日本語\""),
        ("Dear {candidate_name},", "{candidate_name}様"),
        (
            "{month} {day}, {year} at {hour12}:{minute} {day_half}",
            "{year}年{month_number}月{day}日 {hour}:{minute}",
        ),
    ] {
        assert!(turned.contains(from), "{from}");
        turned = turned.replace(from, to);
    }
    let files = [("en", english.to_owned()), ("ja", turned)];
    let files = files.map(|(tag, text)| (format!("{tag}.json"), text));
    Languages::of(&files).expect("languages")
}

async fn newest_mail(app: &TestApp) -> email::Model {
    let emails = email::Entity::find().all(app.app.db.read()).await;
    let newest = emails.expect("emails").into_iter().max_by_key(|row| row.id);
    newest.expect("a mail")
}

pub async fn test_emails(app: &TestApp) -> Vec<email::Model> {
    let emails = email::Entity::find().all(app.app.db.read()).await;
    let mut emails = emails.expect("emails");
    emails.retain(|email| email.kind == email::Kind::Test);
    emails.sort_by_key(|email| email.id);
    emails
}

async fn actions(app: &TestApp, about: &str) -> Vec<action::Model> {
    let actions = action::Entity::find().all(app.app.db.read()).await;
    let mut actions = actions.expect("actions");
    actions.retain(|line| line.verb.starts_with(about));
    actions.sort_by_key(|line| line.id);
    actions
}

/// The names of the parts that are kept.
async fn kept(app: &TestApp) -> Vec<String> {
    let texts = mail_text::Entity::find().all(app.app.db.read()).await;
    let mut names: Vec<_> = texts
        .expect("texts")
        .into_iter()
        .map(|row| row.name)
        .collect();
    names.sort();
    names
}

/// As no page would.
async fn keep(app: &TestApp, name: &str, text: &str) {
    let row = mail_text::ActiveModel {
        company_id: Set(app.company_id),
        locale: Set("en".into()),
        kind: Set(Kind::Scheduled),
        name: Set(name.into()),
        text: Set(text.into()),
    };
    builders::write(app, async |txn| {
        mail_text::Entity::insert(row)
            .exec_without_returning(txn)
            .await?;
        Ok(())
    })
    .await;
}
