//! What a visitor reads when there is nothing else to show.
use actix_web::http::StatusCode;
use serde::Serialize;

use super::page::Page;

/// The page of a refusal or a failure. It says what to do next, and never why it failed inside.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorPage {
    heading: &'static str,
    text: &'static str,
    /// What the log knows the failure by.
    reference: Option<String>,
}

impl ErrorPage {
    /// The page of a status; `reference` where the log has more to say.
    pub fn of(status: StatusCode, reference: Option<String>) -> Self {
        let (heading, text) = words(status);
        Self {
            heading,
            text,
            reference,
        }
    }
}

impl Page for ErrorPage {
    const TEMPLATE: &'static str = "errors/error.html";

    fn title(&self) -> String {
        self.heading.to_owned()
    }

    fn sample() -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, Some("7f3a-91c2".into()))
    }
}

/// The heading and the text.
type Words = (&'static str, &'static str);

const WORDS: [(StatusCode, Words); 8] = [
    (
        StatusCode::NOT_FOUND,
        (
            "Page not found",
            "There is nothing at this address, or you don't have access to it.",
        ),
    ),
    (
        StatusCode::FORBIDDEN,
        (
            "Request blocked",
            "This request did not come from a page of this site, so nothing was done. Reload the page and try again.",
        ),
    ),
    (
        StatusCode::CONFLICT,
        (
            "Someone else changed this first",
            "Your change was not saved. Go back, reload the page and check what it says now.",
        ),
    ),
    (
        StatusCode::PAYLOAD_TOO_LARGE,
        (
            "Too large",
            "What you sent is too large for this page. Shorten it and send it again.",
        ),
    ),
    (
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        (
            "Unsupported format",
            "This page only accepts its own form, uncompressed. Go back and send the form from the page.",
        ),
    ),
    (
        StatusCode::REQUEST_TIMEOUT,
        (
            "That took too long",
            "Your request did not arrive completely. Send it again.",
        ),
    ),
    (
        StatusCode::TOO_MANY_REQUESTS,
        ("Too many attempts", "Wait a few minutes, then try again."),
    ),
    (
        StatusCode::SERVICE_UNAVAILABLE,
        (
            "Back in a moment",
            "We can't answer right now. Nothing is lost; reload the page in a minute.",
        ),
    ),
];
const OUR_FAULT: Words = (
    "Something went wrong",
    "It's our fault, not yours. Try again. If it happens again, give your administrator the reference below.",
);
const NOT_UNDERSTOOD: Words = (
    "Request not understood",
    "The request was incomplete or malformed. Go back and try again.",
);

fn words(status: StatusCode) -> Words {
    match WORDS.iter().find(|(known, _)| *known == status) {
        Some((_, words)) => *words,
        None if status.is_server_error() => OUR_FAULT,
        None => NOT_UNDERSTOOD,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_that_we_answer_with_has_words_of_its_own() {
        let mut headings: Vec<_> = [400, 403, 404, 408, 409, 413, 415, 429, 500, 503]
            .map(|code| words(StatusCode::from_u16(code).expect("a status")).0)
            .to_vec();
        headings.sort_unstable();
        headings.dedup();
        assert_eq!(headings.len(), 10);
        assert_eq!(
            words(StatusCode::BAD_GATEWAY),
            words(StatusCode::INTERNAL_SERVER_ERROR)
        );
    }
}
