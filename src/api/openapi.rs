//! What the API can do, for programs to read (OpenAPI 3.1).
use actix_web::HttpResponse;

/// The description; a test holds it against the URL table.
pub const DOCUMENT: &str = include_str!("openapi.json");

/// GET /api/openapi.json: the description. It says nothing that a company would not.
pub async fn show() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(DOCUMENT)
}

#[cfg(test)]
mod tests {
    use entity::{email, interview, job, slot};
    use sea_orm::{ActiveEnum, Iterable};
    use serde_json::Value;

    use super::DOCUMENT;
    use crate::{api::slots, domain::slots::State};

    #[test]
    fn every_list_of_values_is_that_of_its_enum() {
        let document = serde_json::from_str(DOCUMENT).expect("JSON");
        let mut lists = Vec::new();
        collect(&document, "", &mut lists);
        let mut compared = 0;
        for (place, values) in lists {
            // What is no enum of ours: which of two times, and what went wrong.
            if place.ends_with("/fold") || place.ends_with("/Conflict/allOf/1/properties/code") {
                continue;
            }
            compared += 1;
            let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            assert_eq!(values, expected(&place), "{place}");
        }
        assert!(compared > 20, "only {compared} are found");
    }

    fn expected(place: &str) -> Vec<String> {
        let (owner, name) = place.rsplit_once('/').expect("a place");
        let is_of = |names: &[&str]| names.iter().any(|name| owner.contains(name));
        match name {
            "kind" => names::<email::Kind>(),
            "ai_interview_type" => names::<slot::InterviewType>(),
            "difficulty_level" => names::<slot::DifficultyLevel>(),
            "status" if is_of(&["/api/jobs/", "/Job/", "/JobChange/"]) => names::<job::Status>(),
            "status" if is_of(&["/api/emails/", "/Email/", "/notification/"]) => {
                names::<email::Status>()
            }
            "status" if is_of(&["/api/interviews/slots/", "/Slot/"]) => State::iter()
                .map(|state| slots::name(state).into())
                .collect(),
            "status" if is_of(&["/api/interviews/", "/Interview/"]) => names::<interview::Status>(),
            _ => panic!("say here which enum {place} lists"),
        }
    }

    fn names<T: ActiveEnum<Value = String> + Iterable>() -> Vec<String> {
        T::iter().map(|value| value.to_value()).collect()
    }

    /// Every list of values, with its place: `/components/schemas/Job/properties/status`.
    fn collect<'a>(value: &'a Value, place: &str, lists: &mut Vec<(String, &'a [Value])>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::Array(values)) = members.get("enum") {
                    let place = place.strip_suffix("/schema").unwrap_or(place);
                    lists.push((place.to_owned(), values));
                }
                for (name, value) in members {
                    collect(value, &format!("{place}/{name}"), lists);
                }
            }
            Value::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    // A parameter says its name inside.
                    let name = item["name"].as_str();
                    let name = name.map_or_else(|| number.to_string(), str::to_owned);
                    collect(item, &format!("{place}/{name}"), lists);
                }
            }
            _ => {}
        }
    }
}
