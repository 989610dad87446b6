// Names of runtimes, for the check of src/ by `tsc`.

declare const Bun: unknown;
declare const Deno: unknown;
