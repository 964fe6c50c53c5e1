import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface Props {
  /** Where the agent serves it, seen from the dashboard. */
  address: string;
  title: string;
  onEnd: () => void;
}

/** A page of the documentation that the agent carries. */
export function Page({ address, title, onEnd }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
    void read(address, title).then(setText);
  }, [address, title]);
  return (
    <dialog ref={dialog} aria-label={title} onClose={onEnd}>
      {blocks(text).map((block, index) => <Block key={index} text={block} />)}
      <form method="dialog" class="buttons"><button type="button" autofocus onClick={() => dialog.current?.close()}>Close</button></form>
    </dialog>
  );
}

async function read(address: string, title: string): Promise<string> {
  try {
    const answer = await fetch(address, { credentials: 'omit' });
    return answer.ok ? await answer.text() : `# ${title}\n\nThis agent has no page about it.`;
  } catch {
    return `# ${title}\n\nThe agent does not answer; the page is ${address}.`;
  }
}

export const blocks = (text: string): string[] => text.split(/\n\s*\n/).map((block) => block.trim()).filter((block) => block !== '');

function Block({ text }: { text: string }): VNode {
  switch (true) {
    case text.startsWith('# '):
      return <h2>{text.slice(2)}</h2>;
    case text.startsWith('## '):
      return <h3>{text.slice(3)}</h3>;
    case text.startsWith('- '):
      return <ul>{text.split(/\n(?=- )/).map((item) => <li key={item}><Words text={item.slice(2)} /></li>)}</ul>;
    case text.startsWith('```'):
      return <pre tabIndex={0}><code>{text.split('\n').slice(1, -1).join('\n')}</code></pre>;
    case text.startsWith('|'):
      return <Table rows={rowsOf(text)} />;
    default:
      return <p><Words text={text} /></p>;
  }
}

/** The cells of a table, without the line below its heads. */
export const rowsOf = (text: string): string[][] =>
  text.split('\n').filter((_, index) => index !== 1).map((line) => line.replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim()));

function Table({ rows }: { rows: string[][] }): VNode {
  const [heads = [], ...others] = rows;
  return (
    <table>
      <thead><tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr></thead>
      <tbody>{others.map((cells, row) => <tr key={row}>{cells.map((cell, index) => <td key={index} data-label={heads[index]}><span><Words text={cell} /></span></td>)}</tr>)}</tbody>
    </table>
  );
}

/** Text in which `backticks` mark code, and links are their words. */
function Words({ text }: { text: string }): VNode {
  const parts = text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('**', '').split('`');
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}
