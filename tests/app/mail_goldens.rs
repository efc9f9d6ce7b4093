//! Whole messages as they are: kept as snapshots, and written out for judges that we did not write.
use std::{fs, path::PathBuf};

use entity::email::{InterviewSnapshot, Kind};
use greenroom::mail::{
    LINK_PLACEHOLDER, compose::Composer, invite, language::Languages, messages::Message,
};
use mail_parser::{MessageParser, MessagePart, MimeHeaders};
use sea_orm::ActiveEnum;
use serde_json::json;

use crate::support::letters::{
    LINK, NASTY, People, bytes, calendar, compose, event, head, in_own_words, named,
};

#[test]
fn every_mail_reads_as_it_should() {
    for message in Message::samples() {
        let html = compose(&message).html;
        let whole = format!("{}\n======== HTML\n{html}", as_read(&message));
        insta::assert_snapshot!(message.kind.to_value(), whole);
    }
}

#[test]
fn every_mail_reads_as_it_should_in_a_companys_own_words() {
    let kinds = Message::samples().map(|message| message.kind);
    for kind in kinds.filter(|kind| kind.can_be_reworded()) {
        let message = in_own_words(kind);
        let html = compose(&message).html;
        let whole = format!("{}\n======== HTML\n{html}", as_read(&message));
        insta::assert_snapshot!(format!("{}_own", kind.to_value()), whole);
    }
}

#[test]
fn every_mail_reads_as_it_should_in_german() {
    for message in Message::samples() {
        let kind = message.kind.to_value();
        let german = Message {
            locale: "de-AT".into(),
            candidate_name: "Jörg Müßig".into(),
            job_title: "Straßenbauingenieur (m/w/d)".into(),
            company_name: "Groß & Söhne".into(),
            contact_name: "Änne Öztürk".into(),
            ..message
        };
        insta::assert_snapshot!(format!("{kind}_de"), as_read(&german));
    }
}

#[test]
fn every_mail_reads_as_it_should_in_arabic() {
    for message in Message::samples() {
        let kind = message.kind.to_value();
        let arabic = Message {
            locale: "ar-EG".into(),
            candidate_name: "ليلى أحمد".into(),
            ..message
        };
        insta::assert_snapshot!(format!("{kind}_ar"), as_read(&arabic));
    }
}

#[test]
fn right_to_left_names_stay_in_their_place() {
    for message in Message::samples() {
        let kind = message.kind.to_value();
        // There are no words of this language yet, so the mail is in English.
        let persian = Message {
            locale: "fa".into(),
            candidate_name: "ليلى أحمد".into(),
            job_title: "مهندسة سحابة (7)".into(),
            company_name: "شركة المثال".into(),
            contact_name: "سارة حداد".into(),
            snapshot: InterviewSnapshot {
                notes: "يرجى إحضار قلم.\nRoom 7".into(),
                ..message.snapshot
            },
            ..message
        };
        insta::assert_snapshot!(format!("{kind}_fa"), as_read(&persian));
    }
}

#[test]
fn names_without_spaces_and_case_stay_whole() {
    for message in Message::samples() {
        let kind = message.kind.to_value();
        let japanese = Message {
            locale: "ja".into(),
            candidate_name: "山田 太郎".into(),
            job_title: "シニアクラウドアーキテクト".into(),
            company_name: "株式会社サンプル".into(),
            contact_name: "佐藤 花子".into(),
            snapshot: InterviewSnapshot {
                notes: "安定したインターネット接続をご用意ください。".into(),
                ..message.snapshot
            },
            ..message
        };
        insta::assert_snapshot!(format!("{kind}_ja"), as_read(&japanese));
    }
}

#[test]
fn a_language_that_is_written_from_right_to_left_turns_the_whole_mail() {
    let composer = Composer::speaking(right_to_left()).expect("templates");
    let to_candidates = |message: &Message| message.interviewer.is_none();
    for message in Message::samples().filter(to_candidates) {
        let kind = message.kind.to_value();
        let message = Message {
            locale: "xr".into(),
            candidate_name: "ليلى".into(),
            ..message
        };
        let composed = composer.compose(&message).expect("a mail");
        let opening = "<!doctype html>\n<html lang=\"xr\" dir=\"rtl\">";
        assert!(composed.html.starts_with(opening), "{kind}");
        assert_eq!(
            composed.html.matches("lang=\"xr\" dir=\"rtl\"").count(),
            2,
            "{kind}"
        );
        for left in ["text-align:left", "2px 12px 2px 0"] {
            assert!(!composed.html.contains(left), "{kind}: {left}");
        }
        // Its own script needs no marks there; a Latin name does.
        assert!(
            composed.text.starts_with("عزيزي ليلى،\n"),
            "{}",
            composed.text
        );
        assert!(
            composed.text.contains("\u{2068}Dana Whitfield\u{2069}"),
            "{}",
            composed.text
        );
        assert!(
            composed
                .html
                .contains("<bdi>\u{2068}Dana Whitfield\u{2069}</bdi>"),
            "{kind}"
        );
        assert!(
            // An answer tells no time that may change.
            message.kind == Kind::RequestAnswered
                || composed.text.contains("15 أكتوبر 2025، 10:00 ص"),
            "{}",
            composed.text
        );
    }
}

/// What tests/judges reads: every kind in every language, plain and with the worst names.
#[test]
fn judges_find_messages_of_every_kind() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mails");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    let write = |name: String, text: &str| {
        fs::write(folder.join(name), text).expect("a file");
    };
    let composer = Composer::new().expect("templates");
    let long = "Ärger 李雷 ".repeat(800);
    for sample in Message::samples() {
        let kind = sample.kind.to_value();
        for (locale, _) in composer.languages().list() {
            let message = Message {
                locale: locale.into(),
                ..sample.clone()
            };
            write(format!("{kind}.{locale}.html"), &compose(&message).html);
            write_calendars(&message, &format!("{kind}.{locale}"), &write);
        }
        let arabic = Message {
            candidate_name: "ليلى أحمد".into(),
            company_name: "شركة المثال".into(),
            ..sample.clone()
        };
        write(format!("{kind}.rtl.html"), &compose(&arabic).html);
        let own = in_own_words(sample.kind);
        write(format!("{kind}.own.html"), &compose(&own).html);
        write_calendars(&own, &format!("{kind}.own"), &write);
        for (number, nasty) in NASTY.iter().copied().chain([long.as_str(), ""]).enumerate() {
            let mut message = named(sample.kind, nasty);
            message.snapshot.notes = nasty.into();
            write_calendars(&message, &format!("{kind}.nasty{number}"), &write);
        }
    }
    let written = fs::read_dir(&folder).expect("the folder").count();
    assert!(written > 150, "{written}");
}

/// A calendar, and beside it what every judge must find in it.
fn write_calendars(message: &Message, name: &str, write: &dyn Fn(String, &str)) {
    let (people, event) = (People::of(message), event(message));
    let write = |name: String, stored: &str, method: &str, is_file: bool| {
        let (is_cancel, is_mail) = (method == "CANCEL", !is_file);
        let mut properties = vec![
            "CALSCALE", "METHOD", "PRODID", "VERSION", "CLASS", "DTEND", "DTSTAMP", "DTSTART",
            "SEQUENCE", "STATUS", "SUMMARY", "TRANSP", "UID",
        ];
        if !is_cancel {
            properties.extend(["CONFERENCE", "DESCRIPTION", "LOCATION", "URL"]);
        }
        if is_mail {
            properties.extend(["ATTENDEE", "ORGANIZER"]);
        }
        properties.sort_unstable();
        // A candidate goes through the link, an interviewer straight to the meeting.
        let place = match &event.meeting {
            Some(meeting) => meeting.url.as_deref().unwrap_or_default(),
            None => LINK,
        };
        let unless = |not: bool, text: &str| if not { String::new() } else { text.to_owned() };
        let expected = json!({
            "properties": properties,
            "method": method,
            "uid": event.uid,
            "summary": event.summary,
            "description": unless(is_cancel, &event.description.replace(LINK_PLACEHOLDER, LINK)),
            "location": unless(is_cancel, place),
            "attendee": unless(is_file, &people.recipient.name.replace('"', "'").replace('\\', "/")),
            "organizer": unless(is_file, &people.sender.name.replace('"', "'").replace('\\', "/")),
            "starts_at": event.starts_at.to_rfc3339(),
            "ends_at": event.ends_at.to_rfc3339(),
        });
        write(format!("{name}.json"), &expected.to_string());
        write(format!("{name}.ics"), &invite::finished(stored, LINK, None));
    };
    if let Some((method, stored)) = calendar(message, &people) {
        write(name.to_owned(), &stored, method.name(), false);
    }
    if message.kind == Kind::Scheduled {
        write(
            format!("file-of-{name}"),
            &invite::file(&event),
            "PUBLISH",
            true,
        );
    }
}

/// The headers as they travel, the plain part and the calendar as a program decodes them.
fn as_read(message: &Message) -> String {
    let raw = bytes(message);
    let parsed = MessageParser::default().parse(&raw).expect("a message");
    let text = parsed.body_text(0).expect("a plain part");
    let is_calendar = |part: &&MessagePart<'_>| {
        let kind = part
            .content_type()
            .and_then(|kind| kind.c_subtype.as_deref());
        kind == Some("calendar")
    };
    let calendar = parsed
        .parts
        .iter()
        .find(is_calendar)
        .and_then(|part| part.text_contents())
        .unwrap_or("none\n");
    format!(
        "{}\n======== subject\n{}\n======== plain text\n{text}\n======== calendar\n{calendar}",
        head(&raw),
        parsed.subject().unwrap_or_default(),
    )
    .replace("\r\n", "\n")
}

/// English with its direction turned, and a little Arabic.
fn right_to_left() -> Languages {
    let english = include_str!("../../templates/messages/words/en.json");
    let mut turned = english.to_owned();
    for (from, to) in [
        ("\"ltr\"", "\"rtl\""),
        ("Dear {candidate_name},", "عزيزي {candidate_name}،"),
        ("\"October\"", "\"أكتوبر\""),
        ("[\"AM\", \"PM\"]", "[\"ص\", \"م\"]"),
        (
            "{month} {day}, {year} at {hour12}:{minute} {day_half}",
            "{day} {month} {year}، {hour12}:{minute} {day_half}",
        ),
    ] {
        assert!(turned.contains(from), "{from}");
        turned = turned.replace(from, to);
    }
    let files = [("en", english.to_owned()), ("xr", turned)];
    let files = files.map(|(tag, text)| (format!("{tag}.json"), text));
    Languages::of(&files).expect("languages")
}
