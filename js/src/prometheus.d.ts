import type { Metrics } from "./index.js";

/** The part of a `Registry` of prom-client that is needed here. */
export interface Register {
  getSingleMetric(name: string): unknown;
  registerMetric(metric: any): void;
}

/**
 * Returns the option `metrics` of cookies, tokens and `KeyRing.follow`, which counts in a register of prom-client with the names and
 * labels of docs/metrics.md. All counters begin at 0. A scrape asks the source of a followed ring, if that is due, and does not wait
 * for it. For the same register it always returns the same value.
 *
 * `register` is by default that of prom-client.
 */
export function prometheus(register?: Register): Metrics;
