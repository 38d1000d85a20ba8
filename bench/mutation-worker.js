// Switches on one change after another, and says which test fails with it.
import { parentPort, workerData } from 'node:worker_threads';

const { shim, files, numbers } = workerData;
const { firstFailure } = await import(shim);
for (const file of files) await import(file);

// What a changed judge leaves unhandled is a failure of the test that runs then.
let unhandled;
process.on('unhandledRejection', (error) => {
  unhandled = error;
});

const broken = await firstFailure();
if (broken !== undefined) throw new Error(`a test fails without any change: ${broken}`);
for (const number of numbers) {
  globalThis.mutant = number;
  const failure = await firstFailure();
  parentPort.postMessage({ failure: failure ?? (unhandled && 'unhandled') });
  unhandled = undefined;
}
