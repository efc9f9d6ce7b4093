//! Closing, reopening and deleting slots: one from its page, many from the list.
use std::collections::BTreeMap;

use actix_web::{
    HttpResponse,
    web::{Data, Form, Path},
};
use serde::Deserialize;

use super::page;
use crate::{
    app::App,
    domain::slots::{
        self,
        standing::{self, Act, Chosen, Judged, Outcome},
    },
    times,
    web::{
        conflict::{Conflict, Thing},
        errors::Result,
        flash::Flash,
        forms::{self, Ticket},
        return_path::safe_path,
        viewer::{Recruiter, Viewer},
    },
    zones::Tz,
};

/// How many slots are named one by one.
const NAMED: usize = 3;
const PREFIX: &str = "pick_";
const LIST: &str = "/slots";

/// POST /slots/{id}/closure: takes the slot off the offer.
pub async fn create_closure(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    button: Form<Ticket>,
) -> Result<HttpResponse> {
    change(&app, &viewer, *id, Act::Close, &button).await
}

/// POST /slots/{id}/reopening: offers it again.
pub async fn create_reopening(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    button: Form<Ticket>,
) -> Result<HttpResponse> {
    change(&app, &viewer, *id, Act::Reopen, &button).await
}

/// POST /slots/{id}/deletion: removes it, if it was never booked.
pub async fn create_deletion(
    app: Data<App>,
    viewer: Recruiter,
    id: Path<i64>,
    button: Form<Ticket>,
) -> Result<HttpResponse> {
    change(&app, &viewer, *id, Act::Delete, &button).await
}

async fn change(
    app: &App,
    viewer: &Viewer,
    id: i64,
    act: Act,
    button: &Ticket,
) -> Result<HttpResponse> {
    let address = format!("/slots/{id}");
    let Some(target) = button.target(id) else {
        slots::find(app.db.read(), viewer.company_id, id).await?;
        return viewer.see_other(&address, Flash::problem(forms::NO_VERSION));
    };
    let chosen = Chosen {
        id,
        version: Some(target.version),
    };
    let judged = standing::apply(&app.db, &viewer.actor(), act, &[chosen], app.clock.now()).await?;
    let outcome = judged
        .first()
        .map_or(Outcome::Missing, |judged| judged.outcome);
    match outcome {
        Outcome::Done | Outcome::Already => {
            let next = match act {
                Act::Delete => LIST,
                Act::Close | Act::Reopen => &address,
            };
            viewer.see_other(next, Flash::done(done(act)))
        }
        Outcome::Missing => Err(crate::error::Error::NotFound.into()),
        Outcome::Stale => {
            let thing = Thing::new("slot", id, address);
            let conflict = Conflict::of_a_button(app, viewer, &thing, target.version).await?;
            viewer.conflict(&page(app, viewer, id).await?.in_conflict(conflict))
        }
        Outcome::Booked => {
            let text = format!(
                "This slot is booked, so you can't {} it. Cancel or reschedule the interview first.",
                verb(act)
            );
            viewer.see_other(&address, Flash::problem(text))
        }
        Outcome::WasBooked | Outcome::Past => {
            let text = format!("Nothing was changed: this slot {}.", why(outcome));
            viewer.see_other(&address, Flash::problem(text))
        }
    }
}

fn verb(act: Act) -> &'static str {
    match act {
        Act::Close => "close",
        Act::Reopen => "reopen",
        Act::Delete => "delete",
    }
}

fn done(act: Act) -> &'static str {
    match act {
        Act::Close => "Slot closed. It can no longer be booked.",
        Act::Reopen => "Slot reopened. It's open for booking.",
        Act::Delete => "Slot deleted.",
    }
}

/// Slots that are ticked in the list, `pick_7=3` for slot 7 in version 3, and what is done to them.
#[derive(Debug, Deserialize)]
pub struct Selection {
    #[serde(default)]
    act: String,
    /// The address of the list, to come back to.
    #[serde(default)]
    back: String,
    /// Takes what is left of the fields.
    #[serde(flatten)]
    fields: BTreeMap<String, String>,
}

impl Selection {
    fn act(&self) -> Option<Act> {
        match self.act.as_str() {
            "close" => Some(Act::Close),
            "reopen" => Some(Act::Reopen),
            "delete" => Some(Act::Delete),
            _ => None,
        }
    }

    /// Nobody is led elsewhere than to the list.
    fn back(&self) -> &str {
        let back = safe_path(&self.back);
        match back == LIST || back.starts_with("/slots?") {
            true => back,
            false => LIST,
        }
    }

    fn chosen(&self) -> Vec<Chosen> {
        let picked = self.fields.iter().filter_map(|(name, version)| {
            Some(Chosen {
                id: name.strip_prefix(PREFIX)?.parse().ok()?,
                version: Some(version.parse().ok()?),
            })
        });
        picked.collect()
    }
}

/// POST /slots/selection: does it to all that are ticked and can be, and says what became of each.
pub async fn create_many(
    app: Data<App>,
    viewer: Recruiter,
    selection: Form<Selection>,
) -> Result<HttpResponse> {
    let (chosen, back) = (selection.chosen(), selection.back());
    let Some(act) = selection.act().filter(|_| !chosen.is_empty()) else {
        return viewer.see_other(
            back,
            Flash::problem("Select slots first, then press a button."),
        );
    };
    let now = app.clock.now();
    let judged = standing::apply(&app.db, &viewer.actor(), act, &chosen, now).await?;
    let text = told(act, &judged, viewer.zone());
    let is_whole = judged.iter().all(|judged| is_well(judged.outcome));
    let flash = match is_whole {
        true => Flash::done(text),
        false => Flash::problem(text),
    };
    viewer.see_other(back, flash)
}

fn is_well(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Done | Outcome::Already)
}

/// How many are done, then the others by what stood in their way.
fn told(act: Act, judged: &[Judged], zone: Tz) -> String {
    let well = judged
        .iter()
        .filter(|judged| is_well(judged.outcome))
        .count();
    let done = match act {
        Act::Close => "closed",
        Act::Reopen => "reopened",
        Act::Delete => "deleted",
    };
    let mut sentences = vec![match well {
        0 => format!("No slots {done}."),
        1 => format!("1 slot {done}."),
        many => format!("{many} slots {done}."),
    }];
    let reasons = [
        Outcome::Booked,
        Outcome::WasBooked,
        Outcome::Past,
        Outcome::Stale,
        Outcome::Missing,
    ];
    for outcome in reasons {
        let of: Vec<&Judged> = judged
            .iter()
            .filter(|judged| judged.outcome == outcome)
            .collect();
        if !of.is_empty() {
            sentences.push(format!("{}: {}.", named(&of, zone), why(outcome)));
        }
    }
    sentences.join(" ")
}

fn named(judged: &[&Judged], zone: Tz) -> String {
    let names = judged.iter().take(NAMED).map(|judged| match &judged.slot {
        Some(slot) => times::day_and_clock(slot.starts_at, zone),
        None => format!("slot {}", judged.id),
    });
    let names: Vec<_> = names.collect();
    match judged.len() - names.len() {
        0 => names.join("; "),
        more => format!("{} and {more} more", names.join("; ")),
    }
}

fn why(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Booked => "is booked; cancel or reschedule the interview first",
        Outcome::WasBooked => "was booked once and stays in the history; close it instead",
        Outcome::Past => "has started already",
        Outcome::Stale => "was changed after you opened the page; check it and try again",
        Outcome::Missing => "is already gone",
        Outcome::Done | Outcome::Already => "is done",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_what_was_ticked_and_leads_back_to_the_list_alone() {
        let read = |text: &str| -> Selection { serde_urlencoded::from_str(text).expect("a form") };
        let form = read("act=close&pick_7=3&pick_x=1&pick_8=y&back=%2Fslots%3Fstate%3Dopen");
        let seven = Chosen {
            id: 7,
            version: Some(3),
        };
        assert_eq!((form.act(), form.chosen()), (Some(Act::Close), vec![seven]));
        assert_eq!(form.back(), "/slots?state=open");
        for elsewhere in [
            "//evil.example",
            "/slotsx",
            "https://evil.example",
            "/login",
        ] {
            assert_eq!(read(&format!("act=burn&back={elsewhere}")).back(), LIST);
        }
        assert_eq!(read("act=burn").act(), None);
    }
}
