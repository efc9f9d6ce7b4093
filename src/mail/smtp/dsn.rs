//! Asking a server to report what becomes of a message (RFC 3461).
use std::fmt::Write;

use entity::attempt::Dsn;
use lettre::{
    Address,
    transport::smtp::extension::{MailParameter, RcptParameter},
};

use super::{Envelope, Offers, report::Outcome};

/// RFC 3461 §4.4.
const LONGEST_ENVID: usize = 100;
/// RFC 3461 §4.2.
const LONGEST_ORCPT: usize = 500;

/// Whether a server that offers this is asked for reports.
pub(super) fn asked(offers: &Offers, envelope: &Envelope<'_>) -> Dsn {
    match envelope.envelope_id {
        None => Dsn::NoAddress,
        Some(_) if offers.dsn => Dsn::Requested,
        Some(_) => Dsn::NotOffered,
    }
}

/// Those of MAIL. A report returns the header alone: the join link stays out of it.
pub(super) fn of_mail(offers: &Offers, envelope: &Envelope<'_>) -> Vec<MailParameter> {
    let parameter = |keyword: &str, value: &str| MailParameter::Other {
        keyword: keyword.into(),
        value: Some(value.into()),
    };
    match envelope.envelope_id {
        Some(id) if offers.dsn => {
            let id = (id.len() <= LONGEST_ENVID).then(|| parameter("ENVID", id));
            std::iter::once(parameter("RET", "HDRS"))
                .chain(id)
                .collect()
        }
        _ => Vec::new(),
    }
}

/// Those of RCPT.
pub(super) fn of_rcpt(offers: &Offers, envelope: &Envelope<'_>) -> Vec<RcptParameter> {
    if envelope.envelope_id.is_none() || !offers.dsn {
        return Vec::new();
    }
    let notify = RcptParameter::Other {
        keyword: "NOTIFY".into(),
        value: Some("SUCCESS,FAILURE,DELAY".into()),
    };
    let original = RcptParameter::Other {
        keyword: "ORCPT".into(),
        value: Some(original(envelope.to)),
    };
    let fits =
        |parameter: &RcptParameter| parameter.to_string().len() <= "ORCPT=".len() + LONGEST_ORCPT;
    let original = Some(original).filter(fits);
    std::iter::once(notify).chain(original).collect()
}

/// The address with its type; what is special in xtext is encoded as the parameter is written. Beyond ASCII it has the
/// form of RFC 6533 §3, for servers that take such addresses: no others are told of one.
fn original(address: &Address) -> String {
    let address: &str = address.as_ref();
    if address.is_ascii() {
        return format!("rfc822;{address}");
    }
    let mut original = String::from("utf-8;");
    for c in address.chars() {
        match c {
            '\0'..=' ' | '+' | '=' | '\\' | '\x7f' => {
                // Writing to a string does not fail.
                let _ = write!(original, "\\x{{{:02X}}}", u32::from(c));
            }
            c => original.push(c),
        }
    }
    original
}

/// Is it what a server says that does not know the parameters after all?
pub(super) fn is_about_parameters(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused(reply) if matches!(reply.code, 500 | 501 | 504 | 555))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(address: &str, id: &str) -> (Vec<String>, Vec<String>) {
        let to: Address = address.parse().expect("an address");
        let envelope = Envelope {
            from: &to,
            to: &to,
            link: "",
            short_link: None,
            envelope_id: Some(id),
        };
        let offers = Offers {
            dsn: true,
            ..Offers::default()
        };
        let mail = of_mail(&offers, &envelope);
        let rcpt = of_rcpt(&offers, &envelope);
        (
            mail.iter().map(ToString::to_string).collect(),
            rcpt.iter().map(ToString::to_string).collect(),
        )
    }

    #[test]
    fn addresses_are_encoded_as_their_form_demands() {
        for (address, orcpt) in [
            ("zoe@example.net", "ORCPT=rfc822;zoe@example.net"),
            (
                "zoe+a=b@example.net",
                "ORCPT=rfc822;zoe+2Ba+3Db@example.net",
            ),
            ("zoë@example.net", "ORCPT=utf-8;zoë@example.net"),
            (
                "zoë+a=b@example.net",
                "ORCPT=utf-8;zoë\\x{2B}a\\x{3D}b@example.net",
            ),
        ] {
            let (mail, rcpt) = asking(address, "7-0f");
            assert_eq!(mail, ["RET=HDRS", "ENVID=7-0f"]);
            assert_eq!(rcpt, ["NOTIFY=SUCCESS,FAILURE,DELAY", orcpt]);
        }
    }

    #[test]
    fn what_is_too_long_for_the_standard_is_left_out() {
        let local = "=".repeat(64);
        let domain = vec!["a".repeat(60); 3].join(".");
        let (_, rcpt) = asking(&format!("{local}@{domain}"), "7");
        assert!(rcpt.iter().all(|it| it.len() <= 506), "{rcpt:?}");
        assert_eq!(rcpt.len(), 2);
        let (mail, _) = asking("zoe@example.net", &"7".repeat(101));
        assert_eq!(mail, ["RET=HDRS"]);
    }
}
