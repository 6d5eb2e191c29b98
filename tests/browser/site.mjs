// The portal that the journeys visit: a running demo, or one of our own that ends with them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export async function openSite() {
  const given = process.env.PORTAL_DEMO_JSON;
  if (given !== undefined) return describe(JSON.parse(readFileSync(given, 'utf8')), async () => undefined);

  const server = spawn('/usr/bin/python3', [fileURLToPath(new URL('serve.py', import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => server.on('exit', resolve));
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const nextAnswer = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`serve.py ended with ${await ended}`);
    return JSON.parse(value);
  };
  const demo = await nextAnswer();
  // One question at a time: answers come in the order of the questions.
  let last = Promise.resolve();
  const ask = (question) => {
    last = last.catch(() => undefined).then(() => {
      server.stdin.write(`${JSON.stringify(question)}\n`);
      return nextAnswer();
    });
    return last;
  };
  return { ...describe(demo, async () => {
    // The server ends when its standard input does, whatever becomes of this process.
    server.stdin.end();
    const code = await ended;
    if (code !== 0) throw new Error(`serve.py ended with ${code}`);
  }), ask };
}

function describe(demo, close) {
  const accounts = Object.fromEntries(demo.accounts.map((account) => [account.slug, account]));
  accounts.unknown = { slug: 'unknown', url: accounts.brightwater.url.replace('brightwater.', 'nobody.'), members: [] };
  return { ...demo, accounts, close };
}
