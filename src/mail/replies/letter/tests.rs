//! Letters as people's programs write them, and as programs do.
use super::*;

fn of(header: &str, body: &str) -> Letter {
    letter(format!("From: Zoë <Zoe@Example.net>\n{header}\n\n{body}").as_bytes())
}

#[test]
fn a_letter_is_read_with_what_it_answers() {
    let read = of(
        "To: bounces+42-aaaa@sample-company.example\nSubject: =?utf-8?Q?Re=3A_Gr=C3=BC=C3=9Fe?=\nMessage-ID: <1@example.net>\nIn-Reply-To: <a.0@sample-company.example>\nReferences: <itv-b@sample-company.example> <a.0@sample-company.example>\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable",
        "Sch=F6nen Tag,\n\nI am late.\n\n> Join: https://a.example/interview/eyJhbGciOi\n> JIUzI1NiJ9.x and more\n",
    );
    assert_eq!(
        read,
        Letter {
            delivered_to: vec!["bounces+42-aaaa@sample-company.example".into()],
            message_ids: vec![
                "a.0@sample-company.example".into(),
                "itv-b@sample-company.example".into(),
                "a.0@sample-company.example".into(),
            ],
            own_id: "<1@example.net>".into(),
            from: "zoe@example.net".into(),
            subject: "Re: Grüße".into(),
            text: "Schönen Tag,\n\nI am late.\n\n> Join: [link]\n> and more".into(),
            files: Vec::new(),
            is_of_program: false,
            is_spam: false,
        }
    );
}

#[test]
fn the_text_is_found_and_what_is_attached_is_named() {
    let parts = |parts: &[&str]| {
        let parts: String = parts.iter().map(|part| format!("--b\n{part}\n")).collect();
        of(
            "Content-Type: multipart/mixed; boundary=b",
            &format!("{parts}--b--\n"),
        )
    };
    let read = parts(&[
        "Content-Type: text/html\n\n<p>Only <b>this</b></p>",
        "Content-Type: application/pdf; name=\"cv.pdf\"\nContent-Disposition: attachment; filename=\"=?utf-8?Q?Zo=C3=AB.pdf?=\"\n\nx",
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nnot this",
        "Content-Type: image/png\n\nx",
        "Content-Type: text/calendar\n\nBEGIN:VCALENDAR",
    ]);
    assert_eq!(read.text, "\nOnly this".trim());
    assert_eq!(read.files, ["Zoë.pdf", "notes.txt", "image/png"]);
    let both = parts(&[
        "Content-Type: text/html\n\n<p>html</p>",
        "Content-Type: text/plain\n\nplain",
    ]);
    assert_eq!(both.text, "plain");
    let many = parts(&["Content-Type: image/png\n\nx"; 40]);
    assert!(many.files.len() <= MOST_FILES);
    let long = of("Subject: x", &"word ".repeat(100_000));
    assert!(long.text.len() <= LONGEST_TEXT);
    for noise in ["", "\n", "\0\u{7}\u{202e}"] {
        assert_eq!(of("Subject: x", noise).text, "");
    }
}

#[test]
fn what_a_program_wrote_is_known_by_its_header() {
    for header in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated",
        "Precedence: bulk",
        "Precedence: Auto_Reply",
        "List-Id: <a.example.net>",
        "List-Unsubscribe: <mailto:a@example.net>",
        "X-Auto-Response-Suppress: All",
        "X-Forwarded-By-Greenroom: yes",
        "X-Loop: a@example.net",
        "Return-Path: <>",
        "Return-Path: <MAILER-DAEMON>",
        "Subject: Automatic reply: Interview",
        "Subject: =?utf-8?B?QWJ3ZXNlbmhlaXRzbm90aXo6IEludGVydmlldw==?=",
        "X-Autoreply: yes",
        "Content-Type: multipart/report; boundary=b",
    ] {
        assert!(of(header, "text").is_of_program, "{header}");
    }
    for header in [
        "Auto-Submitted: no",
        "Subject: Re: Automatic reply machines",
        "Precedence: first-class",
        "Return-Path: <zoe@example.net>",
        "Subject: auto mechanic",
    ] {
        assert!(!of(header, "text").is_of_program, "{header}");
    }
    assert!(of("X-Spam-Flag: YES", "").is_spam);
    assert!(of("X-Spam-Status: Yes, score=9", "").is_spam);
    assert!(!of("X-Spam-Status: No, score=-1", "").is_spam);
}
