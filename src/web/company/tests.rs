//! What may be typed about a company.
use super::*;

fn leads(typed: &str) -> Option<Vec<i32>> {
    let form = CompanyForm {
        reminder_lead_minutes: typed.into(),
        ..Default::default()
    };
    form.leads().ok()
}

#[test]
fn reminders_are_whole_minutes_with_commas_between_them() {
    assert_eq!(leads("60, 1440,60"), Some(vec![1440, 60]));
    assert_eq!(leads(""), Some(vec![]));
    for wrong in ["0", "-5", "40321", "one", "1.5", "1,2,3,4,5,6"] {
        assert_eq!(leads(wrong), None, "{wrong}");
    }
}

#[test]
fn an_instruction_line_is_named_as_it_is_stored() {
    for line in InstructionLine::ALL {
        assert_eq!(serde_json::to_value(line).expect("a name"), line.name());
    }
}

#[test]
fn a_colour_is_six_digits() {
    assert_eq!(colour(" #1F5F4A "), Ok("#1f5f4a".into()));
    for wrong in ["", "1f5f4a", "#1f5f4", "#1f5f4g", "red", "#1f5f4a;}"] {
        assert!(colour(wrong).is_err(), "{wrong}");
    }
}
