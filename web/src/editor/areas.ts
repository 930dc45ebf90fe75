import type { Area } from "./model";
import { moved } from "./model";
import type { EditorOf } from "./useEditor";

/** A copy of the area beside it, chosen. */
export function duplicate(editor: EditorOf, area: Area): void {
  const step = Math.round(Math.max(editor.file?.width ?? 0, 600) / 40);
  const copy = moved({ ...area, name: area.name && `${area.name} copy` }, step, step);
  editor.editPicture((one) => ({ ...one, area: [...one.area, copy] }), undefined, {
    area: editor.picture?.area.length ?? 0,
    point: null,
  });
}

/** The area is gone, and none is chosen. */
export function remove(editor: EditorOf, index: number): void {
  editor.editPicture((one) => ({ ...one, area: one.area.filter((_area, k) => k !== index) }), undefined, {
    area: null,
    point: null,
  });
}
