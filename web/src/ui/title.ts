import { useEffect } from "react";

/** The tab's name while a page is open. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · printdock`;
  }, [title]);
}
