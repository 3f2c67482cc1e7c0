/** The tools of the system that we run on. */
import { posixTools } from './posix.ts';
import type { ProcessTools } from './types.ts';
import { windowsTools } from './windows.ts';

export const processTools: ProcessTools = process.platform === 'win32' ? windowsTools() : posixTools();
