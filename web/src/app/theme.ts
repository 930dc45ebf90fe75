import { createTheme, defaultVariantColorsResolver, type MantineColorsTuple } from "@mantine/core";

/** The press: a green-blue ink. Shade 7 carries white text at 5.9:1, shade 3 black text in the dark. */
const press: MantineColorsTuple = [
  "#e9f7f5",
  "#d3ece8",
  "#a5d9d1",
  "#74c5b9",
  "#4fb4a6",
  "#37a99a",
  "#269587",
  "#0d6e66",
  "#0a5a54",
  "#064841",
];

const dark: MantineColorsTuple = [
  "#e4e6e5",
  "#bcc1c0",
  "#9aa1a1",
  "#6d7576",
  "#3c4245",
  "#2d3235",
  "#22272a",
  "#1a1e20",
  "#131618",
  "#0d0f11",
];

const gray: MantineColorsTuple = [
  "#faf9f7",
  "#f3f2ef",
  "#e8e6e2",
  "#d9d7d2",
  "#c3c0ba",
  "#a09d97",
  "#75736e",
  "#565550",
  "#3a3936",
  "#232321",
];

export const theme = createTheme({
  primaryColor: "press",
  primaryShade: { light: 7, dark: 4 },
  // What is filled is a dark shade with white words, and in the dark a light shade with dark words.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    return input.variant === "filled" ? { ...colors, color: "var(--on-filled)" } : colors;
  },
  colors: { press, dark, gray },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  headings: { fontFamily: "'Inter Variable', system-ui, sans-serif", fontWeight: "650" },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { radius: "md" }, styles: { label: { fontWeight: 570 } } },
    Paper: { defaultProps: { radius: "lg" } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: { defaultProps: { radius: "lg", centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 } } },
    Select: { defaultProps: { comboboxProps: { shadow: "md" }, allowDeselect: false } },
    MultiSelect: { defaultProps: { comboboxProps: { shadow: "md" } } },
    Menu: { defaultProps: { shadow: "md" } },
  },
});
