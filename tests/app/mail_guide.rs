//! What the guide tells people to set.
use std::collections::HashMap;

use greenroom::{
    mail::providers::{self, Service},
    settings::{Backend, MailSettings, Settings},
};

const GUIDE: &str = include_str!("../../docs/mail.md");
const HANDBOOK: &str = include_str!("../../docs/operating.md");

/// What stands in braces, as somebody would fill it in.
const FILLED: &[(&str, &str)] = &[
    ("{App Password}", "abcd efgh ijkl mnop"),
    ("{password}", "Correct#horse$2026!"),
    ("{SMTP user name}", "AKIAIOSFODNN7SAMPLE0"),
    (
        "{SMTP password}",
        "BExampleExampleExampleExampleExampleExample+",
    ),
    (
        "{Directory (tenant) ID}",
        "aaaabbbb-0000-cccc-1111-dddd2222eeee",
    ),
    (
        "{Application (client) ID}",
        "00001111-aaaa-2222-bbbb-3333cccc4444",
    ),
    ("{client secret}", "qWgdYAmab0YSkuL1qKv5bPX~sample"),
    (
        "{Google client ID}",
        "1234-sample.apps.googleusercontent.com",
    ),
    ("{API key}", "SG.sample.sample"),
    ("{Server API token}", "8f3f1d7c-5f0b-4c6e-9c53-0d8a7f0e2b11"),
    ("{SMTP login}", "7a1b2c001@smtp-brevo.com"),
    ("{SMTP key}", "xsmtpsib-sample"),
    (
        "{HTTP webhook signing key}",
        "key-3ax6xnjp29jd6fds4gc373sgvjxteol0",
    ),
];

/// What every block is read on top of, so that one may hold just what it is about.
const BASE: &str = "\
EMAIL_BACKEND=smtp
EMAIL_HOST=mail.yourcompany.com
DEFAULT_FROM_EMAIL=jobs@yourcompany.com
";

type Variables = HashMap<String, String>;

/// The blocks that set variables of ours, as the program reads them from `.env`.
fn blocks() -> Vec<Variables> {
    let blocks = GUIDE.split("```").skip(1).step_by(2);
    let ours = blocks.filter(|block| block.contains("EMAIL_"));
    ours.map(|block| {
        let filled = FILLED
            .iter()
            .fold(block.to_owned(), |block, (braces, value)| {
                block.replace(braces, value)
            });
        assert!(!filled.contains('{'), "{filled}");
        read(&filled)
    })
    .collect()
}

fn read(text: &str) -> Variables {
    dotenvy::from_read_iter(text.as_bytes())
        .collect::<Result<_, _>>()
        .unwrap_or_else(|error| panic!("{error} in {text}"))
}

fn on_top_of_the_base(block: Variables) -> Variables {
    // A whole set stands for itself.
    let mut variables = match block.contains_key("EMAIL_HOST") {
        true => Variables::new(),
        false => read(BASE),
    };
    variables.extend(block);
    variables
}

fn sound(variables: &Variables) -> MailSettings {
    let directory = tempfile::tempdir().expect("a directory");
    Settings::from_vars(variables.clone(), directory.path())
        .unwrap_or_else(|mistakes| panic!("{mistakes:?} in {variables:?}"))
        .mail
}

#[test]
fn every_block_of_the_guide_is_sound() {
    let blocks = blocks();
    assert!(blocks.len() >= 12, "{} blocks", blocks.len());
    for block in blocks {
        let variables = on_top_of_the_base(block);
        let mail = sound(&variables);
        let Backend::Smtp(smtp) = &mail.backend else {
            panic!("the guide is about mail servers: {variables:?}")
        };
        for server in [Some(smtp), mail.fallback.as_ref()].into_iter().flatten() {
            assert_eq!(providers::review(server, &mail.from), [], "{variables:?}");
        }
    }
}

#[test]
fn the_block_for_a_proxy_starts_as_it_is_given() {
    let (_, chapter) = HANDBOOK
        .split_once("\n## Behind a proxy\n")
        .expect("a chapter");
    let block = chapter.split("```").nth(1).expect("a block");
    let key = "9f2c7a41e8d05b36c1f4a9e27d8b0c53a6e1947fb2d8c03e5f7a1b9c4d6e8f20";
    let filled = block
        .replace("{openssl rand -hex 32}", key)
        .replace("{password}", "Correct#horse$2026!");
    let variables = read(&filled);
    assert!(variables.contains_key("TRUSTED_PROXIES"));
    assert!(matches!(sound(&variables).backend, Backend::Smtp(_)));
}

#[test]
fn the_time_that_the_checks_take_is_said_in_one_way() {
    let page = include_str!("../../templates/mail/show.html");
    let said = format!("{} seconds", greenroom::mail::doctor::SECONDS);
    for text in [HANDBOOK, page] {
        assert!(text.contains(&said), "{said}");
    }
}

#[test]
fn a_second_server_is_set_up_as_the_guide_says() {
    let is_about_it = |block: &Variables| block.contains_key("EMAIL_FALLBACK_HOST");
    let block = blocks().into_iter().find(is_about_it).expect("a block");
    let second = sound(&on_top_of_the_base(block))
        .fallback
        .expect("a second server");
    assert_eq!(
        providers::find(&second.host).map(|provider| provider.service),
        Some(Service::Brevo)
    );
    assert!(second.login.is_some());
}

#[test]
fn every_provider_has_its_block() {
    let hosts: Vec<_> = blocks()
        .into_iter()
        .filter_map(|mut block| block.remove("EMAIL_HOST"))
        .collect();
    for provider in providers::ALL {
        let is_there = hosts.iter().any(|host| {
            providers::find(host).is_some_and(|found| found.service == provider.service)
        });
        assert!(is_there, "{}", provider.name);
    }
}
