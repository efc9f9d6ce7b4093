//! Messages for a person at the terminal: seen there, received by nobody.
use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use super::{LINK_PLACEHOLDER, mime::Letter};

const RULE: &str = "------------------------------------------------------------------------";

/// Where messages are printed.
pub struct Console {
    out: Mutex<Box<dyn Write + Send>>,
}

impl Console {
    /// The terminal.
    pub fn stdout() -> Self {
        Self::new(io::stdout())
    }

    /// Somewhere else.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self {
            out: Mutex::new(Box::new(out)),
        }
    }

    /// Prints headers and plain text. The link is printed only if one is given: whoever reads it can
    /// join.
    pub fn print(&self, letter: &Letter<'_>, link: Option<&str>) -> io::Result<()> {
        let mut message = format!(
            "{RULE}\nFrom: {}\nTo: {}\n",
            letter.sender, letter.recipient
        );
        if let Some(reply_to) = letter.reply_to {
            message.push_str(&format!("Reply-To: {reply_to}\n"));
        }
        let text = letter.text.replace(
            LINK_PLACEHOLDER,
            link.unwrap_or("(the link is not printed)"),
        );
        message.push_str(&format!(
            "Subject: {}\nDate: {}\nMessage-ID: <{}>\n\n{text}{RULE}\n",
            letter.subject,
            letter.date.to_rfc2822(),
            letter.message_id,
        ));
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(message.as_bytes())?;
        out.flush()
    }
}
