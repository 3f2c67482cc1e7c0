/**
 * Preload (`node --import …/die-with-parent.ts`): ends this process when the one that started it is gone.
 *
 * A supervisor that is killed cannot clean up, and orphans would hold ports and data folders of the next start. The child
 * therefore watches the IPC channel that `startProcess` opens: the kernel closes it when the parent dies, however that
 * happens. The process first gets the chance of a clean end (SIGTERM), then it is killed.
 */
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** How long the clean end may take before the process is killed. */
const graceMs = 3_000;

// Worker threads inherit the preload; only the process itself has the channel.
if (isMainThread && process.channel) {
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
  });
  // The channel must not keep a program alive that has nothing left to do.
  process.channel.unref();
}
