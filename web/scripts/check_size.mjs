// Prints what the first visit loads and stops the build above the budget: 60 kB of compressed JavaScript.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const budgetBytes = 60_000;
const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const html = readFileSync(join(dist, 'index.html'), 'utf8');

const addresses = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]);
let script = 0;
for (const address of addresses) {
  const bytes = gzipSync(readFileSync(join(dist, address))).length;
  if (address.endsWith('.js')) script += bytes;
  console.log(`${String(bytes).padStart(7)} bytes compressed  ${address}`);
}
if (script === 0) {
  console.error('index.html loads no script: the check looked at the wrong place');
  process.exit(1);
}
console.log(`${String(script).padStart(7)} bytes of JavaScript on the first visit, budget ${budgetBytes}`);
if (script > budgetBytes) process.exit(1);
if (/<script(?![^>]*\bsrc=)|\sstyle=|<style/.test(html)) {
  console.error('index.html holds an inline script or style, which the content security policy forbids');
  process.exit(1);
}
