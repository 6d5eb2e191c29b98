// Prints what the first visit of each entry point loads and stops the build above the budgets: of compressed JavaScript, 60 kB for members,
// who come on phones, and 80 kB for the console of staff.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budgets = { 'index.html': 60_000, 'console.html': 80_000 };
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
let failed = false;

for (const [page, budget] of Object.entries(budgets)) {
  const html = readFileSync(join(dist, page), 'utf8');
  const addresses = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
  let script = 0;
  for (const address of addresses) {
    const bytes = gzipSync(readFileSync(join(dist, address))).length;
    if (address.endsWith('.js')) script += bytes;
    console.log(`${String(bytes).padStart(7)} bytes compressed  ${address}`);
  }
  console.log(`${String(script).padStart(7)} bytes of JavaScript on the first visit of ${page}, budget ${budget}`);
  if (script === 0) {
    console.error(`${page} loads no script: the check looked at the wrong place`);
    failed = true;
  }
  if (script > budget) {
    console.error(`${page} loads more than its budget`);
    failed = true;
  }
  if (/<script(?![^>]*\bsrc=)|\sstyle=|<style/.test(html)) {
    console.error(`${page} holds an inline script or style, which the content security policy forbids`);
    failed = true;
  }
}
if (failed) process.exit(1);
