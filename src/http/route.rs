//! One route: a method and a path, with who may and a handler that asks for just that.
use actix_web::{
    Error, FromRequest, Handler, HttpRequest, Responder, Route as Endpoint, guard, http::Method,
    web,
};

use crate::access::{self, Access, Who};

/// A line of the table, with its handler.
pub struct Route {
    /// The method; GET answers HEAD as well.
    pub method: Method,
    /// The path, parameters in braces.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// The handler, behind the check of who may.
    pub endpoint: Endpoint,
    /// Is the database asked who is there?
    pub keeps_session: bool,
}

impl Route {
    /// Asks the database nothing about who is there.
    pub fn without_session(self) -> Self {
        Self {
            keeps_session: false,
            ..self
        }
    }
}

/// Answers GET, and HEAD as well.
pub fn get<F, Args>(who: Who, path: &'static str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: Access + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let both = guard::Any(guard::Get()).or(guard::Head());
    route(who, Method::GET, path, web::route().guard(both), handler)
}

/// Answers POST.
pub fn post<F, Args>(who: Who, path: &'static str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: Access + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route(who, Method::POST, path, web::post(), handler)
}

/// Answers PATCH.
pub fn patch<F, Args>(who: Who, path: &'static str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: Access + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route(who, Method::PATCH, path, web::patch(), handler)
}

/// Answers DELETE.
pub fn delete<F, Args>(who: Who, path: &'static str, handler: F) -> Route
where
    F: Handler<Args>,
    Args: Access + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    route(who, Method::DELETE, path, web::delete(), handler)
}

fn route<F, Args>(
    who: Who,
    method: Method,
    path: &'static str,
    endpoint: Endpoint,
    handler: F,
) -> Route
where
    F: Handler<Args>,
    Args: Access + FromRequest + 'static,
    F::Output: Responder + 'static,
{
    // No program with a door that is open by mistake ever starts.
    assert!(
        access::agrees(who, Args::ASKS),
        "{method} {path} is for {who:?} and its handler asks for {:?}",
        Args::ASKS
    );
    // Who may not learns nothing, not even that what they sent makes no sense.
    let handler = move |request: HttpRequest, payload: web::Payload| {
        let handler = handler.clone();
        async move {
            Args::admit(&request).await?;
            let arguments = Args::from_request(&request, &mut payload.into_inner()).await;
            Ok::<_, Error>(handler.call(arguments.map_err(Into::into)?).await)
        }
    };
    Route {
        method,
        path,
        who,
        endpoint: endpoint.to(handler),
        keeps_session: who.may_be_signed_in(),
    }
}

#[cfg(test)]
mod tests;
