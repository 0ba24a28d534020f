/** Milliseconds on a monotonic clock. */
export const clock = () => performance.now();
