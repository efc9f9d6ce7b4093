//! Sentences of many makes of mail servers, and whose fault they tell of.
use super::{Kind::*, *};

/// Each as it follows a reply code, or as a report quotes it.
const SENTENCES: &[(Kind, &[&str])] = &[
    (
        Listed,
        &[
            "550 rejected: 192.0.2.9 is in an RBL",
            "550 rejected because 192.0.2.9 is in a black list at zen.blocklist.example",
            "550 blocked using zen.blocklist.example",
            "550 5.1.1 <jane@example.net>: Recipient address rejected: 192.0.2.9 is listed at b.example",
            "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.blocklist.example; why: see there",
            "554 Service unavailable; Client host [mail.acme.example] blocked by bl.example; 192.0.2.9",
            "550-IP 192.0.2.9 is blacklisted (xbl.example). Help at / Hilfe unter https://help.example",
            "550 5.7.1 Your IP address is listed by https://example.com/zen, mend this",
            "550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.9 is blacklisted using SOME-XBL",
            "550 5.1.1 192.0.2.9 found in DNSBL dnsbl.example",
            "553 5.3.0 mx34 DNSBL:RBL 521< 192.0.2.9 >_is_blocked.For assistance forward this message",
            "550 5.7.1 Unfortunately, messages from [192.0.2.9] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
            "550 5.7.606 Access denied, banned sending IP [192.0.2.9]. To request removal visit https://sender.example",
            "550 5.7.511 Access denied, banned sender[192.0.2.9]",
            "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP",
            "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.9",
            "554 5.7.1 <jane@example.net>: Recipient address rejected: https://www.spamhaus.org/query/ip/192.0.2.9",
            "554 mx.example.net cmsmtp 192.0.2.9 is listed on Cloudmark CSI-Global",
            "550 5.7.1 Email rejected by SORBS",
            "550 permanent failure: blocked by Barracuda Reputation",
            "554-No SMTP service 554 IP address is black listed",
            "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.9, because the ip is in a list",
            "550 Die IP-Adresse 192.0.2.9 steht auf einer Sperrliste",
            "550 5.1.1 your host is on our denylist",
        ],
    ),
    (
        Limit,
        &[
            "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.example",
            "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
            "421 4.7.0 Too many concurrent SMTP connections from your IP",
            "421 Too many connections, come back with fewer",
            "452 4.3.2 Connection rate limit exceeded",
            "450 4.2.1 The user you are trying to contact is receiving mail too quickly.",
            "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered",
            "421-4.7.28 Gmail has detected an unusual rate of mail originating from your SPF domain",
            "451 4.7.650 The mail server [192.0.2.9] has been temporarily rate limited due to IP reputation (S775)",
            "421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred due to unexpected volume or user complaints",
            "454 Throttling failure: Maximum sending rate exceeded.",
            "451 Ratelimit exceeded, slow down",
            "421 4.7.1 Trop de connexions, veuillez patienter",
            "450 4.7.1 Error: too much mail at too fast a pace: you are sending too fast",
            "421 RP-001 The mail server IP connecting has exceeded the rate limit allowed",
        ],
    ),
    (
        Quota,
        &[
            "550 5.1.1 <jane@example.net> - 192.0.2.9 has sent to too many recipients this hour",
            "452 Too many recipients received this hour",
            "550 5.1.1 sender has exceeded the hourly limit",
            "550 5.4.6 Unusual sending activity detected. Please try after some time",
            "550 5.1.0 jobs@acme.example exceeded the max emails per hour (100) allowed",
            "554 5.1.8 Email Outgoing Blocked",
            "450 4.7.1 Message limit of 500 per hour reached",
            "550 5.1.1 You have sent too many messages today",
            "550 5.7.508 Access denied, [192.0.2.9] has exceeded permitted limits within its range",
            "454 Daily message quota exceeded",
            "550 5.1.1 Domain acme.example has exceeded the max defers and sending limit",
            "552 5.2.0 Sending quota exceeded for this sender",
        ],
    ),
    (
        Sender,
        &[
            "550 5.1.0 sender rejected",
            "550 5.1.1 <jobs@acme.example>: Sender address rejected: User unknown in relay recipient table",
            "450 4.1.8 <jobs@acme.example>: Sender address rejected: Domain not found",
            "550-Verification failed for <jobs@acme.example> 550-No such user 550 Sender verify failed",
            "550-Callback setup failed while verifying <jobs@acme.example>",
            "550 5.1.1 192.0.2.9 is not allowed to send mail from acme.example",
            "553 5.1.8 Domain of sender address jobs@acme.example does not exist",
            "501 5.1.7 Invalid sender",
            "550 5.1.0 MAIL FROM jobs@acme.example denied",
            "550 5.1.0 Address rejected (in reply to MAIL FROM command)",
            "550 rejecting spoofed message",
            "550 5.1.7 bad return path: return path not accepted",
            "550 Absender nicht erlaubt",
        ],
    ),
    (
        Unauthenticated,
        &[
            "550 5.1.0 not allowed to send, SPF",
            "550 5.1.0 192.0.2.9 is not allowed to send from acme.example per its SPF Record",
            "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
            "550 5.1.1 SPF check failed for acme.example",
            "550 5.7.1 Email rejected per DMARC policy for acme.example",
            "550 5.7.509 Access denied, sending domain acme.example does not pass DMARC verification",
            "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
            "554 5.1.1 DKIM signature missing: rejected due to dkim",
            "550-5.7.26 Unauthenticated email from acme.example is not accepted due to domain's policy",
        ],
    ),
    (
        Relaying,
        &[
            "554 5.7.1 <jane@example.net>: Relay access denied",
            "550 5.7.1 Relaying denied",
            "550 5.1.1 relay not permitted",
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "550 5.7.1 Unable to relay",
            "550 5.1.0 We do not relay for strangers: relaying prohibited",
            "550 5.7.64 TenantAttribution; Relay Access Denied",
        ],
    ),
    (
        Greylisted,
        &[
            "451 4.7.1 Greylisted, come back in 300 seconds",
            "550 5.1.1 <jane@example.net>: Recipient address rejected: Greylisted",
            "450 4.2.0 graylisting in action",
            "421 4.7.1 Service unavailable; Client host [192.0.2.9] blocked using grey.rbl; greylisting",
            "451 gray-listed, see postgrey",
        ],
    ),
    (
        Full,
        &[
            "552 5.2.2 Over quota",
            "550 5.1.1 <jane@example.net>: mailbox full",
            "550 5.1.0 - Unknown address error 550-'5.2.2 mailbox full'",
            "452 4.2.2 The email account that you tried to reach is out of storage space",
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
            "550 User is over the quota",
            "550 5.7.1 recipient's mailbox has exceeded its storage limit",
            "552 Mailbox size limit exceeded",
            "550 5.1.1 maildir over quota",
            "550 5.0.0 Postfach ist voll",
            "421 4.3.1 Quota exceeded (mailbox for user is full)",
            "550 5.1.1 boite du destinataire pleine",
            "550 5.5.0 user has too many messages on the server",
            "552 1 Requested mail action aborted: user over quota",
        ],
    ),
    (
        TooBig,
        &[
            "552 5.3.4 Message size exceeds fixed limit",
            "550 5.1.1 message too large",
            "552 5.2.3 Message length exceeds administrative limit",
            "550 5.7.0 Message is larger than the maximum",
            "550 5.1.0 exceeded maximum inbound message size",
            "554 5.1.1 the email size exceeds what we take",
        ],
    ),
    (
        NoSuchAddress,
        &[
            "550 5.1.1 <jane@example.net>: Recipient address rejected: User unknown in virtual mailbox table",
            "550 5.1.1 <spam.full@blocked.example>: Recipient address rejected: User unknown",
            "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking the recipient's email address for typos or unnecessary spaces",
            "550 5.7.1 No such user!",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            "554 delivery error: dd This user doesn't have a somewhere.example account (jane@example.net) [0]",
            "550 Message was not accepted -- invalid mailbox. Local mailbox jane@example.net is unavailable: user not found",
            "550 5.1.1 User does not exist - <jane@example.net>",
            "550 Invalid Recipient - https://community.example/docs",
            "550 cuda_nsu 5.1.1 <jane@example.net> Recipient address rejected: User unknown",
            "550 Sorry, no mailbox here by that name. (#5.1.1)",
            "550 Unrouteable address",
            "550 5.1.1 Jane Doe (jane@example.net) not listed in Domino Directory",
            "550 #5.1.0 Address rejected: unknown recipient",
            "550 Unbekannter Empfänger / unknown user",
            "550 5.1.1 Empfängeradresse existiert nicht",
            "550 5.1.1 utilisateur inconnu",
            "553 5.1.1 el usuario no existe",
            "550 5.1.1 This is not a valid mailbox",
            "550 5.1.1 host mx.spamhaus.org[192.0.2.1] said: 550 5.1.1 No such user here",
            "550 5.1.1 User unknown; the spam filter had nothing against it",
            "550 5.1.6 recipient no longer on server: user not found",
            "550 5.4.1 [jane@example.net]: Recipient address rejected: Access denied. AS(201806281)",
            "550 5.4.1 Access denied",
        ],
    ),
    (
        Closed,
        &[
            "550 5.2.1 The email account that you tried to reach is disabled",
            "554 30 Sorry, your message to jane@example.net cannot be delivered. This mailbox is disabled (554.30).",
            "550 5.1.1 account suspended",
            "550 user is inactive",
            "550 5.7.1 this account has been blocked",
        ],
    ),
    (
        Unwanted,
        &[
            "550 5.7.1 Blacklisted by recipient",
            "550 5.1.1 your message was refused by the recipient",
            "550 5.7.1 sender is on the recipient's block list",
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; not in the allowed senders list",
            "550 Rejected by header based manually Blocked Senders",
        ],
    ),
    (
        Reputation,
        &[
            "554-mx.example.net Your access to this mail system has been rejected due to the sending MTA's poor reputation",
            "550 5.1.1 blocked",
            "550-5.7.1 [192.0.2.22] Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP",
            "550 5.7.1 Client host rejected: cannot take mail",
            "550 5.1.0 We do not accept mail from you",
        ],
    ),
    (
        Name,
        &[
            "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.9]",
            "554-Bad DNS PTR resource record.",
            "550 5.7.1 Connections not accepted from servers without reverse DNS",
            "550 5.7.1 <x.example>: Helo command rejected: need fully-qualified hostname",
            "550 5.1.1 hosts with dynamic IP may not send",
        ],
    ),
    (
        Spam,
        &[
            "550 5.7.1 Looks like spam",
            "554 5.7.1 Message rejected under suspicion of SPAM",
            "554 rejecting banned content",
            "550 5.1.1 unsolicited mail",
            "550 5.0.0 virus found",
        ],
    ),
    (
        Unreached,
        &[
            "timed out",
            "connect to mx.example.net[192.0.2.25]:25: Connection timed out",
            "550 5.4.316 Message expired, connection refused(Socket error code 10061)",
            "550 5.4.310 DNS domain example.net does not exist, host not found",
            "5.4.4 Host or domain name not found. Name service error",
            "5.4.6 too many hops",
        ],
    ),
    (
        Policy,
        &[
            "554 5.7.1 [CS01] Message rejected due to local policy",
            "550 Administrative prohibition",
            "554 Email rejected due to security reasons",
            "550 5.7.1 Access denied",
        ],
    ),
];

fn read(text: &str) -> Option<Kind> {
    let code = precise(None, text);
    find(code.as_deref(), text).map(|cause| cause.kind())
}

#[test]
fn servers_of_many_makes_are_understood() {
    let mut wrong = Vec::new();
    for (kind, sentences) in SENTENCES {
        for sentence in *sentences {
            let found = read(sentence);
            if found != Some(*kind) {
                wrong.push(format!("{kind:?}, not {found:?}: {sentence}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn nobody_is_called_dead_for_what_is_about_us() {
    for (kind, sentences) in SENTENCES {
        for sentence in *sentences {
            for code in ["5.1.1", "5.1.10", "5.4.1"] {
                let cause = find(Some(code), sentence);
                let dead = is_dead(Some(code), cause.as_ref());
                let may_be = matches!(kind, NoSuchAddress | Unreached)
                    || (*kind == Policy && cause.is_none())
                    // With that code Microsoft's words mean an address.
                    || (code == "5.4.1" && sentence.contains("ccess denied"));
                assert!(!dead || may_be, "{code} {sentence}");
            }
        }
    }
}

#[test]
fn words_that_say_nothing_leave_it_to_the_code() {
    for text in [
        "",
        "550",
        "550 5.1.1",
        "550 5.7.1 Service unavailable",
        "554 Transaction failed",
        "571 Delivery not authorised",
        "450 4.2.1 Mailbox busy",
        "452 4.5.3 Too many recipients",
        "554 no valid recipients",
        "421 4.7.0 Try again later, closing connection.",
        "550 <mailbox.full@rbl.example> <user.unknown@spam.example>",
        "550 https://user-unknown.example/mailbox/full?blocked=rbl",
    ] {
        let found = read(text).filter(|kind| *kind != Policy);
        assert_eq!(found, None, "{text}");
    }
    assert!(is_dead(Some("5.1.1"), None));
    assert!(is_dead(Some("5.1.10"), None));
    assert!(is_dead(Some("5.1.2"), None));
    for code in [
        "5.1.0", "5.1.8", "5.2.2", "5.7.1", "4.1.1", "5.0.0", "5.4.1",
    ] {
        assert!(!is_dead(Some(code), None), "{code}");
    }
    assert!(!is_dead(None, find(None, "550 no such user").as_ref()));
}

#[test]
fn unknown_words_that_speak_of_us_leave_an_address_alone() {
    for (text, kind) in [
        ("550 5.1.1 192.0.2.9 has a bad hair day", Reputation),
        ("550 5.1.1 the sender has a bad hair day", Sender),
    ] {
        let cause = find(Some("5.1.1"), text);
        assert_eq!(cause.as_ref().map(Cause::kind), Some(kind), "{text}");
        assert!(!is_dead(Some("5.1.1"), cause.as_ref()), "{text}");
    }
}

#[test]
fn the_list_and_our_address_are_told() {
    let cause = find(
        Some("5.7.1"),
        "554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.blocklist.example",
    );
    let Some(Cause::Listed(listing)) = cause else {
        panic!("{cause:?}")
    };
    assert_eq!(listing.list.as_deref(), Some("zen.blocklist.example"));
    assert_eq!(listing.address.as_deref(), Some("192.0.2.9"));
}
