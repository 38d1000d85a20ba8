/** Elements of a foreign list that are worked on before everybody else has a turn of the event loop. */
export const A_TURN = 250;

/** Resolves in the next turn of the event loop, after what waits there: other chains, signals, answers of the health server. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
