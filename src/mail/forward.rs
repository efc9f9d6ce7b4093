//! What a person wrote, as a message to the recruiter.
use tera::escape_html;

use super::{compose::Composed, mailbox::header_text, plain_text, replies::Letter};
use crate::error::{Error, Result};

/// Who wrote, and about what.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Who got the message that is answered, by name.
    pub name: &'a str,
    /// Their address, to which the recruiter's answer goes.
    pub address: &'a str,
    /// The title of the job.
    pub job_title: &'a str,
    /// The page of the interview.
    pub page: &'a str,
}

/// The texts of the message that passes a letter on. Pages for people of the company are in one language, and so is this.
pub fn compose(letter: &Letter, about: About<'_>) -> Result<Composed> {
    let name = header_text(about.name);
    let job_title = header_text(about.job_title);
    let mut lines = vec![
        format!("{name} replied to an email about the interview for {job_title}."),
        format!(
            "If you answer this email, your answer goes to {}.",
            about.address
        ),
    ];
    if letter.from != about.address {
        lines.push(match letter.from.as_str() {
            "" => "The reply doesn't say which address it came from.".into(),
            from => format!(
                "The reply came from another address, {from}. Make sure that it is really from {name}."
            ),
        });
    }
    if !letter.files.is_empty() {
        let files = letter.files.join(", ");
        lines.push(format!(
            "Attachments are not forwarded: {files}. Ask {name} to send them to you directly."
        ));
    }
    let said = match letter.text.as_str() {
        "" => "(no text)",
        text => text,
    };
    let text = format!(
        "{}\n\nInterview: {}\n\n----- Reply -----\n\n{said}\n",
        lines.join("\n"),
        about.page
    );
    Ok(Composed {
        subject: match header_text(&letter.subject) {
            subject if subject.is_empty() => format!("Reply from {name}"),
            subject => subject,
        },
        html: html(&text)?,
        text: plain_text::wrap(&text),
    })
}

/// The same text, as it stands.
fn html(text: &str) -> Result<String> {
    let mut escaped = Vec::with_capacity(text.len());
    escape_html(text, &mut escaped).map_err(|error| Error::Mail(error.to_string()))?;
    let escaped = String::from_utf8_lossy(&escaped);
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Reply</title></head>\
         <body><div style=\"white-space: pre-wrap; font-family: sans-serif\" dir=\"auto\">{escaped}</div></body></html>\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str) -> Letter {
        Letter {
            delivered_to: Vec::new(),
            message_ids: Vec::new(),
            own_id: String::new(),
            from: "zoe@example.net".into(),
            subject: "Re: Interview".into(),
            text: text.into(),
            files: Vec::new(),
            is_of_program: false,
            is_spam: false,
        }
    }

    const ABOUT: About<'_> = About {
        name: "Zoë",
        address: "zoe@example.net",
        job_title: "Cook <b>",
        page: "https://a.example/interviews/7",
    };

    #[test]
    fn the_recruiter_reads_who_wrote_what() {
        let composed = compose(&letter("I am <late>.\n> quoted"), ABOUT).expect("a message");
        assert_eq!(composed.subject, "Re: Interview");
        assert_eq!(
            composed.text,
            "Zoë replied to an email about the interview for Cook <b>.\nIf you answer this email, your answer goes to zoe@example.net.\n\nInterview: https://a.example/interviews/7\n\n----- Reply -----\n\nI am <late>.\n> quoted\n"
        );
        assert!(
            composed.html.contains("I am &lt;late&gt;.\n&gt; quoted"),
            "{}",
            composed.html
        );
        assert!(!composed.html.contains("<b>"), "{}", composed.html);
    }

    #[test]
    fn what_could_mislead_is_said() {
        let odd = Letter {
            from: "other@example.net".into(),
            subject: String::new(),
            files: vec!["cv.pdf".into()],
            ..letter("")
        };
        let composed = compose(&odd, ABOUT).expect("a message");
        assert_eq!(composed.subject, "Reply from Zoë");
        for words in ["another address, other@example.net", "cv.pdf", "(no text)"] {
            assert!(composed.text.contains(words), "{words}: {}", composed.text);
        }
    }
}
