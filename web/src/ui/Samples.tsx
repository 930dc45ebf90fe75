import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Sparkles, Trash2 } from "lucide-react";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { keys, samplesQuery } from "~/api/queries";
import { useMay } from "~/app/me";
import { progressOf } from "~/pages/jobs/words";
import css from "./Samples.module.css";

/** Brings sample designs into a shop that is empty. */
export function TrySamples({ size = "md" }: { size?: "sm" | "md" }) {
  const may = useMay("write");
  const samples = useQuery(samplesQuery);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const add = useMutation({
    mutationFn: () => body(api.POST("/api/v1/samples")),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.samples });
      void navigate("/designs"); // where they appear
    },
  });
  if (!may || !samples.data || samples.data.here || samples.data.adding) return null;
  return (
    <Button
      size={size}
      variant="light"
      leftSection={<Sparkles size={17} aria-hidden />}
      loading={add.isPending}
      disabled={samples.data.removing !== null}
      onClick={() => add.mutate()}
    >
      Try with sample designs
    </Button>
  );
}

/** Says that sample data is in the shop, and takes it away on a click. */
export function SampleNotice() {
  const may = useMay("write");
  const samples = useQuery(samplesQuery).data;
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => body(api.DELETE("/api/v1/samples")),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.samples }),
  });
  if (!samples || !(samples.here || samples.adding || samples.removing)) return null;
  const progress = samples.adding && progressOf(samples.adding);
  const words = samples.removing
    ? "The sample data is being taken away."
    : samples.adding
      ? `Sample designs are being drawn and stored${progress ? `: ${progress.done} of ${progress.total}` : ""}.`
      : "Sample data is in the shop.";
  return (
    <div className={css.notice} role="status" aria-label="Sample data">
      <Sparkles size={17} aria-hidden />
      <span className="number">{words}</span>
      {may && !samples.removing && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Trash2 size={14} aria-hidden />}
          loading={remove.isPending}
          onClick={() => remove.mutate()}
        >
          {samples.adding ? "Stop and remove it" : "Remove it"}
        </Button>
      )}
    </div>
  );
}
