//! A file that a form sends (RFC 7578).
//!
//! The body is at hand already; no form of ours sends more than one file.

/// The file in a field; none when the body is not such a form, or has no such field. Nothing was chosen
/// when it is empty.
pub fn file<'a>(content_type: &str, body: &'a [u8], field: &str) -> Option<&'a [u8]> {
    let (kind, boundary) = content_type.split_once("boundary=")?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data;") {
        return None;
    }
    let delimiter = format!("\r\n--{}", boundary.trim().trim_matches('"'));
    let mut rest = body.strip_prefix(delimiter.trim_start().as_bytes())?;
    loop {
        // The last delimiter ends in two hyphens instead.
        rest = rest.strip_prefix(b"\r\n")?;
        let head_end = find(rest, b"\r\n\r\n")?;
        let (head, content) = (&rest[..head_end], &rest[head_end + 4..]);
        let end = find(content, delimiter.as_bytes())?;
        if is_of(head, field) {
            return Some(&content[..end]);
        }
        rest = &content[end + delimiter.len()..];
    }
}

/// Does a part's head name this field?
fn is_of(head: &[u8], field: &str) -> bool {
    let head = String::from_utf8_lossy(head);
    let named = format!("; name=\"{field}\"");
    head.split("\r\n").any(|line| {
        line.split_once(':').is_some_and(|(name, value)| {
            name.eq_ignore_ascii_case("content-disposition") && value.contains(&named)
        })
    })
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
