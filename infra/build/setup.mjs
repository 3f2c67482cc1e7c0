/**
 * What a bare clone needs before anything else can run: the dependencies of package-lock.json and, with `--browser`,
 * a Chromium for the browser tests. Plain JavaScript without dependencies, for whatever Node is on the machine.
 *
 * `node infra/build/setup.mjs [--browser] [SCRIPT ARGUMENTS…]`: a script that is named then runs on the Node that package.json
 * pins. (The shell of `npm run` may have remembered the machine's own Node from before the installation.)
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stamp = join(root, 'node_modules', '.installed-lock');

function run(command, args) {
  // npm is a script on Windows, which only a shell can start.
  const ended = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return ended.status === 0;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

function installDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing dependencies …');
  if (!run('npm', ['ci', '--no-audit', '--no-fund'])) fail('npm ci failed; see above.');
  writeFileSync(stamp, lock);
}

function findBrowser() {
  const candidates = [
    process.env.CHROMIUM_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  return candidates.find((path) => path && existsSync(path));
}

function installBrowser() {
  if (findBrowser()) return;
  console.error('Installing Chromium for the browser tests …');
  const debian = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  const installed =
    debian &&
    run('apt-get', ['update', '-qq']) &&
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium']);
  if (!installed) {
    fail('The browser tests need Chromium: install it and set CHROMIUM_PATH to its executable.');
  }
}

/** Runs `script` on the pinned Node, passes signals on, and ends as it ends. */
function runScript(script, args) {
  const bin = process.platform === 'win32' ? 'node.exe' : 'node';
  const child = spawn(join(root, 'node_modules', 'node', 'bin', bin), [script, ...args], {
    stdio: 'inherit',
  });
  // A Ctrl-C at a terminal reaches the child a second time; whoever runs here takes the first one.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${script}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code));
}

const [first, ...rest] = process.argv.slice(2);
const browser = first === '--browser';
const [script, ...args] = browser ? rest : process.argv.slice(2);
installDependencies();
if (browser) installBrowser();
if (script !== undefined) runScript(script, args);
