import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** A rule's page, as the agent carries it: what it means and what to do. */
export function RulePage({ rule, onEnd }: { rule: string; onEnd: () => void }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
    void read(rule).then(setText);
  }, [rule]);
  return (
    <dialog ref={dialog} aria-label={`The rule ${rule}`} onClose={onEnd}>
      {blocks(text).map((block, index) => <Block key={index} text={block} />)}
      <form method="dialog" class="buttons"><button type="button" autofocus onClick={() => dialog.current?.close()}>Close</button></form>
    </dialog>
  );
}

async function read(rule: string): Promise<string> {
  try {
    const answer = await fetch(`rules/${encodeURIComponent(rule)}.md`, { credentials: 'omit' });
    return answer.ok ? await answer.text() : `# ${rule}\n\nThis agent has no page about it.`;
  } catch {
    return `# ${rule}\n\nThe agent does not answer; the page is docs/rules/${rule}.md.`;
  }
}

export const blocks = (text: string): string[] => text.split(/\n\s*\n/).map((block) => block.trim()).filter((block) => block !== '');

function Block({ text }: { text: string }): VNode {
  if (text.startsWith('# ')) {
    return <h2>{text.slice(2)}</h2>;
  }
  if (text.startsWith('## ')) {
    return <h3>{text.slice(3)}</h3>;
  }
  return text.startsWith('- ') ? <ul>{text.split('\n').map((line) => <li key={line}><Words text={line.slice(2)} /></li>)}</ul> : <p><Words text={text} /></p>;
}

/** Text in which `backticks` mark code, and links are their words. */
function Words({ text }: { text: string }): VNode {
  const parts = text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').split('`');
  return <>{parts.map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>;
}
