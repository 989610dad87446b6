//! The metrics of a piece of work.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// `name{label="value",…}` of each metric, and its count; of a histogram, the sum.
pub(crate) type Counts = BTreeMap<String, u64>;

#[derive(Clone, Default)]
struct Tally(Arc<Mutex<Tallied>>);

#[derive(Clone, Default)]
struct Tallied {
    counts: Counts,
    /// Counters that were at 0 before their first event.
    begun: BTreeSet<String>,
    gauges: BTreeMap<String, f64>,
}

struct Metric {
    key: String,
    tally: Tally,
}

impl Tally {
    fn metric(&self, key: &Key) -> Arc<Metric> {
        let labels = key.labels();
        let labels: Vec<_> = labels
            .map(|label| format!("{}={:?}", label.key(), label.value()))
            .collect();
        Arc::new(Metric {
            key: format!("{}{{{}}}", key.name(), labels.join(",")),
            tally: self.clone(),
        })
    }

    fn of(work: impl FnOnce()) -> Tallied {
        let tally = Tally::default();
        metrics::with_local_recorder(&tally, work);
        let tallied = tally.0.lock().unwrap();
        tallied.clone()
    }
}

impl Metric {
    fn change_gauge(&self, change: impl FnOnce(f64) -> f64) {
        let mut tallied = self.tally.0.lock().unwrap();
        let value = tallied.gauges.entry(self.key.clone()).or_default();
        *value = change(*value);
    }
}

impl CounterFn for Metric {
    fn increment(&self, value: u64) {
        let mut tallied = self.tally.0.lock().unwrap();
        if value == 0 && !tallied.counts.contains_key(&self.key) {
            tallied.begun.insert(self.key.clone());
        }
        *tallied.counts.entry(self.key.clone()).or_default() += value;
    }

    fn absolute(&self, _: u64) {
        panic!("counters are counted up");
    }
}

impl GaugeFn for Metric {
    fn increment(&self, value: f64) {
        self.change_gauge(|before| before + value);
    }

    fn decrement(&self, value: f64) {
        self.change_gauge(|before| before - value);
    }

    fn set(&self, value: f64) {
        self.change_gauge(|_| value);
    }
}

impl HistogramFn for Metric {
    fn record(&self, value: f64) {
        CounterFn::increment(self, value as u64);
    }
}

impl Recorder for Tally {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.metric(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.metric(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.metric(key))
    }
}

/// The gauges of threads without a recorder of their own, from now on. Only one test may ask for them.
#[allow(dead_code, reason = "the tests of devices use the rest")]
pub(crate) fn gauges_of_threads() -> impl Fn() -> BTreeMap<String, f64> {
    let tally = Tally::default();
    metrics::set_global_recorder(tally.clone()).unwrap();
    move || tally.0.lock().unwrap().gauges.clone()
}

/// The metrics that `work` counts.
pub(crate) fn counted_by(work: impl FnOnce()) -> Counts {
    let mut counts = Tally::of(work).counts;
    counts.retain(|_, count| *count > 0);
    counts
}

/// The counters that are at 0 before `work` counts.
#[allow(dead_code, reason = "the tests of devices use the rest")]
pub(crate) fn begun_by(work: impl FnOnce()) -> BTreeSet<String> {
    Tally::of(work).begun
}

/// The gauges that `work` sets.
#[allow(dead_code, reason = "the tests of devices use the rest")]
pub(crate) fn gauges_by(work: impl FnOnce()) -> BTreeMap<String, f64> {
    Tally::of(work).gauges
}
