//! Messages for a person at the terminal: seen there, received by nobody.
use std::{
    fs::File,
    io::{self, Write},
    os::fd::AsFd,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{LINK_PLACEHOLDER, mime::Letter};

const RULE: &str = "------------------------------------------------------------------------";

/// Where messages are printed.
pub struct Console {
    out: Mutex<Out>,
}

struct Out {
    to: Box<dyn Write + Send>,
    failed_at: Option<Instant>,
}

/// A terminal that took nothing is left alone for so long by those who need not print.
const REST: Duration = Duration::from_secs(60);

impl Console {
    /// The terminal. Without a buffer between: what it did not take would stay there, and come out twice.
    pub fn stdout() -> Self {
        match io::stdout().as_fd().try_clone_to_owned() {
            Ok(terminal) => Self::new(File::from(terminal)),
            Err(_) => Self::new(io::stdout()),
        }
    }

    /// Somewhere else.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self {
            out: Mutex::new(Out {
                to: Box::new(out),
                failed_at: None,
            }),
        }
    }

    /// Did it take nothing just now?
    pub fn rests(&self) -> bool {
        let failed_at = self.out().failed_at;
        failed_at.is_some_and(|at| at.elapsed() < REST)
    }

    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut out = self.out();
        let printed = out.to.write_all(message.as_bytes());
        let printed = printed.and_then(|()| out.to.flush());
        out.failed_at = printed.as_ref().err().map(|_| Instant::now());
        printed
    }
}
