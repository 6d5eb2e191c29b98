import { useEffect } from 'preact/hooks';
import { accentProperties } from './colour.ts';

// Through the object model: the content security policy forbids style attributes in the markup.
export function useAccent(accent: string | null): void {
  useEffect(() => {
    if (accent === null) return;
    for (const [name, value] of Object.entries(accentProperties(accent))) document.documentElement.style.setProperty(name, value);
  }, [accent]);
}
