//! The audit log, a page at a time.
use serde::Serialize;

use super::{
    form::{Filters, NOBODY},
    labels,
};
use crate::{
    domain::{actions::Entry, events::Verb, page::Page as List},
    web::{
        choices::Choice,
        forms::FormErrors,
        lists::{self, At, Pager},
        page::Page,
        stamp::Stamp,
    },
    zones::Tz,
};

/// The list.
#[derive(Default, Serialize)]
pub struct IndexPage {
    form: Filters,
    errors: FormErrors,
    authors: Vec<Choice>,
    verbs: Vec<Choice>,
    /// Where the same lines can be downloaded; none where the filters cannot be read.
    export: Option<String>,
    actions: Vec<Row>,
    is_narrowed: bool,
    pager: Pager,
    zone: String,
}

#[derive(Serialize)]
struct Row {
    at: Stamp,
    who: String,
    ip: String,
    what: String,
    object: String,
    /// None for what has no page, or is gone.
    href: Option<String>,
    is_gone: bool,
    /// Where everything about it is listed.
    about: String,
    details: Vec<String>,
}

impl IndexPage {
    /// A page of the list; `authors` are the users to choose from.
    pub fn new(
        form: Filters,
        at: &At,
        found: List<Entry>,
        authors: Vec<(i64, String)>,
        zone: Tz,
    ) -> Self {
        Self {
            pager: Pager::new("/actions", &form, at, &found),
            actions: found
                .rows
                .into_iter()
                .map(|entry| Row::new(entry, zone))
                .collect(),
            export: Some(form.export()),
            ..Self::refused(form, FormErrors::new(), authors, zone)
        }
    }

    /// Filters that cannot be read.
    pub fn refused(
        form: Filters,
        errors: FormErrors,
        authors: Vec<(i64, String)>,
        zone: Tz,
    ) -> Self {
        let nobody = Choice::new(NOBODY, "Greenroom or a candidate");
        let users = authors.into_iter().map(|(id, name)| Choice::new(id, name));
        Self {
            authors: users.chain([nobody]).collect(),
            verbs: verbs(form.what()),
            is_narrowed: lists::is_narrowed(&form),
            form,
            errors,
            zone: zone.name().into(),
            ..Self::default()
        }
    }
}

/// What can be asked for, and what is asked for though no list has it.
fn verbs(asked: &str) -> Vec<Choice> {
    let known = Verb::ALL.iter();
    let mut verbs: Vec<Choice> = known
        .map(|verb| Choice::new(verb.as_str(), labels::verb(*verb)))
        .collect();
    if !asked.is_empty() && verbs.iter().all(|verb| verb.value != asked) {
        verbs.push(Choice::new(asked, asked));
    }
    verbs
}

impl Row {
    fn new(entry: Entry, zone: Tz) -> Self {
        let (who, what) = (labels::who(&entry), labels::what(&entry));
        let is_gone = entry.is_gone;
        let action = entry.action;
        Self {
            who,
            what,
            at: Stamp::day_and_clock(action.at, zone),
            ip: action.ip,
            object: labels::object(&action.object_type, action.object_id),
            href: labels::address(&action.object_type, action.object_id).filter(|_| !is_gone),
            is_gone,
            about: Filters::about(&action.object_type, action.object_id),
            details: labels::details(&action.details),
        }
    }
}

impl Page for IndexPage {
    const TEMPLATE: &'static str = "actions/index.html";

    fn title(&self) -> String {
        "Audit log".into()
    }

    fn sample() -> Self {
        Self {
            actions: vec![Row {
                at: Stamp::sample(),
                who: "Robin Weiss".into(),
                ip: "203.0.113.7".into(),
                what: "Candidate not notified of a booking".into(),
                object: "Interview 1".into(),
                href: Some("/interviews/1".into()),
                is_gone: true,
                about: "/actions?on=interview%3A1".into(),
                details: vec!["slot_id: 1".into(), "error: No such mailbox.".into()],
            }],
            pager: Pager::sample(),
            export: Some("/actions.csv".into()),
            ..Self::refused(
                Filters::default(),
                FormErrors::one("from", "Use a date such as 2027-01-05, year first."),
                vec![(1, "Robin Weiss".into())],
                Tz::UTC,
            )
        }
    }
}
