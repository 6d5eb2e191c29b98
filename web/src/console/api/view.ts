import { send, type Job, type JobList, type JobState, type DocumentList, type InvoiceList, type Outcome, type Quote, type QuoteList } from '../../common/api/client.ts';
import type { components } from '../../common/api/generated/schema.d.ts';

// What a member would see: to be read only, with a reason, for half an hour.

export type View = components['schemas']['StaffView'];
type JobPosition = components['schemas']['JobPosition'];
type WorkRequestList = components['schemas']['WorkRequestList'];
type WorkRequest = components['schemas']['WorkRequest'];

export const openView = (id: string, reason: string): Promise<Outcome<View>> =>
  send('post', '/staff/members/{id}/view', { path: { id }, body: { reason } });

export const viewJobs = (id: string, state: JobState, signal: AbortSignal): Promise<Outcome<JobList>> =>
  send('get', '/staff/members/{id}/view/jobs', { path: { id }, query: { state, limit: 20 }, signal });

export const viewJob = (id: string, job_id: string, signal: AbortSignal): Promise<Outcome<Job>> =>
  send('get', '/staff/members/{id}/view/jobs/{job_id}', { path: { id, job_id }, signal });

export const viewPosition = (id: string, job_id: string, signal: AbortSignal): Promise<Outcome<JobPosition>> =>
  send('get', '/staff/members/{id}/view/jobs/{job_id}/position', { path: { id, job_id }, signal });

export const viewRequests = (id: string, signal: AbortSignal): Promise<Outcome<WorkRequestList>> =>
  send('get', '/staff/members/{id}/view/work-requests', { path: { id }, query: { limit: 20 }, signal });

export const viewRequest = (id: string, request_id: string, signal: AbortSignal): Promise<Outcome<WorkRequest>> =>
  send('get', '/staff/members/{id}/view/work-requests/{request_id}', { path: { id, request_id }, signal });

export const viewDocuments = (id: string, signal: AbortSignal): Promise<Outcome<DocumentList>> =>
  send('get', '/staff/members/{id}/view/documents', { path: { id }, query: { limit: 20 }, signal });

export const viewInvoices = (id: string, signal: AbortSignal): Promise<Outcome<InvoiceList>> =>
  send('get', '/staff/members/{id}/view/invoices', { path: { id }, query: { limit: 20 }, signal });

export const viewQuotes = (id: string, signal: AbortSignal): Promise<Outcome<QuoteList>> =>
  send('get', '/staff/members/{id}/view/quotes', { path: { id }, query: { limit: 20 }, signal });

export const viewQuote = (id: string, quote_id: string, signal: AbortSignal): Promise<Outcome<Quote>> =>
  send('get', '/staff/members/{id}/view/quotes/{quote_id}', { path: { id, quote_id }, signal });

// What opens here is what would open for the member, as far as the view goes.
export const documentAddress = (id: string, document: string): string => `/api/v1/staff/members/${id}/view/documents/${document}/content`;

export const jobFileAddress = (id: string, job: string, file: string): string => `/api/v1/staff/members/${id}/view/jobs/${job}/files/${file}`;

export const invoiceAddress = (id: string, invoice: string): string => `/api/v1/staff/members/${id}/view/invoices/${invoice}/content`;

export const quoteAddress = (id: string, quote: string): string => `/api/v1/staff/members/${id}/view/quotes/${quote}/content`;
