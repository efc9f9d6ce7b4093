//! Whose fault a refusal is, where code and words do not agree.
use super::*;

/// What must and must not be in a hint.
struct Row {
    stage: Stage,
    reply: &'static str,
    scope: Scope,
    course: Course,
    says: &'static [&'static str],
}

const fn row(
    stage: Stage,
    reply: &'static str,
    scope: Scope,
    course: Course,
    says: &'static [&'static str],
) -> Row {
    Row {
        stage,
        reply,
        scope,
        course,
        says,
    }
}

use Scope::{Message, Recipient, Server, Settings};
use Stage::{Auth, Banner, Body, Data, MailFrom, RcptTo};

#[test]
fn what_is_about_us_is_no_word_about_the_candidate() {
    for row in [
        row(
            RcptTo,
            "550 rejected: 192.0.2.9 is in an RBL",
            Server,
            AGAIN,
            &["Block-listed", "192.0.2.9"],
        ),
        row(
            RcptTo,
            "550 blocked using zen.blocklist.example",
            Server,
            AGAIN,
            &["the block list zen.blocklist.example"],
        ),
        row(
            RcptTo,
            "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using b.example",
            Server,
            AGAIN,
            &["192.0.2.9", "b.example"],
        ),
        row(
            RcptTo,
            "550 5.1.1 <jane@example.net>: blocked by Spamhaus",
            Server,
            AGAIN,
            &["Spamhaus"],
        ),
        row(
            Body,
            "550 5.7.1 messages from [192.0.2.9] weren't sent: our block list (S3140)",
            Server,
            AGAIN,
            &["192.0.2.9", "Microsoft"],
        ),
        row(
            Banner,
            "554 5.7.1 192.0.2.9 is listed at b.example",
            Settings,
            AGAIN,
            &["192.0.2.9", "b.example"],
        ),
        row(
            MailFrom,
            "550 5.7.1 192.0.2.9 is listed at b.example",
            Settings,
            AGAIN,
            &["b.example"],
        ),
        row(
            RcptTo,
            "451 4.7.1 Client host [192.0.2.9] blocked using b.example",
            Server,
            AGAIN,
            &["b.example"],
        ),
        row(
            RcptTo,
            "550 5.1.0 not allowed to send, SPF",
            Settings,
            AGAIN,
            &[
                "can't verify that this email comes from us",
                "SPF",
                "DEFAULT_FROM_EMAIL",
            ],
        ),
        row(
            RcptTo,
            "550 5.1.1 SPF check failed",
            Settings,
            AGAIN,
            &["SPF"],
        ),
        row(
            RcptTo,
            "550 5.1.0 sender rejected",
            Settings,
            AGAIN,
            &["sender address", "DEFAULT_FROM_EMAIL"],
        ),
        row(
            RcptTo,
            "550-Verification failed for <jobs@acme.example>\n550-No such user\n550 Sender verify failed",
            Settings,
            AGAIN,
            &["sender address"],
        ),
        row(
            RcptTo,
            "450 4.1.8 <jobs@acme.example>: Sender address rejected: Domain not found",
            Server,
            AGAIN,
            &["sender address"],
        ),
        row(
            RcptTo,
            "550 5.1.1 192.0.2.9 has sent to too many recipients this hour",
            Server,
            AGAIN,
            &["limit for now", "waits"],
        ),
        row(
            Body,
            "550 5.4.6 Unusual sending activity detected",
            Server,
            AGAIN,
            &["waits"],
        ),
        row(
            RcptTo,
            "550 5.1.1 relaying denied",
            Settings,
            AGAIN,
            &["own domains"],
        ),
        row(
            RcptTo,
            "550 5.7.1 Connections not accepted from servers without reverse DNS",
            Settings,
            AGAIN,
            &["reverse DNS"],
        ),
        row(
            RcptTo,
            "550 5.1.1 bad reputation of your server",
            Server,
            AGAIN,
            &["reputation"],
        ),
        row(RcptTo, "550 5.1.1 spam", Server, AGAIN, &["reputation"]),
        row(
            RcptTo,
            "550 Administrative prohibition",
            Message,
            NEVER,
            &["policy"],
        ),
        row(
            Body,
            "550 5.1.1 message looks like spam",
            Message,
            NEVER,
            &["spam"],
        ),
        row(
            Body,
            "550 5.7.1 rejected per DMARC policy",
            Message,
            NEVER,
            &["DKIM"],
        ),
    ] {
        let verdict = judge(&refused(row.stage, row.reply));
        assert_eq!(
            (verdict.scope, verdict.course),
            (row.scope, row.course),
            "{}",
            row.reply
        );
        for words in row.says {
            assert!(
                verdict.hint.contains(words),
                "{}: {}",
                row.reply,
                verdict.hint
            );
        }
        for words in ["does not exist", "with the candidate"] {
            assert!(
                !verdict.hint.contains(words),
                "{}: {}",
                row.reply,
                verdict.hint
            );
        }
        assert!(!verdict.is_dead, "{}", row.reply);
    }
}

#[test]
fn a_servers_limit_is_nobodys_fault() {
    for (stage, reply) in [
        (Banner, "421 4.3.2 Too many concurrent connections"),
        (Auth, "432 4.3.2 Concurrent connections limit exceeded"),
        (
            MailFrom,
            "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
        ),
        (
            RcptTo,
            "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.example",
        ),
        (
            RcptTo,
            "450-4.2.1 The user you are trying to contact is receiving mail too quickly.",
        ),
        (
            Data,
            "451 4.7.650 The mail server [192.0.2.9] has been temporarily rate limited",
        ),
        (
            Body,
            "421-4.7.28 Gmail has detected an unusual rate of mail",
        ),
        (
            Body,
            "550 5.2.1 receiving mail at a rate that prevents additional messages",
        ),
        (Body, "454 4.7.0 Throttled: slow down"),
    ] {
        let verdict = judge(&refused(stage, reply));
        assert_eq!((verdict.scope, verdict.course), (Server, ROOM), "{reply}");
    }
    let locked = judge(&refused(
        Auth,
        "535 5.7.8 Too many sessions for this account",
    ));
    assert_eq!(locked.scope, Settings);
}

#[test]
fn what_is_about_the_recipient_is_known_by_words_in_any_code() {
    let full = Course::AgainFor(4 * HOUR);
    for (reply, course, words, is_dead) in [
        ("550 5.2.2 over quota", full, "full", false),
        ("550 5.1.1 mailbox full", full, "full", false),
        ("554 5.7.1 mailbox is full", full, "full", false),
        ("421 4.3.1 mailbox full", full, "full", false),
        (
            "550 5.1.0 - Unknown address error 550-'5.2.2 mailbox full'",
            full,
            "full",
            false,
        ),
        (
            "550 5.1.1 <spam.full@blocked.example>: User unknown",
            NEVER,
            "does not exist",
            true,
        ),
        (
            "550 5.4.1 [jane@example.net]: Recipient address rejected: Access denied",
            NEVER,
            "does not exist",
            true,
        ),
        (
            "550 5.4.1 no answer from host",
            NEVER,
            "can't be routed",
            false,
        ),
        ("550 5.7.1 No such user!", NEVER, "does not exist", false),
        ("550 no such user", NEVER, "does not exist", false),
        (
            "550 cuda_nsu 5.1.1 <jane@example.net> Recipient address rejected: User unknown",
            NEVER,
            "does not exist",
            true,
        ),
        (
            "550 5.1.10 Recipient not found",
            NEVER,
            "does not exist",
            true,
        ),
        ("550 5.1.1", NEVER, "does not exist", true),
        ("450 4.1.1 user unknown", AGAIN, "try again later", false),
        (
            "550 5.7.1 this account has been disabled",
            NEVER,
            "closed",
            false,
        ),
        (
            "550 5.7.1 blacklisted by recipient",
            NEVER,
            "has blocked it",
            false,
        ),
        (
            "550 5.1.1 greylisted, come back in 60 seconds",
            Course::AgainAfter(Duration::from_secs(70)),
            "normal",
            false,
        ),
        ("550 no", NEVER, "doesn't recognize", false),
        ("550 5.1.0 no", NEVER, "doesn't recognize", false),
    ] {
        let verdict = judge(&refused(RcptTo, reply));
        assert_eq!(
            (verdict.scope, verdict.course),
            (Recipient, course),
            "{reply}"
        );
        assert!(verdict.hint.contains(words), "{reply}: {}", verdict.hint);
        assert_eq!(verdict.is_dead, is_dead, "{reply}");
    }
    let big = judge(&refused(RcptTo, "550 5.1.1 message too large"));
    assert_eq!((big.scope, big.course), (Message, NEVER));
}
