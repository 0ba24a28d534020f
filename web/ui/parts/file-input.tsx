/** Files from the visitor: picked in a dialogue, or dropped anywhere on the page. */
import { useEffect, useState } from "preact/hooks";
import type { GivenFile } from "../../engine/protocol.ts";
import { droppedFiles, pickedFiles } from "../dropped-files.ts";

interface FilePickProps {
  readonly text: string;
  readonly folder?: boolean;
  readonly onFiles: (files: readonly GivenFile[]) => void;
}

export function FilePick({ text, folder = false, onFiles }: FilePickProps) {
  const change = (event: { readonly currentTarget: HTMLInputElement }) => {
    const files = pickedFiles(event.currentTarget.files);
    event.currentTarget.value = "";
    if (files.length > 0) onFiles(files);
  };
  return (
    <label class="button">
      {`${text} …`}
      <input
        class="hidden-text"
        type="file"
        multiple
        ref={(input) => void input?.toggleAttribute("webkitdirectory", folder)}
        onChange={change}
      />
    </label>
  );
}

/** Takes what is dropped on the page. @returns whether something hangs over it */
export function useDrops(onFiles: (files: readonly GivenFile[]) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hover = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = async (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const files = event.dataTransfer === null ? [] : await droppedFiles(event.dataTransfer);
      if (files.length > 0) onFiles(files);
    };
    const ended = new AbortController();
    addEventListener("dragover", hover, { signal: ended.signal });
    addEventListener("dragleave", leave, { signal: ended.signal });
    addEventListener("drop", drop, { signal: ended.signal });
    return () => ended.abort();
  }, []);
  return over;
}
