//! The lanes of a calendar: what is in it, and what people and jobs are called.
use std::collections::{HashMap, HashSet};

use super::{
    blocks::{Lane, Placed},
    form::Lanes,
    pages::Planned,
};
use crate::{
    domain::calendar::{Calendar, Entry},
    text,
    web::{interviews::Reader, series::notes},
};

/// What people and jobs are called.
pub(super) struct Names {
    users: HashMap<i64, String>,
    jobs: HashMap<i64, String>,
}

impl Names {
    pub(super) fn new(calendar: &Calendar, planned: Option<&Planned>) -> Self {
        let mut users = calendar.users.clone();
        for (id, name, _) in planned.iter().flat_map(|planned| &planned.users) {
            users.entry(*id).or_insert_with(|| name.clone());
        }
        let mut jobs = HashMap::new();
        for row in calendar.slots.iter().map(|entry| &entry.row) {
            jobs.entry(row.job_id).or_insert_with(|| row.job.clone());
        }
        Self { users, jobs }
    }

    pub(super) fn of(&self, lane: &Lane) -> String {
        match lane {
            Lane::User(id) => self.users.get(id).cloned().unwrap_or_default(),
            Lane::Job(id) => self
                .jobs
                .get(id)
                .cloned()
                .unwrap_or_else(|| "New slots".into()),
            Lane::Name(name) => name.clone(),
            Lane::Nobody => "No interviewer".into(),
        }
    }

    pub(super) fn who(&self, users: &[i64], label: &str) -> String {
        let mut names: Vec<&str> = users
            .iter()
            .filter_map(|id| self.users.get(id).map(String::as_str))
            .collect();
        // A label whose users are on the slot says nothing new.
        let is_named = |label: &str| {
            let label = text::folded(label);
            names.iter().any(|name| text::folded(name) == label)
        };
        let is_news = !label.is_empty() && !is_named(label);
        names.extend(Some(label).filter(|_| is_news));
        names.join(", ")
    }
}

fn lanes_of(by: Lanes, users: &[i64], label: &str, job_id: i64) -> Vec<Lane> {
    match by {
        Lanes::Jobs => vec![Lane::Job(job_id)],
        Lanes::Interviewers if !users.is_empty() => {
            users.iter().map(|id| Lane::User(*id)).collect()
        }
        Lanes::Interviewers if !label.is_empty() => vec![Lane::Name(label.to_owned())],
        Lanes::Interviewers => vec![Lane::Nobody],
    }
}

/// All that is shown, by start.
pub(super) fn placed(
    calendar: &Calendar,
    planned: Option<&Planned>,
    by: Lanes,
    names: &Names,
    reader: &Reader,
) -> Vec<Placed> {
    let slot = |entry: &Entry| {
        let row = &entry.row;
        let lanes = lanes_of(by, &entry.interviewers, &row.interviewer, row.job_id);
        let who = names.who(&entry.interviewers, &row.interviewer);
        Placed::slot(entry, lanes, who, reader)
    };
    let mut placed: Vec<Placed> = calendar.slots.iter().map(slot).collect();
    if let Some(Planned {
        preview,
        plan,
        warnings,
        users,
    }) = planned
    {
        placed.extend(preview.slots.iter().filter_map(|slot| {
            let lanes = lanes_of(by, &slot.interviewers, &plan.interviewer, plan.job_id);
            let who = names.who(&slot.interviewers, &plan.interviewer);
            let notes = notes(slot, plan, warnings);
            let placed = Placed::planned(slot, plan, (lanes, who), users, reader.zone)?;
            Some(placed.with_notes(&notes))
        }));
        placed.sort_by_key(|placed| placed.begins);
    }
    placed
}

/// The lanes that there are: people and jobs by name, then those who do not sign in, then nobody.
pub(super) fn lanes(placed: &[Placed], names: &Names) -> Vec<Lane> {
    let found: HashSet<&Lane> = placed.iter().flat_map(|placed| &placed.lanes).collect();
    let mut lanes: Vec<Lane> = found.into_iter().cloned().collect();
    let rank = |lane: &Lane| match lane {
        Lane::User(_) | Lane::Job(_) => 0,
        Lane::Name(_) => 1,
        Lane::Nobody => 2,
    };
    lanes.sort_by_cached_key(|lane| (rank(lane), names.of(lane), lane.clone()));
    lanes
}
