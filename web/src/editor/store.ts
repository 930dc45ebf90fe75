import { useReducer } from "react";
import type { Doc } from "./model";

/** Most steps that can be undone. */
const MOST = 300;

export interface Selection {
  picture: number;
  area: number | null;
  point: number | null;
}

export interface State {
  doc: Doc;
  past: Doc[];
  future: Doc[];
  /** What the last change was part of: a drag, or typing into one field. Its steps are undone together. */
  gesture: string | null;
  at: Selection;
}

export type Action =
  | { type: "edit"; change: (doc: Doc) => Doc; gesture?: string; at?: Partial<Selection> }
  | { type: "settle" }
  | { type: "undo" }
  | { type: "redo" }
  | { type: "select"; at: Partial<Selection> }
  | { type: "load"; doc: Doc; at?: Partial<Selection> };

export function start(doc: Doc): State {
  return { doc, past: [], future: [], gesture: null, at: { picture: 0, area: null, point: null } };
}

export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case "edit": {
      const doc = action.change(state.doc);
      if (doc === state.doc) return state;
      const goesOn = action.gesture !== undefined && action.gesture === state.gesture;
      const past = goesOn ? state.past : [...state.past, state.doc].slice(-MOST);
      const at = within(doc, { ...state.at, ...action.at });
      return { doc, past, future: [], gesture: action.gesture ?? null, at };
    }
    case "settle":
      return state.gesture === null ? state : { ...state, gesture: null };
    case "undo": {
      const doc = state.past.at(-1);
      if (!doc) return state;
      const future = [state.doc, ...state.future];
      return { doc, past: state.past.slice(0, -1), future, gesture: null, at: within(doc, state.at) };
    }
    case "redo": {
      const [doc, ...future] = state.future;
      if (!doc) return state;
      return { doc, past: [...state.past, state.doc], future, gesture: null, at: within(doc, state.at) };
    }
    case "select":
      return { ...state, gesture: null, at: within(state.doc, { ...state.at, ...action.at }) };
    case "load":
      return { ...start(action.doc), at: within(action.doc, { ...state.at, ...action.at }) };
  }
}

/** A selection of what there is. */
function within(doc: Doc, at: Selection): Selection {
  const picture = Math.max(0, Math.min(at.picture, doc.picture.length - 1));
  const areas = doc.picture[picture]?.area.length ?? 0;
  const area = at.area !== null && at.area < areas ? at.area : null;
  return { picture, area, point: area === null ? null : at.point };
}

export function useEditorState(doc: Doc) {
  return useReducer(reduce, doc, start);
}
