import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countsOf } from './support/prose.js';

const root = new URL('..', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');
const { compareRows, fasterRows } = await import(`${root}bench/comparison.js`);
const { performancePage } = await import(`${root}docs.js`);

const more = (ratio: number, what = 'drain of 5,000, 2 signers') => ({ what, ratio, goal: '>= 0.5' });
const less = (ratio: number, what = 'idle round') => ({ what, ratio, goal: '< 2' });
const slow = (now: object, before: object) =>
  compareRows([now], [before]).map(({ isSlower }: { isSlower: boolean }) => isSlower);

describe('the figures of the last release', () => {
  it('docs/performance.md shows the figures that were kept, as `npm run docs` writes them', () => {
    const page = read('docs/performance.md');
    expect(page).toBe(performancePage(page, JSON.parse(read('bench/figures.json'))));
  });

  it('no kept figure counts the chains, because there may be one more tomorrow', () => {
    expect(countsOf(read('bench/figures.json'), 'chains')).toEqual([]);
  });

  it('a ratio that is more than a tenth worse is too slow, whichever direction is the better one', () => {
    expect(slow(more(0.46), more(0.5))).toEqual([false]);
    expect(slow(more(0.44), more(0.5))).toEqual([true]);
    expect(slow(less(1.64), less(1.5))).toEqual([false]);
    expect(slow(less(1.7), less(1.5))).toEqual([true]);
    expect(slow({ ...less(0.9), goal: 'at most 1' }, { ...less(0.5), goal: 'at most 1' })).toEqual([true]);
  });

  it('a row is found again with other numbers in its text, and only rows with a ratio and a goal are compared', () => {
    expect(slow(more(0.3, 'drain of 2,000, 1 signers'), more(0.5))).toEqual([true]);
    expect(slow(more(0.3, 'another drain'), more(0.5))).toEqual([]);
    expect(slow({ what: 'memory', figure: '90 MB', goal: '< 200 MB' }, { what: 'memory', goal: '< 200 MB' })).toEqual(
      [],
    );
    expect(slow({ what: 'with fetch', ratio: 0.1 }, { what: 'with fetch', ratio: 0.5 })).toEqual([]);
  });

  it('of two runs each row counts from the faster one', () => {
    const plain = { what: 'memory', figure: '90 MB' };
    const rows = fasterRows([more(0.3), less(1.2), plain], [more(0.4), less(1.4), { ...plain, figure: '80 MB' }]);
    expect(rows).toEqual([more(0.4), less(1.2), plain]);
  });

  it('an unknown benchmark is refused before any runs, and each of the list is there', () => {
    const { status, stderr } = spawnSync(process.execPath, ['bench/all.js', 'drian'], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(1);
    const names = /drian is none of (.*)/.exec(stderr)?.[1]?.split(', ') ?? [];
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(read(`bench/${name}.js`)).toContain('report(');
    const kept: readonly { name: string }[] = JSON.parse(read('bench/figures.json'));
    expect(kept.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual([]);
  });
});
