export default {
  experimental: { authInterrupts: true }, // for `forbidden` and `unauthorized`
  // The folder above has a lock file, too.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
};
