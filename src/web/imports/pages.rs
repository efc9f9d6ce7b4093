//! What the pages show that add from a list.
use serde::Serialize;

use super::{ListForm, fingerprint};
use crate::{
    imports::{Found, Line, List, jobs::Job, people::Person},
    web::{
        choices::Choice,
        forms::{FormErrors, Sheet},
        page::Page,
    },
};

/// The list line by line, before anything is made of it.
#[derive(Debug, Default, Serialize)]
pub struct Look {
    rows: Vec<Row>,
    /// So many will be added,
    ready: usize,
    /// and exactly these: what the button sends.
    pub seen: String,
    /// So many should be looked at.
    look: usize,
    /// So many are set aside.
    aside: usize,
    /// The headings of columns that nothing is taken from.
    ignored: String,
}

#[derive(Debug, Serialize)]
struct Row {
    number: usize,
    /// Of its kind: `import__look`, `import__bad` or `import__aside`; empty where nothing is to be said.
    class: &'static str,
    name: String,
    local: String,
    domain: String,
    detail: String,
    tone: &'static str,
    state: String,
    why: String,
    href: String,
    typo: Option<Typo>,
}

/// An address whose domain looks mistyped, with the buttons beside it.
#[derive(Debug, Serialize)]
pub struct Typo {
    /// What the first sends, and what it says.
    correct: String,
    label: String,
    /// What the second sends.
    confirm: String,
}

impl Typo {
    /// Of an address, with the one that was likely meant.
    pub fn new(email: &str, likely: &str) -> Self {
        let domain = likely.rsplit_once('@').map_or(likely, |(_, domain)| domain);
        Self {
            correct: format!("correct:{email} {likely}"),
            label: format!("Use {domain}"),
            confirm: format!("confirm:{email}"),
        }
    }
}

impl Look {
    /// At people, of whom these are there already.
    pub fn at_people(list: &List<Person>, there: impl Fn(&str) -> Option<i64>) -> Self {
        let row = |line: &Line<Person>| match &line.found {
            Found::New(person) => person_row(line.number, person, there(&person.email)),
            found => left_out(line.number, &line.label, found),
        };
        Self::of(list.lines.iter().map(row).collect(), &list.ignored)
    }

    /// At jobs, of which these are there already.
    pub fn at_jobs(list: &List<Job>, there: impl Fn(&str) -> Option<i64>) -> Self {
        let row = |line: &Line<Job>| match &line.found {
            Found::New(job) => {
                let mut row = Row::ready(line.number, job.title.clone());
                row.detail = job.location.clone();
                if let Some(id) = there(&job.title) {
                    row.set_aside("Already there", format!("/jobs/{id}"));
                }
                row
            }
            found => left_out(line.number, &line.label, found),
        };
        Self::of(list.lines.iter().map(row).collect(), &list.ignored)
    }

    fn of(mut rows: Vec<Row>, ignored: &[String]) -> Self {
        let count = |rows: &[Row], classes: &[&str]| {
            rows.iter()
                .filter(|row| classes.contains(&row.class))
                .count()
        };
        rows.sort_by_key(|row| (order(row.class), row.number));
        let ready = rows.iter().filter(|row| row.class.is_empty());
        let seen = ready.map(|row| {
            let Row {
                name,
                local,
                domain,
                detail,
                ..
            } = row;
            format!("{name} {local}@{domain} {detail}")
        });
        Self {
            seen: fingerprint(seen),
            ready: count(&rows, &[""]),
            look: count(&rows, &["import__look", "import__bad"]),
            aside: count(&rows, &["import__aside"]),
            ignored: ignored.join(", "),
            rows,
        }
    }
}

/// What needs a look comes first, what is set aside last.
fn order(class: &str) -> u8 {
    match class {
        "import__look" | "import__bad" => 0,
        "" => 1,
        _ => 2,
    }
}

fn person_row(number: usize, person: &Person, there: Option<i64>) -> Row {
    let mut row = Row::ready(number, person.name.clone());
    let (local, domain) = person.email.rsplit_once('@').unwrap_or_default();
    row.local = local.to_owned();
    row.domain = domain.to_owned();
    let zone = person.time_zone.clone().unwrap_or_default();
    let parts = [
        person.phone.clone(),
        zone,
        person.locale.clone().unwrap_or_default(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    row.detail = parts.join(" · ");
    if let Some(id) = there {
        row.set_aside("Already there", format!("/candidates/{id}"));
    } else if let Some(likely) = person.likely_email() {
        row.class = "import__look";
        row.typo = Some(Typo::new(&person.email, &likely));
    } else if person.is_name_guessed {
        row.why = "Name taken from the address".into();
    }
    row
}

fn left_out<T>(number: usize, label: &str, found: &Found<T>) -> Row {
    let mut row = Row::ready(number, label.to_owned());
    match found {
        Found::Repeat(of) => row.set_aside(&format!("Same as line {of}"), String::new()),
        Found::Unusable(why) => {
            row.class = "import__bad";
            row.tone = "bad";
            row.state = "Can't be added".into();
            row.why = why.clone();
        }
        Found::New(_) => {}
    }
    row
}

impl Row {
    fn ready(number: usize, name: String) -> Self {
        Self {
            number,
            class: "",
            name,
            local: String::new(),
            domain: String::new(),
            detail: String::new(),
            tone: "good",
            state: "Ready".into(),
            why: String::new(),
            href: String::new(),
            typo: None,
        }
    }

    fn set_aside(&mut self, state: &str, href: String) {
        self.class = "import__aside";
        self.tone = "quiet";
        self.state = state.to_owned();
        self.href = href;
    }
}

/// Candidates from a list.
#[derive(Serialize)]
pub struct CandidatesPage {
    #[serde(flatten)]
    sheet: Sheet<ListForm>,
    jobs: Vec<Choice>,
    languages: Vec<Choice>,
    look: Option<Look>,
}

impl CandidatesPage {
    /// With what was pasted, and the look at it.
    pub fn new(
        sheet: Sheet<ListForm>,
        (jobs, languages): (Vec<Choice>, Vec<Choice>),
        look: Option<Look>,
    ) -> Self {
        Self {
            sheet,
            jobs,
            languages,
            look,
        }
    }
}

impl Page for CandidatesPage {
    const TEMPLATE: &'static str = "candidates/import.html";

    fn title(&self) -> String {
        "Import candidates".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one("text", "Paste at least one line.");
        let choices = (
            vec![Choice::new(1, "Cook")],
            vec![Choice::new("en", "English")],
        );
        let text = "Ada <ada@example.com>\nDilan <d@gmial.con>\nada@example.com\nnobody\nZoë <zoe@example.com>";
        let list = crate::imports::people::read(text, &Default::default());
        let look =
            list.map(|list| Look::at_people(&list, |email| email.starts_with("zoe").then_some(1)));
        Self::new(
            Sheet::refused(ListForm::blank(None), errors),
            choices,
            look.ok(),
        )
    }
}

/// Jobs from a list.
#[derive(Serialize)]
pub struct JobsPage {
    #[serde(flatten)]
    sheet: Sheet<ListForm>,
    look: Option<Look>,
}

impl JobsPage {
    /// With what was pasted, and the look at it.
    pub fn new(sheet: Sheet<ListForm>, look: Option<Look>) -> Self {
        Self { sheet, look }
    }
}

impl Page for JobsPage {
    const TEMPLATE: &'static str = "jobs/import.html";

    fn title(&self) -> String {
        "Import jobs".into()
    }

    fn sample() -> Self {
        let errors = FormErrors::one("text", "Paste at least one line.");
        let list =
            crate::imports::jobs::read("Title,Location,Colour\nCook,Bonn,red\nChef,,\nCook,,\n,,");
        let look = list.map(|list| Look::at_jobs(&list, |title| (title == "Chef").then_some(1)));
        Self::new(Sheet::refused(ListForm::blank(None), errors), look.ok())
    }
}
