//! Two tabs: what one saved is never undone by the other without a question.
use entity::{candidate, email, interview};
use sea_orm::{EntityTrait, QueryOrder};

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
            format!("Email Changed meanwhile right@example.com {wrong}"),
            "Phone Not changed meanwhile Empty +49 30 1234567".to_owned(),
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
        assert!(said.contains("Open the page again"), "{said}");
        assert_eq!(answer.value_of("name"), "New");
    }
    for other in ["0", "2"] {
        let case = tab().await.with("name", "New").with("version", other);
        assert_eq!(case.save(&mut rita).await.status, 409, "{other}");
    }
    assert_eq!(candidate(&app, id).await.version, 1);
}
