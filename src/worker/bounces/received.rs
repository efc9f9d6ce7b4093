//! What comes back, on its way to what it changes: a calendar's answer, a report, an automatic answer or a person's letter.
use chrono::{DateTime, Utc};
use entity::email::Audience;
use lettre::Address;

use crate::{
    crypto,
    db::Db,
    domain::{
        bounces::{self, Notice, RecipientReport, Remark, Taken},
        emails::Forward,
        replies::{
            self, AutomaticReply, CalendarAnswer, LetterToForward, Named, Participation, Replied,
        },
    },
    error::Result,
    mail::{
        self,
        bounce::{self, Recipient, Report, ReturnAddress},
        forward::{self, About},
        mailbox::{self, Mailbox, clean_line},
        replies::{CalendarReply, Letter, calendar_reply, letter},
    },
    settings::{BaseUrl, Settings},
    text,
};

/// RFC 5321 allows for 254 octets; a domain may be written in more.
const LONGEST_ADDRESS: usize = 500;
/// So much of a letter stands in the story of the message that it answers.
const LONGEST_WORDS: usize = 500;

/// What has to be known to take what comes back.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'a> {
    return_address: Option<&'a ReturnAddress>,
    from: &'a Address,
    base_url: &'a BaseUrl,
}

impl<'a> Inbound<'a> {
    /// As the settings have it.
    pub fn of(return_address: Option<&'a ReturnAddress>, settings: &'a Settings) -> Self {
        Self {
            return_address,
            from: &settings.mail.from.email,
            base_url: &settings.base_url,
        }
    }

    fn named(&self, delivered_to: &[String], message_ids: Vec<String>) -> Named {
        let find = |header: &String| self.return_address?.find(header);
        Named {
            email_id: delivered_to.iter().find_map(find),
            message_ids,
        }
    }
}

/// Takes note of a message if it is a report about one of ours or a reply to one; [`Taken::Unknown`] when it is not.
pub async fn take(
    db: &Db,
    inbound: &Inbound<'_>,
    message: &[u8],
    now: DateTime<Utc>,
) -> Result<Taken> {
    if let Some(reply) = calendar_reply(message) {
        let taken = replies::answer(db, &calendar_answer(reply), now).await?;
        if taken != Taken::Unknown {
            return Ok(taken);
        }
    }
    let Some(report) = bounce::read(message) else {
        return take_letter(db, inbound, letter(message), now).await;
    };
    let is_report = !report.recipients.is_empty();
    let notice = notice(report, inbound.return_address);
    if !is_report && let Some(reply) = automatic(&notice) {
        return replies::note(db, &reply, now).await;
    }
    bounces::take(db, &notice, now).await
}

fn calendar_answer(reply: CalendarReply) -> CalendarAnswer {
    let said = |participation| match (reply.counter, participation) {
        (Some(counter), _) => Participation::Counter(counter.starts_at),
        (None, mail::replies::Participation::Accepted) => Participation::Accepted,
        (None, mail::replies::Participation::Declined) => Participation::Declined,
        (None, mail::replies::Participation::Tentative) => Participation::Tentative,
        (None, mail::replies::Participation::Other) => Participation::Other,
    };
    let key = format!("{reply:?}");
    let attendees = reply.attendees.into_iter();
    CalendarAnswer {
        key: crypto::sha256_hex(&key),
        attendees: attendees
            .map(|it| (it.address, said(it.participation)))
            .collect(),
        uid: reply.uid,
        sequence: reply.sequence,
        stamped_at: reply.stamped_at,
        words: reply.words,
    }
}

fn automatic(notice: &Notice) -> Option<AutomaticReply> {
    let remark = notice.remark.as_ref()?;
    Some(AutomaticReply {
        named: Named {
            email_id: notice.email_id,
            message_ids: notice.message_ids.clone(),
        },
        from: text::email(remark.answer_of.as_ref()?).ok(),
        host: notice.host.clone(),
        words: remark.words.clone(),
        hint: remark.hint.clone(),
    })
}

async fn take_letter(
    db: &Db,
    inbound: &Inbound<'_>,
    letter: Letter,
    now: DateTime<Utc>,
) -> Result<Taken> {
    let named = inbound.named(&letter.delivered_to, letter.message_ids.clone());
    let Some(replied) = replies::replied(db, &named).await? else {
        return Ok(Taken::Unknown);
    };
    let forward = match why_not(inbound, &letter, &replied) {
        Some(why) => Err(why),
        None => Ok(forward(inbound, &letter, &replied)?),
    };
    let (_, host) = letter.from.split_once('@').unwrap_or_default();
    let words = clean_line(&letter.text);
    let letter = LetterToForward {
        email_id: replied.email.id,
        key: key(&letter),
        host: host.to_owned(),
        words: words.chars().take(LONGEST_WORDS).collect(),
        forward,
    };
    replies::forward(db, letter, now).await
}

/// The same letter may come twice: from the mailbox and through the pipe, or again after a failure.
fn key(letter: &Letter) -> String {
    let Letter {
        own_id,
        from,
        subject,
        text,
        ..
    } = letter;
    crypto::sha256_hex(&format!("{own_id}\n{from}\n{subject}\n{text}"))
}

/// Why a letter is not passed on: it would go round in circles, or nobody wants it.
fn why_not(inbound: &Inbound<'_>, letter: &Letter, replied: &Replied) -> Option<&'static str> {
    let from = letter.from.as_str();
    let ours = inbound
        .return_address
        .map(|ours| ours.for_answers(inbound.from));
    let ours = ours.and_then(Result::ok);
    let is_ours = [Some(inbound.from), ours.as_ref()]
        .into_iter()
        .flatten()
        .any(|address| from.eq_ignore_ascii_case(address.as_ref()));
    if letter.is_of_program {
        Some("Not forwarded: a program or a mailing list wrote it. Read its text.")
    } else if letter.text.is_empty() && letter.files.is_empty() {
        Some("Not forwarded: it has no text.")
    } else if letter.is_spam {
        Some("Not forwarded: a spam filter marked it. Read its text.")
    } else if is_ours {
        Some("Not forwarded: it came from Greenroom's own address. Read its text.")
    } else if from.eq_ignore_ascii_case(replied.details.contact().email) {
        Some("Not forwarded: it came from the person who would get it. Read its text.")
    } else {
        None
    }
}

fn forward(inbound: &Inbound<'_>, letter: &Letter, replied: &Replied) -> Result<Forward> {
    let Replied { email, details, .. } = replied;
    let (name, address) = match email.audience {
        // As they are now: whoever reads the answer is the right one.
        Audience::Candidate => (&details.candidate.name, &details.candidate.email),
        _ => (&email.recipient_name, &email.recipient),
    };
    let contact = details.contact();
    let page = format!("/interviews/{}", details.interview.id);
    let about = About {
        name,
        address,
        job_title: details.job.as_ref().map_or("a job", |job| &job.title),
        page: &inbound.base_url.join(&page),
    };
    let composed = forward::compose(letter, about)?;
    let configured = mailbox::parse_address(inbound.from.as_ref())?;
    let recruiter = details.recruiter.as_ref();
    let recruiter = recruiter.filter(|user| user.email == contact.email);
    Ok(Forward {
        company_id: email.company_id,
        user_id: recruiter.map(|user| user.id),
        recipient: contact.email.to_owned(),
        recipient_name: contact.name.to_owned(),
        sender: mailbox::sender(&configured, name, &details.company.name)?.to_string(),
        domain: configured.domain().to_owned(),
        reply_to: Mailbox::new(name, address)?.to_string(),
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
    })
}

fn notice(report: Report, return_address: Option<&ReturnAddress>) -> Notice {
    let find = |header: &String| return_address.and_then(|ours| ours.find(header));
    Notice {
        email_id: report
            .delivered_to
            .iter()
            .find_map(find)
            .or_else(|| return_address?.of_envelope(report.envelope_id.as_deref()?)),
        remark: report.note.map(|note| Remark {
            words: note.words,
            hint: note.hint.to_owned(),
            answer_of: note.is_answer.then_some(note.from),
        }),
        message_ids: report.message_ids,
        host: report.host,
        recipients: report
            .recipients
            .into_iter()
            .map(recipient_report)
            .collect(),
    }
}

fn recipient_report(recipient: Recipient) -> RecipientReport {
    let addresses = recipient.addresses.iter();
    let addresses = addresses.filter(|typed| typed.len() <= LONGEST_ADDRESS);
    let meaning = bounce::meaning(&recipient);
    RecipientReport {
        addresses: addresses
            .filter_map(|typed| text::email(typed).ok())
            .collect(),
        action: recipient.action,
        hint: meaning.hint,
        elsewhere: meaning.elsewhere,
        is_dead: meaning.is_dead,
        code: recipient.code,
        diagnostic: recipient.diagnostic,
    }
}
