import { askHidden as ask } from '../../passphrase/prompt.js';

/** The hidden prompt on this process's terminal, for the command line, which knows no room below this one. */
export const askHidden = (question: string): Promise<string> => ask(question);
