//! What the API can do, for programs to read (OpenAPI 3.1).
use actix_web::{HttpResponse, web::Data};
use serde_json::json;

use crate::app::App;

/// The description; a test holds it against the URL table.
pub const DOCUMENT: &str = include_str!("openapi.json");
/// Where this Greenroom is: filled in as the description goes out, since a client may be made from a copy of it.
const SERVER: &str = r#""url": "/""#;

/// GET /api/openapi.json: the description. It says nothing that a company would not.
pub async fn show(app: Data<App>) -> HttpResponse {
    let url = json!(app.settings.base_url.origin());
    HttpResponse::Ok()
        .content_type("application/json")
        .body(DOCUMENT.replacen(SERVER, &format!(r#""url": {url}"#), 1))
}

#[cfg(test)]
mod tests {
    use entity::{attempt, bounce, device_check, email, interview, job, slot, user};
    use sea_orm::{ActiveEnum, Iterable};
    use serde::Serialize;
    use serde_json::{Value, json};

    use super::DOCUMENT;
    use crate::{
        api::{device_check::DeviceResult, slots},
        domain::{availability::hours::WEEKDAYS, slots::State},
    };

    /// Generators make a type of its own of each list of values: so each is there once, under its own name.
    #[test]
    fn every_list_of_values_is_that_of_its_enum() {
        let document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
        let schemas = document["components"]["schemas"].as_object();
        let mut compared = 0;
        for (name, schema) in schemas.expect("schemas") {
            let Some(values) = schema.get("enum") else {
                continue;
            };
            compared += 1;
            // What is no enum of ours: which of two times, and what went wrong.
            if name != "Fold" && !name.ends_with("Code") {
                assert_eq!(*values, json!(expected(name)), "{name}");
            }
        }
        let all = DOCUMENT.matches("\"enum\"").count();
        assert_eq!(compared, all, "some stand inside of something else");
        assert!(compared > 10, "only {compared} are found");
    }

    fn expected(name: &str) -> Vec<String> {
        match name {
            "Answer" => names::<interview::Answer>(),
            "AnswerReason" => names::<interview::AnswerReason>(),
            "AttemptDsn" => names::<attempt::Dsn>(),
            "AttemptOutcome" => names::<attempt::Outcome>(),
            "AttemptStage" => names::<attempt::Stage>(),
            "Browser" => serialized::<device_check::Browser>(),
            "DeviceResult" => serialized::<DeviceResult>(),
            "DifficultyLevel" => names::<slot::DifficultyLevel>(),
            "EmailKind" => names::<email::Kind>(),
            "EmailStatus" => names::<email::Status>(),
            "InterviewStatus" => names::<interview::Status>(),
            "InterviewType" => names::<slot::InterviewType>(),
            "JobStatus" => names::<job::Status>(),
            "ReportAction" => names::<bounce::Action>(),
            "SlotStatus" => State::iter()
                .map(|state| slots::name(state).into())
                .collect(),
            "UserRole" => names::<user::Role>(),
            "Weekday" => WEEKDAYS.map(|(name, _)| name.into()).to_vec(),
            _ => panic!("say here which enum {name} lists"),
        }
    }

    fn names<T: ActiveEnum<Value = String> + Iterable>() -> Vec<String> {
        T::iter().map(|value| value.to_value()).collect()
    }

    /// Of what is no column of its own.
    fn serialized<T: Serialize + Iterable>() -> Vec<String> {
        let names = T::iter().map(|value| json!(value).as_str().map(str::to_owned));
        names.map(|name| name.expect("a name")).collect()
    }
}
