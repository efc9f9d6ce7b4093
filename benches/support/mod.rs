//! What benchmarks begin with: a company, booked by the rules, and a PostgreSQL server of their own.
pub mod client;
pub mod sink;

use std::{
    collections::HashMap,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{job, slot::InterviewType};
use greenroom::{
    app::App,
    clock::Clock,
    db,
    domain::{
        actions::Actor,
        candidates::{self, NewCandidate},
        companies::{self, NewCompany},
        interviews::{
            booking::{self, NewBooking, Who},
            creation,
            overlap::Overlaps,
            slot_choice::SlotChoice,
        },
        jobs::{self, NewJob},
        slots::{self, NewSlot},
    },
    settings::Settings,
};

/// Signs what a benchmark signs.
pub const SECRET_KEY: &str = "only for a benchmark, 32 characters long";

/// An app on a database that is made if need be.
pub async fn app(database_url: &str, settings: &[(&str, String)]) -> App {
    db::migrate(database_url).await.expect("migrated");
    let own = [
        ("DATABASE_URL", database_url.to_owned()),
        ("SECRET_KEY", SECRET_KEY.to_owned()),
    ];
    let variables: HashMap<String, String> = own
        .iter()
        .chain(settings)
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let settings = Settings::from_vars(variables, Path::new("/nonexistent"));
    let db = db::connect(database_url).await.expect("a database");
    App::new(db, Clock::System, settings.expect("sound settings")).expect("an app")
}

/// A company with so many candidates, each booked into a slot of its own, one a minute from the day after tomorrow.
pub async fn fill(app: &App, bookings: usize) {
    let now = app.clock.now();
    let company = NewCompany {
        name: "Sample Company".into(),
        zone: greenroom::zones::Tz::known("Europe/Berlin"),
        contact_email: "jobs@example.com".into(),
    };
    let company_id = companies::create(&app.db, company, now)
        .await
        .expect("a company");
    fill_company(app, company_id, bookings).await;
}

/// The same in a company that is there.
pub async fn fill_company(app: &App, company_id: i64, bookings: usize) {
    let now = app.clock.now();
    let actor = Actor::system(company_id);
    let job_id = job(app, &actor, now).await;
    for number in 0..bookings {
        book(app, &actor, job_id, number, now).await;
    }
}

async fn book(app: &App, actor: &Actor, job_id: i64, number: usize, now: DateTime<Utc>) {
    let candidate_id = candidate(app, actor, number, now).await;
    let slot_id = slot(app, actor, job_id, number, now).await;
    let booking = NewBooking {
        slot: SlotChoice::Existing(slot_id),
        who: Who::Candidate(candidate_id),
        notes: "Please ensure you have a stable internet connection.".into(),
        overlaps: Overlaps::Any,
        idempotency_key: None,
    };
    let booked = booking::book(&app.db, actor, booking, now).await;
    assert!(matches!(booked, Ok(Ok(_))), "{booked:?}");
}

/// So many interviews that wait for a time, each with a slot that it could have.
pub async fn fill_unbooked(app: &App, company_id: i64, count: usize) -> Vec<Wish> {
    let (actor, now) = (Actor::system(company_id), app.clock.now());
    let job_id = job(app, &actor, now).await;
    let mut wishes = Vec::with_capacity(count);
    for number in 0..count {
        let candidate_id = candidate(app, &actor, number, now).await;
        let made = creation::create(&app.db, &actor, candidate_id, Some(job_id), None, now).await;
        let Ok(Ok(interview)) = made else {
            panic!("an interview: {made:?}");
        };
        wishes.push(Wish {
            slot: slot(app, &actor, job_id, number, now).await,
            interview,
        });
    }
    wishes
}

/// An interview that could be booked into a slot.
pub struct Wish {
    /// The slot.
    pub slot: i64,
    /// The interview.
    pub interview: i64,
}

async fn job(app: &App, actor: &Actor, now: DateTime<Utc>) -> i64 {
    let job = NewJob {
        title: "Senior Cloud Architect".into(),
        description: String::new(),
        domain: String::new(),
        team_size: String::new(),
        positions_to_fill: 1,
        key_skills: Vec::new(),
        salary_min: None,
        salary_max: None,
        salary_currency: "EUR".into(),
        location: String::new(),
        status: job::Status::Open,
    };
    match jobs::create(&app.db, actor, job, None, now).await {
        Ok(Ok(id)) => id,
        other => panic!("a job: {other:?}"),
    }
}

async fn candidate(app: &App, actor: &Actor, number: usize, now: DateTime<Utc>) -> i64 {
    let candidate = NewCandidate {
        name: format!("Zoë Núñez {number}"),
        email: format!("zoe.{number}@example.net"),
        phone: String::new(),
        time_zone: Some("America/New_York".into()),
        locale: "en".into(),
        job_id: None,
        notes: String::new(),
    };
    match candidates::create(&app.db, actor, candidate, None, now).await {
        Ok(Ok(id)) => id,
        other => panic!("a candidate: {other:?}"),
    }
}

async fn slot(app: &App, actor: &Actor, job_id: i64, number: usize, now: DateTime<Utc>) -> i64 {
    let minutes = i64::try_from(number).expect("few");
    // Whole minutes, as people choose them.
    let this_minute = DateTime::from_timestamp(now.timestamp() / 60 * 60, 0).expect("an instant");
    let starts_at = this_minute + TimeDelta::days(2) + TimeDelta::minutes(minutes);
    let zone = greenroom::zones::Tz::known("Europe/Berlin");
    let slot = NewSlot {
        job_id,
        starts_at,
        local_start: starts_at.with_timezone(&zone).naive_local(),
        zone,
        duration_minutes: 45,
        interview_type: InterviewType::Technical,
        difficulty_level: None,
        meeting_url: Some("https://meet.example.com/cloud".into()),
        interviewer: String::new(),
        interviewers: Vec::new(),
    };
    match slots::create(&app.db, actor, slot, None, now).await {
        Ok(Ok(id)) => id,
        other => panic!("a slot: {other:?}"),
    }
}

/// A server of its own that waits for the disk at every commit.
pub struct Postgres {
    /// Where it is.
    pub url: String,
    dir: PathBuf,
}

impl Postgres {
    /// Starts it in a directory that is made.
    pub fn start(dir: PathBuf) -> Self {
        let url = tests_postgres("start", &dir, Some("durable"));
        Self { url, dir }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        tests_postgres("stop", &self.dir, None);
    }
}

fn tests_postgres(verb: &str, dir: &Path, how: Option<&str>) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/postgres");
    let mut started = Command::new(script)
        .arg(verb)
        .arg(dir)
        .args(how)
        .stdout(Stdio::piped())
        .spawn()
        .expect("tests/postgres");
    let mut url = String::new();
    let output = started.stdout.as_mut().expect("its output");
    output.read_to_string(&mut url).expect("text");
    assert!(started.wait().expect("an end").success(), "PostgreSQL");
    url.trim().to_owned()
}
