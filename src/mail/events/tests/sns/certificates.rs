//! Amazon SNS: where its certificate comes from, and whose it is.
use super::*;
use crate::mail::events::certificate_needed;

#[test]
fn the_certificate_is_asked_for_where_the_topic_is_and_nowhere_else() {
    let needed = |url: &str| {
        let letter = with(
            notification(""),
            json!({"SigningCertURL": url, "Signature": "AAAA"}),
        );
        let body = letter.to_string();
        let post = Post {
            headers: &[("x-amz-sns-message-type", "Notification")],
            body: body.as_bytes(),
        };
        certificate_needed(&proof(Provider::Ses, &[TOPIC]), &post)
    };
    let found = needed(CERTIFICATE)
        .expect("no refusal")
        .expect("an address");
    assert_eq!(found.to_string(), CERTIFICATE);
    let path = "SimpleNotificationService-0123456789abcdef.pem";
    for url in [
        format!("https://sns.evil.com/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com.evil.com/{path}"),
        format!("https://evil.com/sns.eu-west-1.amazonaws.com/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com@evil.com/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com:443@evil.com/{path}"),
        format!("https://evil.com#sns.eu-west-1.amazonaws.com/{path}"),
        format!("https://evil.com\\.sns.eu-west-1.amazonaws.com/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com\\@evil.com/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com%2eevil.com/{path}"),
        format!("https://xsns.eu-west-1.amazonaws.com/{path}"),
        format!("https://s3.eu-west-1.amazonaws.com/{path}"),
        format!("https://sns.us-east-1.amazonaws.com/{path}"),
        format!("https://SNS.eu-west-1.amazonaws.com/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com./{path}"),
        format!("https://sns.eu-west-1.amazonaws.com.cn/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com:8443/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com:443/{path}"),
        format!("http://sns.eu-west-1.amazonaws.com/{path}"),
        format!("//sns.eu-west-1.amazonaws.com/{path}"),
        format!("file:///etc/{path}"),
        format!("https://sns.eu-west-1.amazonaws.com/{path}?a=b.pem"),
        format!("https://sns.eu-west-1.amazonaws.com/?Action=Publish&x={path}"),
        format!("https://sns.eu-west-1.amazonaws.com/../{path}"),
        format!("https://sns.eu-west-1.amazonaws.com/{path}\r\nX: .pem"),
        "https://sns.eu-west-1.amazonaws.com/certificate.der".to_owned(),
        "https://sns.eu-west-1.amazonaws.com.pem".to_owned(),
        format!(
            "https://sns.eu-west-1.amazonaws.com/{}.pem",
            "x".repeat(300)
        ),
        String::new(),
    ] {
        assert_eq!(needed(&url), Err(Refusal::ForeignCertificate), "{url}");
    }
}

#[test]
fn providers_without_certificates_need_none() {
    let post = Post {
        headers: &[],
        body: b"whatever",
    };
    assert_eq!(
        certificate_needed(&proof(Provider::Postmark, &[]), &post),
        Ok(None)
    );
}

#[test]
fn a_certificate_is_for_sns_and_for_now() {
    let letter = sign(&KEY, notification("x"));
    let refusal = |pem: Option<&[u8]>| post(&letter, pem).err();
    for name in [
        "sns.amazonaws.com",
        "sns.eu-west-1.amazonaws.com",
        "sns-signing.eu-west-1.amazonaws.com",
    ] {
        assert_eq!(
            refusal(Some(&KEY.certificate(name, (2026, 2027)))),
            None,
            "{name}"
        );
    }
    for name in [
        "evil.com",
        "sns.us-east-1.amazonaws.com",
        "sns.amazonaws.com.evil.com",
        "sns-us-gov-west-1.amazonaws.com",
        "*.amazonaws.com",
    ] {
        let pem = KEY.certificate(name, (2026, 2027));
        assert_eq!(refusal(Some(&pem)), Some(Refusal::BadCertificate), "{name}");
    }
    for years in [(2024, 2026), (2027, 2028)] {
        let pem = KEY.certificate("sns.amazonaws.com", years);
        assert_eq!(
            refusal(Some(&pem)),
            Some(Refusal::BadCertificate),
            "{years:?}"
        );
    }
    let key = rcgen::generate_simple_self_signed(vec!["sns.amazonaws.com".into()]);
    let not_rsa = key.expect("a certificate").cert.pem();
    assert_eq!(refusal(Some(not_rsa.as_bytes())), Some(Refusal::Forged));
    for pem in [
        None,
        Some(&b""[..]),
        Some(b"<html>"),
        Some(&PEM[..PEM.len() / 2]),
    ] {
        assert_eq!(refusal(pem), Some(Refusal::BadCertificate));
    }
}
