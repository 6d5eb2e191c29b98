import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface DialogProperties {
  title: string;
  // Escape, too.
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
}

// Something to be dealt with before the page goes on. The browser keeps the focus inside, and gives it back to what opened it.
export function Dialog({ title, onClose, wide = false, children }: DialogProperties) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  useEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    const element = dialog.current;
    element?.showModal();
    // What it is about is read first; the button that does it is never under the finger at once.
    heading.current?.focus();
    return () => {
      // While it is open, nothing outside of it takes the focus.
      element?.close();
      if (opener?.isConnected === true) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId} ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </dialog>
  );
}
