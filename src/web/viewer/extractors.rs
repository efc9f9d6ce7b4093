//! What a handler takes to be private: each lets in the roles that it names, and nothing else makes a `Viewer`.
use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use entity::user::Role;

use super::{Viewer, find};
use crate::{
    access::{Access, Who},
    error::Error as AppError,
    web::errors::{Error, Result},
};

/// A [`Viewer`] of any role, interviewers too.
pub struct SignedIn(Viewer);

/// A [`Viewer`] who schedules interviews. For everybody else the page does not exist.
pub struct Recruiter(Viewer);

/// A [`Viewer`] who is an admin. For everybody else the page does not exist.
pub struct Admin(Viewer);

macro_rules! extractor {
    ($name:ident, $who:expr, $admits:expr) => {
        impl Access for $name {
            const ASKS: Option<Who> = Some($who);

            async fn admit(request: &HttpRequest) -> Result<(), actix_web::Error> {
                let viewer = find(request, $admits).await?;
                request.extensions_mut().insert(Self(viewer));
                Ok(())
            }
        }

        impl Deref for $name {
            type Target = Viewer;

            fn deref(&self) -> &Viewer {
                &self.0
            }
        }

        impl FromRequest for $name {
            type Error = Error;
            type Future = Ready<Result<Self>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let admitted = request.extensions_mut().remove::<Self>();
                ready(admitted.ok_or_else(|| AppError::NotFound.into()))
            }
        }
    };
}

extractor!(SignedIn, Who::Interviewer, |role| match role {
    Role::Admin | Role::Recruiter | Role::Interviewer => true,
});
extractor!(Recruiter, Who::Recruiter, Role::is_recruiting);
extractor!(Admin, Who::Admin, Role::is_admin);
