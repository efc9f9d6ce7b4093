//! Mails that cannot be written keep Greenroom from starting.
use entity::email::Kind;
use sea_orm::Iterable;

use super::*;

fn templates_of_kinds() -> impl Iterator<Item = String> {
    let kinds = Kind::iter().filter(|kind| kind.is_written_when_tried());
    kinds.flat_map(|kind| {
        ["body.txt", "body.html"].map(|file| format!("{}/{file}", kind.to_value()))
    })
}

/// What is said of templates that are as `change` leaves the one of this name.
fn said(name: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let files = files().expect("templates").into_iter();
    let files = files.filter_map(|(file, text)| match file == name {
        true => Some((file, change(&text)?)),
        false => Some((file, text)),
    });
    let tera = parsed(files.collect()).expect("templates");
    let refused = check(&tera, &Languages::new().expect("languages"));
    refused.expect_err(name).to_string()
}

#[test]
fn a_kind_without_its_templates_does_not_start() {
    for name in templates_of_kinds() {
        let said = said(&name, |_| None);
        assert!(said.contains(&name), "{said}");
    }
}

#[test]
fn a_template_that_names_what_is_not_there_does_not_start() {
    for name in templates_of_kinds() {
        let said = said(&name, |text| {
            let (before, body) = text.split_once("block body").expect("a body");
            let (opening, rest) = body.split_once("%}").expect("its beginning");
            Some(format!(
                "{before}block body{opening}%}}{{{{ say.nowhere }}}}{rest}"
            ))
        });
        let kind = name.split('/').next().expect("a kind");
        for part in ["nowhere", &format!("templates/messages/{kind}/ in ")] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}
