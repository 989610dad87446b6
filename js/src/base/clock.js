// The clock.

/** Returns false in the global scope of a worker, whose clock shows 1970 until the first request. */
export const isClockRunning = () => Date.now() > 0;
