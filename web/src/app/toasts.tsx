import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { Problem } from "~/api/problem";

/** Says that something was done; `undo` offers to take it back for as long as the words stand. */
export function tell(words: string, undo?: () => void): void {
  const id = notifications.show({
    autoClose: undo ? 8000 : 4000,
    withBorder: true,
    message: undo ? (
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <span>{words}</span>
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ) : (
      words
    ),
  });
}

/** Says that something did not work, and what to do about it. */
export function tellProblem(error: unknown): void {
  const problem = Problem.from(error);
  if (problem.status === 401) return; // the sign-in page is on its way
  notifications.show({
    color: "red",
    withBorder: true,
    autoClose: 10_000,
    title: problem.message,
    message: problem.remedy,
  });
}
