//! What a call may say, and what is said of what it may not.
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
    let mut fields = fields(r#"{"name": 7, "size": "7", "level": "odd", "id": 1, "x": 1, "x": 2}"#);
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
fn the_request_does_not_depend_on_order_and_white_space() {
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
fn null_is_a_value_only_where_a_change_empties_a_field() {
    let change = |text: &str| body(text).change(&["a"]).expect("an object");
    let bare = change("{}");
    assert_eq!(
        bare.request(),
        change(r#"{"b": null, "x": null}"#).request()
    );
    assert_ne!(bare.request(), change(r#"{"a": null}"#).request());
    let mut emptied = change(r#"{"a": null, "b": null, "x": null}"#);
    assert_eq!(emptied.clearable("a", id), Some(None));
    assert_eq!(emptied.optional("b", id), None);
    assert!(emptied.finish(Some(())).is_ok(), "x is left out");
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

#[test]
fn what_is_wrong_with_an_entry_of_a_list_is_told_under_its_number() {
    let mut fields = fields(r#"{"rows": [{"id": 1}, {"id": "x", "odd": 1}, {}]}"#);
    let rows = fields.each("rows", 5, |row| row.required("id", id));
    let problem = fields.finish(rows).expect_err("mistakes");
    assert_eq!(
        errors(&problem),
        ["rows[1].id", "rows[1].odd", "rows[2].id"]
    );
    for (wrong, most) in [
        (r#"{"rows": 7}"#, 5),
        (r#"{"rows": [7]}"#, 5),
        (r#"{"rows": [{"id": 1}]}"#, 0),
        ("{}", 5),
    ] {
        let mut fields = super::tests::fields(wrong);
        let rows = fields.each("rows", most, |row| row.required("id", id));
        assert_eq!(
            errors(&fields.finish(rows).expect_err("a mistake")),
            ["rows"],
            "{wrong}"
        );
    }
}
