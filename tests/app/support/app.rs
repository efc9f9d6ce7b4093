//! A Greenroom of its own for every test.
use std::{
    collections::HashMap,
    future::Future,
    path::Path,
    pin::Pin,
    rc::Rc,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use actix_web::{
    body::to_bytes,
    dev::Service,
    http::{StatusCode, header::HeaderMap},
    test::{self, TestRequest},
    web::{Bytes, Data},
};
use argon2::Params;
use chrono::{DateTime, TimeDelta, Utc};
use entity::user::{self, Role};
use greenroom::{
    app::App,
    clock::Clock,
    db, http,
    mail::console::Console,
    passwords::Passwords,
    secret::Secret,
    settings::{Backend, MailSettings, Settings},
    worker::{self, Turn},
};

use super::{actors::Actor, builders, database::Database, printer::Printer};

/// The instant at which every test begins: a Monday morning in Berlin.
pub const START: &str = "2027-01-04T08:00:00Z";
/// The password of every user that a builder makes.
pub const PASSWORD: &str = "seven tall giraffes";

/// What an answer is made of, before anybody reads it.
pub type Raw = (StatusCode, HeaderMap, Bytes);

type Call = Rc<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Raw>>>>;

/// An app on a database of its own, with a clock that stands still, and one company in it.
pub struct TestApp {
    /// The parts, for builders and for looking at rows.
    pub app: Data<App>,
    /// The company that the actors belong to.
    pub company_id: i64,
    /// What the app prints.
    pub printer: Printer,
    call: Call,
    logins: AtomicUsize,
    may_leave_mail: AtomicBool,
    database: Database,
}

impl TestApp {
    /// With default settings: http on loopback, mail to the console.
    pub async fn start() -> Self {
        Self::with_settings(&[]).await
    }

    /// With settings of its own, as environment variables.
    pub async fn with_settings(variables: &[(&str, &str)]) -> Self {
        let mut app = Self::without_company(variables).await;
        app.company_id = builders::company(&app, "Sample Company").await;
        app
    }

    /// As after the installation: nobody has set anything up.
    pub async fn without_company(variables: &[(&str, &str)]) -> Self {
        let database = Database::create();
        let settings = settings(&database, variables);
        let printer = Printer::default();
        let app = Data::new(open(&database, settings, &printer).await);
        let call = serve(app.clone()).await;
        Self {
            app,
            company_id: 0,
            printer,
            call,
            logins: AtomicUsize::new(0),
            may_leave_mail: AtomicBool::new(false),
            database,
        }
    }

    /// A second process on the same database, with the same clock.
    pub async fn second_process(&self) -> Self {
        self.second_process_with(|_| {}).await
    }

    /// The same, with these settings changed: environment variables for the same mail server.
    pub async fn second_process_with_settings(&self, variables: &[(&str, &str)]) -> Self {
        let mut settings = self.app.settings.clone();
        settings.mail = settings_of_mail(&self.database, &settings, variables);
        self.second_process_of(settings, |_| {}).await
    }

    /// The same, with other parts.
    pub async fn second_process_with(&self, change: impl FnOnce(&mut App)) -> Self {
        self.second_process_of(self.app.settings.clone(), change)
            .await
    }

    async fn second_process_of(&self, settings: Settings, change: impl FnOnce(&mut App)) -> Self {
        let printer = Printer::default();
        let mut app = open(&self.database, settings, &printer).await;
        app.clock = self.app.clock.clone();
        change(&mut app);
        let app = Data::new(app);
        Self {
            call: serve(app.clone()).await,
            app,
            company_id: self.company_id,
            printer,
            logins: AtomicUsize::new(1000),
            may_leave_mail: AtomicBool::new(true),
            database: self.database.borrowed(),
        }
    }

    /// A signed-in recruiter of the company; a new user at every call.
    pub async fn recruiter(&self) -> Actor {
        self.signed_in(self.company_id, Role::Recruiter).await
    }

    /// A signed-in admin of the company; a new user at every call.
    pub async fn admin(&self) -> Actor {
        self.signed_in(self.company_id, Role::Admin).await
    }

    /// A signed-in interviewer of the company; a new user at every call.
    pub async fn interviewer(&self) -> Actor {
        self.signed_in(self.company_id, Role::Interviewer).await
    }

    /// Whoever has this role in the company; a new user at every call.
    pub async fn with_role(&self, role: Role) -> Actor {
        self.signed_in(self.company_id, role).await
    }

    /// A signed-in admin of another company; a new company at every call.
    pub async fn other_company(&self) -> Actor {
        let company_id = builders::company(self, "Other Company").await;
        self.signed_in(company_id, Role::Admin).await
    }

    /// Somebody with nothing but a join link.
    pub fn candidate(&self) -> Actor {
        self.stranger()
    }

    /// Somebody with nothing at all.
    pub fn stranger(&self) -> Actor {
        Actor::new(self.call.clone(), &self.app)
    }

    /// Signs in as a user that a builder made.
    pub async fn signed_in_as(&self, user: &user::Model) -> Actor {
        let mut actor = self.stranger();
        actor.user = Some(user.clone());
        // An address of their own each, so that no test runs into the limit by accident.
        let login = self.logins.fetch_add(1, Ordering::Relaxed);
        actor.ip = format!("198.51.{}.{}", login / 250, login % 250 + 1)
            .parse()
            .expect("an address");
        let answer = actor.sign_in(&user.email, PASSWORD).await;
        assert_eq!(answer.status, 303, "sign-in: {}", answer.text);
        actor
    }

    /// A program with the token of a recruiter of the company; a new user at every call.
    pub async fn program(&self) -> Actor {
        let user = builders::user(self, self.company_id, Role::Recruiter).await;
        self.program_of(&user).await
    }

    /// A program with a token of a user that a builder made.
    pub async fn program_of(&self, user: &user::Model) -> Actor {
        let new = builders::api_token(self, user).await;
        let mut actor = self.stranger();
        actor.user = Some(user.clone());
        actor.with_header("Authorization", &format!("Token {}", new.token.expose()))
    }

    async fn signed_in(&self, company_id: i64, role: Role) -> Actor {
        let user = builders::user(self, company_id, role).await;
        self.signed_in_as(&user).await
    }

    /// The time that the app reads.
    pub fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// Does the worker's part for all that is due; answers how many attempts that took.
    pub async fn deliver(&self) -> usize {
        let mut attempts = 0;
        // On the heap: a test that waits for this often keeps room for it on its stack each time.
        let deliver_next = || Box::pin(worker::deliver_next(&self.app));
        while deliver_next().await.expect("a turn") == Turn::Delivered {
            attempts += 1;
        }
        attempts
    }

    /// This test leaves mail behind that nobody has tried to deliver, and means to.
    pub fn expect_undelivered_mail(&self) {
        self.may_leave_mail.store(true, Ordering::Relaxed);
    }

    /// Takes the database away: every query fails from now on.
    pub async fn lose_database(&self) {
        self.expect_undelivered_mail();
        self.app.db.clone().close().await.expect("closed");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let unfinished = if self.may_leave_mail.load(Ordering::Relaxed) || std::thread::panicking()
        {
            Vec::new()
        } else {
            self.database.unfinished_mail()
        };
        self.database.remove();
        assert!(
            unfinished.is_empty(),
            "emails are neither final nor expected (deliver them, or call expect_undelivered_mail): {unfinished:?}"
        );
    }
}

fn settings(database: &Database, variables: &[(&str, &str)]) -> Settings {
    let mut all: HashMap<String, String> = HashMap::from([
        ("DATABASE_URL".into(), database.url.clone()),
        (
            "SECRET_KEY".into(),
            "a secret that only tests have, 32 characters".into(),
        ),
    ]);
    for (name, value) in variables {
        all.insert((*name).into(), (*value).into());
    }
    Settings::from_vars(all, Path::new("/nonexistent")).expect("sound settings")
}

/// The mail server of these settings, with these variables changed.
fn settings_of_mail(
    database: &Database,
    old: &Settings,
    variables: &[(&str, &str)],
) -> MailSettings {
    let Backend::Smtp(smtp) = &old.mail.backend else {
        panic!("no mail server");
    };
    let (port, from) = (smtp.port.to_string(), old.mail.from.to_string());
    let mut all = vec![
        ("EMAIL_BACKEND", "smtp"),
        ("EMAIL_HOST", smtp.host.as_str()),
        ("EMAIL_PORT", port.as_str()),
        ("EMAIL_USE_TLS", "false"),
        ("DEFAULT_FROM_EMAIL", from.as_str()),
    ];
    all.extend(variables);
    settings(database, &all).mail
}

async fn open(database: &Database, mut settings: Settings, printer: &Printer) -> App {
    settings.database_url = Secret::new(&database.url);
    let clock = Clock::fixed(START.parse().expect("an instant"));
    let cheap = Params::new(8, 1, 1, None).expect("parameters");
    let passwords = Passwords::with_params(cheap).expect("a pool");
    let db = db::connect(&database.url).await.expect("a database");
    // The clock that a test holds, not the server's.
    let db = db.with_clock(None);
    let mut app = App::with_passwords(db, clock, settings, passwords).expect("an app");
    app.mailer.console = Console::new(printer.clone());
    app
}

async fn serve(app: Data<App>) -> Call {
    let service = Rc::new(test::init_service(http::service(app)).await);
    Rc::new(move |request| {
        let service = service.clone();
        Box::pin(async move {
            let response = match service.call(request.to_request()).await {
                Ok(response) => response.into_parts().1,
                Err(error) => error.error_response(),
            };
            let (status, headers) = (response.status(), response.headers().clone());
            let body = to_bytes(response.into_body()).await;
            (status, headers, body.expect("a whole body"))
        })
    })
}
