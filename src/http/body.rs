//! The body of a request: how much of it is read, from whom, and for how long.
use std::time::Duration;

use actix_web::{
    HttpMessage,
    dev::ServiceRequest,
    error::PayloadError,
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    web::{Bytes, BytesMut},
};
use futures_util::{Stream, StreamExt};

use crate::{
    api::{auth, is_api, problem::Problem},
    app::App,
    domain::accounts::sessions,
    hooks,
    mail::events,
    web::{
        errors::{Error, Result},
        sessions as cookie,
    },
};

/// No form of ours and no call of the API is larger.
pub const MAX_BYTES: usize = 64 * 1024;

/// Forms that send a file may be larger than the file may be: then it is told so beside the field.
pub const MAX_UPLOAD_BYTES: usize = 512 * 1024;
const UPLOADS: &[&str] = &[
    "/bookings/new",
    "/candidates/import",
    "/company/logo",
    "/jobs/import",
];
/// The same of calls of the API that send a list.
const LISTS: &[&str] = &["/api/candidates/import/", "/api/jobs/import/"];

/// No body is longer; providers tell of many emails at once.
pub const MOST_BYTES: usize = events::LONGEST;

/// Who has neither a session nor a token can only sign in, set up or join; those forms are smaller.
const MAX_BYTES_OF_STRANGERS: usize = 16 * 1024;

/// The web server itself would wait for ever.
const TIME: Duration = Duration::from_secs(15);

/// Refuses what would have to be unpacked: a few packed bytes can stand for any number (RFC 9110 §15.5.16).
pub fn refuse_encoded(headers: &HeaderMap) -> Result<()> {
    let is_plain = |value: &HeaderValue| {
        let mut codings = value.as_bytes().split(|byte| *byte == b',');
        codings.all(|coding| {
            let coding = coding.trim_ascii();
            coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
        })
    };
    let mut values = headers.get_all(header::CONTENT_ENCODING);
    if values.all(is_plain) {
        Ok(())
    } else {
        Err(Error::Encoded)
    }
}

/// The whole body, within its limits of size and time. What is announced to be too much is refused unread.
pub async fn read(app: &App, request: &mut ServiceRequest) -> Result<Bytes> {
    let body = request.take_payload();
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let mut room = Room {
        bytes: MAX_BYTES_OF_STRANGERS,
        most: match request.path() {
            path if hooks::is_hook(path) => MOST_BYTES,
            path if UPLOADS.contains(&path) || LISTS.contains(&path) => MAX_UPLOAD_BYTES,
            _ => MAX_BYTES,
        },
        introduce: async || introduce(app, request).await,
    };
    room.make_for(announced.unwrap_or(0)).await?;
    collect(body, room, TIME).await
}

async fn collect(
    mut body: impl Stream<Item = Result<Bytes, PayloadError>> + Unpin,
    mut room: Room<impl AsyncFn() -> Result<()>>,
    time: Duration,
) -> Result<Bytes> {
    let whole = tokio::time::timeout(time, async {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| Error::Refused(StatusCode::BAD_REQUEST))?;
            room.make_for((bytes.len() + chunk.len()) as u64).await?;
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    });
    whole
        .await
        .unwrap_or(Err(Error::Refused(StatusCode::REQUEST_TIMEOUT)))
}

/// How many bytes are taken: few, until it is known who sends them.
struct Room<F> {
    bytes: usize,
    most: usize,
    introduce: F,
}

impl<F: AsyncFn() -> Result<()>> Room<F> {
    async fn make_for(&mut self, wanted: u64) -> Result<()> {
        if wanted > self.most as u64 {
            return Err(too_large());
        }
        if wanted > self.bytes as u64 {
            (self.introduce)().await?;
            self.bytes = self.most;
        }
        Ok(())
    }
}

/// Refuses strangers. A session that has ended still tells that somebody signed in with this browser: what they
/// typed is read. A file is read from those who are signed in.
async fn introduce(app: &App, request: &ServiceRequest) -> Result<()> {
    if hooks::is_hook(request.path()) {
        return hooks::admit(app, request.request()).await.map(|_| ());
    }
    if is_api(request.path()) {
        return match auth::is_known(app, request.headers()).await? {
            true => Ok(()),
            false => Err(Error::Web(Problem::unauthorized().into())),
        };
    }
    let key_hash = cookie::signed_key_hash(request, &app.settings).ok_or_else(too_large)?;
    if UPLOADS.contains(&request.path()) {
        let found = sessions::find(&app.db, &key_hash, app.clock.now()).await?;
        found.ok_or_else(too_large)?;
    }
    Ok(())
}

fn too_large() -> Error {
    Error::Refused(StatusCode::PAYLOAD_TOO_LARGE)
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use futures_util::stream;

    use super::*;

    fn chunks(
        texts: impl Stream<Item = &'static str> + Unpin,
    ) -> impl Stream<Item = Result<Bytes, PayloadError>> + Unpin {
        texts.map(|text| Ok(Bytes::from_static(text.as_bytes())))
    }

    async fn status(
        texts: impl Stream<Item = &'static str> + Unpin,
        introduced: Result<()>,
    ) -> Option<u16> {
        let is_known = introduced.is_ok();
        let room = Room {
            bytes: 16,
            most: 64,
            introduce: async || match is_known {
                true => Ok(()),
                false => Err(Error::Refused(StatusCode::UNAUTHORIZED)),
            },
        };
        let body = collect(chunks(texts), room, Duration::from_millis(20)).await;
        body.err().map(|error| error.status_code().as_u16())
    }

    fn stranger() -> Result<()> {
        Err(too_large())
    }

    #[actix_web::test]
    async fn a_body_that_never_ends_is_given_up() {
        let drip = stream::iter(["name="]).chain(stream::pending());
        assert_eq!(status(drip, Ok(())).await, Some(408));
    }

    #[actix_web::test]
    async fn a_body_that_does_not_say_how_long_it_is_is_cut_at_the_limit() {
        assert_eq!(
            status(stream::repeat("0123456789"), Ok(())).await,
            Some(413)
        );
        assert_eq!(status(stream::iter(["a", "b"]), Ok(())).await, None);
    }

    #[actix_web::test]
    async fn beyond_the_first_bytes_it_matters_who_sends_them() {
        let (sixteen, more) = (["01234567"; 2], ["01234567"; 3]);
        assert_eq!(status(stream::iter(sixteen), stranger()).await, None);
        assert_eq!(status(stream::iter(more), stranger()).await, Some(401));
        assert_eq!(status(stream::iter(more), Ok(())).await, None);
    }

    #[test]
    fn every_coding_but_identity_is_refused() {
        let is_refused = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            refuse_encoded(&headers).is_err()
        };
        for plain in [
            &[][..],
            &["identity"],
            &["IDENTITY"],
            &[""],
            &["identity, Identity"],
        ] {
            assert!(!is_refused(plain), "{plain:?}");
        }
        for packed in [
            &["gzip"][..],
            &["GZip"],
            &["br"],
            &["deflate"],
            &["x-gzip"],
            &["zstd"],
            &["nonsense"],
            &["identity, gzip"],
            &["gzip,gzip"],
            &["identity", "gzip"],
            &["gzip; q=1"],
        ] {
            assert!(is_refused(packed), "{packed:?}");
        }
    }
}
