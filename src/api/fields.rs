//! What a call says, taken out field by field; every mistake is told at once.
use std::{collections::BTreeMap, fmt, future::Future, ops::RangeInclusive, pin::Pin};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
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
    /// The fields of the JSON object that it is; `null` is as good as left out.
    pub fn fields(&self) -> Result<Fields> {
        Ok(Fields::new(self.members()?, &[]))
    }

    /// The fields of a change, where `null` empties those that are `clearable`.
    pub fn change(&self, clearable: &[&str]) -> Result<Fields> {
        Ok(Fields::new(self.members()?, clearable))
    }

    fn members(&self) -> Result<Vec<(String, Value)>> {
        let subtype = self.media_type.strip_prefix("application/");
        if !subtype.is_some_and(|name| name == "json" || name.ends_with("+json")) {
            return Err(Problem::not_json());
        }
        serde_json::from_slice::<IgnoredAny>(&self.bytes).map_err(malformed)?;
        let members = serde_json::from_slice::<Members>(&self.bytes);
        let members = members.map_err(|error| match error.classify() {
            Category::Data => Problem::not_an_object(),
            Category::Syntax | Category::Eof | Category::Io => malformed(error),
        })?;
        Ok(members.0)
    }
}

fn malformed(error: serde_json::Error) -> Problem {
    Problem::malformed("malformed_body", "The request body is not valid JSON.")
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
            .map_err(|_| Problem::malformed("malformed_query", "The query string is malformed."))?;
        let pairs = pairs.into_inner().into_iter();
        let members = pairs.map(|(name, text)| (name, text.into())).collect();
        Ok(Self::new(members, &[]))
    }

    fn new(members: Vec<(String, Value)>, clearable: &[&str]) -> Self {
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
        fields
            .given
            .retain(|name, value| !value.is_null() || clearable.contains(&name.as_str()));
        fields.request = serde_json::json!(fields.given).to_string();
        fields
    }

    /// All that is asked for, in one form whatever the order and the white space.
    pub fn request(&self) -> &str {
        &self.request
    }

    /// Is there anything under this name?
    pub fn has(&self, name: &str) -> bool {
        self.given.get(name).is_some_and(|value| !value.is_null())
    }

    /// A field that may be left out.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.given.remove(name)?;
        read(&value)
            .map_err(|message| self.refuse(name, &message))
            .ok()
    }

    /// A field that a change may empty, one of those named to [`Body::change`]: none when it is left out, and none
    /// inside for `null`.
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

    /// A list of at most `most` objects, each read by `read`; what is wrong with one is told under `name[3].field`.
    pub fn each<T>(
        &mut self,
        name: &str,
        most: usize,
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        const NO_LIST: &str = "Must be a list of objects.";
        if !self.has(name) {
            self.refuse(name, "This field is required.");
        }
        let value = self.given.remove(name)?;
        let Some(items) = value.as_array() else {
            self.refuse(name, NO_LIST);
            return None;
        };
        if items.len() > most {
            self.refuse(name, &format!("Must have at most {most} entries."));
            return None;
        }
        let mut all = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let Some(members) = item.as_object() else {
                self.refuse(name, NO_LIST);
                return None;
            };
            let mut fields = Self::new(members.clone().into_iter().collect(), &[]);
            let one = read(&mut fields);
            for unknown in std::mem::take(&mut fields.given).into_keys() {
                fields.refuse(&unknown, "Unknown field.");
            }
            all.extend(one.filter(|_| fields.errors.is_empty()));
            for (field, messages) in fields.errors {
                self.errors
                    .entry(format!("{name}[{at}].{field}"))
                    .or_default()
                    .extend(messages);
            }
        }
        Some(all)
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

/// Yes or no.
pub fn boolean(value: &Value) -> Result<bool, String> {
    value
        .as_bool()
        .ok_or_else(|| "Must be true or false.".into())
}

/// The key of a row; a key that nothing can have is one of nothing.
pub fn id(value: &Value) -> Result<i64, String> {
    value
        .as_i64()
        .ok_or_else(|| "Must be an id (an integer).".into())
}

/// At most `most` keys of rows.
pub fn ids(most: usize) -> impl FnOnce(&Value) -> Result<Vec<i64>, String> {
    move |value| {
        let items = value
            .as_array()
            .ok_or("Must be a list of ids (integers).")?;
        if items.len() > most {
            return Err(format!("Must have at most {most} entries."));
        }
        items.iter().map(id).collect()
    }
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
mod tests;
