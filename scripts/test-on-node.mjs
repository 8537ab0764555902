// Runs the tests on other versions of Node: `node scripts/test-on-node.mjs 22 24`.
// Each version comes from its npm package (binary and headers) into a temporary folder, with a fresh copy of the
// tracked files beside it, so that native add-ons are built for that version and this checkout stays as it is.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const versions = process.argv.slice(2).filter((word) => /^\d+(\.\d+)*$/.test(word));
if (versions.length === 0) versions.push('22', '24');
const family = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Runs a command and shows what it prints; throws when it fails. */
function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

/** The project's tracked and new files, without what .gitignore names. */
function copyProject(to) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const path of listed.toString('utf8').split('\0').filter(Boolean)) {
    if (!existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(root, path), join(to, path));
  }
}

let failed = 0;
for (const version of versions) {
  const folder = mkdtempSync(join(tmpdir(), `node-${version}-`));
  try {
    const home = join(folder, 'node');
    mkdirSync(home);
    run('npm', ['install', '--no-audit', '--no-fund', '--prefix', home, `${family}@${version}`]);
    const distribution = join(home, 'node_modules', family);
    const env = {
      ...process.env,
      PATH: join(distribution, 'bin') + delimiter + process.env.PATH,
      npm_config_nodedir: distribution,
    };
    const copy = join(folder, 'project');
    copyProject(copy);
    // Tests that compare with recorded market data look for it beside the project.
    const data = join(root, '..', 'shared');
    if (existsSync(data)) symlinkSync(data, join(folder, 'shared'));
    console.log(
      `\n== Node ${execFileSync(join(distribution, 'bin', 'node'), ['--version'])
        .toString()
        .trim()}`,
    );
    run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: copy, env });
    run('npm', ['test'], { cwd: copy, env });
  } catch (error) {
    failed++;
    console.error(`Node ${version}: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(
  failed === 0
    ? `\nAll tests pass on Node ${versions.join(' and ')}.`
    : `\n${failed} of ${versions.length} versions failed.`,
);
process.exitCode = failed === 0 ? 0 : 1;
