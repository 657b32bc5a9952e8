import { useMemo } from "preact/hooks";
import { t } from "../../i18n";
import type { Graph, Value } from "../../types";
import { shortNumber } from "../../ui";
import { nodeHeight, layOut, pictureNode, nodeWidth, type Arrow, type NodePosition } from "./layout";
import { counterfactual, selectedNode, interventions, liveAttributes } from "./store";

/** The causal graph, from causes on the left to the picture on the right. An intervention cuts the edges into a node. */
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
              class={arrow.to in interventions.value ? "arrow cut" : "arrow"}
              d={curve(arrow)}
              marker-end={arrow.to in interventions.value ? undefined : "url(#arrow)"}
            />
          ))}
        </svg>
        {layout.nodes.map((node) =>
          node.name === pictureNode ? <PictureNode key={node.name} node={node} /> : <Node key={node.name} node={node} />,
        )}
      </div>
    </section>
  );
}

function PictureNode({ node }: { node: NodePosition }) {
  return (
    <span class="node picture" style={at(node)}>
      {t("whatif.picture")}
    </span>
  );
}

function Node({ node }: { node: NodePosition }) {
  const { name } = node;
  const pinned = name in interventions.value;
  const value = interventions.value[name] ?? liveAttributes.value?.[name] ?? counterfactual.value?.counterfactual.attributes[name];
  return (
    <button
      type="button"
      class={pinned ? "node pinned" : "node"}
      style={at(node)}
      title={name}
      aria-pressed={selectedNode.value === name}
      onClick={() => (selectedNode.value = name)}
    >
      <span class="node-name">{name}</span>
      {pinned && <span class="sr-only">{t("whatif.node.pinned")}</span>}
      <span class="node-value">{format(value)}</span>
    </button>
  );
}

function format(value: Value | undefined): string {
  if (value === undefined) return "–";
  return typeof value === "number" ? shortNumber(value) : value;
}

function at({ x, y }: NodePosition) {
  return { left: `${x}px`, top: `${y}px`, width: `${nodeWidth}px`, height: `${nodeHeight}px` };
}

/** The line of an unobserved common cause, on the left of both nodes, where it crosses no edge. */
function bow(nodes: NodePosition[], one: string, other: string): string {
  const [start, end] = [one, other].map((name) => nodes.find((node) => node.name === name));
  if (!start || !end) return "";
  const [from, to] = [start.y + nodeHeight / 2, end.y + nodeHeight / 2];
  return `M${start.x} ${from} Q${Math.min(start.x, end.x) - nodeHeight} ${(from + to) / 2} ${end.x} ${to}`;
}

/** A smooth path through the points of an edge, horizontal at both ends. */
function curve({ points: [start, ...others] }: Arrow): string {
  let before = start;
  return others.reduce((path, point) => {
    const middle = (before.x + point.x) / 2;
    const step = ` C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    before = point;
    return path + step;
  }, `M${start.x} ${start.y}`);
}
