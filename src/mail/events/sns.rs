//! Amazon SNS, which carries what SES tells: RSA over certain fields of an envelope, certificates at addresses of Amazon's.
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};
use webpki::{EndEntityCert, ring::RSA_PKCS1_2048_8192_SHA256};

use super::{Post, Refusal, fields};
use crate::{http_client::HttpsUrl, mail::doctor::certificate::Certificate};

/// It repeats a post for an hour at most, as it was signed; the rest is for what waits in its queue.
const OLDEST: TimeDelta = TimeDelta::hours(24);
const HTTPS: u16 = 443;

/// Where messages are published: `arn:aws:sns:eu-west-1:123456789012:name`.
#[derive(Clone, Debug)]
pub(super) struct Topic {
    arn: String,
    region: String,
    domain: &'static str,
}

impl Topic {
    pub(super) fn read(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts[..] else {
            return None;
        };
        let domain = match partition {
            "aws" | "aws-us-gov" => "amazonaws.com",
            "aws-cn" => "amazonaws.com.cn",
            "aws-eusc" => "amazonaws.eu",
            _ => return None,
        };
        let is_region =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let is_topic = (1..=30).contains(&region.len())
            && region.bytes().all(is_region)
            && account.len() == 12
            && account.bytes().all(|byte| byte.is_ascii_digit())
            && (1..=256).contains(&name.len())
            && name.bytes().all(is_name);
        is_topic.then(|| Self {
            arn: arn.to_owned(),
            region: region.to_owned(),
            domain,
        })
    }

    /// The one host that serves its certificates and takes its confirmations.
    fn host(&self) -> String {
        format!("sns.{}.{}", self.region, self.domain)
    }

    /// The names that Amazon's own libraries expect in its certificate.
    fn is_named(&self, certificate: &Certificate) -> bool {
        let Self { region, domain, .. } = self;
        let expected = [
            format!("sns.{domain}"),
            format!("sns.{region}.{domain}"),
            format!("sns-signing.{region}.{domain}"),
            format!("sns-{region}.{domain}"),
            // Of both regions in that partition.
            "sns-us-gov-west-1.amazonaws.com".to_owned(),
        ];
        let of_a_government = region.starts_with("us-gov-");
        let expected = &expected[..4 + usize::from(of_a_government)];
        certificate.names.iter().any(|name| expected.contains(name))
    }
}

/// What stands around a message.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Letter {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    topic_arn: String,
    subject: Option<String>,
    message: String,
    timestamp: String,
    token: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    signature_version: Option<String>,
    signature: Option<String>,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: Option<String>,
}

/// A letter from a configured topic, whose signature can be verified with a certificate.
pub(super) struct Envelope<'a> {
    topic: &'a Topic,
    letter: Letter,
    signature: Vec<u8>,
    /// Where that certificate is.
    pub(super) certificate: HttpsUrl,
}

/// What comes in an envelope.
pub(super) enum Message {
    /// Something that was published.
    Notification(String),
    /// The address that confirms the subscription.
    Confirm(HttpsUrl),
    /// The subscription has ended.
    Goodbye,
}

/// Verifies a letter and takes out what is in it.
pub(super) fn read(
    topics: &[Topic],
    post: &Post<'_>,
    now: DateTime<Utc>,
    certificate: Option<&[u8]>,
) -> Result<Message, Refusal> {
    let envelope = Envelope::open(topics, post)?;
    envelope.verify(certificate.ok_or(Refusal::BadCertificate)?, now)?;
    let Envelope { topic, letter, .. } = envelope;
    fields::check_age(fields::instant(&letter.timestamp)?, now, OLDEST)?;
    match &*letter.kind {
        "Notification" => Ok(Message::Notification(letter.message)),
        "SubscriptionConfirmation" => Ok(Message::Confirm(confirmation(topic, &letter)?)),
        _ => Ok(Message::Goodbye),
    }
}

impl<'a> Envelope<'a> {
    /// Everything that can be said against it before there is a certificate.
    pub(super) fn open(topics: &'a [Topic], post: &Post<'_>) -> Result<Self, Refusal> {
        let raw = post.header("x-amz-sns-rawdelivery");
        if raw.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Err(Refusal::Unsigned);
        }
        let letter: Letter = fields::json(post.body)?;
        let kind = post.header("x-amz-sns-message-type");
        if kind.is_none_or(|kind| kind != letter.kind) || !letter.is_plain() {
            return Err(Refusal::Unreadable);
        }
        let topic = topics.iter().find(|topic| topic.arn == letter.topic_arn);
        let topic = topic.ok_or(Refusal::OtherTopic)?;
        match letter.signature_version.as_deref() {
            Some("2") => {}
            Some("1") => return Err(Refusal::WeakSignature),
            Some(_) => return Err(Refusal::Unreadable),
            None => return Err(Refusal::Unsigned),
        }
        let signature = letter.signature.as_deref().ok_or(Refusal::Unsigned)?;
        let signature = STANDARD.decode(signature).map_err(|_| Refusal::Forged)?;
        let certificate = letter
            .signing_cert_url
            .as_deref()
            .ok_or(Refusal::Unsigned)?;
        let certificate = address_of_certificate(topic, certificate);
        Ok(Self {
            certificate: certificate.ok_or(Refusal::ForeignCertificate)?,
            topic,
            signature,
            letter,
        })
    }

    /// Amazon serves its certificate without those above it, so there is no chain to follow. That it is Amazon's is proven by
    /// where it was fetched: over TLS, from the topic's own host. Its names and its time are checked all the same.
    fn verify(&self, pem: &[u8], now: DateTime<Utc>) -> Result<(), Refusal> {
        let der = CertificateDer::from_pem_slice(pem).map_err(|_| Refusal::BadCertificate)?;
        let said = Certificate::parse(&der).ok_or(Refusal::BadCertificate)?;
        let is_good = (said.not_before..=said.not_after).contains(&now);
        if !is_good || !self.topic.is_named(&said) {
            return Err(Refusal::BadCertificate);
        }
        let certificate = EndEntityCert::try_from(&der).map_err(|_| Refusal::BadCertificate)?;
        let text = self.letter.signed_text().ok_or(Refusal::Unreadable)?;
        certificate
            .verify_signature(RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &self.signature)
            .map_err(|_| Refusal::Forged)
    }
}

impl Letter {
    /// The signature is over lines, so a field with a line break in it could pass for two. Only the message may have some.
    fn is_plain(&self) -> bool {
        let optional = [&self.subject, &self.token, &self.subscribe_url];
        [&self.message_id, &self.topic_arn, &self.timestamp]
            .into_iter()
            .chain(optional.into_iter().flatten())
            .all(|text| !text.contains(|c: char| c.is_ascii_control()))
    }

    /// What is signed: names and values in alphabetical order, each on its own line.
    fn signed_text(&self) -> Option<String> {
        let mut fields = vec![
            ("Message", &*self.message),
            ("MessageId", &*self.message_id),
        ];
        match &*self.kind {
            "Notification" => {
                fields.extend(self.subject.as_deref().map(|subject| ("Subject", subject)));
                fields.push(("Timestamp", &self.timestamp));
            }
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
                fields.push(("SubscribeURL", self.subscribe_url.as_deref()?));
                fields.push(("Timestamp", &self.timestamp));
                fields.push(("Token", self.token.as_deref()?));
            }
            _ => return None,
        }
        fields.extend([("TopicArn", &*self.topic_arn), ("Type", &*self.kind)]);
        let lines = fields
            .iter()
            .map(|(name, value)| format!("{name}\n{value}\n"));
        Some(lines.collect())
    }
}

/// On the topic's host, with nothing in it that could be read in two ways.
fn address_of_certificate(topic: &Topic, text: &str) -> Option<HttpsUrl> {
    let url: HttpsUrl = text.parse().ok()?;
    let path = text.strip_prefix("https://")?.strip_prefix(&topic.host())?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let is_file = path.starts_with('/') && path.ends_with(".pem") && !path.contains("..");
    let fits = path.len() <= 200 && path.bytes().all(is_plain);
    (is_file && fits && url.host() == topic.host() && url.port() == HTTPS).then_some(url)
}

/// The signature says that the address is Amazon's; still it must be the one that confirms this topic.
fn confirmation(topic: &Topic, letter: &Letter) -> Result<HttpsUrl, Refusal> {
    let text = letter.subscribe_url.as_deref().ok_or(Refusal::Unreadable)?;
    let url: HttpsUrl = text.parse().map_err(|_| Refusal::Unreadable)?;
    let query = text.split_once("/?").map_or("", |(_, query)| query);
    let query: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| Refusal::Unreadable)?;
    let says = |name: &str, expected: &str| {
        let mut values = query.iter().filter(|(own, _)| own == name);
        values.next().is_some_and(|(_, value)| value == expected) && values.next().is_none()
    };
    let confirms = says("Action", "ConfirmSubscription")
        && says("TopicArn", &topic.arn)
        && says("Token", letter.token.as_deref().unwrap_or_default());
    let is_there = url.host() == topic.host() && url.port() == HTTPS;
    match confirms && is_there {
        true => Ok(url),
        false => Err(Refusal::OtherTopic),
    }
}
