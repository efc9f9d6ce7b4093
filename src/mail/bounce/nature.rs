//! What kind of letter it is: a machine's or a person's, and why it may have been written.
use super::{Note, address, status};
use crate::mail::parts::{self, Fields};

/// More of what somebody wrote is not kept.
const LONGEST_WORDS: usize = 500;
/// Local parts that programs write under.
const DAEMONS: [&str; 6] = [
    "mailer-daemon",
    "mailerdaemon",
    "mail-daemon",
    "postmaster",
    "mdaemon",
    "mailer_daemon",
];
/// How the subject of an automatic answer begins, in lower case.
const ANSWERS: [&str; 16] = [
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "out of the office",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesenheitsassistent",
    "abwesend",
    "réponse automatique",
    "respuesta automática",
    "risposta automatica",
    "resposta automática",
    "automatisch antwoord",
    "自動応答",
];
/// Names that programs write under.
const NAMES: [&str; 8] = [
    "mail delivery",
    "mailer-daemon",
    "mailer daemon",
    "system administrator",
    "delivery system",
    "delivery subsystem",
    "mail administrator",
    "postmaster",
];

/// Did nobody in person send it? Then it may be noted without being understood.
pub(in crate::mail) fn is_automatic(header: &Fields) -> bool {
    let is_answer = header
        .get("auto-submitted")
        .is_some_and(|value| !value.trim().to_lowercase().starts_with("no"));
    has_null_sender(header)
        || is_answer
        || is_daemon(header)
        || header.content_type() == "multipart/report"
        || header.has("x-failed-recipients")
        || is_answer_by_itself(header)
}

/// Does a mail system speak, of whom a report can be expected in plain words?
pub(super) fn is_daemon(header: &Fields) -> bool {
    let from = header.get("from").unwrap_or_default().to_lowercase();
    let local = sender(header).and_then(|address| {
        let (local, _) = address.split_once('@')?;
        Some(local.to_owned())
    });
    let is_known = |local: &str| DAEMONS.contains(&local);
    local.as_deref().is_some_and(is_known)
        || NAMES.iter().any(|name| from.contains(name))
        || (from.trim().is_empty() && has_null_sender(header))
}

/// Of the From header, in lower case.
pub(in crate::mail) fn sender(header: &Fields) -> Option<String> {
    let names = address::names(header.get("from")?);
    names.first().map(|name| name.to_lowercase())
}

fn has_null_sender(header: &Fields) -> bool {
    let Some(path) = header.get("return-path") else {
        return false;
    };
    let path = path.trim().trim_matches(['<', '>', ' ']).to_lowercase();
    // Postfix's pipe writes so.
    path.is_empty() || path.split('@').next() == Some("mailer-daemon")
}

/// Reports of that kind tell of no failure, whatever words are in them.
pub(super) fn is_no_failure(header: &Fields) -> bool {
    kind_of_report(header).is_some_and(|kind| kind != "delivery-status")
}

fn kind_of_report(header: &Fields) -> Option<String> {
    let kind = header.parameter("report-type")?;
    (header.content_type() == "multipart/report").then(|| kind.to_lowercase())
}

/// What is kept of a letter that is not understood.
pub(super) fn note(header: &Fields, text: &str) -> Note {
    let subject = subject(header);
    let own = own_words(text);
    let words = match (subject.is_empty(), own.is_empty()) {
        (false, false) => format!("{subject}: {own}"),
        _ => format!("{subject}{own}"),
    };
    let kind = kind_of_report(header);
    let hint = match kind.as_deref() {
        Some("disposition-notification") => RECEIPT,
        Some("feedback-report") => COMPLAINT,
        _ if is_answer(header) => ANSWER,
        _ => UNCLEAR,
    };
    Note {
        words: words.chars().take(LONGEST_WORDS).collect(),
        is_answer: hint == ANSWER,
        from: sender(header).unwrap_or_default(),
        hint,
    }
}

fn subject(header: &Fields) -> String {
    status::words(&parts::words(header.get("subject").unwrap_or_default()))
}

fn is_answer(header: &Fields) -> bool {
    let says = |name: &str, word: &str| {
        header
            .get(name)
            .is_some_and(|value| value.to_lowercase().contains(word))
    };
    !is_daemon(header)
        && (says("auto-submitted", "replied")
            || says("subject", "auto")
            || is_answer_by_itself(header))
}

/// Can it be nothing else than an automatic answer, whatever else its header says?
fn is_answer_by_itself(header: &Fields) -> bool {
    let marks = ["x-autoreply", "x-autorespond", "x-mail-autoreply"];
    let precedence = header.get("precedence").unwrap_or_default();
    let subject = subject(header).to_lowercase();
    marks.iter().any(|name| header.has(name))
        || precedence.trim().eq_ignore_ascii_case("auto_reply")
        || ANSWERS.iter().any(|begin| subject.starts_with(begin))
}

/// What stands before anything quoted.
fn own_words(text: &str) -> String {
    let is_own = |line: &&str| {
        let line = line.trim();
        let lower = line.to_lowercase();
        !(line.starts_with('>')
            || line.starts_with("-----")
            || lower.starts_with("from:")
            || lower.starts_with("von:")
            || lower.starts_with("message-id:")
            || lower.starts_with("received:"))
    };
    let own: Vec<&str> = text.lines().take(60).take_while(is_own).collect();
    status::words(&own.join(" "))
}

const ANSWER: &str = "An automatic reply, such as an out-of-office note. It doesn't say that the email failed. Read its text.";
const RECEIPT: &str = "A receipt: an email program reports what happened to the email. You don't need to do anything.";
const COMPLAINT: &str = "The recipient's email service forwarded a complaint: the email was marked as unwanted. Ask the candidate before you send more.";
const UNCLEAR: &str = "Something came back for this email that Greenroom doesn't understand. Read its text: if it says that the email was not delivered, contact the candidate another way.";
