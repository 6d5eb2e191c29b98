import { send, type Outcome } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';
import type { Part } from '../../common/lists/use_list.ts';
import type { ItemsOf } from './types.ts';

// What members ask for, and what the business answers.

export type RequestState = components['schemas']['WorkRequestState'];
export const requestStates = ['submitted', 'acknowledged', 'scheduled', 'completed', 'declined', 'cancelled'] as const satisfies readonly RequestState[];
// What the business can answer with.
export const answerStates = ['acknowledged', 'scheduled', 'completed', 'declined'] as const satisfies readonly RequestState[];

export type WorkRequestSummary = components['schemas']['StaffWorkRequestSummary'];
export type WorkRequest = components['schemas']['StaffWorkRequest'];
export type RequestAnswer = components['schemas']['WorkRequestAnswer'];
export type RequestList = ItemsOf<WorkRequestSummary> & Pick<components['schemas']['StaffWorkRequestList'], 'counts'>;

const optionalSignal = (signal: AbortSignal | undefined) => (signal === undefined ? {} : { signal });

export const listRequests = (query: Readonly<Record<string, string>>, part: Part, signal?: AbortSignal): Promise<Outcome<RequestList>> =>
  send('get', '/staff/work-requests', { query: { ...query, counts: true, ...part }, ...optionalSignal(signal) });

export const readRequest = (id: string, signal?: AbortSignal): Promise<Outcome<WorkRequest>> =>
  send('get', '/staff/work-requests/{id}', { path: { id }, ...optionalSignal(signal) });

export const answerRequest = (id: string, body: RequestAnswer): Promise<Outcome<WorkRequest>> =>
  send('patch', '/staff/work-requests/{id}', { path: { id }, body });

// Whom to name where somebody has no name.
export function whoAsked({ member, client }: Pick<WorkRequestSummary, 'member' | 'client'>): string {
  return member.name ?? member.email ?? client.name;
}
