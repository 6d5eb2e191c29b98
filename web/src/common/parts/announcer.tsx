import { useEffect, useState } from 'preact/hooks';

type Listener = (text: string) => void;
let listener: Listener | null = null;

// Says something to readers who do not see the page. The region stands in the page from the start, or it would not be heard.
export function announce(text: string): void {
  listener?.(text);
}

// Long enough to be read out after what is being read at the moment.
const kKeptMilliseconds = 7000;
const kMostKept = 3;

// What comes shortly after another is added to it, so that neither the list that follows a notice nor the same words once more go unheard.
export function Announcer() {
  const [said, setSaid] = useState<readonly { id: number; text: string }[]>([]);
  useEffect(() => {
    let last = 0;
    listener = (text) => {
      last += 1;
      const id = last;
      setSaid((earlier) => [...earlier, { id, text }].slice(-kMostKept));
      setTimeout(() => setSaid((kept) => kept.filter((one) => one.id !== id)), kKeptMilliseconds);
    };
    return () => {
      listener = null;
    };
  }, []);
  return (
    <div class="visually-hidden" aria-live="polite" aria-relevant="additions" id="announcer">
      {said.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
