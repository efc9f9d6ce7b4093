//! A sample of every page, and what is true of all pages and templates.
use std::collections::HashSet;

use entity::user::Role;
use scraper::{ElementRef, Html, Selector};

use super::{
    accommodations, account, actions, alerts, availability, batches, bell, bookings, calendar,
    cancellations, candidates, company, dossiers, emails, endings,
    error_page::ErrorPage,
    feeds,
    flash::Flash,
    frame::{Frame, PublicFrame, Reading, SignedInFrame},
    held, imports, interviews, jobs, join, login, logo, mail, mail_texts, own_calendar,
    page::{Page, render},
    reports, rescheduling, search, series, setup, slots, today, tokens, users, zone_changes,
};
use crate::{
    error::Result,
    mail::language::Languages,
    templates::{Files, Templates},
};

/// Every page there is, one line each, by the alphabet.
const PAGES: &[Sample] = &[
    of::<accommodations::ShowPage>(),
    of::<account::EditPage>(),
    of::<account::PasswordPage>(),
    of::<actions::pages::IndexPage>(),
    of::<alerts::pages::IndexPage>(),
    of::<availability::pages::EditPage>(),
    of::<batches::CheckPage>(),
    of::<batches::NewPage>(),
    of::<batches::ShowPage>(),
    of::<bell::IndexPage>(),
    of::<bookings::pages::NewPage>(),
    of::<calendar::pages::ShowPage>(),
    of::<cancellations::NewPage>(),
    of::<candidates::pages::EditPage>(),
    of::<candidates::pages::IndexPage>(),
    of::<candidates::pages::NewPage>(),
    of::<candidates::pages::ShowPage>(),
    of::<company::pages::EditPage>(),
    of::<dossiers::ShowPage>(),
    of::<emails::pages::AddressPage>(),
    of::<emails::pages::IndexPage>(),
    of::<emails::pages::ShowPage>(),
    of::<emails::pages::UnreadablePage>(),
    of::<endings::pages::EditPage>(),
    of::<endings::pages::IndexPage>(),
    of::<ErrorPage>(),
    of::<feeds::CreatedPage>(),
    of::<feeds::EditPage>(),
    of::<held::ShowPage>(),
    of::<imports::CandidatesPage>(),
    of::<imports::JobsPage>(),
    of::<interviews::edit::pages::EditPage>(),
    of::<interviews::pages::IndexPage>(),
    of::<interviews::pages::ShortLinkPage>(),
    of::<interviews::pages::ShowPage>(),
    of::<jobs::pages::EditPage>(),
    of::<jobs::pages::IndexPage>(),
    of::<jobs::pages::NewPage>(),
    of::<jobs::pages::ShowPage>(),
    of::<join::pages::AccommodationPage>(),
    of::<join::pages::AnswerPage>(),
    of::<join::pages::CancelledPage>(),
    of::<join::pages::ChoosePage>(),
    of::<join::pages::EarlyPage>(),
    of::<join::pages::JoinedPage>(),
    of::<join::pages::LinkPage>(),
    of::<join::pages::OpenPage>(),
    of::<join::pages::OverPage>(),
    of::<join::pages::BlankPage>(),
    of::<join::pages::CheckPage>(),
    of::<join::pages::TooOftenPage>(),
    of::<join::pages::UnknownPage>(),
    of::<join::pages::ZonePage>(),
    of::<login::NewPage>(),
    of::<logo::EditPage>(),
    of::<mail::pages::ShowPage>(),
    of::<mail_texts::index::IndexPage>(),
    of::<mail_texts::pages::EditPage>(),
    of::<own_calendar::EditPage>(),
    of::<reports::pages::IndexPage>(),
    of::<rescheduling::pages::NewPage>(),
    of::<search::IndexPage>(),
    of::<series::pages::NewPage>(),
    of::<series::pages::ShowPage>(),
    of::<setup::NewPage>(),
    of::<slots::edit::EditPage>(),
    of::<slots::labels::IndexPage>(),
    of::<slots::pages::IndexPage>(),
    of::<slots::pages::NewPage>(),
    of::<slots::pages::ShowPage>(),
    of::<today::interviewer::HeldPage>(),
    of::<today::pages::ShowPage>(),
    of::<tokens::CreatedPage>(),
    of::<tokens::IndexPage>(),
    of::<tokens::NewPage>(),
    of::<users::access::PasswordPage>(),
    of::<zone_changes::pages::IndexPage>(),
    of::<users::edit::EditPage>(),
    of::<users::IndexPage>(),
    of::<users::NewPage>(),
    of::<users::ShowPage>(),
];

struct Sample {
    template: &'static str,
    render: fn(&Templates, &Frame) -> Result<String>,
}

const fn of<P: Page>() -> Sample {
    Sample {
        template: P::TEMPLATE,
        render: |templates, frame| render(templates, frame, &P::sample()),
    }
}

impl Sample {
    /// The page as a browser gets it, in the frame that its template asks for.
    fn html(&self, templates: &Templates) -> String {
        let frame = if text(self.template).contains(r#"{% extends "layouts/app.html" %}"#) {
            Frame::SignedIn(SignedInFrame {
                company_name: "Sample Company".into(),
                brand_colour: Some("#1f5f4a".into()),
                user_name: "Jane Roe".into(),
                role: Role::Admin,
                path: "/".into(),
                not_notified: Some("5 candidates not notified".into()),
                answered: Some("1 candidate can't come or needs another time".into()),
                moved: Some("1 candidate moved their interview".into()),
                requested: Some("1 candidate asked for something in private".into()),
                is_mail_unwell: true,
                flash: Some(Flash::done("Done.")),
            })
        } else {
            Frame::Public(PublicFrame {
                reading: (self.template.starts_with("join/")).then(|| in_language("en")),
                ..PublicFrame::default()
            })
        };
        self.in_frame(templates, &frame)
    }

    fn in_frame(&self, templates: &Templates, frame: &Frame) -> String {
        (self.render)(templates, frame).unwrap_or_else(|error| panic!("{}: {error}", self.template))
    }
}

fn in_language(tag: &str) -> Reading {
    let languages = Languages::new().expect("languages");
    let kept_at = Some("/interview/token/language".into());
    Reading::new(languages.choose(tag).expect(tag), &languages, kept_at)
}

fn text(name: &str) -> String {
    let file = Files::get(name).unwrap_or_else(|| panic!("no template {name}"));
    String::from_utf8(file.data.into_owned()).expect("templates are UTF-8")
}

fn templates() -> Vec<(String, String)> {
    Files::iter()
        .map(|name| (name.to_string(), text(&name)))
        .collect()
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    let selector = Selector::parse(selector).expect("a selector");
    page.select(&selector).collect()
}

#[test]
fn every_page_renders_whole_and_is_marked_up_for_everybody() {
    let templates = Templates::new().expect("templates parse");
    for sample in PAGES {
        let name = sample.template;
        let page = Html::parse_document(&sample.html(&templates));
        assert_eq!(all(&page, "html[lang]").len(), 1, "{name}: language");
        assert_eq!(all(&page, "main h1").len(), 1, "{name}: one heading");
        assert_eq!(all(&page, "title").len(), 1, "{name}: title");
        assert!(
            all(&page, "[style], style, script:not([src])").is_empty(),
            "{name}: inline"
        );
        let ids: Vec<_> = all(&page, "[id]")
            .iter()
            .filter_map(|e| e.attr("id"))
            .collect();
        let known: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{name}: an id twice");
        for control in all(&page, CONTROLS) {
            let id = control.attr("id").unwrap_or_default();
            assert!(is_labelled(&page, control), "{name}: {id} has no label");
        }
        for described in all(&page, "[aria-describedby]") {
            let by = described.attr("aria-describedby").unwrap_or_default();
            for id in by.split_whitespace() {
                assert!(known.contains(id), "{name}: nothing is called {id}");
            }
        }
    }
}

/// What is filled in or chosen; a group of radio buttons has its legend.
const CONTROLS: &str = "input:not([type=hidden], [type=radio]), select, textarea";

fn is_labelled(page: &Html, control: ElementRef) -> bool {
    let id = control.attr("id").unwrap_or_default();
    let mut labels = all(page, "label").into_iter();
    let mut above = control.ancestors().filter_map(ElementRef::wrap);
    control.attr("aria-label").is_some()
        || labels.any(|label| label.attr("for") == Some(id))
        || above.any(|above| above.value().name() == "label")
}

/// What is swapped in keeps the policy of the page before it, which lets nothing be framed.
#[test]
fn pages_with_a_frame_are_loaded_anew() {
    let templates = Templates::new().expect("templates parse");
    let is_framing = |href: &str| {
        let message = href.strip_prefix("/emails/");
        let path = href.split('?').next().unwrap_or_default();
        message.is_some_and(|id| id.parse::<u32>().is_ok())
            || href.starts_with("/company/texts/")
            || path.ends_with("/booking")
            || path.ends_with("/reschedule")
    };
    for sample in PAGES {
        let page = Html::parse_document(&sample.html(&templates));
        if !all(&page, "iframe").is_empty() {
            continue;
        }
        for link in all(&page, "main a[href]:not([hx-boost=false])") {
            let href = link.attr("href").unwrap_or_default();
            // The form beside a message is come to from it.
            let is_well = !is_framing(href) || sample.template == "emails/address.html";
            assert!(is_well, "{}: {href} is boosted", sample.template);
        }
        for link in all(&page, ".alerts a[href^='/emails/']") {
            assert_eq!(link.attr("hx-boost"), Some("false"));
        }
    }
}

/// Where there is a mistake, the first one gets the focus: without script by itself, with htmx as well.
#[test]
fn whoever_made_a_mistake_is_led_to_it() {
    let templates = Templates::new().expect("templates parse");
    let mut mistakes = 0;
    for sample in PAGES {
        let page = Html::parse_document(&sample.html(&templates));
        let flash = "[data-flash] [autofocus], .gate__card > .notice";
        let flashes: Vec<_> = all(&page, flash).iter().map(|place| place.id()).collect();
        let led: Vec<ElementRef> = all(&page, "main [autofocus]")
            .into_iter()
            .filter(|place| !flashes.contains(&place.id()))
            .collect();
        let wrong = all(&page, "main .field__error, main [aria-invalid]");
        if let Some(wrong) = wrong.first() {
            mistakes += 1;
            let name = sample.template;
            let first = led
                .first()
                .unwrap_or_else(|| panic!("{name}: nothing has the focus"));
            let is_above = |of: &ElementRef| wrong.ancestors().any(|above| above.id() == of.id());
            let field = first
                .ancestors()
                .filter_map(ElementRef::wrap)
                .find(|above| {
                    above
                        .value()
                        .classes()
                        .any(|class| ["field", "notice"].contains(&class))
                });
            let is_notice = first.value().classes().any(|class| class == "notice");
            assert!(
                is_notice || field.as_ref().is_some_and(is_above),
                "{name}: another field"
            );
        }
    }
    assert!(mistakes > 15, "{mistakes} pages with mistakes");
}

#[test]
fn every_template_is_used() {
    let templates = templates();
    let mut used: HashSet<String> = PAGES.iter().map(|page| page.template.into()).collect();
    for (_, text) in &templates {
        for start in ["{% extends \"", "{% include \""] {
            for rest in text.split(start).skip(1) {
                used.extend(rest.split('"').next().map(String::from));
            }
        }
    }
    for (name, _) in &templates {
        // Mails have a test of their own; layouts and components are there for whoever comes.
        let shared = ["messages/", "layouts/", "components/"];
        if !shared.iter().any(|folder| name.starts_with(folder)) {
            assert!(used.contains(name), "{name}: no page or include");
        }
    }
}

/// Where HTML of our own making is printed as it is.
const MADE_BY_US: &[(&str, &str)] = &[("jobs/show.html", "description_html | safe")];
/// What would let a page run or style something of its own.
const INLINE: [&str; 7] = [
    " style=",
    "<style",
    "javascript:",
    " onclick=",
    " onload=",
    " hx-on",
    "js:",
];

#[test]
fn no_template_lets_through_what_a_user_typed() {
    for (name, text) in templates_with_markup() {
        assert!(name.ends_with(".html"), "{name}: only .html is escaped");
        let expressions = text.split("{{").skip(1);
        for expression in expressions.filter_map(|rest| rest.split("}}").next()) {
            let is_ours = MADE_BY_US.contains(&(&name, expression.trim()));
            assert!(
                !expression.contains("safe") || is_ours,
                "{name}: {{{{{expression}}}}} is not escaped"
            );
        }
        assert!(
            !text.contains("autoescape"),
            "{name}: escaping is not switched"
        );
        for value in text.split('=').skip(1) {
            assert!(
                !value.starts_with("{{"),
                "{name}: an attribute without quotes: ={value:.30}"
            );
        }
    }
}

#[test]
fn no_page_has_styles_or_scripts_of_its_own() {
    for (name, text) in templates_with_markup() {
        // Mail programs know inline styles only.
        if name.starts_with("messages/") {
            continue;
        }
        let text = text.to_lowercase();
        for inline in INLINE {
            assert!(!text.contains(inline), "{name}: {inline}");
        }
    }
}

/// All but the plain parts of mails, and the words of their languages.
fn templates_with_markup() -> impl Iterator<Item = (String, String)> {
    let is_plain = |name: &str| name.ends_with(".txt") || name.ends_with(".json");
    let all = templates().into_iter();
    all.filter(move |(name, _)| !is_plain(name))
}
