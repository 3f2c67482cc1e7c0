/** What supervision needs of the operating system. A process is named by its number and its start: numbers are used again. */

/** One process, for good. */
export interface ProcessName {
  readonly pid: number;
  /** When it started, as the system tells it; opaque. */
  readonly started: string;
}

/** How a run that was just being started when the agent died can be found. */
export interface RunMark {
  readonly runId: string;
  readonly path: string;
  readonly argument: string;
}

export interface ProcessTools {
  /** Whether the child must lead a group of its own, so that the group is the tree. */
  readonly ownGroup: boolean;
  /** Environment variables that mark a run and whatever it starts. */
  marksOf(runId: string): Record<string, string>;
  /** Start of a living process; `undefined` when there is none with this number (a zombie has ended). */
  startOf(pid: number): Promise<string | undefined>;
  /** Asks the process and its children to end. They may not listen, and the system may refuse to ask. */
  askToEnd(pid: number): Promise<void>;
  /** Kills the process and all its children. @throws when the system refuses. */
  killTree(pid: number): Promise<void>;
  /** Whether the process, or a child that belongs to it, lives. */
  treeLives(pid: number): Promise<boolean>;
  /** The process of a run of which only the mark is known; `undefined` when none lives. */
  find(mark: RunMark): Promise<ProcessName | undefined>;
}
