//! The metrics of a piece of work.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// `name{label="value",…}` of each metric, and its count; of a histogram, the sum.
pub(crate) type Counts = BTreeMap<String, u64>;

#[derive(Clone, Default)]
struct Tally(Arc<Mutex<Counts>>);

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
}

impl CounterFn for Metric {
    fn increment(&self, value: u64) {
        let mut counts = self.tally.0.lock().unwrap();
        *counts.entry(self.key.clone()).or_default() += value;
    }

    fn absolute(&self, _: u64) {
        panic!("counters are counted up");
    }
}

impl HistogramFn for Metric {
    fn record(&self, value: f64) {
        self.increment(value as u64);
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
        panic!("{key} is a gauge");
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.metric(key))
    }
}

/// The metrics of `work`.
pub(crate) fn counted_by(work: impl FnOnce()) -> Counts {
    let tally = Tally::default();
    metrics::with_local_recorder(&tally, work);
    let counts = tally.0.lock().unwrap();
    counts.clone()
}
