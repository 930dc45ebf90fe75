import { expect, test } from "vitest";
import { cellOf, placeOf, plainly, remedy, sentence } from "./problems";

const wrong = (field: string, code: string, message: string, words = "") => ({ field, code, message, remedy: words });

test("a problem is a sentence with its subject", () => {
  expect(sentence(wrong("title", "title_long", "Title: has 156 characters, 140 are allowed."))).toBe(
    "The title has 156 characters, 140 are allowed.",
  );
  expect(sentence(wrong("tags", "tag_long", "'a very long tag indeed' has 23 characters, 20 are allowed"))).toBe(
    "'a very long tag indeed' has 23 characters, 20 are allowed.",
  );
  expect(sentence(wrong("mockup_sets", "pictures_missing", "Mockup sets: there is no mockup of this design."))).toBe(
    "There is no mockup of this design.",
  );
});

test("a problem stands in the cell that can mend it, or leads to where it is mended", () => {
  expect(cellOf(wrong("tags", "tag_twice", ""))).toBe("tags");
  for (const field of ["quantity", "sku", "category"]) expect(cellOf(wrong(field, "field_missing", ""))).toBe(field);
  expect(cellOf(wrong("shipping_profile", "shipping_missing", ""))).toBe("rest");
  expect(placeOf(wrong("shipping_profile", "shipping_missing", ""), 7)?.to).toBe(
    "/listings/templates/7#shipping_profile",
  );
  expect(placeOf(wrong("title", "title_long", ""), 7)).toBeNull();
});

test("the remedy names no command of the terminal", () => {
  const told = wrong("mockup_sets", "pictures_missing", "", "Render some: printdock mockups render.");
  expect(remedy(told)).not.toContain("printdock");
  expect(remedy(wrong("title", "title_long", "", "Leave out 16."))).toBe("Leave out 16.");
});

test("words of a job lose their commands", () => {
  expect(plainly("Connect this shop again: `printdock etsy connect`.")).toBe("Connect this shop again.");
  expect(plainly("no mockup - Render some: printdock mockups render.")).toBe("no mockup - Render some.");
});
