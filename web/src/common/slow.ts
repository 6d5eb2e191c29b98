import { useEffect, useRef } from 'preact/hooks';

// The skeletons of the first page follow that of the start without a pause, when there was time to see it.
const kSeenMilliseconds = 200;

export function useMarkSlow(loading: boolean): void {
  const since = useRef(performance.now());
  useEffect(() => {
    if (loading || performance.now() - since.current < kSeenMilliseconds) return undefined;
    document.documentElement.dataset['slow'] = '';
    const timer = setTimeout(() => delete document.documentElement.dataset['slow'], 1000);
    return () => clearTimeout(timer);
  }, [loading]);
}
