//! Two tabs: what one saved is never undone by the other without a question.
use chrono::TimeDelta;
use entity::{candidate, company, email, interview, job, user};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

use crate::support::{Actor, Answer, TestApp, builders};

/// A form as a tab shows it, and how somebody would fill it in.
struct Tab {
    path: String,
    fields: Vec<(String, String)>,
}

impl Tab {
    /// Opens the page and keeps what its form holds under these names.
    async fn open(actor: &mut Actor, path: &str, names: &[&str]) -> Self {
        let page = actor.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(
            !page.value_of("version").is_empty(),
            "{path} says what it shows"
        );
        Self {
            path: path.to_owned(),
            fields: names
                .iter()
                .chain(&["version"])
                .map(|name| ((*name).to_owned(), page.value_of(name)))
                .collect(),
        }
    }

    /// What comes back after a conflict, to be sent again.
    fn of_answer(&self, answer: &Answer) -> Self {
        let names = self.fields.iter().map(|(name, _)| name.clone());
        Self {
            path: self.path.clone(),
            fields: names
                .map(|name| (name.clone(), answer.value_of(&name)))
                .collect(),
        }
    }

    fn with(mut self, name: &str, text: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), text.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self
    }

    async fn save(&self, actor: &mut Actor) -> Answer {
        let fields = self.fields.iter();
        let fields: Vec<(&str, &str)> = fields
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        actor.post_form(&self.path, &fields).await
    }
}

const PERSON: [&str; 7] = [
    "name",
    "email",
    "phone",
    "time_zone",
    "locale",
    "job",
    "notes",
];

async fn candidate(app: &TestApp, id: i64) -> candidate::Model {
    let row = candidate::Entity::find_by_id(id)
        .one(app.app.db.read())
        .await;
    row.expect("a query").expect("a candidate")
}

async fn interview(app: &TestApp, id: i64) -> interview::Model {
    let row = interview::Entity::find_by_id(id)
        .one(app.app.db.read())
        .await;
    row.expect("a query").expect("an interview")
}

async fn recipients(app: &TestApp) -> Vec<String> {
    let emails = email::Entity::find()
        .order_by_asc(email::Column::Id)
        .all(app.app.db.read())
        .await;
    let emails = emails.expect("emails").into_iter();
    emails.map(|email| email.recipient).collect()
}

#[actix_web::test]
async fn a_stale_tab_does_not_put_a_wrong_address_back() {
    let app = TestApp::start().await;
    let booked = builders::booked(&app, app.company_id).await;
    let (person, held) = (booked.details.candidate.id, booked.details.interview.id);
    let wrong = booked.details.candidate.email.clone();
    let path = format!("/candidates/{person}/edit");
    let (mut rita, mut ada) = (app.recruiter().await, app.admin().await);
    let stale = Tab::open(&mut rita, &path, &PERSON).await;
    let stale = stale.with("phone", "+49 30 1234567");
    let right = Tab::open(&mut ada, &path, &PERSON).await;
    let right = right.with("email", "right@example.com");
    assert_eq!(right.save(&mut ada).await.status, 303);
    let told = recipients(&app).await;
    let links = interview(&app, held).await.link_version;

    let late = stale.save(&mut rita).await;
    assert_eq!(late.status, 409);
    assert_eq!(recipients(&app).await, told, "no mail was queued");
    let row = interview(&app, held).await;
    assert_eq!(row.link_version, links, "the right link goes on working");
    let row = candidate(&app, person).await;
    assert_eq!((row.email.as_str(), row.version), ("right@example.com", 2));
    assert_eq!(row.phone, "");

    let said = late.words("main .notice--problem:not([hidden])");
    assert!(said.contains("changed after you opened it"), "{said}");
    assert!(said.contains("Email changed by Ada Admin"), "{said}");
    assert!(said.contains("Mon 4 January 2027, 09:00"), "{said}");
    assert_eq!(
        late.all_words("#conflict tbody tr"),
        [
            format!("Email Changed since you opened it right@example.com {wrong}"),
            "Phone Not changed since you opened it Empty +49 30 1234567".to_owned(),
        ]
    );
    assert_eq!(
        late.value_of("phone"),
        "+49 30 1234567",
        "nothing typed is lost"
    );
    assert_eq!(late.value_of("version"), "2");
    assert!(
        late.has(&format!(".notice a[href='{path}']")),
        "the way to what is saved"
    );

    // Whoever has seen both decides.
    let decided = stale.of_answer(&late).with("email", "right@example.com");
    assert_eq!(decided.save(&mut rita).await.status, 303);
    let row = candidate(&app, person).await;
    assert_eq!((row.email.as_str(), row.version), ("right@example.com", 3));
    assert_eq!(row.phone, "+49 30 1234567");
    assert_eq!(recipients(&app).await, told);
    app.expect_undelivered_mail();
}

#[actix_web::test]
async fn the_same_form_sent_twice_is_saved_once() {
    let app = TestApp::start().await;
    let id = builders::candidate(&app, app.company_id).await;
    let path = format!("/candidates/{id}/edit");
    let mut rita = app.recruiter().await;
    let tab = Tab::open(&mut rita, &path, &PERSON).await;
    let tab = tab
        .with("name", " Zoe\u{308} N. ")
        .with("email", "ZOE@Example.com");
    for _ in 0..2 {
        assert_eq!(tab.save(&mut rita).await.status, 303);
    }
    assert_eq!(candidate(&app, id).await.version, 2);
    let unchanged = Tab::open(&mut rita, &path, &PERSON).await;
    assert_eq!(unchanged.save(&mut rita).await.status, 303);
    assert_eq!(candidate(&app, id).await.version, 2, "nothing was changed");
}

#[actix_web::test]
async fn a_form_that_does_not_say_what_it_showed_is_refused() {
    let app = TestApp::start().await;
    let id = builders::candidate(&app, app.company_id).await;
    let path = format!("/candidates/{id}/edit");
    let mut rita = app.recruiter().await;
    let tab = || async { Tab::open(&mut app.recruiter().await, &path, &PERSON).await };
    let mut cases = vec![tab().await.with("name", "New").without("version")];
    for wrong in ["", "one", "-1", "1.0", "99999999999", "1 OR 1"] {
        cases.push(tab().await.with("name", "New").with("version", wrong));
    }
    for case in cases {
        let answer = case.save(&mut rita).await;
        assert_eq!(answer.status, 422, "{:?}", case.fields);
        let said = answer.words("form .notice--problem");
        assert!(said.contains("this page is out of date"), "{said}");
        assert_eq!(answer.value_of("name"), "New");
    }
    for other in ["0", "2"] {
        let case = tab().await.with("name", "New").with("version", other);
        assert_eq!(case.save(&mut rita).await.status, 409, "{other}");
    }
    assert_eq!(candidate(&app, id).await.version, 1);
}

/// Two open the same form; the second to save is asked, and may save what was seen.
async fn second_is_asked(
    (first, second): (&mut Actor, &mut Actor),
    path: &str,
    names: &[&str],
    ((theirs, their_text), (mine, my_text)): ((&str, &str), (&str, &str)),
) -> Answer {
    let stale = Tab::open(second, path, names).await.with(mine, my_text);
    let newer = Tab::open(first, path, names).await.with(theirs, their_text);
    assert_eq!(newer.save(first).await.status, 303, "{path}");
    assert_eq!(newer.save(first).await.status, 303, "{path}, sent twice");
    let late = stale.save(second).await;
    assert_eq!(late.status, 409, "{path}");
    assert!(late.has("nav") && late.has("form"), "a whole page");
    assert_eq!(late.value_of(mine), my_text, "{path}");
    let without = stale.of_answer(&late).without("version");
    assert_eq!(without.save(second).await.status, 422, "{path}");
    let decided = stale.of_answer(&late).with(theirs, their_text);
    assert_eq!(decided.save(second).await.status, 303, "{path}");
    let again = stale.save(second).await;
    assert_eq!(again.status, 409, "{path}: that tab stays stale");
    late
}

#[actix_web::test]
async fn of_two_who_change_a_job_the_second_is_asked() {
    let app = TestApp::start().await;
    let id = builders::job(&app, app.company_id).await;
    let (mut ada, mut rita) = (app.admin().await, app.recruiter().await);
    let path = format!("/jobs/{id}/edit");
    let names = [
        "title",
        "description",
        "key_skills",
        "domain",
        "location",
        "team_size",
        "positions_to_fill",
        "salary_min",
        "salary_max",
        "salary_currency",
        "status",
    ];
    let changes = (("status", "closed"), ("salary_max", "120,000"));
    let late = second_is_asked((&mut ada, &mut rita), &path, &names, changes);
    let late = late.await;
    assert_eq!(
        late.all_words("#conflict tbody tr"),
        [
            "Salary to Not changed since you opened it 110000 120000",
            "Status Changed since you opened it Closed Open",
        ]
    );
    let row = job::Entity::find_by_id(id).one(app.app.db.read()).await;
    let row = row.expect("a query").expect("a job");
    assert_eq!(
        (row.status, row.salary_max),
        (job::Status::Closed, Some(120_000))
    );
    assert_eq!(row.version, 3);
}

#[actix_web::test]
async fn of_two_who_change_the_company_the_second_is_asked() {
    let app = TestApp::start().await;
    let (mut ada, mut otto) = (app.admin().await, app.admin().await);
    let names = [
        "name",
        "time_zone",
        "contact_email",
        "brand_colour",
        "default_meeting_url",
        "join_window_minutes",
        "reminder_lead_minutes",
        "undo_seconds",
        "hourly_email_limit",
    ];
    let changes = (
        ("default_meeting_url", "https://meet.example.com/new"),
        ("name", "Other Name"),
    );
    let late = second_is_asked((&mut ada, &mut otto), "/company", &names, changes);
    let late = late.await;
    let rows = late.all_words("#conflict tbody tr");
    assert_eq!(
        rows[0],
        "Name Not changed since you opened it Sample Company Other Name"
    );
    assert_eq!(
        rows[1],
        "Default meeting link Changed since you opened it https://meet.example.com/new https://meet.example.com/room"
    );
    let row = company::Entity::find_by_id(app.company_id);
    let row = row.one(app.app.db.read()).await;
    let row = row.expect("a query").expect("a company");
    assert_eq!((row.name.as_str(), row.version), ("Other Name", 3));
    assert_eq!(
        row.default_meeting_url.as_deref(),
        Some("https://meet.example.com/new")
    );
}

#[actix_web::test]
async fn of_two_who_word_a_mail_the_second_is_asked_and_a_reset_as_well() {
    let app = TestApp::start().await;
    let (mut ada, mut otto) = (app.admin().await, app.admin().await);
    let path = "/company/texts/scheduled/en";
    let names = [
        "subject",
        "greeting",
        "opening",
        "paragraph",
        "contact",
        "regards",
        "signature",
    ];
    for round in 0..2 {
        let stale = Tab::open(&mut otto, path, &names).await.with("act", "save");
        let stale = stale.with("regards", "Cheers");
        let newer = Tab::open(&mut ada, path, &names).await.with("act", "save");
        let newer = newer.with("paragraph", "Bring a pen.");
        for _ in 0..2 {
            assert_eq!(newer.save(&mut ada).await.status, 303);
        }
        let late = stale.save(&mut otto).await;
        assert_eq!(late.status, 409, "{round}");
        assert_eq!(late.value_of("regards"), "Cheers");
        let rows = late.all_words("#conflict tbody tr");
        assert_eq!(
            rows[0], "Your own paragraph Changed since you opened it Bring a pen. Empty",
            "{round}"
        );
        assert!(
            rows[1].starts_with("Closing Not changed since you opened it"),
            "{rows:?}"
        );
        let without = stale
            .of_answer(&late)
            .with("act", "save")
            .without("version");
        assert_eq!(without.save(&mut otto).await.status, 422);

        let seen = stale.of_answer(&late).with("act", "save");
        let reset = format!("{path}/reset");
        let version = |tab: &Tab| {
            let field = tab.fields.iter().find(|(name, _)| name == "version");
            field.expect("a version").1.clone()
        };
        let refused = otto
            .post_form(&reset, &[("version", &version(&stale))])
            .await;
        assert_eq!(refused.status, 409, "{round}");
        assert_eq!(refused.value_of("version"), version(&seen));
        let done = otto
            .post_form(&reset, &[("version", &version(&seen))])
            .await;
        assert_eq!(done.status, 303);
        // What was reset and worded anew is not what the oldest tab saw.
        assert_eq!(stale.save(&mut otto).await.status, 409, "{round}");
    }
}

#[actix_web::test]
async fn an_account_is_changed_by_its_owner_or_an_admin_but_not_over_the_other() {
    let app = TestApp::start().await;
    let (mut ada, mut rita) = (app.admin().await, app.recruiter().await);
    let id = rita.user_id();
    let edit = format!("/users/{id}/edit");
    let own = Tab::open(&mut rita, "/account", &["name", "time_zone"]).await;
    let own = own.with("time_zone", "Asia/Kathmandu");
    // The role is a radio button; a browser sends the chosen one.
    let named = Tab::open(&mut ada, &edit, &["name"]).await;
    let named = named.with("role", "recruiter").with("name", "Rita R.");
    assert_eq!(named.save(&mut ada).await.status, 303);
    assert_eq!(named.save(&mut ada).await.status, 303, "sent twice");
    let late = own.save(&mut rita).await;
    assert_eq!(late.status, 409);
    let said = late.words("main .notice--problem:not([hidden])");
    assert!(said.contains("This account was changed"), "{said}");
    assert!(said.contains("Name changed by Ada Admin"), "{said}");
    assert_eq!(
        late.all_words("#conflict tbody tr"),
        [
            "Name Changed since you opened it Rita R. Rita Recruiter",
            "Time zone Not changed since you opened it Empty Asia/Kathmandu",
        ]
    );
    let decided = own.of_answer(&late).with("name", "Rita R.");
    assert_eq!(decided.save(&mut rita).await.status, 303);

    let stale = named.with("role", "admin");
    let late = stale.save(&mut ada).await;
    assert_eq!(late.status, 409);
    assert_eq!(
        late.all_words("#conflict tbody tr"),
        ["Role Not changed since you opened it Recruiter Admin"]
    );
    assert_eq!(stale.without("version").save(&mut ada).await.status, 422);
    let row = user(&app, id).await;
    assert_eq!((row.name.as_str(), row.version), ("Rita R.", 3));
    assert_eq!(row.role, user::Role::Recruiter);
    assert_eq!(row.time_zone.as_deref(), Some("Asia/Kathmandu"));
}

async fn user(app: &TestApp, id: i64) -> user::Model {
    let row = user::Entity::find_by_id(id).one(app.app.db.read()).await;
    row.expect("a query").expect("a user")
}

#[actix_web::test]
async fn a_button_on_a_stale_page_shuts_nobody_out_and_lets_nobody_in() {
    let app = TestApp::start().await;
    let (mut ada, mut otto) = (app.admin().await, app.admin().await);
    let rita = app.recruiter().await.user_id();
    let page = format!("/users/{rita}");
    let press = |what: &str, version: &str| {
        let (path, version) = (format!("{page}/{what}"), version.to_owned());
        (path, [("version", version)])
    };
    let fields = [("name", "Rita R."), ("role", "admin")];
    assert_eq!(
        otto.save_form(&format!("{page}/edit"), &fields)
            .await
            .status,
        303
    );
    let (path, fields) = press("disabling", "1");
    let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
    let late = ada.post_form(&path, &fields).await;
    assert_eq!(late.status, 409);
    let said = late.words("main .notice--problem:not([hidden])");
    assert!(
        said.contains("This user was changed after you opened it"),
        "{said}"
    );
    assert!(said.contains("Nothing was done"), "{said}");
    assert!(said.contains("Changed by Ada Admin"), "{said}");
    assert!(user(&app, rita).await.is_active());
    for (version, status) in [("", 303), ("x", 303), ("2", 303), ("2", 303)] {
        let answer = ada.post_form(&path, &[("version", version)]).await;
        assert_eq!(answer.status, status, "{version}");
        assert_eq!(user(&app, rita).await.is_active(), version != "2");
    }
    // Somebody let them in and shut them out again: the page from before shows neither.
    let enabling = format!("{page}/enabling");
    assert_eq!(
        ada.post_form(&enabling, &[("version", "3")]).await.status,
        303
    );
    assert_eq!(ada.post_form(&path, &[("version", "4")]).await.status, 303);
    assert_eq!(
        otto.post_form(&enabling, &[("version", "3")]).await.status,
        409
    );
    assert!(!user(&app, rita).await.is_active());
}

#[actix_web::test]
async fn two_admins_who_demote_each_other_leave_one() {
    let app = TestApp::start().await;
    let (mut ada, mut otto) = (app.admin().await, app.admin().await);
    let path = |actor: &Actor| format!("/users/{}/edit", actor.user_id());
    let (of_ada, of_otto) = (path(&ada), path(&otto));
    let demoted = Tab::open(&mut ada, &of_otto, &["name"]).await;
    let demoted = demoted.with("role", "recruiter");
    let late = Tab::open(&mut otto, &of_ada, &["name"]).await;
    let late = late.with("role", "recruiter");
    assert_eq!(demoted.save(&mut ada).await.status, 303);
    let signed_out = late.save(&mut otto).await;
    assert!(
        signed_out.location.starts_with("/login"),
        "no admin any more"
    );
    let (ada, otto) = (
        user(&app, ada.user_id()).await,
        user(&app, otto.user_id()).await,
    );
    assert_eq!(
        (ada.role, otto.role),
        (user::Role::Admin, user::Role::Recruiter)
    );
}

#[actix_web::test]
async fn a_password_that_was_passed_on_is_not_replaced_from_a_stale_tab() {
    let app = TestApp::start().await;
    let (mut ada, mut otto) = (app.admin().await, app.admin().await);
    let rita = app.recruiter().await.user.expect("a user");
    let path = format!("/users/{}/password", rita.id);
    let stale = Tab::open(&mut ada, &path, &["password"]).await;
    let passed_on = "eight green lanterns";
    let newer = Tab::open(&mut otto, &path, &[])
        .await
        .with("password", passed_on);
    assert_eq!(newer.save(&mut otto).await.status, 303);
    let late = stale.save(&mut ada).await;
    assert_eq!(late.status, 409);
    let said = late.words("main .notice--problem:not([hidden])");
    assert!(said.contains("Password changed by Ada Admin"), "{said}");
    assert_eq!(
        app.stranger().sign_in(&rita.email, passed_on).await.status,
        303
    );
    let decided = stale.of_answer(&late);
    assert_eq!(decided.save(&mut ada).await.status, 303);
    assert_eq!(
        app.stranger().sign_in(&rita.email, passed_on).await.status,
        422
    );
    assert_eq!(stale.without("version").save(&mut ada).await.status, 422);
}

#[actix_web::test]
async fn a_slot_that_was_changed_is_not_closed_from_a_stale_page() {
    let app = TestApp::start().await;
    let job = builders::job(&app, app.company_id).await;
    let starts_at = app.now() + TimeDelta::hours(3);
    let slot = builders::slot(&app, app.company_id, job, starts_at).await;
    let mut rita = app.recruiter().await;
    builders::write(&app, async |txn| {
        entity::slot::Entity::update_many()
            .col_expr(entity::slot::Column::Version, Expr::value(2))
            .filter(entity::slot::COLUMN.id.eq(slot))
            .exec(txn)
            .await?;
        Ok(())
    })
    .await;
    let page = format!("/slots/{slot}");
    let closure = format!("{page}/closure");
    let late = rita.post_form(&closure, &[("version", "1")]).await;
    assert_eq!(late.status, 409);
    let said = late.words("main .notice--problem:not([hidden])");
    assert!(said.contains("This slot was changed"), "{said}");
    let without = rita.post_form(&closure, &[]).await;
    assert_eq!(without.status, 303);
    let shown = rita.get(&page).await;
    assert!(shown.notice().contains("this page is out of date"));
    assert_eq!(rita.press(&page, &closure).await.status, 303);
    assert!(rita.get(&page).await.notice().contains("closed"));
}
