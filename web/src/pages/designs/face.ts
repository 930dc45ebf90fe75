import type { DesignOut, PrintFileOut } from "~/api/schema";
import type { Preflight } from "~/ui/Light";

/** The print file that shows a design best: one that was neither stretched nor cut. */
export function faceOf(design: DesignOut): PrintFileOut | undefined {
  return design.print_files.find((file) => file.thumbnail && !isBent(file)) ?? design.print_files[0];
}

function isBent(file: PrintFileOut): boolean {
  const findings = (file.preflight as Preflight | null)?.findings ?? [];
  return findings.some((one) => one.code === "distorted" || one.code === "cropped");
}
