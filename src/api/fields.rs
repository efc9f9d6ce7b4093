//! What a call says, taken out field by field; every mistake is told at once.
use std::{collections::BTreeMap, fmt, future::Future, ops::RangeInclusive, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::StatusCode,
    web::{Bytes, Query},
};
use sea_orm::{ActiveEnum, Iterable};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, error::Category};

use super::problem::{Errors, Problem, Result};
use crate::{
    access::{Access, Who},
    domain::versions::NEWEST,
};

/// The body as it came. It is read only after the caller is known, so that strangers are told
/// nothing but that.
pub struct Body {
    media_type: String,
    bytes: Bytes,
}

impl Body {
    /// The fields of the JSON object that it is.
    pub fn fields(&self) -> Result<Fields> {
        let subtype = self.media_type.strip_prefix("application/");
        if !subtype.is_some_and(|name| name == "json" || name.ends_with("+json")) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send JSON with the header `Content-Type: application/json`.",
            ));
        }
        serde_json::from_slice::<IgnoredAny>(&self.bytes).map_err(malformed)?;
        let members = serde_json::from_slice::<Members>(&self.bytes);
        let members = members.map_err(|error| match error.classify() {
            Category::Data => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "The request body must be a JSON object.",
            ),
            Category::Syntax | Category::Eof | Category::Io => malformed(error),
        })?;
        Ok(Fields::new(members.0))
    }
}

fn malformed(error: serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "The request body is not valid JSON.",
    )
    .with("line", error.line().into())
    .with("column", error.column().into())
}

impl Access for Body {
    const ASKS: Option<Who> = None;
}

impl FromRequest for Body {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media_type = request.content_type().trim().to_ascii_lowercase();
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| {
                let status = error.as_response_error().status_code();
                Problem::new(status, "The request body can't be read.")
            })?;
            Ok(Self { media_type, bytes })
        })
    }
}

/// The fields of a body or of a query.
pub struct Fields {
    given: BTreeMap<String, Value>,
    errors: Errors,
    request: String,
}

impl Fields {
    /// What stands behind the question mark of an address; all values are text.
    pub fn of_query(query: &str) -> Result<Self> {
        let pairs = Query::<Vec<(String, String)>>::from_query(query)
            .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "The query string is malformed."))?;
        let pairs = pairs.into_inner().into_iter();
        Ok(Self::new(
            pairs.map(|(name, text)| (name, text.into())).collect(),
        ))
    }

    fn new(members: Vec<(String, Value)>) -> Self {
        let mut fields = Self {
            given: BTreeMap::new(),
            errors: Errors::new(),
            request: String::new(),
        };
        for (name, value) in members {
            if fields.given.contains_key(&name) {
                fields.refuse(&name, "Sent more than once.");
            }
            fields.given.insert(name, value);
        }
        let given = fields.given.iter().filter(|(_, value)| !value.is_null());
        fields.request = serde_json::json!(given.collect::<BTreeMap<_, _>>()).to_string();
        fields
    }

    /// All that is asked for, in one form whatever the order and the white space; `null` is as good as left out.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// The same for a change: there `null` is something that is asked for.
    pub fn exact_wish(&self) -> String {
        serde_json::json!(self.given).to_string()
    }

    /// Is there anything under this name?
    pub fn has(&self, name: &str) -> bool {
        self.given.get(name).is_some_and(|value| !value.is_null())
    }

    /// A field that may be left out; `null` is as good as left out.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.given.remove(name).filter(|value| !value.is_null())?;
        read(&value)
            .map_err(|message| self.refuse(name, &message))
            .ok()
    }

    /// A field that a change may empty: none when it is left out, and none inside for `null`.
    pub fn clearable<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<Option<T>> {
        match self.given.get(name) {
            Some(Value::Null) => {
                self.given.remove(name);
                Some(None)
            }
            _ => self.optional(name, read).map(Some),
        }
    }

    /// The version of the row that a change is meant for.
    pub fn version(&mut self) -> Option<i32> {
        self.required("version", number(1..=i64::from(NEWEST)))
    }

    /// A field that must be there.
    pub fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        if !self.has(name) {
            self.refuse(name, "This field is required.");
        }
        self.optional(name, read)
    }

    /// Notes a mistake.
    pub fn refuse(&mut self, name: &str, message: &str) {
        let messages = self.errors.entry(name.into()).or_default();
        messages.push(message.into());
    }

    /// What was read, unless anything was wrong; what nobody asked for is.
    pub fn finish<T>(mut self, read: Option<T>) -> Result<T> {
        for name in std::mem::take(&mut self.given).into_keys() {
            self.refuse(&name, "Unknown field.");
        }
        match read {
            Some(read) if self.errors.is_empty() => Ok(read),
            _ => Err(Problem::invalid(self.errors)),
        }
    }
}

/// Text, read further by `check`.
pub fn text<T, M: Into<String>>(
    check: impl FnOnce(&str) -> Result<T, M>,
) -> impl FnOnce(&Value) -> Result<T, String> {
    |value| match value {
        Value::String(text) => check(text).map_err(Into::into),
        _ => Err("Must be a string.".into()),
    }
}

/// A whole number within bounds.
pub fn number<T: TryFrom<i64>>(
    bounds: RangeInclusive<i64>,
) -> impl FnOnce(&Value) -> Result<T, String> {
    move |value| {
        let number = value.as_i64().filter(|number| bounds.contains(number));
        number
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| {
                format!(
                    "Must be an integer from {} to {}.",
                    bounds.start(),
                    bounds.end()
                )
            })
    }
}

/// The key of a row; a key that nothing can have is one of nothing.
pub fn id(value: &Value) -> Result<i64, String> {
    value
        .as_i64()
        .ok_or_else(|| "Must be an id (an integer).".into())
}

/// One of the names that we know.
pub fn choice<T>(value: &Value) -> Result<T, String>
where
    T: ActiveEnum<Value = String> + Iterable,
{
    let known = value
        .as_str()
        .and_then(|name| T::try_from_value(&name.to_owned()).ok());
    known.ok_or_else(|| {
        let names: Vec<String> = T::iter().map(|choice| choice.to_value()).collect();
        format!("Must be one of {}.", names.join(", "))
    })
}

/// At most `most` texts, each read further by `check`.
pub fn list<T, M: Into<String>>(
    most: usize,
    check: impl Fn(&str) -> Result<T, M>,
) -> impl FnOnce(&Value) -> Result<Vec<T>, String> {
    move |value| {
        let items = value.as_array().ok_or("Must be a list of strings.")?;
        if items.len() > most {
            return Err(format!("Must have at most {most} entries."));
        }
        items.iter().map(|item| text(&check)(item)).collect()
    }
}

/// The members of an object as they come: a map would keep the last of two with one name.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use entity::slot::DifficultyLevel;

    use super::*;
    use crate::text;

    fn body(text: &str) -> Body {
        Body {
            media_type: "application/json".into(),
            bytes: Bytes::copy_from_slice(text.as_bytes()),
        }
    }

    fn fields(text: &str) -> Fields {
        body(text).fields().expect("an object")
    }

    fn errors(problem: &Problem) -> Vec<&str> {
        problem.errors().map(String::as_str).collect()
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let mut fields =
            fields(r#"{"name": 7, "size": "7", "level": "odd", "id": 1, "x": 1, "x": 2}"#);
        let name = fields.required("name", super::text(|t| text::line(t, 9)));
        let size = fields.optional("size", number::<i32>(1..=9));
        let level = fields.optional("level", choice::<DifficultyLevel>);
        let job = fields.required("job", id);
        let x = fields.optional("x", id);
        assert_eq!(
            (name, size, level, job, x),
            (None, None, None, None, Some(2))
        );
        let problem = fields.finish(Some(())).expect_err("mistakes");
        assert_eq!(
            errors(&problem),
            ["id", "job", "level", "name", "size", "x"]
        );
    }

    #[test]
    fn null_is_as_good_as_nothing() {
        let mut fields = fields(r#"{"a": null, "b": null}"#);
        assert_eq!(fields.optional("a", id), None);
        assert_eq!(fields.required("b", id), None);
        let problem = fields.finish(Some(())).expect_err("b");
        assert_eq!(errors(&problem), ["b"]);
    }

    #[test]
    fn numbers_are_whole_and_within_their_bounds() {
        for (text, number) in [
            ("1", Some(1)),
            ("9", Some(9)),
            ("0", None),
            ("10", None),
            ("5.0", None),
            ("5e0", None),
            ("99999999999999999999", None),
            ("true", None),
            ("\"5\"", None),
        ] {
            let mut fields = fields(&format!(r#"{{"n": {text}}}"#));
            assert_eq!(
                fields.optional("n", super::number::<i32>(1..=9)),
                number,
                "{text}"
            );
        }
    }

    #[test]
    fn lists_are_short_and_of_one_kind() {
        let read = |text: &str| {
            let mut fields = fields(&format!(r#"{{"l": {text}}}"#));
            fields.optional("l", list(2, |t| text::line(t, 9)))
        };
        assert_eq!(read(r#"["a", "b"]"#), Some(vec!["a".into(), "b".into()]));
        for wrong in [r#"["a", 1]"#, r#""a""#, r#"["a", "b", "c"]"#, r#"[""]"#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_wish_does_not_depend_on_order_and_white_space() {
        let one = fields(r#"{"a": 1, "b": "x"}"#);
        let other = fields(r#" {"b":"x","a":1} "#);
        assert_eq!(one.request(), other.request());
        assert_eq!(
            one.request(),
            fields(r#"{"c": null, "a": 1, "b": "x"}"#).request()
        );
        assert_ne!(one.request(), fields(r#"{"a": 1, "b": "y"}"#).request());
        assert_ne!(one.request(), fields(r#"{"a": 1, "b": "null"}"#).request());
    }

    #[test]
    fn what_is_no_json_object_is_refused() {
        let deep = "[".repeat(40_000);
        let deep_inside = format!(r#"{{"a": {deep}"#);
        for (text, status) in [
            ("", 400),
            ("{", 400),
            ("{'a': 1}", 400),
            (r#"{"a": 1} x"#, 400),
            (r#"{"a": 1e999}"#, 400),
            ("\u{feff}{}", 400),
            (&deep_inside, 400),
            (&deep, 400),
            ("[]", 422),
            ("7", 422),
            ("null", 422),
        ] {
            let refused = body(text).fields().err().map(|p| p.status_code().as_u16());
            assert_eq!(refused, Some(status), "{text:.20}");
        }
    }

    #[test]
    fn only_json_is_read() {
        for (media_type, is_read) in [
            ("application/json", true),
            ("application/merge-patch+json", true),
            ("", false),
            ("text/plain", false),
            ("text/json", false),
            ("application/x-www-form-urlencoded", false),
            ("application/jsonp", false),
        ] {
            let body = Body {
                media_type: media_type.into(),
                ..body("{}")
            };
            assert_eq!(body.fields().is_ok(), is_read, "{media_type}");
        }
    }
}
