//! Which slots a series comes to.
use super::*;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect("a time")
}

fn pairs(typed: &[(&str, &str)]) -> Vec<(NaiveTime, NaiveTime)> {
    let times = typed.iter();
    times
        .map(|(from, until)| (time(from), time(until)))
        .collect()
}

fn plan(day: &str, typed: &[(&str, &str)], (duration_minutes, gap_minutes): (i32, i32)) -> Plan {
    Plan {
        job_id: 1,
        days: vec![date(day)],
        spans: spans(pairs(typed), duration_minutes).expect("spans"),
        duration_minutes,
        gap_minutes,
        zone: Tz::known("Europe/Berlin"),
        interview_type: InterviewType::Technical,
        difficulty_level: None,
        meeting_url: None,
        interviewer: String::new(),
        interviewers: Vec::new(),
        seating: Seating::Each,
        beside_open: BesideOpen::LeaveOut,
        on_holidays: OnHolidays::LeaveOut,
    }
}

fn clocks(plan: &Plan) -> Vec<String> {
    let starts = plan.starts().expect("a few").into_iter();
    starts
        .map(|start| match start.at {
            Ok(at) => format!("{} {}", start.local.format("%H:%M"), at.format("%H:%MZ")),
            Err(NotAnInstant::Skipped { next }) => {
                format!(
                    "{} skipped to {}",
                    start.local.format("%H:%M"),
                    next.format("%H:%M")
                )
            }
            Err(NotAnInstant::Twice { .. }) => format!("{} twice", start.local.format("%H:%M")),
        })
        .collect()
}

#[test]
fn slots_fill_their_span_with_gaps_between_them() {
    let afternoon = plan("2027-01-05", &[("13:00", "18:00")], (45, 15));
    assert_eq!(
        clocks(&afternoon),
        [
            "13:00 12:00Z",
            "14:00 13:00Z",
            "15:00 14:00Z",
            "16:00 15:00Z",
            "17:00 16:00Z"
        ]
    );
    // The gap after the last one may lie outside.
    let exact = plan("2027-01-05", &[("13:00", "14:45")], (45, 15));
    assert_eq!(clocks(&exact), ["13:00 12:00Z", "14:00 13:00Z"]);
    let short = plan("2027-01-05", &[("13:00", "14:44")], (45, 15));
    assert_eq!(clocks(&short), ["13:00 12:00Z"]);
}

#[test]
fn a_day_may_have_several_spans_in_any_order_until_midnight() {
    let day = plan(
        "2027-01-05",
        &[("22:00", "00:00"), ("09:00", "10:00")],
        (60, 0),
    );
    assert_eq!(
        clocks(&day),
        ["09:00 08:00Z", "22:00 21:00Z", "23:00 22:00Z"]
    );
}

#[test]
fn what_the_clocks_skip_or_repeat_is_named_and_never_moved() {
    let spring = plan("2027-03-28", &[("01:00", "04:00")], (30, 0));
    assert_eq!(
        clocks(&spring),
        [
            "01:00 00:00Z",
            "01:30 00:30Z",
            "02:00 skipped to 03:00",
            "02:30 skipped to 03:00",
            "03:00 01:00Z",
            "03:30 01:30Z"
        ]
    );
    let autumn = plan("2027-10-31", &[("01:30", "03:30")], (30, 0));
    assert_eq!(
        clocks(&autumn),
        ["01:30 23:30Z", "02:00 twice", "02:30 twice", "03:00 02:00Z"]
    );
}

#[test]
fn weekdays_are_taken_from_the_first_day_to_the_last() {
    let (from, until) = (date("2027-01-04"), date("2027-01-17"));
    let found = days(&[Weekday::Mon, Weekday::Fri], from, until).expect("days");
    let expected = ["2027-01-04", "2027-01-08", "2027-01-11", "2027-01-15"];
    assert_eq!(found, expected.map(date));
    assert_eq!(
        days(&[Weekday::Mon], until, from),
        Err(DaysRefusal::Backwards)
    );
    assert_eq!(days(&[], from, until), Err(DaysRefusal::None));
    assert_eq!(days(&[Weekday::Tue], from, from), Err(DaysRefusal::None));
}

#[test]
fn a_series_looks_at_a_year_and_no_further() {
    let from = date("2027-01-04");
    let every = [Weekday::Mon];
    let last = from + TimeDelta::days(365);
    assert_eq!(days(&every, from, last).expect("a year").len(), 53);
    let later = last + TimeDelta::days(1);
    assert_eq!(days(&every, from, later), Err(DaysRefusal::TooMany));
}

#[test]
fn spans_that_make_no_sense_are_refused() {
    for (typed, refusal) in [
        (&[][..], SpansRefusal::None),
        (&[("10:00", "10:00")], SpansRefusal::Backwards),
        (&[("10:00", "09:00")], SpansRefusal::Backwards),
        (
            &[("09:00", "12:00"), ("11:59", "13:00")],
            SpansRefusal::Overlap,
        ),
        (&[("09:00", "09:59")], SpansRefusal::TooShort),
    ] {
        assert_eq!(spans(pairs(typed), 60), Err(refusal), "{typed:?}");
    }
    let beside = spans(pairs(&[("12:00", "13:00"), ("09:00", "12:00")]), 60);
    assert_eq!(beside.expect("spans").len(), 2);
}

#[test]
fn each_interviewer_counts_and_a_panel_counts_once() {
    let mut whole = plan("2027-01-05", &[("00:00", "00:00")], (5, 0));
    assert_eq!(whole.starts().expect("a day").len(), 288);
    whole.interviewers = vec![4, 9];
    assert_eq!(whole.seats(), [vec![4], vec![9]]);
    assert_eq!(whole.starts(), Err(TooMany(576)));
    whole.seating = Seating::Panel;
    assert_eq!(whole.seats(), [vec![4, 9]]);
    assert_eq!(whole.starts().expect("a day").len(), 288);
    whole.days.push(date("2027-01-06"));
    assert_eq!(whole.starts(), Err(TooMany(576)));
}
