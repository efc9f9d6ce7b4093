//! Names of interviewers that stand on slots as text: whom they most likely mean, and putting these users on the slots.
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::slot;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    NewSlot,
    changes::{self, Refusal},
    find, interviewers, is_booked,
};
use crate::{
    db::Db,
    domain::{
        accounts::users, actions::Actor, interviews::overlap::Overlaps, rows::Stored,
        versions::Target,
    },
    error::Result,
    text,
};

/// So many coming slots are looked through.
const MOST: u64 = 5_000;
/// So many are changed at one call: each is a transaction of its own.
pub const MOST_AT_ONCE: usize = 200;

/// A name of coming slots that lack the users whom it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// As it is written on the first of them.
    pub text: String,
    /// On how many it stands.
    pub slots: usize,
    /// When the first one starts.
    pub first_starts_at: DateTime<Utc>,
    /// The names in it.
    pub names: Vec<Name>,
}

impl Label {
    /// The users whom it means, where each name in it means one.
    pub fn users(&self) -> Option<Vec<i64>> {
        let one = |name: &Name| match name.users[..] {
            [id] => Some(id),
            _ => None,
        };
        self.names.iter().map(one).collect()
    }
}

/// A name in a label, and the users who are called so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As it is written.
    pub text: String,
    /// By their keys; several when they share it.
    pub users: Vec<i64>,
}

/// The names of coming slots, with those who can be meant.
#[derive(Clone, Debug)]
pub struct Labels {
    /// Those on the most slots first.
    pub labels: Vec<Label>,
    /// Who can hold interviews: key, name and address, by name.
    pub users: Vec<(i64, String, String)>,
    /// Are there more slots than are looked through?
    pub has_more: bool,
}

/// A slot that users were to be put on.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// Which.
    pub slot_id: i64,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
    /// Why they were not, and nothing of it was changed.
    pub outcome: Result<(), Refusal>,
}

/// A coming slot with a label.
struct Labelled {
    id: i64,
    starts_at: DateTime<Utc>,
    label: String,
    interviewers: Vec<i64>,
}

/// The labels of slots that are to come, open or booked, whose users are not on them.
pub async fn list(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<Labels> {
    let (slots, has_more) = coming(db, company_id, now).await?;
    let users = users::interviewers(db, company_id).await?;
    let mut by_name: HashMap<String, Vec<i64>> = HashMap::new();
    for (id, name, _) in &users {
        by_name.entry(text::folded(name)).or_default().push(*id);
    }
    let mut by_label: BTreeMap<String, Label> = BTreeMap::new();
    for slot in slots {
        let names = names(&slot.label, &by_name);
        if !lacks(&slot, &names) {
            continue;
        }
        let label = by_label
            .entry(text::folded(&slot.label))
            .or_insert_with(|| Label {
                text: slot.label.trim().to_owned(),
                slots: 0,
                first_starts_at: slot.starts_at,
                names,
            });
        label.slots += 1;
    }
    let mut labels: Vec<Label> = by_label.into_values().collect();
    labels.sort_by_key(|label| std::cmp::Reverse(label.slots));
    Ok(Labels {
        labels,
        users,
        has_more,
    })
}

/// Puts these users on the coming slots with this label, besides those who are: slot by slot, as if each was edited. The label
/// stays. What is refused stays as it is.
pub async fn assign(
    db: &Db,
    actor: &Actor,
    (label, user_ids): (&str, &[i64]),
    now: DateTime<Utc>,
) -> Result<Vec<Assigned>> {
    let wanted = text::folded(label);
    let (slots, _) = coming(db, actor.company_id, now).await?;
    let lacking = slots.into_iter().filter(|slot| {
        let is_there = |id: &i64| slot.interviewers.contains(id);
        text::folded(&slot.label) == wanted && !user_ids.iter().all(is_there)
    });
    let mut assigned = Vec::new();
    for slot in lacking.take(MOST_AT_ONCE) {
        assigned.push(Assigned {
            slot_id: slot.id,
            starts_at: slot.starts_at,
            outcome: assign_one(db, actor, slot.id, user_ids, now).await?,
        });
    }
    Ok(assigned)
}

async fn assign_one(
    db: &Db,
    actor: &Actor,
    slot_id: i64,
    user_ids: &[i64],
    now: DateTime<Utc>,
) -> Result<Result<(), Refusal>> {
    let row = find(db.read(), actor.company_id, slot_id).await?;
    let there = interviewers::of(db.read(), actor.company_id, slot_id).await?;
    let mut new = NewSlot::of(&row, there)?;
    new.interviewers.extend(user_ids);
    new.interviewers.sort_unstable();
    new.interviewers.dedup();
    let target = Target {
        id: slot_id,
        version: row.version,
        idempotency_key: None,
    };
    let overlaps = Overlaps::Confirmed(Vec::new());
    let updated = changes::update(db, actor, &target, (&new, &overlaps), now).await?;
    Ok(updated.map(|_| ()))
}

/// The first of the slots that have a label, by start, and whether there are more.
async fn coming(db: &Db, company_id: i64, now: DateTime<Utc>) -> Result<(Vec<Labelled>, bool)> {
    let is_offered_or_booked = Condition::any()
        .add(slot::COLUMN.closed_at.is_null())
        .add(is_booked());
    let rows = slot::Entity::find()
        .filter(slot::COLUMN.company_id.eq(company_id))
        .filter(slot::COLUMN.starts_at.gt(now))
        .filter(slot::Column::Interviewer.ne(""))
        .filter(is_offered_or_booked)
        .order_by_asc(slot::Column::StartsAt)
        .order_by_asc(slot::Column::Id)
        .limit(MOST + 1)
        .into_model::<Stored<slot::Model>>()
        .all(db.read())
        .await?;
    let has_more = rows.len() as u64 > MOST;
    let rows = rows.into_iter().take(MOST as usize);
    let rows: Vec<slot::Model> = rows.filter_map(|row| row.or_log("slot")).collect();
    let ids = rows.iter().map(|row| row.id);
    let mut on_slots = interviewers::by_slot(db.read(), company_id, ids).await?;
    let slots = rows.into_iter().map(|row| Labelled {
        interviewers: on_slots.remove(&row.id).unwrap_or_default(),
        id: row.id,
        starts_at: row.starts_at,
        label: row.interviewer,
    });
    Ok((slots.collect(), has_more))
}

/// Are users missing on a slot whose label has these names? Where nobody is known by them, anybody.
fn lacks(slot: &Labelled, names: &[Name]) -> bool {
    let known = names.iter().filter_map(|name| match name.users[..] {
        [id] => Some(id),
        _ => None,
    });
    let known: Vec<i64> = known.collect();
    match known.is_empty() {
        true => slot.interviewers.is_empty(),
        false => !known.iter().all(|id| slot.interviewers.contains(id)),
    }
}

/// The names in a label: the whole of it when somebody is called so, else its parts.
fn names(label: &str, by_name: &HashMap<String, Vec<i64>>) -> Vec<Name> {
    let name = |text: &str| Name {
        text: text.to_owned(),
        users: by_name
            .get(&text::folded(text))
            .cloned()
            .unwrap_or_default(),
    };
    let whole = name(label.trim());
    if !whole.users.is_empty() {
        return vec![whole];
    }
    let parts: Vec<Name> = parts(label).iter().map(|part| name(part)).collect();
    match parts.is_empty() {
        // No name is in it: nobody is called so.
        true => vec![whole],
        false => parts,
    }
}

/// What stands between commas, semicolons, slashes, ampersands and the word *and*.
fn parts(label: &str) -> Vec<String> {
    let mut parts = Vec::new();
    for piece in label.split([',', ';', '/', '&']) {
        let words: Vec<&str> = piece.split_whitespace().collect();
        let some = words.split(|word| word.eq_ignore_ascii_case("and"));
        parts.extend(some.map(|words| words.join(" ")));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(all: &[(&str, i64)]) -> HashMap<String, Vec<i64>> {
        let mut by_name: HashMap<String, Vec<i64>> = HashMap::new();
        for (name, id) in all {
            by_name.entry(text::folded(name)).or_default().push(*id);
        }
        by_name
    }

    fn found(label: &str) -> Vec<(String, Vec<i64>)> {
        let users = users(&[
            ("Ines Núñez", 1),
            ("Kim Sato", 2),
            ("Kim  Sato", 3),
            ("Sales and Support", 4),
            ("Bo", 5),
        ]);
        let names = names(label, &users).into_iter();
        names.map(|name| (name.text, name.users)).collect()
    }

    #[test]
    fn a_name_is_found_whatever_its_case_blanks_and_accents() {
        for label in [
            "Ines Núñez",
            " ines  nunez ",
            "INES NÚÑEZ",
            "Ines Nun\u{303}ez",
        ] {
            assert_eq!(found(label)[0].1, [1], "{label:?}");
        }
        assert_eq!(found("Ines")[0].1, [0_i64; 0], "no part of a name");
        assert_eq!(found("Núñez Ines")[0].1, [0_i64; 0]);
        assert_eq!(found("kim sato")[0].1, [2, 3], "two are called so");
    }

    #[test]
    fn several_names_in_one_label_are_told_apart() {
        for label in [
            "Ines Núñez, Bo",
            "Ines Núñez;Bo",
            "Ines Núñez / Bo",
            "Ines Núñez & Bo",
            "Ines Núñez and Bo",
            "Ines Núñez AND Bo,",
        ] {
            let ids: Vec<_> = found(label).into_iter().map(|(_, ids)| ids).collect();
            assert_eq!(ids, [[1], [5]], "{label:?}");
        }
        for nothing in ["/", " & ", "and", ";,"] {
            let whole = (nothing.trim().to_owned(), Vec::new());
            assert_eq!(found(nothing), [whole], "{nothing:?}");
        }
        let sandy = found("Sandy Anderson, Bo");
        assert_eq!(sandy[0], ("Sandy Anderson".into(), Vec::new()));
        assert_eq!(found("sales and support")[0].1, [4], "the whole is a name");
    }
}
