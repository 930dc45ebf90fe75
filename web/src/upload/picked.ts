/** A file that a person gave, and what to call it: its path below what was dropped. */
export interface Picked {
  file: File;
  name: string;
}

/** Files that systems put into every folder, which nobody means to send. */
const NEVER = new Set([".ds_store", "thumbs.db", "desktop.ini"]);

export function isMeant(name: string): boolean {
  const last = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
  return last !== "" && !last.startsWith("._") && !NEVER.has(last) && !name.includes("__MACOSX/");
}

/** The files of an <input type="file">, of a folder too. */
export function ofList(list: FileList | null): Picked[] {
  return [...(list ?? [])]
    .map((file) => ({ file, name: file.webkitRelativePath || file.name }))
    .filter((one) => isMeant(one.name));
}

/**
 * The files of a drop, those within folders included. The entries must be taken while the event is handled: call this
 * in the handler, await it later.
 */
export async function ofDrop(transfer: DataTransfer): Promise<Picked[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const plain = [...transfer.files];
  const found: Picked[] = [];
  if (entries.some((entry) => entry?.isDirectory)) {
    for (const entry of entries) if (entry) await walk(entry, "", found);
  } else {
    found.push(...plain.map((file) => ({ file, name: file.name })));
  }
  return found
    .filter((one) => isMeant(one.name))
    .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
}

async function walk(entry: FileSystemEntry, above: string, found: Picked[]): Promise<void> {
  const name = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, name });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives about a hundred entries at a time, and none at the end.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, `${name}/`, found);
  }
}
