//! Stands in the copy for the crate `arc-swap`, whose own tests are in its repository: a place whose value is read and
//! replaced in one step.

use std::{mem, sync::Arc};

use loom::sync::Mutex;

pub(crate) struct ArcSwap<T>(Mutex<Arc<T>>);

pub(crate) type Guard<T> = T;

impl<T> ArcSwap<T> {
    pub(crate) fn from_pointee(value: T) -> ArcSwap<T> {
        ArcSwap(Mutex::new(Arc::new(value)))
    }

    pub(crate) fn load(&self) -> Guard<Arc<T>> {
        Arc::clone(&self.0.lock().expect("nothing panics here"))
    }

    pub(crate) fn store(&self, value: Arc<T>) {
        self.swap(value);
    }

    pub(crate) fn swap(&self, value: Arc<T>) -> Arc<T> {
        mem::replace(&mut self.0.lock().expect("nothing panics here"), value)
    }
}
