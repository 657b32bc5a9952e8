import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import type { Graph, Value } from "../../types";
import { shortNumber } from "../../ui";
import { height, layOut, picture, width, type Arrow, type Placed } from "./layout";
import { answer, cause, doing, liveAttributes } from "./world";

/** The causes, from left to right, up to the picture. What is done to a node cuts the arrows into it. */
export function CausalGraph({ graph }: { graph: Graph }) {
  const layout = useMemo(() => layOut(graph), [graph]);
  return (
    <section class="graph" aria-label={t("whatif.graph")}>
      <div class="graph-all" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
        <svg viewBox={`0 0 ${layout.width} ${layout.height}`} aria-hidden="true">
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto">
              <path d="M0 0.6L7.5 4L0 7.4z" />
            </marker>
          </defs>
          {graph.confounded.map(([one, other]) => (
            <path key={`${one}\n${other}`} class="arrow unseen" d={bow(layout.nodes, one, other)} />
          ))}
          {layout.arrows.map((arrow) => (
            <path
              key={`${arrow.from}\n${arrow.to}`}
              class={arrow.to in doing.value ? "arrow cut" : "arrow"}
              d={curve(arrow)}
              marker-end={arrow.to in doing.value ? undefined : "url(#arrow)"}
            />
          ))}
        </svg>
        {layout.nodes.map((node) =>
          node.name === picture ? <PictureNode key={node.name} node={node} /> : <Node key={node.name} node={node} />,
        )}
      </div>
    </section>
  );
}

function PictureNode({ node }: { node: Placed }) {
  return (
    <span class="node shown" style={at(node)}>
      {t("whatif.picture")}
    </span>
  );
}

function Node({ node }: { node: Placed }) {
  const { name } = node;
  const pinned = name in doing.value;
  const value = doing.value[name] ?? liveAttributes.value?.[name] ?? answer.value?.counterfactual.attributes[name];
  return (
    <button
      type="button"
      class={pinned ? "node pinned" : "node"}
      style={at(node)}
      title={name}
      aria-pressed={cause.value === name}
      onClick={() => (cause.value = name)}
    >
      <span class="node-name">{name}</span>
      {pinned && <span class="sr-only">{t("whatif.node.pinned")}</span>}
      <span class="node-value">{words(value)}</span>
    </button>
  );
}

function words(value: Value | undefined): string {
  if (value === undefined) return "–";
  return typeof value === "number" ? shortNumber(value) : value;
}

function at({ x, y }: Placed) {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}

/** What an unseen cause moves together: from the left of one to the left of the other, so that no arrow is crossed. */
function bow(nodes: Placed[], one: string, other: string): string {
  const [start, end] = [one, other].map((name) => nodes.find((node) => node.name === name));
  if (!start || !end) return "";
  const [from, to] = [start.y + height / 2, end.y + height / 2];
  return `M${start.x} ${from} Q${Math.min(start.x, end.x) - height} ${(from + to) / 2} ${end.x} ${to}`;
}

/** Leaves and arrives level. */
function curve({ points: [start, ...others] }: Arrow): string {
  let before = start;
  return others.reduce((path, point) => {
    const middle = (before.x + point.x) / 2;
    const step = ` C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    before = point;
    return path + step;
  }, `M${start.x} ${start.y}`);
}
