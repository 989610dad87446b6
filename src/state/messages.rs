//! Messages for the next page.

use super::{State, error::SessionError, flash};
use crate::crypto::scratch::Wiped;

impl<T> State<'_, T> {
    pub(crate) fn flash(&mut self, queue: &str, message: &str) -> Result<(), SessionError> {
        self.check_writable()?;
        let mut messages: Vec<_> = flash::messages(self.flash_bytes()).collect();
        messages.push((queue, message));
        let flash = flash::encode(&messages);
        self.set_flash(flash)
    }

    /// Like [`flash`](Self::flash), unless the queue has the same message.
    pub(crate) fn flash_once(&mut self, queue: &str, message: &str) -> Result<(), SessionError> {
        if flash::messages(self.flash_bytes()).any(|known| known == (queue, message)) {
            return Ok(());
        }
        self.flash(queue, message)
    }

    pub(crate) fn peek_flashes(&self, queue: &str) -> Vec<String> {
        flash::messages(self.flash_bytes())
            .filter(|(of, _)| *of == queue)
            .map(|(_, message)| message.to_owned())
            .collect()
    }

    /// The messages of a queue, which are then gone.
    pub(crate) fn flashes(&mut self, queue: &str) -> Result<Vec<String>, SessionError> {
        let popped = self.peek_flashes(queue);
        if !popped.is_empty() {
            let others = flash::messages(self.flash_bytes()).filter(|(of, _)| *of != queue);
            let flash = flash::encode(&others.collect::<Vec<_>>());
            self.set_flash(flash)?;
        }
        Ok(popped)
    }

    fn set_flash(&mut self, flash: Vec<u8>) -> Result<(), SessionError> {
        let flash = Wiped::from(flash);
        self.check_fits(self.payload().len() + flash.len(), &self.head)?;
        self.flash = Some(flash);
        Ok(())
    }
}
