//! What is typed, and what it means.
use super::*;

type Slip = fn(&mut SeriesForm);

fn now() -> DateTime<Utc> {
    "2027-01-04T09:00:00Z".parse().expect("an instant")
}

fn typed() -> SeriesForm {
    SeriesForm {
        job: "7".into(),
        ..SeriesForm::default().with_defaults(Tz::known("Europe/Berlin"), now())
    }
}

#[test]
fn the_working_days_of_the_coming_week_are_offered() {
    let plan = typed().parse().expect("a series");
    let days: Vec<String> = plan.days.iter().map(NaiveDate::to_string).collect();
    let expected = [
        "2027-01-05",
        "2027-01-06",
        "2027-01-07",
        "2027-01-08",
        "2027-01-11",
    ];
    assert_eq!(days, expected);
    assert_eq!(plan.starts().expect("a few").len(), 40);
}

#[test]
fn what_the_address_says_is_not_overruled() {
    let asked: SeriesForm = serde_urlencoded::from_str(
        "job=7&wed=on&from=2027-02-01&from_1=13:00&until_1=15:00&with_4=on",
    )
    .expect("an address");
    let plan = asked
        .with_defaults(Tz::UTC, now())
        .parse()
        .expect("a series");
    let days: Vec<String> = plan.days.iter().map(NaiveDate::to_string).collect();
    assert_eq!(days, ["2027-02-03"]);
    assert_eq!(
        (plan.starts().expect("a few").len(), plan.interviewers),
        (2, vec![4])
    );
}

#[test]
fn the_address_of_a_form_is_the_form() {
    let form = SeriesForm {
        dates: "2027-01-05, 2027-01-07".into(),
        meeting_url: "https://meet.example.com/a?b=1&c=2".into(),
        ticket: Ticket::fresh(),
        ..typed()
    };
    let address = form.address("/series/new");
    let query = address.split_once('?').expect("a query").1;
    let read: SeriesForm = serde_urlencoded::from_str(query).expect("a form");
    assert_eq!(read.parse(), form.parse());
    assert!(!address.contains("key="), "{address}");
    let fields = form.fields();
    assert!(fields.contains(&(
        "meeting_url".into(),
        "https://meet.example.com/a?b=1&c=2".into()
    )));
    assert!(fields.iter().all(|(_, value)| !value.is_empty()));
}

#[test]
fn each_mistake_stands_beside_its_field() {
    let cases: [(&str, Slip); 16] = [
        ("job", |form| form.job = String::new()),
        ("from", |form| form.from = "soon".into()),
        ("until", |form| form.until = "2027-01-01".into()),
        ("until", |form| form.until = "2029-01-01".into()),
        ("weekdays", |form| {
            for day in [
                &mut form.mon,
                &mut form.tue,
                &mut form.wed,
                &mut form.thu,
                &mut form.fri,
            ] {
                day.clear();
            }
        }),
        ("dates", |form| form.dates = "2027-01-05, soon".into()),
        ("from_1", |form| form.from_1 = "25:00".into()),
        ("until_1", |form| form.until_1 = String::new()),
        ("from_1", |form| form.until_1 = "08:00".into()),
        ("until_2", |form| form.from_2 = "18:00".into()),
        ("duration_minutes", |form| {
            form.duration_minutes = "4".into()
        }),
        ("gap_minutes", |form| form.gap_minutes = "-1".into()),
        ("time_zone", |form| form.time_zone = "Mars".into()),
        ("interview_type", |form| form.interview_type = "chat".into()),
        ("meeting_url", |form| {
            form.meeting_url = "http://x.example".into()
        }),
        ("interviewer", |form| form.interviewer = "a\u{202e}b".into()),
    ];
    assert!(typed().parse().is_ok());
    for (field, slip) in cases {
        let mut form = typed();
        slip(&mut form);
        let errors = form.parse().expect_err("a mistake");
        assert!(errors.of(field).is_some(), "{field}: {errors:?}");
    }
}

#[test]
fn another_preview_is_another_request() {
    let form = |seen: &str| SeriesForm {
        seen: seen.into(),
        ticket: Ticket::default().with_key("k"),
        ..typed()
    };
    let fingerprint = |seen: &str| form(seen).idempotency_key().expect("a key").fingerprint;
    assert_eq!(fingerprint("a"), fingerprint("a"));
    assert_ne!(fingerprint("a"), fingerprint("b"));
}
