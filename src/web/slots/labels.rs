//! Names on slots, and the users who are put on these slots for them.
use std::collections::{BTreeMap, HashMap};

use actix_web::{
    HttpResponse,
    http::StatusCode,
    web::{Data, Form},
};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    domain::slots::{
        changes::Refusal,
        labels::{self, Assigned, Label, Labels, MOST_AT_ONCE, Name},
    },
    error::{Error, Reference},
    times,
    web::{
        busy,
        choices::Choice,
        errors::Result,
        flash::Flash,
        forms::FormErrors,
        page::Page,
        stamp::Stamp,
        viewer::{Recruiter, Viewer},
    },
    zones::Tz,
};

const ADDRESS: &str = "/slots/labels";
/// So many are shown at once, those on the most slots.
const SHOWN: usize = 50;

/// GET /slots/labels: the names of coming slots, each beside the users who are called so.
pub async fn index(app: Data<App>, viewer: Recruiter) -> Result<HttpResponse> {
    let found = labels::list(&app.db, viewer.company_id, app.clock.now()).await?;
    let form = viewer.typed(Selection::default());
    viewer.page(&IndexPage::new(found, viewer.zone()).with(&form))
}

/// POST /slots/labels: puts the chosen users on the slots of each name that is ticked.
pub async fn create(
    app: Data<App>,
    viewer: Recruiter,
    form: Form<Selection>,
) -> Result<HttpResponse> {
    let chosen = form.chosen();
    if chosen.is_empty() {
        let errors = FormErrors::one(
            "form",
            "Select a name, and choose at least one user for it.",
        );
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&app, &viewer, status, &form, errors, Vec::new()).await;
    }
    let (actor, now) = (viewer.actor(), app.clock.now());
    let (mut done, mut refused) = (0, Vec::new());
    for (label, users) in &chosen {
        let assigned = labels::assign(&app.db, &actor, (label, users), now).await;
        let assigned = match assigned {
            Err(Error::NoSuch(Reference::Interviewer)) => {
                let text = "A user you chose can no longer sign in. Choose again.";
                let errors = FormErrors::one("form", text);
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return show(&app, &viewer, status, &form, errors, refused).await;
            }
            assigned => assigned?,
        };
        for slot in assigned {
            match &slot.outcome {
                Ok(()) => done += 1,
                Err(refusal) => refused.push(Refused::new(label, &slot, refusal, viewer.zone())),
            }
        }
    }
    app.wake.notify_one();
    if refused.is_empty() {
        return viewer.see_other(ADDRESS, Flash::done(assigned_words(done)));
    }
    let errors = FormErrors::one("form", assigned_words(done));
    show(&app, &viewer, StatusCode::CONFLICT, &form, errors, refused).await
}

async fn show(
    app: &App,
    viewer: &Viewer,
    status: StatusCode,
    form: &Selection,
    errors: FormErrors,
    refused: Vec<Refused>,
) -> Result<HttpResponse> {
    let found = labels::list(&app.db, viewer.company_id, app.clock.now()).await?;
    let page = IndexPage {
        errors,
        refused,
        ..IndexPage::new(found, viewer.zone()).with(form)
    };
    viewer.respond(status, &page)
}

fn assigned_words(count: usize) -> String {
    match count {
        0 => "No slots were changed.".into(),
        1 => "1 slot now has its interviewers.".into(),
        many => format!("{many} slots now have their interviewers."),
    }
}

/// What is ticked: `pick_3=on` for the name in `label_3`, with the users in `user_3_0`, `user_3_1`.
#[derive(Debug, Default, Deserialize)]
pub struct Selection {
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl Selection {
    /// The number of a name among those that were sent.
    fn number_of(&self, label: &str) -> Option<&str> {
        self.fields.iter().find_map(|(name, value)| {
            let number = name.strip_prefix("label_")?;
            (value == label).then_some(number)
        })
    }

    /// The names that are ticked, each with users; what has none is not chosen.
    fn chosen(&self) -> Vec<(String, Vec<i64>)> {
        let ticked = self.fields.keys().filter_map(|name| {
            let number = name.strip_prefix("pick_")?;
            let label = self.fields.get(&format!("label_{number}"))?;
            let prefix = format!("user_{number}_");
            let users = self.fields.iter();
            let users = users.filter(|(name, _)| name.starts_with(&prefix));
            let mut users: Vec<i64> = users.filter_map(|(_, id)| id.parse().ok()).collect();
            users.sort_unstable();
            users.dedup();
            (!users.is_empty() && !label.trim().is_empty()).then(|| (label.clone(), users))
        });
        ticked.collect()
    }
}

/// The names.
#[derive(Default, Serialize)]
pub struct IndexPage {
    errors: FormErrors,
    rows: Vec<Row>,
    refused: Vec<Refused>,
    /// There are more names or slots than are shown.
    has_more: bool,
    most_at_once: usize,
}

/// A name of slots.
#[derive(Serialize)]
struct Row {
    label: String,
    /// `12 slots, the first on Tue 5 January 2027, 10:00`.
    slots: String,
    is_ticked: bool,
    picks: Vec<Pick>,
}

/// Who is meant by a part of it.
#[derive(Serialize)]
struct Pick {
    name: String,
    /// What is to be said of the choice; empty where one user is called so.
    note: &'static str,
    chosen: String,
    users: Vec<Choice>,
}

/// A slot that stayed as it was.
#[derive(Serialize)]
struct Refused {
    href: String,
    label: String,
    starts: Stamp,
    why: String,
}

impl IndexPage {
    fn new(found: Labels, zone: Tz) -> Self {
        let users = choices(&found.users);
        let has_more = found.has_more || found.labels.len() > SHOWN;
        let shown = found.labels.into_iter().take(SHOWN);
        Self {
            rows: shown.map(|label| Row::new(label, &users, zone)).collect(),
            has_more,
            most_at_once: MOST_AT_ONCE,
            ..Self::default()
        }
    }
}

impl IndexPage {
    /// With what was ticked and chosen before, wherever the names are now.
    fn with(mut self, form: &Selection) -> Self {
        for row in &mut self.rows {
            let Some(number) = form.number_of(&row.label) else {
                continue;
            };
            row.is_ticked = form.fields.contains_key(&format!("pick_{number}"));
            for (at, pick) in row.picks.iter_mut().enumerate() {
                let chosen = form.fields.get(&format!("user_{number}_{at}"));
                pick.chosen = chosen.cloned().unwrap_or_default();
            }
        }
        self
    }
}

/// Names repeat; then the address tells.
fn choices(users: &[(i64, String, String)]) -> Vec<Choice> {
    let mut count: HashMap<&str, usize> = HashMap::new();
    for (_, name, _) in users {
        *count.entry(name).or_default() += 1;
    }
    let label = |name: &String, email: &String| match count.get(name.as_str()) {
        Some(1) | None => name.clone(),
        Some(_) => format!("{name} ({email})"),
    };
    let users = users.iter();
    users
        .map(|(id, name, email)| Choice::new(id, label(name, email)))
        .collect()
}

impl Row {
    fn new(label: Label, users: &[Choice], zone: Tz) -> Self {
        let first = times::day_and_clock(label.first_starts_at, zone);
        let picks: Vec<Pick> = label
            .names
            .into_iter()
            .map(|name| Pick::new(name, users))
            .collect();
        Self {
            slots: match label.slots {
                1 => format!("1 slot, {first}"),
                many => format!("{many} slots, the first on {first}"),
            },
            is_ticked: !picks.is_empty() && picks.iter().all(|pick| !pick.chosen.is_empty()),
            label: label.text,
            picks,
        }
    }
}

impl Pick {
    fn new(name: Name, users: &[Choice]) -> Self {
        let (chosen, note) = match name.users[..] {
            [id] => (id.to_string(), ""),
            [] => (String::new(), "No user has this name"),
            _ => (String::new(), "Several users have this name"),
        };
        Self {
            name: name.text,
            note,
            chosen,
            users: users.to_vec(),
        }
    }
}

impl Refused {
    fn new(label: &str, slot: &Assigned, refusal: &Refusal, zone: Tz) -> Self {
        let why = match refusal {
            Refusal::Busy(clashes) => busy::sentence(clashes, zone),
            Refusal::Stale => "This slot was changed at the same moment. Assign it again.".into(),
            Refusal::Over(_) => "The interview in this slot is over.".into(),
            Refusal::Booked(_)
            | Refusal::Overlaps(_)
            | Refusal::Past
            | Refusal::TooFar
            | Refusal::KeyConflict => {
                "This slot can't be changed here. Edit it on its page.".into()
            }
        };
        Self {
            href: format!("/slots/{}", slot.slot_id),
            label: label.to_owned(),
            starts: Stamp::day_and_clock(slot.starts_at, zone),
            why,
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "slots/labels.html";

    fn title(&self) -> String {
        "Match names to users".into()
    }

    fn sample() -> Self {
        let users = [Choice::new(7, "Kim Sato")];
        Self {
            errors: FormErrors::one("form", "Select a name."),
            rows: vec![Row {
                label: "Kim Sato, Bo".into(),
                slots: "12 slots, the first on Tue 5 January 2027, 10:00".into(),
                is_ticked: true,
                picks: vec![Pick::new(
                    Name {
                        text: "Bo".into(),
                        users: Vec::new(),
                    },
                    &users,
                )],
            }],
            refused: vec![Refused {
                href: "/slots/1".into(),
                label: "Kim Sato".into(),
                starts: Stamp::sample(),
                why: "Kim Sato has another interview.".into(),
            }],
            has_more: true,
            most_at_once: MOST_AT_ONCE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_what_was_ticked_with_somebody_chosen() {
        let form: Selection = serde_urlencoded::from_str(
            "label_0=Kim&pick_0=on&user_0_0=7&user_0_1=7&user_0_2=&label_1=Bo&user_1_0=8&label_2=Al&pick_2=on&user_2_0=\
             &pick_9=on&user_9_0=3&label_10=Cy&pick_10=on&user_10_0=1",
        )
        .expect("a form");
        assert_eq!(
            form.chosen(),
            [("Kim".to_owned(), vec![7]), ("Cy".to_owned(), vec![1])]
        );
    }
}
