//! Who may use a route, and whom a handler lets in, read from its arguments: the URL table cannot say otherwise.
use std::future::Future;

use actix_session::Session;
use actix_web::{
    Error, HttpRequest,
    web::{Bytes, Data, Form, Path, Query},
};
use entity::user::Role;
use serde::Serialize;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Everybody; the short list.
    Anyone,
    /// Whoever holds the join link.
    Candidate,
    /// A signed-in user, whatever their role.
    Interviewer,
    /// A signed-in user who schedules interviews: a recruiter or an admin.
    Recruiter,
    /// A signed-in admin.
    Admin,
    /// The bearer of an API token of a recruiter or an admin.
    Api,
    /// A provider that sends our mail: whoever knows its secret address.
    Provider,
}

impl Who {
    /// Does a session of a user with this role open it?
    pub fn admits(self, role: Role) -> bool {
        match self {
            Self::Anyone | Self::Interviewer => true,
            Self::Recruiter => role.is_recruiting(),
            Self::Admin => role.is_admin(),
            Self::Candidate | Self::Api | Self::Provider => false,
        }
    }

    /// Can a session say who is there?
    pub fn may_be_signed_in(self) -> bool {
        !matches!(self, Self::Candidate | Self::Api | Self::Provider)
    }
}

/// What an argument of a handler, or all of them, asks of whoever sends the request.
pub trait Access {
    /// Who gets past it; nothing for what anybody can send.
    const ASKS: Option<Who>;

    /// Refuses whoever may not, before anything that they sent is read; else leaves them for the handler to take.
    fn admit(_: &HttpRequest) -> impl Future<Output = Result<(), Error>> {
        async { Ok(()) }
    }
}

/// Does a handler that asks this fit a line of the table for `who`? One that forgets to ask fits none that is private.
pub fn agrees(who: Who, asks: Option<Who>) -> bool {
    match who {
        // Whoever holds a join link shows it in the path.
        Who::Anyone | Who::Candidate => asks.is_none(),
        Who::Interviewer | Who::Recruiter | Who::Admin | Who::Api | Who::Provider => {
            asks == Some(who)
        }
    }
}

macro_rules! asks_nothing {
    ($($argument:ty $(, $inner:ident)?;)+) => {
        $(impl$(<$inner>)? Access for $argument {
            const ASKS: Option<Who> = None;
        })+
    };
}

asks_nothing! {
    Bytes;
    Data<T>, T;
    Form<T>, T;
    HttpRequest;
    Path<T>, T;
    Query<T>, T;
    Session;
}

macro_rules! together {
    ($($argument:ident)*) => {
        impl<$($argument: Access),*> Access for ($($argument,)*) {
            const ASKS: Option<Who> = one_of(&[$($argument::ASKS),*]);

            async fn admit(_request: &HttpRequest) -> Result<(), Error> {
                $($argument::admit(_request).await?;)*
                Ok(())
            }
        }
    };
}

together!();
together!(A);
together!(A B);
together!(A B C);
together!(A B C D);

const fn one_of(asked: &[Option<Who>]) -> Option<Who> {
    let mut found = None;
    let mut at = 0;
    while at < asked.len() {
        if let Some(who) = asked[at] {
            assert!(found.is_none(), "a handler asks once who is there");
            found = Some(who);
        }
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_that_forgets_to_ask_fits_no_private_line() {
        let forgotten = <(HttpRequest, Path<i64>)>::ASKS;
        for who in [
            Who::Interviewer,
            Who::Recruiter,
            Who::Admin,
            Who::Api,
            Who::Provider,
        ] {
            assert!(!agrees(who, forgotten), "{who:?}");
        }
        assert!(agrees(Who::Anyone, forgotten) && agrees(Who::Candidate, forgotten));
    }
}
