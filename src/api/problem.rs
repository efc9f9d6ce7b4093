//! Errors as programs read them (RFC 9457).
use std::{collections::BTreeMap, fmt};

use actix_web::{
    HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use serde_json::{Map, Value, json};

use crate::{
    app::App,
    domain::{idempotency_keys::Answer, references},
    error::{Error, Reference},
};

/// The media type of a problem.
pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What a handler of the API answers with.
pub type Result<T, E = Problem> = std::result::Result<T, E>;

/// What is wrong with each field.
pub type Errors = BTreeMap<String, Vec<String>>;

/// Why a call was not carried out.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: &'static str,
    /// Beyond what every problem has.
    members: Map<String, Value>,
    /// Boxed, because every answer has room for a problem.
    header: Option<Box<(HeaderName, HeaderValue)>>,
    /// Stays between us and the log.
    cause: Option<String>,
}

impl Problem {
    /// A problem that its status says most about.
    pub fn new(status: StatusCode, detail: &'static str) -> Self {
        Self {
            status,
            detail,
            members: Map::new(),
            header: None,
            cause: None,
        }
    }

    /// 401: who calls is not known.
    pub fn unauthorized() -> Self {
        let problem = Self::new(
            StatusCode::UNAUTHORIZED,
            "Send an `Authorization: Token <key>` header with a key that is neither revoked nor expired.",
        );
        problem.with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"))
    }

    /// 400: it cannot be read. Programs tell cases apart by `code`.
    pub fn malformed(code: &str, detail: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail).coded(code)
    }

    /// 415: the body is of another type than we read.
    pub fn not_json() -> Self {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        let detail = "Send JSON with the header `Content-Type: application/json`.";
        Self::new(status, detail).coded("not_json")
    }

    /// 422: it is JSON, and has no fields.
    pub fn not_an_object() -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let detail = "The request body must be a JSON object, like {\"name\": \"value\"}.";
        Self::new(status, detail).coded("not_an_object")
    }

    /// 403: it is there, and not the caller's to change.
    pub fn forbidden() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Only an admin's token may change this, or the token of the interviewer.",
        )
    }

    /// 404: not there, or not the caller's.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, details(StatusCode::NOT_FOUND))
    }

    /// 409: somebody was first, or the rows have moved on. Programs tell cases apart by `code`.
    pub fn conflict(code: &str, detail: &'static str) -> Self {
        Self::new(StatusCode::CONFLICT, detail).coded(code)
    }

    /// 409: the row has another version than the one that the change was meant for; this is how it is now.
    pub fn stale(name: &str, row: Value) -> Self {
        let detail = "This was changed since the `version` that you sent. The response contains the current row under its name; apply your change to that.";
        Self::conflict("changed", detail).with(name, row)
    }

    /// 422: these fields are wrong.
    pub fn invalid(errors: Errors) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "Some fields are invalid. See `errors`.",
        )
        .coded("invalid")
        .with("errors", json!(errors))
    }

    /// 422: one field is wrong.
    pub fn invalid_field(field: &str, message: &str) -> Self {
        Self::invalid(Errors::from([(field.into(), vec![message.into()])]))
    }

    /// 422: fields lead to nothing, or to what is not the caller's; the two look the same.
    pub fn no_such(references: &[Reference]) -> Self {
        let errors = references.iter().map(|reference| {
            let field = match reference {
                Reference::Candidate => "candidate",
                Reference::Interview => "interview_id",
                Reference::Interviewer => "interviewers",
                Reference::Job => "job",
                Reference::Slot => "slot_id",
            };
            let message = format!("There is no {} with this id.", reference.noun());
            (field.into(), vec![message])
        });
        Self::invalid(errors.collect())
    }

    /// Why a call failed that names several rows: of those that are not there, all are told.
    pub async fn of_call(
        error: Error,
        app: &App,
        company_id: i64,
        named: &[(Reference, i64)],
    ) -> Self {
        let Error::NoSuch(first) = error else {
            return error.into();
        };
        match references::missing(app.db.read(), company_id, named).await {
            // Added meanwhile.
            Ok(missing) if missing.is_empty() => Self::no_such(&[first]),
            Ok(missing) => Self::no_such(&missing),
            // What cannot be looked at changes nothing about the first.
            Err(_) => Self::no_such(&[first]),
        }
    }

    /// 422: the key came before, with something else.
    pub fn key_reused() -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "This Idempotency-Key was already used for another request. Use a new key.",
        )
        .coded("idempotency_key_reused")
    }

    /// 429: too many calls.
    pub fn too_often(seconds: i64) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        Self::new(status, details(status)).with_header(header::RETRY_AFTER, seconds.into())
    }

    /// 503: it was done, and the database went away before the answer could be kept.
    pub fn done_unanswered(error: Error) -> Self {
        let problem = Self {
            cause: Some(error.to_string()),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The request was carried out, but its response is not ready yet. Repeat it with the same Idempotency-Key to get the response; it won't be carried out again.",
            )
        };
        problem
            .coded("answer_not_ready")
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("5"))
    }

    /// As an answer that a repetition of the call gets too; as it is, when another try may come to something else.
    pub fn lasting(self) -> Result<Answer> {
        match self.status {
            StatusCode::NOT_FOUND | StatusCode::CONFLICT => Ok(Answer {
                status: self.status.as_u16(),
                location: None,
                body: body(self.status, self.detail, self.members),
            }),
            _ => Err(self),
        }
    }

    /// Gives the problem a type of its own.
    fn coded(mut self, name: &str) -> Self {
        code(&mut self.members, name);
        self
    }

    /// Adds a member.
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.into(), value);
        self
    }

    /// The names of the fields that are wrong.
    #[cfg(test)]
    pub fn errors(&self) -> impl Iterator<Item = &String> {
        let errors = self.members.get("errors").and_then(Value::as_object);
        errors.into_iter().flat_map(|errors| errors.keys())
    }

    fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.header = Some(Box::new((name, value)));
        self
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::NotFound => return Self::not_found(),
            Error::NoSuch(reference) => return Self::no_such(&[*reference]),
            Error::Conflict(_) => return Self::conflict("conflict", details(StatusCode::CONFLICT)),
            Error::Unavailable(_) | Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let problem = Self {
            cause: status.is_server_error().then(|| error.to_string()),
            ..Self::new(status, details(status))
        };
        match status {
            StatusCode::SERVICE_UNAVAILABLE => {
                problem.with_header(header::RETRY_AFTER, HeaderValue::from_static("5"))
            }
            _ => problem,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.cause.as_deref().unwrap_or(self.detail))
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    /// Ours stay bare: `http::guard` writes the cause down and gives them the number it has there.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(header) = &self.header {
            response.insert_header(*header.clone());
        }
        if self.cause.is_some() && self.members.is_empty() {
            return response.finish();
        }
        response
            .insert_header((header::CONTENT_TYPE, MEDIA_TYPE))
            .body(body(self.status, self.detail, self.members.clone()))
    }
}

/// The problem that a status alone tells of, with the number under which the log has more.
pub fn bare(status: StatusCode, reference: &str) -> String {
    let mut members = Map::new();
    if status.is_server_error() {
        members.insert("reference".into(), reference.into());
    }
    // The other cause has a problem of its own.
    if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        code(&mut members, "content_encoding");
    }
    body(status, details(status), members)
}

fn code(members: &mut Map<String, Value>, name: &str) {
    let kind = format!("urn:greenroom:problem:{}", name.replace('_', "-"));
    members.insert("type".into(), kind.into());
    members.insert("code".into(), name.into());
}

fn body(status: StatusCode, detail: &str, mut members: Map<String, Value>) -> String {
    members
        .entry("type")
        .or_insert_with(|| "about:blank".into());
    members.insert("title".into(), status.canonical_reason().into());
    members.insert("status".into(), status.as_u16().into());
    members.insert("detail".into(), detail.into());
    Value::Object(members).to_string()
}

fn details(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => {
            "Not found, or not visible to this token. Paths of the API end with a slash."
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            "This path doesn't accept this method. See the `Allow` header."
        }
        StatusCode::REQUEST_TIMEOUT => {
            "The request body didn't arrive in time. Send the request again."
        }
        StatusCode::CONFLICT => {
            "This was changed in the meantime. Read it again and repeat your change."
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            "The request body is too large; the limit is 64 KiB, and 512 KiB for imports."
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "`Content-Encoding` is not supported. Send the body uncompressed."
        }
        StatusCode::URI_TOO_LONG => "The URL is too long.",
        StatusCode::TOO_MANY_REQUESTS => {
            "Too many requests. Wait for the number of seconds in `Retry-After`."
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            "The database doesn't respond right now. Nothing was changed; try again in a moment."
        }
        status if status.is_server_error() => {
            "Something went wrong on the server. Find the cause in the log by its `reference`."
        }
        _ => "The request is malformed.",
    }
}
