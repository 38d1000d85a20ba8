/** Milliseconds that a timer can have; one with more goes off at once. */
const LONGEST = 2 ** 31 - 1;

/** Resolves after so many milliseconds. @throws what the signal says, as soon as it does */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(milliseconds, LONGEST),
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Does work with a signal that says stop after so many milliseconds, or when the application's does. */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const watch = watched(milliseconds, signal);
  try {
    return await work(watch.signal);
  } finally {
    watch.endTimer();
    watch.endSignal();
  }
}

/** As `within`, for work whose result is read afterwards: the application's signal stops that as well, the time does not. */
export async function begunWithin<T>(
  milliseconds: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const watch = watched(milliseconds, signal);
  try {
    return await work(watch.signal);
  } catch (error) {
    watch.endSignal();
    throw error;
  } finally {
    watch.endTimer();
  }
}

function watched(milliseconds: number, signal: AbortSignal | undefined) {
  const controller = new AbortController();
  const stop = () => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => controller.abort(), Math.min(milliseconds, LONGEST));
  return {
    signal: controller.signal,
    endTimer: () => clearTimeout(timer),
    endSignal: () => signal?.removeEventListener('abort', stop),
  };
}
