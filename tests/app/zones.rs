//! Time zones: what is handed to the judge that has the newest rules, and what people see of ours.
use std::{fmt::Write, fs, path::Path};

use chrono::{DateTime, Datelike, NaiveDate, Offset, Utc};
use greenroom::{
    clock::Clock,
    zones::{self, Tz},
};

use crate::support::TestApp;

/// Judged by `tests/judges/zones.py`: every zone, on a day of each month of this year and the next three.
#[test]
fn offsets_are_written_out_for_their_judge() {
    let this_year = Clock::System.now().year();
    let mut lines = format!("{}\n", zones::version());
    for name in zones::names() {
        let zone = Tz::known(name);
        for (year, month) in (this_year..=this_year + 3).flat_map(|y| (1..=12).map(move |m| (y, m)))
        {
            let day = NaiveDate::from_ymd_opt(year, month, 15).expect("a day");
            let noon: DateTime<Utc> = day.and_hms_opt(12, 0, 0).expect("noon").and_utc();
            let offset = noon.with_timezone(&zone).offset().fix().local_minus_utc();
            writeln!(lines, "{name},{},{offset}", noon.timestamp()).expect("a line");
        }
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("zones");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("offsets.csv"), lines).expect("written");
}

#[actix_web::test]
async fn an_admin_sees_by_which_rules_times_are_reckoned() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let page = ada.get("/company").await;
    let hint = page.words("#time_zone-hint");
    assert!(hint.contains(zones::version()), "{hint}");
}

#[actix_web::test]
async fn places_are_offered_and_old_names_are_understood() {
    let app = TestApp::start().await;
    let mut ada = app.admin().await;
    let page = ada.get("/company").await;
    let offered = page.all_attributes("#zones option", "value");
    for name in ["UTC", "America/Vancouver", "Asia/Kolkata"] {
        assert!(offered.iter().any(|offer| offer == name), "{name}");
    }
    assert!(!offered.iter().any(|offer| offer == "US/Pacific"));
    let mut rita = app.recruiter().await;
    let zone = |name| [("name", "Rita"), ("time_zone", name)];
    assert_eq!(
        rita.save_form("/account", &zone("US/Pacific")).await.status,
        303
    );
    assert_eq!(
        rita.get("/account").await.value_of("time_zone"),
        "US/Pacific"
    );
    assert_eq!(
        rita.save_form("/account", &zone("us/pacific")).await.status,
        422
    );
}
