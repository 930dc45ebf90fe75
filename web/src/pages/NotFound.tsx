import { Button } from "@mantine/core";
import { Compass } from "lucide-react";
import { Link } from "react-router";
import { EmptyState } from "~/ui/EmptyState";

export function NotFound() {
  return (
    <EmptyState icon={Compass} title="There is no page at this address">
      <Button component={Link} to="/designs" variant="default">
        To the designs
      </Button>
    </EmptyState>
  );
}
