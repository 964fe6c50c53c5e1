/** Who the operator is. It lives in this page's memory alone: no cookie and no storage that another site could ride on. */
export type Identity =
  | { by: 'name'; name: string }
  | { by: 'password'; name: string; password: string }
  | { by: 'token'; token: string };

/** Headers that say who acts. Names go beyond ASCII in no header. */
export function headersOf(identity: Identity | null): Record<string, string> {
  switch (identity?.by) {
    case 'name':
      return { 'Holdfast-Actor': inAscii(identity.name) };
    case 'password':
      return { Authorization: `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${identity.name}:${identity.password}`)))}` };
    case 'token':
      return { Authorization: `Bearer ${inAscii(identity.token.trim())}` };
    default:
      return {};
  }
}

const inAscii = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
