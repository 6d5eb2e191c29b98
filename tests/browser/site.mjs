// The portal that the journeys visit: a running demo, or one of our own that ends with them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export async function openSite() {
  const given = process.env.PORTAL_DEMO_JSON;
  if (given !== undefined) return describe(JSON.parse(readFileSync(given, 'utf8')), async () => undefined);

  const server = spawn('/usr/bin/python3', [fileURLToPath(new URL('serve.py', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  const demo = await Promise.race([firstLine(server.stdout), ended.then((code) => Promise.reject(new Error(`serve.py ended with ${code}`)))]);
  return describe(JSON.parse(demo), async () => {
    // The server ends when its standard input does, whatever becomes of this process.
    server.stdin.end();
    const code = await ended;
    if (code !== 0) throw new Error(`serve.py ended with ${code}`);
  });
}

function describe(demo, close) {
  const accounts = Object.fromEntries(demo.accounts.map((account) => [account.slug, account]));
  accounts.unknown = { slug: 'unknown', url: accounts.brightwater.url.replace('brightwater.', 'nobody.'), members: [] };
  return { ...demo, accounts, close };
}

async function firstLine(stream) {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
  }
  throw new Error('serve.py said nothing');
}
