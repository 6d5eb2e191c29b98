import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

interface DisclosureProperties {
  label: string;
  class: string;
  button: ComponentChildren;
  children: (close: () => void) => ComponentChildren;
}

// A button that shows a small panel below itself. Escape, a click elsewhere and leaving with Tab close it.
export function Disclosure({ label, class: className, button, children }: DisclosureProperties) {
  const [open, setOpen] = useState(false);
  const panelId = useId();
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return undefined;
    const closeOutside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpen(false);
      trigger.current?.focus();
    };
    document.addEventListener('pointerdown', closeOutside);
    document.addEventListener('focusin', closeOutside);
    document.addEventListener('keydown', closeOnEscape);
    return () => {
      document.removeEventListener('pointerdown', closeOutside);
      document.removeEventListener('focusin', closeOutside);
      document.removeEventListener('keydown', closeOnEscape);
    };
  }, [open]);

  return (
    <div class={`disclosure ${className}`} ref={root}>
      <button
        ref={trigger}
        type="button"
        class="disclosure-button"
        aria-expanded={open}
        aria-controls={panelId}
        onClick={(event) => {
          // Not every browser does so: Tab goes on inside of the panel, and what loads behind it leaves it alone.
          event.currentTarget.focus();
          setOpen(!open);
        }}
      >
        {/* What is seen is short, such as initials; what is read out says what the button is for. */}
        <span class="visually-hidden">{label}</span>
        <span class="disclosure-face" aria-hidden="true">
          {button}
        </span>
      </button>
      <div class="disclosure-panel" id={panelId} hidden={!open}>
        {open && children(() => setOpen(false))}
      </div>
    </div>
  );
}
