//! Who holds the interview of a slot, as it is chosen: a box for each user.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

const PREFIX: &str = "with_";

/// The boxes that are ticked: `with_7=on` for the user 7.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Panel(BTreeMap<String, String>);

/// A form's other fields are none of ours.
impl From<BTreeMap<String, String>> for Panel {
    fn from(mut fields: BTreeMap<String, String>) -> Self {
        fields.retain(|name, value| user_id(name).is_some() && !value.is_empty());
        Self(fields)
    }
}

impl From<Panel> for BTreeMap<String, String> {
    fn from(panel: Panel) -> Self {
        panel.0
    }
}

impl Panel {
    /// With these users ticked.
    pub fn of(ids: &[i64]) -> Self {
        let ticks = ids
            .iter()
            .map(|id| (format!("{PREFIX}{id}"), "on".to_owned()));
        Self(ticks.collect())
    }

    /// The users, in the order of their keys.
    pub fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self.0.keys().filter_map(|name| user_id(name)).collect();
        ids.sort_unstable();
        ids
    }
}

fn user_id(name: &str) -> Option<i64> {
    name.strip_prefix(PREFIX)?.parse().ok()
}

/// A box.
#[derive(Clone, Debug, Serialize)]
pub struct Seat {
    name: String,
    label: String,
    is_taken: bool,
}

impl Seat {
    /// A box for each of these users: key, name and address. Names repeat; then the address tells.
    pub fn list(users: Vec<(i64, String, String)>, panel: &Panel) -> Vec<Self> {
        let taken = panel.ids();
        let is_shared = |name: &str| users.iter().filter(|(_, other, _)| other == name).count() > 1;
        users
            .iter()
            .map(|(id, name, email)| Self {
                name: format!("{PREFIX}{id}"),
                label: match is_shared(name) {
                    true => format!("{name} ({email})"),
                    false => name.clone(),
                },
                is_taken: taken.contains(id),
            })
            .collect()
    }

    /// For the samples of pages.
    pub fn sample() -> Self {
        Self {
            name: format!("{PREFIX}7"),
            label: "Ines Interviewer".into(),
            is_taken: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ticked_boxes_of_users_count() {
        let fields = [
            ("with_12", "on"),
            ("with_7", "on"),
            ("with_9", ""),
            ("with_x", "on"),
            ("job", "3"),
        ];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let panel = Panel::from(BTreeMap::from(fields));
        assert_eq!(panel.ids(), [7, 12]);
        let seats = Seat::list(
            vec![
                (7, "Ines".into(), "ines@example.com".into()),
                (8, "Ines".into(), "other@example.com".into()),
                (9, "Ivo".into(), "ivo@example.com".into()),
            ],
            &panel,
        );
        let labels: Vec<_> = seats
            .iter()
            .map(|seat| (&*seat.label, seat.is_taken))
            .collect();
        assert_eq!(
            labels,
            [
                ("Ines (ines@example.com)", true),
                ("Ines (other@example.com)", false),
                ("Ivo", false)
            ]
        );
    }
}
