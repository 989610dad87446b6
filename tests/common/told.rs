//! The `tracing` events of a piece of work.

use std::{
    fmt,
    sync::{Arc, LazyLock, Mutex},
};

use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) level: Level,
    pub(crate) target: &'static str,
    /// `name=value `, for each.
    pub(crate) fields: String,
}

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields += &format!("{field}={value:?} ");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Told>>>);

impl Log {
    fn subscriber(&self) -> impl Subscriber + use<> {
        let log = self.clone();
        Hearing(move |told| log.0.lock().unwrap().push(told))
    }
}

/// Gives each event of the library to a function.
pub(crate) struct Hearing<F>(pub(crate) F);

impl<F: Fn(Told) + 'static> Subscriber for Hearing<F> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("hardtack")
    }

    fn event(&self, event: &Event<'_>) {
        let mut told = Told {
            level: *event.metadata().level(),
            target: event.metadata().target(),
            fields: String::new(),
        };
        event.record(&mut told);
        (self.0)(told);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// With a single subscriber, `tracing` asks only the thread that first meets an event whether it is wanted, which
/// is the wrong thread while other tests run.
static OTHERS: LazyLock<[Dispatch; 2]> =
    LazyLock::new(|| [(); 2].map(|()| Dispatch::new(Log::default().subscriber())));

/// The events of all threads. For a process of its own.
#[allow(dead_code, reason = "the tests of devices use the rest")]
pub(crate) fn told_by_all() -> impl Fn() -> Vec<Told> {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.subscriber()).unwrap();
    move || log.0.lock().unwrap().clone()
}

/// The events of `work`.
pub(crate) fn told_by(work: impl FnOnce()) -> Vec<Told> {
    LazyLock::force(&OTHERS);
    // A thread that registered an event before these existed may have cached that no subscriber wants it.
    tracing::callsite::rebuild_interest_cache();
    let log = Log::default();
    tracing::subscriber::with_default(log.subscriber(), work);
    log.0.lock().unwrap().clone()
}
