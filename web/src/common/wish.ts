// A day and a time of the business's clock, as a client wishes for them. Read as UTC they are near enough to tell whether the reader's clock
// differs then.
export function wishInstants({ preferred_date: day, preferred_time: time }: { preferred_date: string | null; preferred_time: string | null }): Date[] {
  return day === null || time === null ? [] : [new Date(`${day}T${time}Z`)];
}
