//! Every language is whole, and its dates read as they are written there.
use super::*;

fn berlin() -> Tz {
    Tz::known("Europe/Berlin")
}

fn kathmandu() -> Tz {
    Tz::known("Asia/Kathmandu")
}

fn new_york() -> Tz {
    Tz::known("America/New_York")
}

fn languages() -> Languages {
    Languages::new().expect("languages")
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// The English words as a file, changed.
fn changed(from: &str, to: &str) -> Vec<(String, String)> {
    let file = Files::get("en.json").expect("a file");
    let english = String::from_utf8(file.data.into_owned()).expect("text");
    assert!(english.contains(from), "{from}");
    vec![
        ("xx.json".into(), english.replace(from, to)),
        ("en.json".into(), english),
    ]
}

#[test]
fn the_nearest_language_is_chosen() {
    let languages = languages();
    for (tag, chosen) in [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-Latn-CH", "de"),
        ("en-GB", "en"),
        ("den", "en"),
        ("ja", "en"),
        ("", "en"),
    ] {
        assert_eq!(
            languages.choose(tag).expect("a language").tag(),
            chosen,
            "{tag}"
        );
    }
}

#[test]
fn dates_read_as_they_do_in_the_language() {
    let languages = languages();
    let moment = |tag, text, zone| languages.choose(tag).expect(tag).moment(at(text), zone);
    for (text, words) in [
        (
            "2027-01-05T05:00:00Z",
            "Tuesday, January 5, 2027 at 12:00 AM (UTC-05:00)",
        ),
        (
            "2027-01-05T17:09:00Z",
            "Tuesday, January 5, 2027 at 12:09 PM (UTC-05:00)",
        ),
        (
            "2027-07-31T23:59:00Z",
            "Saturday, July 31, 2027 at 7:59 PM (UTC-04:00)",
        ),
    ] {
        assert_eq!(moment("en", text, new_york()), words);
    }
    assert_eq!(
        moment("de", "2027-03-07T13:05:00Z", berlin()),
        "Sonntag, 7. März 2027, 14:05 Uhr (UTC+01:00)"
    );
    assert_eq!(
        moment("en", "2027-03-07T18:30:00Z", kathmandu()),
        "Monday, March 8, 2027 at 12:15 AM (UTC+05:45)"
    );
    assert_eq!(
        moment("en", "2027-03-07T18:30:00Z", Tz::UTC),
        "Sunday, March 7, 2027 at 6:30 PM (UTC)"
    );
    let english = languages.choose("en").expect("English");
    assert_eq!(
        english.moment_in_utc(at("2027-03-07T08:05:00Z")),
        "Sunday, March 7, 2027 at 08:05 UTC"
    );
}

#[test]
fn one_minute_is_not_minutes() {
    let languages = languages();
    let minutes = |tag, count| {
        let language = languages.choose(tag).expect(tag);
        language.minutes(count).expect("minutes")
    };
    assert_eq!(
        [minutes("en", 1), minutes("en", 15)],
        ["1 minute", "15 minutes"]
    );
    assert_eq!(
        [minutes("de", 1), minutes("de", 60)],
        ["1 Minute", "60 Minuten"]
    );
    assert_eq!(
        [1, 2, 3, 10, 11, 60, 100, 102, 103].map(|count| minutes("ar", count)),
        [
            "دقيقة واحدة",
            "دقيقتان",
            "3 دقائق",
            "10 دقائق",
            "11 دقيقة",
            "60 دقيقة",
            "100 دقيقة",
            "102 دقيقة",
            "103 دقائق",
        ]
    );
}

#[test]
fn numbers_have_the_forms_of_the_language() {
    let mut files = changed(
        "\"one\": { \"numbers\": [1] }",
        "\"one\": { \"numbers\": [1], \"last_two_digits\": [[21, 21], [31, 31]] }, \
         \"few\": { \"last_two_digits\": [[2, 4], [22, 24]] }",
    );
    for (from, to) in [
        (
            "\"days_one\": \"1 day\"",
            "\"days_one\": \"{count} den\", \"days_few\": \"{count} dnya\"",
        ),
        (
            "\"minutes_one\": \"1 minute\"",
            "\"minutes_one\": \"1 minute\", \"minutes_few\": \"{count} few\"",
        ),
    ] {
        assert!(files[0].1.contains(from), "{from}");
        files[0].1 = files[0].1.replace(from, to);
    }
    let languages = Languages::of(&files).expect("languages");
    let language = languages.choose("xx").expect("a language");
    let days = |count| language.days(count).expect("days");
    for (count, words) in [
        (1, "1 den"),
        (2, "2 dnya"),
        (5, "5 days"),
        (21, "21 den"),
        (101, "101 days"),
        (122, "122 dnya"),
    ] {
        assert_eq!(days(count), words);
    }
    let forms: serde_json::Value =
        serde_json::from_str(&language.forms("days").expect("forms")).expect("JSON");
    assert_eq!(
        forms,
        serde_json::json!({ "one": "{count} den", "few": "{count} dnya", "other": "{count} days" })
    );
}

#[test]
fn a_file_that_does_not_fit_is_refused_with_the_reason() {
    for (from, to, reason) in [
        (
            "\"greeting\": \"Dear {candidate_name}",
            "\"greetings\": \"Dear {candidate_name}",
            "there is no mail.greeting",
        ),
        (
            "Dear {candidate_name}",
            "Dear {company_name}",
            "mail.greeting has the places",
        ),
        ("Dear {candidate_name}", "Dear {candidate_name", "a brace"),
        (
            "\"regards\":",
            "\"regards2\": \"\", \"regards\":",
            "nothing is called mail.regards2",
        ),
        (
            "{month} {day}, {year} at {hour}",
            "{moon} {day}",
            "moon is no part of a date",
        ),
        ("\"January\", ", "", "invalid length 11"),
        ("\"ltr\"", "\"up\"", "unknown variant"),
        (
            "\"days_one\": \"1 day\",",
            "",
            "there is no amounts.days_one",
        ),
        (
            "\"one\": { \"numbers\": [1] }",
            "\"one\": { \"numbers\": [1] }, \"few\": { \"last_two_digits\": [[3, 10]] }",
            "there is no amounts.days_few",
        ),
        ("\"one\": {", "\"most\": {", "most is no plural"),
        ("1 day\"", "1 {day}\"", "amounts.days_one has the places"),
    ] {
        let refused = Languages::of(&changed(from, to))
            .expect_err(reason)
            .to_string();
        assert!(
            refused.contains("xx") && refused.contains(reason),
            "{refused}"
        );
    }
    let alone = [("de.json".to_owned(), "{}".to_owned())];
    assert!(Languages::of(&alone).is_err(), "nothing to fall back to");
}
