/** Cuts a stream of text into the data of server-sent events; what is not whole yet waits. Comments carry nothing. */
export function eventReader(onData: (data: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    rest += text;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const data = rest.slice(0, end).split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6));
      rest = rest.slice(end + 2);
      if (data.length > 0) {
        onData(data.join('\n'));
      }
    }
  };
}
