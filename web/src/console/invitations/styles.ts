// Takes the styles out of markup, because a policy without inline styles would complain about each of them: those of elements under a name
// that means nothing to a browser, those of style elements as texts of their own; and so for pictures, which are loaded from here only. What
// is missed here is not applied, and that is all.
export function splitStyles(html: string): { markup: string; sheets: string[] } {
  const sheets: string[] = [];
  const withoutElements = html.replace(/<style\b[^>]*>([\s\S]*?)<\/style\s*>/gi, (_, text: string) => {
    sheets.push(text);
    return '';
  });
  const markup = withoutElements.replace(/<[a-z](?:[^>"']|"[^"]*"|'[^']*')*>/gi, (tag) => tag.replace(/(\s)(style|src|srcset|background)(?=\s*=)/gi, '$1data-$2'));
  return { markup, sheets };
}
