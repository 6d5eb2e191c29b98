// An email address or a phone number in a narrow column: a line ends behind the @ rather than within a word.
export function Address({ text }: { text: string }) {
  const domain = text.indexOf('@') + 1;
  return (
    <>
      {text.slice(0, domain)}
      {domain > 0 && <wbr />}
      {text.slice(domain)}
    </>
  );
}
