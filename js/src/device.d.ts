import type { BoundOptions } from "./index.js";

/** Settings that are the same as those of the Rust program, whose endpoints register and refresh. */
export interface DeviceBoundOptions {
  /** Path of the endpoints, such as `/.session`. */
  readonly path: string;
  /** Seconds for which a proof is valid, 180 to 86,400. Default: 600. */
  readonly boundFor?: number;
  /** Seconds after which a session without a device is refused, at least 10. Default: null, never. */
  readonly requiredAfter?: number | null;
  /** The sites whose links make a browser refresh. A `SameSite=Strict` cookie needs `same-site`. Default: any. */
  readonly initiators?: "any" | "same-site";
  /** Lets a renewed session register a device. Default: true. */
  readonly offers?: boolean;
}

/** The option `deviceBound`. Experimental: it may change in a minor release. */
export function deviceBound(options: DeviceBoundOptions): BoundOptions;
