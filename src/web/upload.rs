//! A file that a form sends (RFC 7578).
//!
//! The body is at hand already; no form of ours sends more than one file.
use actix_web::{HttpRequest, http::header::CONTENT_TYPE};

/// The file in a field; none when the body is not such a form, or has no such field. Nothing was chosen
/// when it is empty.
pub fn file<'a>(content_type: &str, body: &'a [u8], field: &str) -> Option<&'a [u8]> {
    let parts = parts(content_type, body)?;
    let found = parts.into_iter().find(|(name, _)| name == field);
    found.map(|(_, content)| content)
}

/// The fields of our forms that are files.
const FILES: [&str; 2] = ["file", "logo"];

/// The fields of a form in their order, whichever way it was sent.
pub struct Fields(Vec<(String, Vec<u8>)>);

impl Fields {
    /// Of a form that may hold a file; none of what is no form.
    pub fn read(request: &HttpRequest, body: &[u8]) -> Self {
        if let Some(fields) = Self::read_parts(request, body) {
            return fields;
        }
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).unwrap_or_default();
        let pairs = pairs.into_iter();
        Self(
            pairs
                .map(|(name, text)| (name, text.into_bytes()))
                .collect(),
        )
    }

    /// Of a form that may hold a file; none when it is another one.
    pub fn read_parts(request: &HttpRequest, body: &[u8]) -> Option<Self> {
        let content_type = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
        let parts = parts(content_type, body)?.into_iter();
        let owned = parts.map(|(name, content)| (name, content.to_vec()));
        Some(Self(owned.collect()))
    }

    /// What is in a field; nothing when it is not there.
    pub fn bytes(&self, name: &str) -> &[u8] {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or(&[], |(_, content)| content)
    }

    /// The same as text.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.bytes(name)).into_owned()
    }

    /// All fields as texts, without the file.
    pub fn texts(self) -> Vec<(String, String)> {
        let texts = self
            .0
            .into_iter()
            .filter(|(name, _)| !FILES.contains(&name.as_str()));
        texts
            .map(|(name, content)| (name, String::from_utf8_lossy(&content).into_owned()))
            .collect()
    }

    /// All fields of one name.
    pub fn all(&self, name: &str) -> Vec<String> {
        let found = self.0.iter().filter(|(field, _)| field == name);
        found
            .map(|(_, content)| String::from_utf8_lossy(content).into_owned())
            .collect()
    }

    /// The fields whose names begin like this, by what follows.
    pub fn beginning(&self, begin: &str) -> Vec<(String, String)> {
        let found = self.0.iter().filter_map(|(field, content)| {
            let rest = field.strip_prefix(begin)?;
            Some((
                rest.to_owned(),
                String::from_utf8_lossy(content).into_owned(),
            ))
        });
        found.collect()
    }
}

/// The parts of a body by their names; none when it is no such form, or is cut off.
fn parts<'a>(content_type: &str, body: &'a [u8]) -> Option<Vec<(String, &'a [u8])>> {
    let (kind, boundary) = content_type.split_once("boundary=")?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data;") {
        return None;
    }
    let delimiter = format!("\r\n--{}", boundary.trim().trim_matches('"'));
    let mut rest = body.strip_prefix(delimiter.trim_start().as_bytes())?;
    let mut parts = Vec::new();
    // The last delimiter ends in two hyphens.
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let (head, content) = (&rest[..head_end], &rest[head_end + 4..]);
        let end = find(content, delimiter.as_bytes())?;
        if let Some(name) = name_in(head) {
            parts.push((name, &content[..end]));
        }
        rest = &content[end + delimiter.len()..];
    }
    Some(parts)
}

/// The field that a part's head names.
fn name_in(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-disposition"))?;
    let (_, name) = value.split_once("; name=\"")?;
    let (name, _) = name.split_once('"')?;
    Some(name.to_owned())
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "multipart/form-data; boundary=----x";

    fn body(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, content) in parts {
            body.extend_from_slice(b"------x\r\nContent-Disposition: form-data; name=\"");
            body.extend_from_slice(name.as_bytes());
            body.extend_from_slice(b"\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"------x--\r\n");
        body
    }

    #[test]
    fn the_file_comes_out_as_it_went_in() {
        let content = b"\x89PNG\r\n\x1a\n\0\r\n--\r\n------y\r\n\r\n";
        let whole = body(&[("other", b"1"), ("logo", content), ("more", b"")]);
        assert_eq!(file(FORM, &whole, "logo"), Some(&content[..]));
        let quoted = "Multipart/Form-Data; boundary=\"----x\"";
        assert_eq!(file(quoted, &whole, "logo"), Some(&content[..]));
        assert_eq!(file(FORM, &whole, "more"), Some(&b""[..]));
        assert_eq!(file(FORM, &whole, "nobody"), None);
    }

    #[test]
    fn fields_come_out_in_their_order_whichever_way_they_were_sent() {
        use actix_web::test::TestRequest;
        let whole = body(&[
            ("slot:a", b"1"),
            ("text", "é".as_bytes()),
            ("slot:b", b"2"),
            ("kept", b"x"),
            ("kept", b"y"),
        ]);
        let encoded = b"slot%3Aa=1&text=%C3%A9&slot%3Ab=2&kept=x&kept=y".to_vec();
        for (kind, bytes) in [
            (FORM, whole),
            ("application/x-www-form-urlencoded", encoded),
        ] {
            let request = TestRequest::default()
                .insert_header((CONTENT_TYPE, kind))
                .to_http_request();
            let fields = Fields::read(&request, &bytes);
            assert_eq!(fields.text("text"), "é", "{kind}");
            assert_eq!(fields.all("kept"), ["x", "y"]);
            let slots = [("a", "1"), ("b", "2")].map(|(name, id)| (name.to_owned(), id.to_owned()));
            assert_eq!(fields.beginning("slot:"), slots);
            assert_eq!(fields.text("nobody"), "");
        }
    }

    #[test]
    fn what_is_no_such_form_holds_no_file() {
        let whole = body(&[("logo", b"content")]);
        assert_eq!(
            file("application/x-www-form-urlencoded", &whole, "logo"),
            None
        );
        assert_eq!(file("text/plain; boundary=----x", &whole, "logo"), None);
        assert_eq!(
            file("multipart/form-data; boundary=----z", &whole, "logo"),
            None
        );
        for length in 0..whole.len() - 12 {
            assert_eq!(file(FORM, &whole[..length], "logo"), None, "{length}");
        }
    }
}
