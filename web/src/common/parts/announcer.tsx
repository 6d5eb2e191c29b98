import { useEffect, useState } from 'preact/hooks';

type Listener = (text: string) => void;
let listener: Listener | null = null;

// Says something to readers who do not see the page. The region stands in the page from the start, or it would not be heard.
export function announce(text: string): void {
  listener?.(text);
}

export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    listener = (next) => {
      // The same words twice in a row are only read again when the region was empty in between.
      setText('');
      setTimeout(() => setText(next), 50);
    };
    return () => {
      listener = null;
    };
  }, []);
  return (
    <div class="visually-hidden" aria-live="polite" aria-atomic="true" id="announcer">
      {text}
    </div>
  );
}
