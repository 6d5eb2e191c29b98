// text/event-stream, as far as the portal uses it: names and one line of data, comments as signs of life.

export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

export class EventParser {
  #rest = '';
  #name = '';
  #data: string | null = null;

  // Text as it comes, in pieces of any size. Answers the events that are complete now.
  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = (this.#rest + text).split(/\r\n|\n/);
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        if (this.#data !== null) events.push({ name: this.#name === '' ? 'message' : this.#name, data: this.#data });
        this.#name = '';
        this.#data = null;
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') this.#name = value;
      else if (field === 'data') this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    }
    return events;
  }
}
