import { spawn } from 'node:child_process';

/** Types, style, and what nothing uses: at the same time, because each of them has one thread. */
const checks = ['tsc --noEmit', 'tsc -p console --noEmit', 'biome check .', 'knip'];

const codes = await Promise.all(
  checks.map(
    (check) =>
      new Promise((resolve) => {
        const child = spawn(check, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
        const parts = [];
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part));
        child.once('close', (code) => {
          process.stdout.write(`> ${check}\n${Buffer.concat(parts)}`);
          resolve(code ?? 1);
        });
      }),
  ),
);
process.exitCode = Math.max(...codes);
