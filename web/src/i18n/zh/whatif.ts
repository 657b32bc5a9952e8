import type en from "../en/whatif";

const words: Record<keyof typeof en, string> = {
  "whatif.cannot": "“{model}”没有因果图。",
  "whatif.question": "问题",
  "whatif.graph": "因果关系图",
  "whatif.picture": "图片",
  "whatif.node.pinned": "设为",

  "whatif.unit": "对谁提问",
  "whatif.unit.seed": "随机抽取",
  "whatif.unit.data": "数据集",
  "whatif.unit.picture": "图片",
  "whatif.unit.number": "个体编号",
  "whatif.unit.random": "随机换一个",
  "whatif.unit.dataset": "数据集",
  "whatif.unit.index": "图片编号，0 到 {last}",
  "whatif.unit.drop": "选择一张图片，或拖放到任意位置",
  "whatif.unit.own": "你的图片",
  "whatif.unit.known": "已知的属性",
  "whatif.unit.read": "从图片读取",
  "whatif.unit.reread": "从图片读取 {name}",

  "whatif.do": "假如当初是",
  "whatif.do.hint": "在图中选一个原因并设定它的值：指向它的箭头会被切断，由它决定的一切随之改变。",
  "whatif.do.free": "保持原样",
  "whatif.do.undo": "让 {name} 保持原样",
  "whatif.do.none": "全部撤销",

  "whatif.computing": "正在推断…",
  "whatif.worlds": "各个世界对照",
  "whatif.factual": "事实",
  "whatif.counterfactual": "假如",
  "whatif.truth": "真实答案",
  "whatif.attribute": "属性",
  "whatif.changed": "已变",
  "whatif.done": "设定",

  "whatif.dose_response": "{name} 从小到大",
  "whatif.dose_response.take": "把 {name} 设为 {value}",

  "whatif.report": "可信程度",
  "whatif.report.open": "可靠性报告",
  "whatif.report.none": "尚未测量。可在命令行运行：",
};
export default words;
