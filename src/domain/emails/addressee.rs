//! Whom a message goes to.
use entity::{
    email::{self, Audience},
    user,
};

use crate::domain::interviews::Details;

/// Whom a message goes to.
#[derive(Clone, Debug)]
pub struct Addressee {
    pub(super) audience: Audience,
    /// Of a user: which one.
    pub(super) user_id: Option<i64>,
    pub(super) address: String,
    pub(super) name: String,
    /// BCP 47.
    pub(super) locale: String,
    /// The version of the join link in it; 0 where there is none.
    pub(super) link_version: i32,
}

impl Addressee {
    /// The candidate of an interview.
    pub(super) fn candidate(details: &Details) -> Self {
        let candidate = &details.candidate;
        Self {
            audience: Audience::Candidate,
            user_id: None,
            address: candidate.email.clone(),
            name: candidate.name.clone(),
            locale: candidate.locale.clone(),
            link_version: details.interview.link_version,
        }
    }

    /// A user, who gets no join link.
    pub fn user(user: &user::Model) -> Self {
        Self {
            audience: Audience::User,
            user_id: Some(user.id),
            address: user.email.clone(),
            name: user.name.clone(),
            locale: user.locale.clone(),
            link_version: 0,
        }
    }

    /// Whoever is to get again what a message told; a candidate as they are now.
    pub(super) fn again(email: &email::Model, details: &Details) -> Self {
        match email.audience {
            Audience::Candidate => Self::candidate(details),
            Audience::User | Audience::Address => Self {
                audience: email.audience,
                user_id: email.user_id,
                address: email.recipient.clone(),
                name: email.recipient_name.clone(),
                locale: email.locale.clone(),
                link_version: email.link_version,
            },
        }
    }
}
