// What the server says has changed. It never says how: whoever shows it asks.

export const changeNames = ['jobs', 'documents', 'invoices', 'quotes', 'sites', 'work_requests', 'settings', 'resync', 'ended'] as const;
export type ChangeName = (typeof changeNames)[number];

export interface Change {
  readonly name: ChangeName;
  // Of "jobs", when it is one.
  readonly jobId: string | null;
}

// Null: a name that came after this page was built, and that it shows nothing of.
export function readChange(name: string, data: string): Change | null {
  const known = changeNames.find((candidate) => candidate === name);
  return known === undefined ? null : { name: known, jobId: known === 'jobs' ? readJobId(data) : null };
}

function readJobId(data: string): string | null {
  try {
    const body = JSON.parse(data) as { job_id?: unknown } | null;
    return typeof body?.job_id === 'string' ? body.job_id : null;
  } catch {
    return null;
  }
}

// Also of what another tab has sent, which may be of an older or a newer build.
export function isChange(value: unknown): value is Change {
  const change = value as Partial<Change> | null;
  return (
    typeof change === 'object' &&
    change !== null &&
    changeNames.some((name) => name === change.name) &&
    (change.jobId === null || typeof change.jobId === 'string')
  );
}
