/** Questions of a command to its user, if there is one. */
export interface Terminal {
  /** True when standard input is a terminal, so that questions can be asked. */
  readonly interactive: boolean;
  /** Asks without showing what is typed. @throws CustosError NO_TERMINAL, CANCELLED_BY_USER */
  askHidden(question: string): Promise<string>;
  /** Asks and shows what is typed. @throws CustosError NO_TERMINAL */
  ask(question: string): Promise<string>;
  /** @returns true only for an explicit yes. */
  confirm(question: string): Promise<boolean>;
  /** All of standard input as text, at most 512 MiB. */
  readInput(): Promise<string>;
  /** Empties the screen and what was scrolled out of it. */
  clear(): void;
  /** One line on standard error. */
  note(line: string): void;
}
