const signals = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGKILL', 'SIGSEGV', 'SIGTERM', 'SIGTRAP'] as const;

/** How a signer ended, in one of a few fixed texts: the signer chooses its exit code and signal itself. */
export function endingOf(code: number | null, signal: NodeJS.Signals | null): string {
  const known = signals.find((name) => name === signal);
  if (known !== undefined) return known;
  return signal === null && code === 0 ? 'exit code 0' : 'an error';
}
