//! A terminal that tests can read, and break.
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

/// Keeps what is printed.
#[derive(Clone, Default)]
pub struct Printer(Arc<Mutex<Paper>>);

#[derive(Default)]
struct Paper {
    text: Vec<u8>,
    is_broken: bool,
}

impl Printer {
    pub fn text(&self) -> String {
        String::from_utf8(self.paper().text.clone()).expect("text")
    }

    /// From now on nothing can be printed.
    pub fn break_down(&self) {
        self.paper().is_broken = true;
    }

    fn paper(&self) -> MutexGuard<'_, Paper> {
        self.0.lock().expect("nobody panicked")
    }
}

impl io::Write for Printer {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut paper = self.paper();
        if paper.is_broken {
            return Err(io::Error::other("no paper"));
        }
        paper.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
