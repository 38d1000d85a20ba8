// Runs tests in a thread. Without a survey it makes one, and ends. With one it switches on each change that it is asked to, and says
// whether a test fails with it.
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';

const { shim, files, survey } = workerData;
// The same examples for each change, so that two runs have the same score.
fc.configureGlobal({ seed: 1 });

let on;
let reached = new Set();
globalThis.isChanged = (number) => {
  reached.add(number);
  return number === on;
};

const { firstFailure, startFile, tests } = await import(shim);
for (const file of files) {
  startFile();
  await import(file);
}

// What a changed judge leaves unhandled is a failure of the test that runs then.
let unhandled = false;
process.on('unhandledRejection', () => {
  unhandled = true;
});

if (survey === undefined) parentPort.postMessage(await makeSurvey());
else parentPort.on('message', (number) => tryChange(number).then((isFound) => parentPort.postMessage(isFound)));

async function makeSurvey() {
  const made = [];
  for (const [place, test] of tests.entries()) {
    reached = new Set();
    const start = performance.now();
    const broken = await firstFailure([test]);
    if (broken) throw new Error(`a test fails without any change: ${broken.name}`, { cause: broken.cause });
    made.push({ place, reached, takes: performance.now() - start });
  }
  return made.sort((one, other) => one.takes - other.takes);
}

async function tryChange(number) {
  unhandled = false;
  on = number;
  const failure = await firstFailure(survey.flatMap((one) => (one.reached.has(number) ? [tests[one.place]] : [])));
  return failure !== undefined || unhandled;
}
