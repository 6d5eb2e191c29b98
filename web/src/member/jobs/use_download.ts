import { useEffect, useRef, useState } from 'preact/hooks';
import { call, type JobSummary } from '../../common/api/client.ts';
import type { Failure } from '../../common/api/failure.ts';
import { announce } from '../../common/parts/announcer.tsx';
import { dayOf } from '../../common/time/dates.ts';
import { useWords } from '../i18n/words.ts';
import { useApp, useSession } from '../state/application.tsx';
import { apiQuery, type JobsQuery } from './query.ts';
import { tableOfJobs } from './table.ts';

// All jobs of a list, beyond those that are shown, as a file.

export const mostJobs = 10_000;
const kInOneAnswer = 100;

export interface Download {
  // How many jobs have come so far; null: nothing is under way.
  readonly coming: number | null;
  readonly failure: Failure | null;
  // There were more than a file takes.
  readonly cut: boolean;
  readonly start: () => Promise<void>;
  readonly stop: () => void;
}

interface Collected {
  readonly jobs: readonly JobSummary[];
  readonly cut: boolean;
}

// Of one list: for another one the component that calls this is another one, too.
export function useDownload(query: JobsQuery): Download {
  const translator = useWords();
  const { portal, handleFailure } = useApp();
  const membership = useSession().membership.id;
  const [coming, setComing] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [cut, setCut] = useState(false);
  const underWay = useRef<AbortController | null>(null);
  const stop = () => {
    underWay.current?.abort();
    underWay.current = null;
    setComing(null);
  };
  useEffect(() => () => underWay.current?.abort(), []);

  const collect = async (signal: AbortSignal): Promise<Collected | Failure> => {
    // A job that moved between two answers would come twice.
    const jobs = new Map<string, JobSummary>();
    let cursor: string | null = null;
    do {
      const part: { cursor?: string } = cursor === null ? {} : { cursor };
      const answer = await call('get', '/jobs', { query: { ...apiQuery(query), ...part, limit: kInOneAnswer }, membership, signal });
      if (!answer.ok) return answer.failure;
      for (const job of answer.value.items) jobs.set(job.id, job);
      cursor = answer.value.next_cursor;
      if (!signal.aborted) setComing(jobs.size);
    } while (cursor !== null && jobs.size < mostJobs);
    return { jobs: [...jobs.values()].slice(0, mostJobs), cut: cursor !== null || jobs.size > mostJobs };
  };

  const start = async () => {
    if (underWay.current !== null) return;
    const own = new AbortController();
    underWay.current = own;
    setComing(0);
    setFailure(null);
    setCut(false);
    const collected = await collect(own.signal);
    if (own.signal.aborted) return;
    underWay.current = null;
    setComing(null);
    if (!('jobs' in collected)) {
      if (!handleFailure(collected)) setFailure(collected);
      return;
    }
    const today = dayOf(new Date(), portal.time_zone);
    const name = translator.t('table.file', { state: translator.t(`jobs.state.${query.state}`), day: today });
    save(tableOfJobs(collected.jobs, portal.time_zone, translator), name);
    setCut(collected.cut);
    announce(translator.t('jobs.downloaded', { count: collected.jobs.length }));
  };
  return { coming, failure, cut, start, stop };
}

// Long enough for a browser that asks where to.
const kAddressMilliseconds = 60_000;

function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), kAddressMilliseconds);
}
