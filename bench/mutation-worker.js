// Runs tests in a thread. Without a survey it makes one, and ends. With one it switches on each change that it is asked to, and says
// whether a test fails with it.
import { parentPort, workerData } from 'node:worker_threads';
import fc from 'fast-check';

const { shim, files, survey } = workerData;
// The same examples for each change, so that two runs have the same score.
fc.configureGlobal({ seed: 1 });

/** Seconds. A test that waits longer waits for what never comes, and has failed. */
const LONGEST = 300;
const LONGEST_CHANGED = 30;

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
    const broken = await firstFailure([test], LONGEST);
    if (broken) throw new Error(`a test fails without any change: ${broken.name}`, { cause: broken.cause });
    made.push({ place, reached, takes: performance.now() - start });
  }
  return made.sort((one, other) => one.takes - other.takes);
}

async function tryChange(number) {
  unhandled = false;
  on = number;
  const about = survey.filter(({ reached: all }) => all.has(number)).map(({ place }) => tests[place]);
  const failure = await firstFailure(about, LONGEST_CHANGED);
  return failure !== undefined || unhandled;
}
