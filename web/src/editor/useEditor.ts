import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Problem } from "~/api/problem";
import { keys } from "~/api/queries";
import type { DraftFileOut, DraftOut, PackProblem } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell, tellProblem } from "~/app/toasts";
import { addPicture, checkDraft, draftQuery, type FileKind, saveDraft } from "./calls";
import { forget, keep, kept } from "./kept";
import { type Area, complete, type Doc, freeName, type Picture, same } from "./model";
import { useEditorState } from "./store";

const CHECK_MS = 500;
const KEEP_MS = 400;

/** Everything an open set is, and what can be done to it. */
export function useEditor(draft: DraftOut) {
  const set = draft.id;
  const queries = useQueryClient();
  const may = useMay("write");
  const [stored, setStored] = useState(() => complete(draft.description));
  const [version, setVersion] = useState(draft.version);
  const [restored, setRestored] = useState(() => {
    const found = may ? kept(set) : null;
    return found && !same(found.doc, complete(draft.description)) ? found : null;
  });
  const [state, dispatch] = useEditorState(restored?.doc ?? stored);
  const [files, setFiles] = useState(draft.files);
  const [adding, setAdding] = useState(0);
  const { doc, at } = state;
  const dirty = useMemo(() => !same(doc, stored), [doc, stored]);
  const problems = useProblems(set, doc, draft.problems, files);

  useEffect(() => {
    if (!dirty) {
      forget(set);
      return;
    }
    const timer = setTimeout(() => keep(set, doc, version), KEEP_MS);
    // A tab that is closed in the midst of a thought keeps that, too.
    const leaving = () => keep(set, doc, version);
    addEventListener("pagehide", leaving);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", leaving);
    };
  }, [set, doc, version, dirty]);

  const save = useMutation({
    meta: { quiet: true },
    mutationFn: ({ over }: { over: boolean }) => saveDraft(set, doc, version, over),
    onSuccess: (saved) => {
      setStored(complete(saved.description));
      setVersion(saved.version);
      setFiles(saved.files);
      setRestored(null);
      if (same(doc, complete(saved.description))) forget(set);
      queries.setQueryData(draftQuery(set).queryKey, saved);
      void queries.invalidateQueries({ queryKey: keys.sets, predicate: ({ queryKey }) => queryKey[1] !== "draft" });
      tell(saved.unfinished ? "Saved as a draft. Mockups can be made once its problems are mended." : "Saved.");
    },
    onError: (error) => Problem.from(error).code !== "draft_changed" && tellProblem(error),
  });

  const edit = useCallback(
    (change: (doc: Doc) => Doc, gesture?: string, to?: Partial<typeof at>) => {
      if (may) dispatch({ type: "edit", change, gesture, at: to });
    },
    [dispatch, may],
  );
  const picture = doc.picture[at.picture];
  const editPicture = useCallback(
    (change: (picture: Picture) => Picture, gesture?: string, to?: Partial<typeof at>) =>
      edit(
        (now) => ({ ...now, picture: now.picture.map((one, k) => (k === at.picture ? change(one) : one)) }),
        gesture,
        to,
      ),
    [edit, at.picture],
  );
  const editArea = useCallback(
    (index: number, next: Area | ((area: Area) => Area), gesture?: string) =>
      editPicture(
        (one) => ({
          ...one,
          area: one.area.map((area, k) => (k === index ? (typeof next === "function" ? next(area) : next) : area)),
        }),
        gesture && `${gesture} ${at.picture} ${index}`,
      ),
    [editPicture, at.picture],
  );

  const upload = useCallback(
    async (list: Iterable<File>, kind: FileKind): Promise<DraftFileOut[]> => {
      const added: DraftFileOut[] = [];
      const all = [...list];
      setAdding((now) => now + all.length);
      for (const file of all) {
        try {
          const made = await addPicture(set, file, kind);
          added.push(made);
          setFiles((now) => [...now.filter((one) => one.path !== made.path), made]);
          // The first picture that is put into a stored set makes it a draft, whose version is another.
          setVersion((now) => (now.startsWith("set-") ? "draft-1" : now));
        } catch (error) {
          const problem = Problem.from(error);
          tellProblem(
            new Problem(problem.status, { detail: `${file.name}: ${problem.message}`, remedy: problem.remedy }),
          );
        } finally {
          setAdding((now) => now - 1);
        }
      }
      return added;
    },
    [set],
  );
  const addPhotos = useCallback(
    async (list: Iterable<File>) => {
      const all = [...list];
      const added = await upload(all, "photo");
      if (added.length === 0) return;
      dispatch({
        type: "edit",
        change: (now) => {
          const pictures = [...now.picture];
          for (const file of added) {
            const stem = (file.path.split("/").at(-1) ?? "").replace(/\.[^.]+$/, "");
            const name = freeName(
              stem,
              pictures.map((one) => one.name),
            );
            pictures.push({ name, file: file.path, area: [], garment: null, watermark: null });
          }
          return { ...now, picture: pictures };
        },
        at: { picture: doc.picture.length, area: null, point: null },
      });
    },
    [upload, dispatch, doc.picture.length],
  );

  const drop = useCallback(() => {
    forget(set);
    setRestored(null);
    dispatch({ type: "load", doc: stored });
  }, [set, stored, dispatch]);
  const reload = useCallback(async () => {
    const theirs = await queries.fetchQuery({ ...draftQuery(set), staleTime: 0 });
    const fresh = complete(theirs.description);
    forget(set);
    setStored(fresh);
    setVersion(theirs.version);
    setFiles(theirs.files);
    setRestored(null);
    dispatch({ type: "load", doc: fresh });
    save.reset();
  }, [set, queries, dispatch, save.reset]);

  return {
    set,
    may,
    state,
    doc,
    at,
    picture,
    file: files.find((one) => one.path === picture?.file),
    area: at.area === null ? undefined : picture?.area[at.area],
    files,
    adding,
    dirty,
    problems,
    restored,
    save,
    edit,
    editPicture,
    editArea,
    addPhotos,
    upload,
    drop,
    reload,
    undo: () => dispatch({ type: "undo" }),
    redo: () => dispatch({ type: "redo" }),
    settle: () => dispatch({ type: "settle" }),
    select: (to: Partial<typeof at>) => dispatch({ type: "select", at: to }),
  };
}

export type EditorOf = ReturnType<typeof useEditor>;

/** What the linter says, some moments after each change. */
function useProblems(set: string, doc: Doc, first: PackProblem[], files: DraftFileOut[]): PackProblem[] {
  const [problems, setProblems] = useState(first);
  const begun = useRef(doc);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new files end some problems, too.
  useEffect(() => {
    if (begun.current === doc) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      checkDraft(set, doc, stop.signal)
        .then((found) => setProblems(found.problems))
        // The next change asks again; saving says what is wrong in any case.
        .catch(() => {});
    }, CHECK_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [set, doc, files]);
  return problems;
}

/** A set that is open, and all that can be done to it. */
export type EditorState = ReturnType<typeof useEditor>;
