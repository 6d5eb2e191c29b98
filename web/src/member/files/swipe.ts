import { useRef } from 'preact/hooks';

const kFarEnoughPixels = 40;

// How far to go on: 1 after a swipe to the left, -1 after one to the right, 0 where it was no swipe but a tap or a scroll.
export function swipeSteps(deltaX: number, deltaY: number): -1 | 0 | 1 {
  if (Math.abs(deltaX) < kFarEnoughPixels || Math.abs(deltaX) < 2 * Math.abs(deltaY)) return 0;
  return deltaX < 0 ? 1 : -1;
}

// Handlers for an element whose style leaves horizontal movements to the script (touch-action: pan-y pinch-zoom).
export function useSwipe(onSwipe: (steps: -1 | 1) => void) {
  const start = useRef<{ id: number; x: number; y: number } | null>(null);
  return {
    onPointerDown: (event: PointerEvent) => {
      // A second finger means zooming.
      start.current = event.isPrimary ? { id: event.pointerId, x: event.clientX, y: event.clientY } : null;
    },
    onPointerUp: (event: PointerEvent) => {
      if (start.current?.id !== event.pointerId) return;
      const steps = swipeSteps(event.clientX - start.current.x, event.clientY - start.current.y);
      start.current = null;
      if (steps !== 0) onSwipe(steps);
    },
    onPointerCancel: () => {
      start.current = null;
    },
  };
}
