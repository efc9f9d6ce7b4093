//! What stands in settings and in headers.
use super::{super::*, *};
use crate::mail::events::provider_keys::SendgridKey;

fn fault(provider: Provider, keys: &[&str]) -> Option<KeyFault> {
    let keys: Vec<Secret> = keys.iter().map(|key| Secret::new(*key)).collect();
    Proof::new(provider, &keys).err()
}

#[test]
fn a_provider_is_known_by_its_word_alone() {
    for provider in Provider::ALL {
        assert_eq!(Provider::find(provider.as_str()), Some(provider));
    }
    for word in ["", "Postmark", "postmark ", "sparkpost", "amazon-ses"] {
        assert_eq!(Provider::find(word), None, "{word}");
    }
}

#[test]
fn a_key_that_cannot_be_one_is_named_before_any_post_comes() {
    use KeyFault::{Invalid, Missing, Unneeded};
    use Provider::{Brevo, Mailgun, Postmark, Resend, Sendgrid, Ses};
    let good = SendgridKey::new().public();
    let arn = "arn:aws:sns:eu-west-1:123456789012:greenroom";
    for (provider, keys, expected) in [
        (Postmark, &[][..], None),
        (Brevo, &[], None),
        (Postmark, &["x"], Some(Unneeded(Postmark))),
        (Resend, &[], Some(Missing(Resend))),
        (Resend, &["whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ="], None),
        (Resend, &["whsec_c2hvcnQ="], Some(Invalid(Resend))),
        (
            Resend,
            &["c2VjcmV0IHNlY3JldCBzZWNyZXQ="],
            Some(Invalid(Resend)),
        ),
        (Resend, &["whsec_not base64 at all!"], Some(Invalid(Resend))),
        (Mailgun, &["0123456789abcdef0123456789abcdef"], None),
        (Mailgun, &["too short"], Some(Invalid(Mailgun))),
        (Sendgrid, &[&good, &good], None),
        (Sendgrid, &[&good, "MFkw"], Some(Invalid(Sendgrid))),
        (Sendgrid, &[&good[..80]], Some(Invalid(Sendgrid))),
        (Ses, &[arn], None),
        (Ses, &["arn:aws-cn:sns:cn-north-1:123456789012:a"], None),
        (
            Ses,
            &["arn:aws:sqs:eu-west-1:123456789012:a"],
            Some(Invalid(Ses)),
        ),
        (Ses, &["arn:aws:sns:eu-west-1:1234:a"], Some(Invalid(Ses))),
        (
            Ses,
            &["arn:aws:sns:evil.example/:123456789012:a"],
            Some(Invalid(Ses)),
        ),
        (
            Ses,
            &["arn:aws:sns:eu-west-1:123456789012:a:b"],
            Some(Invalid(Ses)),
        ),
        (
            Ses,
            &["arn:evil:sns:eu-west-1:123456789012:a"],
            Some(Invalid(Ses)),
        ),
    ] {
        assert_eq!(fault(provider, keys), expected, "{provider:?} {keys:?}");
    }
}

#[test]
fn no_key_is_ever_printed() {
    for (provider, key) in [
        (Provider::Resend, "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQ="),
        (Provider::Mailgun, "geheimgeheimgeheimgeheim"),
    ] {
        let printed = format!("{:?}", proof(provider, &[key]));
        assert!(printed.contains("***"), "{printed}");
        for secret in [key, "secret", "geheim", "115, 101", "103, 101"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

#[test]
fn a_message_leaves_with_the_header_that_its_provider_repeats() {
    for (provider, name, value) in [
        (Provider::Postmark, "X-PM-Metadata-greenroom", "Kd93-x_7"),
        (Provider::Resend, "X-Greenroom-Reference", "Kd93-x_7"),
        (
            Provider::Mailgun,
            "X-Mailgun-Variables",
            r#"{"greenroom":"Kd93-x_7"}"#,
        ),
        (
            Provider::Sendgrid,
            "X-SMTPAPI",
            r#"{"unique_args":{"greenroom":"Kd93-x_7"}}"#,
        ),
        (Provider::Ses, "X-SES-MESSAGE-TAGS", "greenroom=Kd93-x_7"),
        (Provider::Brevo, "X-Mailin-custom", "greenroom=Kd93-x_7"),
    ] {
        assert_eq!(headers_for(provider, REFERENCE), [(name, value.to_owned())]);
        for other in ["", "a b", "a\"b", "a\r\nBcc: x", "a,b=c", &"a".repeat(65)] {
            assert_eq!(headers_for(provider, other), [], "{other}");
        }
    }
}
