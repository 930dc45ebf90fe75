import { useEffect, useState } from "react";
import type { DesignOut, MatchOut, PrintFileOut } from "~/api/schema";
import { find, keyOf } from "~/upload/keepsakes";

/** The print file for the template that was compared. */
export function printOf(design: DesignOut | null, template: string): PrintFileOut | undefined {
  return design?.print_files.find((file) => file.template === template) ?? design?.print_files[0];
}

export interface Pictures {
  small: string | null;
  large: string | null;
}

const NONE: Pictures = { small: null, large: null };

/** The newcomer: its print file where it was stored, else what this browser kept of a refused file. */
export function usePicture(match: MatchOut): Pictures {
  const stored = printOf(match.newcomer, match.template);
  const key = stored ? null : keyOf(match.template, match.source);
  const [kept, setKept] = useState<Pictures>(NONE);
  useEffect(() => {
    if (key === null) return;
    let url: string | null = null;
    let gone = false;
    void find(key).then((blob) => {
      if (!blob || gone) return;
      url = URL.createObjectURL(blob);
      setKept({ small: url, large: url });
    });
    return () => {
      gone = true;
      if (url) URL.revokeObjectURL(url);
    };
  }, [key]);
  return stored ? { small: stored.thumbnail, large: stored.url } : kept;
}
