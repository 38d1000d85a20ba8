import { commands } from '../../src/cli/commands.js';
import { tatumCommands } from '../../src/cli/tatum-commands.js';

/** Commands in code: `custos wallet list --json`, inline or at the start of a line of a block. */
export function shownCommands(text: string): string[] {
  const inline = [...text.matchAll(/`(custos [^`\n]+)`/g)].map((match) => match[1] ?? '');
  const blocks = [...text.matchAll(/^```(?:sh|console)\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
  const lines = blocks.flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'));
  const typed = lines.flatMap((line) => /^(?:\$ )?(?:[A-Z_]+=\S+ )*(custos .*)$/.exec(line)?.[1] ?? []);
  return [...inline, ...typed];
}

/** Whether there is such a command, and it has each flag that is given. */
export function isKnown(command: string): boolean {
  const words = command
    .replace(/\s[|>&#].*$/, '')
    .split(/\s+/)
    .slice(1);
  if (/^(--help|--version|COMMAND)$/.test(words[0] ?? '')) return true;
  const spec = [...commands, ...tatumCommands].find(({ path }) => {
    const parts = path.split(' ');
    return parts.every((part, at) => words[at] === part);
  });
  const names = spec?.options.map(({ flags }) => flags.split(' ')[0]);
  const given = words.flatMap((word) => /^--[a-zA-Z-]+/.exec(word) ?? []);
  const kebab = given.map((flag) => flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  return names !== undefined && kebab.every((flag) => flag === '--help' || names.includes(flag));
}
