//! The conversation, at a terminal or line by line from somewhere else.
use std::io::{self, IsTerminal, Write};

use crate::{cli::terminal, mail::mailbox::clean_line, secret::Secret};

const WIDTH: usize = 78;

/// The conversation with whoever sets mail up. Every question fails at the end of the input.
pub struct Talk {
    is_terminal: bool,
}

impl Talk {
    /// With standard input and output.
    pub fn new() -> Self {
        Self {
            is_terminal: io::stdin().is_terminal(),
        }
    }

    /// Begins something new.
    pub fn say(&self, text: &str) {
        terminal::say(format_args!("\n{}", wrapped(text, "")));
    }

    /// Goes on with it.
    pub fn add(&self, text: &str) {
        terminal::say(wrapped(text, "  "));
    }

    /// Asks for a line; an empty one means the proposal.
    pub fn ask(&self, question: &str, proposal: &str) -> io::Result<String> {
        let shown = match proposal {
            "" => format!("{question}: "),
            proposal => format!("{question} [{proposal}]: "),
        };
        let line = self.line(&shown)?;
        Ok(if line.is_empty() {
            proposal.to_owned()
        } else {
            line
        })
    }

    /// Asks until there is an answer.
    pub fn ask_something(&self, question: &str, proposal: &str) -> io::Result<String> {
        loop {
            let answer = self.ask(question, proposal)?;
            if answer.contains(char::is_control) {
                self.add("The answer contains control characters. Please type it again.");
            } else if !answer.is_empty() {
                return Ok(answer);
            }
        }
    }

    /// Asks for what nobody must read on the screen.
    pub fn ask_secret(&self, question: &str) -> io::Result<Secret> {
        let question = format!("{question}: ");
        let secret = if self.is_terminal {
            rpassword::prompt_password(question)?.trim().to_owned()
        } else {
            self.line(&question)?
        };
        Ok(Secret::new(secret))
    }

    /// Asks for yes or no.
    pub fn confirm(&self, question: &str, proposal: bool) -> io::Result<bool> {
        let choice = if proposal { "Y/n" } else { "y/N" };
        loop {
            match self
                .line(&format!("{question} [{choice}] "))?
                .to_lowercase()
                .as_str()
            {
                "" => return Ok(proposal),
                "y" | "yes" => return Ok(true),
                "n" | "no" => return Ok(false),
                _ => self.add("Please answer y or n."),
            }
        }
    }

    fn line(&self, question: &str) -> io::Result<String> {
        let mut out = io::stdout();
        write!(out, "{question}")?;
        out.flush()?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            terminal::say("");
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !self.is_terminal {
            terminal::say("");
        }
        Ok(line.trim().to_owned())
    }
}

/// Words in lines of a width that every terminal has. What begins with a number or a mark hangs on it.
/// A server's words must not steer the terminal.
fn wrapped(text: &str, indent: &str) -> String {
    let text = clean_line(text);
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_mark = first.chars().count() < 3 && !first.starts_with(char::is_alphabetic);
    let hanging = match is_mark {
        true => " ".repeat(first.chars().count() + 1),
        false => String::new(),
    };
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is always a line");
        if !line.trim().is_empty()
            && line.chars().count() + 1 + word.chars().count() > WIDTH - indent.len()
        {
            lines.push(format!("{hanging}{word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let lines = lines.iter().map(|line| format!("{indent}{line}"));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_fit_a_terminal() {
        let text = wrapped(&"four ".repeat(40), "  ");
        assert!(
            text.lines()
                .all(|line| line.len() <= WIDTH && line.starts_with("  four"))
        );
        assert_eq!(text.split_whitespace().count(), 40);
        let link = "x".repeat(100);
        assert_eq!(wrapped(&format!("see {link}"), ""), format!("see\n{link}"));
        assert_eq!(wrapped("", ""), "");
        assert_eq!(wrapped("550 \u{1b}[2J no\r\nsuch", ""), "550 [2J no such");
        let step = wrapped(&format!("1. {}", "four ".repeat(20)), "  ");
        let second = step.lines().nth(1).expect("a second line");
        assert!(second.starts_with("     four"), "{step}");
    }
}
